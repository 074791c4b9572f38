"""The applicant's side: start, fill in, send, take back. The server computes the amount; nobody types it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.rules import OrganisationKind
from app.common import audit
from app.common.access import Actor, get_or_404, not_found
from app.common.clock import local
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.communities.models import Compound
from app.extensions import db
from app.funding import queries
from app.funding.actions.locking import check_move, end, lock_application, lock_programme, move
from app.funding.constraints import MONTH_TAKEN, flush_or_refuse
from app.funding.lifecycle import ApplicationStatus
from app.funding.models import FundingApplication, Programme, SubsidyMonth
from app.funding.programme import ContractFacts, Payee, ProgrammeKind, Terms, why_not_apply
from app.funding.subsidy import Computation, area_counted, compute_subsidy, months_covered, why_not_grant
from app.funding.subsidy import Terms as SubsidyTerms
from app.tenders.models import Contract

PREFIX = {ProgrammeKind.SUBSIDY: "BT", ProgrammeKind.HONOUR: "JL"}
DETAILS = ("statement", "contact_name", "contact_phone", "payee_bank", "payee_account")


@dataclass(frozen=True)
class Offer:
    """What a compound would be granted under a programme, or why not."""

    programme: Programme
    compound: Compound
    contract: Contract | None
    computation: Computation | None
    """None for a fixed sum, or when there is no contract."""
    amount_fen: int
    reason: Reason | None


def offer(programme: Programme, compound: Compound, contract: Contract | None, *, actor: Actor, now: datetime, existing: FundingApplication | None = None, live_number: str | None = None) -> Offer:  # fmt: skip
    """Ask the rules about one compound. `existing` is the application being sent again, if there is one."""
    reason = why_not_apply(
        terms_of(programme),
        today=local(now).date(),
        organisation_id=actor.organisation_id,
        organisation_kind=actor.organisation_kind,
        is_within_scope=compound.division_code.startswith(programme.division_code) and actor.covers(compound.division_code),
        is_own_compound=actor.organisation_kind is not OrganisationKind.OWNERS_COMMITTEE
        or compound.owners_committee_id == actor.organisation_id,
        contract=contract
        and ContractFacts(
            is_in_force=True, tenderer_id=contract.tender.procuring_entity_id, starts_on=contract.starts_on, ends_on=contract.ends_on
        ),  # fmt: skip
        live_number=live_number,
        is_resubmission=existing is not None and existing.status is ApplicationStatus.RETURNED,
    )
    if programme.kind is ProgrammeKind.HONOUR:
        return Offer(programme, compound, contract if programme.payee is Payee.ENTERPRISE else None, None, programme.fixed_sum_fen, reason)
    if contract is None:
        return Offer(programme, compound, None, None, 0, reason)
    computation = compute_subsidy(
        area_counted(compound.area_centi or 0, contracted_area(contract, compound)),
        contract.starts_on,
        contract.ends_on,
        SubsidyTerms(programme.rates_fen, programme.cap_months, programme.cap_fen),
    )
    return Offer(programme, compound, contract, computation, computation.amount_fen, reason or why_not_grant(computation))


def contracted_area(contract: Contract | None, compound: Compound) -> int | None:
    """The compound's area as the contracted tender has it."""
    if contract is None:
        return None
    return next((row.area_centi for row in contract.tender.compounds if row.compound_id == compound.id), None)


def terms_of(programme: Programme) -> Terms:
    return Terms(
        status=programme.status,
        kind=programme.kind,
        payee=programme.payee,
        division_code=programme.division_code,
        opens_on=programme.opens_on,
        closes_on=programme.closes_on,
        applicant_kinds=frozenset(programme.applicant_kinds),
    )


def start_application(programme_id: int, compound_id: int, *, actor: Actor, now: datetime) -> FundingApplication:
    """A draft for one compound, with the amount as it is computed today."""
    programme = lock_programme(programme_id)
    compound = get_or_404(Compound, compound_id)
    if not actor.covers(compound.division_code):
        not_found()
    found = offer(
        programme, compound, queries.contract_of(compound_id), actor=actor, now=now,
        live_number=queries.live_number(programme_id, compound_id),
    )  # fmt: skip
    refuse_if(found.reason)
    sequence = db.session.scalar(select(func.count()).where(FundingApplication.programme_id == programme_id)) + 1
    application = FundingApplication(
        number=f"{PREFIX[programme.kind]}-{programme.opens_on.year}-{programme.id:02d}{sequence:04d}",
        programme_id=programme.id,
        compound_id=compound.id,
        applicant_id=actor.organisation_id,
        status=ApplicationStatus.DRAFT,
        created_at=now,
        created_by_id=actor.user_id,
    )
    _freeze(application, found)
    db.session.add(application)
    flush_or_refuse()
    audit.record("funding.start", application, actor=actor, now=now, amount_fen=application.amount_fen)
    return application


def update_application(application_id: int, *, actor: Actor, now: datetime, **details: str) -> FundingApplication:
    """Fill in the applicant's words, contact and the payee's account (DETAILS)."""
    application = _own(application_id, actor)
    if application.status not in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED):
        raise Refused(Reason(_l("申请已经提交，不能再修改。"), next=_l("需要修改的，请先撤回，或请审核单位退回补正。")))
    check_move(application, "submit", actor=actor, now=now)
    for name in DETAILS:
        setattr(application, name, details[name].strip())
    audit.record("funding.edit", application, actor=actor, now=now)
    return application


def submit(application_id: int, *, actor: Actor, now: datetime) -> FundingApplication:
    """Send it: the figures are computed again from the register and the contract, then frozen; the months are taken."""
    application = _own(application_id, actor)
    is_again = application.status is ApplicationStatus.RETURNED
    found = offer(application.programme, application.compound, queries.contract_of(application.compound_id), actor=actor, now=now, existing=application)  # fmt: skip
    missing = [label for name, label in MUST_FILL.items() if not getattr(application, name)]
    check_move(application, "submit", actor=actor, now=now)
    refuse_if(found.reason)
    if missing:
        raise Refused(
            Reason(
                _l("还没有填写：%(items)s。", items="、".join(str(label) for label in missing)),
                next=_l("请补全后再提交。"),
            )
        )
    _freeze(application, found)
    application.round_no += is_again
    application.submitted_at, application.submitted_by_id = now, actor.user_id
    move(application, "submit", actor=actor, now=now)
    _take_months(application, found.computation)
    audit.record("funding.submit", application, actor=actor, now=now, amount_fen=application.amount_fen, area_centi=application.area_centi, register_area_centi=application.register_area_centi, contract_area_centi=application.contract_area_centi, subsidy_months=application.months)  # fmt: skip
    flush_or_refuse()
    return application


def submit_with(application_id: int, *, actor: Actor, now: datetime, **details: str) -> FundingApplication:
    """Fill in and send in one step, as the form's second button does."""
    update_application(application_id, actor=actor, now=now, **details)
    return submit(application_id, actor=actor, now=now)


MUST_FILL = {
    "statement": _l("申请说明"),
    "contact_name": _l("联系人"),
    "contact_phone": _l("联系电话"),
    "payee_bank": _l("收款开户行"),
    "payee_account": _l("收款账号"),
}


def withdraw(application_id: int, *, reason: str = "", actor: Actor, now: datetime) -> FundingApplication:
    application = _own(application_id, actor)
    move(application, "withdraw", actor=actor, now=now)
    end(application, reason, now)
    audit.record("funding.withdraw", application, actor=actor, now=now, grounds=reason or None)
    flush_or_refuse()
    return application


def _own(application_id: int, actor: Actor) -> FundingApplication:
    application = lock_application(application_id)
    if application.applicant_id != actor.organisation_id:
        not_found()
    return application


def _freeze(application: FundingApplication, found: Offer) -> None:
    contract, computation = found.contract, found.computation
    application.compound_name = found.compound.name
    application.division_code = found.compound.division_code
    application.register_area_centi = found.compound.area_centi or 0
    application.contract_area_centi = contracted_area(contract, found.compound)
    application.area_centi = area_counted(application.register_area_centi, application.contract_area_centi)
    application.contract_id = contract.id if contract else None
    application.enterprise_id = contract.enterprise_id if contract else None
    if found.programme.payee is Payee.ENTERPRISE:
        application.payee_name = contract.enterprise.name
        application.payee_organisation_id = queries.organisation_of(contract.enterprise)
    else:
        application.payee_name = queries.organisation_name(application.applicant_id)
        application.payee_organisation_id = application.applicant_id
    application.rates_fen = list(found.programme.rates_fen)
    application.cap_months = found.programme.cap_months
    application.cap_fen = found.programme.cap_fen
    application.contract_starts_on = contract.starts_on if contract else None
    application.contract_ends_on = contract.ends_on if contract else None
    application.months = computation.months if computation else None
    application.covers_until_on = computation.until_on if computation else None
    application.amount_fen = found.amount_fen


def _take_months(application: FundingApplication, computation: Computation | None) -> None:
    application.months_held.clear()
    db.session.flush()
    if computation is None:
        return
    months = months_covered(computation.starts_on, computation.months)
    taken = queries.months_taken(application.compound_id, months)
    if taken:
        raise Refused(
            Reason(
                _l("这个小区有 %(count)d 个月已经由 %(number)s 申请补贴，不能重复。", count=len(taken), number=taken[0].number),
                basis=MONTH_TAKEN.basis,
                next=MONTH_TAKEN.next,
            )
        )
    application.months_held.extend(SubsidyMonth(compound_id=application.compound_id, month_on=month) for month in months)


def computation_of(application: FundingApplication) -> Computation | None:
    """The computation again, from the frozen figures: what the pages show line by line. None for a fixed sum."""
    if not application.rates_fen:
        return None
    return compute_subsidy(
        application.area_centi,
        application.contract_starts_on,
        application.contract_ends_on,
        SubsidyTerms(tuple(application.rates_fen), application.cap_months, application.cap_fen),
    )
