"""The worker: a thread of the server process that reads or writes one upload, shows how far it is, and dies without a trace.

How far it is stands in a small file beside the database, not in it: the import is one transaction, and nobody outside sees
into it. When the process is killed, the database rolls back and the file goes stale; pages then offer to begin again.
"""

import json
import logging
import os
import socket
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select

from app.common.clock import forget_now, wall
from app.common.clock import now as clock_now
from app.common.database import writing
from app.common.i18n import _l
from app.common.imports import actions
from app.common.imports.models import ImportJob
from app.common.imports.states import WORKING, ImportState, is_stale
from app.common.refusal import Reason, Refused
from app.extensions import db

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
WAIT_SECONDS = 1.5
"""A request waits this long for its worker, so that a small file needs no progress page."""

CRASHED = Reason(_l("系统内部出错，没有写入任何内容。"), next=_l("请重试；如果再次出错，请告诉系统管理员。"))


class Overtaken(Exception):
    """Another run has taken this job over; this one must write nothing."""


@dataclass(frozen=True)
class Shown:
    """How far a worker is, as it last said."""

    token: str
    phase: str
    """"read" or "write"."""
    done: int
    total: int
    at: datetime
    pid: int
    host: str
    born: str

    @property
    def process_is_gone(self) -> bool:
        if self.host != socket.gethostname():
            return False  # another machine's process: only its silence tells
        return _born(self.pid) != self.born


def start(job: ImportJob, actor) -> None:
    """Begin the work that the job's state asks for, after the request has committed. Returns soon."""
    app = current_app._get_current_object()
    thread = threading.Thread(target=_run, args=(app, job.id, job.run_token, job.state, actor), name=f"import-{job.id}", daemon=True)
    db.session.rollback()  # let go of the database before waiting
    thread.start()
    thread.join(app.config.get("IMPORT_WAIT_SECONDS", WAIT_SECONDS))


def shown(job: ImportJob) -> Shown | None:
    """What the worker of the present run last said of itself."""
    try:
        said = json.loads(_path(current_app, job.id).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if said["token"] != job.run_token:
        return None
    return Shown(**{**said, "at": datetime.fromisoformat(said["at"])})


def is_job_stale(job: ImportJob) -> bool:
    """Whether the worker of a job that should be working is dead."""
    if job.state not in WORKING:
        return False
    said = shown(job)
    return is_stale(said.at if said else None, job.run_started_at, wall(), process_is_gone=bool(said and said.process_is_gone))


def _run(app: Flask, job_id: int, token: str, state: ImportState, actor) -> None:
    with app.app_context(), writing(), _Beat(app, job_id, token) as beat:
        try:
            if state is ImportState.READING:
                _read(job_id, token, actor)
            else:
                _write(job_id, token, actor, beat)
        except Overtaken:
            db.session.rollback()
            log.warning("import %s: run %s was overtaken and wrote nothing", job_id, token)
        except Exception:  # whatever it was, the page must be able to say that nothing was written
            db.session.rollback()
            log.exception("import %s failed", job_id)
            _give_up(job_id, token, state, actor)
        finally:
            db.session.remove()


def _read(job_id: int, token: str, actor) -> None:
    job = _locked(job_id, token)
    try:
        reading = _parse(job)
    except Refused as refused:
        actions.keep_refusal(_locked(job_id, token), refused, actor=actor, now=clock_now())
    else:
        job = _locked(job_id, token)
        actions.keep_reading(job, actions.kind_of(job), reading, actor=actor, now=clock_now())
    db.session.commit()


def _write(job_id: int, token: str, actor, beat: "_Beat") -> None:
    reading = _parse(_locked(job_id, token))
    job = _locked(job_id, token)
    try:
        actions.write_import(job, reading, actor=actor, now=clock_now(), progress=beat.show)
    except Refused as refused:
        db.session.rollback()
        job = _locked(job_id, token)
        actions.keep_reading(job, actions.kind_of(job), reading, actor=actor, now=clock_now())
        actions.keep_failure(job, refused.reason, actor=actor, now=clock_now())
    db.session.commit()


def _parse(job: ImportJob):
    """The file as rows, outside any transaction: a large one takes seconds, and bids must not wait for it."""
    content, now = actions.content_of(job), clock_now()
    db.session.expunge_all()
    db.session.rollback()
    forget_now()  # what is written later is written at its own instant
    return actions.read_job(job, content, now=now)


def _locked(job_id: int, token: str) -> ImportJob:
    job = db.session.scalar(select(ImportJob).where(ImportJob.id == job_id).with_for_update().execution_options(populate_existing=True))
    if job is None or job.run_token != token:
        raise Overtaken
    _ = job.file
    return job


def _give_up(job_id: int, token: str, state: ImportState, actor) -> None:
    try:
        job = _locked(job_id, token)
    except Overtaken:
        db.session.rollback()
        return
    if state is ImportState.READING:
        job.state = ImportState.UNREADABLE
    else:
        job.state = ImportState.READY
    actions.keep_failure(job, CRASHED, actor=actor, now=clock_now())
    db.session.commit()


class _Beat:
    """Shows every second that the worker lives and how far it is, whatever statement it is in."""

    def __init__(self, app: Flask, job_id: int, token: str):
        self._path = _path(app, job_id)
        self._said = Shown(token, "read", 0, 0, wall(), os.getpid(), socket.gethostname(), _born(os.getpid()))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"import-{job_id}-beat", daemon=True)

    def __enter__(self) -> "_Beat":
        self._say()
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self._stop.set()
        self._thread.join()
        with suppress(FileNotFoundError):
            self._path.unlink()

    def show(self, done: int, total: int) -> None:
        self._said = replace(self._said, phase="write", done=done, total=total)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            self._say()

    def _say(self) -> None:
        said = replace(self._said, at=datetime.now(UTC))
        _write_whole(self._path, json.dumps({**said.__dict__, "at": said.at.isoformat()}))


def _write_whole(path: Path, text: str) -> None:
    """Readers see the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as draft:
        draft.write(text)
    os.replace(draft.name, path)


def _path(app: Flask, job_id: int) -> Path:
    return app.config["DATA"] / "imports" / f"{job_id}.json"


def _born(pid: int) -> str:
    """When a process was started, as the kernel counts, so that a reused number is not taken for it; "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    try:  # no /proc on this system
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
