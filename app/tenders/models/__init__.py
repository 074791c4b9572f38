"""The tables of tendering, one file an idea: the notice, the bids, the evaluation, the award."""

from app.tenders.models.award import Award, CandidatePass, Contract, Objection
from app.tenders.models.bids import Bid, BidContent, BidDocument, BidDraft, BidDraftDocument, BidVersion
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

__all__ = [
    "Award",
    "Bid",
    "BidContent",
    "BidDocument",
    "BidDraft",
    "BidDraftDocument",
    "BidRejection",
    "BidVersion",
    "CandidatePass",
    "Contract",
    "EvaluatorAssignment",
    "Filing",
    "HolderKey",
    "HolderRehearsal",
    "Objection",
    "OpeningLine",
    "OpeningRecord",
    "Ranking",
    "RankingRow",
    "RejectionBallot",
    "Score",
    "ScoreCriterion",
    "ScoreSheet",
    "Tender",
    "TenderCompound",
    "TenderDocument",
    "TenderHolder",
    "TenderSeries",
]
