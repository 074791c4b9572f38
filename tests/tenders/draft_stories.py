"""A community with compounds and the bureau over it: beginnings for the tests of drafting, filing and award."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pyrage import decrypt

from app.accounts.models import User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor, system_actor
from app.common.audit import record
from app.common.calendar_days import load_calendar
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from app.extensions import db
from app.tenders.actions import drafting, filing, keys, publishing
from app.tenders.actions import holders as holder_actions
from app.tenders.gaps import Section
from app.tenders.holders import BASE_SEATS
from app.tenders.models import Tender
from app.tenders.queries.holders import standing_key
from app.tenders.queries.situations import sheet_of
from app.tenders.rehearsal import answer_to
from app.tenders.timetable import suggest_deadline
from tests import factories
from tests.factories import NOW
from tests.tenders.bid_stories import divisions, key_of
from tests.tenders.calendars import keep_calendar


@dataclass
class City:
    manager: User
    officer: User
    compounds: list[Compound]
    legal: User | None = None
    street: User | None = None

    @property
    def me(self) -> Actor:
        return factories.actor_for(self.manager)

    @property
    def bureau(self) -> Actor:
        return factories.actor_for(self.officer)


def city(*names: str, kind: OrganisationKind = OrganisationKind.COMMUNITY) -> City:
    divisions()
    keep_calendar(2009, 2010)
    home = factories.organisation(kind, name="东苑社区居委会")
    manager = factories.person(Role.COMMUNITY_MANAGER, organisation=home, name="周文")
    officer = factories.person(Role.BUREAU_OFFICER, division_code=factories.DISTRICT, name="李备")
    compounds = [
        Compound(
            division_code=factories.COMMUNITY,
            name=name,
            households=200 + 100 * n,
            area_centi=1_500_000 + 500_000 * n,
            buildings=None if n else 6,
            mode=ManagementMode.NONE,
            search_text=name,
            updated_at=NOW,
            owners_committee_id=home.id if kind is OrganisationKind.OWNERS_COMMITTEE else None,
        )
        for n, name in enumerate(names or ("康居小区", "矿工路63号院"))
    ]
    db.session.add_all(compounds)
    record("organisation.create", home, actor=system_actor(), now=NOW)
    db.session.commit()
    legal = factories.person(Role.LEGAL_OFFICER, organisation=officer.memberships[0].organisation, name="钱法制")
    street = factories.person(Role.STREET_OFFICER, name="孙街道")
    db.session.commit()
    return City(manager, officer, compounds, legal, street)


def begin(place: City, *compounds: Compound, now: datetime = NOW) -> Tender:
    tender = drafting.begin_draft([c.id for c in compounds or place.compounds[:1]], actor=place.me, now=now)
    db.session.commit()
    return tender


def complete(place: City, tender: Tender, now: datetime = NOW, *, holders: bool = True) -> Tender:
    """Fill in what begin_draft can't know; `holders`: also who keeps the keys."""
    drafting.save_section(tender, Section.PRICE, {"ceiling_fen": 80, "term_months": 24}, actor=place.me, now=now)
    drafting.save_section(
        tender,
        Section.SCHEDULE,
        {"opening_place": "东苑社区会议室", "contact_name": "周文", "contact_phone": "0375-4941234"},
        actor=place.me,
        now=now,
    )
    if holders and not tender.holders:
        people = zip(BASE_SEATS, (place.manager, place.legal, place.street), strict=True)
        holder_actions.choose_holders(tender, [(seat, user.memberships[0].id) for seat, user in people], 2, actor=place.me, now=now)
    db.session.commit()
    return tender


def rehearse_all(place: City, tender: Tender, now: datetime) -> None:
    """Each holder makes a key, if there is none, and opens a test capsule with it."""
    for holder in tender.holders:
        who, identity = factories.actor_for(holder.user), key_of(holder.user)
        if standing_key(holder.user_id) is None:
            keys.register_key(str(identity.to_public()), actor=who, now=now)
            db.session.flush()
        asked = holder_actions.ask_rehearsal(holder, actor=who, now=now)
        answer = answer_to(decrypt(asked.capsule.encode(), [identity]).decode())
        holder_actions.answer_rehearsal(holder, answer, actor=who, now=now)
    db.session.commit()


def submitted(place: City, now: datetime = NOW) -> Tender:
    tender = complete(place, begin(place, now=now), now)
    filing.submit(tender, actor=place.me, now=now)
    db.session.commit()
    return tender


def filed(place: City, now: datetime = NOW) -> Tender:
    tender = submitted(place, now)
    filing.confirm_filing(tender, actor=place.bureau, now=now + timedelta(days=1))
    db.session.commit()
    rehearse_all(place, tender, now + timedelta(days=1))
    return tender


def published(place: City, now: datetime = NOW) -> tuple[Tender, datetime]:
    tender = filed(place, now)
    at = now + timedelta(days=11)
    deadline = max(tender.bid_deadline_at, suggest_deadline(at.date(), load_calendar(), sheet_of(tender)))
    publishing.publish(tender, deadline, actor=place.me, now=at)
    db.session.commit()
    return tender, at
