"""The recommended list as an import: enterprises with their facts, each fact with file, row and day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import column, insert, select, table

from app.accounts.queries import organisation_ids_of
from app.common import audit
from app.common.i18n import _l
from app.common.imports.kinds import Change, Context, Entry, ImportKind, Plan, Problem, Reading, Row
from app.common.phones import is_phone
from app.enterprises import actions, queries
from app.enterprises.admission import why_not_decide
from app.enterprises.columns import LIST_FIELDS, LIST_PROBLEMS
from app.enterprises.facts import canonical, value_of
from app.enterprises.models import Enterprise, EnterpriseFact, RecommendedBatch
from app.enterprises.permissions import may_import, may_see_imports
from app.enterprises.rules import LOAD, WHOLE_CITY, FactName, FactSource, Verification
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
        known = by_code(row.get("uscc") for row in reading.rows)
        days = queries.stated_days(enterprise.id for enterprise in known.values())
        served = organisation_ids_of(actor.user_id)
        plan.problems.extend(_unknown_districts(reading.rows))
        for row in reading.rows:
            if not row.get("uscc"):
                continue
            enterprise, as_of = known.get(row.values["uscc"]), row.get("stated_on") or reading.as_of
            listed = _Listed(enterprise, row, as_of, _said(row, as_of, days[enterprise.id] if enterprise else {}))
            if enterprise is None:
                plan.new.append(Entry(row.get("name") or "", row.values["uscc"], payload=listed))
                continue
            if _homes_exceed_whole(listed):
                plan.problems.append(row.problem("residential_over_managed", FactName.RESIDENTIAL_AREA.value))
            changes = _changes(listed)
            if changes and why_not_decide(enterprise.organisation_id, served):
                plan.problems.append(row.problem("own_enterprise", "uscc"))
                continue
            if changes:
                plan.changed.append(Entry(enterprise.name, enterprise.uscc, _address(enterprise), tuple(changes), listed))
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
        written: list[Enterprise] = []
        for number, entry in enumerate(entries, start=1):
            listed: _Listed = entry.payload
            enterprise = listed.enterprise
            if enterprise is None:
                enterprise = Enterprise(uscc=listed.row.values["uscc"], created_at=now, verification_note="")
                db.session.add(enterprise)
            _write(enterprise, listed, _batch(listed, batches, job.filename, now), now)
            written.append(enterprise)
            progress(number, len(entries))
        db.session.flush()
        statements = [
            fact for enterprise, entry in zip(written, entries, strict=True) for fact in _statements(enterprise, entry.payload, job, now)
        ]
        for start in range(0, len(statements), CHUNK):
            db.session.execute(insert(EnterpriseFact), statements[start : start + CHUNK])
        for enterprise, entry in zip(written, entries, strict=True):
            audit.record(
                "enterprise.import" if entry.payload.enterprise is None else "enterprise.update",
                enterprise,
                actor=actor,
                now=now,
                filename=job.filename,
                source_row=entry.payload.row.number,
                changed_facts="、".join(str(self.field(change.field).label) for change in entry.changes) or None,
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


@dataclass(frozen=True)
class _Listed:
    """One row with what of it counts."""

    enterprise: Enterprise | None
    """None for one that the register does not have."""
    row: Row
    as_of: date
    said: dict[FactName, Any]


def _said(row: Row, as_of: date, days: dict[FactName, date]) -> dict[FactName, Any]:
    """The facts of a row that count: not the blank ones, and none that was stated as of a later day since."""
    return {
        name: row.values[name.value] for name in FactName if row.get(name.value) is not None and (name not in days or as_of >= days[name])
    }


def _address(enterprise: Enterprise) -> str:
    return f"/enterprises/{enterprise.id}"


def _homes_exceed_whole(listed: _Listed) -> bool:
    """Whether the list's and the enterprise's own figures, put together, would leave more homes than area."""
    managed, residential = (
        listed.said.get(name, value_of(listed.enterprise, name)) for name in (FactName.MANAGED_AREA, FactName.RESIDENTIAL_AREA)
    )
    both_are_the_lists = {FactName.MANAGED_AREA, FactName.RESIDENTIAL_AREA} <= listed.said.keys()
    return managed is not None and residential is not None and residential > managed and not both_are_the_lists


def _changes(listed: _Listed) -> list[Change]:
    """What the file says otherwise; a blank cell takes nothing away."""
    enterprise = listed.enterprise
    changes = []
    for name, said in listed.said.items():
        before = value_of(enterprise, name)
        if canonical(name, before) != canonical(name, said):
            changes.append(Change(name.value, before, said))
    batch = listed.row.get("batch")
    if batch and (enterprise.batch is None or enterprise.batch.name != batch):
        changes.append(Change("batch", enterprise.batch.name if enterprise.batch else None, batch))
    if not changes and LOAD & listed.said.keys() and enterprise.stated_on is not None and listed.as_of > enterprise.stated_on:
        changes.append(Change("stated_on", enterprise.stated_on, listed.as_of))
    return changes


def _write(enterprise: Enterprise, listed: _Listed, batch: RecommendedBatch | None, now: datetime) -> None:
    for name, said in listed.said.items():
        actions.set_fact(enterprise, name, said)
    if LOAD & listed.said.keys():
        enterprise.stated_on = listed.as_of
    if batch is not None:
        enterprise.batch = batch
    if enterprise.verification is not Verification.VERIFIED:  # the bureau's own list is its verification
        enterprise.verification, enterprise.verified_at = Verification.VERIFIED, now


def _batch(listed: _Listed, batches: dict[str, RecommendedBatch], filename: str, now: datetime) -> RecommendedBatch | None:
    name = listed.row.get("batch")
    if not name:
        return None
    if name not in batches:
        batches[name] = RecommendedBatch(name=name, as_of_on=listed.as_of, source=filename[-200:], created_at=now)
        db.session.add(batches[name])
    return batches[name]


def _statements(enterprise: Enterprise, listed: _Listed, job, now: datetime):
    """One row for every fact that the file states, with where it stands."""
    for name, said in listed.said.items():
        yield {
            "enterprise_id": enterprise.id,
            "name": name,
            "value": canonical(name, said),
            "as_of_on": listed.as_of,
            "source": FactSource.BUREAU_LIST,
            "source_text": f"{job.filename[-150:]} 第 {listed.row.number} 行",
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
