"""Compare a census with the register: what is new, what would change, what the file does not mention. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.common.imports.cells import plain
from app.common.imports.kinds import Change, Entry, Plan, Problem, Reading, Row
from app.common.imports.summary import json_value
from app.communities.census.places import Gazetteer, Place, community_stem, district_stem
from app.communities.census.rows import settled, without_repeats

STORED = (
    "households", "area_centi", "buildings", "built_year", "mode", "fee_fen", "has_guard", "has_lamps", "has_greening",
    "has_monitoring", "has_committee", "longitude_e6", "latitude_e6",
)  # fmt: skip
"""What a census says of a compound, as columns of the register."""


@dataclass(frozen=True)
class Known:
    """A compound as the register has it."""

    id: int
    code: str
    name: str
    census_on: date | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Later:
    """A field of a compound as a contract or a person recorded it."""

    on: date
    source: str
    """Number of the tender whose contract it is, or the reason of the correction."""
    is_contract: bool


@dataclass
class Placed:
    """Rows with their communities."""

    rows: list[tuple[Row, Place]] = field(default_factory=list)
    new_communities: list[Place] = field(default_factory=list)
    streets: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def place_rows(rows: Iterable[Row], gazetteer: Gazetteer, *, covers: Callable[[str], bool]) -> Placed:
    """Find each row's community; communities that a known street lacks are proposed. `covers(code)`: the actor's scope."""
    placed = Placed()
    streets: dict[tuple, tuple[Place | None, str]] = {}
    for row in rows:
        name = row.get("street")
        if not name:
            continue
        key = (row.get("district"), name)
        if key not in streets:
            streets[key] = _find_street(gazetteer, *key, covers)
        street, wrong = streets[key]
        if street is None:
            placed.problems.append(_place_problem(row, wrong, gazetteer))
        elif row.get("community") and row.get("name"):
            placed.streets[street.code] = street
            placed.rows.append((row, _community(placed, gazetteer, street, row)))
    return placed


def _find_street(gazetteer: Gazetteer, district_name: str | None, name: str, covers) -> tuple[Place | None, str]:
    district = gazetteer.districts.get(district_stem(district_name)) if district_name else None
    if district_name and district is None:
        return None, "unknown_district"
    found = gazetteer.streets_named(name, district)
    if len(found) > 1:
        found = [place for place in found if covers(place.code)] or found
    if len(found) != 1:
        return None, "unclear_street" if found else "unknown_street"
    return (found[0], "") if covers(found[0].code) else (None, "not_yours")


def _place_problem(row: Row, code: str, gazetteer: Gazetteer) -> Problem:
    if code == "unknown_district":
        return row.problem(code, "district")
    if code == "unknown_street":
        return row.problem(code, "street", place=row.get("district") or _city_of(gazetteer))
    return row.problem(code, "street")


def _city_of(gazetteer: Gazetteer) -> str:
    cities = [name for code, name in gazetteer.names.items() if len(code) == 4]
    return cities[0] if len(cities) == 1 else "本系统"


def _community(placed: Placed, gazetteer: Gazetteer, street: Place, row: Row) -> Place:
    name = row.get("community")
    known = gazetteer.communities.get((street.code, community_stem(name)))
    if known is not None:
        return known
    community = gazetteer.new_community(street.code, name)
    placed.new_communities.append(community)
    if street.code in gazetteer.surveyed:
        column = row.letters.get("community", "")  # the sheet's, not the row's: the row itself is sound
        placed.problems.append(Problem("new_community", row.sheet, 0, column, "community", name, (("street", street.name),)))
    return community


def plan_census(
    reading: Reading,
    placed: Placed,
    known: Iterable[Known],
    gazetteer: Gazetteer,
    later: Mapping[int, Mapping[str, Later]] | None = None,
) -> Plan:
    """The plan of a census whose rows have been placed. `known`: the compounds of the streets that the file covers.

    `later`: what contracts and corrections recorded, by compound and field; figures of an earlier day do not override it.
    """
    register = {(one.code, plain(one.name)): one for one in known}
    plan = Plan(problems=list(placed.problems), extra=placed.new_communities)
    seen, kept = set(), 0
    newest = max((one.census_on for one in register.values() if one.census_on), default=None)
    for row, community in placed.rows:
        key = (community.code, plain(row.get("name")))
        seen.add(key)
        values = settled(row)
        found = register.get(key)
        where = f"{gazetteer.names[community.code[:9]]} {community.name}"
        if found is None:
            plan.new.append(Entry(row.get("name"), where, payload=(community.code, values)))
            continue
        changes, stays = _part(_changes(found, values, reading.as_of), (later or {}).get(found.id, {}), reading.as_of or found.census_on)
        plan.problems += [_kept(row, found, change, record) for change, record in stays]
        kept += bool(stays)
        if changes:
            plan.changed.append(Entry(found.name, where, changes=changes, payload=found.id))
        elif not stays:
            plan.unchanged += 1
    for key, one in register.items():
        if key not in seen:
            where = f"{gazetteer.names[one.code[:9]]} {gazetteer.names[one.code]}"
            plan.missing.append(Entry(one.name, where, payload=one.id))
    if placed.new_communities:
        plan.notes.append(("new_communities", {"count": len(placed.new_communities)}))
    if kept:
        plan.notes.append(("kept", {"count": kept}))
    if plan.missing:
        plan.notes.append(("missing", {"count": len(plan.missing)}))
    if reading.as_of and newest and reading.as_of < newest and plan.changed:
        plan.problems.append(
            Problem("older", reading.sheets[0].name, 0, params=(("day", newest.isoformat()), ("file", reading.as_of.isoformat())))
        )
    return plan


def _changes(found: Known, values: Mapping[str, Any], as_of: date | None) -> tuple[Change, ...]:
    """Only what the file has a column for can change."""
    changes = [Change(key, found.values[key], values[key]) for key in STORED if key in values and values[key] != found.values[key]]
    if as_of and as_of != found.census_on:
        changes.append(Change("census_on", found.census_on, as_of))
    return tuple(changes)


def _part(
    changes: tuple[Change, ...], later: Mapping[str, Later], day: date | None
) -> tuple[tuple[Change, ...], list[tuple[Change, Later]]]:
    """Changes to make, and those left aside because the register's value was recorded after the day of the file's figures.

    A file that states no day counts as of the register's own census.
    """
    stays = [(change, later[change.field]) for change in changes if change.field in later and (day is None or day < later[change.field].on)]
    aside = {change.field for change, _record in stays}
    return tuple(change for change in changes if change.field not in aside), stays


def _kept(row: Row, found: Known, change: Change, record: Later) -> Problem:
    return row.problem(
        "kept_contract" if record.is_contract else "kept_correction",
        change.field,
        "",
        name=found.name,
        day=record.on.isoformat(),
        source=record.source,
        stays=json_value(change.before),
        file=json_value(change.after),
    )


def rows_to_place(reading: Reading) -> list[Row]:
    """Rows once each; a row with a bad cell is still placed, so that all its problems show at once."""
    return without_repeats([row for row in reading.rows if row.get("name")]) + [row for row in reading.rows if not row.get("name")]
