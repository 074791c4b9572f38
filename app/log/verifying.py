"""Recomputes the whole log from its rows and names the first leaf that was changed, removed or put in."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Row, Select, func, select

from app.common import clock
from app.common.audit import AuditEvent
from app.extensions import db
from app.log import pace
from app.log.actions import ERASED
from app.log.frontier import Frontier
from app.log.keys import Keys, check_key, log_keys
from app.log.models import LogBegin, LogEntry, LogLeaf, LogTile, LogWindow
from app.log.notes import Checkpoint
from app.log.queries import State, read_begin
from app.log.recording import DECISIVE
from app.log.sealing import ABOUT, seal_of
from app.log.tiles import Tiles
from app.log.tree import root as root_of
from app.log.unhidden import Read, Unhidden

AT_ONCE = 5_000


@dataclass(frozen=True)
class Fault:
    index: int
    """The first leaf that is not as it was."""
    what: str
    is_old: bool = False
    """An older version wrote it so; nobody changed it. Any other fault is named before it."""


@dataclass(frozen=True)
class Verdict:
    leaves: int
    size: int
    fault: Fault | None = None


CHECKS: list[Callable[[], Fault | None]] = []
"""What other packages compare with the log's own content, once the log itself is whole."""


def also_verify(check: Callable[[], Fault | None]) -> Callable[[], Fault | None]:
    """Decorator: let this be part of every verification."""
    if check not in CHECKS:
        CHECKS.append(check)
    return check


def verify(*, checkpoints: list[Checkpoint] = ()) -> Verdict:
    """Reads everything. Raises WrongLogKey. `checkpoints`: kept by somebody outside; alone they show that the newest leaves were cut off."""
    try:
        begin, keys, tiles = read_begin(), log_keys(), _stored_tiles()
        db.session.execute(select(LogWindow)).all()
    except (TypeError, ValueError):
        return Verdict(0, 0, Fault(0, "the log's beginning, its faster times or its kept hashes cannot be read any more"))
    if begin is None:
        return Verdict(0, 0)
    check_key(begin, keys)
    tree, count, fault, unhidden, wrong = Frontier(), 0, None, Unhidden(), []
    previous, erasures = -1, _logged_erasures()
    for row in _rows():
        if count == 0:
            fault = _fault_of_beginning(begin, row)
        fault = _first(fault, _read(row, previous, tree, keys, erasures), _compare_tiles(tree, tiles))
        if fault:
            break
        wrong += _unhide(row, unhidden)
        previous, count = row.leaf_index, count + 1
    if fault is None:
        wrong += unhidden.rest()
    if wrong:
        fault = _first(fault, Fault(min(wrong), "the entry is readable from another instant than its event and what followed make it"))
    size, is_read = tree.size, fault is None
    if is_read and tiles:
        fault = _rest_of_tiles(tree, tiles, State.read(clock.now()).size(clock.now()), keys)
    fault = _first(fault, _entry_without_leaf()) or _against(checkpoints, keys) or _unlogged(previous)
    if is_read:
        fault = _first(fault, *(check() for check in CHECKS))
    return Verdict(count, size, fault)


LEAF = ("leaf_index", "previous_index", "data", "root", "peaks", "at", "seal")
ENTRY = (*ABOUT, "salt", "payload", "revealed_at", "erased_at")


@dataclass(frozen=True)
class Unreadable:
    """A row that holds what its column cannot hold: SQLite keeps anything."""

    leaf_index: int


def _rows() -> Iterator[Row | Unreadable]:
    """Rows of leaves and what they stand for, in order; plain rows, so that a long log does not fill the session."""
    last = -1
    columns = [*(getattr(LogLeaf, name) for name in LEAF), *(getattr(LogEntry, name) for name in ENTRY)]
    while True:
        rows = select(*columns).outerjoin(LogEntry, LogEntry.leaf_index == LogLeaf.leaf_index).where(LogLeaf.leaf_index > last)
        rows = rows.order_by(LogLeaf.leaf_index)
        try:
            found = db.session.execute(rows.limit(AT_ONCE)).all()
        except (TypeError, ValueError):
            found = list(_one_by_one(rows))
        if not found:
            return
        yield from found
        last = found[-1].leaf_index


def _one_by_one(rows: Select) -> Iterator[Row | Unreadable]:
    for index in db.session.scalars(rows.with_only_columns(LogLeaf.leaf_index).limit(AT_ONCE)).all():
        try:
            yield db.session.execute(rows.where(LogLeaf.leaf_index == index)).one()
        except (TypeError, ValueError):
            yield Unreadable(index)
            return


def _fault_of_beginning(begin: LogBegin, first: Row | Unreadable) -> Fault | None:
    """The log begins with the full ten minutes before its first event."""
    if isinstance(first, Unreadable) or begin.began_at in (pace.boundary(first.at), pace.boundary(first.at - pace.LATEST_COMMIT)):
        return None
    return Fault(first.leaf_index, "the log began at another instant than the one that is kept")


def _unhide(row: Row, unhidden: Unhidden) -> Iterator[int]:
    how = DECISIVE.get(row.event)
    at = datetime.fromisoformat(json.loads(row.payload)["at"]) if row.payload else row.revealed_at
    one = Read(row.leaf_index, row.event, (row.object_type, row.object_id), row.tender_number, at, row.revealed_at)
    return unhidden.read(one, is_public=how.is_public if how else None)


def _read(row: Row | Unreadable, previous: int, tree: Frontier, keys: Keys, erasures: dict) -> Fault | None:
    """The fault of a row, also of one that holds bytes where a text was, or no JSON."""
    try:
        if not isinstance(row, Unreadable):
            return _fault_of(row, previous, tree, keys, erasures)
    except (TypeError, ValueError, KeyError, AttributeError):
        pass
    return Fault(row.leaf_index, "the row was changed: it cannot be read any more")


def _fault_of(leaf: Row, previous: int, tree: Frontier, keys: Keys, erasures: dict) -> Fault | None:
    """Adds the leaf to `tree`; the fault at it, if there is one."""
    if leaf.event is None:
        return Fault(leaf.leaf_index, "what the leaf stands for was removed")
    sealed = {name: getattr(leaf, name) for name in LEAF if name != "seal"}
    about = [getattr(leaf, name) for name in ABOUT]
    if leaf.seal != seal_of(keys, **sealed, about=about) and leaf.seal != seal_of(keys, **sealed):
        told = "the row was put in or changed, or its entry's event, object, tender or organisation: its seal is wrong"
        return Fault(leaf.leaf_index, told)
    if leaf.previous_index != previous:
        return Fault(
            max(leaf.previous_index, previous + 1), f"a row was removed: leaf {leaf.leaf_index} names leaf {leaf.previous_index} before it"
        )
    tree.pad_to(leaf.leaf_index, keys.padding)
    tree.add_leaf(leaf.data)
    if tree.root != leaf.root or bytes(tree) != leaf.peaks:
        return Fault(leaf.leaf_index, "the leaves up to here do not lead to the root that was stored")
    if leaf.erased_at is not None:
        is_told = erasures.get(str(leaf.leaf_index)) == leaf.erased_at and leaf.salt is leaf.payload is None
        return None if is_told else Fault(leaf.leaf_index, "its content was erased, and no leaf says that it was at that instant")
    if str(leaf.leaf_index) in erasures:
        return Fault(leaf.leaf_index, "its content was erased, and it is there again")
    return Fault(leaf.leaf_index, what) if (what := _fault_of_entry(leaf)) else None


def _logged_erasures() -> dict[str, datetime]:
    """Leaf → when it was erased, by the leaf of its erasure: an audit row anybody puts in who has the database. That leaf is itself verified."""
    told = select(LogEntry.object_id, LogEntry.payload).where(LogEntry.event == ERASED, LogEntry.erased_at.is_(None))
    try:
        found = db.session.execute(told.order_by(LogEntry.leaf_index)).all()
        return {index: datetime.fromisoformat(json.loads(payload)["at"]) for index, payload in found}
    except (TypeError, ValueError, KeyError):
        return {}  # the row that was changed has a fault of its own, and so has what it erased


def _entry_without_leaf() -> Fault | None:
    """Also where a leaf was removed and its entry left."""
    orphans = select(func.min(LogEntry.leaf_index)).outerjoin(LogLeaf, LogLeaf.leaf_index == LogEntry.leaf_index)
    index = db.session.scalar(orphans.where(LogLeaf.leaf_index.is_(None)))
    return None if index is None else Fault(index, "an entry was put in where no event has its leaf, or the leaf was removed")


def _fault_of_entry(entry: Row) -> str:
    if sha256(entry.salt + entry.payload).digest() != entry.data:
        return "salt or content are not what the leaf commits to"
    told = json.loads(entry.payload)
    kind, _, number = told["object"].partition(" ")
    if (told["event"], told.get("tender"), kind) != (entry.event, entry.tender_number, entry.object_type) or number not in (
        "",
        entry.object_id,
    ):
        return "the entry's event, object or tender are not those of its content"
    return ""


def _stored_tiles() -> dict[tuple[int, int], bytes]:
    rows = db.session.execute(select(LogTile.level, LogTile.number, LogTile.hash))
    return {(int(level), int(number)): found for level, number, found in rows}


def _compare_tiles(tree: Frontier, stored: dict) -> Fault | None:
    """Takes those that the tree has completed out of `stored`."""
    completed, tree.tiles = tree.tiles, []
    for level, number, found in completed:
        if stored.pop((level, number), None) != found:
            return Fault(number << 8 * level, f"the kept hash of tile {number} at level {level} was changed or removed")
    return None


def _rest_of_tiles(tree: Frontier, stored: dict, size: int, keys: Keys) -> Fault | None:
    """Those behind the last event: padding alone, and none beyond the size that the clock gives."""
    ends = {key: (key[1] + 1) << 8 * key[0] for key in stored}
    tree.pad_to(max((end for end in ends.values() if end <= size), default=0), keys.padding)
    completed = {(level, number): found for level, number, found in tree.tiles}
    wrong = [number << 8 * level for (level, number), found in stored.items() if completed.get((level, number)) != found]
    return Fault(min(wrong), "a subtree's hash is kept that no leaves lead to") if wrong else None


def _first(*faults: Fault | None) -> Fault | None:
    return min((fault for fault in faults if fault), key=lambda fault: (fault.is_old, fault.index), default=None)


def _against(checkpoints: list[Checkpoint], keys: Keys) -> Fault | None:
    last = db.session.scalar(select(func.coalesce(func.max(LogLeaf.leaf_index), -1)))
    tiles = Tiles(keys.padding, settled=0, last=last)
    for kept in sorted(checkpoints, key=lambda one: one.size):
        if root_of(kept.size, tiles.node) != kept.root:
            what = f"a kept checkpoint of {kept.size} leaves has another root: something before it was removed or changed"
            return Fault(min(kept.size, last + 1), what)
    return None


def _unlogged(last: int) -> Fault | None:
    """The newest rows may have been cut off: every decisive audit row since its kind is logged has a leaf."""
    began = select(LogEntry.event, func.min(LogLeaf.at).label("at")).join(LogLeaf, LogLeaf.leaf_index == LogEntry.leaf_index)
    began = began.group_by(LogEntry.event).subquery()
    columns = (AuditEvent.event, AuditEvent.object_type, AuditEvent.object_id, AuditEvent.organisation_id)
    audited = (
        select(*columns, func.count()).join(began, began.c.event == AuditEvent.event).where(AuditEvent.at >= began.c.at).group_by(*columns)
    )
    columns = (LogEntry.event, LogEntry.object_type, LogEntry.object_id, LogEntry.organisation_id)
    logged = select(*columns, func.count()).group_by(*columns)
    missing = _counted(audited) - _counted(logged)
    for event, table, number, organisation_id in sorted((key for key in missing if key[0] in DECISIVE), key=str):
        of_it = LogEntry.event == event, LogEntry.object_type == table, LogEntry.object_id == number
        other = select(func.min(LogEntry.leaf_index)).where(*of_it, LogEntry.organisation_id.is_distinct_from(organisation_id))
        if (index := db.session.scalar(other)) is not None:
            return Fault(index, "the entry's organisation is not the one in the audit trail")
        return Fault(last + 1, f"the audit trail has {event} of {table} {number}, but its leaf is missing")
    return None


def _counted(query) -> Counter:
    return Counter({tuple(row[:-1]): row[-1] for row in db.session.execute(query)})
