"""What a person may do about an application now: a button for each step, and in place of a button that would refuse, the reason."""

from collections.abc import Sequence

from app.common.access import Actor
from app.common.refusal import Reason
from app.funding.constraints import SAME_PERSON
from app.funding.lifecycle import NEXT_STEPS, Standing, moves_open, steps_barred, why_not_move
from app.funding.models import FundingApplication
from app.funding.paying import why_not_order_clawback, why_not_stop
from app.funding.review import InstalmentState

REVIEWS = {"street_review", "district_review", "approve"}
BOXED = {"submit", "withdraw", "publish", "stop", "order_clawback"}


def steps_for(
    application: FundingApplication,
    standing: Standing,
    person: Actor | None,
    states: Sequence[InstalmentState],
    unserved: Reason | None = None,
) -> tuple[set[str], list[Reason]]:
    """Names of the moves that this person can make now, and why the others that are their role's are not theirs, each reason once.
    `states`: the instalments as the page calls them; `unserved`: why the service does not carry a payment yet."""
    waits = {
        "record_payment": InstalmentState.DUE in states or (unserved is not None and InstalmentState.PLANNED in states),
        "confirm_payment": InstalmentState.RECORDED in states,
        "accept": waits_for_acceptance(application),
    }
    barred = {move.name: reason for move, reason in steps_barred(standing, person, [n for n in NEXT_STEPS if waits.get(n, True)])}
    held = held_by_others(application, person)
    if unserved is not None:
        held = {"record_payment": unserved, "confirm_payment": unserved} | held
    for name, reason in held.items():
        if why_not_move(name, standing, person) is None:
            barred[name] = reason
    moves = {move.name for move in moves_open(standing, person)} - set(barred)
    return moves, list({str(reason.text): reason for reason in barred.values()}.values())


def held_by_others(application: FundingApplication, person: Actor | None) -> dict[str, Reason]:
    """Moves that the papers themselves hold up: a payment or a clawback that somebody began."""
    recorded = [row.payment for row in application.instalments if row.state is InstalmentState.RECORDED]
    is_own = person is not None and any(payment.recorded_by_id == person.user_id for payment in recorded)
    found = {
        "confirm_payment": SAME_PERSON if is_own else None,
        "stop": why_not_stop([row.state for row in application.instalments]),
        "order_clawback": why_not_order_clawback(any(row.received_at is None for row in application.clawbacks)),
    }
    return {name: reason for name, reason in found.items() if reason}


def waits_for_acceptance(application: FundingApplication) -> bool:
    return len(application.instalments) > 1 and not application.has_acceptance


def boxed(application: FundingApplication, moves: set[str]) -> set[str]:
    """The moves that stand as buttons in the box above; the others stand beside the row that they are about."""
    acts = moves & BOXED | ({"review"} if moves & REVIEWS else set())
    if "accept" in moves and waits_for_acceptance(application):
        acts.add("accept")
    return acts
