"""A public entry as people read it: what happened, to what, when, and the facts, in words."""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from app.common.audit import EVENT_LABELS, FACT_ENUMS, FACT_LABELS, OBJECT_LABELS, UNIT_PRICE, facts_in_words
from app.common.figures import words
from app.log.models import LogEntry
from app.log.recording import DECISIVE, LINKS

FIXED = {"event", "object", "tender", "at"}


@dataclass(frozen=True)
class Shown:
    index: int
    label: Any
    about: str
    url: str
    at: datetime | None
    """None once the content was erased."""
    facts: list[tuple[Any, Any]]
    payload: str
    salt: str


def shown_entry(entry: LogEntry) -> Shown:
    told = json.loads(entry.payload) if entry.payload else {}
    return Shown(
        index=entry.leaf_index,
        label=EVENT_LABELS[entry.event],
        about=entry.tender_number or f"{OBJECT_LABELS[entry.object_type]} {entry.object_id}",
        url=_address(entry),
        at=datetime.fromisoformat(told["at"]) if told else None,
        facts=facts_in_words({key: value for key, value in told.items() if key not in FIXED}),
        payload=entry.payload.decode() if entry.payload else "",
        salt=b64encode(entry.salt).decode() if entry.salt else "",
    )


def _address(entry: LogEntry) -> str:
    """The page about the tender, or about the object; none where there is none."""
    endpoint, name, value = (
        ("tenders.page", "number", entry.tender_number)
        if entry.tender_number
        else (*LINKS.get(entry.object_type, ("", "")), entry.object_id)
    )
    return url_for(endpoint, **{name: value}) if endpoint in current_app.view_functions else ""


def receipt_words() -> dict:
    """What a page needs that puts a receipt's content into words by itself, in the reader's language."""
    return {
        "fixed": {"event": _("事项"), "at": _("时间"), "tender": _("项目"), "bidder": _("投标人"), "object": _("对象")},
        "events": {event: str(EVENT_LABELS[event]) for event in sorted(DECISIVE)},
        "facts": {key: str(label) for key, label in sorted(FACT_LABELS.items())},
        "enums": {key: {one.value: str(one.label) for one in kinds} for key, kinds in sorted(FACT_ENUMS.items())},
        "objects": {table: str(label) for table, label in sorted(OBJECT_LABELS.items())},
        "yes": _("是"),
        "no": _("否"),
        "yuan": words().yuan,
        "price": words().price,
        "unit_price": UNIT_PRICE,
        "between": words().between,
    }
