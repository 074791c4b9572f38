"""What waits for each role: only what that person may really do, four eyes included."""

from datetime import datetime

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.enterprises.models import Enterprise
from app.extensions import db
from app.funding.lifecycle import ApplicationStatus, end_of_day, why_not_move
from app.funding.models import Clawback, FundingApplication, Instalment, Programme
from app.funding.paying import state_now
from app.funding.programme import ProgrammeStatus, why_not_move_programme
from app.funding.review import InstalmentState, status_label
from app.funding.standing import NOBODY, past_of, payment_fault, prepared_by, standing_of

S = ApplicationStatus
OPEN = (S.DRAFT, S.RETURNED, S.SUBMITTED, S.STREET_REVIEWED, S.DISTRICT_REVIEWED, S.BUREAU_APPROVED, S.PUBLICITY, S.OBJECTED, S.PARTLY_PAID)

STEPS = (
    ("submit", S.DRAFT, _l("填写并提交申请")),
    ("submit", S.RETURNED, _l("补正后重新提交")),
    ("street_review", S.SUBMITTED, _l("审核申请")),
    ("district_review", S.STREET_REVIEWED, _l("审核申请")),
    ("approve", S.DISTRICT_REVIEWED, _l("审批申请")),
    ("publish", S.BUREAU_APPROVED, _l("开始公示")),
    ("dismiss_objection", S.OBJECTED, _l("答复异议")),
)
BUSY = frozenset(
    {
        Role.COMMUNITY_MANAGER,
        Role.STREET_OFFICER,
        Role.BUREAU_OFFICER,
        Role.BUREAU_APPROVER,
        Role.LEGAL_OFFICER,
        Role.FINANCE_OFFICER,
    }
)


def desk_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Applications, payments, clawbacks and programmes that wait for this hat."""
    if actor.role not in BUSY:
        return []
    items = []
    open_ones = list(db.session.scalars(_open_applications(actor)))
    past = past_of(actor) if open_ones else NOBODY
    for application in open_ones:
        standing = standing_of(application, now, past)
        url = url_for("funding.application", application_id=application.id)
        title = f"{application.compound_name} · {application.programme.name}"
        for move, status, what in STEPS:
            if standing.status is status and why_not_move(move, standing, actor) is None:
                items.append(_item(title, url, what, status, since=application.submitted_at or application.created_at, words=status_label(status, standing.programme_code)))  # fmt: skip
        items.extend(_money_items(application, standing, actor, title, url, now))
    if actor.role is Role.FINANCE_OFFICER:
        items.extend(_clawback_items(actor))
    return items + _programme_items(actor)


def _item(title, url, what, tagged, *, since=None, due_at=None, words=None) -> DeskItem:
    return DeskItem(title=title, url=url, what=what, due_at=due_at, tag_label=words or tagged.label, tag_colour=tagged.colour, since=since)


def _open_applications(actor: Actor):
    statement = select(FundingApplication).where(FundingApplication.status.in_(OPEN))
    if actor.role is Role.COMMUNITY_MANAGER:
        statement = statement.where(FundingApplication.applicant_id == actor.organisation_id)
    else:
        statement = statement.where(FundingApplication.division_code.startswith(actor.division_code, autoescape=True))
    return statement.options(
        joinedload(FundingApplication.programme),
        joinedload(FundingApplication.enterprise).lazyload(Enterprise.districts),
        selectinload(FundingApplication.acceptances),
        selectinload(FundingApplication.instalments).joinedload(Instalment.payments),
    ).order_by(FundingApplication.id)


def _money_items(application, standing, actor: Actor, title: str, url: str, now: datetime) -> list[DeskItem]:
    items = []
    states, is_served = [row.state for row in application.instalments], payment_fault(application, now) is None
    for row in application.instalments:
        due_at = end_of_day(row.due_on) if row.due_on else None
        state = state_now(row.number, states, standing.status, application.has_acceptance, is_served)
        if state is InstalmentState.DUE and why_not_move("record_payment", standing, actor) is None:
            items.append(_item(title, url, _l("登记第 %(number)d 期付款", number=row.number), state, due_at=due_at))
        if state is InstalmentState.RECORDED and row.payment.recorded_by_id != actor.user_id and why_not_move("confirm_payment", standing, actor) is None:  # fmt: skip
            items.append(_item(title, url, _l("复核第 %(number)d 期付款", number=row.number), state, due_at=due_at, since=row.payment.recorded_at))  # fmt: skip
    waits_for_acceptance = InstalmentState.PLANNED in states and states[0] is InstalmentState.PAID and not application.has_acceptance
    if waits_for_acceptance and why_not_move("accept", standing, actor) is None:
        items.append(_item(title, url, _l("考核验收，再付下一期"), standing.status))
    return items


def _clawback_items(actor: Actor) -> list[DeskItem]:
    rows = db.session.scalars(
        select(Clawback)
        .join(Clawback.application)
        .where(
            Clawback.received_at.is_(None),
            Clawback.ordered_by_id != actor.user_id,
            FundingApplication.division_code.startswith(actor.division_code, autoescape=True),
        )
        .options(joinedload(Clawback.application).joinedload(FundingApplication.programme))
        .order_by(Clawback.id)
    )
    return [
        _item(
            f"{row.application.compound_name} · {row.application.programme.name}",
            url_for("funding.application", application_id=row.application_id),
            _l("登记追回到账"),
            S.RECLAIMED,
            since=row.ordered_at,
        )
        for row in rows
    ]


def _programme_items(actor: Actor) -> list[DeskItem]:
    waits = {
        Role.FINANCE_OFFICER: (ProgrammeStatus.DRAFT, "propose", _l("提请启用资金项目")),
        Role.BUREAU_APPROVER: (ProgrammeStatus.PROPOSED, "activate", _l("审批启用资金项目")),
    }
    if actor.role not in waits:
        return []
    status, move, what = waits[actor.role]
    mine = prepared_by(actor)
    rows = db.session.scalars(
        select(Programme)
        .where(Programme.status == status, Programme.division_code.startswith(actor.division_code, autoescape=True))
        .order_by(Programme.id)
    )
    return [
        _item(row.name, url_for("funding.programme", programme_id=row.id), what, status, since=row.prepared_at)
        for row in rows
        if why_not_move_programme(move, status, row.id in mine, actor) is None
    ]
