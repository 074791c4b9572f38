"""A draw as pages show it: before the result commitments and reasons, after it the names."""

import json
from dataclasses import dataclass
from datetime import datetime

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.tenders.draw import Side, Specialty
from app.tenders.lifecycle import Status
from app.tenders.models import DrawMember, DrawRound, DrawStep, Tender
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

    @property
    def has_left(self) -> bool:
        return self.step.assignment is not None and self.step.assignment.recused_at is not None


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
    return DrawShown(tender, plan_of(tender), [_round(found, is_open) for found in rounds_of(tender)], is_open)


def _round(found: DrawRound, is_open: bool) -> RoundShown:
    def person(member: DrawMember) -> Person | None:
        return Person.of(member) if is_open else None

    numbered = sorted((m for m in found.members if m.position is not None), key=lambda member: member.position)
    return RoundShown(
        found,
        [Line(step, person(step.member)) for step in found.steps],
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
