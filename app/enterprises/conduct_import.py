"""Conduct records as an import: known by enterprise, day, document number and matter."""

from datetime import datetime

from sqlalchemy import select

from app.accounts.queries import organisation_ids_of
from app.common import audit
from app.common.i18n import _l
from app.common.imports.kinds import Change, Context, Entry, ImportKind, Plan, Reading, Row
from app.enterprises.admission import why_not_decide
from app.enterprises.columns import CONDUCT_FIELDS, CONDUCT_PROBLEMS
from app.enterprises.credibility import is_regional_prize
from app.enterprises.list_import import CHUNK, by_code
from app.enterprises.models import ConductRecord, Enterprise
from app.enterprises.permissions import may_import, may_see_imports
from app.enterprises.rules import ConductKind
from app.enterprises.uscc import is_uscc, why_not_uscc
from app.extensions import db

NATURAL = ("occurred_on", "document_number", "matter")
"""What a record of an enterprise is known by."""

MUTABLE = ("kind", "points", "expires_on")
"""What a corrected file may change of a record that is known already."""


class ConductImport(ImportKind):
    key, title, noun, counter = "conduct", _l("导入信用记录"), _l("信用记录"), _l("条")
    hint = _l("良好和不良行为记录（Excel 或 CSV）：一行一条，有发生日期、事项、分值、文号和有效期。企业须已在名录中。")
    fields = CONDUCT_FIELDS
    problems = CONDUCT_PROBLEMS

    def may_see(self, actor) -> bool:
        return may_see_imports(actor)

    def may_import(self, actor) -> bool:
        return may_import(actor)

    def check_row(self, row: Row, context: Context):
        if (code := row.get("uscc")) and (reason := why_not_uscc(code)):
            yield row.problem("uscc", "uscc", sentence=str(reason.text), advice=str(reason.next))
        kind, points = row.get("kind"), row.get("points")
        if kind is not None and points is not None and (points > 0) != (kind is ConductKind.GOOD) or points == 0:
            yield row.problem("points_sign", "points", kind=str(kind.label) if kind else "")
        occurred, expires = row.get("occurred_on"), row.get("expires_on")
        if occurred and expires and expires < occurred:
            yield row.problem("expires_before", "expires_on", expires.isoformat())
        if occurred and occurred > context.today:
            yield row.problem("occurred_later", "occurred_on", occurred.isoformat())

    def check_rows(self, rows: list[Row], context: Context):
        seen: dict[tuple, int] = {}
        for row in rows:
            key = _natural_key(row)
            if key is None:
                continue
            if key in seen:
                yield row.problem("record_twice", "document_number", other=seen[key])
            else:
                seen[key] = row.number

    def plan(self, reading: Reading, *, actor, now: datetime) -> Plan:
        plan = Plan()
        enterprises = by_code(row.get("uscc") for row in reading.rows)
        known = _known_records(e.id for e in enterprises.values())
        served = organisation_ids_of(actor.user_id)
        for row in reading.rows:
            enterprise = enterprises.get(row.get("uscc"))
            if enterprise is None and is_uscc(row.get("uscc") or ""):
                plan.problems.append(row.problem("unknown_enterprise", "uscc"))
                continue
            key = _natural_key(row)
            if enterprise is None or key is None:
                continue
            if row.get("name") and row.values["name"] != enterprise.name:
                plan.problems.append(row.problem("name_differs", "name", registered=enterprise.name))
            record = known.get((enterprise.id, *key[1:]))
            label, where = f"{row.values['matter']}（{row.values['document_number']}）", enterprise.name
            is_same = record is not None and all(getattr(record, f) == row.values[f] for f in MUTABLE)
            if not is_same and why_not_decide(enterprise.organisation_id, served):
                plan.problems.append(row.problem("own_enterprise", "uscc"))
                continue
            if record is None:
                plan.new.append(Entry(label, where, f"/enterprises/{enterprise.id}", payload=(enterprise, None, row)))
                continue
            if record.revoked_at is not None:
                if is_same:
                    plan.unchanged += 1
                else:
                    plan.problems.append(row.problem("record_revoked", "document_number"))
                continue
            changes = tuple(Change(f, getattr(record, f), row.values[f]) for f in MUTABLE if getattr(record, f) != row.values[f])
            if changes:
                plan.changed.append(Entry(label, where, f"/enterprises/{enterprise.id}", changes, (enterprise, record, row)))
            else:
                plan.unchanged += 1
        return plan

    def apply(self, plan: Plan, *, actor, now: datetime, job, progress) -> dict:
        entries = [*plan.new, *plan.changed]
        added: list[ConductRecord] = []
        touched: dict[int, tuple[Enterprise, list[int]]] = {}
        for number, entry in enumerate(entries, start=1):
            enterprise, record, row = entry.payload
            place = f"{job.filename[-150:]} 第 {row.number} 行"
            natural = {f: getattr(record, f) if record else row.values[f] for f in NATURAL}
            if record is not None:
                # what was published stays as it was for every instant until now; the correction counts from now on
                record.revoked_at, record.revoked_reason = now, f"更正：以 {place} 为准"
            added.append(
                ConductRecord(
                    enterprise_id=enterprise.id,
                    **natural,
                    is_regional_prize=is_regional_prize(natural["matter"], row.values["points"]),
                    source_text=place,
                    recorded_at=now,
                    revoked_reason="",
                    **{f: row.values[f] for f in MUTABLE},
                )
            )
            counts = touched.setdefault(enterprise.id, (enterprise, [0, 0]))[1]
            counts[record is not None] += 1
            progress(number, len(entries))
        db.session.flush()  # the earlier ones no longer stand when their successors come
        db.session.add_all(added)
        db.session.flush()
        for _, (enterprise, (new, changed)) in sorted(touched.items()):
            audit.record(
                "conduct.import",
                enterprise,
                actor=actor,
                now=now,
                filename=job.filename,
                new_records=new or None,
                corrected_records=changed or None,
            )
        return {"new": len(plan.new), "changed": len(plan.changed)}

    def result_url(self, job) -> str:
        return "/enterprises"


def _natural_key(row: Row) -> tuple | None:
    key = tuple(row.get(f) for f in ("uscc", "occurred_on", "document_number", "matter"))
    complete = all(key) and all(row.get(f) is not None for f in MUTABLE)
    return key if complete else None


def _known_records(enterprise_ids) -> dict[tuple, ConductRecord]:
    """The newest record of each natural key, standing or revoked."""
    ids = sorted(enterprise_ids)
    found = {}
    for start in range(0, len(ids), CHUNK):
        rows = select(ConductRecord).where(ConductRecord.enterprise_id.in_(ids[start : start + CHUNK])).order_by(ConductRecord.id)
        found |= {(r.enterprise_id, r.occurred_on, r.document_number, r.matter): r for r in db.session.scalars(rows)}
    return found
