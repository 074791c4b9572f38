"""Handing in when everybody does, in the last seconds: those who come at the same time share one transaction with one commit.

A request by itself asks the database nothing: who they are and what the clock says is one question for all of them (app/common/together.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic

from flask import abort, current_app, request
from werkzeug.exceptions import Forbidden, NotFound

from app.accounts.session import Credentials, actors_of, credentials
from app.common import clock
from app.common.access import Access, Actor, declared, may_open, why_not
from app.common.database import writing
from app.common.refusal import Refused
from app.common.together import LATER, Together
from app.common.turn import turn
from app.extensions import db
from app.tenders import uploads
from app.tenders.actions import sealing as actions


@dataclass(frozen=True)
class Answer:
    found: actions.Accepted | Refused
    actor: Actor
    now: datetime
    """When it came."""

    @property
    def refused(self) -> Refused | None:
        return self.found if isinstance(self.found, Refused) else None


@dataclass(frozen=True)
class _Sent:
    looked: actions.Looked
    who: Credentials | None
    arrived: float
    """By `monotonic()`."""


_STRANGER = object()


def hand_in(number: str, header: bytes) -> Answer:
    """Commits what is accepted; a refusal is for the caller to put on record. Raises Forbidden, or aborts to the sign-in, for who may not hand in."""
    arrived, access = monotonic(), declared(current_app, request.endpoint)
    sent = _Sent(actions.look_at(header), credentials(), arrived)
    together = current_app.extensions.setdefault("together", Together())
    try:
        answer = together.do((number, access), sent, partial(_hand_in_all, number, access))
    except NotFound:  # there is no such tender, as a stranger does not learn
        _turn_away_strangers()
        raise
    if answer is _STRANGER:
        _turn_away_strangers()
        raise Forbidden
    if isinstance(answer.found, actions.Accepted) and sent.looked.header is not None:
        whose = {"tender_id": answer.found.tender_id, "organisation_id": answer.actor.organisation_id}
        uploads.release(**whose, sizes=sent.looked.sizes)
    return answer


def _turn_away_strangers() -> None:
    """As any other view does."""
    refused = why_not(current_app)
    if refused is not None:
        abort(refused)


def _hand_in_all(number: str, access: Access, take: Callable[[], Sequence[_Sent]]) -> list[object]:
    """For each an Answer, _STRANGER or LATER."""
    known: list[actions.HandedIn | None] = []

    def take_known() -> list[actions.HandedIn]:
        known.extend(_known(take(), access))
        return [one for one in known if one is not None]

    try:
        with turn(), writing():
            found = iter(actions.submit_capsules(number, take_known))
            db.session.commit()
    finally:
        db.session.rollback()
    return [_STRANGER if one is None else _answer(one, next(found)) for one in known]


def _known(sent: Sequence[_Sent], access: Access) -> list[actions.HandedIn | None]:
    """None for those who may not hand in."""
    clock.forget_now()
    people = actors_of([one.who for one in sent if one.who is not None])
    actors = [people.get(one.who) for one in sent]
    pairs = zip(sent, actors, strict=True)
    return [one.looked.by(actor, clock.instant_of(one.arrived)) if may_open(access, actor) else None for one, actor in pairs]


def _answer(one: actions.HandedIn, found: object) -> object:
    return LATER if found is LATER else Answer(found, one.actor, one.now)
