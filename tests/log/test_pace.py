"""The size of the log follows the clock: monotone, whole at public instants, and never contradicted by what comes later."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.log import pace

BEGAN = datetime(2009, 8, 1, tzinfo=UTC)
DAY = timedelta(days=1)
instants = st.integers(0, 40 * 86_400_000_000).map(lambda micro: BEGAN + timedelta(microseconds=micro))
deadlines = st.lists(instants, max_size=4)


def windows(found):
    return [window for deadline in found for window in pace.windows_for(deadline)]


def test_one_leaf_every_ten_seconds():
    assert pace.slots(BEGAN, BEGAN, []) == 0
    assert pace.slots(BEGAN + timedelta(seconds=9.999999), BEGAN, []) == 0
    assert pace.slots(BEGAN + timedelta(seconds=10), BEGAN, []) == 1
    assert pace.slots(BEGAN + DAY, BEGAN, []) == 8_640


def test_a_deadline_makes_room_for_many_bids():
    found = windows([BEGAN + DAY])
    assert [window.slots for window in found] == [59 * 60, 2 * 60 * 64]
    end = BEGAN + DAY
    assert pace.slots(end, BEGAN, found) - pace.slots(end - timedelta(seconds=10), BEGAN, found) == 641


def test_before_it_began_the_log_is_empty():
    assert pace.slots(BEGAN - DAY, BEGAN, []) == 0


@given(instants, instants, deadlines)
def test_it_never_shrinks(one, other, found):
    first, second = sorted((one, other))
    assert pace.slots(first, BEGAN, windows(found)) <= pace.slots(second, BEGAN, windows(found))


@given(instants, deadlines)
def test_windows_that_are_over_may_be_summed_beforehand(at, found):
    all_of_them = windows(found)
    over = sum(window.slots for window in all_of_them if window.ends_at <= at)
    running = [window for window in all_of_them if window.ends_at > at]
    assert pace.slots(at, BEGAN, running, ended=over) == pace.slots(at, BEGAN, all_of_them)


@given(instants)
def test_public_instants_are_full_ten_minutes(at):
    found = pace.boundary(at)
    assert timedelta(0) <= at - found < timedelta(minutes=10)
    assert (found.minute % 10, found.second, found.microsecond) == (0, 0, 0) and pace.boundary(found) == found


@given(instants, instants)
def test_a_new_window_changes_no_size_that_could_have_been_published(deadline, now):
    found = pace.windows_from(deadline, now)
    for at in (now, pace.boundary(now), now + pace.LATEST_COMMIT):
        assert pace.slots(at, BEGAN, found) == pace.slots(at, BEGAN, [])


@given(st.lists(instants, min_size=1, max_size=60), st.lists(st.integers(0, 3), min_size=60, max_size=60), deadlines, st.data())
def test_a_served_checkpoint_is_never_contradicted(events, lots, found, data):
    """Whatever comes when: once a public size was served, no leaf is written below it."""
    room, last, served = windows(found), -1, 0
    delays = iter(data.draw(st.lists(st.integers(0, 20_000), min_size=len(events), max_size=len(events))))
    acts = []
    for at, lot in zip(sorted(events), lots, strict=False):
        index = pace.place(last, pace.slots(at + pace.LEAD, BEGAN, room), lot)
        assert index > last
        last = index
        acts.append((at + timedelta(milliseconds=next(delays)), 1, index))  # committed
    reads = [pace.boundary(at) for at, _, _ in acts] + [pace.boundary(at) + pace.PUBLIC_EVERY for at, _, _ in acts]
    acts += [(at, 0, pace.slots(at, BEGAN, room)) for at in reads]  # at the same instant the reader comes first
    for _, is_commit, number in sorted(acts):
        if is_commit:
            assert number >= served
        else:
            served = max(served, number)


@given(instants, deadlines, st.integers(0, 3))
def test_alone_an_event_takes_one_of_the_next_four_places(at, found, lot):
    size = pace.slots(at + pace.LEAD, BEGAN, windows(found))
    assert pace.place(-1, size, lot) - size == lot


@given(instants, deadlines, st.integers(0, 3), st.integers(0, 3), st.integers(0, 60_000_000))
def test_another_event_just_before_moves_it_by_at_most_one_place_more(at, found, lot, other, before):
    """What a bidder could see of a stranger's event: in the worst case one place further than chance alone leads."""
    room = windows(found)
    earlier = pace.slots(at - timedelta(microseconds=before) + pace.LEAD, BEGAN, room)
    last = pace.place(-1, earlier, other)
    size = pace.slots(at + pace.LEAD, BEGAN, room)
    assert 0 <= pace.place(last, size, lot) - size <= pace.SPREAD
