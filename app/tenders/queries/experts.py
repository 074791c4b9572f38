"""What the pages of the expert pool ask."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor
from app.communities.models import Division
from app.extensions import db
from app.tenders.draw import Specialty
from app.tenders.models.draw import PoolExpert

KEEPERS = (Role.BUREAU_OFFICER, Role.LEGAL_OFFICER)
READERS = (*KEEPERS, Role.BUREAU_APPROVER, Role.AUDITOR)


def may_keep(pool: Organisation, actor: Actor) -> bool:
    """The bureau's people over the whole area of the pool."""
    return actor.role in KEEPERS and actor.covers(pool.division_code)


def pools_of(actor: Actor) -> list[Organisation]:
    """The pools in this person's place, and those above it that serve the place."""
    code = actor.division_code or "-"
    above = [code[:n] for n in (2, 4, 6, 9, 12) if len(code) > n]
    return list(
        db.session.scalars(
            select(Organisation)
            .where(
                Organisation.kind == OrganisationKind.EXPERT_POOL,
                Organisation.division_code.startswith(code, autoescape=True) | Organisation.division_code.in_(above),
            )
            .order_by(Organisation.division_code, Organisation.id)
        )
    )


def experts_in(pools: Collection[Organisation], *, specialty: Specialty | None = None, text: str = "") -> Select:
    rows = (
        select(PoolExpert)
        .join(PoolExpert.user)
        .where(PoolExpert.organisation_id.in_([pool.id for pool in pools]))
        .options(joinedload(PoolExpert.user), joinedload(PoolExpert.organisation), selectinload(PoolExpert.ties))
        .order_by(User.name, PoolExpert.id)
    )
    if specialty is not None:
        rows = rows.where(PoolExpert.specialty == specialty)
    if text:
        rows = rows.where(User.name.contains(text, autoescape=True) | PoolExpert.employer.contains(text, autoescape=True))
    return rows


def find_expert(expert_id: int, actor: Actor) -> PoolExpert | None:
    return db.session.scalar(experts_in(pools_of(actor)).where(PoolExpert.id == expert_id))


def unregistered(pool: Organisation) -> list[User]:
    """Evaluators of the pool about whom nothing is written down yet; they are not drawn."""
    return list(
        db.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.organisation_id == pool.id,
                Membership.role == Role.EVALUATOR,
                Membership.ended_at.is_(None),
                User.active,
                User.id.not_in(select(PoolExpert.user_id)),
            )
            .order_by(User.name, User.id)
        )
    )


def known_divisions(codes: Collection[str]) -> set[str]:
    return set(db.session.scalars(select(Division.code).where(Division.code.in_(list(codes)))))


def divisions_under(pool: Organisation) -> list[Division]:
    """The districts that an expert of the pool may be limited to."""
    code = pool.division_code
    return list(
        db.session.scalars(
            select(Division).where(Division.code.startswith(code, autoescape=True), func.length(Division.code) == 6).order_by(Division.code)
        )
    )


@dataclass(frozen=True)
class Shares:
    """How a pool stands."""

    drawable: int
    suspended: int


def shares_of(pools: Collection[Organisation]) -> Shares:
    ids = [pool.id for pool in pools]
    rows = dict(
        db.session.execute(
            select(PoolExpert.suspended_at.is_(None), func.count())
            .where(PoolExpert.organisation_id.in_(ids))
            .group_by(PoolExpert.suspended_at.is_(None))
        ).all()
    )
    return Shares(rows.get(True, 0), rows.get(False, 0))


def division_names(pools: Collection[Organisation]) -> dict[str, str]:
    """Code → name of the districts of these pools."""
    return {division.code: division.name for pool in pools for division in divisions_under(pool)}
