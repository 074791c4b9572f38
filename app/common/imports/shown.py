"""The summaries of a reading and a plan, with their words, as the templates draw them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.common.figures import day_text, listed
from app.common.i18n import _l
from app.common.imports.kinds import ImportKind
from app.common.imports.models import ImportJob
from app.common.imports.problems import Severity

LEFT_OUT = {
    "blank": _l("空行"),
    "subtotal": _l("小计、合计行"),
    "note": _l("说明文字"),
    "header": _l("重复的表头"),
    "section": _l("分组标题"),
}


@dataclass(frozen=True)
class ShownProblem:
    severity: Severity
    place: str
    column: str
    value: str
    text: str
    mend: str


@dataclass(frozen=True)
class ProblemGroup:
    """All problems of one code: a warning's are accepted with one tick."""

    code: str
    severity: Severity
    count: int
    first: str
    """The sentence of the first."""


def warning_groups(kind: ImportKind, job: ImportJob) -> list[ProblemGroup]:
    """The warnings by code, in a fixed order."""
    first = {}
    for problem in reversed((job.reading or {}).get("problems", ())):
        first[problem["code"]] = problem
    groups = []
    for code, count in sorted((job.reading or {}).get("problem_counts", {}).items()):
        words = kind.problem_kind(code)
        if words.severity is Severity.WARNING:
            groups.append(ProblemGroup(code, words.severity, count, _problem(kind, first[code], many=False).text))
    return groups


def all_problems(kind: ImportKind, job: ImportJob) -> list[ShownProblem]:
    """Every problem that was kept: errors first, each part in the order of the file."""
    reading = job.reading or {}
    many = len(reading.get("sheets", ())) > 1
    return [_problem(kind, problem, many=many) for problem in reading.get("problems", ())]


def problem_count(job: ImportJob) -> int:
    return sum((job.reading or {}).get("problem_counts", {}).values())


def _problem(kind: ImportKind, problem: dict, *, many: bool) -> ShownProblem:
    words = kind.problem_kind(problem["code"])
    spec = kind.field(problem["field"]) if problem["field"] else None
    params = {"value": problem["value"], "label": str(spec.label) if spec else ""}
    params |= {key: _day(value) if key in words.days else value for key, value in problem["params"].items()}
    params |= {key: spec.show(params[key]) for key in words.values} if spec else {}
    place = _("第 %(row)s 行", row=problem["row"]) if problem["row"] else _("整张表")
    if many:
        place = f"{problem['sheet']} {place}"
    column = problem["column"]
    if spec:
        column = f"{column} {spec.label}".strip()
    return ShownProblem(words.severity, place, column, problem["value"], str(words.text) % params, str(words.mend) % params)


def _day(text: str) -> str:
    return day_text(date.fromisoformat(text))


@dataclass(frozen=True)
class ShownColumn:
    index: int
    letter: str
    header: str
    read_as: str
    how: list[str]
    is_guess: bool
    is_left_out: bool
    samples: list[str]
    choice: str
    unit: str
    fill: str
    units: list[tuple[str, Any]]
    may_fill: bool


@dataclass(frozen=True)
class ShownLayout:
    key: str
    first: int
    last: int
    sheets: list[str]
    columns: list[ShownColumn]
    from_title: list[tuple[Any, str]]
    missing: list[Any]
    """Labels of fields that no column gives and that are not required."""


def layouts(kind: ImportKind, job: ImportJob) -> list[ShownLayout]:
    reading = job.reading or {}
    shown = []
    for layout in reading.get("layouts", ()):
        sheets = [sheet for sheet in reading["sheets"] if sheet["layout"] == layout["key"]]
        given = {
            key: sorted({sheet["from_title"][key] for sheet in sheets if key in sheet["from_title"]})
            for sheet in sheets
            for key in sheet["from_title"]
        }
        fields = {column["field"] for column in layout["columns"]}
        shown.append(
            ShownLayout(
                key=layout["key"],
                first=layout["header"][0] or 1,
                last=layout["header"][1] or 1,
                sheets=[sheet["name"] for sheet in sheets],
                columns=[_column(kind, column) for column in layout["columns"]],
                from_title=[(kind.field(key).label, listed(names)) for key, names in given.items()],
                missing=[
                    spec.label for spec in kind.fields if spec.key not in fields and spec.key not in given and spec.from_title is None
                ],
            )
        )
    return shown


def _column(kind: ImportKind, column: dict) -> ShownColumn:
    spec = kind.field(column["field"]) if column["field"] else None
    how = []
    if spec and column["tick"]:
        how.append(_("打勾即为“%(value)s”", value=spec.show(spec.parse(column["tick"], None))))
    if spec and len(spec.units) > 1:
        how.append(_("单位：%(unit)s", unit=next(str(u.label) for u in spec.units if u.key == column["unit"])))
    if column["fill"]:
        how.append(_("合并单元格向下填充") if column["fill"] == "merged" else _("空白沿用上一行"))
    if column["blank_is_no"]:
        how.append(_("空白表示没有"))
    return ShownColumn(
        index=column["index"],
        letter=column["letter"],
        header=column["header"],
        read_as=str(spec.label) if spec else "",
        how=how,
        is_guess=column["is_guess"],
        is_left_out=spec is None,
        samples=column["samples"],
        choice=f"{column['field']}|{column['tick']}" if column["tick"] else column["field"],
        unit=column["unit"],
        fill=column["fill"],
        units=[(unit.key, unit.label) for unit in spec.units] if spec and len(spec.units) > 1 else [],
        may_fill=bool(spec and spec.fills_down),
    )


def choices(kind: ImportKind) -> list[tuple[str, str]]:
    """What a column can be read as: fields, and for tick columns the field's value."""
    found = [("", _("不导入"))]
    for spec in kind.fields:
        found.append((spec.key, str(spec.label)))
        found += [
            (f"{spec.key}|{tick}", _("%(field)s：打勾为“%(value)s”", field=spec.label, value=spec.show(spec.parse(tick, None))))
            for tick in spec.ticks
        ]
    return found


def left_out(job: ImportJob) -> list[tuple[Any, int, str]]:
    """Rows that are not data: (what, how many, where)."""
    rows: dict[str, list[str]] = {}
    reading = job.reading or {}
    many = len(reading.get("sheets", ())) > 1
    for sheet in reading.get("sheets", ()):
        for row, why in sheet["left_out"]:
            rows.setdefault(why, []).append(f"{sheet['name']} {row}" if many else str(row))
    return [(LEFT_OUT[why], len(places), listed(places[:12]) + ("…" if len(places) > 12 else "")) for why, places in rows.items()]


@dataclass(frozen=True)
class ShownEntry:
    label: str
    where: str
    url: str
    changes: list[tuple[Any, str, str]]


def entries(kind: ImportKind, listed: Iterable[dict]) -> list[ShownEntry]:
    return [
        ShownEntry(
            entry["label"],
            entry["where"],
            entry["url"],
            [(_field_label(kind, key), _show(kind, key, before), _show(kind, key, after)) for key, before, after in entry["changes"]],
        )
        for entry in listed
    ]


def _field_label(kind: ImportKind, key: str):
    spec = kind.field(key)
    return spec.label if spec else key


def _show(kind: ImportKind, key: str, value) -> str:
    spec = kind.field(key)
    return spec.show(value) if spec else str(value)


def changed_fields(kind: ImportKind, plan: dict) -> list[tuple[Any, int]]:
    return [(_field_label(kind, key), count) for key, count in sorted(plan["changed_fields"].items(), key=lambda pair: -pair[1])]


def notes(kind: ImportKind, plan: dict) -> list[str]:
    return [str(kind.notes[code].text) % params for code, params in plan["notes"]]


def as_of(job: ImportJob) -> date | None:
    """The day of the figures, as read."""
    text = (job.reading or {}).get("as_of")
    return date.fromisoformat(text) if text else None
