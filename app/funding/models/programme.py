"""A programme with its terms, and its budget lines, on which the database itself refuses an overdraft."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.funding.programme import Payee, ProgrammeKind, ProgrammeStatus


class Programme(db.Model):
    """Public money set aside for one purpose, with what it grants, to whom and until when."""

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("name", name="uq_programme_name"),
        CheckConstraint("budget_fen > 0", name="budget_positive"),
        CheckConstraint(
            "(kind = 'subsidy' AND rate_fen > 0 AND cap_months > 0 AND fixed_sum_fen IS NULL) "
            "OR (kind = 'honour' AND rate_fen IS NULL AND cap_months IS NULL AND fixed_sum_fen > 0)",
            name="terms_of_kind",
        ),
        CheckConstraint("cap_fen IS NULL OR cap_fen > 0", name="cap_positive"),
        CheckConstraint("closes_on >= opens_on", name="window"),
        CheckConstraint("publicity_days BETWEEN 1 AND 60", name="publicity_days"),
        CheckConstraint("pay_within_days BETWEEN 1 AND 365", name="pay_within_days"),
        CheckConstraint("status NOT IN ('active', 'ended') OR activated_at IS NOT NULL", name="active_has_fact"),
        CheckConstraint("(activated_at IS NULL) = (activated_by_id IS NULL)", name="activated_by_somebody"),
        CheckConstraint("activated_by_id IS NULL OR activated_by_id <> prepared_by_id", name="four_eyes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ProgrammeKind] = mapped_column(enum_column(ProgrammeKind))
    status: Mapped[ProgrammeStatus] = mapped_column(enum_column(ProgrammeStatus), default=ProgrammeStatus.DRAFT)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    """The place whose compounds may be supported."""
    budget_fen: Mapped[int] = mapped_column(BigInteger)

    rate_fen: Mapped[int | None] = mapped_column(Integer)
    """Subsidy: fen per m² and month in the first contract year."""
    later_rates_fen: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Rates of the following contract years; empty when the first one goes on."""
    cap_months: Mapped[int | None] = mapped_column(Integer)
    cap_fen: Mapped[int | None] = mapped_column(BigInteger)
    """At most this much for one compound."""
    fixed_sum_fen: Mapped[int | None] = mapped_column(BigInteger)
    """Honour: the sum for one compound."""
    instalments_bp: Mapped[list[int]] = mapped_column(JSON)
    publicity_days: Mapped[int] = mapped_column(Integer, default=7)
    pay_within_days: Mapped[int] = mapped_column(Integer, default=30)
    """Days from the end of publicity, or from acceptance, within which an instalment is to be paid."""
    payee: Mapped[Payee] = mapped_column(enum_column(Payee), default=Payee.ENTERPRISE)
    applicant_kinds: Mapped[list[str]] = mapped_column(JSON)
    """Values of OrganisationKind."""
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    purpose: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    legal_basis: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(120), default="")
    """Where the money comes from: 市级财政 …"""

    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it was sent back or ended."""
    version_id: Mapped[int] = mapped_column(Integer)

    lines: Mapped[list["BudgetLine"]] = relationship(
        back_populates="programme", order_by="BudgetLine.division_code", cascade="all, delete-orphan"
    )
    prepared_by: Mapped["User"] = relationship("User", foreign_keys=[prepared_by_id])  # noqa: F821
    activated_by: Mapped["User | None"] = relationship("User", foreign_keys=[activated_by_id])  # noqa: F821

    __mapper_args__ = {"version_id_col": version_id}

    @property
    def rates_fen(self) -> tuple[int, ...]:
        return () if self.rate_fen is None else (self.rate_fen, *self.later_rates_fen)

    @property
    def shares_bp(self) -> tuple[int, ...]:
        return tuple(self.instalments_bp)


class BudgetLine(db.Model):
    """The part of a programme's budget that one place may use. The counters repeat the ledger; the CHECKs refuse an overdraft."""

    __tablename__ = "budget_line"
    __table_args__ = (
        UniqueConstraint("programme_id", "division_code", name="uq_budget_line_programme_division"),
        CheckConstraint("budget_fen > 0", name="budget_positive"),
        CheckConstraint("committed_fen >= 0 AND committed_fen <= budget_fen", name="not_overdrawn"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= committed_fen", name="paid_within_committed"),
        CheckConstraint("reclaimed_fen >= 0 AND reclaimed_fen <= paid_fen", name="reclaimed_within_paid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    budget_fen: Mapped[int] = mapped_column(BigInteger)
    committed_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    """Approved, paid or not."""
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    """Paid, reclaimed or not."""
    reclaimed_fen: Mapped[int] = mapped_column(BigInteger, default=0)

    programme: Mapped[Programme] = relationship(back_populates="lines")

    @property
    def available_fen(self) -> int:
        return self.budget_fen - self.committed_fen
