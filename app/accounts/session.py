"""The signed-in person of a request as an Actor: from the session's cookie to the hat worn."""

from datetime import timedelta

from flask import request, session
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore

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
    membership = queries.active_membership(hat, current_user.id) if hat else None
    if membership is None:
        return Actor(current_user.id, current_user.name, None, None, "", None, "", address)
    return actor_of(membership, address)


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
