"""Who sees what of a bid, and when: an allow-list, empty by default. What is not granted here stays sealed.

Every query that returns anything of a bid asks `may_see`; nobody else decides it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """How far a tender's seals have come. Only a recorded opening breaks them; the clock alone never does."""

    SEALED = "sealed"  # bidding, and after the deadline until the opening is recorded
    UNOPENED = "unopened"  # failed or cancelled before the opening: the seals stay for good
    OPENED = "opened"  # opened, being evaluated
    RESULT = "result"  # the ranking is fixed


class What(StrEnum):
    EXISTENCE = "existence"
    COUNT = "count"
    BIDDER_NAME = "bidder_name"
    PRICE = "price"
    TERM = "term"
    PLAN = "plan"
    STAFFING = "staffing"
    DOCUMENTS = "documents"
    POINTS = "points"


class Standing(StrEnum):
    """What a viewer is to this tender. Being the bidder is not listed: it follows from the organisation."""

    PUBLIC = "public"
    EVALUATOR = "evaluator"  # on this tender's committee, on the blind scoring page
    TENDERER = "tenderer"
    SUPERVISOR = "supervisor"  # the bureau that supervises this tender, its auditor


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks. A scoring page is looked at as an evaluator only, without the public's knowledge of names and prices."""

    organisation_id: int | None = None
    standings: frozenset[Standing] = frozenset({Standing.PUBLIC})


ANYBODY = Viewer()

_OWN = frozenset(What) - {What.COUNT, What.POINTS}
_READ_OUT = frozenset({What.EXISTENCE, What.COUNT, What.BIDDER_NAME, What.PRICE, What.TERM})  # 招标投标法 §36
_BLIND = frozenset({What.EXISTENCE, What.PLAN, What.STAFFING})
_FILE = _READ_OUT | {What.PLAN, What.STAFFING, What.DOCUMENTS}

GRANTED: dict[tuple[Phase, Standing], frozenset[What]] = {
    (Phase.UNOPENED, Standing.TENDERER): frozenset({What.COUNT}),  # needed to choose between a new tender and an agreement
    (Phase.UNOPENED, Standing.SUPERVISOR): frozenset({What.COUNT}),
    (Phase.OPENED, Standing.PUBLIC): _READ_OUT,
    (Phase.OPENED, Standing.EVALUATOR): _BLIND,
    (Phase.OPENED, Standing.TENDERER): _FILE,
    (Phase.OPENED, Standing.SUPERVISOR): _FILE,
    (Phase.RESULT, Standing.PUBLIC): _READ_OUT | {What.POINTS},
    (Phase.RESULT, Standing.EVALUATOR): _BLIND,
    (Phase.RESULT, Standing.TENDERER): _FILE | {What.POINTS},
    (Phase.RESULT, Standing.SUPERVISOR): _FILE | {What.POINTS},
}


def phase_of(*, is_opened: bool, is_ranked: bool, is_over: bool) -> Phase:
    """The phase from what people recorded: an opening, a fixed ranking, an end without opening (failed, cancelled)."""
    if is_opened:
        return Phase.RESULT if is_ranked else Phase.OPENED
    return Phase.UNOPENED if is_over else Phase.SEALED


def may_see(viewer: Viewer, bid_owner: int | None, phase: Phase, what: What) -> bool:
    """Whether this viewer may learn `what` of a bid by organisation `bid_owner` (None: of the bids as a whole)."""
    if bid_owner is not None and viewer.organisation_id == bid_owner and what in _OWN:
        return True
    return any(what in GRANTED.get((phase, standing), frozenset()) for standing in viewer.standings)


def visible_parts(viewer: Viewer, bid_owner: int, phase: Phase, parts: Iterable[What]) -> frozenset[What]:
    """Those of `parts` that this viewer may learn of this bid."""
    return frozenset(what for what in parts if may_see(viewer, bid_owner, phase, what))
