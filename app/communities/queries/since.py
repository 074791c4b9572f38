"""The census itself, beside the register as it stands: what contracts, corrections and later imports changed is taken back.

Nothing of it is stored twice: the audit trail and the revisions of imports keep, with each change of who manages a
compound, what it was before.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Integer, String, cast, func, select

from app.common.audit import AuditEvent
from app.common.clock import local
from app.communities.coverage import STEP_MODES, Step
from app.communities.models import Compound, CompoundRevision
from app.communities.queries import Tally, within
from app.communities.rules import ManagementMode
from app.extensions import db

CHANGES = ("compound.manage", "compound.correct")

REPORT_2009 = (1_115, 291)
"""Compounds, and those that nobody manages, in the report of 2009: its own 74.3 % is explained beside them alone."""


@dataclass
class Census:
    """How a division's compounds were managed on the day of the census."""

    compounds: int = 0
    modes: dict[ManagementMode, int] = field(default_factory=lambda: defaultdict(int))
    day: date | None = None
    changed: int = 0
    """Compounds that are managed otherwise now, or that no census named."""

    def reached(self, step: Step) -> int:
        return sum(self.modes[mode] for mode in STEP_MODES[step])

    @property
    def is_of_the_report(self) -> bool:
        return (self.compounds, self.modes[ManagementMode.NONE]) == REPORT_2009


@dataclass(frozen=True)
class Change:
    division_code: str
    before: ManagementMode | None
    """None: no census named the compound."""
    now: ManagementMode


def changes_since_census(code: str) -> list[Change]:
    """The compounds of a division whose mode is no longer the census's, in three queries and, where any changed, a fourth."""
    new = db.session.execute(
        select(Compound.division_code, Compound.mode).where(within(Compound.division_code, code), Compound.census_on.is_(None))
    )
    found = [Change(place, None, mode) for place, mode in new]
    rows = sorted([*_recorded(code), *_imported(code)], key=lambda row: row.at)
    censuses = _last_censuses({row.id for row in rows})
    before: dict[int, Change] = {}
    for row in rows:
        is_in_census = row.id in censuses and row.at <= censuses[row.id] and local(row.at).date() <= row.census_on
        if row.id not in before and not is_in_census:
            was = next(value for key, value, _after in row.changes if key == "mode")
            before[row.id] = Change(row.division_code, ManagementMode(was), row.mode)
    return found + [change for change in before.values() if change.before is not change.now]


@dataclass(frozen=True)
class _Row:
    """One change of who manages a compound that a census named."""

    id: int
    division_code: str
    mode: ManagementMode
    census_on: date
    at: datetime
    changes: list


_COMPOUND = (Compound.id, Compound.division_code, Compound.mode, Compound.census_on)


def _recorded(code: str) -> list[_Row]:
    """By contracts and by people."""
    query = (
        select(*_COMPOUND, AuditEvent.at, AuditEvent.facts)
        .select_from(AuditEvent)
        .join(Compound, Compound.id == cast(AuditEvent.object_id, Integer))
        .where(
            AuditEvent.object_type == Compound.__tablename__,
            AuditEvent.event.in_(CHANGES),
            cast(AuditEvent.facts, String).like('%["mode",%'),
            within(Compound.division_code, code),
            Compound.census_on.is_not(None),
        )
        .order_by(AuditEvent.id)
    )
    return [_Row(*found, facts["changes"]) for *found, facts in db.session.execute(query)]


def _imported(code: str) -> list[_Row]:
    """By a file imported later; a file of another day is a census of its own and takes the place of the first."""
    query = (
        select(*_COMPOUND, CompoundRevision.at, CompoundRevision.changes)
        .join(Compound, Compound.id == CompoundRevision.compound_id)
        .where(
            cast(CompoundRevision.changes, String).like('%["mode",%'),
            cast(CompoundRevision.changes, String).not_like('%["census_on",%'),
            within(Compound.division_code, code),
            Compound.census_on.is_not(None),
        )
        .order_by(CompoundRevision.id)
    )
    return [_Row(*found) for found in db.session.execute(query)]


def _last_censuses(ids: set[int]) -> dict[int, datetime]:
    """When the last census of another day was imported, for compounds that more than one names."""
    if not ids:
        return {}
    query = (
        select(CompoundRevision.compound_id, func.max(CompoundRevision.at))
        .where(cast(CompoundRevision.changes, String).like('%["census_on",%'))
        .group_by(CompoundRevision.compound_id)
    )
    return {id_: at for id_, at in db.session.execute(query) if id_ in ids}


def census_of(tally: Tally, changes: list[Change], code: str = "") -> Census:
    """The census of one division from what its register adds up to now."""
    census = Census(tally.compounds, defaultdict(int, tally.modes), tally.latest)
    for change in changes:
        if not change.division_code.startswith(code):
            continue
        census.changed += 1
        census.modes[change.now] -= 1
        if change.before is None:
            census.compounds -= 1
        else:
            census.modes[change.before] += 1
    return census
