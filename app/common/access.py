"""Who may open which page: declared beside each view, enforced here, denied when forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from flask import Flask, abort, g, redirect, request, url_for
from werkzeug import Response
from werkzeug.exceptions import Forbidden

from app.common import clock
from app.common.bodies import STRANGERS_SIZE, WITH_BODY, sender
from app.common.database import reading
from app.extensions import db


@dataclass(frozen=True)
class Access:
    kind: str
    """public, signed_in or roles"""
    roles: frozenset = frozenset()


@dataclass(frozen=True)
class Actor:
    """A person at work: who, in which role, for which organisation, over which place, from where."""

    user_id: int | None
    name: str
    role: Any
    organisation_id: int | None
    organisation_name: str
    organisation_kind: Any
    division_code: str
    """Scope by prefix: 4104 city, 410402 district, 410402001 street, 410402001001 community."""
    address: str = ""
    membership_id: int | None = None

    def covers(self, division_code: str | None) -> bool:
        """Whether a place lies within the actor's own; an empty scope covers nothing."""
        return bool(self.division_code) and bool(division_code) and division_code.startswith(self.division_code)

    def has(self, *roles) -> bool:
        return self.role in roles

    def at(self, address: str) -> "Actor":
        return replace(self, address=address)


def system_actor(name: str = "system") -> Actor:
    """The platform itself: commands and imports that no person pressed."""
    return Actor(None, name, None, None, "", None, "")


def public(view: Callable) -> Callable:
    """Anybody may open it."""
    view.access = Access("public")
    return view


def signed_in(view: Callable) -> Callable:
    """Anybody who has signed in may open it, whatever the role; the view narrows it to what is theirs."""
    view.access = Access("signed_in")
    return view


def roles(*allowed) -> Callable[[Callable], Callable]:
    """Only these roles may open it; the view narrows it further to the actor's place or organisation."""

    def mark(view: Callable) -> Callable:
        view.access = Access("roles", frozenset(allowed))
        return view

    return mark


def asks_itself(view: Callable) -> Callable:
    """A view that asks who a signed-in person is together with others who come at the same moment, by one question for all. It lets nobody
    in by itself: whom that question does not find in one of its roles it sends to `why_not`, as any other view's visitor."""
    view.asks_itself = True
    return view


def may_open(view_access: Access, person: Actor | None) -> bool:
    return person is not None and (view_access.kind != "roles" or person.role in view_access.roles)


def actor() -> Actor | None:
    """The person of this request with the hat worn, or None for a visitor."""
    if "actor" not in g:
        g.actor = _load_actor()
    return g.actor


def forget_actor() -> None:
    """Before a body of hours is read: who was let in then may have been taken out when it has arrived."""
    g.pop("actor", None)
    g.pop("membership", None)


_load_actor: Callable[[], Actor | None] = lambda: None  # noqa: E731 - replaced by init_app


def not_found() -> NoReturn:
    """For what does not exist and for what is another organisation's: nobody learns which."""
    abort(404)


def get_or_404(model, key):
    row = db.session.get(model, key)
    return row if row is not None else not_found()


def init_app(app: Flask, *, load_actor: Callable[[], Actor | None]) -> None:
    global _load_actor
    _load_actor = load_actor

    @app.before_request
    def enforce():
        asks_itself = getattr(app.view_functions.get(request.endpoint), "asks_itself", False)
        return None if asks_itself and sender() is not None else why_not(app)


def ask_before_bodies(app: Flask) -> None:
    @app.before_request
    def admit():
        """Before the body is read, and without waiting for a lock: a stranger is known by the cookie; who sends much is looked up."""
        if request.endpoint is None or request.method not in WITH_BODY:
            return None
        if sender() is None:
            return _to_sign_in() if declared(app, request.endpoint).kind != "public" else None
        if request.content_length is not None and request.content_length <= STRANGERS_SIZE:
            return None
        try:
            with reading():
                return why_not(app)
        finally:
            db.session.rollback()  # no connection is held while it comes
            forget_actor()
            clock.forget_now()  # it is received when all of it has arrived


def why_not(app: Flask) -> Response | None:
    """The answer to who may not open this view. Raises Forbidden."""
    if request.endpoint is None:
        return None
    access = declared(app, request.endpoint)
    if access.kind == "public":
        return None
    person = actor()
    if person is None:
        return _to_sign_in()
    if not may_open(access, person):
        raise Forbidden
    return None


def _to_sign_in() -> Response:
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?") if request.method == "GET" else None))


def declared(app: Flask, endpoint: str) -> Access:
    access = getattr(app.view_functions[endpoint], "access", None) or FRAMEWORK.get(endpoint)
    if access is None:
        raise RuntimeError(f"view {endpoint} does not declare who may open it")
    return access


FRAMEWORK = {"static": Access("public")}
"""Views that are not ours to decorate. A test keeps the list from rotting."""


def check_declared(app: Flask) -> None:
    """Refuse to start when a view has forgotten to say who may open it."""
    missing = [e for e in app.view_functions if getattr(app.view_functions[e], "access", None) is None and e not in FRAMEWORK]
    if missing:
        raise RuntimeError(f"these views do not declare who may open them: {', '.join(sorted(missing))}")
