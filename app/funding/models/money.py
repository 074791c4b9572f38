"""Instalments, payments, acceptance, clawback, and the append-only ledger. Each CHECK and unique index here is a promise."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.guards import append_only
from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.funding.ledger import FLOWS, Account, EntryKind
from app.funding.models.application import FundingApplication
from app.funding.models.programme import BudgetLine
from app.funding.review import InstalmentState

_FLOWS = " OR ".join(
    f"(kind = '{kind.value}' AND source = '{source.value}' AND target = '{target.value}')" for kind, (source, target) in FLOWS.items()
)


def _account() -> EnumType:
    """An account's column; the flow's CHECK says which values may stand there."""
    return EnumType(Account, native_enum=False, create_constraint=False, length=40, values_callable=lambda enum: [a.value for a in enum])


def _unique_where(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=db.text(where), postgresql_where=db.text(where))


class Instalment(db.Model):
    """One part of an approved amount."""

    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("application_id", "number", name="uq_instalment_application_number"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("state <> 'due'", name="due_is_derived"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date | None] = mapped_column(Date)
    """Known once publicity (the first one) or acceptance (the others) sets it."""
    state: Mapped[InstalmentState] = mapped_column(enum_column(InstalmentState), default=InstalmentState.PLANNED)

    application: Mapped[FundingApplication] = relationship(back_populates="instalments")
    payments: Mapped[list["Payment"]] = relationship(back_populates="instalment", order_by="Payment.id")

    @property
    def payment(self) -> "Payment | None":
        """The payment that stands, confirmed or not."""
        return next((payment for payment in self.payments if payment.rejected_at is None), None)


class Payment(db.Model):
    """Money that left, as one person recorded and another confirmed it. One standing payment an instalment, ever."""

    __tablename__ = "payment"
    __table_args__ = (
        _unique_where("uq_payment_instalment", "instalment_id", where="rejected_at IS NULL"),
        _unique_where("uq_payment_voucher", "voucher_number", where="rejected_at IS NULL"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("voucher_number <> ''", name="has_voucher"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("(rejected_at IS NULL) = (rejected_by_id IS NULL)", name="rejected_by_somebody"),
        CheckConstraint("confirmed_at IS NULL OR rejected_at IS NULL", name="confirmed_or_rejected"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> recorded_by_id", name="four_eyes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instalment_id: Mapped[int] = mapped_column(ForeignKey("instalment.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    voucher_number: Mapped[str] = mapped_column(String(40))
    paid_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    rejected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rejected_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    rejected_reason: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int] = mapped_column(Integer)

    instalment: Mapped[Instalment] = relationship(back_populates="payments")
    recorded_by: Mapped["User"] = relationship("User", foreign_keys=[recorded_by_id])  # noqa: F821
    confirmed_by: Mapped["User | None"] = relationship("User", foreign_keys=[confirmed_by_id])  # noqa: F821

    __mapper_args__ = {"version_id_col": version_id}


class Acceptance(db.Model):
    """The assessment of the service on which later instalments hang. A failed one may be repeated; one passes, once."""

    __tablename__ = "acceptance"
    __table_args__ = (
        _unique_where("uq_acceptance_passed", "application_id", where="has_passed"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("findings <> ''", name="has_findings"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"), index=True)
    has_passed: Mapped[bool]
    score: Mapped[int] = mapped_column(Integer)
    assessed_on: Mapped[date] = mapped_column(Date)
    findings: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))

    application: Mapped[FundingApplication] = relationship(back_populates="acceptances")
    confirmed_by: Mapped["User"] = relationship("User")  # noqa: F821
    organisation: Mapped["Organisation"] = relationship("Organisation")  # noqa: F821


class Clawback(db.Model):
    """Money asked back: an approver decides, finance records its return."""

    __tablename__ = "clawback"
    __table_args__ = (
        _unique_where("uq_clawback_open", "application_id", where="received_at IS NULL"),
        _unique_where("uq_clawback_receipt", "receipt_number", where="receipt_number <> ''"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("(received_at IS NULL) = (received_by_id IS NULL)", name="received_by_somebody"),
        CheckConstraint("(received_at IS NULL) = (receipt_number = '')", name="received_has_receipt"),
        CheckConstraint("(received_at IS NULL) = (received_on IS NULL)", name="received_has_day"),
        CheckConstraint("received_by_id IS NULL OR received_by_id <> ordered_by_id", name="four_eyes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    received_on: Mapped[date | None] = mapped_column(Date)
    receipt_number: Mapped[str] = mapped_column(String(40), default="")
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    application: Mapped[FundingApplication] = relationship(back_populates="clawbacks")
    ordered_by: Mapped["User"] = relationship("User", foreign_keys=[ordered_by_id])  # noqa: F821
    received_by: Mapped["User | None"] = relationship("User", foreign_keys=[received_by_id])  # noqa: F821


class LedgerEntry(db.Model):
    """One movement from one account to another of a budget line. Append-only; balanced by construction.

    The unique indexes say what may happen once only: a line funded, an application committed, a payment posted.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        _unique_where("uq_ledger_entry_fund", "line_id", where="kind = 'fund'"),
        _unique_where("uq_ledger_entry_commit", "application_id", where="kind = 'commit'"),
        _unique_where("uq_ledger_entry_release", "application_id", where="kind = 'release'"),
        _unique_where("uq_ledger_entry_payment", "payment_id", where="payment_id IS NOT NULL"),
        _unique_where("uq_ledger_entry_clawback", "clawback_id", where="clawback_id IS NOT NULL"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(_FLOWS, name="flow"),
        CheckConstraint("(kind = 'fund') = (application_id IS NULL)", name="fund_or_application"),
        CheckConstraint("(kind = 'pay') = (payment_id IS NOT NULL)", name="pay_has_payment"),
        CheckConstraint("(kind = 'reclaim') = (clawback_id IS NOT NULL)", name="reclaim_has_clawback"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_line.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("funding_application.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    clawback_id: Mapped[int | None] = mapped_column(ForeignKey("clawback.id"))
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    source: Mapped[Account] = mapped_column(_account())
    target: Mapped[Account] = mapped_column(_account())
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    memo: Mapped[str] = mapped_column(String(200), default="")

    line: Mapped[BudgetLine] = relationship()
    application: Mapped[FundingApplication | None] = relationship()


append_only(LedgerEntry.__table__)
