"""States × moves × roles: what is expected is written here by hand, not read from the table."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.common.workdays import WorkdayCalendar
from app.funding.lifecycle import (
    DERIVED,
    MOVES,
    ApplicationStatus,
    Standing,
    end_of_day,
    moves_open,
    publicity_end,
    status_now,
    why_not_move,
    why_not_object,
)

S = ApplicationStatus
APPLICANT, PAYEE, OFFICE = 1, 2, 9

EXPECTED = """
draft              community_manager   submit→submitted withdraw→withdrawn
returned           community_manager   submit→submitted withdraw→withdrawn
submitted          community_manager   withdraw→withdrawn
submitted          street_officer      street_review→street_reviewed street_return→returned
street_reviewed    community_manager   withdraw→withdrawn
street_reviewed    bureau_officer      district_review→district_reviewed district_return→returned district_refuse→refused
district_reviewed  community_manager   withdraw→withdrawn
district_reviewed  bureau_approver     approve→bureau_approved bureau_return→returned bureau_refuse→refused
bureau_approved    bureau_officer      publish→publicity
bureau_approved    bureau_approver     publish→publicity
publicity          anybody             object→objected
objected           anybody             object→objected
objected           legal_officer       dismiss_objection→publicity uphold_objection→refused
objected           bureau_approver     dismiss_objection→publicity uphold_objection→refused
payable            finance_officer     record_payment→- confirm_payment→partly_paid confirm_last_payment→paid
payable            bureau_approver     confirm_payment→partly_paid confirm_last_payment→paid stop→stopped
partly_paid        finance_officer     record_payment→- confirm_payment→partly_paid confirm_last_payment→paid
partly_paid        bureau_approver     confirm_payment→partly_paid confirm_last_payment→paid stop→stopped
partly_paid        street_officer      accept→-
partly_paid        bureau_officer      accept→-
paid               bureau_approver     order_clawback→-
paid               finance_officer     receive_clawback→reclaimed
stopped            bureau_approver     order_clawback→-
stopped            finance_officer     receive_clawback→reclaimed
reclaimed          bureau_approver     order_clawback→-
reclaimed          finance_officer     receive_clawback→reclaimed
"""


@dataclass(frozen=True)
class Somebody:
    role: Role | None
    user_id: int = 100
    organisation_id: int = OFFICE


def expected() -> dict[tuple[str, str], set[str]]:
    table = {}
    for line in EXPECTED.strip().splitlines():
        status, role, *moves = line.split()
        table[status, role] = set(moves)
    return table


def standing(status: S, hands=frozenset()) -> Standing:
    return Standing(status, applicant_id=APPLICANT, payee_id=PAYEE, hands=hands)


@pytest.mark.parametrize("status", S, ids=str)
@pytest.mark.parametrize("role", Role, ids=str)
def test_every_state_and_role_opens_exactly_these_moves(status, role):
    organisation = APPLICANT if role is Role.COMMUNITY_MANAGER else OFFICE
    person = Somebody(role, organisation_id=organisation)
    found = {f"{move.name}→{move.reaches or '-'}" for move in moves_open(standing(status), person)}
    table = expected()
    assert found == table.get((status.value, role.value), set()) | table.get((status.value, "anybody"), set())


@pytest.mark.parametrize("status", S, ids=str)
def test_a_visitor_may_only_object_and_only_during_publicity(status):
    found = [move.name for move in moves_open(standing(status), None)]
    assert found == (["object"] if status in (S.PUBLICITY, S.OBJECTED) else [])


OFFICIAL = [move for move in MOVES if move.roles is not None and not move.is_by_applicant]
SEPARATE = {
    "street_review", "street_return", "district_review", "district_return", "district_refuse", "approve", "bureau_return",
    "bureau_refuse", "dismiss_objection", "uphold_objection", "record_payment",
}  # fmt: skip


@pytest.mark.parametrize("move", OFFICIAL, ids=lambda move: move.name)
@pytest.mark.parametrize("organisation", [APPLICANT, PAYEE])
def test_nobody_acts_on_the_application_or_the_money_of_their_own_organisation(move, organisation):
    role, status = sorted(move.roles)[0], sorted(move.leaves)[0]
    reason = why_not_move(move.name, standing(status), Somebody(role, organisation_id=organisation))
    assert "回避" in str(reason)


@pytest.mark.parametrize("move", OFFICIAL, ids=lambda move: move.name)
def test_nobody_who_submitted_or_reviewed_takes_the_next_step(move):
    role, status = sorted(move.roles)[0], sorted(move.leaves)[0]
    reason = why_not_move(move.name, standing(status, hands=frozenset({100})), Somebody(role))
    assert (reason is not None) == (move.name in SEPARATE)
    if reason:
        assert "前一环节" in str(reason) and "会计法" in str(reason.basis)


def test_another_organisation_cannot_send_or_withdraw_an_application():
    for name in ("submit", "withdraw"):
        assert "不是您所在单位" in str(why_not_move(name, standing(S.DRAFT), Somebody(Role.COMMUNITY_MANAGER)))


def test_moving_twice_is_refused_with_the_present_state():
    reason = why_not_move("approve", standing(S.BUREAU_APPROVED), Somebody(Role.BUREAU_APPROVER))
    assert "已批准，待公示" in str(reason) and "刷新" in str(reason.next)


def test_a_refusal_always_says_what_to_do_next():
    for move in MOVES:
        for status in S:
            for person in (None, *(Somebody(role) for role in Role)):
                if reason := why_not_move(move.name, standing(status), person):
                    assert str(reason.text) and str(reason.next)


WEEKS = WorkdayCalendar({2009: False, 2010: False}, {date(2010, 1, 1): False})


@pytest.mark.parametrize(
    ("starts_on", "days", "ends_on"),
    [
        (date(2009, 11, 18), 7, date(2009, 11, 25)),  # Wednesday + 7 full days
        (date(2009, 11, 18), 5, date(2009, 11, 23)),  # Monday
        (date(2009, 11, 16), 5, date(2009, 11, 23)),  # a Saturday: the next Monday
        (date(2009, 12, 25), 7, date(2010, 1, 4)),  # New Year's Day, a Friday: the next Monday
    ],
)
def test_publicity_counts_full_days_after_the_first_and_ends_on_a_working_day(starts_on, days, ends_on):
    assert publicity_end(starts_on, days, WEEKS) == ends_on


def test_publicity_into_a_year_without_a_calendar_is_refused():
    with pytest.raises(Refused, match="2011"):
        publicity_end(date(2010, 12, 28), 7, WEEKS)


def test_the_clock_alone_makes_money_payable_at_midnight():
    ends_on = date(2009, 11, 25)
    midnight = datetime(2009, 11, 25, 16, 0, tzinfo=UTC)
    assert end_of_day(ends_on) == midnight
    assert status_now(S.PUBLICITY, ends_on, midnight - timedelta(milliseconds=1)) is S.PUBLICITY
    assert status_now(S.PUBLICITY, ends_on, midnight) is S.PAYABLE
    assert status_now(S.OBJECTED, ends_on, midnight + timedelta(days=9)) is S.OBJECTED
    assert why_not_object(ends_on, midnight - timedelta(milliseconds=1)) is None
    assert "已经结束" in str(why_not_object(ends_on, midnight))
    assert why_not_object(None, midnight) is not None


def test_only_the_clock_reaches_payable():
    assert frozenset({S.PAYABLE}) == DERIVED
    assert S.PAYABLE not in {move.reaches for move in MOVES}


def test_every_state_but_payable_is_reached_and_every_end_is_an_end():
    reached = {move.reaches for move in MOVES}
    assert set(S) - reached == {S.DRAFT, S.PAYABLE}
    left = set().union(*(move.leaves for move in MOVES))
    assert set(S) - left == {S.REFUSED, S.WITHDRAWN}
