"""Programmes: finance prepares, another person activates, and only then there is a budget."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from app.common import audit
from app.common.access import Actor, not_found
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.funding.actions.locking import lock_programme
from app.funding.constraints import NAME_TAKEN, flush_or_refuse
from app.funding.ledger import EntryKind
from app.funding.models import BudgetLine, Programme
from app.funding.posting import post_entry
from app.funding.programme import (
    PROGRAMME_MOVES,
    ProgrammeKind,
    ProgrammeStatus,
    why_not_fund,
    why_not_move_programme,
    why_not_programme,
)
from app.funding.standing import prepared_by

FIELDS = (
    "name", "kind", "division_code", "budget_fen", "cap_months", "cap_fen", "fixed_sum_fen", "instalments_bp", "publicity_days",
    "pay_within_days", "payee", "applicant_kinds", "opens_on", "closes_on", "purpose", "conditions", "legal_basis", "source",
)  # fmt: skip
"""What finance writes, beside the rates."""


def prepare_programme(*, rates_fen: tuple[int, ...], lines_fen: Mapping[str, int], actor: Actor, now: datetime, **terms) -> Programme:
    """A draft of a programme. `terms` holds FIELDS; `lines_fen` maps a division code to its part of the budget."""
    refuse_if(why_not_move_programme("edit", ProgrammeStatus.DRAFT, False, actor))
    programme = Programme(prepared_at=now, prepared_by_id=actor.user_id)
    _write(programme, rates_fen, lines_fen, terms, actor)
    db.session.add(programme)
    flush_or_refuse()
    audit.record("programme.prepare", programme, actor=actor, now=now, budget_fen=programme.budget_fen)
    return programme


def edit_programme(
    programme_id: int, *, rates_fen: tuple[int, ...], lines_fen: Mapping[str, int], actor: Actor, now: datetime, **terms
) -> Programme:
    """Change a draft; whoever changed it last is the one who prepared it."""
    programme = _load(programme_id, "edit", actor)
    programme.lines.clear()
    db.session.flush()
    _write(programme, rates_fen, lines_fen, terms, actor)
    programme.prepared_at, programme.prepared_by_id = now, actor.user_id
    flush_or_refuse()
    audit.record("programme.edit", programme, actor=actor, now=now, budget_fen=programme.budget_fen)
    return programme


def propose(programme_id: int, *, actor: Actor, now: datetime) -> Programme:
    programme = _load(programme_id, "propose", actor)
    programme.prepared_at, programme.prepared_by_id = now, actor.user_id
    return _move(programme, "propose", actor, now)


def send_back(programme_id: int, *, reason: str, actor: Actor, now: datetime) -> Programme:
    programme = _load(programme_id, "send_back", actor)
    programme.note = reason
    return _move(programme, "send_back", actor, now, grounds=reason)


def activate(programme_id: int, *, actor: Actor, now: datetime) -> Programme:
    """The programme comes into force and its budget lines are funded in the ledger."""
    programme = _load(programme_id, "activate", actor)
    refuse_if(
        why_not_fund(programme.budget_fen, {line.division_code: line.budget_fen for line in programme.lines}, programme.division_code)
    )
    programme.activated_at, programme.activated_by_id, programme.note = now, actor.user_id, ""
    _move(programme, "activate", actor, now, budget_fen=programme.budget_fen)
    for line in programme.lines:
        post_entry(line.id, EntryKind.FUND, line.budget_fen, actor=actor, now=now, memo=programme.name)
    return programme


def end_programme(programme_id: int, *, reason: str, actor: Actor, now: datetime) -> Programme:
    """Take no further applications; those that arrived go on."""
    programme = _load(programme_id, "end", actor)
    programme.note = reason
    return _move(programme, "end", actor, now, grounds=reason)


def _load(programme_id: int, move: str, actor: Actor) -> Programme:
    programme = lock_programme(programme_id)
    if not actor.covers(programme.division_code):
        not_found()
    refuse_if(why_not_move_programme(move, programme.status, programme.id in prepared_by(actor), actor))
    return programme


def _move(programme: Programme, name: str, actor: Actor, now: datetime, **facts) -> Programme:
    programme.status = PROGRAMME_MOVES[name].reaches
    audit.record(f"programme.{name}", programme, actor=actor, now=now, **facts)
    flush_or_refuse()
    return programme


def _write(programme: Programme, rates_fen: tuple[int, ...], lines_fen: Mapping[str, int], terms: dict, actor: Actor) -> None:
    if not actor.covers(terms["division_code"]):
        raise Refused(Reason(_l("适用范围不在您的管辖区内。"), next=_l("请选择本辖区。")), field="division_code")
    wrong = why_not_programme(
        kind=terms["kind"],
        rates_fen=rates_fen,
        cap_months=terms.get("cap_months"),
        fixed_sum_fen=terms.get("fixed_sum_fen"),
        shares_bp=tuple(terms["instalments_bp"]),
        opens_on=terms["opens_on"],
        closes_on=terms["closes_on"],
        applicant_kinds=terms["applicant_kinds"],
    )
    if wrong:
        raise Refused(wrong[1], field=wrong[0])
    refuse_if(why_not_fund(terms["budget_fen"], lines_fen, terms["division_code"]), field="budget")
    if _name_is_taken(programme, terms["name"]):
        raise Refused(NAME_TAKEN, field="name")
    for field in FIELDS:
        if field in terms:
            setattr(programme, field, terms[field])
    is_subsidy = programme.kind is ProgrammeKind.SUBSIDY
    programme.rate_fen = rates_fen[0] if is_subsidy else None
    programme.later_rates_fen = list(rates_fen[1:]) if is_subsidy else []
    programme.cap_months = terms.get("cap_months") if is_subsidy else None
    programme.cap_fen = terms.get("cap_fen") if is_subsidy else None
    programme.fixed_sum_fen = None if is_subsidy else terms["fixed_sum_fen"]
    programme.lines.extend(BudgetLine(division_code=code, budget_fen=amount) for code, amount in sorted(lines_fen.items()))


def _name_is_taken(programme: Programme, name: str) -> bool:
    with db.session.no_autoflush:
        return db.session.scalar(select(Programme.id).where(Programme.name == name, Programme.id != (programme.id or 0))) is not None
