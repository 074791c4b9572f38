"""The desk: what waits for a person, gathered from every package, soonest first."""

from datetime import datetime

from sqlalchemy import select

from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.desk import DeskItem
from app.enterprises import queries as enterprises
from app.extensions import db
from app.funding import queries as funding
from app.tenders import queries as tenders

SOURCES = (enterprises.desk_items, tenders.desk_items, funding.desk_items)


SEALED_EVENTS = "bid."
"""Events about bids stay out of the city's trail: their number alone would tell how many bids there are."""


def trail(actor: Actor, *, text: str = "", event: str = ""):
    """Everything that was done, newest first, except what is sealed."""
    rows = select(AuditEvent).where(~AuditEvent.event.startswith(SEALED_EVENTS)).order_by(AuditEvent.id.desc())
    if event:
        rows = rows.where(AuditEvent.event == event)
    if text:
        rows = rows.where(
            AuditEvent.user_name.contains(text, autoescape=True) | AuditEvent.organisation_name.contains(text, autoescape=True)
        )
    return rows


def own_trail(actor: Actor, *, limit: int) -> list[AuditEvent]:
    """What this person did last, under any hat of theirs."""
    rows = select(AuditEvent).where(AuditEvent.user_id == actor.user_id).order_by(AuditEvent.id.desc()).limit(limit)
    return list(db.session.scalars(rows))


def desk_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Everything that waits for this hat, terms first, then by age."""
    items = [item for source in SOURCES for item in source(actor, now)]
    return sorted(items, key=lambda item: (item.due_at is None, item.due_at or item.since or now, item.title))
