"""What became of a bidder's own bid, in order of time: each handing in and taking back, with the leaf whose receipt it has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.common.audit import AuditEvent
from app.extensions import db
from app.log.queries import entries_about
from app.tenders.models import Bid, BidVersion

WITHDRAWN = "bid.withdraw"
TURNS = ("bid.submit", "bid.replace", WITHDRAWN)


@dataclass(frozen=True)
class Turn:
    """A handing in or a taking back of a version."""

    at: datetime
    version: BidVersion
    leaf: int | None
    """Of the public log."""
    is_submission: bool
    next_event: str | None
    """What came after it; None when it is what stands."""

    @property
    def is_replaced(self) -> bool:
        return self.is_submission and self.next_event not in (None, WITHDRAWN)

    @property
    def is_withdrawn(self) -> bool:
        return self.is_submission and self.next_event == WITHDRAWN


def turns_of(bid: Bid) -> list[Turn]:
    """The oldest first."""
    about = AuditEvent.object_type == Bid.__tablename__, AuditEvent.object_id == str(bid.id), AuditEvent.event.in_(TURNS)
    rows = db.session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id)).all()
    entries = [entry for entry in db.session.scalars(entries_about(bid)) if entry.event in TURNS]
    leaves = [entry.leaf_index for entry in entries] if len(entries) == len(rows) else [None] * len(rows)
    versions = {version.number: version for version in bid.versions}
    following = [row.event for row in rows[1:]] + [None]
    return [
        Turn(row.at, versions[row.facts["version"]], leaf, row.event != WITHDRAWN, after)
        for row, leaf, after in zip(rows, leaves, following, strict=True)
    ]
