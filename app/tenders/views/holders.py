"""A tender's key holders: choosing them, and the rehearsal that each of them makes."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.accounts.rules import Role
from app.common import clock
from app.common.access import Actor, actor, not_found, roles
from app.common.forms import attempt
from app.extensions import db
from app.log.keys import log_keys
from app.tenders import holders as rules
from app.tenders.actions import holders as actions
from app.tenders.forms.holders import FURTHER_FIELDS, AnswerForm, HoldersForm
from app.tenders.holders import HOLDING_ROLES, HolderSeat
from app.tenders.lifecycle import EDITABLE, PRIVATE, Status
from app.tenders.models import Tender, TenderHolder
from app.tenders.queries import holders as asked
from app.tenders.queries.tenders import find_own_tender, is_own, is_visible
from app.tenders.queries.terms import publish_leaf
from app.tenders.views.blueprint import bp

CONCERNED = (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.AUDITOR)
"""Of the bureau over the place: they read the holders' names."""


def holders_context(tender: Tender, person: Actor | None) -> dict:
    """What tenders/_holders.html draws: seats and organisations for all, names for the tenderer and the bureau."""
    lines = asked.lines_of(tender)
    standings = [line.standing for line in lines]
    knows = person is not None and (is_own(tender, person) or (person.covers(tender.division_code) and person.role in CONCERNED))
    return {
        "holder_lines": lines,
        "shows_holder_names": knows,
        "leaf": publish_leaf(tender, now=clock.now()),
        "loss": rules.loss_told(standings, tender.seal_threshold) if tender.status is Status.PUBLISHED else None,
        "may_choose_holders": person is not None and is_own(tender, person) and tender.status in PRIVATE,
        "own_seat": next((line for line in lines if person is not None and line.holder.user_id == person.user_id), None),
    }


# --- choosing ------------------------------------------------------------------------------------------------------------


@bp.route("/tenders/<number>/holders", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def holders(number: str):
    tender = find_own_tender(number, actor()) or not_found()
    if tender.status not in PRIVATE:
        return redirect(url_for(".page", number=number, _anchor="holders"))
    lines, offered = asked.lines_of(tender), asked.choices(tender)
    form = _holders_form(tender, lines, offered)
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.choose_holders(tender, form.chosen, form.threshold, actor=actor(), now=clock.now())
        if done:
            flash(_("密钥保管人已选定。"), "success")
            return redirect(url_for(".holders", number=number))
    return render_template("tenders/holders.html", tender=tender, form=form, lines=lines, is_draft=tender.status in EDITABLE)


def _holders_form(tender: Tender, lines: list[asked.HolderLine], offered: list[asked.Choice]) -> HoldersForm:
    """The present holders, or the proposal, with everybody who may take each seat."""
    memberships = {(choice.who.user_id, choice.who.organisation_id): choice.membership_id for choice in offered}
    present = [(line.holder.seat, memberships.get((line.holder.user_id, line.holder.organisation_id), 0)) for line in lines]
    if present:
        values = {seat.value: key for seat, key in present if seat is not HolderSeat.FURTHER}
        further = [key for seat, key in present if seat is HolderSeat.FURTHER]
        values |= dict(zip(FURTHER_FIELDS, further, strict=False))
    else:
        proposed = asked.default_choices(tender, offered, prefer=actor().user_id)
        values = {seat.value: choice.membership_id for seat, choice in proposed.items() if choice is not None}
    form = HoldersForm(data={"scheme": "5" if len(present) == rules.MOST_HOLDERS else "3"} | values)
    for name in (*(seat.value for seat in rules.BASE_SEATS), *FURTHER_FIELDS):
        seat = HolderSeat.FURTHER if name in FURTHER_FIELDS else HolderSeat(name)
        may = [choice for choice in offered if asked.may_take(choice, seat, tender)]
        form[name].choices = [SelectChoice(0, _("请选择")), *(SelectChoice(choice.membership_id, _choice_text(choice)) for choice in may)]
    return form


def _choice_text(choice: asked.Choice) -> str:
    who = f"{choice.who.name} · {choice.who.organisation_name}"
    return who if choice.has_key else _("%(who)s（还没有密钥）", who=who)


# --- rehearsal -----------------------------------------------------------------------------------------------------------


def _seat(number: str) -> TenderHolder:
    return asked.find_holder(number, actor()) or not_found()


@bp.route("/tenders/<number>/rehearsal", methods=["GET", "POST"])
@roles(*HOLDING_ROLES)
def rehearsal(number: str):
    """The holder opens a test capsule in the browser and sends back the hash of what was in it."""
    holder, form = _seat(number), AnswerForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.answer_rehearsal(holder, form.answer.data, actor=actor(), now=clock.now())
        if done:
            flash(_("演练合格：您的密钥能打开本项目的密封件。"), "success")
            return redirect(url_for(".rehearsal", number=number))
        form.answer.data = ""  # whatever was pasted by mistake is not shown again
    key = actions.counting_key(holder)
    return render_template(
        "tenders/rehearsal.html",
        tender=holder.tender,
        form=form,
        key=key,
        why_not=actions.why_not_rehearse(holder, key, actor=actor()),
        waiting=asked.open_rehearsal(holder, key),
        passed=asked.passed_rehearsals(holder),
        sees_tender=is_visible(holder.tender, actor()),
        log_key=log_keys().verifier,
    )


@bp.post("/tenders/<number>/rehearsal/begin")
@roles(*HOLDING_ROLES)
def begin_rehearsal(number: str):
    actions.ask_rehearsal(_seat(number), anew="anew" in request.form, actor=actor(), now=clock.now())
    db.session.commit()
    return redirect(url_for(".rehearsal", number=number))


@bp.get("/tenders/<number>/rehearsal/capsule")
@roles(*HOLDING_ROLES)
def rehearsal_capsule(number: str):
    """The test capsule as a file, for those who keep their key on a computer without network."""
    holder = _seat(number)
    waiting = asked.open_rehearsal(holder, actions.counting_key(holder)) or not_found()
    name = f"{number}-rehearsal.age"
    return Response(waiting.capsule, mimetype="application/octet-stream", headers={"Content-Disposition": f'attachment; filename="{name}"'})
