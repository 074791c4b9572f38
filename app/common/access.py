"""Who may open which page: declared beside each view, enforced here, denied when forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from flask import Flask, abort, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden

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
        if request.endpoint is None:
            return None
        access = declared(app, request.endpoint)
        if access.kind == "public":
            return None
        person = actor()
        if person is None:
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?") if request.method == "GET" else None))
        if access.kind == "roles" and person.role not in access.roles:
            raise Forbidden
        return None


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
