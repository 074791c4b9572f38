"""Two things measured in turns, so that whatever slows the machine down slows both."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 9
SECONDS_A_ROUND = 0.6


@dataclass(frozen=True)
class Comparison:
    """`ratio` is ours as a share of the baseline's throughput: the median over the rounds."""

    ours_per_second: float
    baseline_per_second: float
    ratio: float
    lowest_ratio: float
    highest_ratio: float

    def as_dict(self) -> dict:
        return {name: round(value, 3) for name, value in vars(self).items()}


def throughput(call: Callable[[], object], seconds: float = SECONDS_A_ROUND) -> float:
    """Calls a second, one after another."""
    gc.collect()
    number, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        call()
        number += 1
    return number / passed


def compare(ours: Callable[[], object], baseline: Callable[[], object], rounds: int = ROUNDS) -> Comparison:
    for call in (ours, baseline):
        for _ in range(3):
            call()
    pairs = []
    for number in range(rounds):
        if number % 2:
            theirs, own = throughput(baseline), throughput(ours)
        else:
            own, theirs = throughput(ours), throughput(baseline)
        pairs.append((own, theirs))
    ratios = sorted(own / theirs for own, theirs in pairs)
    return Comparison(
        statistics.median(own for own, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        statistics.median(ratios),
        ratios[0],
        ratios[-1],
    )
