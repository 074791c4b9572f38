"""What pages ask about people and organisations."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Invitation, Membership, Organisation, SignInAttempt, User
from app.accounts.throttle import WINDOW, Failures
from app.common.database import padded
from app.common.mail import OutboxMail
from app.extensions import db


def user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def active_memberships(user_id: int) -> list[Membership]:
    return list(
        db.session.scalars(
            select(Membership)
            .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
            .options(joinedload(Membership.organisation))
            .order_by(Membership.id)
        )
    )


def active_membership(membership_id: int, user_id: int) -> Membership | None:
    return db.session.scalar(
        select(Membership)
        .where(Membership.id == membership_id, Membership.user_id == user_id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.organisation), joinedload(Membership.user))
    )


_BY_UNIQUIFIER = select(User).where(User.fs_uniquifier == bindparam("uniquifier"))
_WORN = (
    select(Membership)
    .join(Membership.user)
    .join(Membership.organisation)
    .where(Membership.id == bindparam("hat"), User.fs_uniquifier == bindparam("uniquifier"), Membership.ended_at.is_(None))
    .options(contains_eager(Membership.organisation), contains_eager(Membership.user))
)
"""Made once: every request of somebody who has signed in asks one of them."""


def user_by_uniquifier(uniquifier: str) -> User | None:
    return db.session.scalar(_BY_UNIQUIFIER, {"uniquifier": uniquifier})


def worn_membership(hat: int, uniquifier: str) -> Membership | None:
    """A membership that stands, with its person and organisation, when it is this person's."""
    return db.session.scalar(_WORN, {"hat": hat, "uniquifier": uniquifier})


_WORN_BY_ALL = (
    select(
        Membership.id,
        Membership.user_id,
        Membership.role,
        User.name,
        User.fs_uniquifier,
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation_name"),
        Organisation.kind,
        Organisation.division_code,
    )
    .join(Membership.user)
    .join(Membership.organisation)
    .where(Membership.id.in_(bindparam("hats", expanding=True)), Membership.ended_at.is_(None), User.active)
    .order_by(Membership.id)
)


def worn_by_all(hats: Collection[int]) -> Mapping[int, Row]:
    """By membership: what an actor is made of, for those that stand and whose people may sign in. Whose they are is for the caller to check."""
    return {row.id: row for row in db.session.execute(_WORN_BY_ALL, {"hats": padded(hats)})}


def members_of(organisation_id: int):
    return (
        select(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.user))
        .order_by(Membership.id)
    )


def organisations(*, division_code: str, kind=None, text: str = ""):
    statement = select(Organisation).where(Organisation.division_code.startswith(division_code, autoescape=True))
    if kind is not None:
        statement = statement.where(Organisation.kind == kind)
    if text:
        statement = statement.where(Organisation.name.contains(text, autoescape=True))
    return statement.order_by(Organisation.kind, Organisation.division_code, Organisation.name, Organisation.id)


def people_with_role(role, *, division_code: str = "") -> list[Membership]:
    """Active memberships in a role, for choosing evaluators and for notifying desks."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Membership.organisation)
            .where(
                Membership.role == role,
                Membership.ended_at.is_(None),
                Organisation.division_code.startswith(division_code, autoescape=True),
            )
            .options(joinedload(Membership.user), joinedload(Membership.organisation))
            .order_by(Membership.id)
        )
    )


def emails_of(organisation_id: int, *roles) -> list[str]:
    """Addresses of an organisation's people, those of the roles alone when some are given."""
    statement = (
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None), User.active)
        .distinct()
        .order_by(User.email)
    )
    if roles:
        statement = statement.where(Membership.role.in_(roles))
    return list(db.session.scalars(statement))


def open_invitation(token_sha256: str, now: datetime, *, lock: bool = False) -> Invitation | None:
    """An invitation that can still be accepted; locked where it is about to be."""
    statement = (
        select(Invitation)
        .where(Invitation.token_sha256 == token_sha256, Invitation.accepted_at.is_(None), Invitation.expires_at > now)
        .options(joinedload(Invitation.organisation))
    )
    return db.session.scalar(statement.with_for_update(of=Invitation) if lock else statement)


def failures(email: str, address: str, device: str, now: datetime) -> Failures:
    """Failed attempts within the throttle's window; a success clears those of its own pair."""
    since = now - WINDOW
    failed = select(func.count(), func.min(SignInAttempt.at)).where(SignInAttempt.at > since, SignInAttempt.succeeded.is_(False))
    pair = (
        [SignInAttempt.email == email, SignInAttempt.device == device]
        if device
        else [SignInAttempt.email == email, SignInAttempt.address == address, SignInAttempt.device == ""]
    )
    last_success = select(func.max(SignInAttempt.at)).where(*pair, SignInAttempt.succeeded, SignInAttempt.at > since).scalar_subquery()
    of_pair, oldest = db.session.execute(failed.where(*pair, SignInAttempt.at > func.coalesce(last_success, _bound(since)))).one()
    of_name, oldest_of_name = db.session.execute(failed.where(SignInAttempt.email == email, SignInAttempt.device == "")).one()
    of_address, oldest_of_address = db.session.execute(failed.where(SignInAttempt.address == address)).one()
    return Failures(of_pair, of_name, of_address, oldest or oldest_of_name or oldest_of_address)


def _bound(instant: datetime):
    return db.bindparam(None, instant, type_=SignInAttempt.at.type)


def organisation_ids_of(user_id: int | None) -> frozenset[int]:
    """Every organisation that a person works or ever worked for, under any hat: who has served one side decides nothing for the other."""
    if user_id is None:
        return frozenset()
    return frozenset(db.session.scalars(select(Membership.organisation_id).where(Membership.user_id == user_id).distinct()))


def kinds_served(user_id: int | None) -> frozenset:
    """Kinds of organisation that a person serves now."""
    if user_id is None:
        return frozenset()
    return frozenset(membership.organisation.kind for membership in active_memberships(user_id))


def has_members(organisation_id: int) -> bool:
    found = select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None)).limit(1)
    return db.session.scalar(found) is not None


def open_invitations(organisation_id: int, now: datetime) -> list[Invitation]:
    return list(
        db.session.scalars(
            select(Invitation)
            .where(Invitation.organisation_id == organisation_id, Invitation.accepted_at.is_(None), Invitation.expires_at > now)
            .order_by(Invitation.id)
        )
    )


RESETS_AN_HOUR = 3


def was_mailed_enough(email: str, subject: str, now: datetime) -> bool:
    """Whether an address has had its mails with this subject for this hour, so that nobody can flood it."""
    sent = (OutboxMail.to == email, OutboxMail.subject == subject, OutboxMail.written_at > now - timedelta(hours=1))
    return db.session.scalar(select(func.count()).select_from(OutboxMail).where(*sent)) >= RESETS_AN_HOUR
