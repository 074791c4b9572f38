"""The desk: what waits for a person, gathered from every package, soonest first."""

from datetime import datetime

from sqlalchemy import String, and_, cast, or_, select

from app.accounts.models import Organisation
from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.desk import DeskItem
from app.enterprises import queries as enterprises
from app.extensions import db
from app.funding import queries as funding
from app.tenders import queries as tenders
from app.tenders.models import Bid, EvaluatorAssignment, ScoreSheet, Tender

SOURCES = (enterprises.desk_items, tenders.desk_items, funding.desk_items)


CITY_DIGITS = 4
SEALED_EVENTS = ("bid.", "committee.", "sheet.", "evaluation.")
"""Events about bids and about evaluating them: their number alone would tell how many bids there are, their names who sits
on the committee (《招标投标法》第三十七条、第三十八条). They join the city's trail when what they tell has become public."""


def is_sealed_event(event: str) -> bool:
    return event.startswith(SEALED_EVENTS)


def _sealed():
    return or_(*(AuditEvent.event.startswith(prefix) for prefix in SEALED_EVENTS))


def _unsealed(model, reached):
    """Events about rows of `model` whose tender has `reached` an instant; drafts of bids have none and stay sealed."""
    tender = Tender if hasattr(model, "tender_id") else None
    rows = select(cast(model.id, String))
    rows = rows.join(Tender, Tender.id == model.tender_id) if tender else rows.join(model.assignment).join(EvaluatorAssignment.tender)
    return and_(AuditEvent.object_type == model.__tablename__, AuditEvent.object_id.in_(rows.where(reached.is_not(None))))


def _told():
    is_bid_event = AuditEvent.event.startswith("bid.")
    return or_(
        ~_sealed(),
        and_(is_bid_event, _unsealed(Bid, Tender.opened_at)),
        and_(~is_bid_event, or_(*(_unsealed(model, Tender.candidates_public_at) for model in (Bid, EvaluatorAssignment, ScoreSheet)))),
    )


def trail(actor: Actor, *, text: str = "", event: str = ""):
    """What was done by the people of the actor's place, newest first, except what is sealed; the city's own people see all."""
    rows = select(AuditEvent).where(_told()).order_by(AuditEvent.id.desc())
    if len(actor.division_code) > CITY_DIGITS:
        place = Organisation.division_code.startswith(actor.division_code, autoescape=True)
        rows = rows.where(AuditEvent.organisation_id.in_(select(Organisation.id).where(place)))
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
