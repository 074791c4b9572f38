"""The ladder below the holders: a page with plain steps, the window and its end, and the bidder's own opening."""

from datetime import timedelta

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, public, roles
from app.common.forms import attempt
from app.common.refusal import refuse_if
from app.extensions import db
from app.tenders import recovery as rules
from app.tenders import uploads
from app.tenders.actions import recovery as actions
from app.tenders.actions.unsealing import read_capsule
from app.tenders.capsule.format import MAGIC
from app.tenders.forms.recovery import RecoveryForm, WindowForm
from app.tenders.models import Tender
from app.tenders.queries.bids import current_version, own_bid
from app.tenders.queries.opening_room import Stage, recovery_standing, room_of
from app.tenders.queries.tenders import find_own_tender, find_tender, is_own, phase_of, supervises
from app.tenders.views.bidding import BIDDERS
from app.tenders.views.blueprint import bp
from app.tenders.views.opening_copies import outcome_text
from app.tenders.views.unsealing import open_what_is_ready

USUAL = timedelta(hours=2)


def _ladder(tender: Tender, form: WindowForm | None = None):
    now, phase = clock.now(), phase_of(tender, clock.now())
    own, standing = is_own(tender, actor()), recovery_standing(tender)
    may_announce = own and rules.why_not_announce(standing, None, now=now) is None
    return render_template(
        "tenders/ladder.html",
        tender=tender,
        phase=phase,
        now=now,
        room=room_of(tender, phase),
        stages=Stage,
        form=(form or WindowForm(ends_at=now + USUAL)) if may_announce else None,
        can_end=(can_end := rules.why_not_give_up(standing, now=now) is None),
        may_end=can_end and supervises(tender, actor()),
    )


@bp.get("/tenders/<number>/opening/ladder")
@public
def ladder(number: str):
    """What happens when fewer holders come than it takes, step by step."""
    tender = find_tender(number, actor()) or not_found()
    return _ladder(tender if tender.published_at and tender.holders else not_found())


@bp.post("/tenders/<number>/opening/window")
@roles(Role.COMMUNITY_MANAGER)
def announce_recovery(number: str):
    tender, form = find_own_tender(number, actor()) or not_found(), WindowForm()
    refuse_if(rules.why_not_announce(recovery_standing(tender), None, now=clock.now()))
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.announce_recovery(tender, ends_at=form.ends_at.data, cause=form.cause.data, actor=actor(), now=clock.now())
        if done:
            flash(_("补救解密的时间已经公布，并已通知各投标人。"), "success")
            return redirect(url_for(".opening", number=number))
    return _ladder(tender, form)


@bp.post("/tenders/<number>/opening/end")
@roles(Role.BUREAU_OFFICER)
def end_unsealing(number: str):
    """Opens what can be opened, and writes down the cause of each that can't."""
    find_supervised(number) or not_found()
    shut = open_what_is_ready(number, actor=actor(), now=clock.now())
    actions.end_unsealing(find_supervised(number), missing=shut.missing, broken=shut.broken, actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("解密已经结束。请招标人在开标室制作开标记录。"), "success")
    return redirect(url_for(".opening", number=number))


def find_supervised(number: str) -> Tender | None:
    tender = find_tender(number, actor())
    return tender if tender is not None and supervises(tender, actor()) else None


# --- the bidder ----------------------------------------------------------------------------------------------------------


@bp.route("/tenders/<number>/bid/recovery", methods=["GET", "POST"])
@roles(*BIDDERS)
def bid_recovery(number: str):
    """A bidder opens its own bid with the recovery file; the key is used once and not kept."""
    tender, form = find_tender(number, actor()) or not_found(), RecoveryForm()
    bid = own_bid(tender, actor()) or not_found()
    if form.validate_on_submit():
        with attempt(form) as done:
            ready = actions.prepare_recovery(tender, form.typed, actor=actor(), now=clock.now())
            db.session.rollback()  # nobody waits while it is decrypted
            found = read_capsule(ready)
            kept = actions.keep_recovered(find_tender(number, actor()), ready.version_id, found, actor=actor(), now=clock.now())
        if done:
            if not kept.fault:
                flash(_("您的投标已经解密，开标时一并公开。"), "success")
            return redirect(url_for(".bid_recovery", number=number))
        tender = find_tender(number, actor())
        bid = own_bid(tender, actor())
    form.secret.data, form.secret.raw_data = "", [""]  # a key is never shown again
    return render_template(
        "tenders/bid_recovery.html",
        tender=tender,
        now=clock.now(),
        form=form,
        unsealing=(unsealing := current_version(bid).unsealing),
        outcome=outcome_text({"fault": unsealing.fault.value, "way": None}) if unsealing and unsealing.fault else "",
        window=room_of(tender, phase_of(tender, clock.now())).window,
        why_not=rules.why_not_recover(recovery_standing(tender), now=clock.now()),
    )


@bp.get("/tenders/<number>/bid/capsule.sealed")
@roles(*BIDDERS)
def bid_capsule(number: str):
    """The bidder's own capsule as it was handed in: what is given back unopened when a tender fails (原封退回)."""
    tender = find_tender(number, actor()) or not_found()
    version = current_version(own_bid(tender, actor()) or not_found())
    header = version.capsule.header if version.capsule else not_found()
    sizes = [one.size for one in version.capsule.parsed.objects]
    names = [one.sha256 for one in version.capsule.parsed.objects]
    if any(uploads.size_of(name) != size for name, size in zip(names, sizes, strict=True)):
        not_found()
    head, app = MAGIC + header.encode() + b"\n", current_app._get_current_object()

    def parts():
        yield head
        for name in names:
            with app.app_context():
                file = uploads.open_object(name)
            with file:
                while chunk := file.read(uploads.CHUNK):
                    yield chunk

    return Response(
        parts(),
        mimetype="application/octet-stream",
        headers={
            "Content-Length": str(len(head) + sum(sizes)),
            "Content-Disposition": f'attachment; filename="{tender.number}-{version.number}.sealed"',
            "Cache-Control": "no-store",
        },
    )
