"""The site in a process that kills itself, workers and all, at the step that KILL_AT names: for test_killed_server.py alone.

It is the site of wsgi.py as granian serves it. Everything that can break off a step hangs on it from outside: listeners of SQLAlchemy, calls of the
operating system and of the app wrapped here. A step is called "submit: before COMMIT": the kind of request, then what is about to be or has
just been done. Imported once and forked for each start, since a start of its own takes as long as the rest of a test."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

from granian import Granian
from sqlalchemy import event

from app.common.database import writing
from app.extensions import db
from app.tenders import uploads
from app.tenders.views import rush
from wsgi import app

TABLES = ("bid", "bid_version", "bid_capsule", "audit_event", "log_leaf", "log_entry", "outbox_mail")
_now = threading.local()
"""`kind`: of the request that this thread answers."""


def met(what: str) -> None:
    """Dies here if this is the step. Which one it was is on disk before."""
    step = f"{getattr(_now, 'kind', '')}: {what}"
    if os.environ.get("KILL_AT") == step:
        Path(os.environ["KILLED_AT"]).write_text(step)
        os.killpg(os.getpgrp(), signal.SIGKILL)  # this worker and the process that would start another


def met_around(what: str, work: Callable) -> Callable:
    @wraps(work)
    def wrapped(*arguments, **named):
        met(f"before {what}")
        done = work(*arguments, **named)
        met(f"after {what}")
        return done

    return wrapped


# --- the database ----------------------------------------------------------------------------------------------------------


def _before_statement(_connection, _cursor, statement: str, *_more) -> None:
    for verb in ("INSERT INTO", "UPDATE"):
        for table in TABLES:
            if statement.startswith(f"{verb} {table} "):
                met(f"before {verb} {table}")


def listen() -> None:
    """After the app's own listeners: "before commit" is when leaves and mails are written too and only the COMMIT is left."""
    event.listen(db.engine, "before_cursor_execute", _before_statement)
    event.listen(db.session, "before_commit", lambda _session: met("before commit"))
    event.listen(db.session, "after_commit", lambda _session: met("after commit"))
    db.engine.dialect.do_commit = met_around("COMMIT", db.engine.dialect.do_commit)


def waits_for_all(work: Callable) -> Callable:
    """Who leads a group begins when TOGETHER bidders stand in line."""

    @wraps(work)
    def wrapped(*arguments):
        until = time.monotonic() + 20
        while sum(map(len, app.extensions["together"]._lines.values())) < int(os.environ.get("TOGETHER", "1")):
            if time.monotonic() > until:
                raise TimeoutError("the others did not come")
            time.sleep(0.002)
        return work(*arguments)

    return wrapped


# --- the disk --------------------------------------------------------------------------------------------------------------


class TornPart:
    """Of a piece half the bytes come to the disk."""

    def __init__(self, part):
        self._part = part

    def __getattr__(self, name: str):
        return getattr(self._part, name)

    def write(self, piece: bytes) -> int:
        self._part.write(piece[: len(piece) // 2])
        self._part.flush()
        met("half a piece written")
        return self._part.write(piece[len(piece) // 2 :])


def torn(alone: Callable) -> Callable:
    @contextmanager
    def wrapped(token: str):
        with alone(token) as part:
            yield part and TornPart(part)

    return wrapped


# --- the web ---------------------------------------------------------------------------------------------------------------


def kind_of(method: str, path: str) -> str:
    if method == "PATCH":
        return "piece"
    return {"submit": "submit", "objects": "begin"}.get(path.rpartition("/")[2], "") if method == "POST" else ""


def site(environ: dict, start_response: Callable):
    _now.kind = kind_of(environ["REQUEST_METHOD"], environ["PATH_INFO"])
    answer = app(environ, start_response)
    met("answer made")
    return answer


def serve(port: int) -> None:
    os.setsid()
    os.dup2(2, 1)
    how = {"interface": "wsgi", "workers": 1, "blocking_threads": 4, "websockets": False, "log_level": "warning"}
    Granian("", address="127.0.0.1", port=port, **how).serve(target_loader=lambda: site, wrap_loader=False)


def main(port: int) -> None:
    """For each line of JSON, the environment of a start: says which process serves then, and how it ended."""
    with app.app_context(), writing():
        listen()
    os.fsync, os.replace = met_around("fsync", os.fsync), met_around("replace", os.replace)
    uploads._alone, rush._hand_in_all = torn(uploads._alone), waits_for_all(rush._hand_in_all)
    app.test_client().get("/sign-in")  # words and templates are read once for all starts
    with app.app_context():
        db.engine.dispose()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.environ.update(json.loads(line))
            serve(port)
            os._exit(0)
        os.write(1, f"{child}\n".encode())
        os.write(1, f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
