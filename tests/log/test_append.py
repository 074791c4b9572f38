"""Leaves, receipts and proofs on both databases; what the database forbids; erasing; the limits of a transaction."""

import importlib
import json
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from app.common import clock as app_clock
from app.common.refusal import Refused
from app.extensions import db
from app.log import actions, pace, queries, recording
from app.log.keys import WrongLogKey, log_keys
from app.log.models import LogBegin, LogEntry, LogLeaf, LogTile, LogWindow
from app.log.notes import Proof, open_checkpoint
from app.log.tree import leaf_hash, verify_consistency, verify_inclusion
from app.log.verifying import verify
from tests import factories
from tests.factories import Role
from tests.log.conftest import START
from tests.statements import counted_statements

DAY = timedelta(days=1)


def data_of(receipt: Proof) -> bytes:
    opened = json.loads(receipt.extra)
    return sha256(b64decode(opened["salt"]) + opened["payload"].encode()).digest()


def test_each_event_has_a_receipt_that_verifies_at_once(log):
    for number in range(12):
        entry = log.append(START + number * timedelta(minutes=7), number=number)
        receipt = Proof.from_text(queries.receipt(entry))
        checkpoint = receipt.verify(data_of(receipt), log_keys().verifier)
        assert checkpoint.size == entry.leaf_index + 1
        assert json.loads(json.loads(receipt.extra)["payload"])["number"] == number
    assert verify() == verify().__class__(12, entry.leaf_index + 1)


def test_a_receipt_stays_the_same_bytes(log):
    entry = log.append()
    first = queries.receipt(entry)
    log.append(START + 30 * DAY)
    assert queries.receipt(log.entries[0]) == first


def test_what_a_leaf_commits_to(log):
    entry = log.append(price=1, words="一二")
    assert json.loads(entry.payload) == {
        "event": "tender.publish",
        "object": f"organisation {log.about.id}",
        "tender": "4104-1",
        "at": START.isoformat(),
        "price": 1,
        "words": "一二",
    }
    assert entry.payload == json.dumps(json.loads(entry.payload), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert entry.leaf.data == sha256(entry.salt + entry.payload).digest()


def test_facts_cannot_pass_for_the_event(log):
    with pytest.raises(ValueError, match="overwrite event"):
        actions.append("tender.open", log.about, now=START, payload={"event": "tender.award"})


def test_every_public_checkpoint_of_a_day_continues_every_earlier_one(log):
    actions.expect_deadline(START + timedelta(hours=9), now=START)
    for hour in range(0, 24, 3):
        log.append(START + timedelta(hours=hour))
    heads = []
    for step in range(0, 144, 6):
        found = log.public(START + step * timedelta(minutes=10))
        heads.append(open_checkpoint(found.checkpoint, found.verifier))
    latest = log.public(START + DAY)
    for first in heads:
        for second in heads[heads.index(first) :]:
            verify_consistency(first.size, first.root, second.size, second.root, latest.consistency(first.size, second.size))


def test_a_leaf_is_proved_under_the_next_public_checkpoint(log):
    entry = log.append()
    assert entry.leaf_index >= log.public(START).size
    later = log.public(START + timedelta(minutes=11))
    assert entry.leaf_index < later.size
    verify_inclusion(leaf_hash(entry.leaf.data), entry.leaf_index, later.size, later.inclusion(entry.leaf_index), later.root)
    proof = Proof.from_text(later.proof(entry.leaf_index))
    proof.verify(data_of(proof), later.verifier)


def test_padding_is_proved_like_any_leaf(log):
    log.append()
    found = log.public(START + DAY)
    for index in (0, 255, 256, found.size - 1):
        verify_inclusion(leaf_hash(found.leaf(index)), index, found.size, found.inclusion(index), found.root)


def test_nothing_public_reaches_beyond_the_public_size(log):
    log.append()
    size = log.public(START + DAY).size
    assert queries.inclusion(0, size, START + DAY) is not None
    assert queries.inclusion(0, size + 1, START + DAY) is None
    assert queries.consistency(1, size, START + DAY) is not None
    assert queries.consistency(1, size + 1, START + DAY) is None


def test_a_hidden_entry_is_its_owners_until_it_is_revealed(log):
    entry = log.append(is_public=False)
    index, later = entry.leaf_index, START + timedelta(minutes=20)
    assert queries.entry_for(index, log.about.id, later) is not None
    assert queries.entry_for(index, log.about.id + 1, later) is None
    assert log.public(later).entry(index) is None and log.public(later).opened() == []
    actions.reveal(LogEntry.leaf_index == index, now=later)
    db.session.commit()
    assert log.public(later + timedelta(minutes=10)).entry(index) is not None
    assert [one[0] for one in log.public(later + timedelta(minutes=10)).opened()] == [index]


def test_what_is_revealed_is_everybodys_from_that_instant_and_nobodys_is_not_anybodys(log):
    index, at = log.append(is_public=False).leaf_index, START + timedelta(minutes=20)
    actions.reveal(LogEntry.leaf_index == index, now=at)
    ownerless = actions.append("tender.publish", log.about, now=START, payload={}, tender="4104-1", is_public=False).leaf_index
    db.session.commit()
    for organisation_id in (log.about.id + 1, None):
        assert queries.entry_for(index, organisation_id, at - timedelta(seconds=1)) is None
        assert queries.entry_for(index, organisation_id, at) is not None
        assert queries.entry_for(ownerless, organisation_id, at) is None, "an entry of no organisation is not that of people without one"


def test_what_happens_at_the_checkpoints_own_instant_is_public_with_the_next_one(log):
    log.append()
    at = pace.boundary(START) + timedelta(minutes=20)
    index = log.append(at).leaf_index
    assert index >= log.public(at).size
    assert log.public(at).entry(index) is None and index not in [one.leaf_index for one in db.session.scalars(log.public(at).entries())]
    assert index not in [one[0] for one in log.public(at).opened()]
    assert log.public(at + timedelta(minutes=10)).entry(index) is not None


def test_the_same_deadline_twice_adds_nothing(log):
    log.append()
    deadline = START + 20 * DAY
    for _ in range(2):
        actions.expect_deadline(deadline, now=START)
        db.session.commit()
    found = db.session.scalars(sa.select(LogWindow).order_by(LogWindow.id)).all()
    assert [(row.per_second, row.slots) for row in found] == [(1, 3540), (64, 7680)]
    size = log.public(deadline + timedelta(hours=1)).size
    assert size == pace.slots(
        pace.boundary(deadline + timedelta(hours=1)), db.session.get(LogBegin, 1).began_at, pace.windows_for(deadline)
    )


def test_an_erased_entry_leaves_the_tree_standing(log):
    entry = log.append(name="张三")
    log.append(START + timedelta(hours=1))
    head = log.public(START + DAY).checkpoint
    two = {"actor": factories.actor(Role.ADMINISTRATOR), "approver": factories.actor(Role.LEGAL_OFFICER)}
    with pytest.raises(Refused):
        actions.erase(entry, **two, now=START + DAY, reason=" ")
    actions.erase(entry, **two, now=START + DAY, reason="本人申请")
    db.session.commit()
    assert (entry.salt, entry.payload) == (None, None)
    assert log.public(START + DAY).checkpoint == head
    assert verify().fault is None
    assert Proof.from_text(queries.receipt(entry)).extra == b""
    with pytest.raises(Refused):
        actions.erase(entry, **two, now=START + DAY, reason="再来一次")


FORBIDDEN = [
    *(f"UPDATE {table} SET {change}" for table, change in (
        ("log_begin", "origin = 'x'"), ("log_window", "per_second = 2"), ("log_leaf", "previous_index = -1"), ("log_tile", "number = number + 1000"),
        ("log_entry", "event = 'x'"), ("log_entry", "object_id = '9'"), ("log_entry", "organisation_id = NULL"), ("log_entry", "tender_number = 'x'"),
        ("log_entry", "salt = payload"), ("log_entry", "revealed_at = NULL"), ("log_entry", "leaf_index = leaf_index + 1"),
        ("log_entry", "erased_at = revealed_at"),
    )),
    *(f"DELETE FROM {table}" for table in ("log_begin", "log_window", "log_leaf", "log_tile", "log_entry")),
]  # fmt: skip


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_rewrite_the_log(log, statement):
    log.append()
    log.append(START + DAY)
    actions.expect_deadline(START + 9 * DAY, now=START + DAY)
    db.session.commit()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.text(statement))
    db.session.rollback()


def test_an_erased_entry_cannot_come_back(log):
    entry = log.append()
    kept = {"index": entry.leaf_index, "salt": entry.salt, "payload": entry.payload}
    two = {"actor": factories.actor(Role.ADMINISTRATOR), "approver": factories.actor(Role.LEGAL_OFFICER)}
    actions.erase(entry, **two, now=START, reason="本人申请")
    db.session.commit()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(
            sa.text("UPDATE log_entry SET erased_at = NULL, salt = :salt, payload = :payload WHERE leaf_index = :index"), kept
        )
    db.session.rollback()


def test_another_key_is_refused(log, app):
    log.append()
    app.config["LOG_KEY"] = "another key, just as long as the first one"
    for call in (verify, lambda: actions.append("tender.open", log.about, now=START, payload={})):
        with pytest.raises(WrongLogKey, match="log-key"):
            call()
    db.session.rollback()


def test_a_late_commit_is_refused(log, monkeypatch):
    log.append()
    real = recording.monotonic
    actions.append("tender.open", log.about, now=START, payload={})
    monkeypatch.setattr(recording, "monotonic", lambda: real() + 20.5)
    with pytest.raises(recording.CommitTooLate):
        db.session.commit()
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogLeaf)) == 1


def test_a_wait_before_its_turn_moves_an_event_on(log, app, clock):
    """A request that waited for a lock took its instant long ago; its leaf stands where the clock is now."""
    log.append()
    with app.app_context():
        now = app_clock.now()
        app_clock.g.now_read -= 600
        assert app_clock.waited() >= timedelta(seconds=600)
        assert actions._take_turn(now) >= now + timedelta(seconds=600)
        db.session.rollback()
    later = clock.set(START + timedelta(hours=2))
    assert actions._take_turn(START) == later


def test_an_append_asks_little(log, app):
    log.append()
    log.append(START + DAY)
    with counted_statements(app) as sent:
        actions.append_all([actions.Happened("tender.open", log.about, START + DAY, {})])
    reading = [text for text in sent if text.lstrip().upper().startswith("SELECT") and "pg_advisory" not in text]
    assert len(reading) <= 3 and len(sent) <= 6, sent
    db.session.rollback()


def test_a_long_silence_is_caught_up_with(log):
    log.append()
    entry = log.append(START + 400 * DAY)
    assert entry.leaf_index > 400 * 8_640
    stored = db.session.scalar(sa.select(sa.func.count()).select_from(LogTile))
    assert stored == sum((entry.leaf_index + 1) // 256**level for level in (1, 2))
    receipt = Proof.from_text(queries.receipt(entry))
    receipt.verify(data_of(receipt), log_keys().verifier)
    assert verify().fault is None


def test_the_daily_job_keeps_subtrees_without_any_event(log):
    log.append()
    later = START + 3 * DAY
    head = log.public(later).checkpoint
    actions.keep_tiles(now=later)
    db.session.commit()
    size = log.public(later).size
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogTile)) == size // 256
    assert log.public(later).checkpoint == head
    actions.keep_tiles(now=later)
    log.append(later)
    actions.keep_tiles(now=START + 12 * DAY)
    log.append(START + 12 * DAY)
    db.session.commit()
    stored = db.session.execute(sa.select(LogTile.level, sa.func.count()).group_by(LogTile.level).order_by(LogTile.level)).all()
    assert [tuple(row) for row in stored] == [(1, (log.entries[-1].leaf_index + 1) // 256), (2, 1)]


def test_the_database_without_stored_subtrees_gives_the_same_proofs(log):
    """They are a cache: whatever is missing is computed."""
    for day in range(4):
        log.append(START + day * DAY)
    later = START + 6 * DAY
    head, proof = log.public(later).checkpoint, log.public(later).inclusion(log.entries[1].leaf_index)
    found = log.public(later)
    found.tiles._read_tiles = lambda level, row: {}
    assert (found.checkpoint, found.inclusion(log.entries[1].leaf_index)) == (head, proof)


def test_recusals_of_earlier_awards_become_readable_with_them(log):
    """Migration 0015, for a log that was written before an award revealed them."""
    hidden = log.append(event="committee.recuse", is_public=False)
    award = log.append(START + DAY, event="tender.award")
    later = log.append(START + 2 * DAY, event="committee.recuse", is_public=False)
    others = log.append(START + DAY, event="committee.recuse", is_public=False, tender="4104-2")
    db.session.execute(sa.text(importlib.import_module("migrations.versions.0015_recusals_readable").REVEAL))
    db.session.commit()
    db.session.expire_all()
    assert (hidden.revealed_at, later.revealed_at, others.revealed_at) == (award.revealed_at, None, None)
    assert verify().fault is None
