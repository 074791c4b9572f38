"""One `now` a request: the host's or PostgreSQL's clock, never earlier than the last audit row; the sample city's own clock."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from time import monotonic
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy import CheckConstraint, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types import UtcDateTime
from app.extensions import db

ZONE = ZoneInfo("Asia/Shanghai")


class DemoClock(db.Model):
    """The sample city's clock: one row, standing still until somebody moves it forward. Absent in a real city."""

    __tablename__ = "demo_clock"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def now() -> datetime:
    """This request's or command's instant, taken once, inside its transaction."""
    if "now" not in g:
        g.now = _read()
        g.now_read = monotonic()
    return g.now


def instant_of(arrival: float) -> datetime:
    """When something came that has waited since; `arrival`: `monotonic()` at that moment. Reckoned back from this request's `now`: never before it
    came, and behind it by no more than passes until PostgreSQL has heard the question.

    Where the clock stands still, as under the demonstration clock or while it was put back behind what is on record, that is where it stands."""
    read = now()
    if g.now_is_demo or g.now_stands:
        return read
    return read - timedelta(seconds=max(0.0, g.now_asked - arrival))


def waited() -> timedelta:
    """How long ago this request's instant was read: it may have waited for a lock since. Nothing under the demonstration clock."""
    if "now_read" not in g or g.now_is_demo:
        return timedelta(0)
    return timedelta(seconds=monotonic() - g.now_read)


def present() -> datetime | None:
    """The clock as it stands now, behind every wait of this request, whichever request an event came with. None when nobody has asked for
    `now` yet, and under the demonstration clock."""
    if "now_read" not in g or g.now_is_demo:
        return None
    return g.now + waited()


def wall() -> datetime:
    """The host's own clock, for security throttles and mail, which a demonstration clock must not stop."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    return instant.astimezone(ZONE)


def today() -> date:
    return local(now()).date()


def at_local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant of a local day and time, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def is_demo() -> bool:
    now()
    return g.now_is_demo


def forget_now() -> None:
    """Before it is read anew: the demonstration clock was moved, a body has arrived since, or others' instants are asked for."""
    g.pop("now", None)
    g.pop("now_is_demo", None)
    g.pop("now_read", None)
    g.pop("now_asked", None)
    g.pop("now_stands", None)


def set_demo(instant: datetime) -> None:
    """Put the demonstration clock; the sample loader and its control alone call this."""
    if current_app.config["PRODUCTION"]:
        raise RuntimeError("a production site has no demonstration clock")
    row = db.session.get(DemoClock, 1)
    if row is None:
        db.session.add(DemoClock(id=1, at=instant))
    else:
        row.at = instant
    db.session.flush()
    forget_now()


def _read() -> datetime:
    asked = monotonic()
    row = db.session.execute(_asked(db.engine.dialect.name)).one()
    demo_at = None if current_app.config["PRODUCTION"] else row[0]
    g.now_is_demo = demo_at is not None
    g.now_asked = asked if len(row) > 2 else monotonic()
    clock = demo_at or (row[2] if len(row) > 2 else wall())
    g.now_stands = row[1] is not None and row[1] > clock
    return row[1] if g.now_stands else clock


@cache
def _asked(dialect: str) -> Select:
    """Made once: every request asks it. The audit trail is known here by its table alone: what writes it asks for the time."""
    last = select(func.max(db.metadata.tables["audit_event"].c.at)).scalar_subquery()
    demo = select(DemoClock.at).where(DemoClock.id == 1).scalar_subquery()
    return select(demo, last, func.clock_timestamp(type_=UtcDateTime)) if dialect == "postgresql" else select(demo, last)
