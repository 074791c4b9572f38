"""What people can do with enterprises: register and verify them, state facts, record and revoke conduct, note contracts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.accounts import actions as accounts
from app.accounts.models import Organisation
from app.accounts.queries import organisation_ids_of
from app.accounts.rules import OrganisationKind
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.enterprises import queries
from app.enterprises.admission import (
    ALREADY_LINKED,
    ALREADY_REGISTERED,
    ENDED_IN_PAST,
    NOT_AN_ENTERPRISE,
    NOT_YOURS,
    SAME_RECORD,
    why_not_decide,
    why_not_facts,
    why_not_record,
    why_not_refuse_verification,
    why_not_revoke,
    why_not_verify,
)
from app.enterprises.constraints import flush_or_refuse
from app.enterprises.credibility import is_regional_prize
from app.enterprises.explained import local_day
from app.enterprises.facts import canonical, value_of
from app.enterprises.models import ConductRecord, Enterprise, EnterpriseFact, Project, ServiceDistrict
from app.enterprises.permissions import is_own
from app.enterprises.rules import LOAD, ConductKind, FactName, FactSource, ProjectSource, Verification
from app.enterprises.uscc import normalise_uscc, why_not_uscc
from app.extensions import db

label_events(
    {
        "enterprise.import": _l("列入名单"),
        "enterprise.update": _l("按名单更新资料"),
        "enterprise.register": _l("登记企业"),
        "enterprise.link": _l("关联企业账号"),
        "enterprise.verify": _l("核验通过"),
        "enterprise.refuse": _l("核验未通过"),
        "enterprise.state_facts": _l("申报资料"),
        "conduct.import": _l("导入信用记录"),
        "conduct.record": _l("登记信用记录"),
        "conduct.revoke": _l("撤销信用记录"),
        "project.contract": _l("登记合同项目"),
        "project.end": _l("合同项目结束"),
        "project.correct": _l("更正合同项目"),
    },
    {
        "source_row": _l("所在行"),
        "stated": _l("申报内容"),
        "changed_facts": _l("更新内容"),
        "uscc": _l("统一社会信用代码"),
        "conduct_kind": _l("类别"),
        "matter": _l("事项"),
        "points": _l("分值"),
        "document_number": _l("文号"),
        "revoked_reason": _l("撤销理由"),
        "verification_note": _l("核验意见"),
        "new_records": _l("新增记录（条）"),
        "corrected_records": _l("更正记录（条）"),
        "project": _l("项目"),
        "project_area_centi": _l("项目面积"),
        "ended_on": _l("结束日期"),
    },
    enums={"conduct_kind": ConductKind},
    objects={"enterprise": _l("企业")},
)


def register_enterprise(*, uscc: str, name: str, actor: Actor, now: datetime) -> Enterprise:
    """Enter an enterprise that no list has brought; it waits for verification. Raises Refused."""
    uscc = normalise_uscc(uscc)
    refuse_if(why_not_uscc(uscc), field="uscc")
    if queries.find_by_uscc(uscc) is not None:
        raise Refused(ALREADY_REGISTERED, field="uscc")
    enterprise = Enterprise(uscc=uscc, name=name.strip(), verification=Verification.PENDING, verification_note="", created_at=now)
    db.session.add(enterprise)
    flush_or_refuse()
    record("enterprise.register", enterprise, actor=actor, now=now, uscc=uscc, name=enterprise.name)
    return enterprise


def link_organisation(enterprise: Enterprise, organisation: Organisation, *, actor: Actor, now: datetime) -> None:
    """Let the people of an organisation act for the enterprise. The same again changes nothing."""
    if enterprise.organisation_id == organisation.id:
        return
    if organisation.kind is not OrganisationKind.ENTERPRISE:
        raise Refused(NOT_AN_ENTERPRISE, field="organisation_id")
    if enterprise.organisation_id is not None or queries.find_by_organisation(organisation.id) is not None:
        raise Refused(ALREADY_LINKED, field="organisation_id")
    enterprise.organisation_id = organisation.id
    flush_or_refuse()
    record("enterprise.link", enterprise, actor=actor, now=now, name=organisation.name)


def open_account(enterprise: Enterprise, *, actor: Actor, now: datetime) -> Organisation:
    """Give an enterprise an organisation of its own name, into which its first signatory can then be invited."""
    if enterprise.organisation_id is not None:
        raise Refused(ALREADY_LINKED)
    found = queries.free_organisation(enterprise.name, actor.division_code) or accounts.create_organisation(
        kind=OrganisationKind.ENTERPRISE, name=enterprise.name, division_code=actor.division_code, actor=actor, now=now
    )
    db.session.flush()
    link_organisation(enterprise, found, actor=actor, now=now)
    return found


def refuse_own(enterprise: Enterprise, actor: Actor) -> None:
    refuse_if(why_not_decide(enterprise.organisation_id, organisation_ids_of(actor.user_id)))


def verify_enterprise(enterprise: Enterprise, *, note: str = "", actor: Actor, now: datetime) -> None:
    """The authority has compared the papers with the register."""
    refuse_own(enterprise, actor)
    refuse_if(why_not_verify(enterprise.verification))
    enterprise.verification, enterprise.verified_at, enterprise.verification_note = Verification.VERIFIED, now, note
    record("enterprise.verify", enterprise, actor=actor, now=now, verification_note=note or None)


def refuse_verification(enterprise: Enterprise, *, note: str, actor: Actor, now: datetime) -> None:
    refuse_own(enterprise, actor)
    refuse_if(why_not_refuse_verification(enterprise.verification, note), field="note")
    enterprise.verification, enterprise.verified_at, enterprise.verification_note = Verification.REFUSED, None, note
    record("enterprise.refuse", enterprise, actor=actor, now=now, verification_note=note)


def state_facts(enterprise: Enterprise, said: Mapping[FactName, Any], *, as_of: date, actor: Actor, now: datetime) -> list[FactName]:
    """What the enterprise states about itself as of a day; a fact that stays the same is left alone. Returns what changed."""
    if not is_own(actor, enterprise):
        raise Refused(NOT_YOURS)
    changed = [name for name, value in said.items() if canonical(name, value) != canonical(name, value_of(enterprise, name))]
    if not changed:
        return []
    after = {name: said.get(name, value_of(enterprise, name)) for name in FactName}
    days = queries.stated_days([enterprise.id])[enterprise.id]
    latest = max((days[name] for name in changed if name in days), default=None)
    refusal, field = why_not_facts(after, as_of=as_of, today=local_day(now), stated_on=latest)
    refuse_if(refusal, field=field)
    for name in changed:
        set_fact(enterprise, name, said[name])
    if any(name in LOAD for name in changed):
        enterprise.stated_on = as_of
    if enterprise.verification is Verification.REFUSED:
        enterprise.verification = Verification.PENDING
    db.session.add_all(
        EnterpriseFact(
            enterprise_id=enterprise.id,
            name=name,
            value=canonical(name, said[name]),
            as_of_on=as_of,
            source=FactSource.DECLARED,
            source_text=actor.organisation_name,
            recorded_at=now,
        )
        for name in changed
    )
    record("enterprise.state_facts", enterprise, actor=actor, now=now, stated="、".join(str(name.label) for name in changed))
    return changed


def set_fact(enterprise: Enterprise, name: FactName, value: Any) -> None:
    if name is FactName.SERVICE_AREA:
        set_districts(enterprise, value)
    else:
        setattr(enterprise, name.value, value)


def set_districts(enterprise: Enterprise, names) -> None:
    kept = {district.name: district for district in enterprise.districts}
    enterprise.districts = [kept.get(name) or ServiceDistrict(name=name) for name in sorted(set(names))]


def record_conduct(
    enterprise: Enterprise,
    *,
    occurred_on: date,
    kind: ConductKind,
    matter: str,
    points: int,
    document_number: str,
    expires_on: date,
    actor: Actor,
    now: datetime,
) -> ConductRecord:
    """Enter one record by its document; `points` carry their sign. Raises Refused."""
    refuse_own(enterprise, actor)
    refusal, field = why_not_record(kind, points, occurred_on, expires_on, today=local_day(now))
    refuse_if(refusal, field=field)
    matter, document_number = matter.strip(), document_number.strip()
    if queries.same_record(enterprise.id, occurred_on, document_number, matter) is not None:
        raise Refused(SAME_RECORD, field="document_number")
    row = ConductRecord(
        enterprise_id=enterprise.id,
        occurred_on=occurred_on,
        kind=kind,
        matter=matter,
        points=points,
        document_number=document_number,
        expires_on=expires_on,
        is_regional_prize=is_regional_prize(matter, points),
        source_text=actor.organisation_name,
        recorded_at=now,
        revoked_reason="",
    )
    db.session.add(row)
    flush_or_refuse()
    record(
        "conduct.record",
        enterprise,
        actor=actor,
        now=now,
        conduct_kind=kind,
        matter=matter,
        points=points,
        document_number=document_number,
    )
    return row


def revoke_conduct(row: ConductRecord, *, reason: str, actor: Actor, now: datetime) -> None:
    """A record whose decision was cancelled counts no more from this instant; what it did before stays readable."""
    refuse_own(row.enterprise, actor)
    refuse_if(why_not_revoke(row.revoked_at, reason), field="reason")
    row.revoked_at, row.revoked_reason = now, reason.strip()
    record(
        "conduct.revoke",
        row.enterprise,
        actor=actor,
        now=now,
        matter=row.matter,
        document_number=row.document_number,
        revoked_reason=row.revoked_reason,
    )


def note_contract(
    enterprise: Enterprise,
    *,
    reference: str,
    name: str,
    place: str,
    area_centi: int,
    signed_on: date,
    since_on: date,
    until_on: date | None,
    actor: Actor,
    now: datetime,
) -> Project:
    """A contract signed on this platform becomes a project and part of the load. The same reference again changes nothing."""
    known = queries.project_by_reference(enterprise.id, reference)
    if known is not None:
        return known
    project = Project(
        enterprise_id=enterprise.id,
        name=name[:200],
        place=place[:200],
        area_centi=area_centi,
        source=ProjectSource.PLATFORM,
        reference=reference,
        signed_on=signed_on,
        since_on=since_on,
        until_on=until_on,
        recorded_at=now,
    )
    db.session.add(project)
    flush_or_refuse()
    record("project.contract", enterprise, actor=actor, now=now, project=project.name, project_area_centi=area_centi)
    return project


def correct_contract_dates(
    enterprise: Enterprise, *, reference: str, signed_on: date, since_on: date, until_on: date, actor: Actor, now: datetime
) -> None:
    """The record of a contract on this platform was corrected: the load follows it."""
    project = queries.project_by_reference(enterprise.id, reference)
    if project is None:
        return
    project.signed_on, project.since_on, project.until_on = signed_on, since_on, until_on
    flush_or_refuse()
    record("project.correct", enterprise, actor=actor, now=now, project=project.name)


def end_contract(project: Project, *, ended_on: date, actor: Actor, now: datetime) -> None:
    """A contract that ended before its time leaves the load the day after."""
    if project.until_on is not None and ended_on > project.until_on or ended_on < project.since_on:
        raise Refused(Reason(_l("结束日期不在合同期内。"), next=_l("请核对日期。")), field="ended_on")
    if ended_on < local_day(now):  # scores of past days rest on what was known then
        raise Refused(ENDED_IN_PAST, field="ended_on")
    project.until_on = ended_on
    record("project.end", project.enterprise, actor=actor, now=now, project=project.name, ended_on=ended_on.isoformat())
