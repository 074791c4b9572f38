"""An audit row beside every change, in its transaction: who, for whom, what, about which object, when, from where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String, insert, select
from sqlalchemy import inspect as inspect_model
from sqlalchemy.orm import Mapped, mapped_column

from app.common.access import Actor
from app.common.figures import NOTHING, area_text, listed, moment_text, money_text, price_text
from app.common.guards import append_only
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.types import UtcDateTime
from app.extensions import db


class AuditEvent(db.Model):
    """One thing that somebody did. Append-only."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_object", "object_type", "object_id", "id"),
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_user", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[int | None]
    user_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str | None] = mapped_column(String(40))
    organisation_id: Mapped[int | None]
    organisation_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45))
    facts: Mapped[dict] = mapped_column(JSON)

    is_row = False
    """Written by record_all: the session does not hold it."""

    leaf: ClassVar[int | None] = None
    """Of the public log, from when this transaction has given it one."""

    @property
    def stands(self) -> bool:
        """Whether it is part of the transaction still: its savepoint may have been rolled back."""
        return self.is_row or inspect_model(self).persistent

    @property
    def label(self):
        return EVENT_LABELS[self.event]

    @property
    def kind_label(self):
        return OBJECT_LABELS[self.object_type]

    @property
    def object_label(self) -> str:
        label = OBJECT_LABELS.get(self.object_type, self.object_type)
        return str(label) if self.object_type in UNNUMBERED else f"{label} {self.object_id}"

    @property
    def person(self):
        if self.user_id is not None:
            return self.user_name
        if not self.address:
            return SYSTEM_LABEL
        return self.user_name if self.user_name.startswith(VISITOR) else f"{VISITOR}{self.user_name}"

    @property
    def fact_list(self) -> list[tuple[Any, Any]]:
        """Labels and values as people read them; a key without words is shown by its event's own label."""
        return facts_in_words(self.facts)


append_only(AuditEvent.__table__)

EVENT_LABELS: dict[str, Any] = {}
"""Words for each event, filled by the packages: {"tender.publish": _l("发布招标公告")}."""

FACT_LABELS: dict[str, Any] = {}
"""Words for each fact's key."""

FACT_ENUMS: dict[str, type[LabelledEnum]] = {}
"""The enumeration that a fact's values belong to, by the fact's key."""

OBJECT_LABELS: dict[str, Any] = {}
"""Words for each table."""

UNIT_PRICE = "price_fen"
"""The one amount that is per square metre and month."""

UNNUMBERED: set[str] = set()
"""Tables whose running number is not shown: it would tell how many rows others have made."""

SYSTEM_LABEL = _l("平台")
VISITOR = "访客："
"""Before the name that somebody gave who had not signed in: it may be anybody's, and is never the platform's."""


def label_events(
    events: dict[str, Any],
    facts: dict[str, Any] | None = None,
    *,
    enums: dict[str, type[LabelledEnum]] | None = None,
    objects: dict[str, Any] | None = None,
    unnumbered: tuple[str, ...] = (),
) -> None:
    """Give words to a package's events, to the keys of their facts, to enumerated facts and to tables."""
    EVENT_LABELS.update(events)
    FACT_LABELS.update(facts or {})
    FACT_ENUMS.update(enums or {})
    OBJECT_LABELS.update(objects or {})
    UNNUMBERED.update(unnumbered)


def record(event: str, obj, *, actor: Actor, now: datetime, **facts) -> AuditEvent:
    """Write down that `actor` did `event` (noun.verb) to `obj`, a model instance; facts must be plain JSON values.

    Raises KeyError for an event, a fact or a table without words: a history page must never show a raw name.
    """
    if obj in db.session.new or not inspect_model(obj).persistent:
        db.session.flush()
    row = AuditEvent(**_values(event, obj, actor, now, facts))
    db.session.add(row)
    _tell(row, obj)
    return row


@dataclass(frozen=True)
class Done:
    """What somebody did, to be recorded with others."""

    event: str
    obj: Any
    actor: Actor
    now: datetime
    facts: dict


def record_all(done: Sequence[Done]) -> None:
    """The same for several at once; the objects must have been flushed. Written as rows: the session would look at an object for each.

    Raises RuntimeError within a savepoint: nobody would learn that it was rolled back."""
    if db.session().in_nested_transaction():
        raise RuntimeError("several events at once are not recorded within a savepoint")
    rows = [_values(one.event, one.obj, one.actor, one.now, one.facts) for one in done]
    if rows:
        db.session.execute(_INSERT, rows)
    for values, one in zip(rows, done, strict=True):
        row = AuditEvent(**values)
        row.is_row = True
        _tell(row, one.obj)


_INSERT = insert(AuditEvent.__table__)


def _values(event: str, obj, actor: Actor, now: datetime, facts: dict) -> dict:
    if event not in EVENT_LABELS:
        raise KeyError(f"audit event {event!r} has no label; add it with label_events")
    if obj.__tablename__ not in OBJECT_LABELS:
        raise KeyError(f"table {obj.__tablename__!r} has no label; add it with label_events")
    return {
        "at": now,
        "event": event,
        "object_type": obj.__tablename__,
        "object_id": str(inspect_model(obj).identity[0]),
        "user_id": actor.user_id,
        "user_name": actor.name,
        "role": getattr(actor.role, "value", actor.role),
        "organisation_id": actor.organisation_id,
        "organisation_name": actor.organisation_name,
        "address": actor.address,
        "facts": {_known(key): _plain(value) for key, value in facts.items() if value is not None},
    }


def _tell(row: AuditEvent, obj) -> None:
    for listener in LISTENERS:
        listener(row, obj)


LISTENERS: list[Callable[[AuditEvent, Any], None]] = []
"""Called with each new row and its object, in the same transaction."""


def on_record(listener: Callable[[AuditEvent, Any], None]) -> None:
    """Let another package do something with each row that is recorded, such as giving it a leaf of the public log."""
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def facts_in_words(facts: dict) -> list[tuple[Any, Any]]:
    """Labels and values of recorded facts as people read them."""
    return [(FACT_LABELS.get(key, key), _words(key, value)) for key, value in facts.items()]


def _known(key: str) -> str:
    if key not in FACT_LABELS:
        raise KeyError(f"audit fact {key!r} has no label; add it with label_events")
    return key


def _words(key: str, value):
    """A stored fact as people read it: enum words, yuan, square metres, local time, yes and no."""
    if key in FACT_ENUMS and not isinstance(value, list | dict):
        return FACT_ENUMS[key](value).label
    if isinstance(value, bool):
        return _l("是") if value else _l("否")
    if isinstance(value, int) and key == UNIT_PRICE:
        return price_text(value)
    if isinstance(value, int) and key.endswith("_fen"):
        return money_text(value)
    if isinstance(value, int) and key.endswith("area_centi"):
        return area_text(value)
    if isinstance(value, str) and key.endswith("_at"):
        return moment_text(datetime.fromisoformat(value))
    if value in ([], {}):
        return NOTHING
    if isinstance(value, list):
        return listed(_words("", item) for item in value)
    if isinstance(value, dict):
        return listed(f"{FACT_LABELS.get(k, k)} {_words(k, v)}" for k, v in value.items())
    return value


def _plain(value):
    if isinstance(value, LabelledEnum):
        return value.value
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | int | bool | float) or value is None:
        return value
    return str(value)


def history(obj):
    """The select of an object's audit rows, newest first."""
    return (
        select(AuditEvent)
        .where(AuditEvent.object_type == obj.__tablename__, AuditEvent.object_id == str(inspect_model(obj).identity[0]))
        .order_by(AuditEvent.id.desc())
    )
