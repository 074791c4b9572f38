"""Sealed bids as the platform holds them: a header and hashes before the opening, shares and what came of them afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.guards import append_only
from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.capsule.format import Header
from app.tenders.kinds import CapsuleFault
from app.tenders.models.bids import BidVersion


class BidCapsule(db.Model):
    """The sealed form of one submission. Its ciphertext lies in the store, named by hash; nobody here has a key to it."""

    __tablename__ = "bid_capsule"
    __table_args__ = (UniqueConstraint("sha256", name="uq_bid_capsule_sha256"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """The capsule's name: SHA-256 of its header."""
    header: Mapped[str] = mapped_column(Text)
    """Canonical JSON (capsule.format.Header), as the bidder's own program wrote it."""

    version: Mapped[BidVersion] = relationship(back_populates="capsule")

    @property
    def parsed(self) -> Header:
        return Header.from_bytes(self.header.encode())


class BidRefusal(db.Model):
    """A submission that was not accepted, and why: the bidder holds a receipt of the refusal too."""

    __tablename__ = "bid_refusal"

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(400))
    """The sentence, in Chinese, as it was given."""
    capsule_sha256: Mapped[str | None] = mapped_column(String(64))

    tender: Mapped["Tender"] = relationship("Tender")  # noqa: F821


class BidClosing(db.Model):
    """What stood at the deadline: the capsules that count, listed once and for all before any share is taken."""

    __tablename__ = "bid_closing"
    __table_args__ = (CheckConstraint("bids >= 0", name="bids"),)

    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The deadline."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    bids: Mapped[int] = mapped_column(Integer)
    capsules: Mapped[Any] = mapped_column(JSON)
    """Capsule hashes, sorted: neither order nor number tells whose they are."""
    statement: Mapped[str] = mapped_column(Text)
    """The lines that are hashed into the public log (sealing_rules.closing_statement)."""


class ShareRelease(db.Model):
    """A holder's share of one capsule, given after the closing; or what was wrong with it. Given anew, the last one counts and all stay."""

    __tablename__ = "share_release"
    __table_args__ = (
        UniqueConstraint("holder_id", "version_id", "attempt", name="uq_share_release_holder_version_attempt"),
        CheckConstraint("attempt >= 1", name="attempt"),
        CheckConstraint("(share IS NULL) <> (problem IS NULL)", name="share_or_problem"),
        Index("ix_share_release_version", "version_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("tender_holder.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    share: Mapped[str | None] = mapped_column(Text)
    """Base64."""
    problem: Mapped[CapsuleFault | None] = mapped_column(enum_column(CapsuleFault))
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class BidUnsealing(db.Model):
    """What came of a capsule: opened with so many shares, or not, and by whose fault (电子招标投标办法第三十一条)."""

    __tablename__ = "bid_unsealing"

    version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    fault: Mapped[CapsuleFault | None] = mapped_column(enum_column(CapsuleFault))
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the content as it was found (bidding.content_hash): whoever changes a row afterwards is seen at the opening."""
    remark: Mapped[str] = mapped_column(String(400), default="")

    version: Mapped[BidVersion] = relationship(back_populates="unsealing")


for table in (BidCapsule, BidRefusal, BidClosing, ShareRelease, BidUnsealing):
    append_only(table.__table__)
