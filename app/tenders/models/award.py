"""After the ranking: objections, the award decision in order of candidates, and the contract."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.kinds import PassReason, VoidReason
from app.tenders.models.bids import Bid


class Objection(db.Model):
    """A bidder's objection to the result; while it is unanswered nobody may be awarded."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("text <> ''", name="has_text"),
        CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name="answer_complete",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    tender: Mapped["Tender"] = relationship(back_populates="objections")  # noqa: F821
    bid: Mapped[Bid] = relationship()


class CandidatePass(db.Model):
    """Why a better ranked candidate was not awarded: a lawful reason and its explanation. Void once the bureau returned the decision."""

    __tablename__ = "candidate_pass"
    __table_args__ = (
        Index(
            "uq_candidate_pass_standing",
            "bid_id",
            unique=True,
            sqlite_where=db.text("voided_at IS NULL"),
            postgresql_where=db.text("voided_at IS NULL"),
        ),
        CheckConstraint("explanation <> ''", name="has_explanation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    rank: Mapped[int] = mapped_column(Integer)
    reason: Mapped[PassReason] = mapped_column(enum_column(PassReason))
    explanation: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    tender: Mapped["Tender"] = relationship(back_populates="passes")  # noqa: F821
    bid: Mapped[Bid] = relationship()


class Award(db.Model):
    """The tenderer's decision. A decision that no longer stands is kept and marked void; at most one stands."""

    __tablename__ = "award"
    __table_args__ = (
        Index(
            "uq_award_standing",
            "tender_id",
            unique=True,
            sqlite_where=db.text("voided_at IS NULL"),
            postgresql_where=db.text("voided_at IS NULL"),
        ),
        CheckConstraint("rank >= 1", name="rank_from_one"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    rank: Mapped[int] = mapped_column(Integer)
    price_fen: Mapped[int] = mapped_column(Integer)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    statement: Mapped[str] = mapped_column(Text, default="")
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[VoidReason | None] = mapped_column(enum_column(VoidReason))
    void_note: Mapped[str] = mapped_column(Text, default="")

    tender: Mapped["Tender"] = relationship(back_populates="awards")  # noqa: F821
    bid: Mapped[Bid] = relationship()


class Contract(db.Model):
    """The contract on the winning bid. Subsidies are computed from it and from the tender's compounds."""

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("tender_id", name="uq_contract_tender"),
        UniqueConstraint("award_id", name="uq_contract_award"),
        CheckConstraint("price_fen > 0", name="price_positive"),
        CheckConstraint("area_centi > 0", name="area_positive"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("term_months BETWEEN 1 AND 120", name="term"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    signed_on: Mapped[date] = mapped_column(Date)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    """Last day of service."""
    term_months: Mapped[int] = mapped_column(Integer)
    price_fen: Mapped[int] = mapped_column(Integer)
    """Fen per m² and month, equal to the winning bid."""
    area_centi: Mapped[int] = mapped_column(BigInteger)
    """0.01 m², all compounds of the tender."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    late_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was signed after the thirty days; empty when it was not."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    tender: Mapped["Tender"] = relationship(back_populates="contract")  # noqa: F821
    award: Mapped[Award] = relationship()
    enterprise: Mapped["Enterprise"] = relationship("Enterprise")  # noqa: F821
    file: Mapped["StoredFile | None"] = relationship("StoredFile")  # noqa: F821
