"""A draw as pages show it: before the result commitments and reasons, after it the names."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.common.audit import AuditEvent
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.extensions import db
from app.tenders.draw import Side, Specialty
from app.tenders.lifecycle import Status
from app.tenders.models import DrawMember, DrawRound, DrawStep, EvaluatorAssignment, Tender
from app.tenders.models.draw import DrawContribution, DrawNumber
from app.tenders.queries.draw import (
    Plan,
    agreed_number,
    checkpoint_at,
    contribution_of,
    is_result_known,
    is_used_up,
    last_entry,
    plan_of,
    rounds_of,
    seated_experts,
)


@dataclass(frozen=True)
class Person:
    """What a commitment stood for, once it is opened."""

    name: str
    employer: str
    specialty: Specialty

    @classmethod
    def of(cls, member: DrawMember) -> "Person":
        line = json.loads(member.line)
        return cls(line["name"], line["employer"], Specialty(line["specialty"]))


@dataclass(frozen=True)
class Line:
    """A place in the sequence."""

    step: DrawStep
    person: Person | None
    has_left: bool
    is_own_wish: bool
    """Of one who has left: asked for it in person, instead of being recused by the supervisor."""


@dataclass(frozen=True)
class Part:
    """What one side gives, and what it entered."""

    side: Side
    given: DrawContribution | None
    entry: DrawNumber | None


@dataclass(frozen=True)
class RoundShown:
    found: DrawRound
    lines: list[Line]
    numbered: list[tuple[DrawMember, Person | None]]
    left_out: list[tuple[DrawMember, Person | None]]
    parts: list[Part]
    number: DrawNumber | None
    checkpoint_at: datetime

    @property
    def entries_differ(self) -> bool:
        return self.number is None and all(part.entry is not None for part in self.parts)


@dataclass(frozen=True)
class DrawShown:
    tender: Tender
    plan: Plan
    rounds: list[RoundShown]
    is_open: bool
    """The names may be known."""

    @property
    def last(self) -> RoundShown | None:
        return self.rounds[-1] if self.rounds else None


def draw_shown(tender: Tender) -> DrawShown:
    is_open = is_result_known(tender)
    rounds = rounds_of(tender)
    wishes = _own_wishes([step.assignment for found in rounds for step in found.steps if step.assignment is not None])
    return DrawShown(tender, plan_of(tender), [_round(found, wishes, is_open) for found in rounds], is_open)


def _own_wishes(seats: list[EvaluatorAssignment]) -> dict[int, bool]:
    """Seat id → whether the expert asked to leave in person, of those who have left."""
    left = {str(seat.id): seat.user_id for seat in seats if seat.recused_at is not None}
    if not left:
        return {}
    recusals = select(AuditEvent.object_id, AuditEvent.user_id).where(
        AuditEvent.object_type == EvaluatorAssignment.__tablename__, AuditEvent.object_id.in_(left), AuditEvent.event == "committee.recuse"
    )
    return {int(seat): user_id == left[seat] for seat, user_id in db.session.execute(recusals)}


def _line(step: DrawStep, wishes: dict[int, bool], person: Person | None) -> Line:
    has_left = step.assignment is not None and step.assignment.recused_at is not None
    return Line(step, person, has_left, has_left and wishes.get(step.assignment.id, False))


def _round(found: DrawRound, wishes: dict[int, bool], is_open: bool) -> RoundShown:
    def person(member: DrawMember) -> Person | None:
        return Person.of(member) if is_open else None

    numbered = sorted((m for m in found.members if m.position is not None), key=lambda member: member.position)
    return RoundShown(
        found,
        [_line(step, wishes, person(step.member)) for step in found.steps],
        [(member, person(member)) for member in numbered],
        [(member, person(member)) for member in found.members if member.position is None],
        [Part(side, contribution_of(found, side), last_entry(found, side)) for side in Side],
        agreed_number(found),
        checkpoint_at(found),
    )


# --- where it stands ---------------------------------------------------------------------------------------------------


class Stage(LabelledEnum):
    """What a round waits for."""

    COMMIT = "commit", _l("双方提交承诺值"), "open"
    REVEAL = "reveal", _l("双方公开随机数"), "wait"
    NUMBER = "number", _l("双方登记公开号码"), "wait"
    DRAW = "draw", _l("可以抽取"), "open"
    REPLACE = "replace", _l("有空缺，按顺序递补"), "wait"
    USED_UP = "used_up", _l("名单已抽完，席位未满"), "soon"
    DONE = "done", _l("已抽取"), "badge"


def stage_of(shown: RoundShown, tender: Tender, now: datetime) -> Stage:
    found = shown.found
    if now < found.commit_until:
        return Stage.COMMIT
    if now < found.reveal_until:
        return Stage.REVEAL
    if found.drawn_at is None:
        return Stage.NUMBER if shown.number is None else Stage.DRAW
    if tender.status is Status.OPENED and seated_experts(tender) < found.experts:
        return Stage.USED_UP if is_used_up(found) else Stage.REPLACE
    return Stage.DONE
