"""An application row as the rules see it: its state now, whose it is, and what the person who asks has to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.accounts.queries import organisation_ids_of
from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.clock import local
from app.common.refusal import Reason
from app.extensions import db
from app.funding.lifecycle import Stage, Standing, status_now
from app.funding.models import FundingApplication, Programme
from app.funding.paying import why_not_served
from app.funding.programme import why_not_in_period

STAGE_OF = {
    "funding.start": Stage.APPLY,
    "funding.edit": Stage.APPLY,
    "funding.submit": Stage.APPLY,
    "funding.withdraw": Stage.APPLY,
    "funding.approve": Stage.BUREAU,
    "funding.settle_objection": Stage.SETTLE,
    "funding.record_payment": Stage.PAY,
    "funding.confirm_payment": Stage.PAY,
    "funding.reject_payment": Stage.PAY,
    "funding.accept": Stage.ACCEPT,
}
"""What is a hand on an application, by the events of its trail. A review says itself which step it was."""
PREPARING = ("programme.prepare", "programme.edit", "programme.propose")


@dataclass(frozen=True)
class Past:
    """What one person has to do with applications: organisations ever served, and stages gone through by application."""

    organisation_ids: frozenset[int] = frozenset()
    stages: Mapping[int, frozenset[Stage]] = field(default_factory=dict)


NOBODY = Past()


def past_of(person: Actor | None, application: FundingApplication | None = None) -> Past:
    """A person's past with an application, or with all of them; the trail is append-only, so no hand is ever forgotten."""
    if person is None or person.user_id is None:
        return NOBODY
    statement = select(AuditEvent.object_id, AuditEvent.event, AuditEvent.facts).where(
        AuditEvent.user_id == person.user_id, AuditEvent.object_type == FundingApplication.__tablename__
    )
    if application is not None:
        statement = statement.where(AuditEvent.object_id == str(application.id))
    stages: dict[int, set[Stage]] = {}
    for object_id, event, facts in db.session.execute(statement.order_by(AuditEvent.id)):
        stage = Stage(facts["review_step"]) if event == "funding.review" else STAGE_OF.get(event)
        if stage is not None:
            stages.setdefault(int(object_id), set()).add(stage)
    return Past(organisation_ids_of(person.user_id), {key: frozenset(found) for key, found in stages.items()})


def standing_of(application: FundingApplication, now: datetime, past: Past = NOBODY) -> Standing:
    """`past` is that of the person who wants to do something; without it only the state is to be read."""
    return Standing(
        status=status_now(application.status, application.publicity_ends_on, now),
        applicant_id=application.applicant_id,
        payee_id=_payee_of(application),
        programme_code=application.programme.division_code,
        served=past.organisation_ids,
        stages=past.stages.get(application.id, frozenset()),
    )


def period_fault(application: FundingApplication) -> Reason | None:
    """Why the contract's service lies outside what the programme supports; asked again at each step towards the money."""
    programme = application.programme
    return why_not_in_period(application.contract_starts_on, programme.opens_on, programme.closes_on, application.contract_ends_on)


def payment_fault(application: FundingApplication, now: datetime) -> Reason | None:
    """Why the service does not carry a payment yet."""
    programme = application.programme
    return why_not_served(application.contract_starts_on, programme.opens_on, programme.closes_on, local(now).date())


def _payee_of(application: FundingApplication) -> int | None:
    """The payee as it was sent; an enterprise that came to the platform since is the payee all the same."""
    if application.payee_organisation_id is None and application.enterprise is not None:
        return application.enterprise.organisation_id
    return application.payee_organisation_id


def prepared_by(person: Actor | None) -> frozenset[int]:
    """The programmes that this person wrote, edited or proposed, at whatever time."""
    if person is None or person.user_id is None:
        return frozenset()
    rows = db.session.scalars(
        select(AuditEvent.object_id).where(
            AuditEvent.user_id == person.user_id,
            AuditEvent.object_type == Programme.__tablename__,
            AuditEvent.event.in_(PREPARING),
        )
    )
    return frozenset(int(object_id) for object_id in rows)
