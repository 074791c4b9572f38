"""The desk: what waits for a person, gathered from every package, soonest first."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import select

from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.desk import DeskItem

SOURCES = ("app.communities.queries", "app.enterprises.queries", "app.tenders.queries", "app.funding.queries")


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


def desk_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Everything that waits for this hat, terms first, then by age."""
    items: list[DeskItem] = []
    for name in SOURCES:
        if find_spec(name.rpartition(".")[0]) and find_spec(name):
            items.extend(getattr(import_module(name), "desk_items", lambda *_: [])(actor, now))
    return sorted(items, key=lambda item: (item.due_at is None, item.due_at or item.since or now, item.title))
