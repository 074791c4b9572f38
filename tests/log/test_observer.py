"""Somebody who asks for everything public, all day long, learns nothing from it about hidden events; nor does a bidder from a receipt."""

import re
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest

from app.extensions import db
from app.log import actions, pace, queries
from app.log.models import LogEntry, LogLeaf
from app.log.padding import padding_tile
from tests.log.conftest import START, Log
from tests.statements import counted_statements

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DEADLINE = START.replace(hour=9, minute=30, second=0)
HIDDEN = [DEADLINE - timedelta(hours=6), DEADLINE - timedelta(minutes=70), DEADLINE - timedelta(minutes=12)]
HIDDEN += [DEADLINE - timedelta(seconds=gap) for gap in (90, 45, 10, 3, 2.99, 0.4)]
"""Nine bids, most of them at the last moment, as it is."""

HASHES = re.compile(rb"[0-9a-f]{64}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{91}=")
"""In pages and texts: hashes in hex or base64, and signatures."""


def polled(client, at, size: int) -> dict[str, bytes]:
    """Every public address of the log; addresses in which a size stands are asked for with what the observer knows."""
    addresses = ["/log", "/log/checkpoint", "/log/key"]
    if at.minute == 5:
        addresses += [
            "/log/download",
            "/log/tile/0/000",
            f"/log/consistency?from=1&to={size}",
            f"/log/leaf/{size - 1}",
            f"/log/proof/{size // 2}",
        ]
        addresses += [f"/log/tile/entries/000.p/{min(size, 255)}", f"/log/leaf/{size}", "/log/tile/1/000.p/3", "/log/verify"]
    found = {}
    for address in addresses:
        answer = client.get(address)
        headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()) if name not in {"Set-Cookie"})
        found[address] = f"{answer.status_code}\n{headers}\n".encode() + veiled(address, answer.data)
    return found


def veiled(address: str, body: bytes) -> bytes:
    """Hashes differ between any two logs: of them only the length counts."""
    if "/tile/" in address:
        return b"%d" % len(body)
    if address == "/log/download":
        head = body.split(b"\n\n")[0]
        return HASHES.sub(lambda found: b"#" * len(found[0]), head) + b"%d" % len(body)
    return HASHES.sub(lambda found: b"#" * len(found[0]), body)


def whole_day(app, clock, log, hidden) -> list[dict[str, bytes]]:
    clock.set(START)
    log.append(START, event="tender.publish", tender="4104-1")
    actions.expect_deadline(DEADLINE, now=START)
    db.session.commit()
    waiting, seen, client = sorted(hidden), [], app.test_client()
    for minute in range(24 * 60):
        at = START + timedelta(minutes=minute)
        while waiting and waiting[0] <= at:
            log.append(clock.set(waiting.pop(0)), event="bid.submit", is_public=False, version=1)
        if not (START.hour + 1 <= at.hour < DEADLINE.hour - 1 or at.hour > DEADLINE.hour) or at.minute in (0, 1, 5):
            clock.set(at)
            seen.append(polled(client, at, queries.public_log(at).size))
    return seen


def test_everything_public_is_the_same_with_and_without_hidden_events(app, clock, session, monkeypatch):
    """Sizes, times, names and lengths of every answer, byte for byte; only hashes differ."""
    monkeypatch.setattr("secrets.randbelow", lambda below: below - 1)  # the public event's place is the same in both worlds
    from tests import factories

    about = factories.organisation()
    session.commit()
    log = Log(about)
    busy = whole_day(app, clock, log, HIDDEN)
    assert len(log.entries) == 10
    _forget_everything()
    quiet_log = Log(about)
    quiet = whole_day(app, clock, quiet_log, [])
    assert len(quiet_log.entries) == 1
    assert len(busy) == len(quiet) >= 300
    for number, (one, other) in enumerate(zip(busy, quiet, strict=True)):
        assert list(one) == list(other)
        for address in one:
            assert one[address] == other[address], (number, address)
    sizes = [re.search(rb"linli\.local/log\n(\d+)\n", one["/log/checkpoint"])[1] for one in busy]
    assert len(set(sizes)) > 30


def _forget_everything() -> None:
    """A second world for the same day: the log's tables without their rows."""
    import sqlalchemy as sa

    names = db.session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%'")).all()
    for name in names:
        db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    for table in ("log_entry", "log_tile", "log_leaf", "log_window", "log_begin"):
        db.session.execute(sa.text(f"DELETE FROM {table}"))
    db.session.commit()
    db.session.expire_all()


def test_a_hidden_leaf_is_read_like_padding(app, clock, log):
    """The same page, the same number of questions to the database, one status: nothing but the hash differs."""
    log.append(START)
    far = START + timedelta(days=5)  # so that the index is a number of its own on the page
    hidden = log.append(far, is_public=False, event="bid.submit").leaf_index
    clock.set(far + timedelta(hours=3))
    client, seen = app.test_client(), []
    client.get(f"/log/leaf/{hidden}")  # what a process reads once
    for index in (hidden, hidden + 1, hidden - 1, hidden + 256):
        for address in (f"/log/leaf/{index}", f"/log/proof/{index}"):
            with counted_statements(app) as sent:
                answer = client.get(address)
            body = HASHES.sub(b"#", answer.data).replace(f"{index:,}".encode(), b"N").replace(f"{index}".encode(), b"N")
            seen.append((address.split("/")[2], answer.status_code, len(sent), body if "leaf" in address else b""))
    assert len(set(seen)) == 2, seen


def test_a_bidders_receipt_tells_as_much_with_and_without_others(log, session):
    """Where the leaf stands behind the pace: by lot among four places, and at most one more when somebody was there just before."""
    begin_at, places = START, {True: Counter(), False: Counter()}
    log.append(begin_at)
    steps = count(1)
    for with_others in (False, True):
        for _ in range(60):
            at = begin_at + next(steps) * timedelta(minutes=30)
            if with_others:
                actions.append("bid.submit", log.about, now=at - timedelta(seconds=40), payload={}, is_public=False)
            mine = actions.append("bid.submit", log.about, now=at, payload={}, is_public=False)
            places[with_others][mine.leaf_index - queries.slots_at(at + pace.LEAD)] += 1
    assert set(places[False]) == set(places[True]) == set(range(pace.SPREAD))
    session.rollback()


def test_nothing_in_a_receipt_is_an_others(log):
    """Content, place and hashes of nodes: no running number, no index of another event."""
    log.append(START, is_public=False, event="bid.submit", version=1)
    entry = log.append(START + timedelta(seconds=1), is_public=False, event="bid.submit", version=1)
    text = entry.payload.decode()
    assert "previous" not in text and str(log.entries[0].leaf_index) not in text.replace(entry.payload.decode()[:0], "").split('"at"')[0]
    assert LogLeaf.previous_index.key not in queries.receipt(entry)
    assert {column.key for column in LogEntry.__table__.columns} & {"previous_index"} == set()


def test_padding_has_no_pattern(session):
    """The share of ones in padding and in salted digests is that of random bits."""
    data = b"".join(padding_tile(queries.log_keys().padding, number) for number in range(40))
    ones = sum(byte.bit_count() for byte in data) / (8 * len(data))
    assert abs(ones - 0.5) < 0.005
    assert len({data[at : at + 32] for at in range(0, len(data), 32)}) == len(data) // 32
