"""What the database says of published tenders and their bids, compared with their leaves at every verification: of open tenders too, so that
no sentence here counts bids."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from app.common import clock
from app.extensions import db
from app.log.models import LogEntry
from app.log.verifying import Fault, also_verify
from app.tenders.capsule.format import canonical
from app.tenders.models import Bid, BidCapsule, BidVersion, Tender
from app.tenders.queries.terms import documents_hash, terms_data

HANDED_IN = ("bid.submit", "bid.replace")
TAKEN_BACK = "bid.withdraw"


def publications() -> Iterator[tuple[LogEntry, dict, Tender | None]]:
    """Each publication's leaf, what it says, and the tender as it stands now."""
    entries = select(LogEntry).where(LogEntry.event == "tender.publish", LogEntry.erased_at.is_(None)).order_by(LogEntry.leaf_index)
    for entry in db.session.scalars(entries).all():
        yield entry, json.loads(entry.payload), db.session.scalar(select(Tender).where(Tender.number == entry.tender_number))


@also_verify
def terms_as_published() -> Fault | None:
    """The first tender whose documents or deadline are not those of its publish leaf."""
    older = None
    for entry, told, tender in publications():
        if "terms_sha256" not in told:
            continue  # published before leaves named it
        name = f"tender {entry.tender_number}"
        if tender is None:
            return Fault(entry.leaf_index, f"{name}: this leaf published it, and it is not there any more")
        if "bid_deadline_at" in told and tender.bid_deadline_at != datetime.fromisoformat(told["bid_deadline_at"]):
            return Fault(entry.leaf_index, f"{name}: the deadline is not the one that this leaf published")
        if told["terms_sha256"] == documents_hash(tender):
            continue
        if told["terms_sha256"] != _hash_with_typed_deadline(tender):
            return Fault(entry.leaf_index, f"{name}: the tender documents are not those whose hash this leaf published")
        what = (
            f"{name}: this publication was written by an older version of Linli, which hashed the deadline in Beijing's time: nothing was "
            "changed, but no program seals a bid for it; cancel it and publish it anew, or make the sample city anew"
        )
        older = older or Fault(entry.leaf_index, what, is_old=True)
    return older


def _hash_with_typed_deadline(tender: Tender) -> str:
    """As it was computed before the deadline was written in UTC."""
    return hashlib.sha256(canonical(terms_data(tender) | {"bid_deadline_at": clock.local(tender.bid_deadline_at).isoformat()})).hexdigest()


@dataclass(frozen=True)
class Stored:
    """A bid as its rows have it."""

    bid: Row
    versions: Sequence[Row]


@also_verify
def bids_as_logged() -> Fault | None:
    """The first bid that is not as its leaves say: put in or removed, taken back, another version, another capsule."""
    faults = (_fault_of_bids(entry.leaf_index, tender) for entry, told, tender in publications() if tender and "recipients" in told)
    return min((fault for fault in faults if fault), key=lambda fault: fault.index, default=None)


def _fault_of_bids(published: int, tender: Tender) -> Fault | None:
    name = f"tender {tender.number}"
    stored, leaves = _stored(tender.id), defaultdict(list)
    of_bids = LogEntry.tender_number == tender.number, LogEntry.event.in_((*HANDED_IN, TAKEN_BACK))
    for entry in db.session.execute(select(*_ENTRY).where(*of_bids).order_by(LogEntry.leaf_index)):
        leaves[entry.object_id].append(entry)
    found = [
        Fault(own[0].leaf_index, f"{name}: the bid of this leaf is not there any more") for key, own in leaves.items() if key not in stored
    ]
    found += [Fault(published, f"{name}: a bid was put in that no leaf has") for key in stored if key not in leaves]
    for key, own in leaves.items():
        if key in stored and (fault := _fault_of_bid(own, stored[key])):
            found.append(Fault(fault.index, f"{name}: {fault.what}"))
    return min(found, key=lambda fault: fault.index, default=None)


_ENTRY = (LogEntry.leaf_index, LogEntry.event, LogEntry.object_id, LogEntry.organisation_id, LogEntry.payload)


def _stored(tender_id: int) -> dict[str, Stored]:
    versions = select(BidVersion.bid_id, BidVersion.number, BidVersion.submitted_at, BidVersion.receipt, BidVersion.content_sha256)
    versions = (
        versions.add_columns(BidCapsule.sha256, BidCapsule.header)
        .outerjoin(BidCapsule, BidCapsule.version_id == BidVersion.id)
        .join(Bid, Bid.id == BidVersion.bid_id)
    )
    by_bid = defaultdict(list)
    for row in db.session.execute(versions.where(Bid.tender_id == tender_id).order_by(BidVersion.bid_id, BidVersion.number)):
        by_bid[row.bid_id].append(row)
    bids = select(Bid.id, Bid.organisation_id, Bid.submitted_at, Bid.withdrawn_at, Bid.current_number).where(Bid.tender_id == tender_id)
    return {str(bid.id): Stored(bid, by_bid[bid.id]) for bid in db.session.execute(bids.order_by(Bid.id))}


def _fault_of_bid(leaves: list[Row], stored: Stored) -> Fault | None:
    """Of a bid with at least one leaf."""
    handed_in, bid, last = [leaf for leaf in leaves if leaf.event in HANDED_IN], stored.bid, leaves[-1]
    if not handed_in:
        return Fault(last.leaf_index, "this leaf takes a bid back that no leaf has handed in")
    for leaf, version in zip(handed_in, stored.versions, strict=False):
        if what := _fault_of_version(leaf, version):
            return Fault(leaf.leaf_index, what)
    if len(handed_in) > len(stored.versions):
        return Fault(handed_in[len(stored.versions)].leaf_index, "what this leaf handed in is not there any more")
    if len(handed_in) < len(stored.versions):
        return Fault(last.leaf_index, "after this leaf something was put in for its bid that no leaf has handed in")
    if any(leaf.organisation_id != bid.organisation_id for leaf in leaves):
        return Fault(last.leaf_index, "the bid of this leaf is kept for another bidder")
    current = stored.versions[-1]
    if (bid.current_number, bid.submitted_at) != (current.number, current.submitted_at):
        return Fault(handed_in[-1].leaf_index, "what counts of this bid is not what its last leaf handed in")
    if (bid.withdrawn_at is None) == (last.event == TAKEN_BACK):
        what = "the bid stands again that this leaf took back" if bid.withdrawn_at is None else "the bid was taken back without a leaf"
        return Fault(last.leaf_index, what)
    told = _told(last)
    if bid.withdrawn_at and told and bid.withdrawn_at != datetime.fromisoformat(told["at"]):
        return Fault(last.leaf_index, "the bid was taken back at another instant than this leaf says")
    return None


def _fault_of_version(leaf: Row, version: Row) -> str:
    """`version` with its capsule; an erased leaf says nothing of it."""
    told = _told(leaf)
    if told and "version" in told and told["version"] != version.number:
        return "what this leaf handed in has another number"
    if told and told.get("receipt", version.receipt) != version.receipt:
        return "what this leaf handed in has another receipt"
    if told and datetime.fromisoformat(told["at"]) != version.submitted_at:
        return "what this leaf handed in is kept with another instant"
    if told and told.get("content_sha256", version.content_sha256) != version.content_sha256:
        return "the kept hash of what was handed in is not the one of this leaf"
    if version.header is None:
        return "the capsule that this leaf received was removed"
    if not version.sha256 == version.content_sha256 == hashlib.sha256(version.header.encode()).hexdigest():
        return "the capsule is not the one that this leaf received"
    return ""


def _told(leaf: Row) -> dict[str, Any]:
    return json.loads(leaf.payload) if leaf.payload else {}
