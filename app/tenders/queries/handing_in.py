"""What is asked when bids are handed in, for all that come at once: by a handful of questions, however many they are.

The statements are made once: making one costs as much as asking it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from weakref import WeakKeyDictionary

from sqlalchemy import Row, bindparam, select
from sqlalchemy.pool import Pool

from app.accounts.models import Membership
from app.common.access import not_found
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.capsule.seal import Terms
from app.tenders.models import Bid, BidCapsule, BidClosing, BidVersion, Tender
from app.tenders.queries.terms import terms_of

_ORGANISATIONS = bindparam("organisations", expanding=True)
_PEOPLE = bindparam("people", expanding=True)

_LOCKED = (
    select(Tender)
    .where(Tender.number == bindparam("number"), Tender.published_at.is_not(None))
    .with_for_update(key_share=True, of=Tender)
    .execution_options(populate_existing=True)
)
_IS_CLOSED = select(BidClosing.tender_id).where(BidClosing.tender_id == bindparam("tender_id"))
_ENTERPRISES = (
    select(Enterprise.id, Enterprise.organisation_id, Enterprise.verification)
    .where(Enterprise.organisation_id.in_(_ORGANISATIONS))
    .order_by(Enterprise.id)
)
_OWN_BIDS = (
    select(Bid, BidVersion.id, BidVersion.number, BidVersion.submitted_at, BidVersion.content_sha256)
    .join(BidVersion, BidVersion.bid_id == Bid.id)
    .where(Bid.tender_id == bindparam("tender_id"), Bid.organisation_id.in_(_ORGANISATIONS))
    .order_by(Bid.id, BidVersion.number)
)
_SERVED = (
    select(Membership.user_id)
    .where(Membership.organisation_id == bindparam("organisation_id"), Membership.user_id.in_(_PEOPLE))
    .order_by(Membership.id)
)
_HANDS = (
    select(BidVersion.submitted_by_id.label("user_id"), Bid.organisation_id, Enterprise.name)
    .join(Bid, BidVersion.bid_id == Bid.id)
    .join(Enterprise, Bid.enterprise_id == Enterprise.id)
    .where(Bid.tender_id == bindparam("tender_id"), BidVersion.submitted_by_id.in_(_PEOPLE))
    .order_by(Bid.id, BidVersion.id)
)
_USED = select(BidCapsule.sha256).where(BidCapsule.sha256.in_(bindparam("hashes", expanding=True))).order_by(BidCapsule.sha256)


def lock_published(number: str) -> tuple[Tender, bool]:
    """The tender, once nobody else changes its bids or state, and whether its closing list has been made. 404 before it is published.

    The list is a question of its own: PostgreSQL answers the one that waited for the lock with what it saw before it waited, the locked row apart."""
    tender = db.session.scalar(_LOCKED, {"number": number}) or not_found()
    return tender, db.session.scalar(_IS_CLOSED, {"tender_id": tender.id}) is not None


_known: WeakKeyDictionary[Pool, dict[str, tuple[int, Terms]]] = WeakKeyDictionary()


def known_terms(tender: Tender) -> Terms:
    """Of a published tender: whatever changes them changes its row's version too."""
    known = _known.setdefault(db.engine.pool, {})
    version, terms = known.get(tender.number, (None, None))
    if terms is None or version != tender.version_id:
        terms = terms_of(tender)
        known[tender.number] = (tender.version_id, terms)
    return terms


def enterprises_of(organisations: Collection[int]) -> Mapping[int, Row]:
    """By organisation: an enterprise's id, organisation_id and verification."""
    return {row.organisation_id: row for row in db.session.execute(_ENTERPRISES, {"organisations": list(organisations)})}


@dataclass(frozen=True)
class OwnBid:
    """A bid, withdrawn or not, and its versions as rows: id, number, submitted_at, content_sha256, the oldest first."""

    bid: Bid
    versions: Sequence[Row]

    @property
    def standing(self) -> Row | None:
        """The version that counts; None while the bid is withdrawn."""
        return None if self.bid.withdrawn_at is not None else next(one for one in self.versions if one.number == self.bid.current_number)


def own_bids_of(tender: Tender, organisations: Collection[int]) -> Mapping[int, OwnBid]:
    """By organisation."""
    rows = db.session.execute(_OWN_BIDS, {"tender_id": tender.id, "organisations": list(organisations)})
    return {bid.organisation_id: OwnBid(bid, list(own)) for bid, own in groupby(rows, key=lambda row: row.Bid)}


def people_of(organisation_id: int, people: Collection[int | None]) -> frozenset[int]:
    """Those who work or ever worked for it, under any hat."""
    return frozenset(db.session.scalars(_SERVED, {"organisation_id": organisation_id, "people": list(people)}))


def hands_in(tender: Tender, people: Collection[int | None]) -> Sequence[Row]:
    """For which enterprises these people have handed in, taken back or not: user_id, organisation_id, name. A colleague may hand in again what was
    taken back, and then two bids would stand by one person's hands; the colleague could not be refused without learning of the other bid."""
    return db.session.execute(_HANDS, {"tender_id": tender.id, "people": list(people)}).all()


def used_capsules(hashes: Collection[str]) -> frozenset[str]:
    """Those that were handed in before, in whatever tender."""
    return frozenset(db.session.scalars(_USED, {"hashes": list(hashes)}))
