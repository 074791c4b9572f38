"""A bidder's own pages: the list, the page that seals, the receipt, taking back. Nobody else ever meets them."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, roles
from app.common.money import yuan_in_words
from app.common.refusal import refuse_if
from app.enterprises.queries import find_by_organisation
from app.extensions import db
from app.tenders.actions import bidding as actions
from app.tenders.bidding import exact_time
from app.tenders.models import Tender
from app.tenders.queries import bids as asked
from app.tenders.queries.results import outcomes
from app.tenders.queries.tenders import find_tender, phases
from app.tenders.views.bid_page import receipt_page, sealing_page
from app.tenders.views.blueprint import bp

bp.add_app_template_filter(yuan_in_words, "in_words")
bp.add_app_template_filter(exact_time, "exact_time")

BIDDERS = (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)


def _load(number: str) -> Tender:
    return find_tender(number, actor()) or not_found()


@bp.get("/bids")
@roles(*BIDDERS)
def bids():
    rows, now = asked.own_bids(actor()), clock.now()
    tenders = [bid.tender for bid in rows]
    enterprise = find_by_organisation(actor().organisation_id)
    return render_template(
        "tenders/bids.html",
        rows=rows,
        shut={bid.id for bid in rows if bid.tender.opened_at and (found := asked.current_version(bid).unsealing) and found.fault},
        now=now,
        phases=phases(tenders, now),
        outcomes=outcomes(enterprise.id, tenders) if enterprise else {},
    )


@bp.get("/tenders/<number>/bid")
@roles(*BIDDERS)
def bid(number: str):
    tender, own = _load(number), find_by_organisation(actor().organisation_id)
    bid = asked.own_bid(tender, actor())
    why_not = actions.why_not_bid(tender, own, actor=actor(), now=clock.now())
    if why_not is not None:
        return render_template("tenders/bid_closed.html", tender=tender, reason=why_not, bid=bid, now=clock.now())
    page = make_response(sealing_page(tender, own, bid))
    page.headers["Cache-Control"] = "no-store"  # going back after handing in must not bring the page from before it
    return page


@bp.get("/tenders/<number>/bid/withdraw")
@roles(Role.ENTERPRISE_SIGNATORY)
def ask_bid_withdraw(number: str):
    tender = _load(number)
    bid = asked.own_bid(tender, actor())
    refuse_if(actions.why_not_withdraw(tender, bid, now=clock.now()))
    return render_template("tenders/bid_withdraw.html", tender=tender, version=asked.current_version(bid), now=clock.now())


@bp.post("/tenders/<number>/bid/withdraw")
@roles(Role.ENTERPRISE_SIGNATORY)
def bid_withdraw(number: str):
    actions.withdraw_bid(_load(number), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("投标已撤回，请保存撤回回执。截止前可以重新提交。"), "success")
    return redirect(url_for(".bid_receipt", number=number))


@bp.get("/tenders/<number>/bid/receipt")
@roles(*BIDDERS)
def bid_receipt(number: str):
    tender = _load(number)
    own = asked.own_bid(tender, actor()) or not_found()
    return receipt_page(tender, own, asked.current_version(own))
