"""What is asked when bids are handed in, for all that come at once: by a handful of questions, however many they are."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import selectinload

from app.accounts.models import Membership
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.models import Bid, BidCapsule, BidVersion, Tender


def enterprises_of(organisations: Collection[int]) -> Mapping[int, Row]:
    """By organisation: an enterprise's id, organisation_id and verification."""
    found = select(Enterprise.id, Enterprise.organisation_id, Enterprise.verification).where(Enterprise.organisation_id.in_(organisations))
    return {row.organisation_id: row for row in db.session.execute(found.order_by(Enterprise.id))}


def own_bids_of(tender: Tender, organisations: Collection[int]) -> Mapping[int, Bid]:
    """By organisation: its bid, withdrawn or not, with its versions."""
    found = select(Bid).where(Bid.tender_id == tender.id, Bid.organisation_id.in_(organisations)).order_by(Bid.id)
    return {bid.organisation_id: bid for bid in db.session.scalars(found.options(selectinload(Bid.versions)))}


def people_of(organisation_id: int, people: Collection[int | None]) -> frozenset[int]:
    """Those who work or ever worked for it, under any hat."""
    found = select(Membership.user_id).where(Membership.organisation_id == organisation_id, Membership.user_id.in_(people))
    return frozenset(db.session.scalars(found.order_by(Membership.id)))


def hands_in(tender: Tender, people: Collection[int | None]) -> Sequence[Row]:
    """For which enterprises' standing bids these people have handed in: user_id, organisation_id, name."""
    return db.session.execute(
        select(BidVersion.submitted_by_id.label("user_id"), Bid.organisation_id, Enterprise.name)
        .join(Bid, BidVersion.bid_id == Bid.id)
        .join(Enterprise, Bid.enterprise_id == Enterprise.id)
        .where(Bid.tender_id == tender.id, Bid.withdrawn_at.is_(None), BidVersion.submitted_by_id.in_(people))
        .order_by(Bid.id, BidVersion.id)
    ).all()


def used_capsules(hashes: Collection[str]) -> frozenset[str]:
    """Those that were handed in before, in whatever tender."""
    return frozenset(db.session.scalars(select(BidCapsule.sha256).where(BidCapsule.sha256.in_(hashes)).order_by(BidCapsule.sha256)))
