"""What a bidder asks about the submissions of its own that were refused, and what the platform signs of those without a leaf."""

from collections.abc import Iterable

from sqlalchemy import Select, select

from app.common.audit import AuditEvent
from app.extensions import db
from app.log.models import LogEntry
from app.log.statements import sign_statement
from app.tenders.models import BidRefusal, Tender


def own_refusals(tender: Tender, organisation_id: int | None) -> Select[tuple[BidRefusal]]:
    """The newest first."""
    own = BidRefusal.tender_id == tender.id, BidRefusal.organisation_id == organisation_id
    return select(BidRefusal).where(*own).order_by(BidRefusal.id.desc())


def leaves_of(refusals: Iterable[BidRefusal]) -> dict[int, int]:
    """refusal id → its leaf of the log; the others have a statement instead."""
    ids = [str(refusal.id) for refusal in refusals]
    found = select(LogEntry.object_id, LogEntry.leaf_index).where(
        LogEntry.event == "bid.refuse", LogEntry.object_type == BidRefusal.__tablename__, LogEntry.object_id.in_(ids)
    )
    return {int(object_id): leaf for object_id, leaf in db.session.execute(found.order_by(LogEntry.leaf_index))}


def sent_of(refusals: Iterable[BidRefusal]) -> dict[int, str]:
    """refusal id → SHA-256 of what was sent; without those of which nothing was read."""
    ids = [str(refusal.id) for refusal in refusals]
    about = AuditEvent.object_type == BidRefusal.__tablename__, AuditEvent.object_id.in_(ids)
    rows = db.session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id))
    return {int(row.object_id): row.facts["sent_sha256"] for row in rows if row.facts.get("sent_sha256")}


def statement_of(refusal: BidRefusal) -> str | None:
    """That the platform refused this bidder's submission, when and why, and the hash of what it had sent; signed. None for one that has a leaf."""
    about = AuditEvent.object_type == BidRefusal.__tablename__, AuditEvent.object_id == str(refusal.id)
    row = db.session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id)).first()
    if row is None or row.event == "bid.refuse":
        return None
    told = {key: row.facts.get(key) for key in ("reason", "capsule", "sent_sha256")}
    fixed = {"event": "bid.refuse", "at": row.at.isoformat(), "tender": refusal.tender.number, "bidder": row.organisation_name}
    return sign_statement(fixed | told)
