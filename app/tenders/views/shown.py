"""Small turns from rules to what templates draw: steps, terms, files."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext
from flask_babel import gettext as _
from markupsafe import Markup

from app.common.figures import day, moment
from app.tenders.lifecycle import Phase
from app.tenders.models import Tender
from app.tenders.timeline import Step, reached_step, steps_of
from app.tenders.timetable import Term
from app.tenders.views.blueprint import bp


def in_language(text: str) -> str:
    """Standard wording kept in Chinese, in the reader's language; what people wrote themselves stays as it is.

    Plain text comes back, so templates escape it; their own _() would trust it."""
    return gettext(text) if text else ""


bp.add_app_template_filter(in_language, "in_language")


def steps_shown(tender: Tender, phase: Phase, terms: Sequence[Term], now) -> list[dict]:
    """For components/timeline.html."""
    reached = reached_step(
        published_at=tender.published_at,
        opened_at=tender.opened_at,
        evaluated_at=tender.evaluated_at,
        candidates_public_at=tender.candidates_public_at,
        is_closed=tender.bid_deadline_at is not None and now >= tender.bid_deadline_at,
    )
    return [{"label": s.label, "state": s.state, "when": _when(s, now)} for s in steps_of(phase, terms, reached=reached)]


def _when(step: Step, now) -> Markup | str:
    if step.at is None:
        return ""
    if step.is_end_of_day:
        text = moment(step.at, now, weekday=False, end_of_day=True)
        return Markup("{} {}").format(_("至") if step.is_fact else _("最迟"), text)
    if step.is_moment:
        return moment(step.at, now, weekday=False)
    return day(step.at, now, weekday=False)


def terms_shown(terms: Sequence[Term]) -> list[Term]:
    """The lines of the timetable; undated plans are left out unless they say why."""
    return [term for term in terms if term.at is not None or term.unknown is not None]


def files_shown(tender: Tender) -> list[dict]:
    """For components/documents.html."""
    return [
        {
            "url": url_for("tenders.document", number=tender.number, document_id=d.id),
            "filename": d.title,
            "kind": d.file.kind,
            "size": d.file.size,
            "sha256": d.file.sha256,
            "stored_at": d.added_at,
        }
        for d in tender.documents
    ]
