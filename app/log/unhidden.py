"""Which hidden entries may be read from when on: declared by the packages, and compared by every verification with what is stored."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Reveals:
    """What an event makes public of the same tender, or of the same object."""

    events: tuple[str, ...]
    of_object: bool = False
    but: str = ""
    """Objects whose newest event is this stay hidden."""
    unless: str = ""
    """Nothing is revealed after this event of the tender."""


REVEALS: dict[str, Reveals] = {}


def reveals(table: dict[str, Reveals]) -> None:
    """Let these events make others public."""
    REVEALS.update(table)


@dataclass(frozen=True)
class Read:
    """An entry as it was read, with the instant of its event."""

    index: int
    event: str
    about: tuple[str, str]
    tender: str | None
    at: datetime
    revealed_at: datetime | None


class Unhidden:
    """Reads the entries in their order and says which are readable from another instant than their events make them."""

    def __init__(self) -> None:
        self._waiting: dict[Any, list[Read]] = defaultdict(list)
        self._newest: dict[tuple[str, str], str] = {}
        self._seen: set[tuple[str | None, str]] = set()

    def read(self, one: Read, *, is_public: bool | None) -> Iterator[int]:
        """Indexes of entries that are found to be wrong by this one. `is_public`: at once; None where nobody says so any more."""
        rule = REVEALS.get(one.event)
        self._seen.add((one.tender, one.event))
        if rule is not None and (one.tender, rule.unless) not in self._seen:
            yield from self._reveal(rule, one)
        if is_public is False:
            self._waiting[one.tender or one.about].append(one)
            self._newest[one.about] = one.event
        elif is_public and one.revealed_at != one.at:
            yield one.index

    def _reveal(self, rule: Reveals, by: Read) -> Iterator[int]:
        place, still = by.tender or by.about, []
        for one in self._waiting.pop(place, ()):
            is_due = one.event in rule.events and self._newest[one.about] != rule.but
            if not is_due or (rule.of_object and one.about != by.about):
                still.append(one)
            elif one.revealed_at != by.at:
                yield one.index
        if still:
            self._waiting[place] = still

    def rest(self) -> Iterator[int]:
        """Indexes of those that nothing has revealed, and that are readable all the same."""
        return (one.index for waiting in self._waiting.values() for one in waiting if one.revealed_at is not None)
