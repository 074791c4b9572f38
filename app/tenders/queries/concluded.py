"""What the database says of how tenders ended, compared with their leaves at every verification: the closing list, the opening record, the end."""

import json
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import select

from app.enterprises.models import Enterprise
from app.extensions import db
from app.log.models import LogEntry
from app.log.verifying import Fault, also_verify
from app.tenders.handing_in import closing_statement
from app.tenders.lifecycle import Status
from app.tenders.models import Bid, OpeningRecord, Tender
from app.tenders.queries.bids import opening_record
from app.tenders.queries.capsules import closing_of, is_enough, standing_capsules
from app.tenders.queries.compared import publications

LEAF_OF = {Status.CANCELLED: "tender.cancel", Status.FAILED: "tender.declare_failed", Status.OPENED: "tender.open"}
"""What has to be in the log of a published tender that has come this far."""


def canonical_record(tender: Tender, opening: OpeningRecord) -> bytes:
    """The bytes behind record_sha256: anybody can write them again from the public page."""
    data = {
        "tender": tender.number,
        "opened_at": opening.opened_at.isoformat(timespec="milliseconds"),
        "presided_by": opening.presided_by,
        "witnessed_by": opening.witnessed_by,
        "place": opening.place,
        "note": opening.note,
        "lines": [
            {
                "position": line.position,
                "bidder": line.enterprise_name,
                "price_fen": line.price_fen,
                "main_content": line.main_content,
                "received_at": line.received_at.isoformat(timespec="milliseconds"),
                "content_sha256": line.content_sha256,
                "seal_intact": line.seal_intact,
                **({"remark": line.remark} if opening.proceedings else {}),
            }
            for line in opening.lines
        ],
        **(opening.proceedings or {}),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@also_verify
def ends_as_logged() -> Fault | None:
    """The first tender whose bidders, closing list, opening record or end are not as its leaves say."""
    faults = (fault for entry, told, tender in publications() if tender and "recipients" in told for fault in _faults(entry, tender))
    return min(faults, key=lambda fault: fault.index, default=None)


def _faults(published: LogEntry, tender: Tender) -> Iterator[Fault]:
    entries = select(LogEntry).where(LogEntry.tender_number == tender.number).order_by(LogEntry.leaf_index)
    leaves = {entry.event: entry for entry in reversed(db.session.scalars(entries).all())}
    name = f"tender {tender.number}"
    needed = LEAF_OF.get(Status.OPENED if tender.opened_at is not None and tender.status is not Status.FAILED else tender.status)
    if needed is not None and needed not in leaves:
        yield Fault(published.leaf_index, f"{name}: it is {tender.status.value}, and no leaf says so")
    strangers = select(Bid.id).join(Enterprise, Enterprise.id == Bid.enterprise_id)
    if db.session.scalar(strangers.where(Bid.tender_id == tender.id, Enterprise.organisation_id != Bid.organisation_id).limit(1)):
        yield Fault(published.leaf_index, f"{name}: a bid is kept for another enterprise than the one that handed it in")
    yield from _faults_of_list(published, leaves, tender, name)
    if (record := leaves.get("tender.open")) is not None and (told := _told(record)):
        opening = opening_record(tender)
        kept = sha256(canonical_record(tender, opening)).hexdigest() if opening is not None else ""
        if not kept == opening.record_sha256 == told.get("record_sha256", kept):
            yield Fault(record.leaf_index, f"{name}: the opening record is not the one whose hash this leaf has")


def _faults_of_list(published: LogEntry, leaves: dict[str, LogEntry], tender: Tender, name: str) -> Iterator[Fault]:
    closing = closing_of(tender)
    listed = leaves.get("tender.close_bidding") or leaves.get("tender.close_short")
    at = listed.leaf_index if listed is not None else published.leaf_index
    if closing is None:
        if listed is not None:
            yield Fault(at, f"{name}: the closing list of this leaf is not there any more")
        return
    standing = [one.sha256 for one in standing_capsules(tender)]
    statement = closing_statement(tender.number, closing.closed_at, standing)
    if (closing.bids, sorted(closing.capsules), closing.statement) != (len(standing), sorted(standing), statement):
        yield Fault(at, f"{name}: the closing list does not name the bids that stood at the deadline")
    if listed is None and is_enough(tender, closing):
        yield Fault(at, f"{name}: its closing list has no leaf")
    elif listed is not None and (told := _told(listed)) and told["closing_sha256"] != sha256(closing.statement.encode()).hexdigest():
        yield Fault(at, f"{name}: the closing list is not the one whose hash this leaf has")


def _told(leaf: LogEntry) -> dict:
    return json.loads(leaf.payload) if leaf.payload else {}
