"""Ciphertext that nobody needs any more: what a bidder removed before handing in, and after the closing whatever no standing capsule names.

Before the closing nothing is cleared by itself: what is left of the store would be the bids that count. Only a bidder who holds more than half
of what one may hold loses what it has replaced, so that it can go on. In two steps, some minutes apart: set aside, then thrown away, or put
back when a capsule that names it was accepted meanwhile."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, not_, or_, select

from app.common.daily import each_day
from app.extensions import db
from app.tenders import held, uploads
from app.tenders.capsule.format import Header
from app.tenders.held import State
from app.tenders.lifecycle import ENDED
from app.tenders.models import Bid, BidCapsule, BidClosing, BidVersion, Tender

RECENT = timedelta(days=60)
"""After its deadline a tender is looked through for so long."""

_IS_CLOSED = or_(Tender.status.in_(ENDED), select(BidClosing.tender_id).where(BidClosing.tender_id == Tender.id).exists())
_STANDS = and_(Bid.current_number == BidVersion.number, Bid.withdrawn_at.is_(None))


def drop_upload(upload: uploads.Upload) -> None:
    """A bidder takes back what was sent and not handed in. An object that a capsule names stays, and so does one that another sent too."""
    drop_held([upload.token])


def drop_held(tokens: Iterable[str]) -> None:
    """The same of several. What was there stays held until it is gone from the disk."""
    for token in tokens:
        one = held.entry(token)
        if one is None or one["is"] != State.HERE:
            continue
        if uploads.size_of(one["sha256"]) is None:
            uploads.discard(token)
        elif _is_named(one["sha256"]):
            held.mark(token, State.HANDED)
        elif any(other["sha256"] == one["sha256"] and other["is"] == State.HERE and key != token for key, other, _of in held.everything()):
            held.forget(token)
        else:
            uploads.set_aside(one["sha256"])
            held.mark(token, State.ASIDE)


def make_room(*, tender_id: int, organisation_id: int) -> None:
    """Of a bidder who holds much: what lies nowhere any more is forgotten, what it has replaced or taken back, or sent a week ago and never
    handed in, is set aside. Nobody else's objects are looked at, so that it takes as long however many bid."""
    owner = held.owner_of(tender_id, organisation_id)
    if not held.is_crowded(owner):
        return
    objects, before = held.entries(owner), time.time() - held.KEPT_SECONDS
    gone = [token for token, one in objects.items() if one["at"] < time.time() - 3600 and uploads.is_gone(token, one)]
    gone += [token for token, one in objects.items() if one["is"] == State.ASIDE and uploads.is_gone(token, one)]
    held.forget(*gone)
    needless = [
        (token, one["sha256"])
        for token, one in objects.items()
        if (one["is"] == State.HANDED or (one["is"] == State.HERE and one["at"] < before)) and token not in gone
    ]
    for token, sha256 in needless:
        if uploads.size_of(sha256) is not None and not _is_needed(sha256, besides=(tender_id, organisation_id)):
            uploads.set_aside(sha256)
            held.mark(token, State.ASIDE)


@each_day
def clear_store(*, now: datetime) -> int:
    """What was set aside goes; then what closed tenders have left is set aside. Of replaced and withdrawn bids the hashes stay.

    It says no number: `flask tick` prints what it is told."""
    for sha256 in uploads.lying_aside():
        if _is_needed(sha256):
            uploads.put_back(sha256)
        else:
            uploads.throw_away(sha256)
    _clear_never_handed_in()
    _forget_gone()
    _clear_replaced(now)
    return 0


def _clear_never_handed_in() -> None:
    """Of closed tenders. A mark that no tender has now is of before another LINLI_SECRET_KEY, and its tender may still run: it stays as long
    as an upload that nobody goes on with."""
    tenders = db.session.execute(select(Tender.id, _IS_CLOSED.label("is_closed")).order_by(Tender.id))
    closed = {held.tender_mark(row.id): row.is_closed for row in tenders}
    everything, before = held.everything(), time.time() - held.KEPT_SECONDS
    ended = {token for token, one, mark in everything if closed.get(mark, one["at"] < before)}
    waited_for = {one["sha256"] for token, one, _mark in everything if token not in ended}
    for token, one, _mark in everything:
        if token not in ended:
            continue
        sha256 = one["sha256"]
        uploads.discard(token)
        if uploads.size_of(sha256) is not None and sha256 not in waited_for and not _is_named(sha256):
            uploads.set_aside(sha256)


def _forget_gone() -> None:
    """What was thrown away is held no more; what was put back counts as handed in."""
    for token, one, _of in held.everything():
        if one["is"] != State.ASIDE or uploads.is_aside(one["sha256"]):
            continue
        if uploads.size_of(one["sha256"]) is None:
            held.forget(token)
        else:
            held.mark(token, State.HANDED)


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
    return _exists(BidCapsule.header.contains(sha256), or_(_STANDS, not_(_IS_CLOSED)))


def _is_needed(sha256: str, *, besides: tuple[int, int] | None = None) -> bool:
    """Whether a bid that stands names this object, or a version of anybody else's; `besides`: the tender and the bidder who has no other use for it."""
    named = BidCapsule.header.contains(sha256)
    if besides is None:
        return _exists(named, _STANDS)
    tender_id, organisation_id = besides
    is_own = and_(Bid.tender_id == tender_id, Bid.organisation_id == organisation_id)
    return _exists(named, or_(_STANDS, and_(not_(is_own), not_(_IS_CLOSED))))


def _exists(*conditions) -> bool:
    found = _capsules(BidCapsule.version_id).where(*conditions)
    return db.session.scalar(found.order_by(BidCapsule.version_id).limit(1)) is not None
