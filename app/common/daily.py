"""What a new day brings about although nobody presses a button: packages register a job, `flask tick` and the demonstration clock run them.

Nothing legal waits for it. A job writes down, with its audit row, what a person decided earlier for a later day."""

from collections.abc import Callable
from datetime import datetime

_jobs: list[Callable[..., int]] = []


def each_day(job: Callable[..., int]) -> Callable[..., int]:
    """Register a job: called with now=, it does what has fallen due, once, and says how many matters that were."""
    _jobs.append(job)
    return job


def run(*, now: datetime) -> int:
    """Everything that has fallen due; the caller commits."""
    return sum(job(now=now) for job in _jobs)
