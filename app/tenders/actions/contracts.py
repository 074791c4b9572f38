"""Recording the signed contract: the last step of a tender, and the first fact of service and subsidy."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.common.access import Actor, system_actor
from app.common.audit import label_events, record
from app.common.calendar_days import load_calendar
from app.common.daily import each_day
from app.common.files import store_file
from app.common.i18n import _l
from app.common.refusal import Refused, refuse_if
from app.communities.actions import record_management
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from app.enterprises.actions import note_contract
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.filing import release
from app.tenders.award import add_months, why_not_contract
from app.tenders.lifecycle import make_move, why_not
from app.tenders.models import Contract, Tender
from app.tenders.queries.award import standing_award
from app.tenders.queries.contracts import awaiting_service
from app.tenders.queries.situations import sheet_of, situation
from app.tenders.queries.tenders import place_names
from app.tenders.timetable import local_day, why_not_signed_on

label_events(
    {"tender.record_contract": _l("登记合同"), "tender.begin_service": _l("合同服务开始")},
    {"signed_on": _l("签订日期"), "starts_on": _l("服务开始"), "ends_on": _l("服务结束"), "late": _l("逾期原因")},
)


def record_contract(
    tender: Tender,
    *,
    signed_on: date,
    starts_on: date,
    price_fen: int,
    file: tuple[str, bytes] | None = None,
    late_reason: str = "",
    actor: Actor,
    now: datetime,
) -> Contract:
    """The contract as signed: its price is the winning bid's, its term the notice's, signed within thirty days of the award.

    One that was signed late is recorded with the reason, which the public reads."""
    tender = lock_tender(tender)
    refuse_if(why_not("record_contract", situation(tender, actor=actor, now=now)))
    decision = standing_award(tender)
    ask_signature(tender, signed_on, late_reason, now)
    ends_on = ask_terms(tender, decision.price_fen, price_fen=price_fen, signed_on=signed_on, starts_on=starts_on)
    contract = Contract(
        tender_id=tender.id,
        award_id=decision.id,
        enterprise_id=decision.bid.enterprise_id,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        term_months=tender.term_months,
        price_fen=price_fen,
        area_centi=tender.area_centi,
        file=_keep(file, now),
        late_reason=late_reason.strip(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    db.session.add(contract)
    release(tender)
    make_move(tender, "record_contract", now=now)
    record(
        "tender.record_contract",
        tender,
        actor=actor,
        now=now,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        late=late_reason.strip() or None,
    )
    _note(tender, contract, decision.bid.enterprise, actor=actor, now=now)
    db.session.flush()
    begin_service_if_due(tender, contract, actor=actor, now=now)
    return contract


def begin_service_if_due(tender: Tender, contract: Contract, *, actor: Actor, now: datetime) -> None:
    if contract.starts_on <= local_day(now) <= contract.ends_on:
        _begin_service(tender, contract, actor=actor, now=now)


@each_day
def begin_services(*, now: datetime) -> int:
    """Contracts recorded earlier whose first day of service has come: from now on their compounds count as professionally managed."""
    begun = 0
    for waiting in awaiting_service(local_day(now)):
        tender = lock_tender(waiting.tender)
        if waiting in awaiting_service(local_day(now)):  # not done by another process while we waited for the lock
            _begin_service(tender, waiting, actor=system_actor(), now=now)
            begun += 1
    return begun


def ask_signature(tender: Tender, signed_on: date, late_reason: str, now: datetime) -> None:
    calendar, sheet = load_calendar(), sheet_of(tender)
    reason = why_not_signed_on(signed_on, tender.awarded_at, now, calendar, sheet)
    if reason is None:
        return
    is_late_only = local_day(tender.awarded_at) <= signed_on <= local_day(now)
    if is_late_only and late_reason.strip():
        return
    raise Refused(reason, field="late_reason" if is_late_only else "signed_on")


def ask_terms(tender: Tender, awarded_fen: int, *, price_fen: int, signed_on: date, starts_on: date) -> date:
    """The last day of service, when the terms are lawful."""
    ends_on = add_months(starts_on, tender.term_months) - timedelta(days=1)
    terms = {"price_fen": price_fen, "starts_on": starts_on, "ends_on": ends_on, "signed_on": signed_on}
    if found := why_not_contract(awarded_fen=awarded_fen, sheet=sheet_of(tender), **terms):
        field, reason = found
        raise Refused(reason, field=field)
    return ends_on


def _keep(file: tuple[str, bytes] | None, now: datetime):
    if file is None:
        return None
    try:
        return store_file(file[1], file[0], now=now)
    except Refused as refused:
        raise Refused(refused.reason, field="file") from refused


def _begin_service(tender: Tender, contract: Contract, *, actor: Actor, now: datetime) -> None:
    """The compounds' own record, and with it the coverage: who manages, since the contract's first day and never before it.

    Whether the contract was filed with district and street (河南省物业管理条例 §49) is not ours to say and stays as recorded."""
    ids = [compound.compound_id for compound in tender.compounds]
    for compound in db.session.scalars(select(Compound).where(Compound.id.in_(ids)).order_by(Compound.id).with_for_update()):
        record_management(
            compound,
            mode=ManagementMode.PROFESSIONAL,
            source=tender.number,
            fee_fen=contract.price_fen,
            service_level=int(tender.service_level.value) if tender.service_level else None,
            has_agreement=True,
            has_owner_decision=True,
            actor=actor,
            now=now,
        )
    record("tender.begin_service", tender, actor=actor, now=now, starts_on=contract.starts_on, compounds=[c.name for c in tender.compounds])


def _note(tender: Tender, contract: Contract, enterprise, *, actor: Actor, now: datetime) -> None:
    """The enterprise's load grows by this contract from its signature."""
    place = " ".join(division.name for division in place_names([tender.division_code])[tender.division_code])
    note_contract(
        enterprise,
        reference=tender.number,
        name=f"{tender.title}（{tender.number}）",
        place=place,
        area_centi=contract.area_centi,
        signed_on=contract.signed_on,
        since_on=contract.starts_on,
        until_on=contract.ends_on,
        actor=actor,
        now=now,
    )
