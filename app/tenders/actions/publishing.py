"""Publishing a notice, ending a tender before it has a winner, and beginning it again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.calendar_days import load_calendar
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.drafting import begin_draft
from app.tenders.actions.drawing import freeze_at_publication
from app.tenders.actions.filing import release
from app.tenders.actions.holders import bind_keys
from app.tenders.actions.letters import BIDDERS, people_of, tell
from app.tenders.kinds import FailureCause, FilingOutcome
from app.tenders.lifecycle import NOT_LISTED, Phase, Situation, Status, make_move, why_not
from app.tenders.models import ScoreCriterion, Tender
from app.tenders.parameters import CURRENT_VERSION
from app.tenders.queries.bids import standing_bids
from app.tenders.queries.situations import pending_filing, sheet_of, situation
from app.tenders.queries.tenders import is_own, phase_of
from app.tenders.timetable import local_day, suggest_deadline, why_not_deadline, why_not_defence_on, why_not_publish_on

label_events(
    {
        "tender.publish": _l("发布招标公告"),
        "tender.cancel": _l("终止招标"),
        "tender.abandon": _l("放弃没有发布的招标"),
        "tender.declare_failed": _l("登记流标"),
        "tender.retender": _l("重新招标"),
    },
    {"bid_deadline_at": _l("投标截止"), "reason": _l("理由"), "cause": _l("原因"), "number": _l("招标编号"), "note": _l("说明")},
    enums={"cause": FailureCause},
)


def why_not_publish(tender: Tender, bid_deadline_at: datetime, *, now: datetime) -> Reason | None:
    """The dates as they are on this very day: lead of the filing, twenty days, working day, defence."""
    calendar, sheet, today = load_calendar(), sheet_of(tender), local_day(now)
    too_early = why_not_publish_on(today, local_day(tender.submitted_at), sheet)
    return (
        (too_early and replace(too_early, next=_l("请到这一天或以后再发布。")))
        or why_not_deadline(today, bid_deadline_at, calendar, sheet)
        or (why_not_defence_on(tender.defence_on, bid_deadline_at, calendar) if tender.defence_on else None)
    )


def proposed_deadline(tender: Tender, *, now: datetime) -> datetime:
    """The filed deadline while it is still lawful, else the earliest that is."""
    if why_not_publish(tender, tender.bid_deadline_at, now=now) is None:
        return tender.bid_deadline_at
    return max(tender.bid_deadline_at, suggest_deadline(local_day(now), load_calendar(), sheet_of(tender)))


def publish(
    tender: Tender, bid_deadline_at: datetime, *, salts: Callable[[int], bytes] | None = None, actor: Actor, now: datetime
) -> Tender:
    """The notice goes out; from now on the rules in force today hold for this tender, and nobody changes it.

    `salts`: see drawing.freeze_at_publication."""
    tender = lock_tender(tender)
    refuse_if(why_not("publish", situation(tender, actor=actor, now=now)))
    refuse_if(why_not_publish(tender, bid_deadline_at, now=now), field="bid_deadline_at")
    if bid_deadline_at < tender.bid_deadline_at:
        raise Refused(
            Reason(
                _l("投标截止不能早于备案的时间。"),
                basis=_l("《招标投标法》第二十四条"),
                next=_l("请改为备案的时间或以后；要提前的，请撤回修改后重新备案。"),
            ),
            field="bid_deadline_at",
        )
    tender.bid_deadline_at = bid_deadline_at
    tender.regime_version = CURRENT_VERSION
    bind_keys(tender)
    make_move(tender, "publish", now=now)
    record("tender.publish", tender, actor=actor, now=now, bid_deadline_at=bid_deadline_at.isoformat())
    freeze_at_publication(tender, salts=salts, actor=actor, now=now)
    return tender


def cancel(tender: Tender, reason: str, *, actor: Actor, now: datetime) -> Tender:
    """End a tender before its deadline, with a reason that the public reads."""
    tender = lock_tender(tender)
    refuse_if(why_not("cancel", situation(tender, actor=actor, now=now)))
    if not reason.strip():
        raise Refused(
            Reason(_l("没有写明终止招标的理由。"), basis=_l("《招标投标法实施条例》第三十一条"), next=_l("请写明理由，将随公告公开。")),
            field="reason",
        )
    filing = pending_filing(tender)
    if filing is not None:
        filing.outcome, filing.decided_at, filing.decided_by_id = FilingOutcome.TAKEN_BACK, now, actor.user_id
    release(tender)
    tender.cancel_reason = reason.strip()
    make_move(tender, "cancel", now=now)
    event = "tender.cancel" if tender.published_at is not None else "tender.abandon"  # what nobody has read of is not in the public log
    record(event, tender, actor=actor, now=now, reason=tender.cancel_reason)
    return tender


CAUSE_IN = {
    Status.PUBLISHED: FailureCause.TOO_FEW_BIDS,
    Status.OPENED: FailureCause.UNREADABLE,
    Status.EVALUATED: FailureCause.ALL_REJECTED,
    Status.CANDIDATES_PUBLIC: FailureCause.NO_CANDIDATE_LEFT,
}
"""A tender fails for one cause in each state; nobody picks it."""


def failure_cause(at: Situation) -> FailureCause | None:
    """After the report either no bid was left, or under budget money too few."""
    return FailureCause.TOO_FEW_BIDS if at.status is Status.EVALUATED and at.valid_bids else CAUSE_IN.get(at.status)


def declare_failed(tender: Tender, *, note: str = "", actor: Actor, now: datetime) -> Tender:
    """Record that the tender ends without a winner, for the cause that the record shows."""
    tender = lock_tender(tender)
    at = situation(tender, actor=actor, now=now)
    refuse_if(why_not("declare_failed", at))
    release(tender)
    tender.failure_cause, tender.failure_note = failure_cause(at), note.strip()
    make_move(tender, "declare_failed", now=now)
    record("tender.declare_failed", tender, actor=actor, now=now, cause=tender.failure_cause, note=tender.failure_note or None)
    _tell_bidders(tender, now=now)
    return tender


def _tell_bidders(tender: Tender, *, now: datetime) -> None:
    """Each bidder hears that the tender failed, and of bids that nobody opened that its own comes back sealed; never how many there were."""
    people = people_of([bid.organisation_id for bid in standing_bids(tender)], *BIDDERS)
    if tender.opened_at is not None:
        told = _l("本项目流标：%(cause)s。招标人重新招标的，会另行发布公告。", cause=tender.failure_cause.label)
        return tell(people, _l("项目流标"), told, tender=tender, now=now)
    told = _l(
        "本项目流标：%(cause)s，没有开标。您的投标没有解密，报价和内容不公开，原封退回：请登录平台，在“我的投标”的回执页面下载您提交的封装。招标人重新招标的，会另行发布公告。",
        cause=tender.failure_cause.label,
    )
    return tell(people, _l("项目流标，您的投标已原封退回"), told, tender=tender, now=now)


def why_not_retender(tender: Tender, *, actor: Actor, now: datetime) -> Reason | None:
    """A failed or cancelled tender is begun again once, by the same tenderer."""
    if not is_own(tender, actor):
        return Reason(_l("只有原招标人能重新招标。"), next=_l("请由招标单位的经办人办理。"))
    phase = phase_of(tender, now)
    if phase is Phase.UNLISTED:
        return NOT_LISTED
    if tender.published_at is None or phase not in (Phase.FAILED, Phase.TOO_FEW, Phase.CANCELLED):
        return Reason(_l("只有流标或者终止的项目可以重新招标。"), next=_l("请返回项目页面查看状态。"))
    running = next((t for t in tender.retenders if t.status is not Status.CANCELLED), None)
    if running is not None:
        return Reason(_l("已经重新招标，编号 %(number)s。", number=running.number), next=_l("请继续办理新的项目。"))
    return None


def retender(tender: Tender, *, actor: Actor, now: datetime) -> Tender:
    """A new draft with the old one's content and a link to it. Too few bids are recorded as failed on the way."""
    tender = lock_tender(tender)
    refuse_if(why_not_retender(tender, actor=actor, now=now))
    if tender.status is Status.PUBLISHED:
        declare_failed(tender, actor=actor, now=now)
        db.session.flush()
    again = begin_draft(
        [c.compound_id for c in tender.compounds], title=tender.title, regime=tender.regime, retender_of=tender, actor=actor, now=now
    )
    for column in KEPT:
        setattr(again, column, getattr(tender, column))
    again.criteria.clear()
    db.session.flush()
    again.criteria.extend(
        ScoreCriterion(position=c.position, code=c.code, label=c.label, weight=c.weight, kind=c.kind, guidance=c.guidance)
        for c in tender.criteria
    )
    record("tender.retender", tender, actor=actor, now=now, number=again.number)
    return again


KEPT = (
    "ceiling_fen",
    "term_months",
    "level_scheme",
    "service_level",
    "service_content",
    "eligibility",
    "bid_instructions",
    "contract_terms",
    "opening_place",
    "contact_name",
    "contact_phone",
    "bid_validity_days",
)
"""What a second tender takes over; its dates are computed anew."""
