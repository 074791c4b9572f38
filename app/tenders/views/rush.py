"""Handing in when everybody does, in the last seconds: those who come at the same time share one transaction with one commit.

A request that is accepted asks the database nothing by itself: who they are and what the clock says is one question for all (app/common/together.py)."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic

from flask import abort, current_app, request
from jinja2.utils import LRUCache
from werkzeug.exceptions import Forbidden

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
from app.tenders.views.blueprint import bp


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
    arrived, access, who = monotonic(), declared(current_app, request.endpoint), credentials()
    if _is_flood((who, number), arrived):
        abort(429)
    met = current_app.extensions["bidders_met"]
    if (who, access) not in met:
        _turn_away_strangers()
        db.session.rollback()  # nobody waits for the others with a connection in hand
        met[who, access] = True
    sent = _Sent(actions.look_at(header), who, arrived)
    answer = current_app.extensions["together"].do((number, access), sent, partial(_hand_in_all, number, access))
    if answer is _STRANGER:  # not any more
        met.clear()
        _turn_away_strangers()
        raise Forbidden
    if isinstance(answer.found, actions.Accepted) and sent.looked.header is not None:
        whose = {"tender_id": answer.found.tender_id, "organisation_id": answer.actor.organisation_id}
        uploads.release(**whose, sizes=sent.looked.sizes)
    return answer


ATTEMPTS_A_MINUTE = 30
"""Of one person in one tender, whatever is sent: the same capsule again is answered as the first time, and would keep the others waiting."""


def _is_flood(whose: tuple, at: float) -> bool:
    """Counted by each process for itself; a refused attempt does not count."""
    lately = current_app.extensions["handed_in_lately"].setdefault(whose, deque(maxlen=ATTEMPTS_A_MINUTE))
    if len(lately) == ATTEMPTS_A_MINUTE and at - lately[0] < 60:
        return True
    lately.append(at)
    return False


MET = 4096
"""People who were let in before, in one process. Only they join the line at once: whoever else waited there would learn from the wait
whether bids come in just now. Each is asked again in the transaction."""


@bp.record_once
def _prepare(state) -> None:
    state.app.extensions["together"], state.app.extensions["bidders_met"] = Together(), LRUCache(MET)
    state.app.extensions["handed_in_lately"] = LRUCache(MET)


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

    with turn(), writing():
        try:
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
