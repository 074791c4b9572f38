"""When holders were too few: the windows announced for bidders' recovery files, and which bids came that way."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.common.guards import append_only
from app.common.types import UtcDateTime
from app.extensions import db


class RecoveryWindow(db.Model):
    """A time, announced with its cause, in which bidders may open their own bids."""

    __tablename__ = "recovery_window"
    __table_args__ = (
        CheckConstraint("ends_at > announced_at", name="has_length"),
        CheckConstraint("cause <> ''", name="has_cause"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    announced_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(400))
    """Why the holders are too few, as everybody reads it."""


class BidRecovery(db.Model):
    """A bid that its own bidder opened. The bid's key is used once and not kept."""

    __tablename__ = "bid_recovery"

    version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"), primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("recovery_window.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


for table in (RecoveryWindow, BidRecovery):
    append_only(table.__table__)
