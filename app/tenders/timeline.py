"""The seven steps that a reader sees on top of a tender: which lie behind, which is now, which is to come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.common.i18n import _l
from app.tenders.lifecycle import Phase
from app.tenders.timetable import Term

PAST, NOW, COMING, STOPPED = "past", "now", "coming", "stopped"

STEPS = (
    ("publish", _l("公告")),
    ("deadline", _l("投标截止")),
    ("opening", _l("开标")),
    ("evaluation", _l("评标")),
    ("notice_ends", _l("候选人公示")),
    ("award", _l("定标")),
    ("contract", _l("合同")),
)
"""Key of the term in the timetable, and the step's word."""

STEP_OF_PHASE = {
    Phase.DRAFT: 0,
    Phase.RETURNED: 0,
    Phase.SUBMITTED: 0,
    Phase.FILED: 0,
    Phase.BIDDING: 1,
    Phase.UNLISTED: 2,
    Phase.CLOSED: 2,
    Phase.OPENED: 3,
    Phase.EVALUATED: 4,
    Phase.NOTICE: 4,
    Phase.NOTICE_OVER: 5,
    Phase.AWARDED: 6,
    Phase.AWARD_FILED: 6,
    Phase.CONTRACTED: 7,
}


@dataclass(frozen=True)
class Step:
    label: Any
    state: str
    at: datetime | None
    is_fact: bool
    """It happened then; else the latest date or the plan."""
    is_moment: bool
    """Shown with its hour."""
    is_end_of_day: bool = False


def steps_of(phase: Phase, terms: Sequence[Term], *, reached: int | None = None) -> list[Step]:
    """`reached` is the step at which an ended tender stopped (0 to 6); other phases know theirs."""
    by_key = {term.key: term for term in terms}
    is_stopped = phase in (Phase.TOO_FEW, Phase.FAILED, Phase.CANCELLED)
    here = (reached or 0) if is_stopped else STEP_OF_PHASE[phase]
    steps = []
    for index, (key, label) in enumerate(STEPS):
        term = by_key[key]
        state = PAST if index < here else COMING if index > here else STOPPED if is_stopped else NOW
        at = None if is_stopped and index >= here else term.at
        steps.append(
            Step(
                label,
                state,
                at,
                term.is_fact or state == PAST,
                key in ("deadline", "opening"),
                term.is_end_of_day and not term.is_fact or key == "notice_ends",
            )
        )
    return steps


def reached_step(*, published_at, opened_at, evaluated_at, candidates_public_at, is_closed: bool) -> int:
    """Where an ended tender stopped."""
    if candidates_public_at is not None:
        return 5
    if evaluated_at is not None:
        return 4
    if opened_at is not None:
        return 3
    if published_at is None:
        return 0
    return 2 if is_closed else 1
