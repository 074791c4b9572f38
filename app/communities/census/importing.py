"""The census as a kind of import: who may, how it is planned against the register, how it is written."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from app.accounts.rules import Role
from app.common.audit import label_events
from app.common.clock import local
from app.common.i18n import _l
from app.common.imports import cells
from app.common.imports.kinds import Context, FieldSpec, ImportKind, NoteKind, Plan, Problem, Reading, Row, register
from app.common.imports.problems import ProblemKind, Severity
from app.common.imports.summary import json_value
from app.communities.census import rows as rules
from app.communities.census.fields import FIELDS
from app.communities.census.places import Gazetteer, Place
from app.communities.census.planning import STORED, Known, place_rows, plan_census, rows_to_place
from app.communities.models import Compound, CompoundRevision, Division
from app.communities.queries import within
from app.communities.queries.later import recorded_later
from app.communities.rules import DivisionLevel
from app.communities.search import search_text
from app.extensions import db

CHUNK = 1000

label_events({}, {"new_communities": _l("新建社区")})

READERS = (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)


class CensusImport(ImportKind):
    key = "census"
    title = _l("导入楼院底数")
    noun = _l("楼院")
    counter = _l("个")
    hint = _l("每行一个楼院，写明街道、社区、楼院名称、户数、建筑面积和管理方式；有收费、设施、业委会和经纬度更好。表头和版式不必统一。")
    fields = FIELDS
    asks_as_of = True
    problems: Mapping[str, ProblemKind] = rules.PROBLEMS | {
        "older": ProblemKind(
            Severity.WARNING,
            _l("文件的数据截止日（%(file)s）早于登记的数据（%(day)s）。"),
            _l("如果确实要用旧数据改写新数据，请确认；否则请放弃。"),
            days=("file", "day"),
        ),
        "kept_contract": ProblemKind(
            Severity.WARNING,
            _l("“%(name)s”的%(label)s自 %(day)s 起按 %(source)s 的合同登记为“%(stays)s”，晚于文件的数据；文件写的是“%(file)s”。"),
            _l("登记的内容保持不变。如果文件的数据更新，请写明数据截止日后重新上传。"),
            days=("day",),
            values=("stays", "file"),
        ),
        "kept_correction": ProblemKind(
            Severity.WARNING,
            _l("“%(name)s”的%(label)s在 %(day)s 已更正为“%(stays)s”（依据：%(source)s），晚于文件的数据；文件写的是“%(file)s”。"),
            _l("登记的内容保持不变。如果文件的数据更新，请写明数据截止日后重新上传。"),
            days=("day",),
            values=("stays", "file"),
        ),
    }
    notes = {
        "new_communities": NoteKind(_l("将新建 %(count)s 个社区，编号由本系统暂编，以后可以换成统计部门的编号。")),
        "kept": NoteKind(_l("%(count)s 个楼院此后有合同或更正的登记，与文件不同的内容保持不变，见本页的提醒。")),
        "missing": NoteKind(_l("登记里有 %(count)s 个楼院不在这个文件里，保持不变；导入从不删除楼院。")),
    }

    def may_see(self, actor) -> bool:
        return actor is not None and actor.role in READERS

    def may_import(self, actor) -> bool:
        return actor is not None and (actor.role is Role.BUREAU_OFFICER or (actor.user_id is None and actor.role is None))

    def field(self, key: str) -> FieldSpec | None:
        return CENSUS_DAY if key == "census_on" else super().field(key)

    def check_row(self, row: Row, context: Context) -> Iterable[Problem]:
        return rules.check_row(row, context)

    def check_rows(self, rows: list[Row], context: Context) -> Iterable[Problem]:
        return rules.check_rows(rows, context)

    def plan(self, reading: Reading, *, actor, now: datetime) -> Plan:
        gazetteer = load_gazetteer(actor.division_code[:4], reading.as_of or local(now).date())
        covers = _anywhere if not actor.division_code and actor.user_id is None else actor.covers
        placed = place_rows(rows_to_place(reading), gazetteer, covers=covers)
        return plan_census(reading, placed, _known(placed.streets), gazetteer, recorded_later())

    def apply(self, plan: Plan, *, actor, now: datetime, job, progress: Callable[[int, int], None]) -> dict[str, Any]:
        as_of = _as_of(job, now)
        total = len(plan.new) + len(plan.changed)
        _insert_communities(plan.extra)
        names = _place_names({entry.payload[0] for entry in plan.new})
        done = 0
        for chunk in _chunks(plan.new):
            db.session.execute(insert(Compound.__table__), [_new_row(entry, names, job, as_of, now) for entry in chunk])
            done += len(chunk)
            progress(done, total)
        for chunk in _chunks(plan.changed):
            _update_compounds(chunk, job, now)
            done += len(chunk)
            progress(done, total)
        return {"new_communities": len(plan.extra)} if plan.extra else {}

    def result_url(self, job) -> str:
        return "/coverage"


CENSUS_DAY = FieldSpec("census_on", _l("数据截止日"), (), cells.day())


def load_gazetteer(city_code: str, day: date) -> Gazetteer:
    """The divisions of a city (of all when the code is empty) as of a day."""
    query = select(Division.code, Division.name, Division.level, Division.valid_from, Division.valid_to).order_by(Division.code)
    if city_code:
        query = query.where(within(Division.code, city_code))
    return Gazetteer.of((Place(*row) for row in db.session.execute(query)), day)


def _anywhere(_code: str) -> bool:
    return True


def _known(streets: Mapping[str, Place]) -> Iterable[Known]:
    columns = [getattr(Compound, key) for key in STORED]
    for code in sorted(streets):
        query = (
            select(Compound.id, Compound.division_code, Compound.name, Compound.census_on, *columns)
            .where(within(Compound.division_code, code))
            .order_by(Compound.id)
        )
        for id_, community, name, census_on, *values in db.session.execute(query):
            yield Known(id_, community, name, census_on, dict(zip(STORED, values, strict=True)))


def _as_of(job, now: datetime) -> date:
    text = (job.reading or {}).get("as_of")
    return date.fromisoformat(text) if text else local(now).date()


def _insert_communities(places: list[Place]) -> None:
    if places:
        db.session.execute(
            insert(Division.__table__),
            [
                {"code": p.code, "name": p.name, "level": DivisionLevel.COMMUNITY, "parent_code": p.code[:9], "is_provisional": True}
                for p in places
            ],
        )


def _place_names(codes: set[str]) -> dict[str, tuple[str, ...]]:
    """For each community: its own name, its street's and its district's."""
    wanted = {code[:length] for code in codes for length in (6, 9, 12)}
    if not wanted:
        return {}
    names = dict(db.session.execute(select(Division.code, Division.name).order_by(Division.code)).all())
    return {code: tuple(names.get(code[:length], "") for length in (12, 9, 6)) for code in codes}


def _new_row(entry, names: Mapping, job, as_of: date, now: datetime) -> dict[str, Any]:
    code, values = entry.payload
    row = {key: values.get(key) for key in STORED}
    return row | {
        "division_code": code,
        "name": entry.label,
        "census_on": as_of,
        "search_text": search_text(entry.label, *names[code]),
        "import_job_id": job.id,
        "updated_at": now,
        "version": 1,
    }


def _update_compounds(entries: list, job, now: datetime) -> None:
    """One prepared statement for each set of changed columns: few in practice."""
    table = Compound.__table__
    by_columns: dict[tuple[str, ...], list[dict]] = {}
    for entry in entries:
        changed = {change.field: change.after for change in entry.changes}
        by_columns.setdefault(tuple(sorted(changed)), []).append({f"new_{k}": v for k, v in changed.items()} | {"of_id": entry.payload})
    for columns, rows in by_columns.items():
        statement = (
            update(table)
            .where(table.c.id == bindparam("of_id"))
            .values(
                {column: bindparam(f"new_{column}") for column in columns}
                | {"import_job_id": job.id, "updated_at": now, "version": table.c.version + 1}
            )
        )
        db.session.execute(statement, rows)
    db.session.execute(
        insert(CompoundRevision.__table__),
        [
            {
                "compound_id": entry.payload,
                "import_job_id": job.id,
                "at": now,
                "changes": [[c.field, json_value(c.before), json_value(c.after)] for c in entry.changes],
            }
            for entry in entries
        ],
    )


def _chunks(entries: list) -> Iterable[list]:
    for start in range(0, len(entries), CHUNK):
        yield entries[start : start + CHUNK]


register(CensusImport())
