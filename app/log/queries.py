"""What may be asked of the log: checkpoints at public instants, proofs and receipts, entries. Everything public stops at the public size."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import and_, bindparam, func, literal, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select

from app.common.types import UtcDateTime
from app.extensions import db
from app.log import pace
from app.log.keys import Keys, log_keys
from app.log.models import LogBegin, LogEntry, LogLeaf, LogTile, LogWindow
from app.log.notes import Checkpoint, Verifier, proof_text
from app.log.padding import TILE
from app.log.served import mark_served
from app.log.tiles import Tiles
from app.log.tree import HASH_SIZE, consistency_proof, inclusion_proof
from app.log.tree import root as root_of


def read_begin() -> LogBegin | None:
    return db.session.get(LogBegin, 1)


def slots_at(at: datetime) -> int:
    """The size of the log at an instant; 0 before it has begun."""
    state = State.read(at)
    return state.size(at) if state is not None else 0


def _state():
    """Made once: every leaf asks it."""
    newest = select(LogLeaf.leaf_index, LogLeaf.peaks).order_by(LogLeaf.leaf_index.desc()).limit(1).subquery()
    at, lead = bindparam("at", type_=UtcDateTime), bindparam("lead", type_=UtcDateTime)
    ended = select(func.sum(LogWindow.slots)).where(LogWindow.ends_at <= at).scalar_subquery()
    kept = select(func.max(LogTile.number)).where(LogTile.level == 1).scalar_subquery()
    windows = LogWindow.starts_at, LogWindow.ends_at, LogWindow.per_second
    one = select(LogBegin, ended.label("ended"), kept.label("kept"), *windows, newest.c.leaf_index, newest.c.peaks)
    base = select(literal(1).label("one")).subquery()
    is_open = and_(LogWindow.ends_at > at, LogWindow.starts_at < lead)
    return one.select_from(base.join(LogBegin, true()).outerjoin(LogWindow, is_open).outerjoin(newest, true())).order_by(LogWindow.id)


_STATE = _state()


@dataclass(frozen=True)
class State:
    """What the next leaf depends on, read at once."""

    begin: LogBegin
    ended: int
    """Leaves of windows that are over."""
    running: tuple[pace.Window, ...]
    last: int
    """The last event's leaf, -1 for none."""
    peaks: bytes
    kept: int
    """The last tile of level 1 that is stored, -1 for none."""

    @classmethod
    def read(cls, at: datetime) -> "State | None":
        """For sizes at `at` or later, as far as LEAD. None before the log has begun."""
        rows = db.session.execute(_STATE, {"at": at, "lead": at + pace.LEAD}).all()
        if not rows:
            return None
        windows = tuple(pace.Window(row.starts_at, row.ends_at, row.per_second) for row in rows if row.starts_at)
        first = rows[0]
        last = -1 if first.leaf_index is None else first.leaf_index
        kept = -1 if first.kept is None else first.kept
        return cls(first.LogBegin, int(first.ended or 0), windows, last, first.peaks or b"", kept)

    def size(self, at: datetime) -> int:
        return pace.slots(at, self.begin.began_at, self.running, ended=self.ended)


SETTLED_AFTER = timedelta(days=1)
"""From then on stored subtrees are used."""


@dataclass
class PublicLog:
    """The log as everybody may see it at `now`: as it stood at the last full ten minutes."""

    begin: LogBegin
    now: datetime
    keys: Keys = field(default_factory=log_keys)

    @cached_property
    def at(self) -> datetime:
        return pace.boundary(self.now)

    @cached_property
    def state(self) -> State:
        return State.read(self.at)

    @cached_property
    def size(self) -> int:
        return self.state.size(self.at)

    @cached_property
    def tiles(self) -> Tiles:
        settled = slots_at(self.at - SETTLED_AFTER)
        return Tiles(self.keys.padding, settled - settled % TILE, self.state.last)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.begin.origin, self.begin.public_key)

    def holds(self, size: int) -> bool:
        """Whether a tree of this size may be shown."""
        return 0 <= size <= self.size

    @cached_property
    def root(self) -> bytes:
        return root_of(self.size, self.tiles.node)

    @cached_property
    def checkpoint(self) -> str:
        """The signed checkpoint; the same bytes whoever asks and however often."""
        return _signed(self.keys, self.size, self.root)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        return inclusion_proof(index, self.size if size is None else size, self.tiles.node)

    def consistency(self, first: int, second: int) -> list[bytes]:
        return consistency_proof(first, second, self.tiles.node)

    def proof(self, index: int) -> str:
        """The place of a leaf under the public checkpoint; with what it stands for where everybody may read that."""
        entry = self.entry(index)
        return proof_text(index, self.inclusion(index), self.checkpoint, _opened(entry) if entry else b"")

    def leaf(self, index: int) -> bytes:
        start = index % TILE * HASH_SIZE
        return self.tiles.data(index // TILE)[start : start + HASH_SIZE]

    @property
    def _is_public(self):
        return and_(LogEntry.revealed_at <= self.at, LogEntry.leaf_index < self.size)

    def entry(self, index: int) -> LogEntry | None:
        return db.session.scalar(select(LogEntry).where(LogEntry.leaf_index == index, self._is_public))

    def entries(self, tender: str | None = None) -> Select:
        """The select of the public entries, of one tender or of all, the newest first."""
        public = select(LogEntry).where(self._is_public).order_by(LogEntry.leaf_index.desc())
        return public if tender is None else public.where(LogEntry.tender_number == tender)

    def opened(self) -> list[tuple[int, bytes, bytes]]:
        """Index, salt and payload of every public entry, the oldest first."""
        kept = select(LogEntry.leaf_index, LogEntry.salt, LogEntry.payload).where(self._is_public, LogEntry.erased_at.is_(None))
        return [tuple(row) for row in db.session.execute(kept.order_by(LogEntry.leaf_index)).all()]


def public_log(now: datetime) -> PublicLog | None:
    """None before the first event."""
    begin = read_begin()
    return PublicLog(begin, now) if begin is not None else None


def served_log(now: datetime) -> PublicLog | None:
    """The same, to be given out: from then on no leaf lands behind it, even if the clock is put back."""
    found = public_log(now)
    if found is not None:
        mark_served(found.at)
    return found


def checkpoint(now: datetime) -> str | None:
    """The public checkpoint of this instant as a signed note."""
    found = public_log(now)
    return found.checkpoint if found else None


def inclusion(index: int, size: int, now: datetime) -> list[bytes] | None:
    """The inclusion proof of a leaf in the tree of `size`; None beyond the public size."""
    found = public_log(now)
    return found.inclusion(index, size) if found and 0 <= index < size and found.holds(size) else None


def consistency(first: int, second: int, now: datetime) -> list[bytes] | None:
    found = public_log(now)
    return found.consistency(first, second) if found and 0 <= first <= second and found.holds(second) else None


def receipt(entry: LogEntry, under: LogEntry | None = None) -> str:
    """What its owner keeps: content and salt, the leaf's place, and a checkpoint that was signed for this leaf. For its owner or once it is public.

    `under`: a later entry, for whose leaf the checkpoint was signed: whoever has both receipts sees both leaves in one tree."""
    keys, last = log_keys(), (under or entry).leaf_index
    root = db.session.scalar(select(LogLeaf.root).where(LogLeaf.leaf_index == last))
    path = inclusion_proof(entry.leaf_index, last + 1, Tiles(keys.padding, last + 1 - (last + 1) % TILE, last).node)
    return proof_text(entry.leaf_index, path, _signed(keys, last + 1, root), _opened(entry))


def _signed(keys: Keys, size: int, root: bytes) -> str:
    return keys.signer.sign(str(Checkpoint(keys.verifier.name, size, root)))


def _opened(entry: LogEntry) -> bytes:
    if entry.erased_at is not None:
        return b""
    return json.dumps(
        {"payload": entry.payload.decode(), "salt": b64encode(entry.salt).decode()},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def entries_about(obj):
    """The select of all entries about an object, the oldest first. For its owner, or filtered by revealed_at."""
    of_it = LogEntry.object_type == obj.__tablename__, LogEntry.object_id == str(db.inspect(obj).identity[0])
    return select(LogEntry).where(*of_it).order_by(LogEntry.leaf_index)


CLOSED = ("tender.close_bidding", "tender.close_short", "tender.open", "tender.declare_failed", "tender.cancel")
"""After one of these it is no secret how many bids a tender has, and when they came."""


def may_be_told(now: datetime):
    """The criterion for entries that whoever runs the site may read: public ones, and the hidden ones of tenders that have closed."""
    other = aliased(LogEntry)
    is_closed = select(other.leaf_index).where(other.tender_number == LogEntry.tender_number, other.event.in_(CLOSED)).exists()
    return or_(LogEntry.revealed_at <= now, is_closed)


def entry_for(index: int, organisation_id: int | None, now: datetime) -> LogEntry | None:
    """The entry of a leaf for somebody of an organisation, or of none: their own at once, others' when everybody may read them."""
    readable = LogEntry.revealed_at <= now
    if organisation_id is not None:
        readable = or_(LogEntry.organisation_id == organisation_id, readable)
    return db.session.scalar(select(LogEntry).where(LogEntry.leaf_index == index, readable))
