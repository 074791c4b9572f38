"""The public log at a million leaves: adding one durably against a plain insert, and recomputing all of it."""

import os
import sqlite3
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import flask_migrate

from app import create_app
from app.common.access import system_actor
from app.config import ROOT
from app.extensions import db

LEAVES = 1_000_000
EVENTS = 1_000
ROUNDS = 300
BEGAN = datetime(2009, 8, 1, tzinfo=UTC)


def measure_log(folder: Path) -> dict:
    """Milliseconds to add a leaf and to insert a row of the same size, in turns; each waits until the disk has it."""
    folder.mkdir(parents=True)
    app = create_app(DATA=folder, SECRET_KEY="a key for benchmarks")
    plain = PlainInsert(folder / "plain.db")
    ours, baseline = [], []
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        from app.log import queries, verifying
        from app.log.padding import padding_hash, padding_tile

        append = appender()
        step = timedelta(seconds=10) * LEAVES / EVENTS
        started = time.perf_counter()
        for number in range(EVENTS):
            entry = append(BEGAN + number * step)
        db.session.commit()
        filled = time.perf_counter() - started
        for number in range(ROUNDS):
            started = time.perf_counter()
            entry = append(BEGAN + LEAVES * timedelta(seconds=10) + number * timedelta(seconds=11))
            db.session.commit()
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            plain.insert()
            baseline.append(time.perf_counter() - started)
        started = time.perf_counter()
        queries.receipt(entry)
        receipt = time.perf_counter() - started
        for kept in (padding_hash, padding_tile):
            kept.cache_clear()  # as in a new process
        started = time.perf_counter()
        verdict = verifying.verify()
        verified = time.perf_counter() - started
        if verdict.fault or verdict.leaves != EVENTS + ROUNDS or verdict.size < LEAVES:
            raise RuntimeError(f"the log is not what was written: {verdict}")
        db.session.remove()
        db.engine.dispose()
    own, theirs = statistics.median(ours), statistics.median(baseline)
    return {
        "leaves": verdict.size,
        "events": verdict.leaves,
        "fill_seconds": round(filled, 2),
        "ours_ms": round(own * 1000, 2),
        "ours_ms_95": round(sorted(ours)[int(ROUNDS * 0.95)] * 1000, 2),
        "baseline_ms": round(theirs * 1000, 2),
        "ratio": round(theirs / own, 3),
        "receipt_ms": round(receipt * 1000, 2),
        "seconds": round(verified, 2),
        "limit_seconds": 20.0,
    }


def appender():
    """Adds an event about an organisation at an instant."""
    from app.accounts.actions import create_organisation
    from app.accounts.rules import OrganisationKind
    from app.log.actions import append

    about = create_organisation(kind=OrganisationKind.COMMUNITY, name="甲", division_code="410402001001", actor=system_actor(), now=BEGAN)
    db.session.commit()
    return lambda at: append("tender.publish", about, now=at, payload={"opens_at": at.isoformat()}, tender="XH-2009-0001")


class PlainInsert:
    """One row of a leaf's size, committed to a file with synchronous=FULL."""

    def __init__(self, path: Path):
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, content BLOB)")

    def insert(self) -> None:
        self._connection.execute("INSERT INTO event (content) VALUES (?)", (os.urandom(700),))
