"""A draw as its file states it, for verify.py: what was announced, what it rested on, and each walk with the digest that its leaf commits to."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.common.clock import local
from app.extensions import db
from app.log.queries import read_begin
from app.tenders.draw import ClosingSource, Drawn, Side
from app.tenders.models import DrawMember, DrawRound, DrawStep, Tender
from app.tenders.models.draw import DrawContribution
from app.tenders.queries.draw import (
    agreed_number,
    checkpoint_at,
    checkpoint_size,
    contribution_of,
    is_result_known,
    last_entry,
    plan_of,
    rounds_of,
)

FORMAT = "linli-draw@2"


def digest_of(part: dict) -> str:
    """SHA-256 of JSON with sorted keys and no blanks."""
    return sha256(json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def bundle(tender: Tender) -> dict:
    """Everything with which anybody computes the draw again."""
    is_open, rounds = is_result_known(tender), rounds_of(tender)
    sitting = [step for found in rounds for step in found.steps if step.assignment is not None and step.assignment.recused_at is None]
    return {
        "format": FORMAT,
        "tender": tender.number,
        "algorithm": "RFC 3797, SHA-256",
        "names": "open" if is_open else "closed",
        "seated": len(sitting),
        "plan": _plan(tender),
        "rounds": [_round(found, is_open) for found in rounds],
    }


def announced_digest(found: DrawRound) -> str:
    """What the leaf of the freezing commits to."""
    return digest_of(_announced(found) | {"tender": found.tender.number, "plan": _plan(found.tender)})


def walk_digest(found: DrawRound) -> str:
    """What the leaf of a walk commits to, while that walk is the last."""
    steps = db.session.scalars(
        select(DrawStep).where(DrawStep.round_id == found.id).options(joinedload(DrawStep.assignment)).order_by(DrawStep.sequence)
    ).all()
    return _walk_digest(found, _seeds(found), steps, steps[-1].at)


def _plan(tender: Tender) -> dict:
    plan = plan_of(tender)
    return {
        "seats": plan.seats,
        "representatives": plan.representatives,
        "experts": plan.experts,
        "specialties": [specialty.value for specialty in plan.specialties],
    }


def _announced(found: DrawRound) -> dict:
    numbered, left_out = _sides_of_pool(found)
    return {
        "round": found.number,
        "experts": found.experts,
        "frozen_at": _at(found.frozen_at),
        "reason": found.reason,
        "pool_sha256": found.pool_sha256,
        "pool": [member.commitment for member in numbered],
        "left_out": [{"commitment": member.commitment, "reason": member.exclusion.value} for member in left_out],
        "commit_until": _at(found.commit_until),
        "reveal_until": _at(found.reveal_until),
        "number_kind": found.number_kind.value,
        "announced_on": found.number_on.isoformat(),
    }


def _seeds(found: DrawRound) -> dict:
    is_drawn = found.drawn_at is not None
    return {
        "contributions": [_contribution(side, contribution_of(found, side)) for side in Side],
        "public_number": _number(found) if is_drawn else None,
        "closing": _closing(found) if is_drawn else None,
        "key_string": found.key_string,
    }


def _round(found: DrawRound, is_open: bool) -> dict:
    seeds = _seeds(found)
    return {
        **_announced(found),
        "announced_sha256": announced_digest(found),
        **seeds,
        "sequence": [_step(step) for step in found.steps],
        "walks": _walks(found, seeds),
        "opened": [_opened(member) for part in _sides_of_pool(found) for member in part] if is_open else None,
    }


def _sides_of_pool(found: DrawRound) -> tuple[list[DrawMember], list[DrawMember]]:
    """Who is numbered, in order, and who was left out."""
    numbered = [member for member in found.members if member.position is not None]
    ordered = sorted(found.members, key=lambda member: member.commitment)
    return sorted(numbered, key=lambda member: member.position), [member for member in ordered if member.position is None]


def _walks(found: DrawRound, seeds: dict) -> list[dict]:
    walks, end = [], 0
    for at, steps in groupby(found.steps, key=lambda step: step.at):
        count = len(list(steps))
        end += count
        walks.append({"at": _at(at), "steps": count, "sha256": _walk_digest(found, seeds, found.steps[:end], at)})
    return walks


def _walk_digest(found: DrawRound, seeds: dict, steps: Sequence[DrawStep], at: datetime) -> str:
    fixed = {"tender": found.tender.number, "round": found.number, "announced_sha256": announced_digest(found)}
    return digest_of(fixed | seeds | {"sequence": [_step(step, until=at) for step in steps]})


def _contribution(side: Side, given: DrawContribution | None) -> dict:
    return {
        "side": side.value,
        "committed": given.committed if given else None,
        "committed_at": _at(given.committed_at) if given else None,
        "value": given.value if given else None,
        "revealed_at": _at(given.revealed_at) if given and given.revealed_at else None,
    }


def _number(found: DrawRound) -> dict:
    number = agreed_number(found)
    entries = [(side, last_entry(found, side)) for side in Side]
    return {
        "issue": number.issue,
        "drawn_on": number.drawn_on.isoformat(),
        "numbers": number.numbers,
        "entered": [{"side": side.value, "source": entry.source, "at": _at(entry.entered_at)} for side, entry in entries],
    }


def _closing(found: DrawRound) -> dict:
    has_log = found.closing_source is ClosingSource.LOG
    return {
        "source": found.closing_source.value,
        "digest": found.closing_digest,
        "checkpoint_at": _at(checkpoint_at(found)),
        "log_size": checkpoint_size(found),
        "log_began_at": _at(read_begin().began_at) if has_log else None,
    }


def _step(step: DrawStep, *, until: datetime | None = None) -> dict:
    left_at = step.assignment.recused_at if step.assignment is not None else None
    is_told = left_at is not None and (until is None or _at(left_at) <= _at(until))
    return {
        "sequence": step.sequence,
        "position": step.member.position,
        "commitment": step.member.commitment,
        "outcome": step.outcome.value,
        "reason": step.exclusion.value if step.outcome is Drawn.SKIPPED else None,
        "at": _at(step.at),
        "left_at": _at(left_at) if is_told else None,
    }


def _opened(member: DrawMember) -> dict:
    return {"commitment": member.commitment, "salt": member.salt.hex(), "line": member.line}


def _at(instant: datetime) -> str:
    return local(instant).isoformat(timespec="seconds")
