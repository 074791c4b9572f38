"""States × moves × roles: what is expected is written here by hand, not read from the table."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.common.workdays import WorkdayCalendar
from app.funding.lifecycle import (
    DERIVED,
    MOVE,
    MOVES,
    ApplicationStatus,
    Stage,
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
    division_code: str = ""


def expected() -> dict[tuple[str, str], set[str]]:
    table = {}
    for line in EXPECTED.strip().splitlines():
        status, role, *moves = line.split()
        table[status, role] = set(moves)
    return table


def standing(status: S, *, programme_code: str = "4104", **past) -> Standing:
    return Standing(status, applicant_id=APPLICANT, payee_id=PAYEE, programme_code=programme_code, **past)


def officer(role: Role, organisation_id: int = OFFICE) -> Somebody:
    """Of the district for the district's step, of the city for the rest."""
    return Somebody(role, organisation_id=organisation_id, division_code="410402" if role is Role.BUREAU_OFFICER else "4104")


@pytest.mark.parametrize("status", S, ids=str)
@pytest.mark.parametrize("role", Role, ids=str)
def test_every_state_and_role_opens_exactly_these_moves(status, role):
    organisation = APPLICANT if role is Role.COMMUNITY_MANAGER else OFFICE
    person = officer(role, organisation)
    found = {f"{move.name}→{move.reaches or '-'}" for move in moves_open(standing(status), person)}
    table = expected()
    assert found == table.get((status.value, role.value), set()) | table.get((status.value, "anybody"), set())


@pytest.mark.parametrize("status", S, ids=str)
def test_a_visitor_may_only_object_and_only_during_publicity(status):
    found = [move.name for move in moves_open(standing(status), None)]
    assert found == (["object"] if status in (S.PUBLICITY, S.OBJECTED) else [])


OFFICIAL = [move for move in MOVES if move.roles is not None and not move.is_by_applicant]
KEPT_APART = {
    "street_review": Stage.STREET, "street_return": Stage.STREET,
    "district_review": Stage.DISTRICT, "district_return": Stage.DISTRICT, "district_refuse": Stage.DISTRICT,
    "approve": Stage.BUREAU, "bureau_return": Stage.BUREAU, "bureau_refuse": Stage.BUREAU,
    "dismiss_objection": Stage.SETTLE, "uphold_objection": Stage.SETTLE,
    "record_payment": Stage.PAY, "confirm_payment": Stage.PAY, "confirm_last_payment": Stage.PAY, "accept": Stage.ACCEPT,
}  # fmt: skip


@pytest.mark.parametrize("move", OFFICIAL, ids=lambda move: move.name)
@pytest.mark.parametrize("organisation", [APPLICANT, PAYEE])
@pytest.mark.parametrize("is_worn", [True, False], ids=["this hat", "another hat"])
def test_nobody_acts_on_the_application_or_the_money_of_an_organisation_they_ever_served(move, organisation, is_worn):
    role, status = sorted(move.roles)[0], sorted(move.leaves)[0]
    person = officer(role, organisation if is_worn else OFFICE)
    reason = why_not_move(move.name, standing(status, served=frozenset() if is_worn else frozenset({OFFICE, organisation})), person)
    assert "回避" in str(reason) and "会计法" in str(reason.basis)


@pytest.mark.parametrize("move", OFFICIAL, ids=lambda move: move.name)
@pytest.mark.parametrize("stage", Stage, ids=str)
def test_who_had_a_hand_in_one_stage_has_none_in_another(move, stage):
    role, status = sorted(move.roles)[0], sorted(move.leaves)[0]
    reason = why_not_move(move.name, standing(status, stages=frozenset({stage})), officer(role))
    own = KEPT_APART.get(move.name)
    assert (reason is not None) == (stage is Stage.APPLY or (own is not None and stage is not own))
    if reason:
        assert "会计法" in str(reason.basis) and str(reason.next)


def test_who_reviewed_an_application_does_not_write_it():
    reviewed = standing(S.RETURNED, stages=frozenset({Stage.STREET}))
    assert "其他环节" in str(why_not_move("submit", reviewed, Somebody(Role.COMMUNITY_MANAGER, organisation_id=APPLICANT)))


@pytest.mark.parametrize(
    ("programme", "of", "is_right"),
    [("4104", "4104", True), ("4104", "410402", False), ("410402", "410402", True), ("410402", "4104", True), ("410402", "410403", False)],
)
@pytest.mark.parametrize(
    "name", ["approve", "bureau_refuse", "record_payment", "confirm_payment", "stop", "order_clawback", "receive_clawback"]
)
def test_a_budget_is_the_business_of_the_office_that_has_it(name, programme, of, is_right):
    move = MOVE[name]
    person = Somebody(sorted(move.roles)[0], division_code=of)
    reason = why_not_move(name, standing(sorted(move.leaves)[0], programme_code=programme), person)
    assert reason is None if is_right else "不属于您所在的区" in str(reason) and "预算法" in str(reason.basis)


def test_the_district_step_is_the_districts():
    for name in ("district_review", "district_return", "district_refuse"):
        city = Somebody(Role.BUREAU_OFFICER, division_code="4104")
        assert "所在区" in str(why_not_move(name, standing(S.STREET_REVIEWED), city))
        assert why_not_move(name, standing(S.STREET_REVIEWED), officer(Role.BUREAU_OFFICER)) is None


def test_another_organisation_cannot_send_or_withdraw_an_application():
    for name in ("submit", "withdraw"):
        assert "不是您所在单位" in str(why_not_move(name, standing(S.DRAFT), Somebody(Role.COMMUNITY_MANAGER)))


def test_moving_twice_is_refused_with_the_present_state():
    reason = why_not_move("approve", standing(S.BUREAU_APPROVED), officer(Role.BUREAU_APPROVER))
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
