"""Divisions, compounds and how their record changed."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.communities.rules import DivisionLevel, ManagementMode
from app.extensions import db


class Division(db.Model):
    """A city, district, street or community, by its code: 4104, 410402, 410402001, 410402001001."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("parent_code", "name"),
        CheckConstraint(
            "length(code) = CASE level WHEN 'city' THEN 4 WHEN 'district' THEN 6 WHEN 'street' THEN 9 ELSE 12 END",
            name="code_length",
        ),
        CheckConstraint("(level = 'city') = (parent_code IS NULL)", name="parent"),
        CheckConstraint("parent_code IS NULL OR substr(code, 1, length(parent_code)) = parent_code", name="code_within_parent"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from < valid_to", name="validity"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[DivisionLevel] = mapped_column(enum_column(DivisionLevel))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    """First day on which it is no longer valid."""
    is_provisional: Mapped[bool] = mapped_column(default=False)
    """The code was given by this system (a community that a census named), not by the statistics bureau."""

    parent: Mapped["Division | None"] = relationship(remote_side=[code])


class Compound(db.Model):
    """A residential compound (楼院), as last surveyed or corrected."""

    __tablename__ = "compound"
    __table_args__ = (
        UniqueConstraint("division_code", "name"),
        CheckConstraint("length(division_code) = 12", name="in_community"),
        CheckConstraint("households >= 0", name="households"),
        CheckConstraint("area_centi > 0", name="area"),
        CheckConstraint("buildings >= 1", name="buildings"),
        CheckConstraint("built_year BETWEEN 1900 AND 2200", name="built_year"),
        CheckConstraint("fee_fen >= 0", name="fee"),
        CheckConstraint("service_level BETWEEN 1 AND 3", name="service_level"),
        CheckConstraint("(longitude_e6 IS NULL) = (latitude_e6 IS NULL)", name="whole_position"),
        CheckConstraint("longitude_e6 BETWEEN 73000000 AND 136000000 AND latitude_e6 BETWEEN 3000000 AND 54000000", name="position"),
        Index("ix_compound_mode", "mode", "division_code"),
        Index("ix_compound_households", "households", "id"),
        Index("ix_compound_area", "area_centi", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    """Its community."""
    name: Mapped[str] = mapped_column(String(60))
    households: Mapped[int]
    area_centi: Mapped[int] = mapped_column(Integer)
    """Floor area in 0.01 m²."""
    buildings: Mapped[int | None] = mapped_column(SmallInteger)
    built_year: Mapped[int | None] = mapped_column(SmallInteger)
    mode: Mapped[ManagementMode] = mapped_column(enum_column(ManagementMode))
    fee_fen: Mapped[int | None]
    """Fen per m² and month."""
    has_guard: Mapped[bool | None]
    has_lamps: Mapped[bool | None]
    has_greening: Mapped[bool | None]
    has_monitoring: Mapped[bool | None]
    has_committee: Mapped[bool | None]
    owners_committee_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    is_cleaned: Mapped[bool | None]
    """Swept and waste removed every day. This and the following: None where nobody has checked."""
    has_contact_posted: Mapped[bool | None]
    """The person in charge is named on a board in the compound."""
    are_drains_kept: Mapped[bool | None]
    has_agreement: Mapped[bool | None]
    """A written service agreement is in force."""
    has_owner_decision: Mapped[bool | None]
    """The owners decided, or it was tendered."""
    has_filed_contract: Mapped[bool | None]
    service_level: Mapped[int | None] = mapped_column(SmallInteger)
    """1 (best) to 3, by 中物协〔2004〕1号; None where none is agreed."""
    longitude_e6: Mapped[int | None]
    latitude_e6: Mapped[int | None]
    census_on: Mapped[date | None]
    """Day of the figures."""
    search_text: Mapped[str] = mapped_column(String(200))
    """Name, community, street and district in half-width lower case, for searching by parts."""
    import_job_id: Mapped[int | None] = mapped_column(ForeignKey("import_job.id"), index=True)
    """The import that last wrote it."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    division: Mapped[Division] = relationship()

    __mapper_args__ = {"version_id_col": version}


class CompoundRevision(db.Model):
    """What one import changed in one compound; corrections by people are in the audit history."""

    __tablename__ = "compound_revision"
    __table_args__ = (Index("ix_compound_revision_compound", "compound_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    import_job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    changes: Mapped[list] = mapped_column(JSON)
    """[field, before, after] triples of stored values."""
