"""Key holders for the tests: a city with legal officers and a street, keys made by age itself, rehearsals opened with them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyrage

from app.accounts.models import Membership, User
from app.extensions import db
from app.tenders.actions import filing, keys, publishing
from app.tenders.actions import holders as actions
from app.tenders.holders import HolderSeat
from app.tenders.models import HolderKey, Tender, TenderHolder
from app.tenders.rehearsal import answer_to
from tests import factories
from tests.factories import NOW
from tests.tenders import draft_stories as stories

PUBLISH = NOW + timedelta(days=11)
SEATS = (HolderSeat.TENDERER, HolderSeat.LEGAL, HolderSeat.THIRD_PARTY)


@dataclass
class Trio:
    place: stories.City
    legal: User
    street: User
    identities: dict[int, pyrage.x25519.Identity] = field(default_factory=dict)

    @property
    def people(self) -> tuple[User, User, User]:
        return self.place.manager, self.legal, self.street


def city() -> Trio:
    place = stories.city()
    return Trio(place, place.legal, place.street)


def make_key(trio: Trio, person: User, now: datetime = NOW) -> HolderKey:
    identity = trio.identities[person.id] = pyrage.x25519.Identity.generate()
    key = keys.register_key(str(identity.to_public()), actor=factories.actor_for(person), now=now)
    db.session.commit()
    return key


def hat(person: User) -> Membership:
    return person.memberships[0]


def choose(trio: Trio, tender: Tender, now: datetime = NOW) -> list[TenderHolder]:
    chosen = [(seat, hat(person).id) for seat, person in zip(SEATS, trio.people, strict=True)]
    found = actions.choose_holders(tender, chosen, 2, actor=trio.place.me, now=now)
    db.session.commit()
    return found


def seat_of(tender: Tender, person: User) -> TenderHolder:
    return db.session.scalars(db.select(TenderHolder).filter_by(tender_id=tender.id, user_id=person.id)).one()


def rehearse(trio: Trio, tender: Tender, person: User, now: datetime = NOW) -> None:
    me, seat = factories.actor_for(person), seat_of(tender, person)
    asked = actions.ask_rehearsal(seat, actor=me, now=now)
    opened = pyrage.decrypt(asked.capsule.encode(), [trio.identities[person.id]]).decode()
    actions.answer_rehearsal(seat, answer_to(opened), actor=me, now=now)
    db.session.commit()


def ready(trio: Trio) -> Tender:
    """A filed tender whose three holders have rehearsed."""
    tender = stories.begin(trio.place)
    choose(trio, tender)
    stories.complete(trio.place, tender)
    filing.submit(tender, actor=trio.place.me, now=NOW)
    filing.confirm_filing(tender, actor=trio.place.bureau, now=NOW + timedelta(days=1))
    for person in trio.people:
        make_key(trio, person)
        rehearse(trio, tender, person, NOW + timedelta(days=1))
    db.session.commit()
    return tender


def publish(trio: Trio, tender: Tender, now: datetime = PUBLISH) -> None:
    publishing.publish(tender, publishing.proposed_deadline(tender, now=now), actor=trio.place.me, now=now)
    db.session.commit()
