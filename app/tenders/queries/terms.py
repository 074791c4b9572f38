"""The tender documents as one hash, and what a bidder's program needs in order to seal for a tender. All of it is public."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.log.keys import log_keys
from app.log.models import LogEntry
from app.log.queries import receipt
from app.tenders.bidding import MAX_PLAN, MIN_PLAN
from app.tenders.capsule.format import MAX_FILE, MAX_FILES, canonical
from app.tenders.capsule.seal import Terms
from app.tenders.kinds import BidDocumentKind
from app.tenders.models import Tender, TenderDocument, TenderHolder
from app.tenders.queries.bids import further_passages, plan_criterion


def terms_data(tender: Tender) -> dict:
    """What the tenderer asks for, as published; a bid is sealed for exactly this."""
    documents = db.session.scalars(
        select(TenderDocument)
        .where(TenderDocument.tender_id == tender.id)
        .options(joinedload(TenderDocument.file))
        .order_by(TenderDocument.id)
    )
    return {
        "tender": tender.number,
        "title": tender.title,
        "regime": tender.regime.value,
        "regime_version": tender.regime_version,
        "published_at": _instant(tender.published_at),
        "bid_deadline_at": _instant(tender.bid_deadline_at),
        "ceiling_fen": tender.ceiling_fen,
        "term_months": tender.term_months,
        "level_scheme": tender.level_scheme.value,
        "service_level": tender.service_level.value if tender.service_level else None,
        "service_content": tender.service_content,
        "eligibility": tender.eligibility,
        "bid_instructions": tender.bid_instructions,
        "contract_terms": tender.contract_terms,
        "compounds": [
            {"name": c.name, "address": c.address, "area_centi": c.area_centi, "households": c.households, "buildings": c.buildings}
            for c in tender.compounds
        ],
        "criteria": [
            {"code": c.code, "label": c.label, "weight": c.weight, "kind": c.kind.value, "guidance": c.guidance} for c in tender.criteria
        ],
        "documents": [{"title": d.title, "sha256": d.file.sha256, "size": d.file.size} for d in documents],
    }


def _instant(at: datetime | None) -> str | None:
    """In UTC: while a tender is being published its instants are still those that were typed, with Beijing's offset."""
    return at.astimezone(UTC).isoformat() if at else None


def documents_hash(tender: Tender) -> str:
    """SHA-256 of the canonical JSON of the terms: anybody can repeat it from the public file."""
    return hashlib.sha256(canonical(terms_data(tender))).hexdigest()


def holders_of(tender: Tender) -> list[TenderHolder]:
    """The tender's holders with their bound keys, in their order."""
    return list(
        db.session.scalars(
            select(TenderHolder)
            .where(TenderHolder.tender_id == tender.id)
            .options(joinedload(TenderHolder.key), joinedload(TenderHolder.organisation))
            .order_by(TenderHolder.position)
        )
    )


SETTLED_AFTER = timedelta(minutes=10)
"""So long at most until everybody can look up a new leaf."""


def _publications(tender: Tender):
    """The select of the entry that names the keys to which bids are sealed."""
    published = LogEntry.tender_number == tender.number, LogEntry.event == "tender.publish"
    return select(LogEntry).where(*published).order_by(LogEntry.leaf_index.desc()).limit(1)


def publish_leaf(tender: Tender, *, now: datetime) -> int | None:
    """That entry's leaf, once everybody can look it up."""
    if tender.published_at is None or now < tender.published_at + SETTLED_AFTER:
        return None
    return db.session.scalar(_publications(tender).where(LogEntry.revealed_at <= now).with_only_columns(LogEntry.leaf_index))


def publish_receipt(tender: Tender, under: LogEntry | None = None) -> str | None:
    """The same as a proof, with which a program sees for itself that the terms are those of the public log. `under`: as in `receipt`."""
    entry = db.session.scalar(_publications(tender))
    return receipt(entry, under) if entry is not None else None


def terms_of(tender: Tender) -> Terms:
    """What a capsule of this tender must say."""
    keys = tuple(holder.key.recipient for holder in holders_of(tender) if holder.key is not None)
    return Terms(tender.number, documents_hash(tender), tender.seal_threshold, keys)


def sealing_data(tender: Tender) -> dict:
    """The file that the page's script, the offline sealer and the command line read."""
    criteria = list(tender.criteria)
    plan = plan_criterion(criteria)
    return {
        "format": "linli-terms-1",
        "tender": tender.number,
        "title": tender.title,
        "documents": documents_hash(tender),
        "threshold": tender.seal_threshold,
        "holders": [
            {"key": h.key.recipient, "seat": str(h.seat_label), "organisation": h.organisation.name}
            for h in holders_of(tender)
            if h.key is not None
        ],
        "deadline_at": tender.bid_deadline_at.isoformat(),
        "log": {"key": str(log_keys().verifier), "published": publish_receipt(tender)},
        "ceiling_fen": tender.ceiling_fen,
        "plan": {"label": plan.label, "guidance": plan.guidance} if plan else None,
        "passages": [{"code": c.code, "label": c.label, "guidance": c.guidance} for c in further_passages(criteria)],
        "kinds": [{"value": kind.value, "label": str(kind.label)} for kind in BidDocumentKind],
        "limits": {"files": MAX_FILES, "file_bytes": MAX_FILE, "plan": MAX_PLAN, "plan_min": MIN_PLAN},
    }
