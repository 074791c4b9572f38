"""Handing in a sealed bid: what is checked, what is kept, and the receipt of a refusal."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.enterprises.queries import find_by_organisation
from app.extensions import db
from app.tenders import bidding, uploads
from app.tenders.actions.bidding import SIGNATORY_ONLY, lock_tender, received_at, refuse_second_enterprise, why_not_bid
from app.tenders.capsule.format import MAX_FILES, Header, Malformed
from app.tenders.handing_in import DAMAGED, NOT_A_CAPSULE, why_not_capsule
from app.tenders.models import Bid, BidCapsule, BidClosing, BidRefusal, BidVersion, Tender
from app.tenders.queries.bids import current_version, own_bid
from app.tenders.queries.terms import terms_of

label_events(
    {"bid.refuse": _l("不受理投标")},
    {"capsule": _l("封装校验值")},
    objects={"bid_refusal": _l("不受理记录")},
    unnumbered=("bid_refusal",),
)


@dataclass(frozen=True)
class Checked:
    """A capsule that fits the tender's terms as they stood when its row had this version."""

    header: Header
    tender_version: int


def check_capsule(tender: Tender, header_bytes: bytes) -> Checked:
    """Whether these bytes are a capsule for this tender whose objects have all arrived. Writes nothing. Raises Refused."""
    header = parse_header(header_bytes)
    sizes = {one.sha256: size for one in header.objects[: MAX_FILES + 1] if (size := uploads.size_of(one.sha256)) is not None}
    refuse_if(why_not_capsule(header, terms_of(tender), sizes))
    return Checked(header, tender.version_id)


def submit_capsule(tender: Tender, header_bytes: bytes, *, actor: Actor, now: datetime, checked: Checked | None = None) -> BidVersion:
    """Accept a capsule whose objects have arrived, in place of what was handed in before. The same capsule again gives the same receipt.

    `checked`: what check_capsule said before the lock was taken; it is asked again when the tender has changed since.
    Raises Refused; the caller then records the refusal (record_refusal) in a transaction of its own."""
    tender = lock_tender(tender)
    enterprise = find_by_organisation(actor.organisation_id)
    if not actor.has(Role.ENTERPRISE_SIGNATORY):
        raise Refused(SIGNATORY_ONLY)
    refuse_if(why_not_bid(tender, enterprise, actor=actor, now=now))
    refuse_if(_why_closed(tender))
    refuse_second_enterprise(tender, actor)
    if checked is None or checked.tender_version != tender.version_id:
        checked = check_capsule(tender, header_bytes)
    header = checked.header

    bid = own_bid(tender, actor)
    if bid is not None and bid.withdrawn_at is None and current_version(bid).content_sha256 == header.sha256:
        return current_version(bid)
    _refuse_used(header)
    now = received_at(bid, now)
    is_first = bid is None or bid.withdrawn_at is not None
    number = len(bid.versions) + 1 if bid else 1
    if bid is None:
        bid = Bid(tender_id=tender.id, enterprise_id=enterprise.id, organisation_id=actor.organisation_id, versions=[])
        db.session.add(bid)
    bid.submitted_at, bid.withdrawn_at, bid.current_number = now, None, number
    version = BidVersion(
        number=number,
        submitted_at=now,
        submitted_by_id=actor.user_id,
        content_sha256=header.sha256,
        receipt=bidding.receipt_number(header.sha256, now),
        capsule=BidCapsule(sha256=header.sha256, header=header_bytes.decode()),
    )
    bid.versions.append(version)
    event = "bid.submit" if is_first else "bid.replace"
    record(event, bid, actor=actor, now=now, version=number, receipt=version.receipt, capsule=header.sha256)
    return version


def parse_header(data: bytes) -> Header:
    """Raises Refused for bytes that are no header: a bid in clear among them."""
    if not data.lstrip().startswith(b"{") or b'"linli-capsule-1"' not in data:
        raise Refused(NOT_A_CAPSULE)
    try:
        return Header.from_bytes(data)
    except Malformed as error:
        raise Refused(DAMAGED) from error


def record_refusal(tender: Tender, reason: Reason, *, header_bytes: bytes = b"", actor: Actor, now: datetime) -> BidRefusal:
    """Write down that a submission was not accepted, so that the bidder holds a signed answer."""
    try:
        capsule = Header.from_bytes(header_bytes).sha256
    except Malformed:
        capsule = None
    with force_locale("zh_CN"):
        text = str(reason.text)[:400]
    refusal = BidRefusal(tender_id=tender.id, organisation_id=actor.organisation_id, at=now, reason=text, capsule_sha256=capsule)
    db.session.add(refusal)
    record("bid.refuse", refusal, actor=actor, now=now, reason=refusal.reason, capsule=capsule)
    return refusal


def _why_closed(tender: Tender) -> Reason | None:
    """A request that waited until the closing list had been made can't change it any more."""
    if db.session.get(BidClosing, tender.id) is None:
        return None
    return Reason(
        _l("截止清单已经固定，本次提交没有受理。"),
        _l("《招标投标法》第二十八条"),
        _l("截止前已经提交并取得回执的投标继续有效。"),
    )


def _refuse_used(header: Header) -> None:
    """A capsule counts once: taken back or replaced, its content has to be sealed anew."""
    if db.session.scalar(select(BidCapsule.version_id).where(BidCapsule.sha256 == header.sha256)) is not None:
        raise Refused(Reason(_l("这份封装已经提交过。"), next=_l("请重新封装后再提交。")))
