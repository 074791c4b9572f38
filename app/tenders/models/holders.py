"""Keys of people, the holders of a tender's keys, and their rehearsals. Only public halves are kept here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.guards import changes_only, closes
from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.holders import HolderSeat, RetireReason, fingerprint, seat_label


class HolderKey(db.Model):
    """The public half of a person's key; the secret half never leaves the browser in which it was made."""

    __tablename__ = "holder_key"
    __table_args__ = (
        Index(
            "uq_holder_key_standing",
            "user_id",
            unique=True,
            sqlite_where=db.text("retired_at IS NULL"),
            postgresql_where=db.text("retired_at IS NULL"),
        ),
        UniqueConstraint("recipient", name="uq_holder_key_recipient"),
        CheckConstraint("(retired_at IS NULL) = (reason IS NULL)", name="retired_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(80))
    """age1…"""
    fingerprint: Mapped[str] = mapped_column(String(24))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[RetireReason | None] = mapped_column(enum_column(RetireReason))

    user: Mapped["User"] = relationship("User")  # noqa: F821

    @property
    def true_fingerprint(self) -> str:
        """Of the recipient as it stands here, for people who compare it; the column is what was written at registration."""
        return fingerprint(self.recipient)


class TenderHolder(db.Model):
    """A person on a seat of one tender. The key is bound when the tender is published: bids are sealed to it."""

    __tablename__ = "tender_holder"
    __table_args__ = (
        UniqueConstraint("tender_id", "position", name="uq_tender_holder_tender_position"),
        UniqueConstraint("tender_id", "user_id", name="uq_tender_holder_tender_user"),
        CheckConstraint("position BETWEEN 1 AND 5", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    seat: Mapped[HolderSeat] = mapped_column(enum_column(HolderSeat))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("holder_key.id"), index=True)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    tender: Mapped["Tender"] = relationship("Tender", back_populates="holders")  # noqa: F821
    organisation: Mapped["Organisation"] = relationship("Organisation")  # noqa: F821
    user: Mapped["User"] = relationship("User")  # noqa: F821
    key: Mapped[HolderKey | None] = relationship(HolderKey)
    rehearsals: Mapped[list["HolderRehearsal"]] = relationship(
        back_populates="holder", order_by="HolderRehearsal.id", cascade="all, delete-orphan"
    )

    @property
    def seat_label(self):
        return seat_label(self.seat, self.position)


class HolderRehearsal(db.Model):
    """A test capsule for one key, and when its holder showed what was in it."""

    __tablename__ = "holder_rehearsal"
    __table_args__ = (CheckConstraint("passed_at IS NULL OR passed_at >= asked_at", name="passed_after_asked"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_holder_id: Mapped[int] = mapped_column(ForeignKey("tender_holder.id"), index=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("holder_key.id"), index=True)
    capsule: Mapped[str] = mapped_column(Text)
    """An armored age file to the key."""
    answer_sha256: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    holder: Mapped[TenderHolder] = relationship(back_populates="rehearsals")
    key: Mapped[HolderKey] = relationship(HolderKey)


# Bids are sealed to these recipients: a key is retired but never becomes another, and who is bound to a seat stays there.
changes_only(
    HolderKey.__table__,
    ("retired_at", "reason"),
    "OLD.reason IS NULL OR (OLD.reason = 'renewed' AND NEW.reason = 'lost' AND NEW.retired_at = OLD.retired_at)",
)
changes_only(TenderHolder.__table__, ("key_id",), "OLD.key_id IS NULL OR NEW.key_id = OLD.key_id", removable="OLD.key_id IS NULL")
# A key added after publication would be one that the publish leaf does not name.
closes(TenderHolder.__table__, "tender", "published_at", "key_id")
