"""Whose turn it is to write, among several processes on SQLite.

SQLite lets a second writer sleep and look again, up to a tenth of a second after the first has finished; a lock of the operating system
wakes it at once. PostgreSQL's own locks do so by themselves."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from app.common.database import BUSY_TIMEOUT_MS
from app.extensions import db


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other process is within such a block. Raises TimeoutError after as long as one waits for SQLite itself."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    with holding(Path(current_app.config["DATA"]) / "turn.lock", within_s=BUSY_TIMEOUT_MS / 1000):
        yield


@contextmanager
def holding(path: Path, *, within_s: float | None = None) -> Iterator[None]:
    """One at a time, whether process or thread. A process that is killed lets go; one that is only stopped does not, so there may be a limit."""
    place = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if within_s is None:
            fcntl.flock(place, fcntl.LOCK_EX)
        else:
            _lock_within(place, within_s)
        yield
    finally:
        os.close(place)


def _lock_within(place: int, seconds: float) -> None:
    """The operating system knows no limit for this lock: it is asked again and again, so often that nobody waits a millisecond too long."""
    until = time.monotonic() + seconds
    while True:
        try:
            return fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError("another process has kept its turn for too long") from None
            time.sleep(0.001)
