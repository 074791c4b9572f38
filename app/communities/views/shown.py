"""Coverage and compounds as the pages and downloads show them: rows, charts and points from the tallies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.common.clock import local
from app.common.figures import listed, share_text
from app.communities.coverage import ITEMS, STEP_MODES, Basis, Item, Step
from app.communities.queries import Tally
from app.communities.queries.since import Census
from app.communities.records import LABELS, show_value
from app.communities.rules import ManagementMode

MODE_COLOURS = {
    ManagementMode.PROFESSIONAL: "c1",
    ManagementMode.UNIT_LOGISTICS: "c2",
    ManagementMode.CLEANING_ONLY: "c3",
    ManagementMode.NONE: "c4",
    ManagementMode.COMMUNITY_CUSTODY: "c6",
    ManagementMode.SELF_MANAGED: "c5",
}

MODE_ORDER = (
    ManagementMode.PROFESSIONAL,
    ManagementMode.UNIT_LOGISTICS,
    ManagementMode.COMMUNITY_CUSTODY,
    ManagementMode.SELF_MANAGED,
    ManagementMode.CLEANING_ONLY,
    ManagementMode.NONE,
)
"""From most to least managed."""


def modes_in(tally: Tally) -> list[ManagementMode]:
    """Modes that occur, in their fixed order; the four of the report always."""
    always = {ManagementMode.PROFESSIONAL, ManagementMode.UNIT_LOGISTICS, ManagementMode.CLEANING_ONLY, ManagementMode.NONE}
    return [mode for mode in MODE_ORDER if mode in always or tally.modes.get(mode)]


def mode_parts(tally: Tally) -> list[tuple[Any, int, str, str]]:
    """For the stacked bar: label, number, text, colour."""
    return [(mode.label, tally.modes.get(mode, 0), f"{tally.modes.get(mode, 0):,}", MODE_COLOURS[mode]) for mode in modes_in(tally)]


def mode_legend(tally: Tally) -> list[tuple[Any, str, str]]:
    return [(label, colour, text) for label, _number, text, colour in mode_parts(tally)]


def map_points(rows: Iterable[tuple]) -> list[tuple[float, float, str, str]]:
    """For the point map. A cell of many compounds says how many it holds."""
    return [
        (lon, lat, MODE_COLOURS[mode], f"{name} · {mode.label}" if name else _("%(count)s 个楼院", count=f"{number:,}"))
        for lon, lat, mode, number, name in rows
    ]


@dataclass(frozen=True)
class ItemCount:
    item: Item
    recorded: int
    presumed: int
    not_met: int


def item_counts(tally: Tally) -> dict[Step, list[ItemCount]]:
    """For each step, how many compounds meet each item, by record and by presumption."""
    found: dict[Step, list[ItemCount]] = {step: [] for step in Step}
    for item in ITEMS:
        found[item.step].append(ItemCount(item, *tally.items[item.key]))
    return found


def step_share(tally: Tally, basis: Basis, step: Step) -> str:
    return share_text(tally.steps.get((basis, step), 0), tally.compounds)


def lacking(tally: Tally, step: Step) -> str:
    """What compounds that reach a step by their mode were found to lack, item by item; empty where nothing was."""
    steps = list(Step)
    needed = steps[: steps.index(step) + 1]
    modes = STEP_MODES[step]
    missed = [(item, sum(tally.lacking[(item.key, mode)] for mode in modes)) for item in ITEMS if item.step in needed]
    return listed([_("“%(item)s”%(number)s 个", item=item.label, number=f"{number:,}") for item, number in missed if number])


def download_header() -> list[str]:
    """The register as it stands, with its day, then the census, with its own."""
    header = [_("代码"), _("级别"), _("名称"), _("登记日期"), _("楼院"), _("户数"), _("建筑面积（m²）")]
    header += [str(mode.label) for mode in MODE_ORDER]
    for basis in Basis:
        for step in Step:
            header += [f"{step.label}（{basis.label}）", f"{step.label}（{basis.label}）%"]
    header += [_("底数日期"), _("底数：%(what)s", what=_("楼院"))]
    header += [_("底数：%(what)s", what=mode.label) for mode in MODE_ORDER]
    for step in Step:
        header += [_("底数：%(what)s", what=step.label), _("底数：%(what)s", what=step.label) + " %"]
    return header


def download_rows(
    tallies: dict[str, Tally], censuses: dict[str, Census], names: dict[str, str], levels: dict[int, str], today: date
) -> Iterable[list]:
    """One row a division, each after the one that holds it."""
    for code in sorted(tallies):
        tally, census = tallies[code], censuses[code]
        day = today if census.changed else census.day
        row = [
            code,
            levels[len(code)],
            names.get(code, ""),
            day and day.isoformat(),
            tally.compounds,
            tally.households,
            tally.area_centi / 100,
        ]
        row += [tally.modes.get(mode, 0) for mode in MODE_ORDER]
        for basis in Basis:
            for step in Step:
                number = tally.steps.get((basis, step), 0)
                row += [number, share_text(number, tally.compounds).rstrip("%")]
        row += [census.day and census.day.isoformat(), census.compounds, *(census.modes[mode] for mode in MODE_ORDER)]
        for step in Step:
            row += [census.reached(step), share_text(census.reached(step), census.compounds).rstrip("%")]
        yield row


def register_table(found, names: dict[str, str]) -> tuple[list[str], Iterable[list]]:
    """Header and rows of the register's download."""
    keys = (
        "households", "area_centi", "buildings", "built_year", "mode", "fee_fen", "has_committee", "has_guard", "has_lamps",
        "has_greening", "has_monitoring", "longitude_e6", "latitude_e6", "census_on", "updated_at",
    )  # fmt: skip
    header = [_("编号"), _("区县"), _("街道、乡镇"), _("社区"), _("楼院名称"), *(_register_head(key) for key in keys)]
    return header, (
        [c.id, *(names.get(c.division_code[:n], "") for n in (6, 9, 12)), c.name, *(_register_cell(c, key) for key in keys)] for c in found
    )


def _register_head(key: str) -> str:
    units = {"updated_at": _("最近登记"), "area_centi": _("建筑面积（m²）"), "fee_fen": _("物业费（元/m²·月）")}
    return units.get(key) or str(LABELS[key])


def _register_cell(compound, key: str):
    value = getattr(compound, key)
    if value is None:
        return None
    if key in {"area_centi", "fee_fen"}:
        return value / 100
    if key in {"households", "buildings", "built_year"}:
        return value
    if key == "updated_at":
        return local(value).date().isoformat()
    return show_value(key, value)


def neighbour_points(compound, rows: Iterable[tuple]) -> list[tuple[float, float, str, str]]:
    """The compound and those of its community, itself last so that it lies on top."""
    if compound.longitude_e6 is None:
        return []
    others = [(lon / 1e6, lat / 1e6, "c5", name) for lon, lat, id_, name in rows if id_ != compound.id]
    return [*others, (compound.longitude_e6 / 1e6, compound.latitude_e6 / 1e6, "c4", compound.name)]


@dataclass(frozen=True)
class PastChange:
    """One change of a compound: by a person, by a contract, or by an import."""

    at: Any
    who: str
    what: Any
    reason: str
    changes: list
    job_id: int | None = None


def past_changes(audit_rows, revisions) -> list[PastChange]:
    """Newest first."""
    past = [
        PastChange(
            row.at,
            row.organisation_name or str(row.person),
            row.label,
            row.facts.get("reason") or row.facts.get("source") or "",
            row.facts.get("changes") or [],
        )
        for row in audit_rows
    ]
    past += [PastChange(row.at, "", _("导入底数"), "", row.changes, row.import_job_id) for row in revisions]
    return sorted(past, key=lambda change: change.at, reverse=True)
