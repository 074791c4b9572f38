"""A reading and a plan as JSON for the pages: bounded in size, and free of words, which are looked up when shown."""

from collections import Counter
from datetime import date
from typing import Any

from flask_babel.speaklater import LazyString

from app.common.i18n import _l
from app.common.imports.kinds import ImportKind, Plan, Problem, Reading
from app.common.labels import LabelledEnum
from app.common.refusal import Reason

MAX_PROBLEMS = 500
MAX_ENTRIES = 200
MAX_LEFT_OUT = 300


def summarise_reading(kind: ImportKind, reading: Reading, problems: list[Problem]) -> dict:
    """`problems`: those of the reading and of the plan together. Errors come first where not all fit."""
    order = {sheet.name: number for number, sheet in enumerate(reading.sheets)}
    ordered = sorted(problems, key=lambda problem: (not kind.is_error(problem), order.get(problem.sheet, 0), problem.row))
    kept = ordered[:MAX_PROBLEMS]
    shown = {problem.code for problem in kept}
    for problem in ordered[MAX_PROBLEMS:]:  # at least one of each kind
        if problem.code not in shown:
            shown.add(problem.code)
            kept.append(problem)
    layouts: dict[str, dict] = {}
    for sheet in reading.sheets:
        known = layouts.setdefault(
            sheet.layout,
            {
                "key": sheet.layout,
                "header": [sheet.first_header_row, sheet.last_header_row],
                "columns": [_column(column) for column in sheet.columns],
                "sheets": [],
            },
        )
        known["sheets"].append(sheet.name)
    return {
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "rows": len(reading.rows),
        "layouts": list(layouts.values()),
        "sheets": [
            {
                "name": sheet.name,
                "title": sheet.title[:300],
                "rows": sheet.rows,
                "layout": sheet.layout,
                "from_title": dict(sheet.from_title),
                "left_out": [list(pair) for pair in sheet.left_out[:MAX_LEFT_OUT]],
            }
            for sheet in reading.sheets
        ],
        "problems": [problem.as_json() for problem in kept],
        "problem_counts": dict(Counter(problem.code for problem in problems)),
    }


def _column(column) -> dict:
    return {
        "index": column.index, "letter": column.letter, "header": column.header[:120], "field": column.field,
        "tick": column.tick, "unit": column.unit, "fill": column.fill, "blank_is_no": column.blank_is_no,
        "is_guess": column.is_guess, "samples": [sample[:40] for sample in column.samples],
    }  # fmt: skip


def summarise_plan(plan: Plan) -> dict:
    return {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
        "missing": len(plan.missing),
        "changed_fields": dict(Counter(change.field for entry in plan.changed for change in entry.changes)),
        "new_entries": [_entry(entry) for entry in plan.new[:MAX_ENTRIES]],
        "changed_entries": [_entry(entry) for entry in plan.changed[:MAX_ENTRIES]],
        "missing_entries": [_entry(entry) for entry in plan.missing[:MAX_ENTRIES]],
        "notes": [[code, params] for code, params in plan.notes],
        "fingerprint": plan.fingerprint(),
    }


def _entry(entry) -> dict:
    return {
        "label": entry.label,
        "where": entry.where,
        "url": entry.url,
        "changes": [[change.field, json_value(change.before), json_value(change.after)] for change in entry.changes],
    }


def json_value(value: Any) -> Any:
    """A stored value as JSON keeps it: enums by value, days in ISO form."""
    if isinstance(value, LabelledEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def freeze(reason: Reason) -> list:
    """A reason as data, so that it is still shown in each reader's language."""
    return [_frozen(part) for part in (reason.text, reason.next) if part]


def _frozen(part: Any) -> Any:
    if isinstance(part, LazyString):
        return {"text": part._args[0], "params": {key: _frozen(value) for key, value in part._kwargs.items()}}
    return part if isinstance(part, int) else str(part)


def thaw(frozen: list | None) -> str:
    """The sentences of a frozen reason, in the current language."""
    return "".join(str(_thawed(part)) for part in frozen or ())


def _thawed(part: Any) -> Any:
    if isinstance(part, dict):
        return _l(part["text"], **{key: _thawed(value) for key, value in part["params"].items()})
    return part
