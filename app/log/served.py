"""Which checkpoint was the last to be served: a file in the data folder, written before the checkpoint is given out.

Requests that read write nothing into the database, and a clock that is put back forgets; so the instant is kept here. Its name has the
instant and the log's first leaf, which no two logs share: an old city's file in the same folder means nothing to a new one."""

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from app.common import clock
from app.extensions import db
from app.log.models import LogLeaf

FORM = "%Y%m%dT%H%MZ"
_FIRST = select(LogLeaf.data).order_by(LogLeaf.leaf_index).limit(1)


def mark_served(boundary: datetime) -> None:
    """Before a checkpoint of this instant leaves the server. The demonstration clock needs no mark: it only goes forward."""
    if clock.is_demo() or not (name := _log_name()):
        return
    folder = _folder()
    if any(of == name and at >= boundary for at, of, _path in _marks()):
        return
    folder.mkdir(parents=True, exist_ok=True)
    os.close(os.open(folder / _file(boundary, name), os.O_CREAT | os.O_WRONLY, 0o600))
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    for at, of, path in _marks():
        if of == name and at < boundary:
            path.unlink(missing_ok=True)


def served_until(at: datetime) -> datetime | None:
    """The instant of the last checkpoint that was served, if that lies behind `at`. The database is asked only if one may."""
    later = [(when, of) for when, of, _path in _marks() if when > at]
    if not later:
        return None
    name = _log_name()
    return max((when for when, of in later if of == name), default=None)


def _folder() -> Path:
    return Path(current_app.config["DATA"]) / "log-served"


def _file(boundary: datetime, name: str) -> str:
    return f"{boundary.astimezone(UTC).strftime(FORM)}-{name}"


def _marks() -> list[tuple[datetime, str, Path]]:
    try:
        names = os.listdir(_folder())
    except FileNotFoundError:
        return []
    found = (name.partition("-") for name in names)
    return [(datetime.strptime(at, FORM).replace(tzinfo=UTC), of, _folder() / f"{at}-{of}") for at, gap, of in found if gap]


def _log_name() -> str:
    first = db.session.scalar(_FIRST)
    return first.hex()[:32] if first else ""
