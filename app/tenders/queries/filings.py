"""What the filing pages ask: the rounds of a tender's filings, and those that wait."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.common.audit import AuditEvent
from app.extensions import db
from app.tenders.kinds import FilingOutcome, FilingSubject
from app.tenders.models import Filing, Tender


def filings_of(tender: Tender) -> list[Filing]:
    return list(
        db.session.scalars(
            select(Filing)
            .where(Filing.tender_id == tender.id)
            .options(joinedload(Filing.submitted_by), joinedload(Filing.decided_by))
            .order_by(Filing.id)
        )
    )


def last_return(tender: Tender, subject: FilingSubject = FilingSubject.NOTICE) -> Filing | None:
    """The newest return with its corrections."""
    return db.session.scalar(
        select(Filing)
        .where(Filing.tender_id == tender.id, Filing.subject == subject, Filing.outcome == FilingOutcome.RETURNED)
        .options(joinedload(Filing.decided_by))
        .order_by(Filing.id.desc())
        .limit(1)
    )


TURNS = {
    FilingSubject.NOTICE: ("tender.confirm_filing", "tender.return_notice", "tender.take_back", "tender.cancel", "tender.abandon"),
    FilingSubject.AWARD: ("tender.confirm_award", "tender.return_award", "tender.withdraw_award"),
}
"""What ends the wait of a filing, whoever does it."""


def last_turn(tender: Tender, subject: FilingSubject) -> AuditEvent | None:
    """Who did what to the filing last, for which office and when."""
    return db.session.scalar(
        select(AuditEvent)
        .where(AuditEvent.object_type == Tender.__tablename__, AuditEvent.object_id == str(tender.id), AuditEvent.event.in_(TURNS[subject]))
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
