"""What the draw asks: who is in the pool of a place, what is known about each, a tender's rounds, and the digest of its closing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor
from app.extensions import db
from app.log import pace
from app.log.queries import public_log
from app.tenders.draw import (
    Bidder,
    ClosingSource,
    Exclusion,
    ExpertFacts,
    Side,
    Specialty,
    Tie,
    conflict_of,
    key_string,
    seeds_of,
)
from app.tenders.draw.pool import JUDGES_SERVICE
from app.tenders.kinds import Seat
from app.tenders.lifecycle import Status
from app.tenders.models import Tender
from app.tenders.models.draw import DrawContribution, DrawMember, DrawNumber, DrawPlan, DrawRound, DrawStep, PoolExpert
from app.tenders.parameters import sheet_for
from app.tenders.queries.bids import standing_bids
from app.tenders.queries.tenders import is_own
from app.tenders.timetable import local_day

DIVISION_STEPS = (2, 4, 6, 9, 12)


# --- the pool ----------------------------------------------------------------------------------------------------------


def pools_for(division_code: str) -> list[Organisation]:
    """The expert pools whose area holds the place."""
    codes = [division_code[:n] for n in DIVISION_STEPS if len(division_code) >= n]
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.kind == OrganisationKind.EXPERT_POOL, Organisation.division_code.in_(codes))
            .order_by(Organisation.id)
        )
    )


def experts_of(pools: Sequence[Organisation]) -> list[PoolExpert]:
    """The registered experts of these pools who still are evaluators there."""
    serving = (
        select(Membership.id)
        .where(
            Membership.user_id == PoolExpert.user_id,
            Membership.organisation_id == PoolExpert.organisation_id,
            Membership.role == Role.EVALUATOR,
            Membership.ended_at.is_(None),
        )
        .exists()
    )
    return list(
        db.session.scalars(
            select(PoolExpert)
            .join(PoolExpert.user)
            .where(PoolExpert.organisation_id.in_([pool.id for pool in pools]), User.active, serving)
            .options(joinedload(PoolExpert.user), joinedload(PoolExpert.organisation), selectinload(PoolExpert.ties))
            .order_by(PoolExpert.id)
        )
    )


def facts_of(experts: Sequence[PoolExpert], tender: Tender, *, at: datetime) -> dict[int, ExpertFacts]:
    """expert id → the facts that count: what the bureau had recorded by `at`, and the posts that the platform knows."""
    hats: dict[int, list[Membership]] = {}
    for hat in db.session.scalars(
        select(Membership)
        .where(Membership.user_id.in_([expert.user_id for expert in experts]))
        .options(joinedload(Membership.organisation))
        .order_by(Membership.id)
    ):
        hats.setdefault(hat.user_id, []).append(hat)
    return {expert.id: _facts(expert, hats.get(expert.user_id, []), tender, at) for expert in experts}


def _facts(expert: PoolExpert, hats: list[Membership], tender: Tender, at: datetime) -> ExpertFacts:
    worn = [hat for hat in hats if hat.ended_at is None]
    return ExpertFacts(
        person=expert.id,
        name=expert.user.name,
        employer=expert.employer,
        specialty=expert.specialty,
        areas=tuple(expert.areas),
        is_suspended=expert.suspended_at is not None and expert.suspended_at <= at,
        serves=frozenset(hat.organisation_id for hat in worn if hat.organisation_id != expert.organisation_id),
        served=tuple((hat.organisation_id, local_day(hat.ended_at)) for hat in hats if hat.ended_at is not None),
        ties=tuple(
            Tie(tie.kind, tie.organisation, tie.until_on)
            for tie in expert.ties
            if tie.recorded_at <= at and (tie.voided_at is None or tie.voided_at > at)
        ),
        is_supervisor=any(
            hat.organisation.kind is OrganisationKind.BUREAU and tender.division_code.startswith(hat.organisation.division_code)
            for hat in worn
        ),
    )


# --- a tender's plan and rounds ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """How the committee of a tender is made up."""

    seats: int
    representatives: int
    specialties: tuple[Specialty, ...]

    @property
    def experts(self) -> int:
        return self.seats - self.representatives


def plan_of(tender: Tender) -> Plan:
    """As the tenderer wrote it, else the legal minimum with one representative."""
    written = db.session.get(DrawPlan, tender.id)
    if written is None:
        return Plan(sheet_for(tender.regime, tender.regime_version)["committee_min"], 1, JUDGES_SERVICE)
    return Plan(written.seats, written.representatives, tuple(Specialty(value) for value in written.specialties))


def rounds_of(tender: Tender, *, lock: bool = False) -> list[DrawRound]:
    """Everything about the draws of a tender, the first round first."""
    statement = (
        select(DrawRound)
        .where(DrawRound.tender_id == tender.id)
        .options(
            selectinload(DrawRound.members).joinedload(DrawMember.expert),
            selectinload(DrawRound.contributions),
            selectinload(DrawRound.numbers).joinedload(DrawNumber.entered_by),
            selectinload(DrawRound.steps).joinedload(DrawStep.assignment),
        )
        .order_by(DrawRound.number)
    )
    if lock:
        statement = statement.with_for_update(of=DrawRound).execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def contribution_of(found: DrawRound, side: Side) -> DrawContribution | None:
    return next((one for one in found.contributions if one.side is side), None)


def last_entry(found: DrawRound, side: Side) -> DrawNumber | None:
    """What this side entered last."""
    return next((one for one in reversed(found.numbers) if one.side is side), None)


def agreed_number(found: DrawRound) -> DrawNumber | None:
    """The public number once both sides have entered the same; the later of the two entries."""
    one, other = (last_entry(found, side) for side in Side)
    if one is None or other is None or not is_same_number(one, other):
        return None
    return max(one, other, key=lambda entry: entry.id)


def is_same_number(one: DrawNumber, other: DrawNumber) -> bool:
    return (one.issue, one.drawn_on, one.numbers) == (other.issue, other.drawn_on, other.numbers)


def side_of(tender: Tender, actor: Actor | None) -> Side | None:
    """For whom a person acts in this draw: the tenderer's manager, or the legal officer of the bureau over the place."""
    if is_own(tender, actor):
        return Side.TENDERER
    if actor is not None and actor.role == Role.LEGAL_OFFICER and actor.covers(tender.division_code):
        return Side.BUREAU if actor.organisation_id != tender.procuring_entity_id else None
    return None


def is_used_up(found: DrawRound) -> bool:
    return found.drawn_at is not None and len(found.steps) == found.pool_size


def is_result_known(tender: Tender) -> bool:
    """From here on the names of the committee are public (招标投标法 §37): decided once, or ended without a winner."""
    return tender.opened_at is not None and (tender.status is Status.FAILED or tender.awarded_at is not None or bool(tender.awards))


# --- the seeds ---------------------------------------------------------------------------------------------------------


def closing_digest(tender: Tender, found: DrawRound, *, closing_root: str | None = None) -> tuple[str, ClosingSource]:
    """What was fixed when the commitments ended: the root of the first public checkpoint after it, else the hash of the opening record.

    `closing_root` replaces it where a city is only rehearsed."""
    if closing_root is not None:
        return closing_root, ClosingSource.REHEARSED
    log = public_log(checkpoint_at(found))
    if log is not None and log.begin.began_at <= found.commit_until:
        return log.root.hex(), ClosingSource.LOG
    return tender.opening.record_sha256, ClosingSource.OPENING_RECORD


def checkpoint_at(found: DrawRound) -> datetime:
    """The public instant of the first checkpoint that holds everything from before the end of the commitments."""
    return pace.boundary(found.commit_until + pace.LEAD + pace.PUBLIC_EVERY)


def checkpoint_size(found: DrawRound) -> int | None:
    """How many leaves the closing root stands for: with it anybody finds the root in a download of the log."""
    return public_log(checkpoint_at(found)).size if found.closing_source is ClosingSource.LOG else None


def key_of(found: DrawRound, number: DrawNumber, digest: str) -> str:
    given = [(one.committed, one.value) if one else (None, None) for one in (contribution_of(found, side) for side in Side)]
    return key_string(seeds_of(number.numbers, given, digest))


# --- who may not sit, once the bidders are known -----------------------------------------------------------------------


def exclusions(tender: Tender, found: DrawRound) -> dict[int, Exclusion]:
    """member id → why this member of the pool can't take a seat now; who is not listed may sit.

    Records that the bureau made after the number could be known do not count: nobody moves the sequence by writing one."""
    numbered = [member for member in found.members if member.position is not None]
    present = {expert.id: expert for expert in experts_of(_pools_by_id(numbered))}
    facts = facts_of(list(present.values()), tender, at=found.reveal_until)
    committee = {seat.user_id for seat in tender.evaluators}
    bidders = [Bidder(bid.organisation_id, bid.enterprise.name) for bid in standing_bids(tender)]
    tenderer = Bidder(tender.procuring_entity_id, tender.procuring_entity.name)
    reasons = {}
    for member in numbered:
        expert = present.get(member.expert_id)
        if expert is not None and expert.employer_at > found.reveal_until:
            facts[expert.id] = replace(facts[expert.id], employer=json.loads(member.line)["employer"])
        reason = _exclusion(expert, facts, committee, bidders, tenderer, local_day(tender.bid_deadline_at))
        if reason is not None:
            reasons[member.id] = reason
    return reasons


def _exclusion(expert: PoolExpert | None, facts: dict[int, ExpertFacts], committee: set[int], bidders, tenderer: Bidder, on: date):
    if expert is None:
        return Exclusion.GONE
    if expert.user_id in committee:
        return Exclusion.INVOLVED
    known = facts[expert.id]
    if known.is_supervisor:
        return Exclusion.SUPERVISOR
    if known.is_suspended:
        return Exclusion.SUSPENDED
    found = conflict_of(known, bidders, on=on)
    if found is not None:
        return found
    own = conflict_of(known, [tenderer], on=on)
    return Exclusion.TENDERER if own in (Exclusion.BIDDER, Exclusion.PAST_BIDDER) else own


def _pools_by_id(members: Sequence[DrawMember]) -> list[Organisation]:
    ids = {member.expert.organisation_id for member in members}
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)))


def seated_experts(tender: Tender) -> int:
    return sum(seat.seat is Seat.EXPERT and seat.recused_at is None for seat in tender.evaluators)


def seated_representatives(tender: Tender) -> int:
    return sum(seat.seat is Seat.TENDERER and seat.recused_at is None for seat in tender.evaluators)


def drawn_places(tender: Tender) -> dict[int, tuple[int, int]]:
    """Seat id → (round, place in the sequence) of the experts who were drawn."""
    rows = db.session.execute(
        select(DrawStep.assignment_id, DrawRound.number, DrawStep.sequence)
        .join(DrawStep.round)
        .where(DrawRound.tender_id == tender.id, DrawStep.assignment_id.is_not(None))
        .order_by(DrawStep.id)
    )
    return {seat: (number, sequence) for seat, number, sequence in rows}
