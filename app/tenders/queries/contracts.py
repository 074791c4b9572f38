"""Contracts as the packages above need them: by compound, by enterprise, by tender."""

from datetime import date

from sqlalchemy import Select, String, cast, select, true
from sqlalchemy.orm import joinedload, selectinload

from app.common.audit import AuditEvent, history
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.lifecycle import Status
from app.tenders.models import Contract, Tender, TenderCompound


def contracts() -> Select:
    """All contracts with their tender, its compounds and its tenderer, newest first."""
    return (
        select(Contract)
        .join(Contract.tender)
        .options(
            joinedload(Contract.enterprise),
            joinedload(Contract.tender).selectinload(Tender.compounds),
            joinedload(Contract.tender).joinedload(Tender.procuring_entity),
        )
        .order_by(Contract.signed_on.desc(), Contract.id.desc())
    )


def contracts_for(compound, *, on: date | None = None) -> list[Contract]:
    """Contracts under which a compound is served, newest first; with `on` only those in force on that day."""
    statement = contracts().where(
        select(TenderCompound.id).where(TenderCompound.tender_id == Contract.tender_id, TenderCompound.compound_id == compound.id).exists()
    )
    if on is not None:
        statement = statement.where(Contract.starts_on <= on, Contract.ends_on >= on)
    return list(db.session.scalars(statement))


def contract_of_tender(tender_id: int) -> Contract | None:
    return db.session.scalar(
        select(Contract)
        .where(Contract.tender_id == tender_id)
        .options(joinedload(Contract.enterprise).lazyload(Enterprise.districts), joinedload(Contract.file))
    )


def _begun():
    return (
        select(AuditEvent.id)
        .where(
            AuditEvent.object_type == Tender.__tablename__,
            AuditEvent.object_id == cast(Contract.tender_id, String),
            AuditEvent.event == "tender.begin_service",
        )
        .exists()
    )


def awaiting_service(on: date) -> list[Contract]:
    """Contracts in force on a day whose compounds have not been recorded as served under them."""
    in_force = select(Contract).where(Contract.starts_on <= on, Contract.ends_on >= on, ~_begun())
    return list(db.session.scalars(in_force.order_by(Contract.starts_on, Contract.id)))


def has_begun(contract: Contract) -> bool:
    return db.session.scalar(select(Contract.id).where(Contract.id == contract.id, _begun())) is not None


def corrections_of(tender: Tender) -> list[AuditEvent]:
    """What the record of its contract said before, newest first."""
    return list(db.session.scalars(history(tender).where(AuditEvent.event == "tender.correct_contract")))


def last_contract_days(compound_ids: list[int]) -> dict[int, tuple[date, str]]:
    """Compound → last day of its latest contract on this platform and that tender's number."""
    rows = db.session.execute(
        select(TenderCompound.compound_id, Contract.ends_on, Tender.number)
        .join(Contract, Contract.tender_id == TenderCompound.tender_id)
        .join(Tender, Tender.id == Contract.tender_id)
        .where(TenderCompound.compound_id.in_(compound_ids))
        .order_by(Contract.ends_on, Contract.id)
    )
    return {compound_id: (ends_on, number) for compound_id, ends_on, number in rows}


def claims(compound_ids: list[int], *, besides: int | None = None) -> dict[int, str]:
    """Compound → number of the running tender that holds it, other than `besides`."""
    statement = (
        select(TenderCompound.compound_id, Tender.number)
        .join(Tender)
        .where(TenderCompound.compound_id.in_(compound_ids), TenderCompound.is_claimed)
        .order_by(TenderCompound.id)
    )
    if besides is not None:
        statement = statement.where(Tender.id != besides)
    return dict(db.session.execute(statement).all())


def in_hand(compound_ids: list[int], *, organisation_id: int | None, besides: int | None = None) -> dict[int, str]:
    """Compound → number of the organisation's own draft or running tender for it, the newest, other than `besides`."""
    over = (Status.CONTRACTED, Status.CANCELLED, Status.FAILED)
    rows = db.session.execute(
        select(TenderCompound.compound_id, Tender.number)
        .join(TenderCompound.tender)
        .where(TenderCompound.compound_id.in_(compound_ids), Tender.procuring_entity_id == organisation_id, Tender.status.not_in(over))
        .where(Tender.id != besides if besides is not None else true())
        .order_by(Tender.id)
    )
    return dict(rows.all())


def contracts_of_enterprise(enterprise_id: int) -> list[Contract]:
    return list(db.session.scalars(contracts().where(Contract.enterprise_id == enterprise_id).options(selectinload(Contract.tender))))
