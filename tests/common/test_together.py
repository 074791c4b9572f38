"""Requests that wait for the same lock share one transaction: each gets its own answer, and none is hurt by another."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from app.common.together import LATER, Together, _is_unavailable


class Counter:
    """A lock that the first request holds until the others have queued behind it; what was done in each transaction."""

    def __init__(self, fails: frozenset = frozenset()):
        self.together, self.transactions, self.fails = Together(), [], fails
        self._first, self._gathered = threading.Event(), threading.Event()

    def work(self, take):
        if not self._first.is_set():
            self._first.set()
            own = take()
            assert self._gathered.wait(10)
        else:
            own = take()
        self.transactions.append(own)
        if self.fails & set(own):
            raise ValueError(f"{min(self.fails & set(own))} fails")
        return [f"done {item}" for item in own]

    def run(self, items) -> dict:
        answers: dict = {}

        def ask(item) -> None:
            try:
                answers[item] = self.together.do("line", item, self.work)
            except ValueError as error:
                answers[item] = str(error)

        threads = [threading.Thread(target=ask, args=(item,)) for item in items]
        threads[0].start()
        assert self._first.wait(10)
        for number, thread in enumerate(threads[1:], 2):
            thread.start()
            while len(self.together._lines["line"]) < number:
                pass
        self._gathered.set()
        for thread in threads:
            thread.join(10)
        assert not self.together._lines, "nobody is left waiting"
        return answers


def test_those_who_wait_share_one_transaction():
    counter = Counter()
    assert counter.run(range(8)) == {item: f"done {item}" for item in range(8)}
    assert counter.transactions == [[0], [1, 2, 3, 4, 5, 6, 7]]


def test_one_that_fails_takes_no_other_with_it():
    counter = Counter(fails=frozenset({3}))
    assert counter.run(range(6)) == {item: "3 fails" if item == 3 else f"done {item}" for item in range(6)}
    assert counter.transactions == [[0], [1, 2, 3, 4, 5], [1], [2], [3], [4], [5]]


def test_one_that_must_not_share_a_transaction_waits_for_the_next():
    """Here two of the same remainder, as two of one bidder."""
    counter = Counter()
    work = counter.work

    def of_different_remainders(take):
        answers, met = work(take), set()
        for place, item in enumerate(counter.transactions[-1]):
            answers[place] = LATER if item % 3 in met else answers[place]
            met.add(item % 3)
        return answers

    counter.work = of_different_remainders
    assert counter.run(range(7)) == {item: f"done {item}" for item in range(7)}
    assert counter.transactions == [[0], [1, 2, 3, 4, 5, 6], [4, 5, 6]]


def test_the_first_is_never_told_to_wait_for_nobody():
    with pytest.raises(RuntimeError, match="nobody to wait for"):
        Together().do("line", 1, lambda take: [LATER for _one in take()])


def test_one_that_is_alone_gets_its_own_error():
    with pytest.raises(ValueError, match="7 fails"):
        Together().do("line", 7, _fail)


def _fail(take):
    raise ValueError(f"{take()[0]} fails")


def test_a_lock_that_is_not_had_fails_one_and_the_next_tries_itself():
    together, calls = Together(), []

    def work(take):
        calls.append("asked")
        if len(calls) == 1:
            raise TimeoutError
        return ["had" for _item in take()]

    with pytest.raises(TimeoutError):
        together.do("line", 1, work)
    assert together.do("line", 2, work) == "had"


def test_those_who_waited_for_the_same_lock_as_long_are_told_with_the_first():
    """The lock is not had before anything is taken: each would wait as long again, one after the other."""
    counter, waited = Counter(), []
    work = counter.work

    def not_had(take):
        if not counter.transactions:
            return work(take)
        waited.append("waited")
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    def told(line, item, given):
        try:
            return Together.do(counter.together, line, item, given)
        except OperationalError as error:
            raise ValueError(str(error.orig)) from error

    counter.work, counter.together.do = not_had, told
    assert counter.run(range(6)) == {0: "done 0"} | dict.fromkeys(range(1, 6), "database is locked")
    assert waited == ["waited"]


def test_when_the_database_cannot_be_had_all_of_them_are_told_at_once():
    """Each would wait thirty seconds again for the same lock, one after the other."""
    counter, waited = Counter(), []
    work = counter.work

    def locked(take):
        answers = work(take)
        if counter.transactions[-1] == [0]:
            return answers
        waited.append(counter.transactions[-1])
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    counter.work = locked

    def told(line, item, given):
        try:
            return Together.do(counter.together, line, item, given)
        except OperationalError as error:
            raise ValueError(str(error.orig)) from error

    counter.together.do = told
    answers = counter.run(range(6))
    assert answers == {0: "done 0"} | dict.fromkeys(range(1, 6), "database is locked")
    assert waited == [[1, 2, 3, 4, 5]]


def test_a_deadlock_is_no_reason_to_fail_all():
    class Deadlock(Exception):
        sqlstate = "40P01"

    assert not _is_unavailable(OperationalError("UPDATE", {}, Deadlock())) and not _is_unavailable(ValueError())
    assert _is_unavailable(OperationalError("BEGIN", {}, Exception("locked"))) and _is_unavailable(TimeoutError())
