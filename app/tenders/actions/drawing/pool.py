"""The plan of a committee, and the frozen pool that it is drawn from."""

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders import draw as rules
from app.tenders.actions.bidding import lock_tender
from app.tenders.draw import Bidder, ClosingSource, Exclusion, PublicNumber, Side, Specialty
from app.tenders.draw.seeds import PLATFORM
from app.tenders.lifecycle import PRIVATE, Status
from app.tenders.models import Tender
from app.tenders.models.draw import DrawMember, DrawPlan, DrawRound
from app.tenders.parameters import sheet_for
from app.tenders.queries import draw as asked
from app.tenders.queries.tenders import is_own
from app.tenders.timetable import local_day

label_events(
    {
        "draw.plan": _l("确定评标委员会的组成"),
        "draw.freeze": _l("冻结评标专家名单"),
        "draw.commit": _l("提交随机数的承诺值"),
        "draw.reveal": _l("公开随机数"),
        "draw.enter_number": _l("登记公开号码"),
        "draw.walk": _l("按顺序抽取评标专家"),
    },
    {
        "seats": _l("评委人数"),
        "representatives": _l("招标人代表人数"),
        "round": _l("第几轮"),
        "pool_size": _l("可抽取人数"),
        "pool_sha256": _l("冻结名单校验值"),
        "number_kind": _l("公开号码"),
        "number_on": _l("开奖日"),
        "commitment": _l("承诺值"),
        "value": _l("随机数"),
        "side": _l("哪一方"),
        "issue": _l("期号"),
        "drawn_numbers": _l("号码"),
        "source": _l("出处"),
        "key_string": _l("种子串"),
        "closing_digest": _l("截止校验值"),
        "closing_source": _l("截止校验值的来源"),
        "drawn": _l("抽中人数"),
        "skipped": _l("回避人数"),
        "exclusion": _l("回避情形"),
    },
    enums={"number_kind": PublicNumber, "side": Side, "closing_source": ClosingSource, "exclusion": Exclusion},
    objects={
        "draw_plan": _l("评标委员会的组成"),
        "draw_round": _l("评标专家抽取"),
        "draw_contribution": _l("抽取的随机数"),
        "draw_number": _l("抽取的公开号码"),
    },
)

LATE_COMMITMENTS = timedelta(hours=24)
"""In a round that begins after the deadline both sides have a day for their commitments."""


def why_not_write_plan(tender: Tender, *, actor: Actor) -> Reason | None:
    if not is_own(tender, actor):
        return Reason(_l("只有招标人能确定评标委员会的组成。"), next=_l("请由招标单位的经办人办理。"))
    if tender.status not in PRIVATE:
        return Reason(
            _l("公告已经发布，评标委员会的组成不能再改。"), PLATFORM, _l("请按公告抽取；名单用完的，由房管部门法制人员另行冻结。")
        )
    return None


def write_plan(
    tender: Tender, *, seats: int, representatives: int, specialties: Sequence[Specialty], actor: Actor, now: datetime
) -> DrawPlan:
    """How large the committee is and whom it is drawn from; part of the notice."""
    tender = lock_tender(tender)
    refuse_if(why_not_write_plan(tender, actor=actor))
    minimum = sheet_for(tender.regime, tender.regime_version)["committee_min"]
    refuse_if(rules.why_not_plan(seats, representatives, specialties, minimum=minimum), field="seats")
    plan = db.session.get(DrawPlan, tender.id)
    if plan is None:
        plan = DrawPlan(tender_id=tender.id)
        db.session.add(plan)
    plan.seats, plan.representatives, plan.written_at = seats, representatives, now
    plan.specialties = [specialty.value for specialty in specialties]
    record("draw.plan", plan, actor=actor, now=now, seats=seats, representatives=representatives)
    return plan


def freeze_at_publication(tender: Tender, *, salts: Callable[[int], bytes] | None = None, actor: Actor, now: datetime) -> DrawRound | None:
    """With the notice the pool is frozen, before anybody can know who bids. None when the pool is too small: then the legal officer does it later.

    `salts` gives a member's salt by the expert's id; random unless a rehearsed one is given."""
    kind, day = rules.first_number_day(tender.bid_deadline_at)
    members = _sift(tender, now)
    if rules.why_not_pool(len(members[0]), asked.plan_of(tender).experts) is not None:
        return None
    return _freeze(tender, members, 1, tender.bid_deadline_at, kind, day, "", salts, actor, now)


def why_not_freeze(tender: Tender, rounds: Sequence[DrawRound], *, actor: Actor) -> Reason | None:
    """A pool is frozen once; again only when everybody in it has come up."""
    if asked.side_of(tender, actor) is not Side.BUREAU:
        return Reason(_l("只有房管部门法制人员能补冻结专家名单。"), PLATFORM, _l("请联系本区房管部门法制人员。"))
    if tender.status not in (Status.PUBLISHED, Status.OPENED):
        return Reason(_l("项目现在不在抽取评委的阶段。"), next=_l("请返回项目页查看现在的进度。"))
    if rounds and not asked.is_used_up(rounds[-1]):
        return Reason(
            _l("专家名单已经冻结，不能再换。"), PLATFORM, _l("请按已公布的名单和种子抽取；名单上的人全部抽完仍不够的，才能另行冻结。")
        )
    if asked.seated_experts(tender) >= asked.plan_of(tender).experts:
        return Reason(_l("专家席位已满，不用再冻结名单。"), next=_l("请返回项目页。"))
    return None


def commitments_end(tender: Tender, now: datetime) -> datetime:
    """Until when both sides may hand in commitments of a round that is frozen now."""
    return tender.bid_deadline_at if now < tender.bid_deadline_at else now + LATE_COMMITMENTS


def freeze_pool(
    tender: Tender,
    *,
    reason: str,
    kind: PublicNumber,
    number_on: date,
    salts: Callable[[int], bytes] | None = None,
    actor: Actor,
    now: datetime,
) -> DrawRound:
    """Freeze a pool after the publication: because it was too small then, or because the first is used up."""
    tender = lock_tender(tender)
    rounds = asked.rounds_of(tender, lock=True)
    refuse_if(why_not_freeze(tender, rounds, actor=actor))
    if not reason.strip():
        raise Refused(Reason(_l("请写明现在冻结名单的理由。"), next=_l("例如：发布公告时专家库人数不足，现已补充。")), field="reason")
    commit_until = commitments_end(tender, now)
    refuse_if(rules.why_not_number_day(kind, number_on, commit_until), field="number_on")
    members = _sift(tender, now)
    plan = asked.plan_of(tender)
    refuse_if(rules.why_not_pool(len(members[0]), plan.experts - asked.seated_experts(tender)))
    return _freeze(tender, members, len(rounds) + 1, commit_until, kind, number_on, reason.strip(), salts, actor, now)


def _sift(tender: Tender, now: datetime):
    """Who may be drawn, and who is left out for what is known before any bidder is."""
    experts = asked.experts_of(asked.pools_for(tender.division_code))
    facts = asked.facts_of(experts, tender, at=now)
    plan, tenderer = asked.plan_of(tender), Bidder(tender.procuring_entity_id, tender.procuring_entity.name)
    involved = {holder.user_id for holder in tender.holders}
    drawn_before = {member.expert_id for found in asked.rounds_of(tender) for member in found.members if member.position is not None}
    fit, unfit = [], []
    for expert in experts:
        known = facts[expert.id]
        why = rules.unfit_for(
            known, tenderer=tenderer, division_code=tender.division_code, specialties=plan.specialties, on=local_day(now)
        ) or (Exclusion.INVOLVED if expert.id in drawn_before or expert.user_id in involved else None)
        (fit if why is None else unfit).append((expert, known, why))
    return fit, unfit


def _freeze(tender, members, number, commit_until, kind, number_on, reason, salts, actor, now) -> DrawRound:
    fit, unfit = ([_member(expert, known, why, salts) for expert, known, why in part] for part in members)
    fit.sort(key=lambda member: member.commitment)
    for position, member in enumerate(fit, start=1):
        member.position = position
    plan = asked.plan_of(tender)
    if db.session.get(DrawPlan, tender.id) is None:
        values = [specialty.value for specialty in plan.specialties]
        db.session.add(
            DrawPlan(tender_id=tender.id, seats=plan.seats, representatives=plan.representatives, specialties=values, written_at=now)
        )
    found = DrawRound(
        tender_id=tender.id,
        tender=tender,
        number=number,
        experts=plan.experts,
        pool_size=len(fit),
        pool_sha256=rules.pool_digest((one.commitment for one in fit), (one.commitment for one in unfit)),
        frozen_at=now,
        frozen_by_id=actor.user_id,
        reason=reason,
        commit_until=commit_until,
        reveal_until=rules.reveal_until(number_on),
        number_kind=kind,
        number_on=number_on,
        members=[*fit, *unfit],
        contributions=[],
        numbers=[],
        steps=[],
    )
    db.session.add(found)
    record(
        "draw.freeze",
        found,
        actor=actor,
        now=now,
        round=number,
        pool_size=found.pool_size,
        pool_sha256=found.pool_sha256,
        number_kind=kind,
        number_on=number_on.isoformat(),
        reason=reason or None,
    )
    return found


def _member(expert, known, why, salts) -> DrawMember:
    salt = salts(expert.id) if salts else secrets.token_bytes(32)
    line = rules.canonical_line(known, expert.organisation.name)
    return DrawMember(expert_id=expert.id, salt=salt, line=line, commitment=rules.commitment_of(salt, line), exclusion=why)
