"""The alarms beside a result: margins, weights, evaluators; figures worked by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.tenders.ranking import Criterion, Measure, ValidBid, rank
from app.tenders.robustness import AlarmLimits, alarms, examine, kendall_w, smallest_flip

D = Decimal
CARD = (Criterion("price", Measure.PRICE, D(40)), Criterion("plan", Measure.JUDGED, D(60), full=D(60)))


def found(*bids):
    ranking = rank(CARD, bids, plan="plan", draw_seed="s")
    return ranking, examine(CARD, bids, ranking, plan="plan")


def bid(code, price, *plan):
    return ValidBid(code, price, {"plan": {f"e{i}": D(str(v)) for i, v in enumerate(plan)}})


def test_the_weight_at_which_the_second_draws_level():
    # a: price 40 (50 fen), plan 30; b: price 20 (100 fen), plan 51. b leads 71 to 70; per point of weight
    # price: a 1, b 0.5; plan: a 0.5, b 0.85. Level where 0.5·t = 0.35·(100 − t): t = 41.18.
    ranking, robustness = found(bid("a", 50, 30), bid("b", 100, 51))
    assert ranking.winner.code == "b" and robustness.margin == D("1.00")
    flip = robustness.flip
    assert (flip.criterion, flip.flips_at, flip.change, flip.overtaken_by) == ("price", D("41.18"), D("1.18"), "a")
    assert alarms(robustness) == ("weights",)


def test_a_bid_that_is_better_in_every_line_can_not_be_overturned_by_a_weight():
    ranking, robustness = found(bid("a", 50, 50), bid("b", 60, 40))
    assert smallest_flip(ranking) is None and robustness.flip is None and alarms(robustness) == ()


def test_one_bid_alone_has_no_margin():
    assert found(bid("a", 50, 50))[1].margin is None


def test_an_evaluator_whose_absence_changes_the_winner_is_named():
    _, robustness = found(bid("a", 50, 40, 40, 10), bid("b", 50, 30, 30, 45))
    # mean a 30, b 35: b wins; without e2 a has 40 to 30
    assert robustness.winner == "b"
    assert robustness.winners_without == {"e0": "b", "e1": "b", "e2": "a"}
    assert robustness.overturning_evaluators == ("e2",)
    assert "evaluator" in alarms(robustness) and "borda" in alarms(robustness)
    assert dict(robustness.borda) == {"a": D("2.00"), "b": D("1.00")}


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ({"e1": (3, 2, 1), "e2": (3, 2, 1), "e3": (3, 2, 1)}, "1.000"),
        ({"e1": (3, 2, 1), "e2": (1, 2, 3)}, "0.000"),
        # ranks (1 2 3)(1 3 2)(2 1 3): sums 4 6 8, S = 8, W = 12·8 / (9·24)
        ({"e1": (9, 8, 7), "e2": (9, 7, 8), "e3": (8, 9, 7)}, "0.444"),
        # with ties: (1.5 1.5 3)(1 2 3): sums 2.5 3.5 6, S = 6.5, W = 78 / (4·24 − 2·6)
        ({"e1": (9, 9, 7), "e2": (9, 8, 7)}, "0.929"),
    ],
)
def test_kendalls_w(votes, expected):
    totals = {e: {str(i): Fraction(v) for i, v in enumerate(values)} for e, values in votes.items()}
    assert kendall_w(totals) == D(expected)


def test_kendalls_w_has_no_meaning_where_everybody_gave_everybody_the_same():
    assert kendall_w({"e1": {"a": Fraction(1), "b": Fraction(1)}, "e2": {"a": Fraction(2), "b": Fraction(2)}}) is None
    assert kendall_w({"e1": {"a": Fraction(1), "b": Fraction(2)}}) is None


def test_limits_decide_what_raises_an_alarm():
    _, robustness = found(bid("a", 50, 30), bid("b", 100, 51))
    assert alarms(robustness, AlarmLimits(margin=D("2"))) == ("margin", "weights")
