"""What the filing pages ask: the rounds of a tender's filings, and those that wait."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

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
