"""What is done to the log: an event gets its leaf, a deadline its faster times, a hidden entry is revealed, personal data are erased."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Any

from flask import has_request_context
from sqlalchemy import func, insert, select, update

from app.accounts.rules import Role
from app.common import clock
from app.common.access import Actor
from app.common.audit import UNNUMBERED, label_events, record
from app.common.daily import each_day
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.log import pace
from app.log.frontier import Frontier, peaks_of
from app.log.keys import PLACED, Keys, check_key, log_keys
from app.log.models import LogBegin, LogEntry, LogLeaf, LogTile, LogWindow
from app.log.padding import TILE
from app.log.queries import State, read_begin
from app.log.sealing import ABOUT, seal_of
from app.log.served import served_until
from app.log.tiles import Tiles

ERASED = "log.erase"

label_events(
    {ERASED: _l("删除日志中的个人信息")},
    {"leaf_index": _l("日志第几格"), "grounds": _l("理由"), "approved_by": _l("同意人")},
    objects={"log_entry": _l("公开日志条目")},
)

LOCK = 0x6C696E6C69
"""PostgreSQL's advisory lock under which leaves are appended; SQLite has but one writer."""


@dataclass(frozen=True)
class Happened:
    """An event that is given its leaf. `payload`: plain JSON facts; `tender`: its number; `organisation_id`: whose receipt it is."""

    event: str
    obj: Any
    now: datetime
    payload: dict
    organisation_id: int | None = None
    tender: str | None = None
    is_public: bool = True


def append(event: str, obj, *, now: datetime, payload: dict, **more) -> LogEntry:
    """Give an event its leaf. `more`: as in Happened."""
    (index,) = append_all([Happened(event, obj, now, payload, **more)])
    return db.session.get_one(LogEntry, index)


def append_all(events: Sequence[Happened]) -> list[int]:
    """Give events their leaves, one behind the other: what the log stands at is read once. Gives their indexes. Written as rows.

    Others wait from here until this transaction ends, so it comes last; and the transaction must end within 20 seconds."""
    db.session.flush()
    at = _take_turn(max(one.now for one in events))
    db.session.info.setdefault(PLACED, (monotonic(), at))
    state = State.read(at) or _begin(at)
    keys = log_keys(state.begin)
    check_key(state.begin, keys)
    previous, size = state.last, state.size(at + pace.LEAD)
    frontier = Frontier.from_bytes(previous + 1, state.peaks)
    leaves, entries = [], []
    for one in events:
        index = pace.place(previous, size, secrets.randbelow(pace.SPREAD))
        salt, text = secrets.token_bytes(32), canonical(one.event, one.obj, one.now, one.tender, one.payload)
        about = (one.event, one.obj.__tablename__, object_id(one.obj), one.tender, one.organisation_id)
        leaves.append(_leaf(frontier, keys, index, previous, sha256(salt + text).digest(), at, about))
        readable = one.now if one.is_public else None
        of_it = {"leaf_index": index, "salt": salt, "payload": text, "revealed_at": readable, "erased_at": None}
        entries.append(of_it | dict(zip(ABOUT, about, strict=True)))
        previous = index
    db.session.execute(_INSERT_LEAVES, leaves)
    _keep(frontier.tiles, state.kept)
    db.session.execute(_INSERT_ENTRIES, entries)
    return [one["leaf_index"] for one in entries]


_INSERT_LEAVES, _INSERT_ENTRIES = insert(LogLeaf.__table__), insert(LogEntry.__table__)


def _leaf(frontier: Frontier, keys: Keys, index: int, previous: int, data: bytes, at: datetime, about: tuple) -> dict:
    """The row of a leaf; the frontier then stands behind it."""
    frontier.pad_to(index, keys.padding)
    frontier.add_leaf(data)
    leaf = {"leaf_index": index, "previous_index": previous, "data": data, "root": frontier.root, "peaks": bytes(frontier), "at": at}
    return leaf | {"seal": seal_of(keys, **leaf, about=about)}


def object_id(obj) -> str:
    return str(db.inspect(obj).identity[0])


def canonical(event: str, obj, now: datetime, tender: str | None, facts: dict) -> bytes:
    """The bytes that a leaf commits to. The running number of a bid is left out: it would count the others'."""
    kind = obj.__tablename__
    fixed = {"event": event, "object": kind if kind in UNNUMBERED else f"{kind} {object_id(obj)}", "at": now.isoformat()}
    if tender is not None:
        fixed["tender"] = tender
    if clash := [key for key, value in facts.items() if key in fixed and fixed[key] != value]:
        raise ValueError(f"the facts of {event} would overwrite {', '.join(clash)}")
    return json.dumps(fixed | facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _take_turn(now: datetime) -> datetime:
    """Wait until nobody else appends; gives the instant at which the event is placed: by the clock as it stands now, whoever's event
    it is and whenever it came, and never behind a checkpoint that was served, even when the clock was put back."""
    if has_request_context():
        clock.now()  # nobody may have asked yet, where the event's own instant came with another request
    demo = _DEMO
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_WAIT)
        demo = _DEMO_HELD  # nobody moves the demonstration clock until the leaf is committed
    moved = db.session.scalar(demo)
    return max(at for at in (now + clock.waited(), clock.present(), moved, served_until(now)) if at is not None)


_DEMO = select(clock.DemoClock.at).where(clock.DemoClock.id == 1)
_DEMO_HELD = _DEMO.with_for_update(read=True)
_WAIT = select(func.pg_advisory_xact_lock(LOCK))


def _begin(at: datetime) -> State:
    verifier = log_keys().verifier
    db.session.add(LogBegin(id=1, began_at=pace.boundary(at), origin=verifier.name, public_key=verifier.key))
    db.session.flush()
    return State.read(at)


def _keep(tiles: list[tuple[int, int, bytes]], kept: int) -> None:
    """Store complete subtrees; those whose leaves lie up to tile `kept` of level 1 are stored already."""
    rows = [
        {"level": level, "number": number, "hash": found} for level, number, found in tiles if ((number + 1) << 8 * (level - 1)) - 1 > kept
    ]
    if rows:
        db.session.execute(insert(LogTile.__table__), rows)


@each_day
def keep_tiles(*, now: datetime) -> int:
    """Store the subtrees that are complete at the last public instant, whether events came or not: proofs stay quick and tell nothing by their time."""
    if read_begin() is None:
        return 0
    at = pace.boundary(_take_turn(now))
    state, keys = State.read(at), log_keys()
    first, end = state.kept + 1, state.size(at) // TILE
    if end <= first:
        return 0
    tiles = Tiles(keys.padding, first * TILE, state.last)
    frontier = Frontier(first * TILE, [tiles.node(*peak) for peak in peaks_of(first * TILE)])
    for number in range(first, end):
        frontier.add(8, tiles.hashes(1, number, 1)[0])
    _keep(frontier.tiles, state.kept)
    return 0


def expect_deadline(deadline: datetime, *, now: datetime) -> None:
    """Let the log run faster around a tender's deadline, so that many bids find places. The same deadline twice adds nothing."""
    db.session.flush()
    at = _take_turn(now)
    db.session.info.setdefault(PLACED, (monotonic(), at))
    if read_begin() is None:
        _begin(at)
    known = {
        tuple(row)
        for row in db.session.execute(select(LogWindow.ends_at, LogWindow.per_second).where(LogWindow.ends_at > deadline - pace.HOUR))
    }
    for window in pace.windows_from(deadline, at):
        if (window.ends_at, window.per_second) not in known:
            db.session.add(LogWindow(starts_at=window.starts_at, ends_at=window.ends_at, per_second=window.per_second, slots=window.slots))
    db.session.flush()


def reveal(entries, *, now: datetime) -> None:
    """From now on everybody may read these entries (a criterion on LogEntry); their leaves stay as they were."""
    db.session.flush()
    db.session.execute(
        update(LogEntry).where(entries, LogEntry.revealed_at.is_(None)).values(revealed_at=now),
        execution_options={"synchronize_session": "fetch"},
    )


def why_not_erase(actor: Actor, approver: Actor) -> Reason | None:
    """Who keeps the site asks, who answers for the law agrees: two people (《个人信息保护法》第四十七条)."""
    if actor.role is not Role.ADMINISTRATOR or approver.role is not Role.LEGAL_OFFICER:
        return Reason(_l("删除日志内容须由系统管理员提出、法制人员同意。"), next=_l("请由有这两个身份的两个人办理。"))
    if actor.user_id == approver.user_id:
        return Reason(_l("提出和同意删除的不能是同一个人。"), next=_l("请由另一位法制人员同意。"))
    return None


KEPT: set[tuple[str, str]] = set()
"""Table and event of entries that are not erased: programs compare what these leaves say, and it is of nobody. Packages add theirs."""


def erase(entry: LogEntry, *, actor: Actor, approver: Actor, now: datetime, reason: str) -> LogEntry:
    """Forget what a leaf stands for, where the law asks for it. Salt and content go for good; the tree stands as before. That it was done
    gets a leaf of its own: otherwise who holds the database alone erases whatever they like."""
    refuse_if(why_not_erase(actor, approver))
    if entry.erased_at is not None:
        raise Refused(Reason(_l("这一条的内容已经删除。")))
    if entry.event == ERASED:
        raise Refused(Reason(_l("这一条记的是一次删除，里面没有个人信息，不能删除。")))
    if (entry.object_type, entry.event) in KEPT:
        raise Refused(Reason(_l("这一条是投标程序和开标程序要核对的，里面没有个人信息，不能删除。")))
    if not reason.strip():
        raise Refused(Reason(_l("没有写明删除的理由。"), next=_l("请写明依据哪一项请求或者决定删除。")), field="reason")
    entry.salt, entry.payload, entry.erased_at = None, None, now
    db.session.flush()
    record(ERASED, entry, actor=actor, now=now, leaf_index=entry.leaf_index, grounds=reason.strip(), approved_by=approver.name)
    return entry
