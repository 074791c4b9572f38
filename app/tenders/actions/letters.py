"""Mails about a tender, written in the transaction of what they tell; in Chinese, the language of the notice."""

from collections.abc import Iterable
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import Role
from app.common.i18n import _l
from app.common.mail import send_mail
from app.extensions import db
from app.tenders.models import Tender

BIDDERS = (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)


def tell(people: Iterable[User], subject, text, *, tender: Tender, now: datetime) -> None:
    """One mail to each person, with the tender's number and address below."""
    with force_locale("zh_CN"):
        foot = str(_l("项目：%(title)s（%(number)s）", title=tender.title, number=tender.number))
        address = current_app.config.get("SITE_URL", "")
        foot += f"\n{address}/tenders/{tender.number}" if address else ""
        for person in {p.id: p for p in people if p.active}.values():
            send_mail(person.email, str(subject), f"{subject}\n\n{text}\n\n{foot}\n", now=now)


def people_of(organisation_ids: Iterable[int], *roles: Role) -> list[User]:
    """Those who work in these roles for these organisations now."""
    return list(
        db.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.organisation_id.in_(list(organisation_ids)), Membership.role.in_(roles), Membership.ended_at.is_(None))
            .distinct()
            .order_by(User.id)
        )
    )


def managers_of(tender: Tender) -> list[User]:
    return people_of([tender.procuring_entity_id], Role.COMMUNITY_MANAGER)


def officers_over(tender: Tender) -> list[User]:
    """The bureau's filing officers of the tender's district or city."""
    code = tender.division_code
    return list(
        db.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(
                Membership.role == Role.BUREAU_OFFICER,
                Membership.ended_at.is_(None),
                Organisation.division_code.in_([code[:4], code[:6]]),
            )
            .distinct()
            .order_by(User.id)
        )
    )
