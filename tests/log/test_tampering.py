"""Whoever changes the database behind the triggers is named: the first leaf that was changed, removed or put in."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from app.common.audit import record
from app.extensions import db
from app.log import queries, recording
from app.log.models import LogBegin, LogEntry, LogLeaf, LogTile
from app.log.notes import Checkpoint, Proof
from app.log.recording import Decisive
from app.log.verifying import verify
from tests import factories
from tests.log.conftest import START

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def five(log):
    """Five events over an hour and a half, and nothing left that forbids a change."""
    for number in range(5):
        log.append(START + number * HOUR / 3, number=number)
    assert verify().fault is None
    for name in db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%'")).all():
        db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    db.session.commit()
    return [entry.leaf_index for entry in log.entries]


def sql(statement: str, **values) -> None:
    db.session.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
    db.session.execute(sa.text(statement), values)
    db.session.commit()
    db.session.expire_all()


def flipped(column, where, position: int) -> bytes:
    value = bytearray(db.session.scalar(sa.select(column).where(where)))
    value[position % len(value)] ^= 1 << position % 8
    return bytes(value)


COLUMNS = [(LogLeaf, name) for name in ("data", "root", "peaks", "seal")] + [(LogEntry, name) for name in ("salt", "payload")]


@pytest.mark.parametrize(("model", "name"), COLUMNS, ids=lambda value: getattr(value, "__tablename__", value))
@pytest.mark.parametrize("row", [0, 2, 4])
def test_a_changed_byte_is_named(five, model, name, row):
    """Each byte of each column of first, middle and last row, one after another."""
    index, column = five[row], getattr(model, name)
    original = db.session.scalar(sa.select(column).where(model.leaf_index == index))
    for position in range(len(original)):
        changed = flipped(column, model.leaf_index == index, position)
        sql(f"UPDATE {model.__tablename__} SET {name} = :value WHERE leaf_index = :index", value=changed, index=index)
        fault = verify().fault
        assert fault is not None and fault.index == index, position
        sql(f"UPDATE {model.__tablename__} SET {name} = :value WHERE leaf_index = :index", value=original, index=index)
    assert verify().fault is None


@pytest.mark.parametrize("change", ["at = '2009-11-18 01:00:00.000000'", "previous_index = leaf_index - 1"])
def test_a_changed_number_or_time_is_named(five, change):
    sql(f"UPDATE log_leaf SET {change} WHERE leaf_index = :index", index=five[2])
    assert verify().fault.index == five[2]


@pytest.mark.parametrize("change", ["event = 'tender.award'", "object_id = '99'", "object_type = 'tender'", "tender_number = 'x'"])
def test_an_entry_that_says_something_else_than_its_content_is_named(five, change):
    sql(f"UPDATE log_entry SET {change} WHERE leaf_index = :index", index=five[3])
    assert verify().fault.index == five[3]


@pytest.mark.parametrize("row", [0, 1, 3])
def test_a_removed_event_is_named(five, row):
    sql("DELETE FROM log_entry WHERE leaf_index = :index", index=five[row])
    assert verify().fault.index == five[row]
    sql("DELETE FROM log_leaf WHERE leaf_index = :index", index=five[row])
    assert verify().fault.index == five[row]


def test_an_event_put_in_is_named(five):
    columns = "previous_index, data, root, peaks, seal, at"
    sql(
        f"INSERT INTO log_leaf (leaf_index, {columns}) SELECT leaf_index + 3, {columns} FROM log_leaf WHERE leaf_index = :index",
        index=five[1],
    )
    assert verify().fault.index == five[1] + 3


def test_a_moved_event_is_named(five):
    """All of a leaf is carried to the place beside it."""
    sql("DELETE FROM log_entry WHERE leaf_index = :index", index=five[4])
    sql("UPDATE log_leaf SET leaf_index = leaf_index + 1 WHERE leaf_index = :index", index=five[4])
    assert verify().fault.index == five[4] + 1


def test_a_rewritten_content_with_a_fitting_digest_is_named(five):
    """Who holds the database alone can make a digest, but not the seal, nor the roots behind it."""
    text = b'{"event":"tender.publish"}'
    sql("UPDATE log_entry SET salt = :salt, payload = :text WHERE leaf_index = :index", salt=b"s" * 32, text=text, index=five[2])
    sql("UPDATE log_leaf SET data = :data WHERE leaf_index = :index", data=sha256(b"s" * 32 + text).digest(), index=five[2])
    assert verify().fault.index == five[2]


def test_a_changed_or_missing_subtree_is_named(five):
    first = db.session.scalars(sa.select(LogTile.number).order_by(LogTile.number)).first()
    changed = flipped(LogTile.hash, LogTile.number == first, 7)
    sql("UPDATE log_tile SET hash = :value WHERE number = :number", value=changed, number=first)
    assert verify().fault.index == first * 256
    sql("DELETE FROM log_tile WHERE number = :number", number=first)
    assert verify().fault.index == first * 256


def test_a_subtree_put_in_is_named(five):
    sql("INSERT INTO log_tile (level, number, hash) VALUES (1, 900, :hash)", hash=b"h" * 32)
    assert verify().fault.index == 900 * 256


def test_a_cut_off_end_shows_against_a_kept_receipt(five, log):
    kept = Checkpoint.from_text(Proof.from_text(queries.receipt(log.entries[4])).checkpoint.partition("\n\n")[0] + "\n")
    older = Checkpoint.from_text(Proof.from_text(queries.receipt(log.entries[1])).checkpoint.partition("\n\n")[0] + "\n")
    for table in ("log_entry", "log_leaf"):
        sql(f"DELETE FROM {table} WHERE leaf_index = :index", index=five[4])
    assert verify().fault is None
    assert verify(checkpoints=[older]).fault is None
    assert verify(checkpoints=[older, kept]).fault.index == five[3] + 1


def test_a_cut_off_end_shows_against_the_audit_trail(five, log, monkeypatch):
    monkeypatch.setitem(recording.DECISIVE, "organisation.create", Decisive())
    for minute in (100, 120):
        record("organisation.create", log.about, actor=factories.system_actor(), now=START + timedelta(minutes=minute))
        db.session.commit()
    assert verify().fault is None
    last = db.session.scalar(sa.select(sa.func.max(LogLeaf.leaf_index)))
    for table in ("log_entry", "log_leaf"):
        sql(f"DELETE FROM {table} WHERE leaf_index = :index", index=last)
    assert "organisation.create" in verify().fault.what


def test_an_entry_without_a_leaf_is_named(five):
    db.session.rollback()
    with closing(sqlite3.connect(db.engine.url.database)) as behind:  # without the app's foreign keys
        behind.execute(
            "INSERT INTO log_entry (leaf_index, event, object_type, object_id, salt, payload)"
            " SELECT ?, event, object_type, object_id, salt, payload FROM log_entry WHERE leaf_index = ?",
            (five[2] + 1, five[2]),
        )
        behind.commit()
    assert verify().fault.index == five[2] + 1 and "put in" in verify().fault.what


def test_a_content_that_nobody_is_on_record_for_erasing_is_named(five):
    sql("UPDATE log_entry SET salt = NULL, payload = NULL, erased_at = revealed_at WHERE leaf_index = :index", index=five[2])
    assert verify().fault.index == five[2] and "erased" in verify().fault.what


def test_a_receipt_given_to_another_organisation_is_named(five, log, monkeypatch):
    monkeypatch.setitem(recording.DECISIVE, "organisation.create", Decisive())
    person = factories.actor(factories.Role.COMMUNITY_MANAGER)
    record("organisation.create", log.about, actor=person, now=START + 2 * HOUR)
    db.session.commit()
    assert verify().fault is None
    index = db.session.scalar(sa.select(sa.func.max(LogLeaf.leaf_index)))
    sql("UPDATE log_entry SET organisation_id = NULL WHERE leaf_index = :index", index=index)
    assert verify().fault.index == index and "organisation" in verify().fault.what


@pytest.mark.parametrize(
    "change", ["log_leaf SET at = x'00'", "log_leaf SET at = 'noon'", "log_leaf SET data = 'x'", "log_entry SET payload = '{}'"]
)
def test_a_row_that_cannot_be_read_is_named(five, change):
    """SQLite keeps in a column whatever somebody puts there."""
    sql(f"UPDATE {change} WHERE leaf_index = :index", index=five[2])
    assert verify().fault.index == five[2]


def test_the_command_names_the_leaf(five, app):
    run = app.test_cli_runner().invoke
    db.session.rollback()  # the command has a connection of its own
    assert run(args=["log", "verify"]).output.startswith("the log is whole: ")
    sql("UPDATE log_leaf SET root = :root WHERE leaf_index = :index", root=b"r" * 32, index=five[2])
    done = run(args=["log", "verify"])
    assert done.exit_code == 1 and f"leaf {five[2]}: " in done.output


def test_a_foreign_key_in_the_log_stops_everything(five):
    from app.log.keys import WrongLogKey

    changed = flipped(LogBegin.public_key, LogBegin.id == 1, 3)
    sql("UPDATE log_begin SET public_key = :key", key=changed)
    with pytest.raises(WrongLogKey):
        verify()
