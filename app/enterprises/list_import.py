"""The recommended list as an import: enterprises with their facts, each fact with file, row and day."""

from datetime import date, datetime

from sqlalchemy import column, insert, select, table

from app.common import audit
from app.common.i18n import _l
from app.common.imports.kinds import Change, Context, Entry, ImportKind, Plan, Problem, Reading, Row
from app.enterprises import actions, queries
from app.enterprises.columns import LIST_FIELDS, LIST_PROBLEMS, is_phone
from app.enterprises.facts import canonical, value_of
from app.enterprises.models import Enterprise, EnterpriseFact, RecommendedBatch
from app.enterprises.permissions import may_import, may_see_imports
from app.enterprises.rules import WHOLE_CITY, FactName, FactSource, Verification
from app.enterprises.uscc import why_not_uscc
from app.extensions import db

CHUNK = 1000


class RecommendedListImport(ImportKind):
    key, title, noun, counter = "recommended-list", _l("导入推荐企业名单"), _l("企业"), _l("家")
    hint = _l("房管局公布的推荐物业服务企业名单（Excel 或 CSV）：一行一家企业，以统一社会信用代码识别。批次从标题中读取，例如“第一批”。")
    fields = LIST_FIELDS
    problems = LIST_PROBLEMS
    asks_as_of = True

    def may_see(self, actor) -> bool:
        return may_see_imports(actor)

    def may_import(self, actor) -> bool:
        return may_import(actor)

    def check_row(self, row: Row, context: Context):
        if (code := row.get("uscc")) and (reason := why_not_uscc(code)):
            yield row.problem("uscc", "uscc", sentence=str(reason.text), advice=str(reason.next))
        founded, limit = row.get("founded_on"), row.get("stated_on") or context.as_of or context.today
        if founded and founded > limit:
            yield row.problem("founded_later", "founded_on", founded.isoformat())
        managed, residential = row.get("managed_area_centi"), row.get("residential_area_centi")
        if managed is not None and residential is not None and residential > managed:
            yield row.problem("residential_over_managed", "residential_area_centi")
        staff = row.get("staff")
        for name in (FactName.MANAGERS, FactName.TECHNICIANS, FactName.CERTIFIED_MANAGERS):
            number = row.get(name.value)
            if staff is not None and number is not None and number > staff:
                yield row.problem("more_than_staff", name.value, number, label=str(name.label), staff=staff)
        if (phone := row.get("phone")) and not is_phone(phone):
            yield row.problem("phone", "phone")

    def check_rows(self, rows: list[Row], context: Context):
        codes: dict[str, int] = {}
        names: dict[str, int] = {}
        for row in rows:
            code, name = row.get("uscc"), row.get("name")
            if code and code in codes:
                yield row.problem("uscc_twice", "uscc", other=codes[code])
            elif name and name in names:
                yield row.problem("name_twice", "name", other=names[name])
            if code:
                codes.setdefault(code, row.number)
            if name:
                names.setdefault(name, row.number)

    def plan(self, reading: Reading, *, actor, now: datetime) -> Plan:
        plan = Plan()
        if reading.as_of is None and any(row.get("stated_on") is None for row in reading.rows):
            plan.problems.append(Problem("no_as_of", "", 0))
            return plan
        plan.extra = reading.as_of
        known = by_code(row.get("uscc") for row in reading.rows)
        plan.problems.extend(_unknown_districts(reading.rows))
        for row in reading.rows:
            if not row.get("uscc"):
                continue
            enterprise = known.get(row.values["uscc"])
            if enterprise is None:
                plan.new.append(Entry(row.get("name") or "", row.values["uscc"], payload=(None, row)))
            elif changes := _changes(enterprise, row, _as_of(row, reading.as_of)):
                plan.changed.append(Entry(enterprise.name, enterprise.uscc, _address(enterprise), tuple(changes), (enterprise, row)))
            else:
                plan.unchanged += 1
        batches = {row.get("batch") for row in reading.rows} - {None}
        codes = {row.get("uscc") for row in reading.rows}
        plan.missing = [
            Entry(e.name, e.uscc, _address(e))
            for e in db.session.scalars(
                select(Enterprise).join(RecommendedBatch).where(RecommendedBatch.name.in_(batches)).order_by(Enterprise.id)
            ).unique()
            if e.uscc not in codes
        ]
        return plan

    def apply(self, plan: Plan, *, actor, now: datetime, job, progress) -> dict:
        batches: dict[str, RecommendedBatch] = {b.name: b for b in queries.batches()}
        entries = [*plan.new, *plan.changed]
        written: list[tuple[Enterprise, Row, bool]] = []
        for number, entry in enumerate(entries, start=1):
            enterprise, row = entry.payload
            as_of = _as_of(row, plan.extra)
            is_new = enterprise is None
            if is_new:
                enterprise = Enterprise(uscc=row.values["uscc"], created_at=now, verification=Verification.PENDING, verification_note="")
                db.session.add(enterprise)
            _write(enterprise, row, as_of, _batch(row, batches, as_of, job.filename, now))
            if enterprise.verification is not Verification.VERIFIED:
                enterprise.verification, enterprise.verified_at = Verification.VERIFIED, now
            written.append((enterprise, row, is_new))
            progress(number, len(entries))
        db.session.flush()
        statements = [
            fact for enterprise, row, _ in written for fact in _statements(enterprise, row, _as_of(row, plan.extra), job.filename, now)
        ]
        for start in range(0, len(statements), CHUNK):
            db.session.execute(insert(EnterpriseFact), statements[start : start + CHUNK])
        for (enterprise, row, is_new), entry in zip(written, entries, strict=True):
            audit.record(
                "enterprise.import" if is_new else "enterprise.update",
                enterprise,
                actor=actor,
                now=now,
                filename=job.filename,
                source_row=row.number,
                changed_facts="、".join(str(self.field(c.field).label) for c in entry.changes if self.field(c.field)) or None,
            )
        return {"new": len(plan.new), "changed": len(plan.changed)}

    def result_url(self, job) -> str:
        return "/enterprises"


def by_code(codes) -> dict[str, Enterprise]:
    wanted = sorted({code for code in codes if code})
    found = {}
    for start in range(0, len(wanted), CHUNK):
        part = select(Enterprise).where(Enterprise.uscc.in_(wanted[start : start + CHUNK])).order_by(Enterprise.id)
        found |= {e.uscc: e for e in db.session.scalars(part).unique()}
    return found


def _as_of(row: Row, whole: date | None) -> date:
    """The day of a row's figures: its own where the list has such a column, else the list's."""
    return row.get("stated_on") or whole


def _said(row: Row, enterprise: Enterprise, as_of):
    """The facts of a row that count: not the blank ones, and none of a list older than what was stated since."""
    if enterprise.stated_on is not None and as_of < enterprise.stated_on:
        return
    for name in FactName:
        if (said := row.get(name.value)) is not None:
            yield name, said


def _address(enterprise: Enterprise) -> str:
    return f"/enterprises/{enterprise.id}"


def _changes(enterprise: Enterprise, row: Row, as_of) -> list[Change]:
    """Columns that the file has and that say something else; a blank cell takes nothing away."""
    changes = []
    for name, said in _said(row, enterprise, as_of):
        before = value_of(enterprise, name)
        if canonical(name, before) != canonical(name, said):
            changes.append(Change(name.value, before, said))
    batch = row.get("batch")
    if batch and (enterprise.batch is None or enterprise.batch.name != batch):
        changes.append(Change("batch", enterprise.batch.name if enterprise.batch else None, batch))
    if not changes and enterprise.stated_on is not None and as_of > enterprise.stated_on:
        changes.append(Change("stated_on", enterprise.stated_on, as_of))
    return changes


def _write(enterprise: Enterprise, row: Row, as_of, batch: RecommendedBatch | None) -> None:
    for name, said in _said(row, enterprise, as_of):
        actions.set_fact(enterprise, name, said)
    if enterprise.stated_on is None or as_of > enterprise.stated_on:
        enterprise.stated_on = as_of
    if batch is not None:
        enterprise.batch = batch


def _batch(row: Row, batches: dict[str, RecommendedBatch], as_of, filename: str, now: datetime) -> RecommendedBatch | None:
    name = row.get("batch")
    if not name:
        return None
    if name not in batches:
        batches[name] = RecommendedBatch(name=name, as_of_on=as_of, source=filename[-200:], created_at=now)
        db.session.add(batches[name])
    return batches[name]


def _statements(enterprise: Enterprise, row: Row, as_of, filename: str, now: datetime):
    """One row for every fact that the file states, with where it stands."""
    for name, said in _said(row, enterprise, as_of):
        yield {
            "enterprise_id": enterprise.id,
            "name": name,
            "value": canonical(name, said),
            "as_of_on": as_of,
            "source": FactSource.BUREAU_LIST,
            "source_text": f"{filename[-150:]} 第 {row.number} 行",
            "recorded_at": now,
        }


def _unknown_districts(rows: list[Row]):
    """Compared with the city's districts where these are known; the table belongs to another package, so it is named here."""
    if "division" not in db.metadata.tables:
        return
    division = table("division", column("code"), column("name"))
    known = {name for code, name in db.session.execute(select(division.c.code, division.c.name)) if len(code) == 6}
    for row in rows if known else ():
        for name in row.get(FactName.SERVICE_AREA.value) or ():
            if name != WHOLE_CITY and name not in known:
                yield row.problem("unknown_district", FactName.SERVICE_AREA.value, name)
