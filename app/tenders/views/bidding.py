"""A bidder's own pages: prepare, check, hand in, receipt, take back. Nobody else ever meets them."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, roles
from app.common.files import send_stored_file
from app.common.money import yuan_in_words
from app.common.refusal import Refused
from app.enterprises.queries import find_by_organisation
from app.extensions import db
from app.tenders.actions import bidding as actions
from app.tenders.bidding import exact_time
from app.tenders.forms.bidding import bid_form_for, values_of
from app.tenders.models import Tender
from app.tenders.queries import bids as asked
from app.tenders.queries.results import outcomes
from app.tenders.queries.tenders import find_tender, phases
from app.tenders.views.bid_page import is_sealing, sealed_receipt, sealing_page
from app.tenders.views.blueprint import bp

bp.add_app_template_filter(yuan_in_words, "in_words")
bp.add_app_template_filter(exact_time, "exact_time")

BIDDERS = (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)


def _load(number: str) -> Tender:
    return find_tender(number, actor()) or not_found()


def _version(typed: str | None) -> int | None:
    """The draft's version as its hidden field says it; whatever else was sent counts as none."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@bp.get("/bids")
@roles(*BIDDERS)
def bids():
    rows, now = asked.own_drafts_and_bids(actor()), clock.now()
    tenders = [tender for tender, _draft, _bid in rows]
    enterprise = find_by_organisation(actor().organisation_id)
    return render_template(
        "tenders/bids.html",
        rows=rows,
        now=now,
        phases=phases(tenders, now),
        outcomes=outcomes(enterprise.id, tenders) if enterprise else {},
    )


@bp.route("/tenders/<number>/bid", methods=["GET", "POST"])
@roles(*BIDDERS)
def bid(number: str):
    tender = _load(number)
    enterprise = find_by_organisation(actor().organisation_id)
    draft, own = asked.own_draft(tender, actor()), asked.own_bid(tender, actor())
    why_not = actions.why_not_bid(tender, enterprise, actor=actor(), now=clock.now())
    if why_not is not None and request.method == "GET":
        return render_template("tenders/bid_closed.html", tender=tender, reason=why_not, bid=own, now=clock.now())
    if is_sealing() and request.method == "GET":
        return sealing_page(tender, enterprise, own)
    criteria = asked.criteria_of(tender)
    kind = bid_form_for(asked.further_passages(criteria), asked.plan_criterion(criteria))
    form = kind(data=values_of(asked.content_of_draft(draft)) | {"seen_version": draft.version_id} if draft else None)
    if form.validate_on_submit():
        try:
            draft = actions.save_draft(
                tender,
                price_fen=form.price.data,
                project_manager=form.project_manager.data or "",
                plan=form.plan.data or "",
                staffing=form.posts,
                answers=form.answers,
                no_interest=form.no_interest.data,
                files=form.uploads,
                seen_version=_version(form.seen_version.data),
                actor=actor(),
                now=clock.now(),
            )
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            form.apply_refusal(refused)
        else:
            if "check" in request.form:
                return redirect(url_for(".bid_check", number=number))
            flash(_("草稿已保存，还没有提交。"), "success")
            return redirect(url_for(".bid", number=number))
    return render_template(
        "tenders/bid_edit.html",
        tender=tender,
        form=form,
        draft=draft,
        bid=own,
        criteria=criteria,
        now=clock.now(),
        is_signatory=actor().has(Role.ENTERPRISE_SIGNATORY),
    )


@bp.get("/tenders/<number>/bid/check")
@roles(*BIDDERS)
def bid_check(number: str):
    tender = _load(number)
    enterprise = find_by_organisation(actor().organisation_id) or not_found()
    draft = asked.own_draft(tender, actor())
    if draft is None:
        return redirect(url_for(".bid", number=number))
    return render_template(
        "tenders/bid_check.html",
        tender=tender,
        enterprise=enterprise,
        draft=draft,
        content=asked.content_of_draft(draft),
        bid=asked.own_bid(tender, actor()),
        criteria=asked.criteria_of(tender),
        gaps=actions.find_gaps(tender, draft, enterprise),
        why_not=actions.why_not_bid(tender, enterprise, actor=actor(), now=clock.now()),
        is_signatory=actor().has(Role.ENTERPRISE_SIGNATORY),
        now=clock.now(),
    )


@bp.post("/tenders/<number>/bid/submit")
@roles(*BIDDERS)
def bid_submit(number: str):
    if "header" in request.form:
        from app.tenders.views.sealing import submit_header

        return submit_header(number)
    tender = _load(number)
    actions.submit_bid(tender, seen_version=_version(request.form.get("seen_version")), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("投标已提交，请保存回执。"), "success")
    return redirect(url_for(".bid_receipt", number=number))


@bp.post("/tenders/<number>/bid/withdraw")
@roles(Role.ENTERPRISE_SIGNATORY)
def bid_withdraw(number: str):
    actions.withdraw_bid(_load(number), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("投标已撤回。截止前可以重新提交。"), "success")
    return redirect(url_for(".bid", number=number))


@bp.get("/tenders/<number>/bid/receipt")
@roles(*BIDDERS)
def bid_receipt(number: str):
    tender = _load(number)
    own = asked.own_bid(tender, actor()) or not_found()
    version = asked.current_version(own)
    if version.capsule is not None:
        return sealed_receipt(tender, own, version)
    return render_template(
        "tenders/bid_receipt.html",
        tender=tender,
        bid=own,
        version=version,
        content=asked.content_of_version(version),
        enterprise=find_by_organisation(actor().organisation_id),
        now=clock.now(),
        is_signatory=actor().has(Role.ENTERPRISE_SIGNATORY),
    )


@bp.get("/tenders/<number>/bid/canonical.json")
@roles(*BIDDERS)
def bid_canonical(number: str):
    """The exact bytes behind the receipt's hash, for the bidder to keep."""
    tender = _load(number)
    own = asked.own_bid(tender, actor()) or not_found()
    return asked.canonical_of(tender, own), {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": "attachment; filename=bid.json",
        "Cache-Control": "no-store",
    }


@bp.get("/tenders/<number>/bid/files/<int:position>")
@roles(*BIDDERS)
def bid_file(number: str, position: int):
    return send_stored_file(asked.own_file(_load(number), actor(), position) or not_found())


@bp.post("/tenders/<number>/bid/files/<int:position>/drop")
@roles(*BIDDERS)
def bid_file_drop(number: str, position: int):
    seen = _version(request.form.get("seen_version"))
    if actions.drop_file(_load(number), position, seen_version=seen, actor=actor(), now=clock.now()) is None:
        not_found()
    db.session.commit()
    flash(_("附件已删除。"), "success")
    return redirect(url_for(".bid", number=number))
