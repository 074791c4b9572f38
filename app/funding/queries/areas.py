"""Where the area of a subsidy comes from: register, contract and census beside each other, for those who check the figure."""

from dataclasses import dataclass

from sqlalchemy import select

from app.common.audit import AuditEvent
from app.communities.models import Compound, CompoundRevision
from app.extensions import db
from app.funding.models import FundingApplication

AREA = "area_centi"


@dataclass(frozen=True)
class Areas:
    """Four figures that ought to be one, in 0.01 m²."""

    counted: int
    register: int
    """When it was computed."""
    contract: int | None
    census: int | None
    """As the last import brought it; None for a compound that no census named."""
    register_now: int

    @property
    def differ(self) -> bool:
        known = {self.register, self.register_now, *(area for area in (self.contract, self.census) if area is not None)}
        return len(known) > 1


def areas_of(application: FundingApplication) -> Areas:
    compound = application.compound
    return Areas(
        counted=application.area_centi,
        register=application.register_area_centi,
        contract=application.contract_area_centi,
        census=census_area(compound),
        register_now=compound.area_centi,
    )


def census_area(compound: Compound) -> int | None:
    """The area as the census brought it, before any person corrected it."""
    if compound.import_job_id is None:
        return None
    revisions = db.session.scalars(
        select(CompoundRevision).where(CompoundRevision.compound_id == compound.id).order_by(CompoundRevision.id.desc())
    )
    imported = next((after for row in revisions for field, _before, after in row.changes if field == AREA), None)
    if imported is not None:
        return imported
    corrections = db.session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.object_type == Compound.__tablename__,
            AuditEvent.object_id == str(compound.id),
            AuditEvent.event == "compound.correct",
        )
        .order_by(AuditEvent.id)
    )
    first = next((before for row in corrections for field, before, _after in row.facts["changes"] if field == AREA), None)
    return compound.area_centi if first is None else first
