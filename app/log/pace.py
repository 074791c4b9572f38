"""How many leaves the log has by an instant: the clock decides, never the events. Pure.

Whoever knows when the log began and when tenders close, which is public, can compute every size of the log beforehand; so a size tells nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BASE = timedelta(seconds=10)
"""One leaf each."""
LEAD = timedelta(seconds=30)
"""How far ahead of the clock an event is placed: a leaf written before a public instant always lands behind it or was committed well before."""
PUBLIC_EVERY = timedelta(minutes=10)
LATEST_COMMIT = timedelta(seconds=20)
"""After its placing; less than LEAD, so that no checkpoint is served in between."""
SPREAD = 4
"""An event takes one of the next four places, by lot: two events within one place do not show."""

HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """A time in which the log runs faster, because many events may come."""

    starts_at: datetime
    ends_at: datetime
    per_second: int

    def slots_by(self, at: datetime) -> int:
        passed = min(at, self.ends_at) - self.starts_at
        return max(passed, timedelta(0)) * self.per_second // _SECOND

    @property
    def slots(self) -> int:
        return self.slots_by(self.ends_at)


def slots(at: datetime, began_at: datetime, windows: Iterable[Window], *, ended: int = 0) -> int:
    """Leaves of the log at an instant. `ended`: leaves of windows that were over before and are not given."""
    return max(at - began_at, timedelta(0)) // BASE + ended + sum(window.slots_by(at) for window in windows)


def boundary(now: datetime) -> datetime:
    """The last public instant: every full ten minutes."""
    return now - (now - _EPOCH) % PUBLIC_EVERY


def windows_for(deadline: datetime) -> tuple[Window, Window]:
    """The last hour before a tender closes, and its last and first minute."""
    minute = timedelta(minutes=1)
    return (
        Window(deadline - HOUR, deadline - minute, 1),
        Window(deadline - minute, deadline + minute, 64),
    )


def windows_from(deadline: datetime, now: datetime) -> list[Window]:
    """The same, without what lies before `now`: sizes that were published stay as they are."""
    first = now + LEAD
    cut = (Window(max(w.starts_at, first), w.ends_at, w.per_second) for w in windows_for(deadline))
    return [window for window in cut if window.starts_at < window.ends_at]


def place(last: int, size: int, lot: int) -> int:
    """The index of an event: `size` leaves stand at its instant + LEAD, `last` is the last real leaf or -1, `lot` is random."""
    return max(last + 1, size + lot % SPREAD)
