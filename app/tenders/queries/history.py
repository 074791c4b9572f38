"""What was done about a tender: to itself, and in the draw of its committee."""

from sqlalchemy import String, cast, or_, select, union_all
from sqlalchemy.sql import Select

from app.common.audit import AuditEvent
from app.tenders.models import DrawRound, Tender
from app.tenders.models.draw import DrawContribution, DrawNumber, DrawPlan

PUBLIC_EVENTS = (
    "tender.submit",
    "tender.return_notice",
    "tender.confirm_filing",
    "tender.publish",
    "tender.cancel",
    "tender.declare_failed",
    "tender.retender",
    "tender.close_bidding",
    "tender.release_shares",
    "tender.refuse_share",
    "tender.replace_shares",
    "tender.announce_recovery",
    "tender.end_unsealing",
    "tender.open",
    "tender.evaluate",
    "tender.publish_candidates",
    "tender.award",
    "tender.return_award",
    "tender.confirm_award",
    "tender.withdraw_award",
    "tender.record_contract",
    "tender.begin_service",
    "tender.correct_contract",
    "draw.plan",
    "draw.freeze",
    "draw.commit",
    "draw.reveal",
    "draw.enter_number",
    "draw.walk",
)
"""The steps that the public reads; what is not listed is for those concerned."""


def history_of(tender: Tender) -> Select:
    """The audit rows of a tender and of its draws, newest first.

    A public number that one side has entered is told once the committee is drawn: until then the other side must not read it."""
    rounds = select(DrawRound.id).where(DrawRound.tender_id == tender.id)
    drawn = rounds.where(DrawRound.drawn_at.is_not(None))
    parts = union_all(
        _rows(DrawPlan, DrawPlan.tender_id).where(DrawPlan.tender_id == tender.id),
        _rows(DrawRound, DrawRound.id).where(DrawRound.id.in_(rounds)),
        _rows(DrawContribution, DrawContribution.id).where(DrawContribution.round_id.in_(rounds)),
        _rows(DrawNumber, DrawNumber.id).where(DrawNumber.round_id.in_(drawn)),
    ).subquery()
    own = select(AuditEvent.id).where(AuditEvent.object_type == Tender.__tablename__, AuditEvent.object_id == str(tender.id))
    return select(AuditEvent).where(or_(AuditEvent.id.in_(own), AuditEvent.id.in_(select(parts.c.id)))).order_by(AuditEvent.id.desc())


def _rows(model, key) -> Select:
    """The audit rows of a table, to be narrowed by its columns."""
    same = (AuditEvent.object_type == model.__tablename__) & (AuditEvent.object_id == cast(key, String))
    return select(AuditEvent.id).join(model, same)
