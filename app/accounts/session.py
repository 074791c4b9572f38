"""The signed-in person of a request as an Actor: from the session's cookie to the hat worn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import g, request, session
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import set_request_attr

from app.accounts import queries
from app.accounts.models import Membership, User
from app.common.access import Actor
from app.extensions import db

HAT = "membership_id"

security = Security()


def init_app(app) -> None:
    """The library hashes, keeps sessions and signs tokens; the pages are ours (docs/decisions/0002)."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_SALT="unused-with-argon2",
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(hours=2),
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        SECURITY_TRACKABLE=False,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_RECOVERABLE=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
    )
    security.init_app(app, SQLAlchemyUserDatastore(db, User, None), register_blueprint=False)
    security.principal.identity_loaders.clear()  # nothing here asks for its identity, and every request would load the person for it
    app.login_manager.user_loader(_load_user)
    app.login_manager.request_loader(lambda _request: None)  # the library's looks for a token in the body


def _load_user(uniquifier: str | None) -> User | None:
    """The library's own way of it (flask_security.core._user_loader), but a person and the hat worn come by one question."""
    if not uniquifier:
        return None
    hat = session.get(HAT)
    g.membership = queries.worn_membership(hat, uniquifier) if hat else None
    user = g.membership.user if g.membership is not None else queries.user_by_uniquifier(uniquifier)
    if user is None or not user.active:
        return None
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return user


def _worn(hat: int, user_id: int) -> Membership | None:
    """The membership that came with the person, unless somebody has signed in or changed hats since."""
    found = g.get("membership")
    if found is not None and (found.id, found.user_id) == (hat, user_id):
        return found
    return queries.active_membership(hat, user_id)


def wear(membership: Membership | None) -> None:
    if membership is None:
        session.pop(HAT, None)
    else:
        session[HAT] = membership.id


def load_actor() -> Actor | None:
    """None for a visitor; without a hat for somebody who has yet to choose one."""
    if not current_user.is_authenticated:
        return None
    address = request.remote_addr or ""
    hat = session.get(HAT)
    membership = _worn(hat, current_user.id) if hat else None
    if membership is None:
        return Actor(current_user.id, current_user.name, None, None, "", None, "", address)
    return actor_of(membership, address)


@dataclass(frozen=True)
class Credentials:
    """Who somebody is, as the session's signed cookie says; the database was not asked."""

    uniquifier: str
    hat: int
    address: str


def credentials() -> Credentials | None:
    """None for a visitor, and for somebody who wears no hat."""
    uniquifier, hat = session.get("_user_id"), session.get(HAT)
    return Credentials(uniquifier, hat, request.remote_addr or "") if uniquifier and hat else None


def actors_of(people: Collection[Credentials]) -> Mapping[Credentials, Actor]:
    """Those of several requests at once, by one question. Who is not in it has left, may not sign in any more, or was never that person."""
    found = queries.worn_by_all([one.hat for one in people])
    actors = {}
    for one in people:
        row = found.get(one.hat)
        if row is not None and row.fs_uniquifier == one.uniquifier:
            actors[one] = Actor(
                user_id=row.user_id,
                name=row.name,
                role=row.role,
                organisation_id=row.organisation_id,
                organisation_name=row.organisation_name,
                organisation_kind=row.kind,
                division_code=row.division_code,
                address=one.address,
                membership_id=one.hat,
            )
    return actors


def actor_of(membership: Membership, address: str = "") -> Actor:
    """The actor that a membership makes, for requests, commands and tests alike."""
    organisation = membership.organisation
    return Actor(
        user_id=membership.user_id,
        name=membership.user.name,
        role=membership.role,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        division_code=organisation.division_code,
        address=address,
        membership_id=membership.id,
    )
