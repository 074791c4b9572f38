"""The tender itself: its notice, compounds, card of criteria, documents and filings."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db
from app.tenders.kinds import (
    CriterionKind,
    DocumentKind,
    FailureCause,
    FilingOutcome,
    FilingSubject,
    LevelScheme,
    Method,
    Regime,
    ServiceLevel,
)
from app.tenders.lifecycle import FACT_STATUSES, Status


def _fact_checks() -> list[CheckConstraint]:
    """A stage and the instant at which it was reached stand or fall together (lifecycle.FACT_STATUSES)."""
    checks = []
    for column, statuses in FACT_STATUSES.items():
        names = ", ".join(f"'{status.value}'" for status in sorted(statuses))
        ended = "" if column in ("cancelled_at", "failed_at") else "status IN ('cancelled', 'failed') OR "
        checks.append(CheckConstraint(f"{ended}(status IN ({names})) = ({column} IS NOT NULL)", name=f"fact_{column}"))
    return checks


class TenderSeries(db.Model):
    """The last number given in a district and year; numbers are given under its lock."""

    __tablename__ = "tender_series"

    prefix: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(Integer)


class Tender(db.Model):
    """One tender from draft to contract. Status is assigned by lifecycle.move alone."""

    __tablename__ = "tender"
    __table_args__ = (
        UniqueConstraint("number", name="uq_tender_number"),
        Index("ix_tender_status_deadline", "status", "bid_deadline_at"),
        CheckConstraint("ceiling_fen IS NULL OR ceiling_fen > 0", name="ceiling_positive"),
        CheckConstraint("term_months IS NULL OR term_months BETWEEN 1 AND 120", name="term"),
        CheckConstraint("published_at IS NULL OR bid_deadline_at > published_at", name="deadline_after_notice"),
        CheckConstraint("opened_at IS NULL OR opened_at >= bid_deadline_at", name="opened_after_deadline"),
        CheckConstraint("status <> 'cancelled' OR cancel_reason <> ''", name="cancel_has_reason"),
        CheckConstraint("status <> 'failed' OR published_at IS NOT NULL", name="failed_was_published"),
        CheckConstraint("candidates_public_at IS NULL OR notice_ends_at > candidates_public_at", name="notice_after_publication"),
        CheckConstraint("(status = 'failed') = (failure_cause IS NOT NULL)", name="failure_has_cause"),
        CheckConstraint("seal_threshold IN (2, 3)", name="seal_threshold"),
        *_fact_checks(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(120))
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.DRAFT)
    regime: Mapped[Regime] = mapped_column(enum_column(Regime))
    regime_version: Mapped[str] = mapped_column(String(12))
    """Version of the parameter sheet; fixed when the tender is published."""
    method: Mapped[Method] = mapped_column(enum_column(Method), default=Method.OPEN)
    procuring_entity_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)

    ceiling_fen: Mapped[int | None] = mapped_column(Integer)
    """Highest price allowed, fen per m² and month."""
    term_months: Mapped[int | None] = mapped_column(Integer)
    level_scheme: Mapped[LevelScheme] = mapped_column(enum_column(LevelScheme), default=LevelScheme.CPMI_2004)
    service_level: Mapped[ServiceLevel | None] = mapped_column(enum_column(ServiceLevel))
    service_content: Mapped[str] = mapped_column(Text, default="")
    eligibility: Mapped[str] = mapped_column(Text, default="")
    bid_instructions: Mapped[str] = mapped_column(Text, default="")
    contract_terms: Mapped[str] = mapped_column(Text, default="")
    opening_place: Mapped[str] = mapped_column(String(200), default="")
    contact_name: Mapped[str] = mapped_column(String(40), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    bid_validity_days: Mapped[int] = mapped_column(Integer, default=90)
    defence_on: Mapped[date | None] = mapped_column(Date)

    area_centi: Mapped[int] = mapped_column(BigInteger, default=0)
    """0.01 m², sum over its compounds; kept for sorting lists."""
    households: Mapped[int] = mapped_column(Integer, default=0)

    publish_on: Mapped[date | None] = mapped_column(Date)
    """The day on which the tenderer means to publish."""
    bid_deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    evaluated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    candidates_public_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    awarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    award_filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contracted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure_cause: Mapped[FailureCause | None] = mapped_column(enum_column(FailureCause))
    failure_note: Mapped[str] = mapped_column(Text, default="")
    notice_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """End of the candidate notice as announced; set with candidates_public_at."""
    retender_of_id: Mapped[int | None] = mapped_column(ForeignKey("tender.id"), index=True)
    seal_threshold: Mapped[int] = mapped_column(Integer, default=2)
    """How many of its holders open the bids together."""
    version_id: Mapped[int] = mapped_column(Integer)

    procuring_entity: Mapped["Organisation"] = relationship("Organisation")  # noqa: F821
    created_by: Mapped["User"] = relationship("User", foreign_keys=[created_by_id])  # noqa: F821
    retender_of: Mapped["Tender | None"] = relationship(remote_side=[id], back_populates="retenders")
    retenders: Mapped[list["Tender"]] = relationship(back_populates="retender_of", order_by="Tender.id")
    compounds: Mapped[list["TenderCompound"]] = relationship(
        back_populates="tender", order_by="TenderCompound.position", cascade="all, delete-orphan"
    )
    criteria: Mapped[list["ScoreCriterion"]] = relationship(
        back_populates="tender", order_by="ScoreCriterion.position", cascade="all, delete-orphan"
    )
    documents: Mapped[list["TenderDocument"]] = relationship(
        back_populates="tender", order_by="TenderDocument.id", cascade="all, delete-orphan"
    )
    filings: Mapped[list["Filing"]] = relationship(back_populates="tender", order_by="Filing.id")
    holders: Mapped[list["TenderHolder"]] = relationship(  # noqa: F821
        back_populates="tender", order_by="TenderHolder.position", cascade="all, delete-orphan"
    )
    bids: Mapped[list["Bid"]] = relationship(back_populates="tender", order_by="Bid.id")  # noqa: F821
    opening: Mapped["OpeningRecord | None"] = relationship(back_populates="tender", uselist=False)  # noqa: F821
    evaluators: Mapped[list["EvaluatorAssignment"]] = relationship(  # noqa: F821
        back_populates="tender", order_by="EvaluatorAssignment.id"
    )
    ranking: Mapped["Ranking | None"] = relationship(back_populates="tender", uselist=False)  # noqa: F821
    objections: Mapped[list["Objection"]] = relationship(back_populates="tender", order_by="Objection.id")  # noqa: F821
    passes: Mapped[list["CandidatePass"]] = relationship(back_populates="tender", order_by="CandidatePass.rank")  # noqa: F821
    awards: Mapped[list["Award"]] = relationship(back_populates="tender", order_by="Award.id")  # noqa: F821
    contract: Mapped["Contract | None"] = relationship(back_populates="tender", uselist=False)  # noqa: F821

    __mapper_args__ = {"version_id_col": version_id}

    @property
    def standing_award(self):
        return next((award for award in self.awards if award.voided_at is None), None)


class TenderCompound(db.Model):
    """A compound as it was when the tender was written: area and households count from here."""

    __tablename__ = "tender_compound"
    __table_args__ = (
        UniqueConstraint("tender_id", "compound_id", name="uq_tender_compound_tender_compound"),
        Index(
            "uq_tender_compound_claimed",
            "compound_id",
            unique=True,
            sqlite_where=db.text("is_claimed"),
            postgresql_where=db.text("is_claimed"),
        ),
        CheckConstraint("area_centi >= 0", name="area"),
        CheckConstraint("households >= 0", name="households"),
        CheckConstraint("buildings >= 0", name="buildings"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(200), default="")
    area_centi: Mapped[int] = mapped_column(BigInteger)
    households: Mapped[int] = mapped_column(Integer)
    buildings: Mapped[int | None] = mapped_column(Integer)
    is_claimed: Mapped[bool] = mapped_column(default=False)
    """True from submission for filing until the tender ends: one compound, one running tender."""

    tender: Mapped[Tender] = relationship(back_populates="compounds")


class ScoreCriterion(db.Model):
    """One line of the published card; weights add up to 100."""

    __tablename__ = "score_criterion"
    __table_args__ = (
        UniqueConstraint("tender_id", "code", name="uq_score_criterion_tender_code"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(80))
    weight: Mapped[int] = mapped_column(Integer)
    kind: Mapped[CriterionKind] = mapped_column(enum_column(CriterionKind))
    guidance: Mapped[str] = mapped_column(Text, default="")
    """What earns the points, published with the card."""

    tender: Mapped[Tender] = relationship(back_populates="criteria")


class TenderDocument(db.Model):
    """A file published with the notice."""

    __tablename__ = "tender_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind))
    title: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    tender: Mapped[Tender] = relationship(back_populates="documents")
    file: Mapped["StoredFile"] = relationship("StoredFile")  # noqa: F821


class Filing(db.Model):
    """One submission to the bureau, of a notice or of an award decision, and what became of it. Four eyes, held here."""

    __tablename__ = "filing"
    __table_args__ = (
        Index(
            "uq_filing_pending",
            "tender_id",
            "subject",
            unique=True,
            sqlite_where=db.text("outcome = 'pending'"),
            postgresql_where=db.text("outcome = 'pending'"),
        ),
        CheckConstraint("decided_by_id IS NULL OR outcome = 'taken_back' OR decided_by_id <> submitted_by_id", name="four_eyes"),
        CheckConstraint("(outcome = 'pending') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("outcome <> 'returned' OR corrections <> ''", name="return_has_corrections"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tender.id"), index=True)
    subject: Mapped[FilingSubject] = mapped_column(enum_column(FilingSubject))
    outcome: Mapped[FilingOutcome] = mapped_column(enum_column(FilingOutcome), default=FilingOutcome.PENDING)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    corrections: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int] = mapped_column(Integer)

    tender: Mapped[Tender] = relationship(back_populates="filings")
    submitted_by: Mapped["User"] = relationship("User", foreign_keys=[submitted_by_id])  # noqa: F821
    decided_by: Mapped["User | None"] = relationship("User", foreign_keys=[decided_by_id])  # noqa: F821

    __mapper_args__ = {"version_id_col": version_id}
