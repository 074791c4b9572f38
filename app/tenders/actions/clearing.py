"""Ciphertext that nobody needs any more: what a bidder removed before handing in, and after the closing whatever no standing capsule names.

Before the closing nothing is cleared by itself: what is left of the store would be the bids that count. In two steps, some minutes apart:
set aside, then thrown away, or put back when a capsule that names it was accepted meanwhile."""

from datetime import datetime, timedelta

from sqlalchemy import and_, not_, or_, select

from app.common.daily import each_day
from app.extensions import db
from app.tenders import uploads
from app.tenders.capsule.format import Header
from app.tenders.lifecycle import ENDED
from app.tenders.models import Bid, BidCapsule, BidClosing, BidVersion, Tender

RECENT = timedelta(days=60)
"""After its deadline a tender is looked through for so long."""

_IS_CLOSED = or_(Tender.status.in_(ENDED), select(BidClosing.tender_id).where(BidClosing.tender_id == Tender.id).exists())
_STANDS = and_(Bid.current_number == BidVersion.number, Bid.withdrawn_at.is_(None))


def drop_upload(upload: uploads.Upload) -> None:
    """A bidder takes back what was sent and not handed in. An object that a capsule names stays, and so does one that another sent too."""
    uploads.discard(upload.token)
    if upload.is_complete and not _is_named(upload.sha256) and upload.sha256 not in {sha256 for _token, sha256, _of in uploads.notes()}:
        uploads.set_aside(upload.sha256)


@each_day
def clear_store(*, now: datetime) -> int:
    """What was set aside goes; then what closed tenders have left is set aside. Of replaced and withdrawn bids the hashes stay.

    It says no number: `flask tick` prints what it is told."""
    for sha256 in uploads.lying_aside():
        if _is_named(sha256):
            uploads.put_back(sha256)
        else:
            uploads.throw_away(sha256)
    _clear_never_handed_in()
    _clear_replaced(now)
    return 0


def _clear_never_handed_in() -> None:
    running = select(Tender.id).where(not_(_IS_CLOSED)).order_by(Tender.id)
    marks = {uploads.tender_mark(tender_id) for tender_id in db.session.scalars(running)}
    for token, sha256, mark in uploads.notes():
        if mark in marks:
            continue
        uploads.discard(token)
        if uploads.size_of(sha256) is not None and not _is_named(sha256):
            uploads.set_aside(sha256)


def _clear_replaced(now: datetime) -> None:
    headers = db.session.scalars(
        _capsules(BidCapsule.header).where(_IS_CLOSED, not_(_STANDS), Tender.bid_deadline_at > now - RECENT).order_by(BidCapsule.version_id)
    ).all()
    for header in headers:
        for one in Header.from_bytes(header.encode()).objects:
            if uploads.size_of(one.sha256) is not None and not _is_named(one.sha256):
                uploads.set_aside(one.sha256)


def _capsules(*columns):
    return (
        select(*columns)
        .select_from(BidCapsule)
        .join(BidVersion, BidVersion.id == BidCapsule.version_id)
        .join(Bid, Bid.id == BidVersion.bid_id)
        .join(Tender, Tender.id == Bid.tender_id)
    )


def _is_named(sha256: str) -> bool:
    """Whether a capsule names this object: one that stands, or any of a tender that is not closed."""
    found = _capsules(BidCapsule.version_id).where(BidCapsule.header.contains(sha256), or_(_STANDS, not_(_IS_CLOSED)))
    return db.session.scalar(found.order_by(BidCapsule.version_id).limit(1)) is not None
