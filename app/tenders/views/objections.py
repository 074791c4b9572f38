"""Objections to the result: read by all, raised by bidders, answered by the tenderer."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, public, roles
from app.common.calendar_days import load_calendar
from app.common.forms import attempt
from app.tenders.actions import objections as actions
from app.tenders.actions.letters import BIDDERS
from app.tenders.forms.award import AnswerForm, ObjectionForm
from app.tenders.models import Tender
from app.tenders.objections import why_not_object
from app.tenders.queries.award import bid_of, objections_of
from app.tenders.queries.situations import sheet_of
from app.tenders.queries.tenders import find_own_tender, find_tender, is_own
from app.tenders.timetable import answer_due
from app.tenders.views.blueprint import bp


def _public(number: str) -> Tender:
    tender = find_tender(number, actor()) or not_found()
    return tender if tender.candidates_public_at is not None else not_found()


def _page(tender: Tender, *, form=None, answer_form=None, answering: int | None = None):
    person, now = actor(), clock.now()
    is_bidder = person is not None and person.role in BIDDERS and bid_of(tender, person) is not None
    reason = why_not_object(status=tender.status, is_bidder=is_bidder, notice_ends_at=tender.notice_ends_at, now=now)
    found = objections_of(tender)
    return render_template(
        "tenders/objections.html",
        tender=tender,
        objections=found,
        due={o.id: answer_due(o.raised_at, load_calendar(), sheet_of(tender)) for o in found if o.answered_at is None},
        form=form or (ObjectionForm() if reason is None else None),
        why_not=reason,
        is_bidder=is_bidder,
        can_answer=is_own(tender, person),
        answer_form=answer_form or AnswerForm(),
        answering=answering,
    )


@bp.get("/tenders/<number>/objections")
@public
def objections(number: str):
    return _page(_public(number))


@bp.post("/tenders/<number>/objections")
@roles(*BIDDERS)
def raise_objection(number: str):
    tender, form = _public(number), ObjectionForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.raise_objection(tender, form.text.data, actor=actor(), now=clock.now())
        if done:
            flash(_("异议已提交，招标人应在 3 日内答复，答复前暂停定标。"), "success")
            return redirect(url_for(".objections", number=number))
    return _page(tender, form=form)


@bp.post("/tenders/<number>/objections/<int:objection_id>/answer")
@roles(Role.COMMUNITY_MANAGER)
def answer_objection(number: str, objection_id: int):
    tender, form = find_own_tender(number, actor()) or not_found(), AnswerForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.answer_objection(tender, objection_id, form.answer.data, actor=actor(), now=clock.now()) or not_found()
        if done:
            flash(_("答复已公开并发给投标人。"), "success")
            return redirect(url_for(".objections", number=number))
    return _page(tender, answer_form=form, answering=objection_id)
