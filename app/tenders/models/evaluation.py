"""Opening, the committee's scores and the ranking, each point with its explanation."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.kinds import RejectionGround, RejectionVoice, Seat
from app.tenders.models.bids import Bid
from app.tenders.models.notice import ScoreCriterion


class OpeningRecord(db.Model):
    """The public record of an opening: who presided, where, when, and what was read out."""

    __tablename__ = "opening_record"
    __table_args__ = (UniqueConstraint("tender_id", name="uq_opening_record_tender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    presided_by: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    """What happened at the opening that must be on record, objections raised and answered on the spot included."""

    witnessed_by: Mapped[str] = mapped_column(String(80), default="")
    record_sha256: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the canonical JSON of what was read out; also the seed of a draw between equal bids."""

    proceedings: Mapped[Any] = mapped_column(JSON, default=dict, server_default="{}")
    """How sealed bids were opened: the closing list, what each holder gave, the windows, and what came of each capsule. Hashed with the rest."""

    tender: Mapped["Tender"] = relationship(back_populates="opening")  # noqa: F821
    lines: Mapped[list["OpeningLine"]] = relationship(back_populates="record", order_by="OpeningLine.position")


class OpeningLine(db.Model):
    """One bid as read out."""

    __tablename__ = "opening_line"
    __table_args__ = (
        UniqueConstraint("record_id", "position", name="uq_opening_line_record_position"),
        UniqueConstraint("record_id", "bid_id", name="uq_opening_line_record_bid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("opening_record.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    bid_version_id: Mapped[int] = mapped_column(ForeignKey("bid_version.id"))
    enterprise_name: Mapped[str] = mapped_column(String(200))
    price_fen: Mapped[int | None] = mapped_column(Integer)
    """None for a bid that could not be opened."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content_sha256: Mapped[str] = mapped_column(String(64))
    seal_intact: Mapped[bool] = mapped_column()
    """The content still has the hash that the bidder's receipt states."""
    main_content: Mapped[str] = mapped_column(String(400), default="")
    """The project manager, as read out beside the price; nothing that a blind sheet shows."""
    remark: Mapped[str] = mapped_column(String(400), default="")

    record: Mapped[OpeningRecord] = relationship(back_populates="lines")
    bid: Mapped[Bid] = relationship()


class EvaluatorAssignment(db.Model):
    """A person's seat on a tender's committee."""

    __tablename__ = "evaluator_assignment"
    __table_args__ = (
        UniqueConstraint("tender_id", "user_id", name="uq_evaluator_assignment_tender_user"),
        CheckConstraint("recused_at IS NULL OR recusal_reason <> ''", name="recusal_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    seat: Mapped[Seat] = mapped_column(enum_column(Seat))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(400), default="")
    """Why this person was chosen (until the random draw does it)."""
    declared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the evaluator declared to have no interest in any bidder."""
    recused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recusal_reason: Mapped[str] = mapped_column(String(400), default="")

    tender: Mapped["Tender"] = relationship(back_populates="evaluators")  # noqa: F821
    user: Mapped["User"] = relationship("User", foreign_keys=[user_id])  # noqa: F821
    sheets: Mapped[list["ScoreSheet"]] = relationship(back_populates="assignment", order_by="ScoreSheet.id")


class ScoreSheet(db.Model):
    """One evaluator's scores for one bid; final once signed."""

    __tablename__ = "score_sheet"
    __table_args__ = (UniqueConstraint("assignment_id", "bid_id", name="uq_score_sheet_assignment_bid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("evaluator_assignment.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int] = mapped_column(Integer)

    assignment: Mapped[EvaluatorAssignment] = relationship(back_populates="sheets")
    bid: Mapped[Bid] = relationship()
    scores: Mapped[list["Score"]] = relationship(back_populates="sheet", order_by="Score.criterion_id")

    __mapper_args__ = {"version_id_col": version_id}


class Score(db.Model):
    """Points that one evaluator gave one bid on one criterion."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion_id", name="uq_score_sheet_criterion"),
        CheckConstraint("points >= 0", name="points_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("score_criterion.id"))
    points: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    reason: Mapped[str] = mapped_column(String(400), default="")

    sheet: Mapped[ScoreSheet] = relationship(back_populates="scores")
    criterion: Mapped[ScoreCriterion] = relationship()


class BidRejection(db.Model):
    """A proposal to reject a bid on a ground of the closed list; it counts once more than half of the committee agreed."""

    __tablename__ = "bid_rejection"
    __table_args__ = (
        UniqueConstraint("bid_id", name="uq_bid_rejection_bid"),
        CheckConstraint("explanation <> ''", name="has_explanation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    ground: Mapped[RejectionGround] = mapped_column(enum_column(RejectionGround))
    explanation: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When more than half of the sitting members agreed; empty while they have not."""

    bid: Mapped[Bid] = relationship()
    voices: Mapped[list["RejectionBallot"]] = relationship(
        back_populates="rejection", order_by="RejectionBallot.id", cascade="all, delete-orphan"
    )


class RejectionBallot(db.Model):
    """What one member of the committee said to a proposed rejection."""

    __tablename__ = "rejection_ballot"
    __table_args__ = (UniqueConstraint("rejection_id", "assignment_id", name="uq_rejection_ballot_rejection_assignment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rejection_id: Mapped[int] = mapped_column(ForeignKey("bid_rejection.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("evaluator_assignment.id"), index=True)
    voice: Mapped[RejectionVoice] = mapped_column(enum_column(RejectionVoice))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    rejection: Mapped[BidRejection] = relationship(back_populates="voices")


class Ranking(db.Model):
    """The evaluation report: computed once from signed sheets and records, with how stable it is."""

    __tablename__ = "ranking"
    __table_args__ = (UniqueConstraint("tender_id", name="uq_ranking_tender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    computed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    inputs: Mapped[Any] = mapped_column(JSON, default=dict)
    """All that the computation used, so that anyone can recompute it."""
    stability: Mapped[Any] = mapped_column(JSON, default=dict)
    """Margin, weight that flips the winner, leave one evaluator out, agreement."""

    tender: Mapped["Tender"] = relationship(back_populates="ranking")  # noqa: F821
    rows: Mapped[list["RankingRow"]] = relationship(
        back_populates="ranking", order_by="RankingRow.rank.is_(None), RankingRow.rank, RankingRow.id"
    )


class RankingRow(db.Model):
    """One bid's place; without a rank when it was rejected."""

    __tablename__ = "ranking_row"
    __table_args__ = (
        UniqueConstraint("ranking_id", "bid_id", name="uq_ranking_row_ranking_bid"),
        Index(
            "uq_ranking_row_rank",
            "ranking_id",
            "rank",
            unique=True,
            sqlite_where=db.text("rank IS NOT NULL"),
            postgresql_where=db.text("rank IS NOT NULL"),
        ),
        CheckConstraint("rank IS NULL OR rank >= 1", name="rank_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ranking_id: Mapped[int] = mapped_column(ForeignKey("ranking.id"), index=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    rank: Mapped[int | None] = mapped_column(Integer)
    is_candidate: Mapped[bool] = mapped_column(default=False)
    """Among the at most three whom the committee recommends."""
    price_fen: Mapped[int] = mapped_column(Integer)
    total: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    explanation: Mapped[Any] = mapped_column(JSON, default=dict)
    """Criterion code → points, weight, how computed, source rows."""

    ranking: Mapped[Ranking] = relationship(back_populates="rows")
    bid: Mapped[Bid] = relationship()
