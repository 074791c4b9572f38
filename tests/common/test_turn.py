"""What one does at a time: another process waits, and one that is killed lets go."""

import multiprocessing
import time

import pytest

from app.common.turn import holding


@pytest.fixture
def place(tmp_path):
    return tmp_path / "turn.lock"


def beside(work, *given):
    """Starts `work(*given, say)` in a process of its own; gives the process and what it says."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=work, args=(*given, theirs))
    process.start()
    return process, ours


def hold(place, say) -> None:
    with holding(place):
        say.send("mine")
        say.recv()
        time.sleep(0.1)
        say.send("done")


def test_one_process_waits_for_the_other(place):
    process, other = beside(hold, place)
    assert other.recv() == "mine"
    other.send("go on")
    with holding(place):
        assert other.poll(0) and other.recv() == "done", "the turn began before the other's had ended"
    process.join()
    assert process.exitcode == 0


def test_a_killed_process_lets_go(place):
    process, other = beside(hold, place)
    assert other.recv() == "mine"
    process.kill()
    with holding(place):
        pass
    process.join()
    assert process.exitcode < 0, "it was still there"


def test_a_process_that_only_stands_still_is_not_waited_for_without_end(place):
    process, other = beside(hold, place)
    assert other.recv() == "mine"
    began = time.monotonic()
    with pytest.raises(TimeoutError), holding(place, within_s=0.2):
        pass
    assert 0.2 <= time.monotonic() - began < 5
    process.kill()
    process.join()
