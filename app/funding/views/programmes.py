"""Programmes: the public list and page, and how finance prepares and an approver activates one."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import OrganisationKind, Role
from app.common.access import actor, not_found, public, roles
from app.common.audit import history
from app.common.clock import now, today
from app.common.figures import day_text, listed
from app.common.forms import attempt
from app.common.refusal import refuse_if
from app.common.tables import paginate
from app.extensions import db
from app.funding import actions, queries
from app.funding.forms import ReasonForm, programme_form
from app.funding.models import Programme
from app.funding.programme import PROGRAMME_MOVES, ProgrammeStatus, why_not_move_programme, window
from app.funding.standing import prepared_by
from app.funding.views.frame import bp

PREPARERS = (Role.FINANCE_OFFICER, Role.BUREAU_APPROVER, Role.AUDITOR)


@bp.get("/money/programmes")
@public
def programmes():
    person = actor()
    sees_drafts = person is not None and person.role in PREPARERS
    page = paginate(queries.programmes(with_drafts=sees_drafts, division_code=person.division_code if sees_drafts else ""))
    return render_template(
        "funding/programmes.html", page=page, window=window, today=today(), names=queries.division_names(),
        may_prepare=person is not None and person.role is Role.FINANCE_OFFICER,
    )  # fmt: skip


@bp.get("/money/programmes/<int:programme_id>")
@public
def programme(programme_id: int):
    found = _visible(programme_id)
    person = actor()
    is_theirs = person is not None and person.role in PREPARERS and person.covers(found.division_code)
    mine = found.id in prepared_by(person)
    moves = [
        move for name, move in PROGRAMME_MOVES.items() if is_theirs and why_not_move_programme(name, found.status, mine, person) is None
    ]
    barred = why_not_move_programme("activate", found.status, mine, person) if is_theirs and person.role is Role.BUREAU_APPROVER and found.status is ProgrammeStatus.PROPOSED else None  # fmt: skip
    return render_template(
        "funding/programme.html", barred=barred, programme=found, window=window(found.opens_on, found.closes_on, today()), moves={m.name for m in moves},
        flow=queries.flow_of(found.lines), names=queries.division_names(), page=paginate(queries.published_applications(found.id)),
        may_apply=person is not None and person.role is Role.COMMUNITY_MANAGER, trail=paginate(history(found), number=1) if is_theirs else None,
        applicants=listed(OrganisationKind(kind).label for kind in found.applicant_kinds), people=_people(found), status_of=queries.status_of, is_theirs=is_theirs,
    )  # fmt: skip


def _people(programme: Programme) -> dict[str, str]:
    """Who prepared it and who put it into force, with the day."""
    prepared = f"{programme.prepared_by.name} · {day_text(programme.prepared_at)}"
    activated = f"{programme.activated_by.name} · {day_text(programme.activated_at)}" if programme.activated_at else _("尚未启用")
    return {"prepared": prepared, "activated": activated}


def _visible(programme_id: int) -> Programme:
    found, person = queries.find_programme(programme_id), actor()
    if found is None:
        not_found()
    if found.activated_at is None and not (person is not None and person.role in PREPARERS and person.covers(found.division_code)):
        not_found()
    return found


@bp.route("/money/programmes/new", methods=["GET", "POST"])
@roles(Role.FINANCE_OFFICER)
def new_programme():
    form = programme_form(queries.supported_divisions(actor().division_code))
    if form.validate_on_submit():
        with attempt(form) as done:
            made = actions.prepare_programme(**form.terms(), actor=actor(), now=now())
        if done:
            flash(_("项目已保存为草稿。核对后提请启用。"), "success")
            return redirect(url_for("funding.programme", programme_id=made.id))
    return render_template("funding/programme_form.html", form=form, programme=None)


@bp.route("/money/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
@roles(Role.FINANCE_OFFICER)
def edit_programme(programme_id: int):
    found = _visible(programme_id)
    refuse_if(why_not_move_programme("edit", found.status, found.id in prepared_by(actor()), actor()))
    form = programme_form(queries.supported_divisions(actor().division_code), found)
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.edit_programme(programme_id, **form.terms(), actor=actor(), now=now())
        if done:
            flash(_("项目已修改。"), "success")
            return redirect(url_for("funding.programme", programme_id=programme_id))
    return render_template("funding/programme_form.html", form=form, programme=found)


@bp.post("/money/programmes/<int:programme_id>/propose")
@roles(Role.FINANCE_OFFICER)
def propose_programme(programme_id: int):
    actions.propose(programme_id, actor=actor(), now=now())
    db.session.commit()
    flash(_("已提请启用，等审批人办理。"), "success")
    return redirect(url_for("funding.programme", programme_id=programme_id))


@bp.post("/money/programmes/<int:programme_id>/activate")
@roles(Role.BUREAU_APPROVER)
def activate_programme(programme_id: int):
    actions.activate(programme_id, actor=actor(), now=now())
    db.session.commit()
    flash(_("项目已启用，预算已入账。"), "success")
    return redirect(url_for("funding.programme", programme_id=programme_id))


@bp.route("/money/programmes/<int:programme_id>/<any('send-back', 'end'):verb>", methods=["GET", "POST"])
@roles(Role.BUREAU_APPROVER)
def halt_programme(programme_id: int, verb: str):
    """Send a proposed programme back, or stop taking applications: both want a reason."""
    found = _visible(programme_id)
    move, action = {"send-back": ("send_back", actions.send_back), "end": ("end", actions.end_programme)}[verb]
    refuse_if(why_not_move_programme(move, found.status, found.id in prepared_by(actor()), actor()))
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            action(programme_id, reason=form.reason.data.strip(), actor=actor(), now=now())
        if done:
            flash(_("已办妥。"), "success")
            return redirect(url_for("funding.programme", programme_id=programme_id))
    return render_template("funding/programme_reason.html", form=form, programme=found, title=PROGRAMME_MOVES[move].label)
