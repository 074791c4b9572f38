"""What the table of moves asks of a tender and an actor, gathered from the database."""

from datetime import datetime

from sqlalchemy import func, select

from app.accounts.queries import organisation_ids_of
from app.accounts.rules import Role
from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.calendar_days import load_calendar
from app.extensions import db
from app.tenders.kinds import FilingOutcome
from app.tenders.lifecycle import Situation, Status
from app.tenders.models import (
    BidRejection,
    CandidatePass,
    EvaluatorAssignment,
    Filing,
    Objection,
    OpeningLine,
    OpeningRecord,
    Ranking,
    RankingRow,
    Tender,
)
from app.tenders.parameters import Sheet, sheet_for
from app.tenders.queries.drafting import gaps_of
from app.tenders.queries.holders import why_not_seal
from app.tenders.queries.tenders import is_own, standing_bid_counts


def sheet_of(tender: Tender) -> Sheet:
    return sheet_for(tender.regime, tender.regime_version)


def situation(tender: Tender, *, actor: Actor, now: datetime) -> Situation:
    """Plain values for lifecycle.why_not; asks the database only for what the present state needs."""
    status = tender.status
    facts = {}
    if status in (Status.DRAFT, Status.RETURNED) and is_own(tender, actor):
        facts["gaps"] = len(gaps_of(tender, now=now, calendar=load_calendar()))
    if status in (Status.SUBMITTED, Status.AWARDED) and actor.role is Role.BUREAU_OFFICER:
        facts["is_preparer"] = is_preparer(tender, actor)
    if status is Status.FILED and (unsealed := why_not_seal(tender)):
        facts["obstacles"] = {"publish": unsealed}
    if status is Status.PUBLISHED:
        facts["standing_bids"] = standing_bid_counts([tender], now).get(tender.id)
    if status is Status.OPENED:
        facts["readable_bids"] = _readable_bids(tender)
    if status is Status.EVALUATED:
        facts["valid_bids"] = _valid_bids(tender)
    if status is Status.CANDIDATES_PUBLIC:
        facts["unanswered_objections"] = unanswered_objections(tender)
        facts["candidates_left"] = candidates_left(tender)
    return Situation(
        status=status,
        now=now,
        role=actor.role,
        is_own=is_own(tender, actor),
        covers=actor.covers(tender.division_code),
        bid_deadline_at=tender.bid_deadline_at,
        notice_ends_at=tender.notice_ends_at,
        min_bids=sheet_of(tender)["min_bids"],
        min_valid_bids=sheet_of(tender)["valid_bids_min"],
        **facts,
    )


def pending_filing(tender: Tender) -> Filing | None:
    return db.session.scalar(select(Filing).where(Filing.tender_id == tender.id, Filing.outcome == FilingOutcome.PENDING))


REVIEWS = ("tender.confirm_filing", "tender.return_notice", "tender.confirm_award", "tender.return_award")
"""What the bureau does to a filing; everything else done to a tender is the tenderer's work."""


def is_preparer(tender: Tender, actor: Actor) -> bool:
    """Whether the actor ever served the tenderer, or had a hand in what is to be reviewed, in this round or an earlier one."""
    return tender.procuring_entity_id in organisation_ids_of(actor.user_id) or actor.user_id in _hands(tender)


def _hands(tender: Tender) -> set[int]:
    """Who began, wrote or handed in this tender, or organised or sat on its committee."""
    acted = select(AuditEvent.user_id).where(
        AuditEvent.object_type == Tender.__tablename__,
        AuditEvent.object_id == str(tender.id),
        AuditEvent.event.not_in(REVIEWS),
        AuditEvent.user_id.is_not(None),
    )
    submitted = select(Filing.submitted_by_id).where(Filing.tender_id == tender.id)
    seated = select(EvaluatorAssignment.user_id).where(EvaluatorAssignment.tender_id == tender.id)
    organised = select(EvaluatorAssignment.assigned_by_id).where(EvaluatorAssignment.tender_id == tender.id)
    return {tender.created_by_id, *db.session.scalars(acted.union(submitted, seated, organised))}


def unanswered_objections(tender: Tender) -> int:
    if "objections" in tender.__dict__:
        return sum(objection.answered_at is None for objection in tender.objections)
    return db.session.scalar(
        select(func.count()).select_from(Objection).where(Objection.tender_id == tender.id, Objection.answered_at.is_(None))
    )


def candidates_left(tender: Tender) -> int:
    """Published candidates whom no recorded reason rules out."""
    passed = select(CandidatePass.bid_id).where(CandidatePass.tender_id == tender.id, CandidatePass.voided_at.is_(None))
    return db.session.scalar(
        select(func.count())
        .select_from(RankingRow)
        .join(Ranking)
        .where(Ranking.tender_id == tender.id, RankingRow.is_candidate, RankingRow.bid_id.not_in(passed))
    )


def _readable_bids(tender: Tender) -> int:
    return db.session.scalar(
        select(func.count())
        .select_from(OpeningLine)
        .join(OpeningRecord)
        .where(OpeningRecord.tender_id == tender.id, OpeningLine.seal_intact)
    )


def _valid_bids(tender: Tender) -> int:
    rejected = select(BidRejection.bid_id).where(BidRejection.decided_at.is_not(None))
    return db.session.scalar(
        select(func.count())
        .select_from(OpeningLine)
        .join(OpeningRecord)
        .where(OpeningRecord.tender_id == tender.id, OpeningLine.seal_intact, OpeningLine.bid_id.not_in(rejected))
    )
