"""The expert pool, and each tender's draw from it: the frozen pool, its seeds, and the sequence as it was walked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.guards import append_only, changes_only
from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.draw import ClosingSource, Drawn, Exclusion, PublicNumber, Side, Specialty, TieKind


class PoolExpert(db.Model):
    """What the bureau knows about an expert; the person has an evaluator's account with the pool."""

    __tablename__ = "pool_expert"
    __table_args__ = (
        UniqueConstraint("user_id", name="uq_pool_expert_user"),
        CheckConstraint("(suspended_at IS NULL) = (suspension_reason = '')", name="suspended_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The pool."""
    specialty: Mapped[Specialty] = mapped_column(enum_column(Specialty))
    employer: Mapped[str] = mapped_column(String(200), default="")
    employer_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the present employer was written down."""
    areas: Mapped[Any] = mapped_column(JSON, default=list)
    """Division codes that the expert serves; empty for the pool's whole area."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspension_reason: Mapped[str] = mapped_column(String(400), default="")
    version_id: Mapped[int] = mapped_column(Integer)

    user: Mapped["User"] = relationship("User", foreign_keys=[user_id])  # noqa: F821
    organisation: Mapped["Organisation"] = relationship("Organisation")  # noqa: F821
    ties: Mapped[list["PoolTie"]] = relationship(back_populates="expert", order_by="PoolTie.id")

    __mapper_args__ = {"version_id_col": version_id}


class PoolTie(db.Model):
    """A past employer of an expert, or somebody whose matters the expert keeps out of. A mistake is marked as void, never removed."""

    __tablename__ = "pool_tie"
    __table_args__ = (
        CheckConstraint("organisation <> ''", name="has_organisation"),
        CheckConstraint("(voided_at IS NULL) = (void_reason = '')", name="void_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("pool_expert.id"), index=True)
    kind: Mapped[TieKind] = mapped_column(enum_column(TieKind))
    organisation: Mapped[str] = mapped_column(String(200))
    until_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(400), default="")

    expert: Mapped[PoolExpert] = relationship(back_populates="ties")


changes_only(PoolTie.__table__, ("voided_at", "void_reason"), "OLD.voided_at IS NULL")


class DrawPlan(db.Model):
    """What the notice says about the committee: its size, the tenderer's seats, the specialties. Fixed at publication."""

    __tablename__ = "draw_plan"
    __table_args__ = (
        CheckConstraint("seats >= 5 AND seats % 2 = 1", name="seats"),
        CheckConstraint("representatives >= 0 AND representatives * 3 <= seats", name="experts_two_thirds"),
    )

    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), primary_key=True)
    seats: Mapped[int] = mapped_column(Integer)
    representatives: Mapped[int] = mapped_column(Integer)
    specialties: Mapped[Any] = mapped_column(JSON)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    tender: Mapped["Tender"] = relationship("Tender")  # noqa: F821


class DrawRound(db.Model):
    """A frozen pool and the seeds announced for it. A second round follows only when the pool of the first is used up."""

    __tablename__ = "draw_round"
    __table_args__ = (
        UniqueConstraint("tender_id", "number", name="uq_draw_round_tender_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("frozen_at <= commit_until AND commit_until < reveal_until", name="times"),
        CheckConstraint("experts >= 1 AND pool_size >= 1", name="pool_size"),
        CheckConstraint("(drawn_at IS NULL) = (key_string IS NULL)", name="drawn_with_key"),
        CheckConstraint("(drawn_at IS NULL) = (closing_digest IS NULL)", name="drawn_with_closing"),
        CheckConstraint("(closing_digest IS NULL) = (closing_source IS NULL)", name="closing_has_source"),
        CheckConstraint("drawn_at IS NULL OR drawn_at >= reveal_until", name="drawn_after_reveals"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    experts: Mapped[int] = mapped_column(Integer)
    """Seats to fill by the draw, over all rounds."""
    pool_size: Mapped[int] = mapped_column(Integer)
    """How many are numbered and may be drawn."""
    pool_sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(400), default="")
    """Why the pool was frozen again, or late."""
    commit_until: Mapped[datetime] = mapped_column(UtcDateTime)
    reveal_until: Mapped[datetime] = mapped_column(UtcDateTime)
    number_kind: Mapped[PublicNumber] = mapped_column(enum_column(PublicNumber))
    number_on: Mapped[date] = mapped_column(Date)
    closing_digest: Mapped[str | None] = mapped_column(String(64))
    closing_source: Mapped[ClosingSource | None] = mapped_column(enum_column(ClosingSource))
    key_string: Mapped[str | None] = mapped_column(Text)
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    tender: Mapped["Tender"] = relationship("Tender")  # noqa: F821
    members: Mapped[list["DrawMember"]] = relationship(back_populates="round", order_by="DrawMember.commitment")
    contributions: Mapped[list["DrawContribution"]] = relationship(back_populates="round", order_by="DrawContribution.id")
    numbers: Mapped[list["DrawNumber"]] = relationship(back_populates="round", order_by="DrawNumber.id")
    steps: Mapped[list["DrawStep"]] = relationship(back_populates="round", order_by="DrawStep.sequence")


class DrawMember(db.Model):
    """Somebody of the frozen pool: numbered in the order of the commitments, or left out for a reason."""

    __tablename__ = "draw_member"
    __table_args__ = (
        UniqueConstraint("round_id", "commitment", name="uq_draw_member_round_commitment"),
        UniqueConstraint("round_id", "expert_id", name="uq_draw_member_round_expert"),
        UniqueConstraint("round_id", "position", name="uq_draw_member_round_position"),
        CheckConstraint("(position IS NULL) = (exclusion IS NOT NULL)", name="numbered_or_excluded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("draw_round.id"), index=True)
    position: Mapped[int | None] = mapped_column(Integer)
    commitment: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    line: Mapped[str] = mapped_column(Text)
    """draw.canonical_line; with the salt it opens the commitment."""
    expert_id: Mapped[int] = mapped_column(ForeignKey("pool_expert.id"), index=True)
    exclusion: Mapped[Exclusion | None] = mapped_column(enum_column(Exclusion))

    round: Mapped[DrawRound] = relationship(back_populates="members")
    expert: Mapped[PoolExpert] = relationship()


class DrawContribution(db.Model):
    """A side's promise of a random value, and the value once it was shown."""

    __tablename__ = "draw_contribution"
    __table_args__ = (
        UniqueConstraint("round_id", "side", name="uq_draw_contribution_round_side"),
        CheckConstraint("(value IS NULL) = (revealed_at IS NULL)", name="value_with_time"),
        CheckConstraint("(revealed_at IS NULL) = (revealed_by_id IS NULL)", name="value_with_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("draw_round.id"), index=True)
    side: Mapped[Side] = mapped_column(enum_column(Side))
    committed: Mapped[str] = mapped_column(String(64))
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    committed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    value: Mapped[str | None] = mapped_column(String(64))
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    round: Mapped[DrawRound] = relationship(back_populates="contributions")
    tender = property(lambda self: self.round.tender)


class DrawNumber(db.Model):
    """The public number as one side read it. It counts when both sides have entered the same."""

    __tablename__ = "draw_number"
    __table_args__ = (CheckConstraint("source <> ''", name="has_source"), CheckConstraint("issue <> ''", name="has_issue"))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("draw_round.id"), index=True)
    side: Mapped[Side] = mapped_column(enum_column(Side))
    issue: Mapped[str] = mapped_column(String(20))
    """The lottery's own number of that drawing."""
    drawn_on: Mapped[date] = mapped_column(Date)
    numbers: Mapped[Any] = mapped_column(JSON)
    """[[2, 7, …], [11]]"""
    source: Mapped[str] = mapped_column(String(400))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    round: Mapped[DrawRound] = relationship(back_populates="numbers")
    entered_by: Mapped["User"] = relationship("User")  # noqa: F821
    tender = property(lambda self: self.round.tender)


class DrawStep(db.Model):
    """One place of the sequence as it came up: seated, or passed over for a reason."""

    __tablename__ = "draw_step"
    __table_args__ = (
        UniqueConstraint("round_id", "sequence", name="uq_draw_step_round_sequence"),
        UniqueConstraint("member_id", name="uq_draw_step_member"),
        UniqueConstraint("assignment_id", name="uq_draw_step_assignment"),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("(outcome = 'seated') = (assignment_id IS NOT NULL)", name="seated_has_seat"),
        CheckConstraint("(outcome = 'skipped') = (exclusion IS NOT NULL)", name="skipped_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("draw_round.id"), index=True)
    sequence: Mapped[int] = mapped_column(Integer)
    member_id: Mapped[int] = mapped_column(ForeignKey("draw_member.id"))
    outcome: Mapped[Drawn] = mapped_column(enum_column(Drawn))
    exclusion: Mapped[Exclusion | None] = mapped_column(enum_column(Exclusion))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("evaluator_assignment.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    round: Mapped[DrawRound] = relationship(back_populates="steps")
    member: Mapped[DrawMember] = relationship()
    assignment: Mapped["EvaluatorAssignment | None"] = relationship("EvaluatorAssignment")  # noqa: F821


for _table in (DrawMember, DrawNumber, DrawStep):
    append_only(_table.__table__)
changes_only(
    DrawContribution.__table__,
    ("value", "revealed_at", "revealed_by_id"),
    "OLD.value IS NULL",
)
changes_only(
    DrawRound.__table__,
    ("closing_digest", "closing_source", "key_string", "drawn_at"),
    "OLD.drawn_at IS NULL",
)
