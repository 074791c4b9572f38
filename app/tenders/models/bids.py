"""Bids: what may be known of one (that it exists, its receipts) apart from what is sealed (its content)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.kinds import BidDocumentKind


class Bid(db.Model):
    """One enterprise's participation in one tender. Even its existence is secret until opening."""

    __tablename__ = "bid"
    __table_args__ = (
        UniqueConstraint("tender_id", "enterprise_id", name="uq_bid_tender_enterprise"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= submitted_at", name="withdrawn_after_submitted"),
        CheckConstraint("current_number >= 1", name="current_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the version that counts was received."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    current_number: Mapped[int] = mapped_column(Integer, default=1)
    """Number of the version that counts; a replacement supersedes the one before."""
    blind_code: Mapped[str | None] = mapped_column(String(8))
    """The name under which evaluators meet the bid; drawn at opening."""
    version_id: Mapped[int] = mapped_column(Integer)

    tender: Mapped["Tender"] = relationship(back_populates="bids")  # noqa: F821
    enterprise: Mapped["Enterprise"] = relationship("Enterprise")  # noqa: F821
    versions: Mapped[list["BidVersion"]] = relationship(back_populates="bid", order_by="BidVersion.number")

    __mapper_args__ = {"version_id_col": version_id}


class BidVersion(db.Model):
    """One submission: its number, instant, hash and receipt. It tells nothing of the content."""

    __tablename__ = "bid_version"
    __table_args__ = (
        UniqueConstraint("bid_id", "number", name="uq_bid_version_bid_number"),
        UniqueConstraint("receipt", name="uq_bid_version_receipt"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(40))
    """Random, so that nobody can count bids from it."""

    bid: Mapped[Bid] = relationship(back_populates="versions")
    content: Mapped["BidContent"] = relationship(back_populates="version", uselist=False)
    documents: Mapped[list["BidDocument"]] = relationship(back_populates="version", order_by="BidDocument.position")
    capsule: Mapped["BidCapsule | None"] = relationship(back_populates="version", uselist=False)  # noqa: F821
    unsealing: Mapped["BidUnsealing | None"] = relationship(back_populates="version", uselist=False)  # noqa: F821


class BidContent(db.Model):
    """The sealed part. Only sealing.py says who may read it; no other module selects from this table."""

    __tablename__ = "bid_content"
    __table_args__ = (CheckConstraint("price_fen > 0", name="price_positive"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"), primary_key=True)
    price_fen: Mapped[int] = mapped_column(Integer)
    """Fen per m² and month."""
    plan: Mapped[str] = mapped_column(Text, default="")
    staffing: Mapped[Any] = mapped_column(JSON, default=list)
    """Posts: [{"post": …, "people": n, "qualification": …}]; the project manager among them."""
    answers: Mapped[Any] = mapped_column(JSON, default=dict)
    """Criterion code → the passage that answers it."""
    project_manager: Mapped[str] = mapped_column(String(80), default="")
    no_interest: Mapped[bool] = mapped_column(default=False)
    """The bidder declared to have no interest link with the tenderer or another bidder (实施条例 §34)."""

    version: Mapped[BidVersion] = relationship(back_populates="content")


class BidDocument(db.Model):
    """A file of a bid version; sealed like the content."""

    __tablename__ = "bid_document"
    __table_args__ = (UniqueConstraint("version_id", "position", name="uq_bid_document_version_position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[BidDocumentKind] = mapped_column(enum_column(BidDocumentKind))
    title: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    version: Mapped[BidVersion] = relationship(back_populates="documents")
    file: Mapped["StoredFile"] = relationship("StoredFile")  # noqa: F821
