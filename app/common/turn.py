"""Whose turn it is to write, among several processes on SQLite.

SQLite lets a second writer sleep and look again, up to a tenth of a second after the first has finished; a lock of the operating system
wakes it at once. PostgreSQL's own locks do so by themselves."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from app.extensions import db


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other process is within such a block."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    with holding(Path(current_app.config["DATA"]) / "turn.lock"):
        yield


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """One at a time, whether process or thread. A process that is killed lets go."""
    place = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)
