"""The tables of tendering, one file an idea: the notice, the bids, the evaluation, the award."""

import app.common.files  # noqa: F401 - StoredFile, which these models name
from app.tenders.models.award import Award, CandidatePass, Contract, Objection
from app.tenders.models.bids import Bid, BidContent, BidDocument, BidVersion
from app.tenders.models.capsules import BidCapsule, BidClosing, BidRefusal, BidUnsealing, ShareRelease
from app.tenders.models.draw import DrawContribution, DrawMember, DrawNumber, DrawPlan, DrawRound, DrawStep, PoolExpert, PoolTie
from app.tenders.models.evaluation import (
    BidRejection,
    EvaluatorAssignment,
    OpeningLine,
    OpeningRecord,
    Ranking,
    RankingRow,
    RejectionBallot,
    Score,
    ScoreSheet,
)
from app.tenders.models.holders import HolderKey, HolderRehearsal, TenderHolder
from app.tenders.models.notice import Filing, ScoreCriterion, Tender, TenderCompound, TenderDocument, TenderSeries
from app.tenders.models.recovery import BidRecovery, RecoveryWindow

__all__ = [
    "Award",
    "Bid",
    "BidCapsule",
    "BidClosing",
    "BidContent",
    "BidDocument",
    "BidRecovery",
    "BidRefusal",
    "BidRejection",
    "BidUnsealing",
    "BidVersion",
    "CandidatePass",
    "Contract",
    "DrawContribution",
    "DrawMember",
    "DrawNumber",
    "DrawPlan",
    "DrawRound",
    "DrawStep",
    "EvaluatorAssignment",
    "Filing",
    "HolderKey",
    "HolderRehearsal",
    "Objection",
    "OpeningLine",
    "OpeningRecord",
    "PoolExpert",
    "PoolTie",
    "Ranking",
    "RankingRow",
    "RecoveryWindow",
    "RejectionBallot",
    "Score",
    "ScoreCriterion",
    "ScoreSheet",
    "ShareRelease",
    "Tender",
    "TenderCompound",
    "TenderDocument",
    "TenderHolder",
    "TenderSeries",
]
