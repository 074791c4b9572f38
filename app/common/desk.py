"""One line of a desk: something that waits for a person, with its term."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class DeskItem:
    title: str
    url: str
    what: Any
    """What is to be done, as lazy text: 备案待确认."""
    due_at: datetime | None = None
    basis: Any = ""
    """The term's legal basis."""
    tag_label: Any = ""
    tag_colour: str = "wait"
    since: datetime | None = None
    number: str = ""
    """The matter's number, where two may have the same title."""
    if_late: Any = ""
    """What can still be done once the term has passed."""
    is_waiting: bool = False
    """Nothing is to be done: others have the next step, or the clock has."""
