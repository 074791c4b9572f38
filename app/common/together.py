"""Group commit: requests of one kind that wait for the same lock at the same time share one transaction, led by one of them."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

Work = Callable[[Callable[[], Sequence[Any]]], Sequence[Any]]
"""Takes what has gathered, once it holds the lock, does all of it and commits; gives an answer for each, in order. LATER for one that must
not share this transaction with one before it; the first is always answered."""

LATER = object()


class Together:
    """Lines of waiting requests, by name. Each asks `do` for its own answer and does not see whether it led, or who came along.

    All or nothing: an answer is given after the commit that it stands in. When a shared transaction fails, each of its requests is done
    again alone, so that one that fails takes no other with it: unless it was the database that could not be had, for which each of them would
    wait as long again, one after the other, while everybody waits for the last."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._lines: dict[Hashable, list[_Waiting]] = {}

    def do(self, line: Hashable, item: Any, work: Work) -> Any:
        own = _Waiting(item)
        with self._mutex:
            waiting = self._lines.setdefault(line, [])
            waiting.append(own)
            leads = waiting[0] is own
        if not leads:
            own.turn.wait()
        if not own.is_done:
            self._lead(line, own, work)
        return own.result()

    def _lead(self, line: Hashable, own: "_Waiting", work: Work) -> None:
        taken: list[_Waiting] = []
        waited_too = self._take(line)

        def take() -> list[Any]:
            taken.extend(self._take(line))
            return [one.item for one in taken]

        try:
            try:
                _answer(taken, work(take))
            except Exception as error:  # noqa: BLE001 - raised again in the request that it concerns
                if not taken:  # the lock was not had
                    taken = waited_too if _is_unavailable(error) else [own]
                if len(taken) < 2 or _is_unavailable(error):
                    for one in taken:
                        one.error = error
                else:
                    _each_alone(taken, work)
        finally:
            self._pass_on(line, [one for one in taken or [own] if not one.waits_on])

    def _take(self, line: Hashable) -> list["_Waiting"]:
        with self._mutex:
            return list(self._lines[line])

    def _pass_on(self, line: Hashable, done: list["_Waiting"]) -> None:
        with self._mutex:
            left = [one for one in self._lines[line] if one not in done]
            for one in left:
                one.waits_on = False
            if left:
                self._lines[line] = left
            else:
                del self._lines[line]
        for one in done:
            one.is_done = True
        for one in (*done, *left[:1]):  # the first that is left leads the next
            one.turn.set()


@dataclass(eq=False)
class _Waiting:
    item: Any
    turn: Event = field(default_factory=Event)
    is_done: bool = False
    waits_on: bool = False
    answer: Any = None
    is_answered: bool = False
    error: Exception | None = None

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        if not self.is_answered:
            raise RuntimeError("the request that led this one was broken off")
        return self.answer


def _answer(taken: Sequence[_Waiting], answers: Sequence[Any]) -> None:
    if answers and answers[0] is LATER:
        raise RuntimeError("the first has nobody to wait for")
    for one, answer in zip(taken, answers, strict=True):
        one.waits_on = answer is LATER
        if not one.waits_on:
            one.answer, one.is_answered = answer, True


def _is_unavailable(error: Exception) -> bool:
    """The database locked by others, out of connections or gone. Not a deadlock (SQLSTATE 40…): that comes at once, and another try helps."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    return isinstance(error, OperationalError | PoolTimeout | TimeoutError) and not state.startswith("40")


def _each_alone(taken: Sequence[_Waiting], work: Work) -> None:
    for one in taken:
        try:
            _answer([one], work(lambda item=one.item: [item]))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - raised again in its own request
            one.error = error
