"""The opening: a room for the tenderer when the time has come, a public record afterwards."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, public, roles
from app.common.files import send_stored_file
from app.common.languages import as_typed
from app.extensions import db
from app.tenders.actions import opening as actions
from app.tenders.forms.bidding import OpeningForm
from app.tenders.lifecycle import Status, why_not
from app.tenders.models import OpeningLine, Tender
from app.tenders.queries import bids as asked
from app.tenders.queries.situations import situation
from app.tenders.queries.tenders import find_own_tender, find_tender, is_own, phase_of
from app.tenders.views.blueprint import bp


def main_content(line: OpeningLine) -> str:
    """What was read out beside the price: our word in the reader's language, what else a record holds as it stands."""
    name = line.main_content.removeprefix(actions.MANAGER_READ_OUT)
    return as_typed(line.main_content) if name == line.main_content else f"{_('项目负责人')} {name}"


bp.add_app_template_filter(main_content, "main_content")


def opening_context(tender: Tender) -> dict:
    """What tenders/_opening.html draws: the record, once it was made."""
    return {"opening": asked.opening_record(tender) if tender.opened_at else None}


def _room(tender: Tender, form=None):
    """The page of an opening, with the tenderer's buttons while there is something to press."""
    can_act = is_own(tender, actor()) and tender.status is Status.PUBLISHED
    at = situation(tender, actor=actor(), now=clock.now()) if can_act else None
    return render_template(
        "tenders/opening.html",
        tender=tender,
        phase=phase_of(tender, clock.now()),
        now=clock.now(),
        form=form or (OpeningForm(presided_by=actor().name) if can_act else None),
        why_not_open=why_not("open", at) if at else None,
        can_fail=at is not None and why_not("declare_failed", at) is None,
        can_act=can_act,
        can_evaluate=tender.status is Status.OPENED and is_own(tender, actor()),
        **opening_context(tender),
    )


@bp.get("/tenders/<number>/opening")
@public
def opening(number: str):
    return _room(find_tender(number, actor()) or not_found())


@bp.post("/tenders/<number>/opening")
@roles(Role.COMMUNITY_MANAGER)
def open_bids(number: str):
    tender = find_own_tender(number, actor()) or not_found()
    form = OpeningForm()
    if not form.validate_on_submit():
        return _room(tender, form=form)
    actions.open_bids(
        tender,
        presided_by=form.presided_by.data,
        witnessed_by=form.witnessed_by.data or "",
        note=form.note.data or "",
        actor=actor(),
        now=clock.now(),
    )
    db.session.commit()
    flash(_("已开标，开标记录已公开。下一步请组织评标，确定评标委员会。"), "success")
    return redirect(url_for(".opening", number=number))


@bp.get("/tenders/<number>/opening.json")
@public
def opening_json(number: str):
    """The bytes behind the record's hash, exactly."""
    tender = find_tender(number, actor()) or not_found()
    record = asked.opening_record(tender) if tender.opened_at else not_found()
    return actions.canonical_record(tender, record), {"Content-Type": "application/json; charset=utf-8"}


@bp.get("/tenders/<number>/opening/files/<int:file_id>")
@roles(*asked.SUPERVISING_ROLES, Role.COMMUNITY_MANAGER)
def opened_file(number: str, file_id: int):
    tender = find_tender(number, actor()) or not_found()
    return send_stored_file(asked.opened_file(tender, asked.viewer_for(tender, actor()), file_id) or not_found())
