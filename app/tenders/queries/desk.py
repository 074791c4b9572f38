"""What of tendering waits on somebody's desk, with its legal term."""

from datetime import datetime

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.calendar_days import load_calendar
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.common.refusal import Refused
from app.extensions import db
from app.tenders.kinds import FilingSubject
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import Objection, RecoveryWindow, Tender
from app.tenders.parameters import Sheet, sheet_for
from app.tenders.queries.tenders import phases, submitted_tenders
from app.tenders.timetable import answer_due, end_of, last_day, local_day

QUIET = (Status.CONTRACTED, Status.CANCELLED, Status.FAILED)


def desk_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Everything of tendering that waits for this hat."""
    from app.tenders.queries.bidder_desk import bidder_items, evaluator_items
    from app.tenders.queries.draw_desk import draw_items
    from app.tenders.queries.holder_desk import holder_items

    if actor.role == Role.COMMUNITY_MANAGER:
        return [*_manager_items(actor, now), *holder_items(actor, now), *draw_items(actor, now), *evaluator_items(actor, now)]
    if actor.role == Role.BUREAU_OFFICER:
        return [*_officer_items(actor, now), *holder_items(actor, now)]
    if actor.role == Role.LEGAL_OFFICER:
        return [*holder_items(actor, now), *draw_items(actor, now)]
    if actor.role in (Role.STREET_OFFICER, Role.NOTARY):
        return holder_items(actor, now)
    if actor.role in (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY):
        return bidder_items(actor, now)
    return evaluator_items(actor, now) if actor.role == Role.EVALUATOR else []


def _manager_items(actor: Actor, now: datetime) -> list[DeskItem]:
    running = select(Tender).where(Tender.procuring_entity_id == actor.organisation_id, Tender.status.not_in(QUIET))
    tenders = list(db.session.scalars(running.options(joinedload(Tender.procuring_entity)).order_by(Tender.id)))
    found = phases(tenders, now)
    unanswered = _first_unanswered([t.id for t in tenders])
    items = []
    for tender in tenders:
        raised_at = unanswered.get(tender.id)
        if raised_at is not None:
            items.append(_objection_item(tender, raised_at))
            continue
        item = _manager_item(tender, found[tender.id], now)
        if item is not None:
            items.append(item)
    return items


def _first_unanswered(tender_ids: list[int]) -> dict[int, datetime]:
    if not tender_ids:
        return {}
    rows = db.session.execute(
        select(Objection.tender_id, func.min(Objection.raised_at))
        .where(Objection.tender_id.in_(tender_ids), Objection.answered_at.is_(None))
        .group_by(Objection.tender_id)
    )
    return dict(rows.all())


def _objection_item(tender: Tender, raised_at: datetime) -> DeskItem:
    sheet = sheet_for(tender.regime, tender.regime_version)
    due = _within(lambda: answer_due(raised_at, load_calendar(), sheet))
    return _item(tender, "tenders.objections", _l("答复异议"), due, sheet.basis("objection_answer_days"), raised_at)


def _manager_item(tender: Tender, phase: Phase, now: datetime) -> DeskItem | None:
    sheet = sheet_for(tender.regime, tender.regime_version)
    match phase:
        case Phase.DRAFT:
            return _item(tender, "tenders.draft", _l("补齐招标文件并提交备案"), None, "", tender.created_at, phase)
        case Phase.RETURNED:
            return _item(tender, "tenders.draft", _l("按改正意见修改后重新提交"), None, "", None, phase)
        case Phase.FILED:
            due = end_of(tender.publish_on) if tender.publish_on else None
            return _item(tender, "tenders.publish", _l("发布招标公告"), due, _l("计划发布日期"), tender.filed_at, phase)
        case Phase.UNLISTED:
            return _item(
                tender,
                "tenders.opening",
                _l("固定截止清单"),
                tender.bid_deadline_at,
                _l("《招标投标法》第二十八条"),
                tender.bid_deadline_at,
                phase,
            )
        case Phase.CLOSED:
            return _item(
                tender,
                "tenders.opening",
                _l("组织开标"),
                tender.bid_deadline_at,
                _l("《招标投标法》第三十四条"),
                tender.bid_deadline_at,
                phase,
            )
        case Phase.TOO_FEW:
            return _item(
                tender, "tenders.page", _l("登记流标或者重新招标"), None, _l("《招标投标法》第二十八条"), tender.bid_deadline_at, phase
            )
        case Phase.OPENED:
            due = _after(tender.opened_at, sheet, "evaluation_plan_workdays")
            return _item(tender, "tenders.evaluation", _l("组织评标"), due, _l("计划用时"), tender.opened_at, phase)
        case Phase.EVALUATED:
            due = _after(tender.evaluated_at, sheet, "candidate_publish_days")
            return _item(
                tender, "tenders.candidates", _l("公示中标候选人"), due, sheet.basis("candidate_publish_days"), tender.evaluated_at, phase
            )
        case Phase.NOTICE_OVER:
            due = _after(tender.evaluated_at, sheet, "award_decide_days")
            return _item(tender, "tenders.award", _l("确定中标人"), due, sheet.basis("award_decide_days"), tender.notice_ends_at, phase)
        case Phase.AWARD_FILED:
            due = _after(tender.awarded_at, sheet, "contract_days")
            return _item(tender, "tenders.contract", _l("签订并登记合同"), due, sheet.basis("contract_days"), tender.award_filed_at, phase)
    return None


def _officer_items(actor: Actor, now: datetime) -> list[DeskItem]:
    items = []
    for filing in db.session.scalars(submitted_tenders(actor)):
        tender, sheet = filing.tender, sheet_for(filing.tender.regime, filing.tender.regime_version)
        if filing.subject is FilingSubject.NOTICE:
            due = end_of(tender.publish_on) if tender.publish_on else None
            items.append(_item(tender, "tenders.filing", _l("审核招标备案"), due, _l("计划发布日期"), filing.submitted_at))
        else:
            due = _after(tender.awarded_at, sheet, "award_filing_days")
            items.append(
                _item(tender, "tenders.award_filing", _l("审核定标备案"), due, sheet.basis("award_filing_days"), filing.submitted_at)
            )
    return items + _windows_over(actor, now)


def _windows_over(actor: Actor, now: datetime) -> list[DeskItem]:
    """Openings for which the bidders' own window has passed: only the bureau can end them."""
    newest = select(func.max(RecoveryWindow.ends_at)).where(RecoveryWindow.tender_id == Tender.id).correlate(Tender).scalar_subquery()
    rows = select(Tender, newest.label("ended_at")).where(
        Tender.status == Status.PUBLISHED,
        Tender.division_code.startswith(actor.division_code or "-", autoescape=True),
        newest <= now,
    )
    return [
        _item(tender, "tenders.ladder", _l("补救时间已过，核实后结束解密"), None, "", ended_at, Phase.CLOSED)
        for tender, ended_at in db.session.execute(rows.order_by(Tender.id))
    ]


def _item(tender: Tender, endpoint: str, what, due, basis, since, phase: Phase | None = None) -> DeskItem:
    return DeskItem(
        title=tender.title,
        url=url_for(endpoint, number=tender.number),
        what=what,
        due_at=due,
        basis=basis,
        tag_label=TAGS.get(phase, phase.label) if phase else "",
        tag_colour=phase.colour if phase else "wait",
        since=since,
        number=tender.number,
        if_late=IF_LATE.get(endpoint, ""),
    )


TAGS = {Phase.CLOSED: _l("待开标")}
"""The term beside it says already that bidding is closed."""

IF_LATE = {
    "tenders.publish": _l("计划日期已过，仍可发布；投标截止不足 20 日的自动顺延。"),
    "tenders.opening": _l("开标时间已到，请立即开标。"),
    "tenders.evaluation": _l("计划时间已过，仍可评标；有评委不能参加的，请登记回避后另定评委。"),
    "tenders.candidates": _l("期限已过，仍须公示；请立即公示，公示期不得缩短。"),
    "tenders.award": _l("期限已过，仍可定标；请在投标有效期内尽快定标。"),
    "tenders.contract": _l("期限已过，仍可登记，须写明逾期原因；中标人不能签约的，请改定下一名候选人。"),
    "tenders.objections": _l("期限已过，仍须答复；答复前招标投标活动暂停。"),
    "tenders.filing": _l("计划发布日期已过，仍可确认备案或者退回改正；备案后招标人顺延发布。"),
    "tenders.award_filing": _l("期限已过，仍可确认备案或者退回，请尽快办理。"),
}
"""Page → what the law still allows once the term has passed."""


def _after(start: datetime | None, sheet: Sheet, parameter: str) -> datetime | None:
    return _within(lambda: end_of(last_day(local_day(start), sheet.setting(parameter), load_calendar()))) if start else None


def _within(count) -> datetime | None:
    """A term in a year without a calendar has no date on the desk; the tender's own page says why."""
    try:
        return count()
    except Refused:
        return None
