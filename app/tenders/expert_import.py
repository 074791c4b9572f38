"""The expert pool as an import: known by the e-mail address of an account that the pool has already."""

import re
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import OrganisationKind, Role
from app.common.i18n import _l
from app.common.imports import cells
from app.common.imports.kinds import Change, Context, Entry, FieldSpec, ImportKind, Plan, Reading, Row
from app.common.imports.problems import ProblemKind, Severity
from app.extensions import db
from app.tenders.actions.experts import Card, add_expert, change_expert
from app.tenders.draw import Specialty
from app.tenders.models import PoolExpert
from app.tenders.queries.experts import divisions_under, may_keep

_SEPARATORS = re.compile(r"[、，,;；/ \s]+")


def areas_cell(cell: str, unit=None) -> tuple[str, ...] | None:
    """ "新华区、卫东区" → the names; a blank means the pool's whole area."""
    text = cells.text(200)(cell, unit)
    return tuple(sorted({name for name in _SEPARATORS.split(text) if name})) if text else None


class ExpertImport(ImportKind):
    key, title, noun, counter = "experts", _l("导入评标专家"), _l("评标专家"), _l("名")
    hint = _l("评标专家名册（Excel 或 CSV）：一行一名，有邮箱、姓名、专业、工作单位和服务区域。本人须已有专家库的账号。")
    fields = (
        FieldSpec("email", _l("邮箱"), ("邮箱", "电子邮箱", "登录邮箱"), cells.text(254), required=True),
        FieldSpec("name", _l("姓名"), ("姓名", "专家姓名"), cells.text(80), required=True),
        FieldSpec(
            "specialty",
            _l("专业"),
            ("专业", "评审专业", "专业类别"),
            cells.choice({str(one.label): one for one in Specialty}),
            required=True,
            show=lambda value: "—" if value is None else value.label,
        ),
        FieldSpec("employer", _l("工作单位"), ("工作单位", "单位", "所在单位"), cells.text(200)),
        FieldSpec("areas", _l("服务区域"), ("服务区域", "区域"), areas_cell, show=lambda value: "、".join(value) if value else "—"),
    )
    problems = {
        "no_account": ProblemKind(
            Severity.ERROR,
            _l("“%(value)s”没有本辖区专家库的账号。"),
            _l("请系统管理员先在“单位和人员”中邀请本人建立账号，再导入。"),
        ),
        "other_name": ProblemKind(Severity.ERROR, _l("“%(value)s”与账号上的姓名“%(registered)s”不一致。"), _l("请核对邮箱和姓名。")),
        "unknown_area": ProblemKind(
            Severity.ERROR, _l("没有“%(value)s”这个区。"), _l("请填写区的全称，多个区用顿号隔开；不填表示全部区域。")
        ),
        "twice": ProblemKind(Severity.ERROR, _l("邮箱与第 %(other)d 行相同。"), _l("一名专家只写一行，请删去一行。")),
    }

    def may_see(self, actor) -> bool:
        return actor.role in (Role.BUREAU_OFFICER, Role.AUDITOR) and bool(_pools(actor.division_code))

    def may_import(self, actor) -> bool:
        return actor.role is Role.BUREAU_OFFICER and bool(_pools(actor.division_code))

    def check_rows(self, rows: list[Row], context: Context):
        seen: dict[str, int] = {}
        for row in rows:
            email = (row.get("email") or "").lower()
            if email and seen.setdefault(email, row.number) != row.number:
                yield row.problem("twice", "email", other=seen[email])

    def plan(self, reading: Reading, *, actor, now: datetime) -> Plan:
        plan, pools = Plan(), {pool.id: pool for pool in _pools(actor.division_code) if may_keep(pool, actor)}
        people, experts = _people(pools), _experts(pools)
        codes = {pool.id: {division.name: division.code for division in divisions_under(pool)} for pool in pools.values()}
        for row in reading.rows:
            user, pool_id = people.get((row.get("email") or "").lower(), (None, None))
            if user is None:
                plan.problems.append(row.problem("no_account", "email"))
                continue
            if row.get("name") and row.values["name"] != user.name:
                plan.problems.append(row.problem("other_name", "name", registered=user.name))
                continue
            names = row.get("areas") or ()
            if unknown := [name for name in names if name not in codes[pool_id]]:
                plan.problems.append(row.problem("unknown_area", "areas", unknown[0]))
                continue
            if row.get("specialty") is None:
                continue
            _compare(plan, row, user, pools[pool_id], experts.get(user.id), tuple(codes[pool_id][name] for name in names))
        return plan

    def apply(self, plan: Plan, *, actor, now: datetime, job, progress) -> dict:
        entries = [*plan.new, *plan.changed]
        for number, entry in enumerate(entries, start=1):
            user, pool, expert, card = entry.payload
            if expert is None:
                add_expert(user, pool, card, actor=actor, now=now)
            else:
                change_expert(expert, card, actor=actor, now=now)
            progress(number, len(entries))
        return {"new": len(plan.new), "changed": len(plan.changed)}

    def result_url(self, job) -> str:
        return "/experts"


def _compare(plan: Plan, row: Row, user: User, pool: Organisation, expert: PoolExpert | None, areas: tuple[str, ...]) -> None:
    """A column that the file does not have leaves what is on record."""
    if expert is None:
        card = Card(row.values["specialty"], row.get("employer") or "", areas)
        plan.new.append(Entry(user.name, pool.name, payload=(user, pool, None, card)))
        return
    employer = (row.get("employer") or "") if "employer" in row.values else expert.employer
    card = Card(row.values["specialty"], employer, areas if "areas" in row.values else tuple(expert.areas))
    before = {"specialty": expert.specialty, "employer": expert.employer, "areas": tuple(expert.areas)}
    changes = tuple(Change(name, before[name], getattr(card, name)) for name in before if before[name] != getattr(card, name))
    if changes:
        plan.changed.append(Entry(user.name, pool.name, f"/experts/{expert.id}", changes, (user, pool, expert, card)))
    else:
        plan.unchanged += 1


def _pools(division_code: str | None) -> list[Organisation]:
    """The pools that lie wholly in the place."""
    inside = Organisation.division_code.startswith(division_code or "-", autoescape=True)
    rows = select(Organisation).where(Organisation.kind == OrganisationKind.EXPERT_POOL, inside)
    return list(db.session.scalars(rows.order_by(Organisation.id)))


def _people(pools) -> dict[str, tuple[User, int]]:
    """Address → the person and the pool of the account."""
    rows = db.session.execute(
        select(User, Membership.organisation_id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id.in_(pools), Membership.role == Role.EVALUATOR, Membership.ended_at.is_(None), User.active)
        .order_by(User.id, Membership.id)
    )
    return {user.email: (user, pool_id) for user, pool_id in rows}


def _experts(pools) -> dict[int, PoolExpert]:
    rows = select(PoolExpert).where(PoolExpert.organisation_id.in_(pools)).order_by(PoolExpert.id)
    return {expert.user_id: expert for expert in db.session.scalars(rows)}
