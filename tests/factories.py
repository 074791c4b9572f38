"""Things that tests begin with, made by the real actions wherever there is one. Call them inside the `session` fixture."""

from datetime import UTC, datetime
from itertools import count

from app.accounts import actions as accounts
from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import ROLES_OF, OrganisationKind, Role
from app.accounts.session import actor_of
from app.common.access import Actor, system_actor
from app.extensions import db

PASSWORD = "一只猫坐在窗台上慢慢看雨"
CITY, DISTRICT, STREET, COMMUNITY = "4104", "410402", "410402001", "410402001001"
NOW = datetime(2009, 11, 18, 1, 0, tzinfo=UTC)
"""09:00 in Beijing on the Wednesday where the sample city begins."""

PLACE_OF = {
    OrganisationKind.BUREAU: CITY,
    OrganisationKind.STREET_OFFICE: STREET,
    OrganisationKind.COMMUNITY: COMMUNITY,
    OrganisationKind.OWNERS_COMMITTEE: COMMUNITY,
    OrganisationKind.ENTERPRISE: DISTRICT,
    OrganisationKind.EXPERT_POOL: CITY,
    OrganisationKind.NOTARY_OFFICE: CITY,
}

_numbers = count(1)


def kind_of(role: Role) -> OrganisationKind:
    return next(kind for kind, roles in ROLES_OF.items() if role in roles)


def organisation(kind: OrganisationKind = OrganisationKind.COMMUNITY, *, name: str = "", division_code: str = "", now=NOW) -> Organisation:
    return accounts.create_organisation(
        kind=kind,
        name=name or f"{kind.label}第 {next(_numbers)} 号",
        division_code=division_code or PLACE_OF[kind],
        actor=system_actor(),
        now=now,
    )


def person(role: Role, *, organisation: Organisation | None = None, name: str = "", division_code: str = "", now=NOW) -> User:
    """Somebody with one hat and the password PASSWORD."""
    number = next(_numbers)
    home = organisation or globals()["organisation"](kind_of(role), division_code=division_code, now=now)
    user = accounts.create_user(
        name=name or f"{role.label}{number}", email=f"person{number}@example.org", password=PASSWORD, actor=system_actor(), now=now
    )
    give_role(user, home, role, now=now)
    return user


def give_role(user: User, home: Organisation, role: Role, *, now=NOW) -> Membership:
    db.session.flush()
    return accounts.give_role(user, home, role, actor=system_actor(), now=now)


def actor_for(user: User, address: str = "192.0.2.7") -> Actor:
    """The actor that this person is with their first hat."""
    db.session.flush()
    return actor_of(user.memberships[0], address)


def actor(role: Role, **place) -> Actor:
    return actor_for(person(role, **place))
