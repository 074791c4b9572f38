"""Who sees what of a bid, and when: an allow-list, empty by default. What is not granted here stays sealed.

Every query that returns anything of a bid asks `may_see`; nobody else decides it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Seal(StrEnum):
    """How far a tender's seals have come. Only a recorded opening breaks them; the clock alone never does."""

    SEALED = "sealed"  # bidding, and after the deadline until the opening is recorded
    UNOPENED = "unopened"  # failed for want of bids, after the deadline: the seals stay for good
    OPENED = "opened"  # opened, being evaluated
    RANKED = "ranked"  # the report is in, not yet published
    RESULT = "result"  # the candidates are public


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

GRANTED: dict[tuple[Seal, Standing], frozenset[What]] = {
    (Seal.UNOPENED, Standing.TENDERER): frozenset({What.COUNT}),  # needed to choose between a new tender and an agreement
    (Seal.UNOPENED, Standing.SUPERVISOR): frozenset({What.COUNT}),
    (Seal.OPENED, Standing.PUBLIC): _READ_OUT,
    (Seal.OPENED, Standing.EVALUATOR): _BLIND,
    (Seal.OPENED, Standing.TENDERER): _READ_OUT,  # its people may sit on the committee: a plan beside a name would break the blind
    (Seal.OPENED, Standing.SUPERVISOR): _FILE,
    (Seal.RANKED, Standing.PUBLIC): _READ_OUT,
    (Seal.RANKED, Standing.EVALUATOR): _BLIND,
    (Seal.RANKED, Standing.TENDERER): _FILE | {What.POINTS},
    (Seal.RANKED, Standing.SUPERVISOR): _FILE | {What.POINTS},
    (Seal.RESULT, Standing.PUBLIC): _READ_OUT | {What.POINTS},
    (Seal.RESULT, Standing.EVALUATOR): _BLIND,
    (Seal.RESULT, Standing.TENDERER): _FILE | {What.POINTS},
    (Seal.RESULT, Standing.SUPERVISOR): _FILE | {What.POINTS},
}


def seal_of(*, is_opened: bool, is_ranked: bool, is_published: bool, is_over: bool) -> Seal:
    """The state from what people recorded: an opening, a ranking, its publication, a failure after the deadline (`is_over`).

    A tender cancelled before its deadline stays sealed."""
    if is_opened and is_ranked:
        return Seal.RESULT if is_published else Seal.RANKED
    if is_opened:
        return Seal.OPENED
    return Seal.UNOPENED if is_over else Seal.SEALED


def may_see(viewer: Viewer, bid_owner: int | None, seal: Seal, what: What) -> bool:
    """Whether this viewer may learn `what` of a bid by organisation `bid_owner` (None: of the bids as a whole)."""
    if bid_owner is not None and viewer.organisation_id == bid_owner and what in _OWN:
        return True
    return any(what in GRANTED.get((seal, standing), frozenset()) for standing in viewer.standings)


def visible_parts(viewer: Viewer, bid_owner: int, seal: Seal, parts: Iterable[What]) -> frozenset[What]:
    """Those of `parts` that this viewer may learn of this bid."""
    return frozenset(what for what in parts if may_see(viewer, bid_owner, seal, what))
