"""What a programme may be, who activates it, and who may apply when."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from app.accounts.rules import OrganisationKind, Role
from app.funding.lifecycle import ApplicationStatus
from app.funding.paying import payable_since, state_now, why_not_paid_on, why_not_pay, why_not_served
from app.funding.programme import (
    ContractFacts,
    Payee,
    ProgrammeKind,
    ProgrammeStatus,
    Terms,
    Window,
    why_not_apply,
    why_not_fund,
    why_not_move_programme,
    why_not_programme,
    window,
)
from app.funding.review import InstalmentState

P, State = ProgrammeStatus, InstalmentState

MOVES = {
    (P.DRAFT, Role.FINANCE_OFFICER): {"edit", "propose"},
    (P.PROPOSED, Role.BUREAU_APPROVER): {"send_back", "activate"},
    (P.ACTIVE, Role.BUREAU_APPROVER): {"end"},
}


@dataclass(frozen=True)
class Somebody:
    role: Role
    user_id: int = 7


@pytest.mark.parametrize("status", P, ids=str)
@pytest.mark.parametrize("role", Role, ids=str)
def test_finance_prepares_and_an_approver_activates(status, role):
    names = ("edit", "propose", "send_back", "activate", "end")
    found = {name for name in names if why_not_move_programme(name, status, False, Somebody(role)) is None}
    assert found == MOVES.get((status, role), set())


def test_who_prepared_a_programme_cannot_activate_it():
    assert "不能自己启用" in str(why_not_move_programme("activate", P.PROPOSED, True, Somebody(Role.BUREAU_APPROVER)))


SOUND = {
    "kind": ProgrammeKind.SUBSIDY, "rates_fen": (20,), "cap_months": 12, "fixed_sum_fen": None, "shares_bp": (6000, 4000),
    "opens_on": date(2009, 11, 1), "closes_on": date(2009, 12, 31), "applicant_kinds": ["community"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"rates_fen": ()}, "rates"),
        ({"rates_fen": (20, 0)}, "rates"),
        ({"rates_fen": (1001,)}, "rates"),
        ({"cap_months": None}, "cap_months"),
        ({"cap_months": 61}, "cap_months"),
        ({"shares_bp": (6000, 3000)}, "shares"),
        ({"closes_on": date(2009, 10, 31)}, "closes_on"),
        ({"applicant_kinds": []}, "applicant_kinds"),
        ({"kind": ProgrammeKind.HONOUR}, "fixed_sum"),
        ({"kind": ProgrammeKind.HONOUR, "fixed_sum_fen": 5_000_000}, None),
    ],
)
def test_a_programme_that_is_not_whole_is_refused_on_its_field(change, field):
    wrong = why_not_programme(**(SOUND | change))
    assert (wrong and wrong[0]) == field


@pytest.mark.parametrize(
    ("lines", "is_sound"),
    [
        ({"4104": 900}, True),
        ({"410402": 500, "410403": 400}, True),
        ({"410402": 500, "410403": 399}, False),
        ({"410402": 900, "410403": 0}, False),
        ({"4105": 900}, False),
        ({}, False),
    ],
)
def test_budget_lines_add_up_to_the_budget_within_the_place(lines, is_sound):
    assert (why_not_fund(900, lines, "4104") is None) is is_sound


def test_both_days_belong_to_the_window():
    days = date(2009, 11, 1), date(2009, 12, 31)
    assert [window(*days, day) for day in (date(2009, 10, 31), date(2009, 11, 1), date(2009, 12, 31), date(2010, 1, 1))] == [
        Window.UPCOMING, Window.OPEN, Window.OPEN, Window.CLOSED,
    ]  # fmt: skip


TERMS = Terms(P.ACTIVE, ProgrammeKind.SUBSIDY, Payee.ENTERPRISE, "4104", date(2009, 11, 1), date(2009, 12, 31), frozenset({"community"}))
ASKING = {
    "today": date(2009, 11, 18), "organisation_id": 1, "organisation_kind": OrganisationKind.COMMUNITY, "is_within_scope": True,
    "is_own_compound": True, "contract": ContractFacts(True, 1, date(2009, 11, 1), date(2010, 10, 31)), "live_number": None,
}  # fmt: skip
HONOUR = replace(TERMS, kind=ProgrammeKind.HONOUR, payee=Payee.APPLICANT)


@pytest.mark.parametrize(
    ("terms", "change", "words"),
    [
        (TERMS, {}, None),
        (TERMS, {"organisation_kind": OrganisationKind.ENTERPRISE}, "申请范围"),
        (TERMS, {"organisation_kind": None}, "申请范围"),
        (TERMS, {"is_within_scope": False}, "适用范围"),
        (TERMS, {"is_own_compound": False}, "自己的小区"),
        (replace(TERMS, status=P.DRAFT), {}, "没有在受理"),
        (replace(TERMS, status=P.ENDED), {}, "没有在受理"),
        (replace(TERMS, status=P.ENDED), {"is_resubmission": True}, None),
        (TERMS, {"today": date(2009, 10, 31)}, "还没有开始"),
        (TERMS, {"today": date(2010, 1, 1)}, "已经截止"),
        (TERMS, {"today": date(2010, 1, 1), "is_resubmission": True}, None),
        (TERMS, {"live_number": "BT-2009-010001"}, "BT-2009-010001"),
        (TERMS, {"contract": None}, "还没有签订"),
        (TERMS, {"contract": ContractFacts(True, 2, date(2009, 11, 1), date(2010, 10, 31))}, "不是您所在单位签订"),
        (TERMS, {"contract": ContractFacts(True, 1, date(2009, 11, 1), date(2009, 11, 17))}, "已经到期"),
        (TERMS, {"contract": ContractFacts(True, 1, date(2009, 11, 1), date(2009, 11, 18))}, None),
        (TERMS, {"contract": ContractFacts(True, 1, date(2009, 12, 31), date(2010, 12, 30))}, None),
        (TERMS, {"contract": ContractFacts(True, 1, date(2010, 1, 1), date(2010, 12, 31))}, "晚于这个项目的截止日 2009年12月31日"),
        (TERMS, {"contract": ContractFacts(True, 1, date(2099, 1, 1), date(2100, 12, 31))}, "从 2099年1月1日 开始"),
        (HONOUR, {"contract": None}, None),
        (replace(HONOUR, payee=Payee.ENTERPRISE), {"contract": None}, "还没有签订"),
        (replace(HONOUR, payee=Payee.ENTERPRISE), {"contract": ContractFacts(True, 2, date(2009, 11, 1), date(2010, 10, 31))}, None),
    ],
)
def test_who_may_apply_when(terms, change, words):
    reason = why_not_apply(terms, **(ASKING | change))
    assert reason is None if words is None else words in str(reason) and str(reason.next)


@pytest.mark.parametrize(
    ("number", "states", "accepted", "words"),
    [
        (1, (State.PLANNED, State.PLANNED), False, None),
        (2, (State.PLANNED, State.PLANNED), True, "前一期"),
        (2, (State.RECORDED, State.PLANNED), True, "前一期"),
        (2, (State.PAID, State.PLANNED), False, "考核验收"),
        (2, (State.PAID, State.PLANNED), True, None),
        (2, (State.PAID, State.CANCELLED), True, "已经取消"),
    ],
)
def test_instalments_are_paid_in_order_and_the_later_ones_after_acceptance(number, states, accepted, words):
    reason = why_not_pay(number, states, accepted)
    assert reason is None if words is None else words in str(reason)


def test_an_instalment_is_due_only_once_publicity_is_over():
    states = (State.PLANNED, State.PLANNED)
    assert state_now(1, states, ApplicationStatus.PUBLICITY, False) is State.PLANNED
    assert state_now(1, states, ApplicationStatus.PAYABLE, False) is State.DUE
    assert state_now(2, states, ApplicationStatus.PAYABLE, False) is State.PLANNED
    assert state_now(2, (State.PAID, State.PLANNED), ApplicationStatus.PARTLY_PAID, True) is State.DUE


def test_money_is_not_paid_before_its_time_nor_in_the_future():
    since, today = date(2009, 11, 25), date(2009, 12, 1)
    assert why_not_paid_on(date(2009, 11, 26), since=since, today=today) is None
    assert why_not_paid_on(today, since=since, today=today) is None
    assert "第一天（2009年11月26日）" in str(why_not_paid_on(since, since=since, today=today)), "the day that is named is one that is taken"
    early = since - timedelta(days=1)
    assert "第一天（2009年11月25日）" in str(why_not_paid_on(early, since=since, today=today, includes_first=True))
    assert why_not_paid_on(since, since=since, today=today, includes_first=True) is None
    assert why_not_paid_on(date(2009, 12, 2), since=since, today=today) is not None


def test_money_follows_service():
    opens, closes, start = date(2009, 11, 1), date(2009, 12, 31), date(2009, 12, 20)
    assert "还没有开始" in str(why_not_served(start, opens, closes, date(2009, 12, 19)))
    assert why_not_served(start, opens, closes, start) is None
    assert why_not_served(None, opens, closes, start) is None, "a prize rests on no contract"
    assert "不在补贴期内" in str(why_not_served(date(2099, 1, 1), opens, closes, date(2099, 2, 1)))
    assert payable_since(date(2009, 11, 26), start) == date(2009, 12, 19)
    assert payable_since(date(2009, 11, 26), opens) == payable_since(date(2009, 11, 26), None) == date(2009, 11, 26)
    assert state_now(1, (State.PLANNED,), ApplicationStatus.PAYABLE, False, is_served=False) is State.PLANNED
