"""How often one bidder may put leaves into the public log. Pure.

Whoever fills the log's places reads in the numbers of its own leaves how many others came between. So leaves are rationed; taking a bid back
is not: it needs a bid handed in before, and is bounded by that."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LAST_MINUTES = timedelta(minutes=10)
SUBMISSIONS = 10
"""Of one bidder in one tender, within an hour. In the last ten minutes before the deadline it is within a minute, and what came before
does not count: the log runs faster then, and nobody misses the deadline for having tried earlier."""
REFUSALS_A_TENDER = 5
"""With a leaf of the log, of one bidder in one tender within an hour; the others get a signed statement beside the log."""
REFUSALS_IN_ALL = 10
"""The same in all tenders together."""


def again_at(handed_in_at: Sequence[datetime], *, deadline_at: datetime, now: datetime) -> datetime | None:
    """When a bidder who handed in at these instants may do so again; None for at once."""
    last = deadline_at - LAST_MINUTES
    window, since = (MINUTE, max(now - MINUTE, last)) if now >= last else (HOUR, now - HOUR)
    recent = sorted(at for at in handed_in_at if at > since)
    if len(recent) < SUBMISSIONS:
        return None
    frees = recent[-SUBMISSIONS] + window
    return min(frees, last) if now < last else frees


def may_have_leaf(refused: Sequence[str], tender: str) -> bool:
    """Whether one more refusal in this tender gets a leaf. `refused`: the tenders of those that got one within the hour."""
    return Counter(refused)[tender] < REFUSALS_A_TENDER and len(refused) < REFUSALS_IN_ALL
