"""The page on which a bid is written and sealed in the bidder's own browser: what it brings along, and nothing that was typed."""

from datetime import datetime

import segno
from flask import render_template, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor
from app.common.frame import asset
from app.common.languages import spoken
from app.enterprises.models import Enterprise
from app.log.keys import log_keys
from app.tenders.bid_words import LABELS, spoken_words
from app.tenders.bidding import MAX_PLAN, MAX_PRICE_FEN, MIN_PLAN, names_to_avoid
from app.tenders.capsule.format import MAX_FILE, MAX_FILES, Header
from app.tenders.kinds import BidDocumentKind
from app.tenders.models import Bid, BidVersion, Tender
from app.tenders.queries.bids import criteria_of, further_passages, plan_criterion
from app.tenders.queries.capsules import closing_of
from app.tenders.queries.handing_in import known_terms
from app.tenders.queries.own_bids import turns_of
from app.tenders.queries.tenders import phases
from app.tenders.queries.terms import holders_of, publish_leaf
from app.tenders.views.opening_copies import outcome_text
from app.tenders.views.shown import in_language


def sealing_page(tender: Tender, enterprise: Enterprise, bid: Bid | None) -> str:
    known_terms(tender)  # before anybody hands in: the first to do so would take longer, and learn that it is the first
    criteria = criteria_of(tender)
    plan, passages = plan_criterion(criteria), further_passages(criteria)
    return render_template(
        "tenders/bid_seal.html",
        tender=tender,
        bid=bid,
        enterprise=enterprise,
        plan=plan,
        passages=passages,
        now=clock.now(),
        holders=holders_of(tender),
        leaf=publish_leaf(tender, now=clock.now()),
        limits={"plan": MAX_PLAN, "files": MAX_FILES, "megabytes": MAX_FILE // 1024**2},
        is_signatory=actor().has(Role.ENTERPRISE_SIGNATORY),
        brought=_brought(tender, enterprise, bid, plan, passages),
    )


def _brought(tender: Tender, enterprise: Enterprise, bid: Bid | None, plan, passages) -> dict:
    """The page's data block, as assets/js/bid/page.js reads it."""
    further = [{"code": one.code, "label": in_language(one.label)} for one in passages]
    labels = {key: str(text) for key, text in LABELS.items()} | {f"answer_{one['code']}": one["label"] for one in further}
    return {
        "tender": tender.number,
        "title": tender.title,
        "owner": f"{actor().user_id}:{actor().organisation_id}",
        "uscc": enterprise.uscc,
        "enterprise": enterprise.name,
        "names": list(names_to_avoid(enterprise.name, enterprise.legal_representative or "").items()),
        "version": len(bid.versions) + 1 if bid else 1,
        "csrf": generate_csrf(),
        "language": spoken().locale.language,
        "now": clock.now().isoformat(),
        "ticks": not clock.is_demo(),
        "deadline_at": tender.bid_deadline_at.isoformat(),
        "ceiling_fen": tender.ceiling_fen,
        "passages": further,
        "kinds": [{"value": kind.value, "label": str(kind.label)} for kind in BidDocumentKind],
        "limits": {"files": MAX_FILES, "file_bytes": MAX_FILE, "plan": MAX_PLAN, "plan_min": MIN_PLAN, "price_fen": MAX_PRICE_FEN},
        "labels": labels | {"plan": in_language(plan.label) if plan else _("服务方案")},
        "words": spoken_words(),
        "urls": {
            "terms": url_for(".sealing_terms", number=tender.number),
            "objects": url_for(".begin_object", number=tender.number),
            "submit": url_for(".bid_submit", number=tender.number),
            "worker": asset("bid-worker.js"),
            "inspect": asset("bid-inspect.js"),
        },
    }


def printed_code(tender: Tender, *said: str, sha256: str | None, leaf: int | None, at: datetime) -> Markup:
    """A receipt's figures for paper, as a QR code (SVG without style), one a line: tender, what it is, capsule, leaf and time."""
    lines = [f"LINLI {tender.number}", *said]
    if sha256:
        lines.append(f"SHA-256 {sha256}")
    if leaf is not None:
        lines.append(f"LEAF {leaf}")
    return Markup(segno.make("\n".join([*lines, at.isoformat()]), error="m", micro=False).svg_inline(scale=3, border=2))


def _code(tender: Tender, bid: Bid, version: BidVersion, leaf: int | None) -> Markup:
    """Of the withdrawal where the bid was taken back, else of the submission."""
    said = ("WITHDRAWN", version.receipt) if bid.withdrawn_at else (version.receipt,)
    return printed_code(tender, *said, sha256=version.content_sha256, leaf=leaf, at=bid.withdrawn_at or version.submitted_at)


def receipt_page(tender: Tender, bid: Bid, version: BidVersion) -> str:
    """What the server knows of a submission: when it came, its hashes and sizes. The content it could not show."""
    turns = turns_of(bid)
    leaf = next((turn.leaf for turn in reversed(turns) if turn.is_submission), None)
    return render_template(
        "tenders/bid_receipt.html",
        tender=tender,
        bid=bid,
        version=version,
        header=Header.from_bytes(version.capsule.header.encode()),
        enterprise=bid.enterprise,
        leaf=leaf,
        turns=turns,
        log_verifier=log_keys().verifier,
        code=_code(tender, bid, version, turns[-1].leaf if bid.withdrawn_at else leaf),
        now=clock.now(),
        is_signatory=actor().has(Role.ENTERPRISE_SIGNATORY),
        phase=phases([tender], clock.now())[tender.id],
        closing=closing_of(tender) if clock.now() >= tender.bid_deadline_at and bid.withdrawn_at is None else None,
        outcome=outcome_text({"way": None, "fault": found.fault}) if (found := version.unsealing) is not None and found.fault else "",
    )
