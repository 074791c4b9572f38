"""Whatever is changed in any column of any table of the log, `flask log verify` names it; the few columns that say nothing stand in a list."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.extensions import db
from app.log import actions, models
from app.log.keys import WrongLogKey, log_keys
from app.log.models import LogEntry, LogLeaf, LogWindow
from app.log.sealing import seal_of
from app.log.verifying import verify
from app.tenders.actions import bidding
from app.tenders.models import Bid
from tests import factories
from tests.log.test_tampering import sql
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import PUBLISHED

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TABLES = [model.__table__ for model in (models.LogBegin, models.LogWindow, models.LogLeaf, models.LogEntry, models.LogTile)]
HARMLESS = {
    ("log_begin", "id"): "the database allows 1 alone, and without that row there is no log",
    ("log_window", "id"): "it only keeps the rows apart: nothing names a window by it",
}


@pytest.fixture
def kept(session, clock):
    """Bids handed in, one of them withdrawn and hidden for good, opened, and an entry erased; nothing left that forbids a change."""
    story = stories.with_bids((71, 67, 76, 70))
    bidding.withdraw_bid(story.tender, actor=factories.actor_for(story.bidders[3][1]), now=PUBLISHED + timedelta(days=4))
    session.commit()
    stories.open_all(story)
    clock.set(stories.AFTER + timedelta(hours=3))
    actions.keep_tiles(now=clock.set(stories.AFTER + timedelta(hours=3)))
    entry = session.scalar(sa.select(LogEntry).where(LogEntry.event == "bid.withdraw"))
    people = {"actor": factories.actor(Role.ADMINISTRATOR), "approver": factories.actor(Role.LEGAL_OFFICER)}
    actions.erase(entry, **people, now=stories.AFTER + timedelta(hours=3), reason="个人要求删除")
    session.commit()
    assert verify().fault is None
    for name in session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%'")).all():
        session.execute(sa.text(f"DROP TRIGGER {name}"))
    session.commit()
    session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
    yield story
    session.rollback()
    session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))


def others(column: sa.Column, value) -> list:
    """What somebody might write there instead, as SQLite keeps it."""
    found = [] if not column.nullable or value is None else [None]
    if isinstance(value, bytes):
        found += [bytes(byte ^ (at == place) for at, byte in enumerate(value)) for place in (0, len(value) // 2, len(value) - 1)] + [b""]
    elif isinstance(value, int):
        found += [value + 1, value + 7]
    elif value is None and "DATETIME" in str(column.type.impl if hasattr(column.type, "impl") else column.type).upper():
        found += ["2009-12-09 01:35:00.000000"]
    elif value is None:
        found += [1 if isinstance(column.type, sa.Integer) else b"x" if isinstance(column.type, sa.LargeBinary) else "x"]
    elif value[:4].isdigit() and "-" in value:
        found += [str(datetime.fromisoformat(value) + step) for step in (timedelta(microseconds=1), timedelta(days=-1))] + ["noon"]
    else:
        found += [value + "1", ""]
    return found


def fault() -> bool:
    try:
        return verify().fault is not None
    except WrongLogKey:
        return True
    finally:
        db.session.rollback()
        db.session.expire_all()


@on_sqlite
@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_column_of_the_first_a_middle_and_the_last_row(kept, table):
    rows = db.session.execute(sa.text(f"SELECT rowid AS place, * FROM {table.name} ORDER BY rowid")).mappings().all()
    assert rows
    chosen = {row["place"]: row for row in (rows[0], rows[len(rows) // 2], rows[-1], *(r for r in rows if r.get("erased_at")))}
    unnoticed = set()
    for row in chosen.values():
        for column in table.columns:
            for other in others(column, row[column.name]):
                try:
                    write(table, column, other, row["place"])
                except sa.exc.IntegrityError:
                    db.session.rollback()
                    continue  # another row has that key, or the column takes no NULL
                if not fault():
                    unnoticed.add((table.name, column.name))
                place = other if column.primary_key and len(table.primary_key) == 1 else row["place"]
                write(table, column, row[column.name], place)
                assert not fault(), (table.name, column.name, other)
    assert unnoticed == {place for place in HARMLESS if place[0] == table.name}


@on_sqlite
@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_single_byte_of_every_row(kept, table):
    """Of the subtrees, which are many and alike, a dozen."""
    rows = db.session.execute(sa.text(f"SELECT rowid AS place, * FROM {table.name} ORDER BY rowid")).mappings().all()
    assert rows
    for row in rows[:: max(1, len(rows) // 12) if table is models.LogTile.__table__ else 1]:
        for column in table.columns:
            value = row[column.name]
            if not isinstance(value, bytes | str):
                continue  # numbers are changed above
            for at, changed in one_byte_changed(value):
                write(table, column, changed, row["place"])
                assert fault(), (row["place"], column.name, at)
            write(table, column, value, row["place"])
    assert not fault()


def one_byte_changed(value: bytes | str):
    """Each place, and the value with another byte there. Between day and hour of an instant another letter says the same."""
    raw = value.encode() if isinstance(value, str) else value
    for at, byte in enumerate(raw):
        if isinstance(value, str) and byte == ord(" "):
            continue
        changed = raw[:at] + bytes([byte ^ 1]) + raw[at + 1 :]
        yield at, changed.decode() if isinstance(value, str) else changed


def write(table, column, value, place) -> None:
    sql(f"UPDATE {table.name} SET {column.name} = :value WHERE rowid = :place", value=value, place=place)


def test_the_list_of_harmless_columns_has_only_columns_that_are_there():
    assert {(table.name, column.name) for table in TABLES for column in table.columns} >= set(HARMLESS)


@on_sqlite
def test_two_bids_whose_entries_were_exchanged_are_named(kept):
    first, second = db.session.scalars(
        sa.select(LogEntry.leaf_index).where(LogEntry.event == "bid.submit").order_by(LogEntry.leaf_index).limit(2)
    ).all()
    for column in ("object_id", "organisation_id"):
        values = dict(
            db.session.execute(sa.text(f"SELECT leaf_index, {column} FROM log_entry WHERE leaf_index IN ({first}, {second})")).all()
        )
        for one, other in ((first, second), (second, first)):
            sql(f"UPDATE log_entry SET {column} = :value WHERE leaf_index = :one", value=values[other], one=one)
        found = verify().fault
        assert found.index == first and "organisation" in found.what
        for one in (first, second):
            sql(f"UPDATE log_entry SET {column} = :value WHERE leaf_index = :one", value=values[one], one=one)
    assert verify().fault is None


@on_sqlite
def test_a_bid_that_is_made_readable_early_or_hidden_again_is_named(kept):
    withdrawn = db.session.scalar(sa.select(Bid).where(Bid.withdrawn_at.is_not(None)))
    hidden = db.session.scalar(
        sa.select(LogEntry.leaf_index).where(LogEntry.event == "bid.submit", LogEntry.object_id == str(withdrawn.id))
    )
    opened = db.session.scalar(
        sa.select(LogEntry.leaf_index)
        .where(LogEntry.event == "bid.submit", LogEntry.object_id != str(withdrawn.id))
        .order_by(LogEntry.leaf_index)
    )
    for index, change in ((hidden, "'2009-12-09 01:35:00.000000'"), (opened, "NULL"), (opened, "'2009-12-01 00:00:00.000000'")):
        before = db.session.scalar(sa.text(f"SELECT revealed_at FROM log_entry WHERE leaf_index = {index}"))
        sql(f"UPDATE log_entry SET revealed_at = {change} WHERE leaf_index = {index}")
        assert verify().fault.index == index and "readable" in verify().fault.what
        sql(f"UPDATE log_entry SET revealed_at = :before WHERE leaf_index = {index}", before=before)


@on_sqlite
def test_a_faster_time_that_was_removed_or_put_in_is_named(kept):
    published = db.session.scalar(sa.select(LogEntry.leaf_index).where(LogEntry.event == "tender.publish"))
    sql(
        "INSERT INTO log_window (id, starts_at, ends_at, per_second, slots) SELECT 99, starts_at, ends_at, per_second, slots FROM log_window LIMIT 1"
    )
    assert "no published deadline" in verify().fault.what
    sql("DELETE FROM log_window WHERE id = 99")
    sql("DELETE FROM log_window WHERE id = (SELECT max(id) FROM log_window)")
    assert verify().fault.index == published and "removed" in verify().fault.what


@on_sqlite
def test_rows_that_were_sealed_before_seals_held_the_entry_still_stand(kept):
    """As an older version of the platform wrote them."""
    leaf = db.session.scalars(sa.select(LogLeaf).order_by(LogLeaf.leaf_index)).first()
    names = ("leaf_index", "previous_index", "data", "root", "peaks", "at")
    sql(
        "UPDATE log_leaf SET seal = :seal WHERE leaf_index = :index",
        seal=seal_of(log_keys(), **{n: getattr(leaf, n) for n in names}),
        index=leaf.leaf_index,
    )
    assert verify().fault is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogWindow)) > 0
