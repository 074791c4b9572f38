"""Filing with the bureau, publishing, ending and repeating a tender."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, roles
from app.common.calendar_days import load_calendar
from app.common.forms import attempt
from app.extensions import db
from app.tenders.actions import filing as actions
from app.tenders.actions import publishing
from app.tenders.forms.filing import CancelForm, CorrectionsForm, FailForm, PublishForm
from app.tenders.kinds import FilingSubject
from app.tenders.lifecycle import Status, why_not
from app.tenders.models import Tender
from app.tenders.queries.drafting import gaps_of, timetable_of
from app.tenders.queries.filings import filings_of
from app.tenders.queries.holders import why_not_seal
from app.tenders.queries.situations import situation
from app.tenders.queries.tenders import find_own_tender, find_supervised_tender, place_names
from app.tenders.views.blueprint import bp
from app.tenders.views.shown import files_shown, terms_shown


def _own(number: str) -> Tender:
    return find_own_tender(number, actor()) or not_found()


@bp.post("/tenders/<number>/submit")
@roles(Role.COMMUNITY_MANAGER)
def submit(number: str):
    actions.submit(_own(number), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已提交备案，备案人员审核后会通知您。"), "success")
    return redirect(url_for(".page", number=number))


@bp.post("/tenders/<number>/take-back")
@roles(Role.COMMUNITY_MANAGER)
def take_back(number: str):
    actions.take_back(_own(number), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已撤回，修改后请重新提交备案。"), "success")
    return redirect(url_for(".draft", number=number))


# --- the bureau ----------------------------------------------------------------------------------------------------------


def _filing_page(tender: Tender, form: CorrectionsForm):
    now = clock.now()
    at = situation(tender, actor=actor(), now=now)
    return render_template(
        "tenders/filing.html",
        tender=tender,
        form=form,
        place=place_names([tender.division_code])[tender.division_code],
        gaps=gaps_of(tender, now=now, calendar=load_calendar()),
        terms=terms_shown(timetable_of(tender)),
        documents=files_shown(tender),
        filings=[f for f in filings_of(tender) if f.subject is FilingSubject.NOTICE],
        why_not=why_not("confirm_filing", at),
        is_pending=tender.status is Status.SUBMITTED,
    )


@bp.get("/tenders/<number>/filing")
@roles(Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.AUDITOR)
def filing(number: str):
    return _filing_page(find_supervised_tender(number, actor()) or not_found(), CorrectionsForm())


@bp.post("/tenders/<number>/filing/confirm")
@roles(Role.BUREAU_OFFICER)
def confirm_filing(number: str):
    actions.confirm_filing(find_supervised_tender(number, actor()) or not_found(), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已确认备案。"), "success")
    return redirect(url_for(".filing", number=number))


@bp.post("/tenders/<number>/filing/return")
@roles(Role.BUREAU_OFFICER)
def return_notice(number: str):
    tender, form = find_supervised_tender(number, actor()) or not_found(), CorrectionsForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.return_notice(tender, form.corrections.data, actor=actor(), now=clock.now())
        if done:
            flash(_("已退回改正，改正意见已发给招标人。"), "success")
            return redirect(url_for(".filing", number=number))
    return _filing_page(tender, form)


# --- publishing and ending -----------------------------------------------------------------------------------------------


@bp.route("/tenders/<number>/publish", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def publish(number: str):
    tender, now = _own(number), clock.now()
    if tender.status is not Status.FILED:
        return redirect(url_for(".page", number=number))
    proposed = publishing.proposed_deadline(tender, now=now)
    form = PublishForm(bid_deadline_at=proposed)
    if form.validate_on_submit():
        with attempt(form) as done:
            publishing.publish(tender, form.bid_deadline_at.data, actor=actor(), now=now)
        if done:
            flash(_("招标公告已发布。"), "success")
            return redirect(url_for(".page", number=number))
    return render_template(
        "tenders/publish.html",
        tender=tender,
        form=form,
        proposed=proposed,
        unsealed=why_not_seal(tender),
        why_not=publishing.why_not_publish(tender, proposed, now=now),
    )


@bp.route("/tenders/<number>/cancel", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def cancel(number: str):
    tender, form = _own(number), CancelForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            publishing.cancel(tender, form.reason.data, actor=actor(), now=clock.now())
        if done:
            flash(_("招标已终止。"), "success")
            return redirect(url_for(".page", number=number))
    reason = why_not("cancel", situation(tender, actor=actor(), now=clock.now()))
    return render_template("tenders/cancel.html", tender=tender, form=form, why_not=reason)


@bp.route("/tenders/<number>/fail", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def fail(number: str):
    tender, form = _own(number), FailForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            publishing.declare_failed(tender, note=form.note.data or "", actor=actor(), now=clock.now())
        if done:
            flash(_("已登记流标。"), "success")
            return redirect(url_for(".page", number=number))
    at = situation(tender, actor=actor(), now=clock.now())
    return render_template(
        "tenders/fail.html", tender=tender, form=form, why_not=why_not("declare_failed", at), cause=publishing.failure_cause(at)
    )


@bp.post("/tenders/<number>/retender")
@roles(Role.COMMUNITY_MANAGER)
def retender(number: str):
    again = publishing.retender(_own(number), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已按原项目生成新的草稿，请核对时间安排后提交备案。"), "success")
    return redirect(url_for(".draft", number=again.number))
