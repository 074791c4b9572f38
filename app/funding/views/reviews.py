"""Reviewing: street, district, bureau; publicity; answering objections."""

from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common.access import actor, not_found, roles
from app.common.clock import now
from app.common.forms import attempt
from app.extensions import db
from app.funding import actions, queries
from app.funding.actions.locking import check_move
from app.funding.forms import ReviewForm, SettleForm
from app.funding.lifecycle import HEARING
from app.funding.models import FundingObjection
from app.funding.review import MOVE_OF, Decision, ObjectionOutcome, ReviewStep, step_label
from app.funding.standing import period_fault
from app.funding.views.frame import act_page, bp, readable, to_application

STEP_OF = {Role.STREET_OFFICER: ReviewStep.STREET, Role.BUREAU_OFFICER: ReviewStep.DISTRICT, Role.BUREAU_APPROVER: ReviewStep.BUREAU}


@bp.route("/money/applications/<int:application_id>/review", methods=["GET", "POST"])
@roles(Role.STREET_OFFICER, Role.BUREAU_OFFICER, Role.BUREAU_APPROVER)
def review(application_id: int):
    found = readable(application_id)
    step = STEP_OF[actor().role]
    check_move(found, MOVE_OF[step, Decision.PASSED], actor=actor(), now=now())
    form = ReviewForm(decisions=[decision for decision in Decision if (step, decision) in MOVE_OF])
    if form.validate_on_submit():
        said = {"reason": form.reason.data or ""}
        with attempt(form) as done:
            actions.review(application_id, step, Decision(form.decision.data), **said, actor=actor(), now=now())
        if done:
            return to_application(application_id, _("审核结论已记下。"))
    fault = period_fault(found)
    line = queries.narrowest(found.programme.lines, found.division_code)
    areas = queries.areas_of(found) if found.rates_fen else None
    return act_page(
        step_label(step, found.programme.division_code), found, form, _("确定"), areas=areas, line=line, flow=queries.flow_of(found.programme.lines),
        place=queries.division_names().get(line.division_code, "") if line else "", reviews=found.reviews,
        warning=fault.text if fault else "",
    )  # fmt: skip


@bp.post("/money/applications/<int:application_id>/publish")
@roles(Role.BUREAU_OFFICER, Role.BUREAU_APPROVER)
def publish(application_id: int):
    actions.publish(application_id, actor=actor(), now=now())
    db.session.commit()
    return to_application(application_id, _("已开始公示。公示期满没有未答复的异议，即可付款。"))


@bp.route("/money/objections/<int:objection_id>", methods=["GET", "POST"])
@roles(*HEARING)
def settle_objection(objection_id: int):
    objection = db.session.get(FundingObjection, objection_id) or not_found()
    found = readable(objection.application_id)
    check_move(found, "dismiss_objection", actor=actor(), now=now())
    form = SettleForm()
    if form.validate_on_submit():
        outcome = ObjectionOutcome(form.outcome.data)
        with attempt(form) as done:
            actions.settle_objection(objection_id, outcome, answer=form.answer.data, actor=actor(), now=now())
        if done:
            return to_application(found.id, _("异议已答复。"))
    return act_page(_("答复异议"), found, form, _("公布答复"), objection=objection, warning=_("异议成立的，不予拨付，占用的预算退回。"))
