"""How the two databases are opened: SQLite's WAL and IMMEDIATE, read-only transactions for pages, and the audit guard."""

from collections.abc import Callable, Collection
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from flask import Flask, request
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app.extensions import db

_reading: ContextVar[bool] = ContextVar("reading", default=False)

BUSY_TIMEOUT_MS = 30_000


class UnauditedChange(RuntimeError):
    """A commit that would change rows without an audit row beside them: a defect in an action."""


def init_app(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            configure_engine(engine)

    @app.before_request
    def choose_transaction() -> None:
        view = app.view_functions.get(request.endpoint)
        _reading.set(request.method in {"GET", "HEAD", "OPTIONS"} or getattr(view, "reads_first", False))

    @app.teardown_request
    def forget_transaction(_error) -> None:
        _reading.set(False)


def reads_first(view: Callable) -> Callable:
    """A POST or PATCH that looks before it locks: it writes only in a block of `writing()`, or files and no row at all.

    SQLite has one writer: what a request reads, checks or receives beforehand must not keep the others waiting."""
    view.reads_first = True
    return view


@contextmanager
def writing():
    """A block whose transactions may write, whatever the request's method (start-up work, threads, after looking first)."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def reading():
    """A block whose transactions only read, outside a request: no lock is asked for and nobody is waited for."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def padded(keys: Collection) -> list:
    """The same keys for an IN, the last of them repeated up to a power of two: lists of any length then make a handful of statements, which
    PostgreSQL plans once, instead of one for each length."""
    listed = list(keys)
    return listed + listed[-1:] * ((1 << (len(listed) - 1).bit_length()) - len(listed)) if listed else listed


def configure_engine(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _make_folder)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _make_folder(_dialect, _record, arguments, _options) -> None:
    """The data folder comes to be with its database, not by looking for it."""
    if arguments and arguments[0] != ":memory:":
        Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)


def _open_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection) -> None:
    """Deferred BEGIN lets two readers both try to become writers and one fail; a writing request locks at once."""
    reading = _reading.get()
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection) -> None:
    """The driver says it with its BEGIN; a statement of its own would be one more way to the server and back for every page."""
    wanted = True if _reading.get() else None
    driver = connection.connection.dbapi_connection
    if driver.read_only is not wanted:
        driver.read_only = wanted


# --- every change has its audit row --------------------------------------------------------------------------------


def _is_exempt(entity) -> bool:
    return getattr(entity, "__audit_exempt__", False)


@cache
def _exempt_tables() -> frozenset[str]:
    """Asked at the first change, when every model is known."""
    return frozenset(mapper.local_table.name for mapper in db.Model.registry.mappers if _is_exempt(mapper.class_))


def _note(session: Session, entity: type, changed: bool) -> None:
    if entity is None or not changed:
        return
    if entity.__name__ == "AuditEvent":
        session.info["audited"] = True
    elif not _is_exempt(entity):
        session.info.setdefault("changed", set()).add(entity.__name__)


def _after_flush(session: Session, _context) -> None:
    for row in session.new:
        _note(session, type(row), True)
    for row in session.deleted:
        _note(session, type(row), True)
    for row in session.dirty:
        _note(session, type(row), session.is_modified(row))


def _on_execute(state) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        mapper = state.bind_mapper
        if mapper is not None:
            _note(state.session, mapper.class_, True)
        else:
            table = state.statement.table.name
            if table == "audit_event":
                state.session.info["audited"] = True
            elif table not in _exempt_tables():
                state.session.info.setdefault("changed", set()).add(table)


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint is let go; the commit itself will ask
    session.flush()
    if session.in_nested_transaction():
        return  # a savepoint: the audit row may still come before the transaction ends
    changed = session.info.get("changed", set())
    if changed and not session.info.get("audited"):
        raise UnauditedChange(f"changed without an audit row: {', '.join(sorted(changed))}")


def _forget(session: Session, *_args) -> None:
    if session.in_nested_transaction():
        return  # what a savepoint changed still needs its audit row
    session.info.pop("changed", None)
    session.info.pop("audited", None)


for name, listener in (
    ("after_flush", _after_flush),
    ("do_orm_execute", _on_execute),
    ("before_commit", _before_commit),
    ("after_commit", _forget),
    ("after_rollback", _forget),
):
    event.listen(db.session, name, listener)
