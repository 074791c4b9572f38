"""What can happen to an application: its states, the one table of moves, who may make them, and the four eyes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from app.accounts.rules import Role
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason
from app.common.workdays import WorkdayCalendar

ZONE = ZoneInfo("Asia/Shanghai")
DISTRICT_DIGITS = 6
SEPARATION = _l("经办与审批相分离（《会计法》关于职责相互分离、相互制约的规定）")


class ApplicationStatus(LabelledEnum):
    DRAFT = "draft", _l("草稿"), "wait"
    SUBMITTED = "submitted", _l("待街道审核"), "wait"
    STREET_REVIEWED = "street_reviewed", _l("待区级审核"), "wait"
    DISTRICT_REVIEWED = "district_reviewed", _l("待批准"), "wait"
    BUREAU_APPROVED = "bureau_approved", _l("已批准，待公示"), "info"
    PUBLICITY = "publicity", _l("公示中"), "info"
    OBJECTED = "objected", _l("有异议，待处理"), "soon"
    PAYABLE = "payable", _l("公示无异议，待拨付"), "open"
    PARTLY_PAID = "partly_paid", _l("已拨付部分"), "badge"
    PAID = "paid", _l("已付清"), "badge"
    RETURNED = "returned", _l("已退回补正"), "soon"
    REFUSED = "refused", _l("不予支持"), "done"
    WITHDRAWN = "withdrawn", _l("已撤回"), "done"
    STOPPED = "stopped", _l("已终止拨付"), "done"
    RECLAIMED = "reclaimed", _l("已追回"), "soon"


S = ApplicationStatus

DERIVED = frozenset({S.PAYABLE})
"""Decided by the clock, so never stored: publicity that has run out without an open objection."""
ENDED_WITHOUT_MONEY = frozenset({S.REFUSED, S.WITHDRAWN})
"""These free the compound and its months for another application."""
PUBLISHED = frozenset({S.PUBLICITY, S.OBJECTED, S.PAYABLE, S.PARTLY_PAID, S.PAID, S.STOPPED, S.RECLAIMED})
"""Anybody may read these."""


class Stage(StrEnum):
    """The parts of the way that four eyes keep apart: whoever had a hand in one has none in another."""

    APPLY = "apply"
    STREET = "street"
    DISTRICT = "district"
    BUREAU = "bureau"
    SETTLE = "settle"
    PAY = "pay"
    ACCEPT = "accept"


class Level(StrEnum):
    """Whose officer a move wants, where covering the compound is not enough."""

    DISTRICT = "district"
    PROGRAMME = "programme"
    """The office whose budget it is: a city programme is the city's business, a district's the district's or the city's."""


@dataclass(frozen=True)
class Move:
    name: str
    label: Any
    leaves: frozenset[ApplicationStatus]
    reaches: ApplicationStatus | None
    """None: it stays where it is."""
    roles: frozenset[Role] | None
    """None: anybody, a visitor too."""
    needs_reason: bool = False
    is_by_applicant: bool = False
    stage: Stage | None = None
    """Four eyes: nobody who had a hand in another stage, in whatever round, may make it. None: it only takes back or announces;
    then the applicant's side alone is kept off it."""
    level: Level | None = None


def _move(name, label, leaves, reaches, roles, stage=None, level=None, **more) -> Move:
    return Move(name, label, frozenset(leaves), reaches, None if roles is None else frozenset(roles), stage=stage, level=level, **more)


BEFORE_APPROVAL = (S.SUBMITTED, S.STREET_REVIEWED, S.DISTRICT_REVIEWED)
HEARING = (Role.LEGAL_OFFICER, Role.BUREAU_APPROVER)
CONFIRMING = (Role.FINANCE_OFFICER, Role.BUREAU_APPROVER)

T, OWNER = Stage, Level.PROGRAMME
MOVES = (
    _move("submit", _l("提交申请"), (S.DRAFT, S.RETURNED), S.SUBMITTED, (Role.COMMUNITY_MANAGER,), T.APPLY, is_by_applicant=True),
    _move("withdraw", _l("撤回申请"), (S.DRAFT, S.RETURNED, *BEFORE_APPROVAL), S.WITHDRAWN, (Role.COMMUNITY_MANAGER,), is_by_applicant=True),
    _move("street_review", _l("街道审核通过"), (S.SUBMITTED,), S.STREET_REVIEWED, (Role.STREET_OFFICER,), T.STREET),
    _move("street_return", _l("街道退回补正"), (S.SUBMITTED,), S.RETURNED, (Role.STREET_OFFICER,), T.STREET, needs_reason=True),
    _move("district_review", _l("区级审核通过"), (S.STREET_REVIEWED,), S.DISTRICT_REVIEWED, (Role.BUREAU_OFFICER,), T.DISTRICT, Level.DISTRICT),
    _move("district_return", _l("区级退回补正"), (S.STREET_REVIEWED,), S.RETURNED, (Role.BUREAU_OFFICER,), T.DISTRICT, Level.DISTRICT, needs_reason=True),
    _move("district_refuse", _l("区级不予支持"), (S.STREET_REVIEWED,), S.REFUSED, (Role.BUREAU_OFFICER,), T.DISTRICT, Level.DISTRICT, needs_reason=True),
    _move("approve", _l("批准"), (S.DISTRICT_REVIEWED,), S.BUREAU_APPROVED, (Role.BUREAU_APPROVER,), T.BUREAU, OWNER),
    _move("bureau_return", _l("市局退回补正"), (S.DISTRICT_REVIEWED,), S.RETURNED, (Role.BUREAU_APPROVER,), T.BUREAU, OWNER, needs_reason=True),
    _move("bureau_refuse", _l("市局不予支持"), (S.DISTRICT_REVIEWED,), S.REFUSED, (Role.BUREAU_APPROVER,), T.BUREAU, OWNER, needs_reason=True),
    _move("publish", _l("开始公示"), (S.BUREAU_APPROVED,), S.PUBLICITY, (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER)),
    _move("object", _l("提出异议"), (S.PUBLICITY, S.OBJECTED), S.OBJECTED, None, needs_reason=True),
    _move("dismiss_objection", _l("异议不成立"), (S.OBJECTED,), S.PUBLICITY, HEARING, T.SETTLE, needs_reason=True),
    _move("uphold_objection", _l("异议成立，不予拨付"), (S.OBJECTED,), S.REFUSED, HEARING, T.SETTLE, needs_reason=True),
    _move("record_payment", _l("登记付款"), (S.PAYABLE, S.PARTLY_PAID), None, (Role.FINANCE_OFFICER,), T.PAY, OWNER),
    _move("confirm_payment", _l("复核付款"), (S.PAYABLE, S.PARTLY_PAID), S.PARTLY_PAID, CONFIRMING, T.PAY, OWNER),
    _move("confirm_last_payment", _l("复核最后一期付款"), (S.PAYABLE, S.PARTLY_PAID), S.PAID, CONFIRMING, T.PAY, OWNER),
    _move("accept", _l("考核验收"), (S.PARTLY_PAID,), None, (Role.STREET_OFFICER, Role.BUREAU_OFFICER), T.ACCEPT),
    _move("stop", _l("终止拨付"), (S.PAYABLE, S.PARTLY_PAID), S.STOPPED, (Role.BUREAU_APPROVER,), level=OWNER, needs_reason=True),
    _move("order_clawback", _l("决定追回"), (S.PAID, S.STOPPED, S.RECLAIMED), None, (Role.BUREAU_APPROVER,), level=OWNER, needs_reason=True),
    _move("receive_clawback", _l("登记追回到账"), (S.PAID, S.STOPPED, S.RECLAIMED), S.RECLAIMED, (Role.FINANCE_OFFICER,), level=OWNER),
)  # fmt: skip
"""Who records and who confirms one payment, who orders and who receives one clawback, are held apart by that payment itself (see
models/money.py)."""

MOVE = {move.name: move for move in MOVES}
REVIEW_STEPS = {"street_review": S.SUBMITTED, "district_review": S.STREET_REVIEWED, "approve": S.DISTRICT_REVIEWED}


class Person(Protocol):
    """What a rule asks of an actor."""

    user_id: int | None
    role: Any
    organisation_id: int | None
    division_code: str


@dataclass(frozen=True)
class Standing:
    """An application as the rules see it, and what the person who asks has to do with it."""

    status: ApplicationStatus
    """The state now (see status_now)."""
    applicant_id: int
    payee_id: int | None
    """Organisation that gets the money."""
    programme_code: str
    """The place whose budget it is."""
    served: frozenset[int] = frozenset()
    """Every organisation that this person works or ever worked for, under any hat."""
    stages: frozenset[Stage] = frozenset()
    """The stages of this application through which it passed this person's hands, in any round."""


def end_of_day(day: date) -> datetime:
    """24:00 of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=1)


def publicity_end(starts_on: date, days: int, calendar: WorkdayCalendar) -> date:
    """Last day of a publicity of so many full days: the publishing day is not counted, a last day off is moved to the
    next working day (《民法典》第二百零一条、第二百零三条). Raises Refused for a year without a calendar."""
    return calendar.roll_forward(starts_on + timedelta(days=days))


def status_now(stored: ApplicationStatus, publicity_ends_on: date | None, now: datetime) -> ApplicationStatus:
    """The state at an instant: publicity that has run out makes the money payable, without anybody's doing."""
    if stored is S.PUBLICITY and publicity_ends_on is not None and now >= end_of_day(publicity_ends_on):
        return S.PAYABLE
    return stored


def is_own(person: Person, standing: Standing) -> bool:
    return not {standing.applicant_id, standing.payee_id}.isdisjoint(standing.served | {person.organisation_id or 0})


def why_not_move(name: str, standing: Standing, person: Person | None) -> Reason | None:
    """Why this person can't make this move now. None for person is a visitor."""
    move = MOVE[name]
    if move.roles is not None and (person is None or person.role not in move.roles):
        return Reason(_l("您现在的身份不能办理“%(move)s”。", move=move.label), next=_l("请换用有这项职责的身份，或转给负责的同事。"))
    if standing.status not in move.leaves:
        return Reason(
            _l("这份申请现在的状态是“%(status)s”，不能办理“%(move)s”。", status=standing.status.label, move=move.label),
            next=_l("可能别人刚刚办过。请刷新页面查看最新进度。"),
        )
    if move.roles is None:
        return None
    if move.is_by_applicant:
        if person.organisation_id != standing.applicant_id:
            return Reason(_l("这份申请不是您所在单位提出的。"), next=_l("请由申请单位办理。"))
    elif reason := _why_not_official(move, standing, person):
        return reason
    if move.stage is not None and standing.stages - {move.stage}:
        return Reason(
            _l("您已经办过这份申请的其他环节，不能再由您办理“%(move)s”。", move=move.label),
            basis=SEPARATION,
            next=_l("请转给另一位没有经手过这份申请的同事办理。"),
        )
    return None


def _why_not_official(move: Move, standing: Standing, person: Person) -> Reason | None:
    """Why an officer is not the right one: of the wrong level, of the applicant's or payee's side, or a hand in applying."""
    if move.level is Level.DISTRICT and len(person.division_code) != DISTRICT_DIGITS:
        return Reason(
            _l("“%(move)s”由小区所在区的房管部门经办人办理。", move=move.label),
            basis=_l("街道、区、市逐级审核（项目公告）"),
            next=_l("请转给小区所在区的房管部门。"),
        )
    if move.level is Level.PROGRAMME and not standing.programme_code.startswith(person.division_code or "?"):
        return Reason(
            _l("这个项目的预算不属于您所在的区，不能由您办理“%(move)s”。", move=move.label),
            basis=_l("《预算法》第五十三条：各级预算由本级政府组织执行"),
            next=_l("市级项目请由市房管部门办理，区级项目请由本区或者市房管部门办理。"),
        )
    if is_own(person, standing):
        return Reason(
            _l("您在申请单位或者收款单位任职或者曾经任职，应当回避。"),
            basis=SEPARATION,
            next=_l("请转给与这两个单位都没有关系的同事办理。"),
        )
    if Stage.APPLY in standing.stages:
        return Reason(
            _l("您填写、修改或者提交过这份申请，不能再由您办理“%(move)s”。", move=move.label),
            basis=SEPARATION,
            next=_l("请转给另一位没有经手过这份申请的同事办理。"),
        )
    return None


OBJECTIONS_A_DAY = 5
"""From one network address: an objection stops a payment, so a stranger must not be able to stop them all."""


def why_not_object(publicity_ends_on: date | None, now: datetime, from_same_address: int = 0) -> Reason | None:
    """Objections are taken while the notice runs, also when another one has stopped the clock of payment."""
    if from_same_address >= OBJECTIONS_A_DAY:
        return Reason(
            _l("这个网络地址一天之内已经提出 %(count)d 次异议。", count=OBJECTIONS_A_DAY),
            next=_l("请明天再提，或者拨打页脚的监督投诉电话。"),
        )
    if publicity_ends_on is not None and now < end_of_day(publicity_ends_on):
        return None
    return Reason(
        _l("公示期已经结束，不能再提出异议。"),
        basis=_l("项目公告：公示期"),
        next=_l("仍有问题的，请拨打页脚的监督投诉电话。"),
    )


NEXT_STEPS = ("street_review", "district_review", "approve", "publish", "dismiss_objection", "record_payment", "confirm_payment", "accept")
"""The moves that carry an application on: who has the role for one and may not make it is told why."""


def steps_barred(standing: Standing, person: Person | None, names: Collection[str] = NEXT_STEPS) -> list[tuple[Move, Reason]]:
    """The steps that are to be made now by this person's role, but not by this person, each with the reason."""
    if person is None:
        return []
    due = [MOVE[name] for name in names if person.role in MOVE[name].roles and standing.status in MOVE[name].leaves]
    return [(move, reason) for move in due if (reason := why_not_move(move.name, standing, person))]


def moves_open(standing: Standing, person: Person | None, names: Collection[str] = tuple(MOVE)) -> list[Move]:
    """The moves that this person can make now, in the order of the table."""
    return [MOVE[name] for name in names if why_not_move(name, standing, person) is None]
