"""Paying: record, confirm, accept, stop, claw back. Two people for each movement of money."""

from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common.access import actor, get_or_404, roles
from app.common.clock import now, today
from app.common.figures import day_text, money_text
from app.common.forms import attempt
from app.common.refusal import refuse_if
from app.funding import actions
from app.funding.actions.locking import check_move
from app.funding.forms import AcceptanceForm, ClawbackForm, ConfirmForm, PaymentForm, ReasonForm, ReceiptForm
from app.funding.lifecycle import CONFIRMING
from app.funding.models import Clawback, Instalment, Payment
from app.funding.standing import payment_fault
from app.funding.views.frame import act_page, bp, readable, to_application


@bp.route("/money/instalments/<int:instalment_id>/payment", methods=["GET", "POST"])
@roles(Role.FINANCE_OFFICER)
def record_payment(instalment_id: int):
    instalment = get_or_404(Instalment, instalment_id)
    found = readable(instalment.application_id)
    check_move(found, "record_payment", actor=actor(), now=now())
    refuse_if(payment_fault(found, now()))
    form = PaymentForm(data={"paid_on": today()})
    if form.validate_on_submit():
        typed = {"voucher_number": form.voucher_number.data, "paid_on": form.paid_on.data}
        with attempt(form) as done:
            actions.record_payment(instalment_id, **typed, actor=actor(), now=now())
        if done:
            return to_application(found.id, _("付款已登记，等另一位同事复核。"))
    title = _("登记第 %(number)d 期付款", number=instalment.number)
    return act_page(
        title, found, form, _("登记"), intro=_("本期应付 %(amount)s。", amount=money_text(instalment.amount_fen)), shows_account=True
    )


@bp.route("/money/payments/<int:payment_id>", methods=["GET", "POST"])
@roles(*CONFIRMING)
def confirm_payment(payment_id: int):
    payment = get_or_404(Payment, payment_id)
    found = readable(payment.instalment.application_id)
    check_move(found, "confirm_payment", actor=actor(), now=now())
    form = ConfirmForm()
    if form.validate_on_submit():
        is_confirmed = form.decision.data == "confirm"
        verb = actions.confirm_payment if is_confirmed else actions.reject_payment
        with attempt(form) as done:
            verb(payment_id, **({} if is_confirmed else {"reason": form.reason.data}), actor=actor(), now=now())
        if done:
            return to_application(found.id, _("付款已复核，已记入账簿。") if is_confirmed else _("付款登记已退回。"))
    title = _("复核第 %(number)d 期付款", number=payment.instalment.number)
    return act_page(title, found, form, _("确定"), payment=payment, shows_account=True)


@bp.route("/money/applications/<int:application_id>/acceptance", methods=["GET", "POST"])
@roles(Role.STREET_OFFICER, Role.BUREAU_OFFICER)
def accept(application_id: int):
    found = readable(application_id)
    check_move(found, "accept", actor=actor(), now=now())
    form = AcceptanceForm(data={"assessed_on": today()})
    if form.validate_on_submit():
        typed = {"has_passed": form.has_passed.data == "yes", "score": form.score.data, "assessed_on": form.assessed_on.data}
        with attempt(form) as done:
            actions.accept(application_id, findings=form.findings.data, **typed, actor=actor(), now=now())
        if done:
            return to_application(application_id, _("考核结果已记下。"))
    return act_page(
        _("考核验收"), found, form, _("确定"), intro=_("考核合格后，财务才能付下一期。不合格的可以整改后再考核，或者由审批人终止拨付。")
    )


@bp.route("/money/applications/<int:application_id>/stop", methods=["GET", "POST"])
@roles(Role.BUREAU_APPROVER)
def stop(application_id: int):
    found = readable(application_id)
    check_move(found, "stop", actor=actor(), now=now())
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.stop(application_id, reason=form.reason.data, actor=actor(), now=now())
        if done:
            return to_application(application_id, _("已终止拨付，未付的金额已退回预算。"))
    return act_page(
        _("终止拨付"), found, form, _("终止"), warning=_("终止后不能恢复：没有付的各期取消，金额退回预算。已付的需要追回的，另行决定。")
    )


@bp.route("/money/applications/<int:application_id>/clawback", methods=["GET", "POST"])
@roles(Role.BUREAU_APPROVER)
def order_clawback(application_id: int):
    found = readable(application_id)
    check_move(found, "order_clawback", actor=actor(), now=now())
    form = ClawbackForm(data={"amount": found.paid_fen - found.reclaimed_fen})
    if form.validate_on_submit():
        typed = {"amount_fen": form.amount.data, "reason": form.reason.data}
        with attempt(form) as done:
            actions.order_clawback(application_id, **typed, actor=actor(), now=now())
        if done:
            return to_application(application_id, _("追回决定已记下，等财务登记到账。"))
    kept = money_text(found.paid_fen - found.reclaimed_fen)
    return act_page(_("决定追回"), found, form, _("决定追回"), intro=_("已付未追回的金额是 %(amount)s。", amount=kept))


@bp.route("/money/clawbacks/<int:clawback_id>", methods=["GET", "POST"])
@roles(Role.FINANCE_OFFICER)
def receive_clawback(clawback_id: int):
    clawback = get_or_404(Clawback, clawback_id)
    found = readable(clawback.application_id)
    check_move(found, "receive_clawback", actor=actor(), now=now())
    form = ReceiptForm(data={"received_on": today()})
    if form.validate_on_submit():
        typed = {"receipt_number": form.receipt_number.data, "received_on": form.received_on.data}
        with attempt(form) as done:
            actions.receive_clawback(clawback_id, **typed, actor=actor(), now=now())
        if done:
            return to_application(found.id, _("追回到账已登记，已记入账簿。"))
    intro = _("%(day)s 决定追回 %(amount)s。", day=day_text(clawback.ordered_at), amount=money_text(clawback.amount_fen))
    return act_page(_("登记追回到账"), found, form, _("登记"), intro=intro)
