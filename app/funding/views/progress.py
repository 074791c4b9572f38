"""The timeline of an application: what is done, what runs now, what is still to come."""

from datetime import datetime

from app.common.figures import day_text
from app.common.i18n import _l
from app.funding.lifecycle import ApplicationStatus
from app.funding.models import FundingApplication
from app.funding.review import Decision, InstalmentState, ReviewStep, step_label
from app.funding.standing import standing_of

S = ApplicationStatus
ENDED = {S.REFUSED, S.WITHDRAWN, S.STOPPED, S.RECLAIMED}
PLACE = {
    S.DRAFT: 0, S.RETURNED: 0, S.SUBMITTED: 1, S.STREET_REVIEWED: 2, S.DISTRICT_REVIEWED: 3, S.BUREAU_APPROVED: 4,
    S.PUBLICITY: 4, S.OBJECTED: 4, S.PAYABLE: 5,
}  # fmt: skip


def steps_of(application: FundingApplication, now: datetime) -> list[dict]:
    """Steps for components/timeline.html."""
    status = standing_of(application, now).status
    passed = {review.step: review for review in application.reviews if review.round_no == application.round_no and review.decision is Decision.PASSED}  # fmt: skip
    steps = [(_l("申请"), day_text(application.submitted_at, now) if application.submitted_at else "")]
    steps += [
        (step_label(step, application.programme.division_code), day_text(passed[step].reviewed_at, now) if step in passed else "")
        for step in ReviewStep
    ]
    until = application.publicity_ends_on
    steps.append((_l("公示"), _l("至 %(day)s 24:00", day=day_text(until, now, weekday=False)) if until else ""))
    for instalment in application.instalments:
        payment = instalment.payment if instalment.state is InstalmentState.PAID else None
        steps.append((_l("第 %(number)d 期", number=instalment.number), day_text(payment.paid_on, now) if payment else ""))
    if not application.instalments:
        steps.append((_l("拨付"), ""))
    reached = _reached(application, status, passed)
    return [
        {"label": label, "state": _state(number, reached, status, len(steps)), "when": when} for number, (label, when) in enumerate(steps)
    ]


def _reached(application: FundingApplication, status: ApplicationStatus, passed: dict) -> int:
    if status in PLACE:
        return PLACE[status]
    paid = sum(instalment.state is InstalmentState.PAID for instalment in application.instalments)
    if status in (S.REFUSED, S.WITHDRAWN) and application.publicity_at is None:
        return 1 + len(passed) if application.submitted_at else 0
    return 4 if status is S.REFUSED else 5 + paid


def _state(number: int, reached: int, status: ApplicationStatus, count: int) -> str:
    if number < reached or reached >= count:
        return "past"
    if number > reached:
        return "coming"
    return "stopped" if status in ENDED else "now"
