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
