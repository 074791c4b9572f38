"""Money out and back: one person records, another confirms; later instalments wait for the acceptance."""

from datetime import date, datetime

from app.common import audit
from app.common.access import Actor, not_found
from app.common.clock import local
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.funding import queries
from app.funding.actions.letters import tell_payment
from app.funding.actions.locking import check_move, check_reason, end, lock_application, move
from app.funding.actions.reviews import cancel_unpaid
from app.funding.constraints import ALREADY_PAID, SAME_PERSON, SOMEBODY_ELSE_DID, VOUCHER_TAKEN, flush_or_refuse
from app.funding.ledger import EntryKind
from app.funding.models import Acceptance, Clawback, FundingApplication, Instalment, Payment
from app.funding.paying import payable_since, why_not_order_clawback, why_not_paid_on, why_not_pay, why_not_stop
from app.funding.posting import post_entry
from app.funding.review import InstalmentState
from app.funding.standing import payment_fault


def record_payment(instalment_id: int, *, voucher_number: str, paid_on: date, actor: Actor, now: datetime) -> Payment:
    """Finance writes down that an instalment was paid. It counts once a second person has confirmed it."""
    instalment = _lock_instalment(instalment_id)
    application = instalment.application
    check_move(application, "record_payment", actor=actor, now=now)
    if instalment.payment is not None:
        raise Refused(ALREADY_PAID)
    refuse_if(payment_fault(application, now))
    if reason := why_not_pay(instalment.number, [row.state for row in application.instalments], application.has_acceptance):
        raise Refused(reason)
    since = payable_since(application.publicity_ends_on, application.contract_starts_on)
    if reason := why_not_paid_on(paid_on, since=since, today=local(now).date()):
        raise Refused(reason, field="paid_on")
    if queries.voucher_exists(voucher_number.strip()):
        raise Refused(VOUCHER_TAKEN, field="voucher_number")
    payment = Payment(
        amount_fen=instalment.amount_fen,
        voucher_number=voucher_number.strip(),
        paid_on=paid_on,
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    instalment.payments.append(payment)
    instalment.state = InstalmentState.RECORDED
    flush_or_refuse()
    audit.record(
        "funding.record_payment", application, actor=actor, now=now,
        instalment=instalment.number, amount_fen=payment.amount_fen, voucher_number=payment.voucher_number,
    )  # fmt: skip
    return payment


def confirm_payment(payment_id: int, *, actor: Actor, now: datetime) -> Payment:
    """The second pair of eyes: from here the ledger says paid."""
    payment, instalment, application = _lock_payment(payment_id)
    is_last = all(row.state is InstalmentState.PAID for row in application.instalments if row.id != instalment.id)
    name = "confirm_last_payment" if is_last else "confirm_payment"
    _check_second_person(payment, application, name, actor, now)
    refuse_if(payment_fault(application, now))
    payment.confirmed_at, payment.confirmed_by_id = now, actor.user_id
    instalment.state = InstalmentState.PAID
    application.paid_fen += payment.amount_fen
    move(application, name, actor=actor, now=now)
    _post(payment, application, actor, now)
    audit.record(
        "funding.confirm_payment", application, actor=actor, now=now,
        instalment=instalment.number, amount_fen=payment.amount_fen, voucher_number=payment.voucher_number,
    )  # fmt: skip
    flush_or_refuse()
    tell_payment(application, payment, now=now)
    return payment


def reject_payment(payment_id: int, *, reason: str, actor: Actor, now: datetime) -> Payment:
    """The record was wrong: it is kept, marked as rejected, and the instalment can be recorded anew."""
    payment, instalment, application = _lock_payment(payment_id)
    _check_second_person(payment, application, "confirm_payment", actor, now)
    payment.rejected_at, payment.rejected_by_id, payment.rejected_reason = now, actor.user_id, reason.strip()
    instalment.state = InstalmentState.PLANNED
    audit.record("funding.reject_payment", application, actor=actor, now=now, instalment=instalment.number, grounds=reason.strip())
    flush_or_refuse()
    return payment


def accept(
    application_id: int, *, has_passed: bool, score: int, assessed_on: date, findings: str, actor: Actor, now: datetime
) -> Acceptance:
    """A street or bureau officer confirms the assessment of the service; passing it releases the later instalments."""
    application = lock_application(application_id)
    check_move(application, "accept", actor=actor, now=now)
    if application.has_acceptance or len(application.instalments) == 1:
        raise Refused(Reason(_l("这份申请不需要再验收。"), next=_l("请查看拨付进度。")))
    first_paid_on = min(row.payment.paid_on for row in application.instalments if row.state is InstalmentState.PAID)
    if reason := why_not_paid_on(assessed_on, since=first_paid_on, today=local(now).date()):
        raise Refused(reason, field="assessed_on")
    row = Acceptance(
        has_passed=has_passed,
        score=score,
        assessed_on=assessed_on,
        findings=findings.strip(),
        confirmed_at=now,
        confirmed_by_id=actor.user_id,
        organisation_id=actor.organisation_id,
    )
    application.acceptances.append(row)
    if has_passed:
        due_on = queries.due_day(local(now).date(), application.programme.pay_within_days)
        for instalment in application.instalments:
            if instalment.state is InstalmentState.PLANNED:
                instalment.due_on = due_on
    audit.record("funding.accept", application, actor=actor, now=now, has_passed=has_passed, assessment_score=score)
    flush_or_refuse()
    return row


def stop(application_id: int, *, reason: str, actor: Actor, now: datetime) -> FundingApplication:
    """Pay no more (the contract ended early, the assessment failed): what was not paid goes back to the budget line."""
    application = lock_application(application_id)
    check_move(application, "stop", actor=actor, now=now)
    check_reason("stop", reason)
    refuse_if(why_not_stop([row.state for row in application.instalments]))
    move(application, "stop", actor=actor, now=now)
    end(application, reason.strip(), now)
    cancel_unpaid(application, actor, now)
    audit.record("funding.stop", application, actor=actor, now=now, grounds=reason.strip())
    flush_or_refuse()
    return application


def order_clawback(application_id: int, *, amount_fen: int, reason: str, actor: Actor, now: datetime) -> Clawback:
    """An approver decides that paid money comes back (false data, contract ended early, failed assessment)."""
    application = lock_application(application_id)
    check_move(application, "order_clawback", actor=actor, now=now)
    check_reason("order_clawback", reason)
    refuse_if(why_not_order_clawback(any(row.received_at is None for row in application.clawbacks)))
    if amount_fen > application.paid_fen - application.reclaimed_fen:
        raise Refused(Reason(_l("追回的金额超过了已经支付的金额。"), next=_l("请按实际支付的金额填写。")), field="amount")
    row = Clawback(amount_fen=amount_fen, reason=reason.strip(), ordered_at=now, ordered_by_id=actor.user_id)
    application.clawbacks.append(row)
    audit.record("funding.order_clawback", application, actor=actor, now=now, amount_fen=amount_fen, grounds=reason.strip())
    flush_or_refuse()
    return row


def receive_clawback(clawback_id: int, *, receipt_number: str, received_on: date, actor: Actor, now: datetime) -> Clawback:
    """Finance records that the money came back."""
    found = db.session.get(Clawback, clawback_id) or not_found()
    application = lock_application(found.application_id)
    row = next(clawback for clawback in application.clawbacks if clawback.id == clawback_id)
    check_move(application, "receive_clawback", actor=actor, now=now)
    if row.received_at is not None:
        raise Refused(SOMEBODY_ELSE_DID)
    if actor.user_id == row.ordered_by_id:
        raise Refused(SAME_PERSON)
    if reason := why_not_paid_on(received_on, since=local(row.ordered_at).date(), today=local(now).date(), includes_first=True):
        raise Refused(reason, field="received_on")
    row.receipt_number, row.received_on = receipt_number.strip(), received_on
    row.received_at, row.received_by_id = now, actor.user_id
    move(application, "receive_clawback", actor=actor, now=now)
    application.reclaimed_fen += row.amount_fen
    _post(row, application, actor, now)
    audit.record(
        "funding.receive_clawback", application, actor=actor, now=now, amount_fen=row.amount_fen, voucher_number=row.receipt_number
    )
    flush_or_refuse()
    return row


def _post(row: Payment | Clawback, application: FundingApplication, actor: Actor, now: datetime) -> None:
    is_payment = isinstance(row, Payment)
    post_entry(
        application.line_id,
        EntryKind.PAY if is_payment else EntryKind.RECLAIM,
        row.amount_fen,
        actor=actor,
        now=now,
        application_id=application.id,
        payment_id=row.id if is_payment else None,
        clawback_id=None if is_payment else row.id,
        memo=row.voucher_number if is_payment else row.receipt_number,
    )


def _check_second_person(payment: Payment, application: FundingApplication, name: str, actor: Actor, now: datetime) -> None:
    if payment.confirmed_at is not None or payment.rejected_at is not None:
        raise Refused(SOMEBODY_ELSE_DID)
    check_move(application, name, actor=actor, now=now)
    if actor.user_id == payment.recorded_by_id:
        raise Refused(SAME_PERSON)


def _lock_instalment(instalment_id: int) -> Instalment:
    found = db.session.get(Instalment, instalment_id) or not_found()
    application = lock_application(found.application_id)
    db.session.refresh(found)
    return next(row for row in application.instalments if row.id == instalment_id)


def _lock_payment(payment_id: int) -> tuple[Payment, Instalment, FundingApplication]:
    found = db.session.get(Payment, payment_id) or not_found()
    application = lock_application(found.instalment.application_id)
    db.session.refresh(found)
    db.session.refresh(found.instalment)
    return found, found.instalment, application
