"""No leaf behind a checkpoint that was given out: not with an event that came long ago, not when the clock is put back."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.common import clock as app_clock
from app.extensions import db
from app.log import actions, pace, queries, recording, served
from app.log.keys import log_keys
from app.log.models import LogLeaf
from app.log.notes import open_checkpoint
from app.log.verifying import verify

TWO = datetime(2040, 12, 1, 2, 0, tzinfo=UTC)
"""Later than the clock of any database server."""


@pytest.fixture
def wall(app, monkeypatch):
    """The host's clock in a test's hand; PostgreSQL's own is not asked."""
    at = [TWO - timedelta(minutes=20)]
    monkeypatch.setattr(app_clock, "wall", lambda: at[0])
    monkeypatch.setattr(app_clock, "_read", _read(at))

    def put(when: datetime) -> datetime:
        at[0] = when
        app_clock.forget_now()
        return when

    return put


def _read(at):
    def read() -> datetime:
        app_clock.g.now_is_demo = False
        return at[0]

    return read


def test_an_event_that_came_long_ago_is_placed_by_the_present(log, app, wall):
    """One request does the work of another, whose large file took minutes to arrive."""
    log.append(TWO - timedelta(minutes=20))
    wall(TWO + timedelta(seconds=10))
    app_clock.now()
    size = queries.slots_at(TWO)
    assert log.append(TWO - timedelta(seconds=90)).leaf_index >= size


def test_a_clock_that_was_put_back_rewrites_nothing(log, app, client, wall):
    log.append(TWO - timedelta(minutes=20))
    wall(TWO + timedelta(seconds=3))
    note = client.look("/log/checkpoint").data.decode()
    kept = open_checkpoint(note, log_keys().verifier)
    back = wall(TWO - timedelta(minutes=2))
    assert log.append(back).leaf_index >= kept.size
    actions.expect_deadline(back + timedelta(minutes=1), now=back)
    db.session.commit()
    wall(TWO + timedelta(minutes=5))
    assert client.look("/log/checkpoint").data.decode() == note
    assert verify(checkpoints=[kept]).fault is None


def test_a_checkpoint_that_is_served_before_the_commit_stops_it(log, app, client, wall):
    log.append(TWO - timedelta(minutes=20))
    wall(TWO + timedelta(seconds=3))
    name = served._log_name()
    back = wall(TWO - timedelta(minutes=2))
    actions.append("tender.open", log.about, now=back, payload={})
    (served._folder()).mkdir(exist_ok=True)
    (served._folder() / served._file(TWO, name)).touch()
    with pytest.raises(recording.CommitTooLate, match="served"):
        db.session.commit()
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogLeaf)) == 1


def test_only_the_last_mark_of_this_log_is_kept(log, app, client, wall):
    log.append(TWO - timedelta(minutes=20))
    others = served._folder() / served._file(TWO + timedelta(days=1), "ab" * 16)
    others.parent.mkdir(exist_ok=True)
    others.touch()
    for minutes in (0, 5, 10, 21, 3):
        wall(TWO + timedelta(minutes=minutes))
        client.look("/log/checkpoint")
    own = sorted(at for at, of, _path in served._marks() if of == served._log_name())
    assert own[-1] == TWO + timedelta(minutes=20) == served.served_until(TWO) and len(own) == 1
    assert served.served_until(TWO + 2 * pace.PUBLIC_EVERY) is None, "another log's mark means nothing to this one"
    others.unlink()


def test_a_mark_is_on_the_disk_before_the_checkpoint_leaves(log, app, client, wall, monkeypatch):
    """A new name in a folder outlives a power cut only once the folder itself was written."""
    log.append(TWO - timedelta(minutes=20))
    wall(TWO)
    synced = []
    monkeypatch.setattr(served.os, "fsync", lambda descriptor: synced.append(served.os.fstat(descriptor).st_ino))
    client.look("/log/checkpoint")
    assert synced == [served._folder().stat().st_ino]


def test_the_demonstration_clock_leaves_no_mark(log, client, clock):
    log.append()
    clock.set(log.entries[0].leaf.at + timedelta(hours=1))
    before = served._marks()
    assert client.look("/log/checkpoint").status_code == 200
    assert served._marks() == before
