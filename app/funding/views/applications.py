"""The applicant's pages: choose a compound, see the amount line by line, fill in, send, take back."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common.access import actor, not_found, roles, signed_in
from app.common.clock import now, today
from app.common.forms import attempt
from app.common.tables import paginate
from app.extensions import db
from app.funding import actions, queries
from app.funding.actions.applications import computation_of, offer
from app.funding.actions.locking import check_move
from app.funding.forms import DetailsForm, OptionalReasonForm
from app.funding.lifecycle import ApplicationStatus
from app.funding.programme import ProgrammeStatus, Window, window
from app.funding.views.frame import act_page, bp, own, row_id, to_application


@bp.get("/money/applications")
@signed_in
def applications():
    status = request.args.get("status", "")
    chosen = ApplicationStatus(status) if status in ApplicationStatus._value2member_map_ else None
    text = request.args.get("q", "").strip()[:60]
    page = paginate(queries.applications_for(actor(), now(), status=chosen, text=text))
    return render_template(
        "funding/applications.html", page=page, status=chosen, text=text, statuses=ApplicationStatus, status_of=queries.status_of,
        names=queries.district_names(),
    )  # fmt: skip


@bp.get("/money/applications/new")
@roles(Role.COMMUNITY_MANAGER)
def new_application():
    programme_id = request.args.get("programme", type=row_id)
    if programme_id is None:
        listed = [p for p in db.session.scalars(queries.programmes()) if _takes(p)]
        return render_template("funding/choose_programme.html", programmes=listed)
    programme = queries.find_programme(programme_id)
    if programme is None or programme.status is not ProgrammeStatus.ACTIVE:
        not_found()
    text = request.args.get("q", "").strip()[:60]
    page = paginate(queries.candidates(programme, actor(), text), per_page=20)
    ids = [compound.id for compound in page.items]
    contracts, live = queries.contracts_of(ids), queries.live_numbers(programme.id, ids)
    offers = [
        offer(programme, compound, contracts.get(compound.id), actor=actor(), now=now(), live_number=live[compound.id].number if compound.id in live else None)
        for compound in page.items
    ]  # fmt: skip
    return render_template("funding/choose_compound.html", programme=programme, page=page, offers=offers, live=live, text=text)


def _takes(programme) -> bool:
    return (
        programme.status is ProgrammeStatus.ACTIVE
        and window(programme.opens_on, programme.closes_on, today()) is Window.OPEN
        and str(actor().organisation_kind) in programme.applicant_kinds
        and (actor().division_code.startswith(programme.division_code) or programme.division_code.startswith(actor().division_code))
    )


@bp.post("/money/applications/new")
@roles(Role.COMMUNITY_MANAGER)
def start_application():
    programme_id, compound_id = request.form.get("programme", type=row_id), request.form.get("compound", type=row_id)
    if programme_id is None or compound_id is None:
        not_found()
    made = actions.start_application(programme_id, compound_id, actor=actor(), now=now())
    db.session.commit()
    flash(_("申请草稿已建立。请填写下面各项，核对金额后提交。"), "success")
    return redirect(url_for("funding.edit_application", application_id=made.id))


@bp.route("/money/applications/<int:application_id>/edit", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def edit_application(application_id: int):
    found = own(application_id)
    check_move(found, "submit", actor=actor(), now=now())
    form = DetailsForm(obj=found)
    if form.validate_on_submit():
        details = {name: field.data or "" for name, field in form._fields.items() if name in DETAIL_NAMES}
        is_sent = "send" in request.form
        verb = actions.submit_with if is_sent else actions.update_application
        with attempt(form) as done:
            verb(application_id, **details, actor=actor(), now=now())
        if done:
            return to_application(application_id, _("申请已提交，由街道审核。") if is_sent else _("已保存，尚未提交。"))
    returned = next((review for review in reversed(found.reviews) if found.status is ApplicationStatus.RETURNED), None)
    return render_template(
        "funding/edit_application.html", application=found, form=form, computation=computation_of(found), returned=returned
    )


DETAIL_NAMES = ("statement", "contact_name", "contact_phone", "payee_bank", "payee_account")


@bp.route("/money/applications/<int:application_id>/withdraw", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def withdraw_application(application_id: int):
    found = own(application_id)
    check_move(found, "withdraw", actor=actor(), now=now())
    form = OptionalReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.withdraw(application_id, reason=(form.reason.data or "").strip(), actor=actor(), now=now())
        if done:
            return to_application(application_id, _("申请已撤回。"))
    return act_page(_("撤回申请"), found, form, _("确认撤回"), warning=_("撤回后这份申请不再办理。受理期内可以重新申请。"))
