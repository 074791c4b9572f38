"""The expert pool as the bureau keeps it: who is in it, of which specialty, tied to whom, suspended why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.accounts.models import User
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.draw import Specialty, TieKind
from app.tenders.models.draw import PoolExpert, PoolTie
from app.tenders.queries import experts as asked
from app.tenders.timetable import local_day

label_events(
    {
        "expert.add": _l("登记评标专家"),
        "expert.change": _l("修改评标专家"),
        "expert.suspend": _l("暂停评标专家资格"),
        "expert.resume": _l("恢复评标专家资格"),
        "expert.tie": _l("登记专家的任职或者回避"),
        "expert.void_tie": _l("作废专家的任职或者回避登记"),
    },
    {
        "expert": _l("专家"),
        "specialty": _l("专业"),
        "employer": _l("工作单位"),
        "areas": _l("服务区域"),
        "tie": _l("关系"),
        "party": _l("有关单位"),
        "until_on": _l("截至"),
    },
    enums={"specialty": Specialty, "tie": TieKind},
    objects={"pool_expert": _l("评标专家"), "pool_tie": _l("专家的任职或者回避")},
)

BASIS = _l("《评标专家和评标专家库管理办法》")


@dataclass(frozen=True)
class Card:
    """What is written down about an expert."""

    specialty: Specialty
    employer: str
    areas: tuple[str, ...] = ()


def _refuse_stranger(organisation, actor: Actor) -> None:
    if not asked.may_keep(organisation, actor):
        raise Refused(Reason(_l("您不能管理这个专家库。"), next=_l("请由专家库所在地的房管部门办理。")))


def add_expert(user: User, organisation, card: Card, *, actor: Actor, now: datetime) -> PoolExpert:
    """Register somebody who has an evaluator's account with the pool. Tenders whose pool is frozen are not touched."""
    _refuse_stranger(organisation, actor)
    if user.id not in {person.id for person in asked.unregistered(organisation)}:
        raise Refused(
            Reason(
                _l("“%(name)s”没有这个专家库的账号，或者已经登记。", name=user.name),
                next=_l("请系统管理员先在“单位和人员”中邀请，再登记。"),
            ),
            field="person",
        )
    expert = PoolExpert(user_id=user.id, user=user, organisation_id=organisation.id, added_at=now, added_by_id=actor.user_id, ties=[])
    _write(expert, card, actor=actor, now=now)
    db.session.add(expert)
    record("expert.add", expert, actor=actor, now=now, **_facts(expert))
    return expert


def change_expert(expert: PoolExpert, card: Card, *, actor: Actor, now: datetime) -> PoolExpert:
    """A new employer leaves the former one on record as a past post: three years count."""
    _refuse_stranger(expert.organisation, actor)
    former = expert.employer
    _write(expert, card, actor=actor, now=now)
    record("expert.change", expert, actor=actor, now=now, **_facts(expert))
    if former and former != expert.employer:
        add_tie(expert, TieKind.EMPLOYMENT, former, until_on=local_day(now), actor=actor, now=now)
    return expert


def _write(expert: PoolExpert, card: Card, *, actor: Actor, now: datetime) -> None:
    refuse_if(why_not_areas(card.areas, actor), field="areas")
    employer = card.employer.strip()
    if employer != expert.employer or expert.employer_at is None:
        expert.employer, expert.employer_at = employer, now
    expert.specialty, expert.areas = card.specialty, list(card.areas)


def why_not_areas(areas: Sequence[str], actor: Actor) -> Reason | None:
    known = asked.known_divisions(areas)
    wrong = [code for code in areas if code not in known or not actor.covers(code)]
    if not wrong:
        return None
    return Reason(_l("区划代码“%(code)s”不在本辖区。", code=wrong[0]), next=_l("请选择本辖区的区划。"))


def _facts(expert: PoolExpert) -> dict:
    return {
        "expert": expert.user.name,
        "specialty": expert.specialty,
        "employer": expert.employer or None,
        "areas": list(expert.areas) or None,
    }


def suspend_expert(expert: PoolExpert, reason: str, *, actor: Actor, now: datetime) -> None:
    """Not drawn from now on. Whoever has come up already stays, unless recused by name."""
    _refuse_stranger(expert.organisation, actor)
    if not reason.strip():
        raise Refused(Reason(_l("请写明暂停的理由。"), BASIS, _l("写明事实和依据。")), field="reason")
    if expert.suspended_at is None:
        expert.suspended_at, expert.suspension_reason = now, reason.strip()
        record("expert.suspend", expert, actor=actor, now=now, expert=expert.user.name, reason=expert.suspension_reason)


def resume_expert(expert: PoolExpert, *, actor: Actor, now: datetime) -> None:
    _refuse_stranger(expert.organisation, actor)
    if expert.suspended_at is not None:
        expert.suspended_at, expert.suspension_reason = None, ""
        record("expert.resume", expert, actor=actor, now=now, expert=expert.user.name)


def add_tie(
    expert: PoolExpert, kind: TieKind, organisation: str, *, until_on: date | None = None, note: str = "", actor: Actor, now: datetime
) -> PoolTie:
    """A post that the expert has left, or somebody from whose matters the expert keeps away."""
    _refuse_stranger(expert.organisation, actor)
    if not organisation.strip():
        raise Refused(Reason(_l("请写明单位名称。"), next=_l("填写营业执照上的全称。")), field="party")
    if kind is TieKind.EMPLOYMENT and (until_on is None or until_on > local_day(now)):
        raise Refused(Reason(_l("曾任职的，要写明离职日期。"), next=_l("现在仍在任职的，请改写工作单位。")), field="until_on")
    tie = PoolTie(
        expert=expert,
        kind=kind,
        organisation=organisation.strip(),
        until_on=until_on,
        note=note.strip(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    db.session.add(tie)
    record(
        "expert.tie",
        tie,
        actor=actor,
        now=now,
        expert=expert.user.name,
        tie=kind,
        party=tie.organisation,
        until_on=until_on and until_on.isoformat(),
    )
    return tie


def void_tie(tie: PoolTie, reason: str, *, actor: Actor, now: datetime) -> None:
    """A tie that was written down by mistake. The row stays."""
    _refuse_stranger(tie.expert.organisation, actor)
    if not reason.strip():
        raise Refused(Reason(_l("请写明作废的理由。"), next=_l("例如：单位名称登记错误。")))
    if tie.voided_at is None:
        tie.voided_at, tie.void_reason = now, reason.strip()
        record("expert.void_tie", tie, actor=actor, now=now, expert=tie.expert.user.name, party=tie.organisation, reason=tie.void_reason)
