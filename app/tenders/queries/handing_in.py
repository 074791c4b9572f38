"""What is asked when bids are handed in, for all that come at once: by a handful of questions, however many they are.

The statements are made once: making one costs as much as asking it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from weakref import WeakKeyDictionary

from sqlalchemy import Row, and_, bindparam, null, select, union
from sqlalchemy.pool import Pool

from app.accounts.models import Membership
from app.common.access import not_found
from app.common.database import padded
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.capsule.seal import Terms
from app.tenders.models import Bid, BidCapsule, BidClosing, BidVersion, Tender
from app.tenders.queries.terms import terms_of

_LOCKED = (
    select(Tender)
    .where(Tender.number == bindparam("number"), Tender.published_at.is_not(None))
    .with_for_update(key_share=True, of=Tender)
    .execution_options(populate_existing=True)
)
_IS_CLOSED = select(BidClosing.tender_id).where(BidClosing.tender_id == bindparam("tender_id")).exists()
_STANDINGS = (
    select(Enterprise.id, Enterprise.organisation_id, Enterprise.verification, _IS_CLOSED.label("is_closed"), Bid)
    .add_columns(BidVersion.number, BidVersion.submitted_at, BidVersion.content_sha256)
    .outerjoin(Bid, and_(Bid.organisation_id == Enterprise.organisation_id, Bid.tender_id == bindparam("tender_id")))
    .outerjoin(BidVersion, BidVersion.bid_id == Bid.id)
    .where(Enterprise.organisation_id.in_(bindparam("organisations", expanding=True)))
    .order_by(Enterprise.id, BidVersion.number)
)
_PEOPLE = bindparam("people", expanding=True)
_EARLIER = union(
    select(Membership.user_id, null().label("organisation_id"), null().label("name"), null().label("capsule")).where(
        Membership.organisation_id == bindparam("procuring_entity_id"), Membership.user_id.in_(_PEOPLE)
    ),
    select(BidVersion.submitted_by_id, Bid.organisation_id, Enterprise.name, null())
    .join(Bid, BidVersion.bid_id == Bid.id)
    .join(Enterprise, Bid.enterprise_id == Enterprise.id)
    .where(Bid.tender_id == bindparam("tender_id"), BidVersion.submitted_by_id.in_(_PEOPLE)),
    select(null(), null(), null(), BidCapsule.sha256).where(BidCapsule.sha256.in_(bindparam("hashes", expanding=True))),
).order_by("user_id", "organisation_id", "capsule")


def lock_published(number: str) -> Tender:
    """The tender, once nobody else changes its bids or state. 404 before it is published.

    What is to be known under the lock has to be asked after it: PostgreSQL answers a question that waited for the lock with what it saw before it
    waited, the locked row apart."""
    return db.session.scalar(_LOCKED, {"number": number}) or not_found()


_known: WeakKeyDictionary[Pool, dict[str, tuple[int, Terms]]] = WeakKeyDictionary()


def known_terms(tender: Tender) -> Terms:
    """Of a published tender: whatever changes them changes its row's version too."""
    known = _known.setdefault(db.engine.pool, {})
    version, terms = known.get(tender.number, (None, None))
    if terms is None or version != tender.version_id:
        terms = terms_of(tender)
        known[tender.number] = (tender.version_id, terms)
    return terms


@dataclass(frozen=True)
class Standing:
    """An enterprise and what it has handed in for one tender."""

    enterprise: Row
    """id, organisation_id, verification, is_closed: whether the tender's closing list has been made."""
    bid: Bid | None
    """Withdrawn or not."""
    versions: Sequence[Row]
    """Of the bid: number, submitted_at, content_sha256, the oldest first."""

    @property
    def version(self) -> Row | None:
        """The one that counts; None without a bid, and while it is withdrawn."""
        if self.bid is None or self.bid.withdrawn_at is not None:
            return None
        return next(one for one in self.versions if one.number == self.bid.current_number)


def standings_of(tender: Tender, organisations: Collection[int]) -> Mapping[int, Standing]:
    """By organisation, those that have an enterprise's file."""
    rows = db.session.execute(_STANDINGS, {"tender_id": tender.id, "organisations": padded(organisations)})
    found = {key: list(own) for key, own in groupby(rows, key=lambda row: row.organisation_id)}
    return {key: Standing(own[0], own[0].Bid, own if own[0].Bid is not None else ()) for key, own in found.items()}


@dataclass(frozen=True)
class Earlier:
    """What people and capsules have had to do with tenders before."""

    served: frozenset[int]
    """People who work or ever worked for this tender's tenderer, under any hat."""
    hands: Mapping[int, Mapping[int, str]]
    """By person and organisation: the enterprises for which they have handed in here, taken back or not. A colleague may hand in again what was
    taken back, and then two bids would stand by one person's hands; the colleague could not be refused without learning of the other bid."""
    used: frozenset[str]
    """Capsules that were handed in, in whatever tender."""


def earlier_of(tender: Tender, people: Collection[int | None], hashes: Collection[str]) -> Earlier:
    asked = {"tender_id": tender.id, "procuring_entity_id": tender.procuring_entity_id, "people": padded(people), "hashes": padded(hashes)}
    served, hands, used = set(), defaultdict(dict), set()
    for row in db.session.execute(_EARLIER, asked):
        if row.capsule is not None:
            used.add(row.capsule)
        elif row.organisation_id is None:
            served.add(row.user_id)
        else:
            hands[row.user_id][row.organisation_id] = row.name
    return Earlier(frozenset(served), hands, frozenset(used))
