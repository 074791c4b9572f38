"""Street, district and bureau review in turn; then publicity, in which anybody may object."""

from datetime import datetime

from app.common import audit
from app.common.access import Actor, not_found, system_actor
from app.common.calendar_days import load_calendar
from app.common.clock import local
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.funding import queries
from app.funding.actions.letters import tell_approval, tell_decision, tell_notice
from app.funding.actions.locking import check_move, check_reason, end, lock_application, move
from app.funding.constraints import OBJECTED_ALREADY, SAME_PERSON, flush_or_refuse
from app.funding.ledger import BUDGET_EXHAUSTED, EntryKind
from app.funding.lifecycle import publicity_end, why_not_object
from app.funding.models import FundingApplication, FundingObjection, FundingReview, Instalment
from app.funding.paying import payable_since
from app.funding.posting import post_entry
from app.funding.review import MOVE_OF, Decision, InstalmentState, ObjectionOutcome, ReviewStep
from app.funding.standing import period_fault
from app.funding.subsidy import split_instalments


def review(
    application_id: int, step: ReviewStep, decision: Decision, *, reason: str = "", actor: Actor, now: datetime
) -> FundingApplication:
    """One level's decision. The bureau's approval takes the amount from the budget line, in the same transaction."""
    application = lock_application(application_id)
    if (step, decision) not in MOVE_OF:
        raise Refused(Reason(_l("街道可以通过或退回，不能直接不予支持。"), next=_l("请退回申请单位补正，并写明理由。")), field="decision")
    check_move(application, MOVE_OF[step, decision], actor=actor, now=now)
    check_reason(MOVE_OF[step, decision], reason)
    if decision is Decision.PASSED and (fault := period_fault(application)):
        raise Refused(fault, field="decision")
    is_approval = step is ReviewStep.BUREAU and decision is Decision.PASSED
    if is_approval:
        _commit_budget(application, actor, now)
    move(application, MOVE_OF[step, decision], actor=actor, now=now)
    application.reviews.append(
        FundingReview(
            round_no=application.round_no,
            step=step,
            decision=decision,
            reason=reason.strip(),
            reviewer_id=actor.user_id,
            organisation_id=actor.organisation_id,
            reviewed_at=now,
        )
    )
    if decision is Decision.REFUSED:
        end(application, reason.strip(), now)
    if is_approval:
        audit.record("funding.approve", application, actor=actor, now=now, amount_fen=application.amount_fen)
    else:
        audit.record(
            "funding.review", application, actor=actor, now=now, review_step=step, review_decision=decision, grounds=reason.strip() or None
        )
    flush_or_refuse()
    if is_approval:
        tell_approval(application, now=now)
    elif decision is not Decision.PASSED:
        tell_decision(application, decision, reason.strip(), actor=actor, now=now)
    return application


def _commit_budget(application: FundingApplication, actor: Actor, now: datetime) -> None:
    line = queries.line_for(application.programme_id, application.division_code)
    if line is None:
        raise Refused(BUDGET_EXHAUSTED)
    application.line_id, application.approved_at = line.id, now
    amounts = split_instalments(application.amount_fen, application.programme.shares_bp)
    application.instalments.extend(Instalment(number=number, amount_fen=amount) for number, amount in enumerate(amounts, start=1))
    post_entry(
        line.id, EntryKind.COMMIT, application.amount_fen, actor=actor, now=now, application_id=application.id, memo=application.number
    )


def publish(application_id: int, *, actor: Actor, now: datetime) -> FundingApplication:
    """Begin the public notice. When it ends without an open objection the money is payable, by the clock alone."""
    application = lock_application(application_id)
    check_move(application, "publish", actor=actor, now=now)
    ends_on = publicity_end(local(now).date(), application.programme.publicity_days, load_calendar())
    application.publicity_at, application.publicity_ends_on = now, ends_on
    move(application, "publish", actor=actor, now=now)
    application.instalments[0].due_on = queries.due_day(
        payable_since(ends_on, application.contract_starts_on), application.programme.pay_within_days
    )
    audit.record("funding.publish", application, actor=actor, now=now, publicity_ends_on=ends_on.isoformat())
    flush_or_refuse()
    tell_notice(application, now=now)
    return application


def raise_objection(
    application_id: int, *, name: str, phone: str, text: str, address: str = "", actor: Actor | None, now: datetime
) -> FundingObjection:
    """Anybody may object, under their name, while the notice runs; the payment waits for the answer."""
    application = lock_application(application_id)
    refuse_if(why_not_object(application.publicity_ends_on, now, queries.objections_from(address, now)))
    check_reason("object", text, field="text")
    move(application, "object", actor=actor, now=now)
    if any(objection.phone == phone.strip() for objection in application.objections):
        raise Refused(OBJECTED_ALREADY, field="phone")
    objection = FundingObjection(
        application_id=application.id,
        name=name.strip(),
        phone=phone.strip(),
        address=address,
        text=text.strip(),
        raised_at=now,
        raised_by_id=actor.user_id if actor else None,
    )
    application.objections.append(objection)
    audit.record("funding.object", application, actor=actor or system_actor(f"访客：{name.strip()}").at(address), now=now)
    flush_or_refuse()
    return objection


def settle_objection(objection_id: int, outcome: ObjectionOutcome, *, answer: str, actor: Actor, now: datetime) -> FundingApplication:
    """Answer one objection. Upheld: nothing is paid and the budget is free again. Dismissed: once the last open one is
    dismissed, the notice runs on from where it stood."""
    found = db.session.get(FundingObjection, objection_id) or not_found()
    application = lock_application(found.application_id)
    objection = next(row for row in application.objections if row.id == objection_id)
    name = "uphold_objection" if outcome is ObjectionOutcome.UPHELD else "dismiss_objection"
    check_move(application, name, actor=actor, now=now)
    check_reason(name, answer, field="answer")
    if objection.outcome is not None:
        raise Refused(Reason(_l("这条异议已经答复过。"), next=_l("请刷新页面查看。")))
    if objection.raised_by_id is not None and objection.raised_by_id == actor.user_id:
        raise Refused(SAME_PERSON)
    objection.outcome, objection.answer = outcome, answer.strip()
    objection.settled_at, objection.settled_by_id = now, actor.user_id
    others = [row for row in application.objections if row.outcome is None]
    if outcome is ObjectionOutcome.UPHELD:
        move(application, name, actor=actor, now=now)
        for row in others:
            row.outcome, row.answer = ObjectionOutcome.UPHELD, answer.strip()
            row.settled_at, row.settled_by_id = now, actor.user_id
        end(application, answer.strip(), now)
        cancel_unpaid(application, actor, now)
    elif not others:
        move(application, name, actor=actor, now=now)
    audit.record("funding.settle_objection", application, actor=actor, now=now, objection_outcome=outcome, grounds=answer.strip())
    flush_or_refuse()
    if outcome is ObjectionOutcome.UPHELD:
        tell_decision(application, Decision.REFUSED, answer.strip(), actor=actor, now=now)
    return application


def cancel_unpaid(application: FundingApplication, actor: Actor, now: datetime) -> None:
    """Give back to the budget line what was approved and will not be paid."""
    unpaid = [instalment for instalment in application.instalments if instalment.state is not InstalmentState.PAID]
    for instalment in unpaid:
        instalment.state = InstalmentState.CANCELLED
    amount = sum(instalment.amount_fen for instalment in unpaid)
    if amount:
        post_entry(application.line_id, EntryKind.RELEASE, amount, actor=actor, now=now, application_id=application.id, memo=application.number)  # fmt: skip
