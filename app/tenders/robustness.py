"""How firmly a ranking stands: the margin, the weights, the evaluators. Alarms printed beside a result, never corrections of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from app.tenders.ranking import Criterion, Measure, Ranking, ValidBid, rank, round_points


@dataclass(frozen=True)
class WeightFlip:
    """The nearest weight of one criterion at which another bid would draw level with the winner.

    The other weights shrink or grow in proportion, so that the card still adds to 100."""

    criterion: str
    weight: Decimal
    flips_at: Decimal
    change: Decimal
    overtaken_by: str


@dataclass(frozen=True)
class Robustness:
    margin: Decimal | None  # None: only one bid
    flip: WeightFlip | None  # None: no change of a single weight makes another bid win
    winners_without: Mapping[str, str]  # evaluator left out -> winner then
    kendall_w: Decimal | None  # 0 no agreement, 1 full agreement; None where it has no meaning
    borda: tuple[tuple[str, Decimal], ...]  # (bid, Borda points), best first
    winner: str

    @property
    def overturning_evaluators(self) -> tuple[str, ...]:
        return tuple(sorted(e for e, winner in self.winners_without.items() if winner != self.winner))

    @property
    def borda_agrees(self) -> bool:
        """Nobody has more Borda points than the winner."""
        return not self.borda or dict(self.borda)[self.winner] == self.borda[0][1]


@dataclass(frozen=True)
class AlarmLimits:
    """When a page says that a result deserves a second look (our own choice, no rule of law)."""

    margin: Decimal = Decimal("1.00")
    weight_change: Decimal = Decimal("5.00")
    kendall_w: Decimal = Decimal("0.500")


def alarms(found: Robustness, limits: AlarmLimits = AlarmLimits()) -> tuple[str, ...]:
    """Keys of what deserves attention, in a fixed order: margin, weights, evaluator, agreement, borda."""
    checks = (
        ("margin", found.margin is not None and found.margin < limits.margin),
        ("weights", found.flip is not None and abs(found.flip.change) < limits.weight_change),
        ("evaluator", bool(found.overturning_evaluators)),
        ("agreement", found.kendall_w is not None and found.kendall_w < limits.kendall_w),
        ("borda", not found.borda_agrees),
    )
    return tuple(name for name, is_raised in checks if is_raised)


def examine(card: Sequence[Criterion], bids: Sequence[ValidBid], ranking: Ranking, *, plan: str | None) -> Robustness:
    """Everything the report prints beside the ranking of these bids."""
    rows = ranking.rows

    def repeat(some_bids):
        return rank(card, some_bids, plan=plan, draw_seed=ranking.draw_seed)

    return Robustness(
        margin=rows[0].total - rows[1].total if len(rows) > 1 else None,
        flip=smallest_flip(ranking),
        winners_without=leave_one_out(bids, repeat),
        kendall_w=kendall_w(judged_totals(card, bids)),
        borda=borda(card, bids, repeat),
        winner=rows[0].code,
    )


def smallest_flip(ranking: Ranking) -> WeightFlip | None:
    """The smallest change of one weight after which some other bid would be level with the winner, or None."""
    winner = ranking.rows[0]
    found = [
        (abs(level - Fraction(own.weight)), line, rival.place, level, own, rival)
        for line, own in enumerate(winner.points)
        for rival in ranking.rows[1:]
        if (level := _level_weight(winner, rival, line)) is not None
    ]
    if not found:
        return None
    _, _, _, level, own, rival = min(found, key=lambda entry: entry[:3])
    return WeightFlip(own.criterion, own.weight, round_points(level), round_points(level - Fraction(own.weight)), rival.code)


def _level_weight(winner, rival, line: int) -> Fraction | None:
    """The weight t in [0, 100] of one line at which t·a + (100 − t)·b = 0; a and b are the leads per point of weight
    in this line and in the rest of the card."""
    weight = Fraction(winner.points[line].weight)
    if weight == 100:
        return None
    gaps = [Fraction(mine.points) - Fraction(theirs.points) for mine, theirs in zip(winner.points, rival.points, strict=True)]
    here = gaps[line] / weight
    rest = (sum(gaps, Fraction(0)) - gaps[line]) / (100 - weight)
    if here == rest:
        return None
    level = 100 * rest / (rest - here)
    return level if 0 <= level <= 100 else None


def leave_one_out(bids: Sequence[ValidBid], repeat: Callable[[Sequence[ValidBid]], Ranking]) -> dict[str, str]:
    """The winner when each evaluator in turn is left out; empty when there are fewer than two."""
    evaluators = _evaluators(bids)
    if len(evaluators) < 2:
        return {}
    return {absent: repeat([_keep(bid, lambda e, absent=absent: e != absent) for bid in bids]).winner.code for absent in evaluators}


def _keep(bid: ValidBid, wanted: Callable[[str], bool]) -> ValidBid:
    return replace(bid, judged={c: {e: v for e, v in given.items() if wanted(e)} for c, given in bid.judged.items()})


def _evaluators(bids: Sequence[ValidBid]) -> list[str]:
    return sorted({e for bid in bids for given in bid.judged.values() for e in given})


def judged_totals(card: Sequence[Criterion], bids: Sequence[ValidBid]) -> dict[str, dict[str, Fraction]]:
    """evaluator -> bid -> the weighted points this evaluator gave over all judged criteria."""
    judged = [c for c in card if c.measure is Measure.JUDGED]
    return {
        evaluator: {
            bid.code: sum((Fraction(bid.judged[c.code][evaluator]) * Fraction(c.weight) / Fraction(c.full) for c in judged), Fraction(0))
            for bid in bids
        }
        for evaluator in _evaluators(bids)
    }


def _mean_ranks(values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """1 is best; equal values share the mean of their places."""
    ordered = sorted(values.values(), reverse=True)
    return {code: Fraction(2 * ordered.index(v) + ordered.count(v) + 1, 2) for code, v in values.items()}


def kendall_w(totals: Mapping[str, Mapping[str, Fraction]]) -> Decimal | None:
    """Kendall's coefficient of concordance with the correction for ties, 3 places; None below 2 evaluators or 2 bids."""
    m = len(totals)
    n = len(next(iter(totals.values()), {}))
    if m < 2 or n < 2:
        return None
    ranks = [_mean_ranks(values) for values in totals.values()]
    sums = [sum((r[code] for r in ranks), Fraction(0)) for code in ranks[0]]
    mean = sum(sums, Fraction(0)) / n
    spread = sum(((s - mean) ** 2 for s in sums), Fraction(0))
    ties = 0
    for r in ranks:
        places = list(r.values())
        ties += sum(places.count(p) ** 3 - places.count(p) for p in set(places))
    below = m * m * (n**3 - n) - m * ties
    return None if below == 0 else round_points(12 * spread / below, 3)


def borda(
    card: Sequence[Criterion], bids: Sequence[ValidBid], repeat: Callable[[Sequence[ValidBid]], Ranking]
) -> tuple[tuple[str, Decimal], ...]:
    """Each evaluator ranks by the total that his or her own points alone would give; last place earns 0, each place above 1 more."""
    votes: dict[str, Fraction] = {bid.code: Fraction(0) for bid in bids}
    for evaluator in _evaluators(bids):
        alone = repeat([_keep(bid, lambda e, evaluator=evaluator: e == evaluator) for bid in bids])
        for code, place in _mean_ranks({row.code: Fraction(row.total) for row in alone.rows}).items():
            votes[code] += len(bids) - place
    if not _evaluators(bids):
        return ()
    return tuple((code, round_points(v)) for code, v in sorted(votes.items(), key=lambda item: (-item[1], item[0])))
