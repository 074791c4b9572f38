"""What drafting asks: which compounds may be tendered, what a draft still lacks, what its timetable is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.rules import OrganisationKind
from app.common.access import Actor
from app.common.calendar_days import load_calendar
from app.common.i18n import _l
from app.common.refusal import Reason
from app.common.workdays import WorkdayCalendar
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from app.extensions import db
from app.tenders.gaps import Draft, DraftCompound, Gap, find_gaps
from app.tenders.kinds import Regime
from app.tenders.models import Tender
from app.tenders.parameters import CURRENT_VERSION, sheet_for
from app.tenders.queries.contracts import claims, in_hand, last_contract_days
from app.tenders.scorecard import Criterion
from app.tenders.timetable import Dates, Term, day_in_words, local_day, timetable


def own_compounds(actor: Actor):
    """The compounds that a community or owners' committee answers for."""
    statement = select(Compound).order_by(Compound.name, Compound.id)
    if actor.organisation_kind == OrganisationKind.OWNERS_COMMITTEE:
        return statement.where(Compound.owners_committee_id == actor.organisation_id)
    return statement.where(Compound.division_code.startswith(actor.division_code or "-", autoescape=True))


NEED = tuple(reversed(ManagementMode))
"""Modes from the least cared for to professional management."""


@dataclass(frozen=True)
class ChoosableCompound:
    compound: Compound
    taken: Reason | None
    in_hand: str | None = None
    """Number of the tenderer's own draft or running tender for it."""


def choosable_compounds(actor: Actor, *, on: date, besides: int | None = None) -> list[ChoosableCompound]:
    """Own compounds, those that nobody cares for first, each with the reason why it can't be tendered now, if any."""
    compounds = list(db.session.scalars(own_compounds(actor)))
    taken = reasons_taken([c.id for c in compounds], {c.id: c.name for c in compounds}, on=on, besides=besides)
    begun = in_hand([c.id for c in compounds], organisation_id=actor.organisation_id, besides=besides)
    choices = [ChoosableCompound(compound, taken.get(compound.id), begun.get(compound.id)) for compound in compounds]
    return sorted(choices, key=lambda choice: (choice.taken is not None, NEED.index(choice.compound.mode)))


def reasons_taken(compound_ids: list[int], names: dict[int, Any], *, on: date, besides: int | None) -> dict[int, Reason]:
    """One compound, one running tender, one contract in force (物业管理条例第三十三条)."""
    if not compound_ids:
        return {}
    held = claims(compound_ids, besides=besides)
    lead = timedelta(days=sheet_for(Regime.COMMUNITY, CURRENT_VERSION)["renewal_lead_days"])
    served = {key: value for key, value in last_contract_days(compound_ids).items() if value[0] - lead > on}
    basis = _l("《物业管理条例》第三十三条")
    reasons = {
        key: Reason(
            _l("“%(name)s”的物业服务合同（%(number)s）到 %(day)s 才期满。", name=names[key], number=number, day=day_in_words(ends_on)),
            basis=basis,
            next=_l("请在期满前半年内再招标。"),
        )
        for key, (ends_on, number) in served.items()
    }
    reasons |= {
        key: Reason(
            _l("“%(name)s”正在另一个项目（%(number)s）中招标。", name=names[key], number=number),
            basis=basis,
            next=_l("请等该项目结束，或者从本项目中去掉这个楼院。"),
        )
        for key, number in held.items()
    }
    return reasons


def dates_of(tender: Tender) -> Dates:
    return Dates(
        publish_on=tender.publish_on,
        bid_deadline_at=tender.bid_deadline_at,
        bid_validity_days=tender.bid_validity_days,
        defence_on=tender.defence_on,
        published_at=tender.published_at,
        opened_at=tender.opened_at,
        evaluated_at=tender.evaluated_at,
        candidates_public_at=tender.candidates_public_at,
        notice_ends_at=tender.notice_ends_at,
        awarded_at=tender.awarded_at,
        award_filed_at=tender.award_filed_at,
        contracted_at=tender.contracted_at,
    )


def timetable_of(tender: Tender) -> list[Term]:
    return timetable(dates_of(tender), load_calendar(), sheet_for(tender.regime, tender.regime_version))


def draft_of(tender: Tender, *, on: date) -> Draft:
    ids = [c.compound_id for c in tender.compounds]
    taken = reasons_taken(ids, {c.compound_id: c.name for c in tender.compounds}, on=on, besides=tender.id)
    return Draft(
        title=tender.title,
        regime=tender.regime,
        compounds=[DraftCompound(c.name, c.area_centi, c.households, taken.get(c.compound_id)) for c in tender.compounds],
        service_content=tender.service_content,
        service_level=tender.service_level,
        ceiling_fen=tender.ceiling_fen,
        term_months=tender.term_months,
        eligibility=tender.eligibility,
        bid_instructions=tender.bid_instructions,
        contract_terms=tender.contract_terms,
        opening_place=tender.opening_place,
        contact_name=tender.contact_name,
        contact_phone=tender.contact_phone,
        criteria=[Criterion(c.code, c.kind, c.label, c.weight, c.guidance) for c in tender.criteria],
        dates=dates_of(tender),
        document_kinds=frozenset(d.kind for d in tender.documents),
        holders=len(tender.holders),
    )


def gaps_of(tender: Tender, *, now: datetime, calendar: WorkdayCalendar) -> list[Gap]:
    """Gaps as of this moment; once submitted, as of the day of submission."""
    submit_on = local_day(tender.submitted_at or now)
    sheet = sheet_for(tender.regime, tender.regime_version)
    return find_gaps(draft_of(tender, on=submit_on), submit_on=submit_on, calendar=calendar, sheet=sheet)
