"""An application for one compound with the figures it was computed from, its reviews and objections."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.funding.lifecycle import ENDED_WITHOUT_MONEY, ApplicationStatus
from app.funding.models.programme import BudgetLine, Programme
from app.funding.review import Decision, ObjectionOutcome, ReviewStep

_LIVE = "status NOT IN (" + ", ".join(f"'{status.value}'" for status in sorted(ENDED_WITHOUT_MONEY)) + ")"
_APPROVED = "('bureau_approved', 'publicity', 'objected', 'partly_paid', 'paid', 'stopped', 'reclaimed')"
_PUBLISHED = "('publicity', 'objected', 'partly_paid', 'paid', 'stopped', 'reclaimed')"


class FundingApplication(db.Model):
    """One compound's application under one programme. Status is assigned by actions.move alone."""

    __tablename__ = "funding_application"
    __table_args__ = (
        Index(
            "uq_funding_application_live",
            "programme_id",
            "compound_id",
            unique=True,
            sqlite_where=db.text(_LIVE),
            postgresql_where=db.text(_LIVE),
        ),
        Index("ix_funding_application_status", "status", "id"),
        CheckConstraint("status <> 'payable'", name="payable_is_derived"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("area_centi <= register_area_centi", name="area_within_register"),
        CheckConstraint("contract_area_centi IS NULL OR area_centi <= contract_area_centi", name="area_within_contract"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= amount_fen", name="paid_within_amount"),
        CheckConstraint("reclaimed_fen >= 0 AND reclaimed_fen <= paid_fen", name="reclaimed_within_paid"),
        CheckConstraint("status NOT IN ('partly_paid', 'paid') OR paid_fen > 0", name="paid_state_has_money"),
        CheckConstraint("status <> 'paid' OR paid_fen = amount_fen", name="paid_in_full"),
        CheckConstraint("status IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name="submitted_has_fact"),
        CheckConstraint(f"status NOT IN {_APPROVED} OR (approved_at IS NOT NULL AND line_id IS NOT NULL)", name="approved_has_fact"),
        CheckConstraint(f"status NOT IN {_PUBLISHED} OR (publicity_at IS NOT NULL AND publicity_ends_on IS NOT NULL)", name="published_has_fact"),
        CheckConstraint("(contract_id IS NULL) = (enterprise_id IS NULL)", name="contract_has_enterprise"),
        CheckConstraint("(submitted_at IS NULL) = (submitted_by_id IS NULL)", name="submitted_by_somebody"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    payee_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The payee as an organisation of the platform, for recusal; None when the enterprise has no account here."""
    line_id: Mapped[int | None] = mapped_column(ForeignKey("budget_line.id"), index=True)
    status: Mapped[ApplicationStatus] = mapped_column(enum_column(ApplicationStatus), default=ApplicationStatus.DRAFT)
    round_no: Mapped[int] = mapped_column(Integer, default=1)
    """Goes up with each submission after a return."""

    compound_name: Mapped[str] = mapped_column(String(200))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    payee_name: Mapped[str] = mapped_column(String(200))
    area_centi: Mapped[int] = mapped_column(BigInteger)
    """What the amount is computed from: the smaller of the two below."""
    register_area_centi: Mapped[int] = mapped_column(BigInteger)
    """The register's area when it was computed."""
    contract_area_centi: Mapped[int | None] = mapped_column(BigInteger)
    """The compound's area in the contracted tender; None without a contract."""
    rates_fen: Mapped[list[int]] = mapped_column(JSON, default=list)
    cap_months: Mapped[int | None] = mapped_column(Integer)
    cap_fen: Mapped[int | None] = mapped_column(BigInteger)
    contract_starts_on: Mapped[date | None] = mapped_column(Date)
    contract_ends_on: Mapped[date | None] = mapped_column(Date)
    months: Mapped[int | None] = mapped_column(Integer)
    covers_until_on: Mapped[date | None] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)

    statement: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(40), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    payee_bank: Mapped[str] = mapped_column(String(100), default="")
    payee_account: Mapped[str] = mapped_column(String(40), default="")

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publicity_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publicity_ends_on: Mapped[date | None] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str] = mapped_column(Text, default="")
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    reclaimed_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    version_id: Mapped[int] = mapped_column(Integer)

    programme: Mapped[Programme] = relationship()
    line: Mapped[BudgetLine | None] = relationship()
    compound: Mapped["Compound"] = relationship("Compound")  # noqa: F821
    contract: Mapped["Contract | None"] = relationship("Contract")  # noqa: F821
    enterprise: Mapped["Enterprise | None"] = relationship("Enterprise")  # noqa: F821
    applicant: Mapped["Organisation"] = relationship("Organisation", foreign_keys=[applicant_id])  # noqa: F821
    submitted_by: Mapped["User | None"] = relationship("User", foreign_keys=[submitted_by_id])  # noqa: F821
    months_held: Mapped[list["SubsidyMonth"]] = relationship(cascade="all, delete-orphan", order_by="SubsidyMonth.month_on")
    reviews: Mapped[list["FundingReview"]] = relationship(back_populates="application", order_by="FundingReview.id")
    objections: Mapped[list["FundingObjection"]] = relationship(back_populates="application", order_by="FundingObjection.id")
    instalments: Mapped[list["Instalment"]] = relationship(back_populates="application", order_by="Instalment.number")  # noqa: F821
    acceptances: Mapped[list["Acceptance"]] = relationship(back_populates="application", order_by="Acceptance.id")  # noqa: F821
    clawbacks: Mapped[list["Clawback"]] = relationship(back_populates="application", order_by="Clawback.id")  # noqa: F821

    __mapper_args__ = {"version_id_col": version_id}

    @property
    def has_acceptance(self) -> bool:
        return any(row.has_passed for row in self.acceptances)


class SubsidyMonth(db.Model):
    """A month of a compound that is taken by an application: no month is ever subsidised twice, whatever the programme."""

    __tablename__ = "subsidy_month"
    __table_args__ = (UniqueConstraint("compound_id", "month_on", name="uq_subsidy_month_compound_month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"), index=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    month_on: Mapped[date] = mapped_column(Date)
    """First day of the calendar month in which the supported month begins."""


class FundingReview(db.Model):
    """What one level decided in one round."""

    __tablename__ = "funding_review"
    __table_args__ = (
        UniqueConstraint("application_id", "round_no", "step", name="uq_funding_review_application_round_step"),
        CheckConstraint("decision = 'passed' OR reason <> ''", name="no_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"), index=True)
    round_no: Mapped[int] = mapped_column(Integer)
    step: Mapped[ReviewStep] = mapped_column(enum_column(ReviewStep))
    decision: Mapped[Decision] = mapped_column(enum_column(Decision))
    reason: Mapped[str] = mapped_column(Text, default="")
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    application: Mapped[FundingApplication] = relationship(back_populates="reviews")
    reviewer: Mapped["User"] = relationship("User")  # noqa: F821
    organisation: Mapped["Organisation"] = relationship("Organisation")  # noqa: F821


class FundingObjection(db.Model):
    """Somebody's objection during publicity; while one is open nothing is paid."""

    __tablename__ = "funding_objection"
    __table_args__ = (
        UniqueConstraint("application_id", "phone", name="uq_funding_objection_application_phone"),
        Index("ix_funding_objection_address", "address", "raised_at"),
        CheckConstraint("text <> ''", name="has_text"),
        CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL) AND (outcome IS NULL) = (settled_by_id IS NULL) "
            "AND (outcome IS NULL) = (answer IS NULL)",
            name="answer_complete",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(40))
    """Never on a public page."""
    address: Mapped[str] = mapped_column(String(45), default="")
    """Network address, for the limit on objections from one place."""
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[ObjectionOutcome | None] = mapped_column(enum_column(ObjectionOutcome))
    answer: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    application: Mapped[FundingApplication] = relationship(back_populates="objections")
    settled_by: Mapped["User | None"] = relationship("User", foreign_keys=[settled_by_id])  # noqa: F821
