"""Load and lock what an action is about to change, and move an application along its table, the only place that does."""

from datetime import datetime

from sqlalchemy import select

from app.common.access import Actor, not_found
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.funding.lifecycle import MOVE, ApplicationStatus, why_not_move
from app.funding.models import FundingApplication, Programme
from app.funding.standing import past_of, standing_of


def lock_application(application_id: int) -> FundingApplication:
    """The application as it is now, held until the transaction ends: two people at one button come one after the other."""
    return (
        db.session.scalars(
            select(FundingApplication)
            .where(FundingApplication.id == application_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        or not_found()
    )


def lock_programme(programme_id: int) -> Programme:
    return (
        db.session.scalars(
            select(Programme).where(Programme.id == programme_id).with_for_update(key_share=True).execution_options(populate_existing=True)
        ).one_or_none()
        or not_found()
    )


def check_move(application: FundingApplication, name: str, *, actor: Actor | None, now: datetime) -> None:
    """Raises Refused when the actor may not make this move now; another place's application does not exist for them."""
    move = MOVE[name]
    if actor is not None and move.roles is not None and not move.is_by_applicant and not actor.covers(application.division_code):
        not_found()
    refuse_if(why_not_move(name, standing_of(application, now, past_of(actor, application)), actor))


def check_reason(name: str, reason: str, *, field: str = "reason") -> None:
    """Raises Refused when the move wants a reason in writing and there is none."""
    if MOVE[name].needs_reason and not reason.strip():
        raise Refused(NEEDS_REASON, field=field)


NEEDS_REASON = Reason(_l("这一步要写明理由。"), next=_l("请写明哪里不符合；退回的，写明怎样补正。"))


def move(application: FundingApplication, name: str, *, actor: Actor | None, now: datetime) -> None:
    """Check the move and make it."""
    check_move(application, name, actor=actor, now=now)
    if MOVE[name].reaches is not None:
        application.status = MOVE[name].reaches


def end(application: FundingApplication, reason: str, now: datetime) -> None:
    """The facts of an end: when, why, and that its months are free again when no money went out."""
    application.ended_at = now
    application.ended_reason = reason
    if application.status in (ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN):
        application.months_held.clear()
