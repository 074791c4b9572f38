"""The draw itself: along the sequence until the experts' seats are full. The tenderer's own people are named."""

from collections.abc import Sequence
from datetime import datetime

from app.accounts.models import User
from app.common.access import Actor
from app.common.audit import record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders import draw as rules
from app.tenders.actions.drawing.seeds import NO_ROUND
from app.tenders.actions.evaluating.committee import lock_organised, seat_evaluator
from app.tenders.draw import Drawn
from app.tenders.draw.seeds import PLATFORM
from app.tenders.kinds import Seat
from app.tenders.models import EvaluatorAssignment, Tender
from app.tenders.models.draw import DrawRound, DrawStep
from app.tenders.queries import draw as asked


def why_not_walk(tender: Tender, rounds: Sequence[DrawRound]) -> Reason | None:
    """Why nobody can be drawn now. For an opened tender."""
    if not rounds:
        return NO_ROUND
    found = rounds[-1]
    if asked.seated_experts(tender) >= found.experts:
        return Reason(_l("专家席位已满。"), PLATFORM, _l("有专家退出的，登记回避后再按顺序递补。"))
    if found.drawn_at is None and asked.agreed_number(found) is None:
        return Reason(_l("公开号码还没有由招标人和房管部门双方登记一致。"), PLATFORM, _l("请双方各登记一次开奖号码。"))
    if asked.is_used_up(found):
        return Reason(_l("名单上的专家已经全部抽完，席位还没有满。"), PLATFORM, _l("请房管部门法制人员补充专家库，另行冻结名单后再抽取。"))
    return None


def draw_committee(tender: Tender, *, closing_root: str | None = None, actor: Actor, now: datetime) -> list[DrawStep]:
    """Walk on along the sequence until the experts' seats are full: at first, and again whenever somebody has dropped out.

    Whoever has a conflict is passed over with its reason; nothing else moves. `closing_root`: see queries.draw.closing_digest."""
    tender = lock_organised(tender, actor)
    rounds = asked.rounds_of(tender, lock=True)
    refuse_if(why_not_walk(tender, rounds))
    found = rounds[-1]
    refuse_if(why_not_intact(found))
    if found.drawn_at is None:
        _fix_key(tender, found, closing_root, now)
    steps = _walk(tender, found, actor, now)
    record(
        "draw.walk",
        found,
        actor=actor,
        now=now,
        round=found.number,
        key_string=found.key_string,
        closing_digest=found.closing_digest,
        closing_source=found.closing_source,
        drawn=sum(step.outcome is Drawn.SEATED for step in steps),
        skipped=sum(step.outcome is Drawn.SKIPPED for step in steps),
    )
    return steps


def why_not_intact(found: DrawRound) -> Reason | None:
    """The pool is still the one that was published."""
    numbered = [member for member in found.members if member.position is not None]
    ordered = sorted(numbered, key=lambda member: member.position)
    is_same = (
        rules.pool_digest((m.commitment for m in numbered), (m.commitment for m in found.members if m.position is None))
        == found.pool_sha256
        and all(rules.commitment_of(member.salt, member.line) == member.commitment for member in found.members)
        and [member.commitment for member in ordered] == sorted(member.commitment for member in numbered)
        and [member.position for member in ordered] == list(range(1, found.pool_size + 1))
    )
    if is_same:
        return None
    return Reason(
        _l("专家名单与冻结时公布的校验值不符，不能抽取。"), PLATFORM, _l("请立即报告系统管理员和审计人员，查明名单何时、被谁改动。")
    )


def _fix_key(tender: Tender, found: DrawRound, closing_root: str | None, now: datetime) -> None:
    digest, source = asked.closing_digest(tender, found, closing_root=closing_root)
    found.closing_digest, found.closing_source = digest, source
    found.key_string, found.drawn_at = asked.key_of(found, asked.agreed_number(found), digest), now


def _walk(tender: Tender, found: DrawRound, actor: Actor, now: datetime) -> list[DrawStep]:
    members = {member.position: member for member in found.members if member.position is not None}
    excluded = asked.exclusions(tender, found)
    missing, steps = found.experts - asked.seated_experts(tender), []
    for pick in list(rules.selection(found.key_string, found.pool_size))[len(found.steps) :]:
        if not missing:
            break
        member = members[pick.position]
        why, seat = excluded.get(member.id), None
        if why is None:
            seat = seat_evaluator(tender, member.expert.user, seat=Seat.EXPERT, actor=actor, now=now)
            db.session.flush()
            missing -= 1
        outcome = Drawn.SEATED if why is None else Drawn.SKIPPED
        step = DrawStep(
            round_id=found.id,
            sequence=pick.index,
            member=member,
            outcome=outcome,
            exclusion=why,
            assignment_id=seat.id if seat else None,
            at=now,
        )
        db.session.add(step)
        steps.append(step)
    db.session.flush()
    return steps


def name_representative(tender: Tender, user: User, *, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """The tenderer's own people on the committee are named, as many as the notice says; everybody else is drawn."""
    tender = lock_organised(tender, actor)
    allowed = asked.plan_of(tender).representatives
    if asked.seated_representatives(tender) >= allowed:
        raise Refused(
            Reason(
                _l("公告写明招标人代表 %(count)d 人，已经满额。", count=allowed),
                _l("《招标投标法》第三十七条"),
                _l("其余成员从专家库公开抽取。"),
            ),
            field="person",
        )
    return seat_evaluator(tender, user, seat=Seat.TENDERER, actor=actor, now=now)
