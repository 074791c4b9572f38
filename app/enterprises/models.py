"""What is kept about enterprises: their present facts, where each fact came from, their conduct and their projects."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.guards import append_only
from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.enterprises.rules import ConductKind, FactName, FactSource, Level, ProjectSource, Verification
from app.extensions import db


class RecommendedBatch(db.Model):
    """One announcement of recommended enterprises: a badge, no condition for bidding."""

    __tablename__ = "recommended_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    as_of_on: Mapped[date]
    """The day to which the list's figures belong."""
    source: Mapped[str] = mapped_column(String(200))
    """The file that announced it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.name


class Enterprise(db.Model):
    """A property service enterprise. The columns hold what is known today; EnterpriseFact holds where each came from."""

    __tablename__ = "enterprise"
    __table_args__ = (
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
        CheckConstraint("uscc = upper(uscc)", name="uscc_upper"),
        *(
            CheckConstraint(f"{column} >= 0", name=column)
            for column in (
                "capital_fen",
                "staff",
                "managers",
                "technicians",
                "certified_managers",
                "projects_count",
                "managed_area_centi",
                "residential_area_centi",
                "revenue_fen",
                "national_prizes",
                "provincial_prizes",
                "city_prizes",
            )
        ),
        CheckConstraint("residential_area_centi <= managed_area_centi", name="residential_within_managed"),
        CheckConstraint("(verification = 'verified') = (verified_at IS NOT NULL)", name="verified_at_when_verified"),
        Index("ix_enterprise_name_id", "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[Level | None] = mapped_column(enum_column(Level))
    legal_representative: Mapped[str | None] = mapped_column(String(40))
    founded_on: Mapped[date | None]
    capital_fen: Mapped[int | None] = mapped_column(BigInteger)
    staff: Mapped[int | None]
    managers: Mapped[int | None]
    technicians: Mapped[int | None]
    certified_managers: Mapped[int | None]
    projects_count: Mapped[int | None]
    managed_area_centi: Mapped[int | None] = mapped_column(BigInteger)
    residential_area_centi: Mapped[int | None] = mapped_column(BigInteger)
    revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    national_prizes: Mapped[int | None]
    provincial_prizes: Mapped[int | None]
    city_prizes: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(String(40))
    stated_on: Mapped[date | None]
    """As of which day the load (area, projects) was last stated; contracts signed since then are added to it."""
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("recommended_batch.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), unique=True)
    verification: Mapped[Verification] = mapped_column(enum_column(Verification), default=Verification.PENDING)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verification_note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    batch: Mapped[RecommendedBatch | None] = relationship(lazy="joined")
    districts: Mapped[list["ServiceDistrict"]] = relationship(
        back_populates="enterprise", lazy="selectin", cascade="all, delete-orphan", order_by="ServiceDistrict.name"
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @property
    def is_recommended(self) -> bool:
        return self.batch_id is not None

    @property
    def district_names(self) -> tuple[str, ...]:
        return tuple(district.name for district in self.districts)


class ServiceDistrict(db.Model):
    """A district in which an enterprise says that it serves, by name; 全市 stands for all."""

    __tablename__ = "enterprise_service_district"
    __table_args__ = (Index("ix_enterprise_service_district_name", "name"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)

    enterprise: Mapped[Enterprise] = relationship(back_populates="districts")


class EnterpriseFact(db.Model):
    """One stated fact with its source and day. Append-only: what was stated once stays readable."""

    __tablename__ = "enterprise_fact"
    __table_args__ = (Index("ix_enterprise_fact_enterprise_id_name_id", "enterprise_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[FactName] = mapped_column(enum_column(FactName))
    value: Mapped[str] = mapped_column(String(200))
    """Canonical text: whole numbers for counts, fen and 0.01 m²; ISO days; the enum's value for a level."""
    as_of_on: Mapped[date]
    source: Mapped[FactSource] = mapped_column(enum_column(FactSource))
    source_text: Mapped[str] = mapped_column(String(200))
    """File and row, or who declared it."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(EnterpriseFact.__table__)


class ConductRecord(db.Model):
    """Good or bad conduct that an authority recorded: dated, numbered, with a last day."""

    __tablename__ = "conduct_record"
    __table_args__ = (
        Index(  # one standing record; a corrected one stays as revoked beside the one that replaced it
            "uq_conduct_record_natural",
            "enterprise_id",
            "occurred_on",
            "document_number",
            "matter",
            unique=True,
            sqlite_where=db.text("revoked_at IS NULL"),
            postgresql_where=db.text("revoked_at IS NULL"),
        ),
        CheckConstraint("(kind = 'good' AND points > 0) OR (kind = 'bad' AND points < 0)", name="points_sign"),
        CheckConstraint("points BETWEEN -100 AND 100", name="points_range"),
        CheckConstraint("expires_on >= occurred_on", name="expires_after"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason = '')", name="revoked_with_reason"),
        Index("ix_conduct_record_expires_on_occurred_on", "expires_on", "occurred_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    occurred_on: Mapped[date]
    kind: Mapped[ConductKind] = mapped_column(enum_column(ConductKind))
    matter: Mapped[str] = mapped_column(String(100))
    points: Mapped[int]
    document_number: Mapped[str] = mapped_column(String(60))
    expires_on: Mapped[date]
    """Last day on which it counts."""
    is_regional_prize: Mapped[bool] = mapped_column(default=False)
    """A prize of a province, city or district: scored only where the law lets it be."""
    source_text: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)

    enterprise: Mapped[Enterprise] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Project(db.Model):
    """A compound or bundle in an enterprise's hands: declared by it, or contracted on this platform."""

    __tablename__ = "enterprise_project"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "name", "since_on", name="uq_enterprise_project_natural"),
        CheckConstraint("area_centi > 0", name="area"),
        CheckConstraint("until_on IS NULL OR until_on >= since_on", name="until_after"),
        CheckConstraint("signed_on IS NULL OR source = 'platform'", name="signed_on_platform"),
        Index(
            "uq_enterprise_project_reference",
            "enterprise_id",
            "reference",
            unique=True,
            sqlite_where=db.text("source = 'platform'"),
            postgresql_where=db.text("source = 'platform'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200), default="")
    """District, street, community, as people read it."""
    area_centi: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[ProjectSource] = mapped_column(enum_column(ProjectSource))
    reference: Mapped[str] = mapped_column(String(60), default="")
    """Number of the tender or contract on this platform."""
    signed_on: Mapped[date | None]
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise] = relationship()

    @property
    def binding_since(self) -> date:
        """Staff is bound from the signature, even when the service begins later."""
        return min(self.signed_on or self.since_on, self.since_on)
