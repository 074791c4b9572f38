"""Which events of tendering get a leaf of the public log, what the leaf says, and when a hidden one is revealed."""

import json
from datetime import datetime

from sqlalchemy import select

from app.common.audit import label_events
from app.common.i18n import _l
from app.extensions import db
from app.log import pace
from app.log.actions import KEPT, expect_deadline, reveal
from app.log.models import LogEntry, LogLeaf, LogWindow
from app.log.queries import slots_at
from app.log.recording import Decisive, decisive
from app.log.unhidden import REVEALS, Reveals, reveals
from app.log.verifying import Fault, also_verify
from app.tenders.holders import fingerprint
from app.tenders.lifecycle import Status
from app.tenders.models import Tender
from app.tenders.queries.draw_bundle import announced_digest, walk_digest
from app.tenders.queries.terms import documents_hash, holders_of

label_events(
    {},
    {
        "documents_sha256": _l("附件校验值"),
        "terms_sha256": _l("招标文件校验值"),
        "content_sha256": _l("投标内容校验值"),
        "recipients": _l("密封投标的公钥"),
        "fingerprints": _l("密封投标的公钥指纹"),
        "announced_sha256": _l("冻结公告内容校验值"),
        "walk_sha256": _l("抽取记录校验值"),
    },
)


def _number(tender) -> str:
    return tender.number


def _number_of(part) -> str:
    return part.tender.number


reveals(
    {
        "tender.publish": Reveals(("tender.confirm_filing",)),
        "tender.open": Reveals(("bid.submit", "bid.replace"), but="bid.withdraw", unless="tender.declare_failed"),
        "tender.publish_candidates": Reveals(("tender.evaluate", "evaluation.reject", "evaluation.restore")),
        "tender.award": Reveals(("objection.raise", "objection.answer", "committee.recuse")),
        "draw.walk": Reveals(("draw.enter_number",)),
    }
)


def _reveal(tender, row) -> None:
    reveal((LogEntry.tender_number == tender.number) & LogEntry.event.in_(REVEALS[row.event].events), now=row.at)


def _published(tender, row) -> None:
    _reveal(tender, row)
    expect_deadline(tender.bid_deadline_at, now=row.at)


def _opened(tender, row) -> None:
    """What was opened may be known: that these bids came, and their hashes. Withdrawn bids stay hidden, and all of them below the legal minimum."""
    if tender.status is not Status.FAILED:
        standing = [str(bid.id) for bid in tender.bids if bid.withdrawn_at is None]
        reveal(LogEntry.event.in_(REVEALS[row.event].events) & LogEntry.object_id.in_(standing), now=row.at)


def _drawn(found, row) -> None:
    """Until then neither side reads in the log what the other typed."""
    _reveal(found.tender, row)


def _bid_facts(_bid, row) -> dict:
    return {"content_sha256": row.facts["capsule"]}


def _frozen_facts(found, _row) -> dict:
    return {"announced_sha256": announced_digest(found)}


def _drawn_facts(found, _row) -> dict:
    return {"walk_sha256": walk_digest(found)}


def _document_facts(tender, _row) -> dict:
    """Its files, the hash of the tender documents that every capsule names, and the keys to which bids are sealed."""
    sealed = sealed_for(tender)
    return {
        "documents_sha256": [document.file.sha256 for document in tender.documents],
        "terms_sha256": documents_hash(tender),
        "fingerprints": [fingerprint(recipient) for recipient in sealed["recipients"]],
        **sealed,
    }


def sealed_for(tender: Tender) -> dict:
    """The public keys in the holders' order, and how many of them open together: as the publish leaf says it."""
    recipients = [holder.key.recipient for holder in holders_of(tender) if holder.key is not None]
    return {"recipients": recipients, "threshold": tender.seal_threshold}


@also_verify
def keys_as_published() -> Fault | None:
    """The first tender whose bids are not sealed to the keys that its publish leaf names."""
    entries = select(LogEntry).where(LogEntry.event == "tender.publish", LogEntry.erased_at.is_(None)).order_by(LogEntry.leaf_index)
    for entry in db.session.scalars(entries):
        told = json.loads(entry.payload)
        if "recipients" not in told:
            continue  # published before leaves named them
        tender = db.session.scalar(select(Tender).where(Tender.number == entry.tender_number))
        if tender is None or sealed_for(tender) != {key: told[key] for key in ("recipients", "threshold")}:
            what = f"tender {entry.tender_number}: the holders' keys or their threshold are not those that this leaf published"
            return Fault(entry.leaf_index, what)
    return None


@also_verify
def windows_as_published() -> Fault | None:
    """The faster times of the log are those before the deadlines that publish leaves name, and no others: who changes one moves every later leaf."""
    published = select(LogEntry.leaf_index, LogEntry.payload, LogLeaf.at).join(LogLeaf, LogLeaf.leaf_index == LogEntry.leaf_index)
    published = published.where(LogEntry.event == "tender.publish").order_by(LogEntry.leaf_index)
    due: dict[tuple, tuple] = {}
    has_erased = False
    for index, payload, at in db.session.execute(published):
        deadline = json.loads(payload).get("bid_deadline_at") if payload else None
        has_erased |= payload is None
        for window in pace.windows_for(datetime.fromisoformat(deadline)) if deadline else ():
            due.setdefault((window.ends_at, window.per_second), (index, window, at + pace.LEAD))
    for kept in db.session.scalars(select(LogWindow).order_by(LogWindow.id)):
        index, window, cut = due.pop((kept.ends_at, kept.per_second), (None, None, None))
        if index is None:
            if not has_erased:
                return Fault(slots_at(kept.starts_at), "a faster time is kept that no published deadline has announced")
            continue
        is_cut = window.starts_at < cut and cut - pace.LATEST_COMMIT <= kept.starts_at <= cut
        same = pace.Window(kept.starts_at, kept.ends_at, kept.per_second).slots == kept.slots
        if not same or (kept.starts_at != window.starts_at and not is_cut):
            return Fault(index, "the faster time before the deadline that this leaf published was changed")
    missing = [index for index, window, cut in due.values() if window.ends_at > cut]
    return Fault(min(missing), "the faster time before the deadline that this leaf published was removed") if missing else None


KEPT.update((Tender.__tablename__, event) for event in ("tender.publish", "tender.close_bidding", "tender.close_short", "tender.open"))

HIDDEN_BID = Decisive(("version", "receipt"), is_public=False, tender=_number_of, more=_bid_facts)
HIDDEN_PART = {"is_public": False, "tender": _number_of}

decisive(
    {
        "tender.confirm_filing": Decisive(is_public=False, tender=_number),
        "tender.publish": Decisive(("bid_deadline_at",), tender=_number, more=_document_facts, then=_published),
        "bid.submit": HIDDEN_BID,
        "bid.replace": HIDDEN_BID,
        "bid.withdraw": HIDDEN_BID,
        "bid.refuse": Decisive(("reason", "capsule"), **HIDDEN_PART),
        "tender.close_bidding": Decisive(("bids", "closing_sha256"), tender=_number),
        "tender.close_short": Decisive(("closing_sha256",), is_public=False, tender=_number),
        "tender.release_shares": Decisive(("holder", "shares", "unusable"), tender=_number),
        "tender.refuse_share": Decisive(("holder", "shares", "forged", "unusable", "replaced"), tender=_number),
        "tender.replace_shares": Decisive(("holder", "shares", "unusable", "replaced"), tender=_number),
        "tender.announce_recovery": Decisive(("ends_at", "reason"), tender=_number),
        "tender.end_unsealing": Decisive(("not_opened",), tender=_number),
        "tender.open": Decisive(("bids", "record_sha256"), tender=_number, then=_opened),
        "draw.freeze": Decisive(("round", "pool_size", "pool_sha256", "number_kind", "number_on"), tender=_number_of, more=_frozen_facts),
        "draw.commit": Decisive(("side", "commitment"), tender=_number_of),
        "draw.reveal": Decisive(("side", "value"), tender=_number_of),
        "draw.enter_number": Decisive(("side", "issue", "drawn_numbers", "source"), **HIDDEN_PART),
        "draw.walk": Decisive(("round", "key_string", "drawn", "skipped"), tender=_number_of, more=_drawn_facts, then=_drawn),
        "committee.seat": Decisive(("seat", "member"), **HIDDEN_PART),
        "committee.recuse": Decisive(**HIDDEN_PART),
        "committee.declare": Decisive(**HIDDEN_PART),
        "evaluation.reject": Decisive(("ground",), **HIDDEN_PART),
        "evaluation.restore": Decisive(("ground",), **HIDDEN_PART),
        "tender.evaluate": Decisive(("inputs_sha256", "ranked"), is_public=False, tender=_number),
        "tender.publish_candidates": Decisive(("notice_ends_at",), tender=_number, then=_reveal),
        "objection.raise": Decisive(**HIDDEN_PART),
        "objection.answer": Decisive(**HIDDEN_PART),
        "tender.pass_over": Decisive(("enterprise", "rank", "pass_reason"), tender=_number),
        "tender.award": Decisive(("enterprise", "rank", "price_fen"), tender=_number, then=_reveal),
        "tender.return_award": Decisive(tender=_number),
        "tender.confirm_award": Decisive(tender=_number),
        "tender.withdraw_award": Decisive(("enterprise", "pass_reason"), tender=_number),
        "tender.record_contract": Decisive(("signed_on", "starts_on", "ends_on"), tender=_number),
        "tender.correct_contract": Decisive(
            ("signed_on_before", "starts_on_before", "signed_on", "starts_on", "ends_on", "correction_reason"), tender=_number
        ),
        "tender.cancel": Decisive(("reason",), tender=_number),
        "tender.declare_failed": Decisive(("cause",), tender=_number),
        "tender.retender": Decisive(("number",), tender=_number),
    }
)
