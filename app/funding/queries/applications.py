"""What is asked about applications: the compound's contract, what is taken already, who may read what."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor
from app.common.calendar_days import load_calendar
from app.common.clock import local
from app.communities.models import Compound, Division
from app.enterprises.models import Enterprise
from app.extensions import db
from app.funding.lifecycle import ENDED_WITHOUT_MONEY, PUBLISHED, ApplicationStatus, status_now
from app.funding.models import (
    Acceptance,
    BudgetLine,
    Clawback,
    FundingApplication,
    FundingObjection,
    FundingReview,
    Instalment,
    Payment,
    Programme,
    SubsidyMonth,
)
from app.funding.programme import ProgrammeKind
from app.tenders.actions.correcting import rests_on_contract
from app.tenders.models import Contract, Tender, TenderCompound


def contracts_of(compound_ids: Collection[int]) -> dict[int, Contract]:
    """The latest contract of each compound, with its tender and enterprise."""
    rows = db.session.execute(
        select(TenderCompound.compound_id, Contract)
        .join(Tender, Tender.id == TenderCompound.tender_id)
        .join(Contract, Contract.tender_id == Tender.id)
        .where(TenderCompound.compound_id.in_(compound_ids))
        .options(joinedload(Contract.tender).selectinload(Tender.compounds), joinedload(Contract.enterprise))
        .order_by(Contract.starts_on, Contract.id)
    )
    return dict(rows.all())


def contract_of(compound_id: int) -> Contract | None:
    return contracts_of([compound_id]).get(compound_id)


@rests_on_contract
def number_on_contract(contract_id: int) -> str | None:
    """An application that was computed from a contract and has not ended without money."""
    return db.session.scalar(
        select(FundingApplication.number)
        .where(FundingApplication.contract_id == contract_id, FundingApplication.status.not_in(ENDED_WITHOUT_MONEY))
        .order_by(FundingApplication.id)
        .limit(1)
    )


def live_numbers(programme_id: int, compound_ids: Collection[int]) -> dict[int, FundingApplication]:
    """The application that holds each compound in a programme."""
    rows = db.session.scalars(
        select(FundingApplication).where(
            FundingApplication.programme_id == programme_id,
            FundingApplication.compound_id.in_(compound_ids),
            FundingApplication.status.not_in(ENDED_WITHOUT_MONEY),
        )
    )
    return {row.compound_id: row for row in rows}


def live_number(programme_id: int, compound_id: int) -> str | None:
    found = live_numbers(programme_id, [compound_id]).get(compound_id)
    return found.number if found else None


def months_taken(compound_id: int, months: Sequence[date]) -> list[FundingApplication]:
    """One row for each of these months that another application holds."""
    return list(
        db.session.scalars(
            select(FundingApplication)
            .join(SubsidyMonth, SubsidyMonth.application_id == FundingApplication.id)
            .where(SubsidyMonth.compound_id == compound_id, SubsidyMonth.month_on.in_(months))
            .order_by(SubsidyMonth.month_on)
        )
    )


def organisation_of(enterprise: Enterprise) -> int | None:
    return enterprise.organisation_id


def organisation_name(organisation_id: int) -> str:
    return db.session.scalar(select(Organisation.name).where(Organisation.id == organisation_id))


def line_for(programme_id: int, division_code: str) -> BudgetLine | None:
    return narrowest(db.session.scalars(select(BudgetLine).where(BudgetLine.programme_id == programme_id)), division_code)


def narrowest(lines: Iterable[BudgetLine], division_code: str) -> BudgetLine | None:
    """The budget line that answers for a place: the narrowest one that contains it."""
    fitting = [line for line in lines if division_code.startswith(line.division_code)]
    return max(fitting, key=lambda line: len(line.division_code), default=None)


def voucher_exists(voucher_number: str) -> bool:
    statement = select(Payment.id).where(Payment.voucher_number == voucher_number, Payment.rejected_at.is_(None))
    return db.session.scalar(statement) is not None


def objections_from(address: str, now: datetime) -> int:
    """How many objections came from a network address within the last 24 hours."""
    if not address:
        return 0
    recent = (FundingObjection.address == address) & (FundingObjection.raised_at > now - timedelta(days=1))
    return db.session.scalar(select(func.count()).select_from(FundingObjection).where(recent)) or 0


def due_day(start: date, days: int) -> date:
    """So many days after `start`, a last day off moved to the next working day."""
    return load_calendar().roll_forward(start + timedelta(days=days))


def candidates(programme: Programme, actor: Actor, text: str = ""):
    """Select of the compounds that an applicant could ask money for: those of its contracts, or those of its place."""
    statement = select(Compound).where(
        Compound.division_code.startswith(programme.division_code, autoescape=True),
        Compound.division_code.startswith(actor.division_code, autoescape=True),
    )
    if programme.kind is ProgrammeKind.SUBSIDY:
        contracted = (
            select(TenderCompound.compound_id)
            .join(Tender, Tender.id == TenderCompound.tender_id)
            .join(Contract, Contract.tender_id == Tender.id)
            .where(Tender.procuring_entity_id == actor.organisation_id)
        )
        statement = statement.where(Compound.id.in_(contracted))
    elif actor.organisation_kind is OrganisationKind.OWNERS_COMMITTEE:
        statement = statement.where(Compound.owners_committee_id == actor.organisation_id)
    if text:
        statement = statement.where(Compound.name.contains(text, autoescape=True))
    return statement.order_by(Compound.name, Compound.id)


def supported_divisions(division_code: str) -> list[Division]:
    """A place and the districts in it, for choosing a scope and splitting a budget."""
    return list(
        db.session.scalars(
            select(Division)
            .where(Division.code.startswith(division_code, autoescape=True), func.length(Division.code) <= 6)
            .order_by(Division.code)
        )
    )


def find_application(application_id: int) -> FundingApplication | None:
    """An application with all that its page shows, in few queries."""
    return (
        db.session.scalars(
            select(FundingApplication)
            .where(FundingApplication.id == application_id)
            .options(
                joinedload(FundingApplication.programme),
                joinedload(FundingApplication.compound),
                joinedload(FundingApplication.applicant),
                joinedload(FundingApplication.submitted_by),
                joinedload(FundingApplication.contract).joinedload(Contract.tender),
                joinedload(FundingApplication.enterprise).lazyload(Enterprise.districts),
                selectinload(FundingApplication.reviews).options(
                    joinedload(FundingReview.reviewer), joinedload(FundingReview.organisation)
                ),
                selectinload(FundingApplication.objections).joinedload(FundingObjection.settled_by),
                selectinload(FundingApplication.instalments)
                .joinedload(Instalment.payments)
                .options(joinedload(Payment.recorded_by), joinedload(Payment.confirmed_by)),
                joinedload(FundingApplication.acceptances).options(
                    joinedload(Acceptance.confirmed_by), joinedload(Acceptance.organisation)
                ),
                selectinload(FundingApplication.clawbacks).options(joinedload(Clawback.ordered_by), joinedload(Clawback.received_by)),
            )
        )
        .unique()
        .one_or_none()
    )


OFFICES = frozenset(
    {
        Role.STREET_OFFICER,
        Role.BUREAU_OFFICER,
        Role.BUREAU_APPROVER,
        Role.LEGAL_OFFICER,
        Role.FINANCE_OFFICER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)
"""Who may read what was sent in their place before it is public."""


def is_readable(application: FundingApplication, actor: Actor | None, now: datetime) -> bool:
    """Anybody from publicity on; before that the applicant, the payee once it is sent, and the offices of the place."""
    if status_now(application.status, application.publicity_ends_on, now) in PUBLISHED or application.publicity_at is not None:
        return True
    if actor is None:
        return False
    if actor.organisation_id is not None and actor.organisation_id == application.applicant_id:
        return True
    if application.submitted_at is None:
        return False
    is_payee = actor.organisation_id is not None and actor.organisation_id == application.payee_organisation_id
    return is_payee or (actor.role in OFFICES and actor.covers(application.division_code))


def is_insider(application: FundingApplication, actor: Actor | None) -> bool:
    """The applicant, the payee and the offices of the place see who did what, and the papers behind."""
    if actor is None:
        return False
    is_party = actor.organisation_id is not None and actor.organisation_id in (application.applicant_id, application.payee_organisation_id)
    return is_party or (actor.role in OFFICES and actor.covers(application.division_code))


def sees_account(application: FundingApplication, actor: Actor | None) -> bool:
    """Who needs the payee's account number: the applicant that wrote it, finance that pays, those who approve and audit."""
    if actor is None:
        return False
    if actor.organisation_id is not None and actor.organisation_id == application.applicant_id:
        return True
    return actor.role in (Role.FINANCE_OFFICER, Role.BUREAU_APPROVER, Role.AUDITOR) and actor.covers(application.division_code)


def status_of(application: FundingApplication, now: datetime) -> ApplicationStatus:
    return status_now(application.status, application.publicity_ends_on, now)


def applications_for(actor: Actor, now: datetime, *, status: ApplicationStatus | None = None, text: str = ""):
    """Select of the applications on an actor's list: their own, those that pay them, or those of their place."""
    statement = select(FundingApplication).options(joinedload(FundingApplication.programme), joinedload(FundingApplication.applicant))
    if actor.role in OFFICES:
        statement = statement.where(
            FundingApplication.division_code.startswith(actor.division_code, autoescape=True),
            FundingApplication.submitted_at.is_not(None),
        )
    else:
        is_sent_to_us = (FundingApplication.payee_organisation_id == actor.organisation_id) & FundingApplication.submitted_at.is_not(None)
        statement = statement.where(or_(FundingApplication.applicant_id == actor.organisation_id, is_sent_to_us))
    if status is not None:
        statement = statement.where(_in_state(status, now))
    if text:
        pattern = FundingApplication.compound_name.contains(text, autoescape=True)
        statement = statement.where(or_(pattern, FundingApplication.number.contains(text, autoescape=True)))
    return statement.order_by(FundingApplication.id.desc())


def _in_state(status: ApplicationStatus, now: datetime):
    """The condition that an application is in a state now, the clock's part included."""
    today = local(now).date()
    if status is ApplicationStatus.PAYABLE:
        return (FundingApplication.status == ApplicationStatus.PUBLICITY) & (FundingApplication.publicity_ends_on < today)
    if status is ApplicationStatus.PUBLICITY:
        return (FundingApplication.status == status) & (FundingApplication.publicity_ends_on >= today)
    return FundingApplication.status == status


def published_applications(programme_id: int):
    """Select of a programme's applications that anybody may read."""
    return (
        select(FundingApplication)
        .where(FundingApplication.programme_id == programme_id, FundingApplication.publicity_at.is_not(None))
        .order_by(FundingApplication.publicity_at.desc(), FundingApplication.id.desc())
    )
