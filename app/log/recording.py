"""Which audited events get a leaf of the public log: packages register them with `decisive`; the leaf is added when the transaction ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import event as events

from app.common.audit import AuditEvent, on_record
from app.extensions import db
from app.log import pace
from app.log.actions import ERASED, Happened, append_all
from app.log.keys import PLACED
from app.log.models import LogEntry
from app.log.served import served_until


@dataclass(frozen=True)
class Decisive:
    """How an audited event stands in the log."""

    facts: tuple[str, ...] = ()
    """Keys of the audit row's facts that go into the leaf: nothing that says who a person is."""
    is_public: bool = True
    """False: only its owner sees it, and to everybody else the leaf looks like padding, until it is revealed."""
    tender: Callable[[Any], str | None] = lambda obj: None
    """The tender's number."""
    more: Callable[[Any, AuditEvent], dict] = lambda obj, row: {}
    """Facts beside the audit row's; their keys need labels too."""
    then: Callable[[Any, AuditEvent], None] | None = None
    """What follows for the log: revealing entries, expecting a deadline. Called before the leaf is added."""


DECISIVE: dict[str, Decisive] = {}


def decisive(table: dict[str, Decisive]) -> None:
    """Let these events get leaves."""
    DECISIVE.update(table)


LINKS: dict[str, tuple[str, str]] = {}
"""The public page of an object: table → (endpoint, name of its number there)."""


def link_objects(table: dict[str, tuple[str, str]]) -> None:
    """Where the public reads about objects that belong to no tender."""
    LINKS.update(table)


PENDING = "log_pending"


class CommitTooLate(RuntimeError):
    """A transaction that would commit a leaf so late that a checkpoint without it may have been served. Nothing was saved; repeat it."""


def _note(row: AuditEvent, obj) -> None:
    if row.event in DECISIVE:
        db.session.info.setdefault(PENDING, []).append((row, obj))


def append_pending() -> None:
    """Add the leaves of what was recorded so far; a commit does it by itself. For an action that needs its receipt at once: `row.leaf`."""
    db.session.flush()
    waiting: list[tuple[AuditEvent, Happened]] = []
    for row, obj in db.session.info.pop(PENDING, []):
        if not row.stands:
            continue  # its savepoint was rolled back
        how = DECISIVE[row.event]
        if how.then is not None:  # it may concern the entries before it, and where the next are placed
            _append(waiting)
            how.then(obj, row)
            waiting = []
        waiting.append((row, _happened(row, obj, how)))
    _append(waiting)


def _append(waiting: Sequence[tuple[AuditEvent, Happened]]) -> None:
    if waiting:
        for (row, _one), leaf in zip(waiting, append_all([one for _row, one in waiting]), strict=True):
            row.leaf = leaf


def _happened(row: AuditEvent, obj, how: Decisive) -> Happened:
    facts = {key: row.facts[key] for key in how.facts if key in row.facts} | how.more(obj, row)
    return Happened(row.event, obj, row.at, facts, row.organisation_id, how.tender(obj), how.is_public)


def _before_commit(session) -> None:
    if session.in_nested_transaction():
        return
    if session.info.get(PENDING):
        append_pending()
    placed = session.info.get(PLACED)
    if placed is None:
        return
    began, at = placed
    if monotonic() - began > pace.LATEST_COMMIT.total_seconds():
        raise CommitTooLate("a leaf of the log was placed more than 20 seconds before its commit")
    if (served := served_until(at + pace.LEAD)) is not None:
        raise CommitTooLate(f"a checkpoint of {served.isoformat()} was served while a leaf was placed before it")


def _forget(session, *_args) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(PENDING, None)
    session.info.pop(PLACED, None)


def listen() -> None:
    """Begin to follow the audit trail; once a process."""
    on_record(_note)
    for name, listener in (("before_commit", _before_commit), ("after_commit", _forget), ("after_rollback", _forget)):
        if not events.contains(db.session, name, listener):
            events.listen(db.session, name, listener)


listen()

decisive({ERASED: Decisive(("leaf_index",))})
"""Which leaf lost its content, and when; why and by whom stands in the audit trail. Nothing personal: an erasure itself is never erased."""
link_objects({LogEntry.__tablename__: ("log.leaf", "number")})
