"""The desk: what waits for a person, gathered from every package, soonest first."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from app.common.access import Actor
from app.common.desk import DeskItem

SOURCES = ("app.communities.queries", "app.enterprises.queries", "app.tenders.queries", "app.funding.queries")


def desk_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Everything that waits for this hat, terms first, then by age."""
    items: list[DeskItem] = []
    for name in SOURCES:
        if find_spec(name.rpartition(".")[0]) and find_spec(name):
            items.extend(getattr(import_module(name), "desk_items", lambda *_: [])(actor, now))
    return sorted(items, key=lambda item: (item.due_at is None, item.due_at or item.since or now, item.title))
