"""The diary of the sample city: everything that people do, each at its hour, run in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from app.common.clock import at_local
from app.extensions import db


@dataclass(frozen=True, order=True)
class Step:
    at: datetime
    number: int
    do: Callable[[datetime], object] = field(compare=False)


class Agenda:
    """Steps may be added in any order."""

    def __init__(self, until: datetime):
        self.until = until
        self._steps: list[Step] = []
        self._added = 0

    def add(self, day: date, hour: int, minute: int, do: Callable[[datetime], object]) -> None:
        """`do(now)` on a local day and hour. Nothing lies in the sample's future."""
        at = at_local(day, hour, minute)
        if at > self.until:
            raise ValueError(f"{day} {hour}:{minute} lies after the sample's present")
        self._added += 1
        self._steps.append(Step(at, self._added, do))

    def run(self, *, on_day: Callable[[date], None] = lambda day: None) -> int:
        """Do everything, each step a transaction of its own as in a request; gives the number of steps."""
        done = 0
        for step in sorted(self._steps):
            step.do(step.at)
            db.session.commit()
            on_day(step.at.date())
            done += 1
        return done
