"""How the winner is chosen: an absolute weighted sum over the card published with the notice.

No bid's points depend on another bid except through the lowest price, so that a loser who leaves can't turn the result round (docs/decisions, DESIGN 3.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

HUNDRED = Decimal(100)


class Measure(StrEnum):
    """Where a criterion's points come from."""

    PRICE = "price"  # W × Pmin ÷ P (财政部令第87号 §55)
    JUDGED = "judged"  # the mean of the evaluators' points
    RECORDED = "recorded"  # a dated public record, 0 to 100, taken at the bid deadline


class TieBreak(StrEnum):
    """What put a bid behind the one above it when both have the same total (87号令 §57, §68)."""

    PRICE = "price"
    PLAN = "plan"
    DRAW = "draw"


@dataclass(frozen=True)
class Criterion:
    """One line of the published card. `full` is the best raw score that can be given; `weight` is what it is worth."""

    code: str
    measure: Measure
    weight: Decimal
    full: Decimal = HUNDRED


@dataclass(frozen=True)
class RecordScore:
    """A credibility, capacity or record score, 0 to 100, with the dated facts that explain it (plain data)."""

    score: Decimal
    source: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ValidBid:
    """A bid that was opened and not rejected. `price_fen` is fen per m² and month.

    `judged[criterion][evaluator]` holds raw points; `recorded[criterion]` a RecordScore."""

    code: str
    price_fen: int
    judged: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    recorded: Mapping[str, RecordScore] = field(default_factory=dict)


@dataclass(frozen=True)
class Points:
    """The points of one bid under one criterion and everything needed to compute them again."""

    criterion: str
    measure: Measure
    weight: Decimal
    full: Decimal
    raw: Decimal  # price in yuan, mean of points or record score, shown to 4 places; points use the exact value
    points: Decimal
    inputs: Mapping[str, object]

    def as_data(self) -> dict:
        """Plain values for the stored explanation and the downloads."""
        return {
            "criterion": self.criterion,
            "formula": self.measure.value,
            "weight": str(self.weight),
            "full": str(self.full),
            "raw": str(self.raw),
            "points": str(self.points),
            "source": self.inputs,
        }


@dataclass(frozen=True)
class Row:
    place: int
    code: str
    price_fen: int
    total: Decimal
    points: tuple[Points, ...]
    tie_broken_by: TieBreak | None = None

    def points_of(self, criterion: str) -> Decimal:
        return next(p.points for p in self.points if p.criterion == criterion)


@dataclass(frozen=True)
class Ranking:
    rows: tuple[Row, ...]
    lowest_price_fen: int
    draw_seed: str

    @property
    def winner(self) -> Row:
        return self.rows[0]


class CannotRank(ValueError):
    """The card or the scores are incomplete or out of range: a fault of ours, never of the bidder."""


def round_points(value: Fraction | Decimal, places: int = 2) -> Decimal:
    """Half up, away from zero, exactly: 26.665 becomes 26.67 whatever the decimal context."""
    exact = Fraction(value)
    shift = 10**places
    scaled, sign = abs(exact) * shift, -1 if exact < 0 else 1
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(sign * whole).scaleb(-places)


def price_points(weight: Decimal, lowest_fen: int, price_fen: int) -> Decimal:
    """W × Pmin ÷ P, two places, half up."""
    return round_points(Fraction(weight) * lowest_fen / price_fen)


def check_card(card: Sequence[Criterion]) -> None:
    """The weights of a card add to exactly 100 and no line is worth nothing."""
    if sum((c.weight for c in card), Decimal(0)) != HUNDRED:
        raise CannotRank("the weights of the card do not add to 100")
    if any(c.weight <= 0 or c.full <= 0 for c in card):
        raise CannotRank("every criterion needs a positive weight and a positive full mark")
    if len({c.code for c in card}) != len(card):
        raise CannotRank("a criterion occurs twice on the card")


def score_bid(card: Sequence[Criterion], bid: ValidBid, lowest_fen: int) -> tuple[Points, ...]:
    """The points of one bid, line by line. Each line is rounded once; the total is the sum of the rounded lines."""
    return tuple(_score_line(criterion, bid, lowest_fen) for criterion in card)


def _score_line(criterion: Criterion, bid: ValidBid, lowest_fen: int) -> Points:
    if criterion.measure is Measure.PRICE:
        exact = Fraction(criterion.weight) * lowest_fen / bid.price_fen
        raw = Decimal(bid.price_fen).scaleb(-2)
        inputs: Mapping[str, object] = {"lowest_fen": lowest_fen, "price_fen": bid.price_fen}
    elif criterion.measure is Measure.JUDGED:
        given = bid.judged.get(criterion.code, {})
        if not given:
            raise CannotRank(f"no evaluator scored {criterion.code} of {bid.code}")
        _check_range(criterion, bid, given.values())
        mean = sum(map(Fraction, given.values()), Fraction(0)) / len(given)
        exact = mean * Fraction(criterion.weight) / Fraction(criterion.full)
        raw = round_points(mean, 4)
        inputs = {"given": [[evaluator, str(given[evaluator])] for evaluator in sorted(given)]}
    else:
        record = bid.recorded.get(criterion.code)
        if record is None:
            raise CannotRank(f"no record score for {criterion.code} of {bid.code}")
        _check_range(criterion, bid, [record.score])
        exact = Fraction(record.score) * Fraction(criterion.weight) / Fraction(criterion.full)
        raw = round_points(record.score, 4)
        inputs = record.source
    return Points(criterion.code, criterion.measure, criterion.weight, criterion.full, raw, round_points(exact), inputs)


def _check_range(criterion: Criterion, bid: ValidBid, values) -> None:
    if any(not 0 <= value <= criterion.full for value in values):
        raise CannotRank(f"a score of {bid.code} for {criterion.code} is outside 0 to {criterion.full}")


def draw_key(seed: str, code: str) -> str:
    """The order of a recorded draw: anybody who has the seed and the codes can repeat it."""
    return sha256(f"{seed}:{code}".encode()).hexdigest()


def rank(card: Sequence[Criterion], bids: Sequence[ValidBid], *, plan: str | None, draw_seed: str) -> Ranking:
    """Rank the valid bids, best first.

    Same total: the lower price first, then the higher points for the criterion `plan`, then the draw recorded
    by `draw_seed` (the rule printed in the notice). The order in which the bids are given never matters."""
    check_card(card)
    if not bids:
        raise CannotRank("there is no valid bid to rank")
    if len({bid.code for bid in bids}) != len(bids):
        raise CannotRank("a bid occurs twice")
    if any(bid.price_fen <= 0 for bid in bids):
        raise CannotRank("a price must be above zero")
    evaluators = {frozenset(bid.judged.get(c.code, {})) for bid in bids for c in card if c.measure is Measure.JUDGED}
    if len(evaluators) > 1:
        raise CannotRank("the bids were not all scored by the same evaluators")

    lowest = min(bid.price_fen for bid in bids)
    scored = []
    for bid in bids:
        points = score_bid(card, bid, lowest)
        total = sum((p.points for p in points), Decimal(0))
        plan_points = next((p.points for p in points if p.criterion == plan), Decimal(0))
        scored.append(((-total, bid.price_fen, -plan_points, draw_key(draw_seed, bid.code)), bid, points, total))
    scored.sort(key=lambda entry: entry[0])
    rows = tuple(
        Row(place, bid.code, bid.price_fen, total, points, _tie_break(scored[place - 2][0], key) if place > 1 else None)
        for place, (key, bid, points, total) in enumerate(scored, start=1)
    )
    return Ranking(rows, lowest, draw_seed)


def _tie_break(above: tuple, below: tuple) -> TieBreak | None:
    if above[0] != below[0]:
        return None
    if above[1] != below[1]:
        return TieBreak.PRICE
    return TieBreak.PLAN if above[2] != below[2] else TieBreak.DRAW
