"""A tender's own page, its files and its history."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from app.accounts.rules import Role
from app.common import clock
from app.common.access import Actor, actor, not_found, public
from app.common.audit import AuditEvent
from app.common.files import send_stored_file
from app.common.i18n import _l
from app.common.refusal import Reason
from app.common.tables import paginate
from app.tenders.actions.letters import BIDDERS
from app.tenders.actions.publishing import why_not_retender
from app.tenders.lifecycle import Move, Phase, offered_moves
from app.tenders.models import Tender
from app.tenders.parameters import version_label
from app.tenders.queries.award import awards_of, objections_of
from app.tenders.queries.contracts import contract_of_tender, corrections_of
from app.tenders.queries.drafting import timetable_of
from app.tenders.queries.filings import filings_of
from app.tenders.queries.history import PUBLIC_EVENTS, history_of
from app.tenders.queries.situations import situation
from app.tenders.queries.tenders import CONCERNED, find_tender, is_own, is_supervised, phase_of, place_names, retenders_of
from app.tenders.views.blueprint import bp
from app.tenders.views.holders import holders_context
from app.tenders.views.opening import opening_context
from app.tenders.views.results import result_context
from app.tenders.views.shown import files_shown, steps_shown, terms_shown

ENDPOINTS = {
    "submit": ".draft",
    "return_notice": ".filing",
    "confirm_filing": ".filing",
    "publish": ".publish",
    "open": ".opening",
    "evaluate": ".evaluation",
    "publish_candidates": ".candidates",
    "award": ".award",
    "return_award": ".award_filing",
    "confirm_award": ".award_filing",
    "withdraw_award": ".withdraw_award",
    "record_contract": ".contract",
    "cancel": ".cancel",
    "declare_failed": ".fail",
}
"""The page on which each move is made; take_back is a button of its own."""

LEADS_TO = {"evaluate": _l("组织评标")}
"""Where a page begins long before its move: what one goes there for."""

ASIDE = ("take_back", "cancel", "declare_failed", "withdraw_award")
"""Moves that leave the ordinary way: shown small, and only when they can be made."""


@dataclass(frozen=True)
class Offer:
    """One thing that this reader can do now, or why not yet."""

    name: str
    label: Any
    url: str
    reason: Reason | None
    is_aside: bool


def offers_for(tender: Tender, person: Actor | None, now) -> list[Offer]:
    """The moves that are this person's to make, each page once."""
    if person is None or person.role is None:
        return []
    offers: dict[str, Offer] = {}
    for move, reason in offered_moves(situation(tender, actor=person, now=now)):
        offer = _offer(tender, move, reason)
        if offer.is_aside and reason is not None:
            continue
        offers.setdefault(offer.url or offer.name, offer)
    return list(offers.values())


def _offer(tender: Tender, move: Move, reason: Reason | None) -> Offer:
    endpoint = ENDPOINTS.get(move.name)
    url = url_for(endpoint, number=tender.number) if endpoint else ""
    return Offer(move.name, LEADS_TO.get(move.name, move.label), url, reason, move.name in ASIDE)


@bp.get("/tenders/<number>")
@public
def page(number: str):
    person, now = actor(), clock.now()
    tender = find_tender(number, person, with_documents=True) or not_found()
    phase, terms, ending = phase_of(tender, now), timetable_of(tender), _ending(tender, person)
    return render_template(
        "tenders/page.html",
        tender=tender,
        phase=phase,
        phases=Phase,
        steps=steps_shown(tender, phase, terms, now),
        terms=terms_shown(terms),
        trail=[
            (division.name, url_for(".index", district=division.code))
            for division in place_names([tender.division_code])[tender.division_code]
        ],
        version=version_label(tender.regime_version),
        documents=files_shown(tender),
        is_own=is_own(tender, person),
        is_bidder=person is not None and person.role in BIDDERS,
        can_retender=person is not None and is_own(tender, person) and why_not_retender(tender, actor=person, now=now) is None,
        **ending,
        offers=offers_for(tender, person, now),
        **holders_context(tender, person),
        **opening_context(tender),
        **result_context(tender, person),
    )


def _ending(tender: Tender, person: Actor | None) -> dict:
    """What a page shows from the candidates on; filings are for those concerned."""
    is_late = tender.candidates_public_at is not None
    sees_filings = person is not None and (is_own(tender, person) or (person.covers(tender.division_code) and person.role in CONCERNED))
    corrects = person is not None and person.role is Role.BUREAU_OFFICER and is_supervised(tender, person)
    return {
        "corrections": corrections_of(tender) if tender.contracted_at else [],
        "may_correct": corrects and tender.contracted_at is not None,
        "objections": objections_of(tender) if is_late else [],
        "awards": awards_of(tender) if is_late else [],
        "contract": contract_of_tender(tender.id) if tender.contracted_at else None,
        "filings": filings_of(tender) if sees_filings else [],
        "retenders": retenders_of(tender) if tender.cancelled_at or tender.failed_at else [],
    }


@bp.get("/tenders/<number>/history")
@public
def history(number: str):
    """What was done and by whom: names are for those concerned, the public reads what and when."""
    person = actor()
    tender = find_tender(number, person) or not_found()
    names = person is not None and (is_own(tender, person) or (person.covers(tender.division_code) and person.role in CONCERNED))
    rows = history_of(tender)
    if not names:
        rows = rows.where(AuditEvent.event.in_(PUBLIC_EVENTS))
    return render_template("tenders/history.html", tender=tender, page=paginate(rows), shows_names=names)


@bp.get("/tenders/<number>/documents/<int:document_id>")
@public
def document(number: str, document_id: int):
    tender = find_tender(number, actor()) or not_found()
    found = next((d for d in tender.documents if d.id == document_id), None) or not_found()
    return send_stored_file(found.file)
