"""Committee, points, low prices, blind codes and links between bidders: one case a rule."""

from decimal import Decimal

import pytest

from app.tenders.kinds import RejectionGround
from app.tenders.scoring import (
    BidderFacts,
    InterestLink,
    LowPrice,
    blind_code,
    experts_needed,
    interest_links,
    low_price_alarms,
    plain,
    why_not_committee,
    why_not_member,
    why_not_points,
)

D = Decimal


@pytest.mark.parametrize(("size", "needed"), [(5, 4), (7, 5), (9, 6), (11, 8)])
def test_experts_are_at_least_two_thirds(size, needed):
    assert experts_needed(size) == needed
    assert why_not_committee(size, needed) is None
    assert str(needed) in str(why_not_committee(size, needed - 1).text)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 6, 8])
def test_a_committee_is_at_least_five_and_odd(size):
    assert why_not_committee(size, size) is not None


def member(**changes):
    facts = {
        "name": "张三",
        "is_evaluator": True,
        "is_expert": True,
        "employers": [9],
        "bidders": [1, 2],
        "tenderer": 5,
        "is_supervisor_staff": False,
    }
    return why_not_member(**{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"is_evaluator": False}, "评委身份"),
        ({"is_supervisor_staff": True}, "监督"),
        ({"employers": [2]}, "回避"),
        ({"employers": [5]}, "招标人代表"),
    ],
)
def test_who_may_not_sit(changes, word):
    assert word in str(member(**changes).text)


def test_who_may_sit():
    assert member() is None
    assert member(employers=[5], is_expert=False) is None


@pytest.mark.parametrize("points", ["0", "0.01", "30", "29.99"])
def test_points_within_the_range_are_taken(points):
    assert why_not_points(D(points), D(30)) is None


@pytest.mark.parametrize("points", [None, "-0.01", "30.01", "12.345"])
def test_points_outside_the_range_or_too_fine_are_refused(points):
    assert why_not_points(D(points) if points else None, D(30)) is not None


def test_the_worked_example_of_abnormally_low_prices():
    """1.00, 1.10 and 0.45 under a ceiling of 1.20: below half of the second lowest and below 45 % of the ceiling, not below half the average."""
    assert low_price_alarms({"a": 100, "b": 110, "c": 45}, 120) == {"c": (LowPrice.BELOW_SECOND, LowPrice.BELOW_CEILING)}


def test_a_limit_itself_is_not_below():
    assert low_price_alarms({"a": 54, "b": 100}, 120) == {}
    assert low_price_alarms({"a": 53, "b": 100}, 120) == {"a": (LowPrice.BELOW_CEILING,)}
    assert low_price_alarms({}, 120) == {}


def test_blind_codes_never_run_out():
    assert [blind_code(i) for i in (0, 1, 9, 10)] == ["甲", "乙", "癸", "11"]
    assert len({blind_code(i) for i in range(50)}) == 50


def test_the_same_legal_head_links_two_bidders():
    facts = [BidderFacts(3, 30, "李四"), BidderFacts(1, 10, "李四", frozenset({"1"})), BidderFacts(2, 20, "", frozenset({"1"}))]
    assert interest_links(facts) == [(1, 2, InterestLink.SAME_PHONE), (1, 3, InterestLink.SAME_LEGAL_HEAD)]


def test_the_rejection_grounds_are_the_seven_of_the_law_and_the_want_of_competition():
    """实施条例第五十一条 names seven; 评标委员会和评标方法暂行规定第二十七条 lets a committee reject all that is left."""
    assert len(RejectionGround) == 8 and RejectionGround.NO_COMPETITION in RejectionGround


@pytest.mark.parametrize(("number", "text"), [("30.00", "30"), ("26.50", "26.5"), ("0", "0"), ("100", "100")])
def test_marks_as_people_write_them(number, text):
    assert plain(D(number)) == text
