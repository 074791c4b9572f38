"""From the ranking to the contract: candidates, award, filing of the award, contract."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, public, roles
from app.common.calendar_days import load_calendar
from app.common.files import send_stored_file
from app.common.forms import attempt
from app.extensions import db
from app.tenders.actions import award as actions
from app.tenders.actions import correcting
from app.tenders.actions.contracts import record_contract
from app.tenders.award import next_candidate
from app.tenders.forms.award import AwardForm, ConfirmForm, ContractForm, CorrectContractForm, PassOverForm, upload_of
from app.tenders.forms.filing import CorrectionsForm
from app.tenders.kinds import FilingSubject
from app.tenders.lifecycle import Status, why_not
from app.tenders.models import Tender
from app.tenders.queries.award import awards_of, candidate_lines, objections_of, standing_award
from app.tenders.queries.contracts import contract_of_tender
from app.tenders.queries.filings import filings_of
from app.tenders.queries.situations import sheet_of, situation
from app.tenders.queries.tenders import find_own_tender, find_supervised_tender, find_tender
from app.tenders.timetable import contract_due, local_day, notice_end
from app.tenders.views.blueprint import bp
from app.tenders.views.results import result_context


def _own(number: str) -> Tender:
    return find_own_tender(number, actor()) or not_found()


@bp.route("/tenders/<number>/candidates", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def candidates(number: str):
    tender, form, now = _own(number), ConfirmForm(), clock.now()
    if tender.status is not Status.EVALUATED:
        return redirect(url_for(".page", number=number))
    if form.validate_on_submit():
        actions.publish_candidates(tender, actor=actor(), now=now)
        db.session.commit()
        flash(_("中标候选人已公示。"), "success")
        return redirect(url_for(".page", number=number))
    return render_template(
        "tenders/candidates.html",
        tender=tender,
        form=form,
        lines=candidate_lines(tender),
        ends_at=notice_end(now, load_calendar(), sheet_of(tender)),
        why_not=why_not("publish_candidates", situation(tender, actor=actor(), now=now)),
    )


def _award_page(tender: Tender, *, award_form=None, pass_form=None, open_pass: bool = False):
    lines = candidate_lines(tender)
    turn = next_candidate([line.candidate for line in lines])
    form = pass_form if open_pass else award_form
    return render_template(
        "tenders/award.html",
        tender=tender,
        form=form,
        award_form=award_form or AwardForm(),
        pass_form=pass_form or PassOverForm(),
        open_pass=open_pass,
        lines=lines,
        turn=next((line for line in lines if turn is not None and line.bid.id == turn.bid_id), None),
        objections=objections_of(tender),
        earlier=[a for a in awards_of(tender) if a.voided_at is not None],
        why_not=why_not("award", situation(tender, actor=actor(), now=clock.now())),
    )


@bp.get("/tenders/<number>/award")
@roles(Role.COMMUNITY_MANAGER)
def award(number: str):
    tender = _own(number)
    return _award_page(tender) if tender.status is Status.CANDIDATES_PUBLIC else redirect(url_for(".page", number=number))


@bp.post("/tenders/<number>/award/<int:bid_id>")
@roles(Role.COMMUNITY_MANAGER)
def decide_award(number: str, bid_id: int):
    tender, form = _own(number), AwardForm()
    if form.validate_on_submit():
        actions.award(tender, bid_id, statement=form.statement.data or "", actor=actor(), now=clock.now())
        db.session.commit()
        flash(_("已定标并报备案，结果已通知全部投标人。"), "success")
        return redirect(url_for(".page", number=number))
    return _award_page(tender, award_form=form)


@bp.post("/tenders/<number>/award/<int:bid_id>/pass")
@roles(Role.COMMUNITY_MANAGER)
def pass_over(number: str, bid_id: int):
    tender, form = _own(number), PassOverForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.pass_over(
                tender, bid_id, form.reason.data, form.explanation.data, file=upload_of(form.file), actor=actor(), now=clock.now()
            )
        if done:
            flash(_("已记录理由，可以确定下一名候选人。"), "success")
            return redirect(url_for(".award", number=number))
    return _award_page(tender, pass_form=form, open_pass=True)


@bp.route("/tenders/<number>/award/withdraw", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def withdraw_award(number: str):
    tender, form = _own(number), PassOverForm()
    decision = standing_award(tender)
    if decision is None or tender.status not in (Status.AWARDED, Status.AWARD_FILED):
        return redirect(url_for(".page", number=number))
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.withdraw_award(
                tender, form.reason.data, form.explanation.data, file=upload_of(form.file), actor=actor(), now=clock.now()
            )
        if done:
            flash(_("已记录理由，可以确定下一名候选人。"), "success")
            return redirect(url_for(".award", number=number))
    return render_template("tenders/withdraw_award.html", tender=tender, form=form, decision=decision)


# --- filing of the award -------------------------------------------------------------------------------------------------


def _filing_page(tender: Tender, form: CorrectionsForm):
    return render_template(
        "tenders/award_filing.html",
        tender=tender,
        form=form,
        decision=standing_award(tender),
        lines=candidate_lines(tender),
        objections=objections_of(tender),
        filings=[f for f in filings_of(tender) if f.subject is FilingSubject.AWARD],
        is_pending=tender.status is Status.AWARDED,
        why_not=why_not("confirm_award", situation(tender, actor=actor(), now=clock.now())),
        **result_context(tender, actor()),
    )


def _supervised(number: str) -> Tender:
    tender = find_supervised_tender(number, actor()) or not_found()
    return tender if tender.candidates_public_at is not None else not_found()


@bp.get("/tenders/<number>/award-filing")
@roles(Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.AUDITOR)
def award_filing(number: str):
    return _filing_page(_supervised(number), CorrectionsForm())


@bp.post("/tenders/<number>/award-filing/confirm")
@roles(Role.BUREAU_OFFICER)
def confirm_award(number: str):
    actions.confirm_award(_supervised(number), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已确认定标备案。"), "success")
    return redirect(url_for(".award_filing", number=number))


@bp.post("/tenders/<number>/award-filing/return")
@roles(Role.BUREAU_OFFICER)
def return_award(number: str):
    tender, form = _supervised(number), CorrectionsForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.return_award(tender, form.corrections.data, actor=actor(), now=clock.now())
        if done:
            flash(_("已退回，理由已发给招标人。"), "success")
            return redirect(url_for(".award_filing", number=number))
    return _filing_page(tender, form)


# --- the contract --------------------------------------------------------------------------------------------------------


@bp.route("/tenders/<number>/contract", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def contract(number: str):
    tender, now = _own(number), clock.now()
    decision = standing_award(tender)
    if decision is None or tender.status is not Status.AWARD_FILED:
        return redirect(url_for(".page", number=number))
    form = ContractForm(price=decision.price_fen)
    if form.validate_on_submit():
        with attempt(form) as done:
            made = record_contract(
                tender,
                signed_on=form.signed_on.data,
                starts_on=form.starts_on.data,
                price_fen=form.price.data,
                file=upload_of(form.file),
                late_reason=form.late_reason.data or "",
                actor=actor(),
                now=now,
            )
        if done:
            has_begun = made.starts_on <= local_day(now)
            effect = _("楼院的管理方式和物业覆盖率已按合同更新。") if has_begun else _("服务开始后，楼院的管理方式和物业覆盖率按合同更新。")
            flash(_("合同已登记。") + effect, "success")
            return redirect(url_for(".page", number=number))
    due = contract_due(tender.awarded_at, load_calendar(), sheet_of(tender))
    return render_template("tenders/contract.html", tender=tender, form=form, decision=decision, due=due)


@bp.route("/tenders/<number>/contract/correct", methods=["GET", "POST"])
@roles(Role.BUREAU_OFFICER)
def correct_contract(number: str):
    """Dates that were typed wrongly; the tenderer tells the bureau, whose officer has the paper before them."""
    tender = _supervised(number)
    found = contract_of_tender(tender.id) or not_found()
    form = CorrectContractForm(obj=found)
    if form.validate_on_submit():
        typed = {"signed_on": form.signed_on.data, "starts_on": form.starts_on.data, "reason": form.reason.data}
        with attempt(form) as done:
            correcting.correct_contract(tender, actor=actor(), now=clock.now(), **typed)
        if done:
            flash(_("已更正合同登记，原来的登记保留在公开的办理记录里。"), "success")
            return redirect(url_for(".page", number=number))
    why_not = correcting.why_not_correct(found, actor=actor())
    return render_template("tenders/correct_contract.html", tender=tender, contract=found, form=form, why_not=why_not)


@bp.get("/tenders/<number>/contract/file")
@public
def contract_file(number: str):
    """The signed contract is public, as the award is (电子招标投标办法第四十一条)."""
    tender = find_tender(number, actor()) or not_found()
    found = contract_of_tender(tender.id)
    return send_stored_file(found.file if found is not None and found.file is not None else not_found())
