"""What contracts and people recorded of compounds after a day: an older census does not take it back."""

from collections import defaultdict

from sqlalchemy import select

from app.common.audit import AuditEvent
from app.common.clock import local
from app.communities.census.planning import Later
from app.communities.models import Compound
from app.extensions import db

BY_CONTRACT = "compound.manage"
COMMITTEE = "compound.committee"
EVENTS = (BY_CONTRACT, "compound.correct", COMMITTEE)

PAIRS = ({"longitude_e6", "latitude_e6"},)
"""Fields that only mean something together."""


def recorded_later() -> dict[int, dict[str, Later]]:
    """For each compound and field, the last record by a contract or a person, from the audit trail: one query."""
    rows = db.session.execute(
        select(AuditEvent.object_id, AuditEvent.event, AuditEvent.at, AuditEvent.facts)
        .where(AuditEvent.object_type == Compound.__tablename__, AuditEvent.event.in_(EVENTS))
        .order_by(AuditEvent.id)
    )
    found: dict[int, dict[str, Later]] = defaultdict(dict)
    for id_, event, at, facts in rows:
        source = str(facts.get("source") or facts.get("reason") or facts.get("committee") or "")
        later = Later(local(at).date(), source, event == BY_CONTRACT)
        for key in _fields(event, facts):
            found[int(id_)][key] = later
    return found


def _fields(event: str, facts: dict) -> set[str]:
    """A contract settles who manages and at which fee, even where the register said so before."""
    if event == COMMITTEE:
        return {"has_committee"}
    fields = {key for key, _before, _after in facts.get("changes") or ()}
    if event == BY_CONTRACT:
        fields |= {"mode", "fee_fen"}
    for pair in PAIRS:
        if fields & pair:
            fields |= pair
    return fields
