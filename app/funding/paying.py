"""When an instalment may be paid: in order, the first after publicity, the later ones after acceptance."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.common.i18n import _l
from app.common.refusal import Reason
from app.funding.lifecycle import ApplicationStatus
from app.funding.programme import why_not_in_period
from app.funding.review import InstalmentState
from app.tenders.timetable import day_in_words


def why_not_pay(number: int, states: Sequence[InstalmentState], has_acceptance: bool) -> Reason | None:
    """Why instalment `number` (from 1) can't be paid, given the states of all of them in order."""
    if states[number - 1] is InstalmentState.CANCELLED:
        return Reason(_l("这一期已经取消。"), next=_l("请查看终止拨付的理由。"))
    if any(state is not InstalmentState.PAID for state in states[: number - 1]):
        return Reason(_l("前一期还没有付清。"), basis=_l("分期拨付（项目公告）"), next=_l("请先登记并复核前一期。"))
    if number > 1 and not has_acceptance:
        return Reason(
            _l("还没有通过考核验收，不能付第 %(number)d 期。", number=number),
            basis=_l("分期拨付（项目公告）"),
            next=_l("请由街道或房管经办人先办理考核验收。"),
        )
    return None


def why_not_served(starts_on: date | None, opens_on: date, closes_on: date, today: date) -> Reason | None:
    """Money follows service: nothing is paid on a contract of another period, nor before its first day of service."""
    if reason := why_not_in_period(starts_on, opens_on, closes_on):
        return Reason(reason.text, basis=reason.basis, next=_l("请由审批人终止拨付。"))
    if starts_on is not None and today < starts_on:
        return Reason(
            _l("合同的服务从 %(start)s 开始，现在还没有开始，不能付款。", start=day_in_words(starts_on)),
            basis=_l("分期拨付（项目公告）"),
            next=_l("请在服务开始后办理。"),
        )
    return None


def payable_since(publicity_ends_on: date, starts_on: date | None) -> date:
    """The day before the first on which money may go out: the last of the notice, or the last before service begins."""
    return publicity_ends_on if starts_on is None else max(publicity_ends_on, starts_on - timedelta(days=1))


def state_now(
    number: int, states: Sequence[InstalmentState], status: ApplicationStatus, has_acceptance: bool, is_served: bool = True
) -> InstalmentState:
    """What the page calls an instalment: a planned one is due as soon as it may be paid."""
    is_payable = is_served and status in (ApplicationStatus.PAYABLE, ApplicationStatus.PARTLY_PAID)
    if states[number - 1] is InstalmentState.PLANNED and is_payable and why_not_pay(number, states, has_acceptance) is None:
        return InstalmentState.DUE
    return states[number - 1]


def why_not_paid_on(day: date, *, since: date, today: date, includes_first: bool = False) -> Reason | None:
    """Why a payment, an assessment or a return can't have been on this day: after `since`, and not in the future."""
    if day > today:
        return Reason(_l("日期在今天之后。"), next=_l("请填写实际发生的日期。"))
    if day < since or (day == since and not includes_first):
        first = since if includes_first else since + timedelta(days=1)
        return Reason(_l("日期早于可以办理的第一天（%(day)s）。", day=day_in_words(first)), next=_l("请核对日期。"))
    return None


def why_not_stop(states: Sequence[InstalmentState]) -> Reason | None:
    """Nothing is stopped while a payment that somebody wrote down waits for the second person."""
    if InstalmentState.RECORDED in states:
        return Reason(_l("有一期付款已登记、等待复核，现在不能终止。"), next=_l("请先复核或退回这笔付款登记。"))
    return None


def why_not_order_clawback(waits_for_another: bool) -> Reason | None:
    """One clawback after the other."""
    if waits_for_another:
        return Reason(_l("已有一笔追回正在办理。"), next=_l("请等财务登记到账后再作新的决定。"))
    return None
