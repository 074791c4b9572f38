"""From the ranking to the winner: publish the candidates, decide in their order, file the decision with the bureau."""

from datetime import datetime

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.calendar_days import load_calendar
from app.common.files import store_file
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.filing import refuse_review
from app.tenders.actions.letters import BIDDERS, managers_of, officers_over, people_of, tell
from app.tenders.award import IN_ORDER, why_not_award, why_not_pass_over
from app.tenders.kinds import FilingOutcome, FilingSubject, PassReason, VoidReason
from app.tenders.lifecycle import make_move, why_not
from app.tenders.models import Award, Bid, CandidatePass, Filing, Tender
from app.tenders.queries.award import bidder_organisations, candidate_lines, standing_award, standing_passes
from app.tenders.queries.situations import pending_filing, sheet_of, situation
from app.tenders.timetable import notice_end

label_events(
    {
        "tender.publish_candidates": _l("公示中标候选人"),
        "tender.pass_over": _l("记录候选人不能中标"),
        "tender.award": _l("定标"),
        "tender.return_award": _l("退回定标备案"),
        "tender.confirm_award": _l("确认定标备案"),
        "tender.withdraw_award": _l("中标人不能签约"),
    },
    {
        "notice_ends_at": _l("公示期满"),
        "enterprise": _l("企业"),
        "rank": _l("名次"),
        "price_fen": _l("单价"),
        "explanation": _l("说明"),
        "pass_reason": _l("法定理由"),
    },
    enums={"pass_reason": PassReason},
)


def publish_candidates(tender: Tender, *, actor: Actor, now: datetime) -> Tender:
    """Show the candidates for at least three whole days; the end is fixed and announced at once."""
    tender = lock_tender(tender)
    refuse_if(why_not("publish_candidates", situation(tender, actor=actor, now=now)))
    tender.notice_ends_at = notice_end(now, load_calendar(), sheet_of(tender))
    make_move(tender, "publish_candidates", now=now)
    record("tender.publish_candidates", tender, actor=actor, now=now, notice_ends_at=tender.notice_ends_at.isoformat())
    tell(
        people_of(bidder_organisations(tender), *BIDDERS),
        _l("“%(title)s”中标候选人开始公示", title=tender.title),
        _l("请查看排名和各项得分。对结果有异议的，可在公示期内向招标人提出。"),
        tender=tender,
        now=now,
    )
    return tender


def pass_over(
    tender: Tender, bid_id: int, reason: PassReason, explanation: str, *, file: tuple[str, bytes] | None = None, actor: Actor, now: datetime
) -> CandidatePass:
    """Record the lawful reason why the candidate whose turn it is can't be awarded."""
    tender = lock_tender(tender)
    refuse_if(why_not("award", situation(tender, actor=actor, now=now)))
    lines = candidate_lines(tender)
    refuse_if(why_not_pass_over(bid_id, [line.candidate for line in lines]))
    line = next(line for line in lines if line.bid.id == bid_id)
    return _pass(tender, line.bid, line.row.rank, reason, explanation, file=file, actor=actor, now=now)


def award(tender: Tender, bid_id: int, *, statement: str = "", actor: Actor, now: datetime) -> Award:
    """The tenderer decides, and the decision goes to the bureau for filing in the same step."""
    tender = lock_tender(tender)
    refuse_if(why_not("award", situation(tender, actor=actor, now=now)))
    lines = candidate_lines(tender)
    refuse_if(why_not_award(bid_id, [line.candidate for line in lines]))
    line = next(line for line in lines if line.bid.id == bid_id)
    decision = Award(
        tender_id=tender.id,
        bid_id=bid_id,
        rank=line.row.rank,
        price_fen=line.row.price_fen,
        decided_at=now,
        decided_by_id=actor.user_id,
        statement=statement.strip(),
    )
    db.session.add(decision)
    db.session.add(
        Filing(
            tender_id=tender.id,
            subject=FilingSubject.AWARD,
            outcome=FilingOutcome.PENDING,
            submitted_at=now,
            submitted_by_id=actor.user_id,
        )
    )
    make_move(tender, "award", now=now)
    record(
        "tender.award", tender, actor=actor, now=now, enterprise=line.bid.enterprise.name, rank=line.row.rank, price_fen=line.row.price_fen
    )
    _send_award_letters(tender, line.bid, now)
    tell(
        officers_over(tender),
        _l("“%(title)s”提交定标备案", title=tender.title),
        _l("请核对定标是否合规，确认备案或者退回。"),
        tender=tender,
        now=now,
    )
    return decision


def return_award(tender: Tender, corrections: str, *, actor: Actor, now: datetime) -> Tender:
    """The bureau finds the decision unlawful and says why; the tenderer decides again, from the first candidate on."""
    tender = lock_tender(tender)
    refuse_review("return_award", tender, FilingSubject.AWARD, actor=actor, now=now)
    if not corrections.strip():
        raise Refused(Reason(_l("没有写明退回的理由。"), next=_l("请写明哪里不合规、依据哪一条。")), field="corrections")
    filing = _decide_filing(tender, FilingOutcome.RETURNED, actor=actor, now=now)
    filing.corrections = corrections.strip()
    _void(tender, VoidReason.RETURNED, filing.corrections, now=now)
    for passed in standing_passes(tender):
        passed.voided_at = now
    make_move(tender, "return_award", now=now)
    record("tender.return_award", tender, actor=actor, now=now, corrections=filing.corrections)
    tell(
        managers_of(tender),
        _l("“%(title)s”的定标备案被退回", title=tender.title),
        _l("退回理由：\n%(corrections)s\n\n请依法重新定标。", corrections=filing.corrections),
        tender=tender,
        now=now,
    )
    tell(
        people_of(bidder_organisations(tender), *BIDDERS),
        _l("“%(title)s”的定标结果已撤销", title=tender.title),
        _l("定标备案被退回，招标人将重新定标，此前的中标通知不再有效。"),
        tender=tender,
        now=now,
    )
    return tender


def confirm_award(tender: Tender, *, actor: Actor, now: datetime) -> Tender:
    """The bureau confirms that it has the decision; it does not make it (招标投标法第四十条、第四十七条)."""
    tender = lock_tender(tender)
    refuse_review("confirm_award", tender, FilingSubject.AWARD, actor=actor, now=now)
    _decide_filing(tender, FilingOutcome.CONFIRMED, actor=actor, now=now)
    make_move(tender, "confirm_award", now=now)
    record("tender.confirm_award", tender, actor=actor, now=now)
    tell(
        managers_of(tender),
        _l("“%(title)s”的定标备案已确认", title=tender.title),
        _l("请在定标后 30 日内与中标人签订书面合同，并在平台登记。"),
        tender=tender,
        now=now,
    )
    return tender


def withdraw_award(
    tender: Tender, reason: PassReason, explanation: str, *, file: tuple[str, bytes] | None = None, actor: Actor, now: datetime
) -> Tender:
    """The winner can't or may not sign: its award is void and the next candidate's turn comes."""
    tender = lock_tender(tender)
    refuse_if(why_not("withdraw_award", situation(tender, actor=actor, now=now)))
    decision = standing_award(tender)
    _pass(tender, decision.bid, decision.rank, reason, explanation, file=file, actor=actor, now=now)
    if pending_filing(tender) is not None:
        _decide_filing(tender, FilingOutcome.TAKEN_BACK, actor=actor, now=now)
    _void(tender, VoidReason.PASSED_OVER, explanation.strip(), now=now)
    make_move(tender, "withdraw_award", now=now)
    record("tender.withdraw_award", tender, actor=actor, now=now, enterprise=decision.bid.enterprise.name, pass_reason=reason)
    return tender


# --- within ------------------------------------------------------------------------------------------------------------


def _pass(tender: Tender, bid: Bid, rank: int, reason: PassReason, explanation: str, *, file, actor: Actor, now: datetime) -> CandidatePass:
    if not explanation.strip():
        raise Refused(
            Reason(_l("没有写明具体情况。"), basis=IN_ORDER, next=_l("请写明事实和证明材料，备案时将一并审查。")), field="explanation"
        )
    stored = None
    if file is not None:
        try:
            stored = store_file(file[1], file[0], now=now)
        except Refused as refused:
            raise Refused(refused.reason, field="file") from refused
        db.session.flush()
    row = CandidatePass(
        tender_id=tender.id,
        bid_id=bid.id,
        rank=rank,
        reason=reason,
        explanation=explanation.strip(),
        file_id=stored.id if stored else None,
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    db.session.add(row)
    record("tender.pass_over", tender, actor=actor, now=now, enterprise=bid.enterprise.name, rank=rank, pass_reason=reason)
    return row


def _void(tender: Tender, reason: VoidReason, note: str, *, now: datetime) -> None:
    decision = standing_award(tender)
    decision.voided_at, decision.void_reason, decision.void_note = now, reason, note
    db.session.flush()


def _decide_filing(tender: Tender, outcome: FilingOutcome, *, actor: Actor, now: datetime) -> Filing:
    filing = pending_filing(tender)
    if filing is None:
        raise Refused(Reason(_l("没有待办的定标备案。"), next=_l("请刷新页面查看最新状态。")))
    filing.outcome, filing.decided_at, filing.decided_by_id = outcome, now, actor.user_id
    return filing


def _send_award_letters(tender: Tender, winner: Bid, now: datetime) -> None:
    """The winner its notice, the others the result (招标投标法第四十五条)."""
    losers = [organisation_id for organisation_id in bidder_organisations(tender) if organisation_id != winner.organisation_id]
    tell(
        people_of([winner.organisation_id], *BIDDERS),
        _l("中标通知书：%(title)s", title=tender.title),
        _l("你单位被确定为中标人。请在本通知发出之日起 30 日内与招标人签订书面合同。"),
        tender=tender,
        now=now,
    )
    tell(
        people_of(losers, *BIDDERS),
        _l("中标结果通知：%(title)s", title=tender.title),
        _l("本项目已确定中标人：%(name)s。感谢参加投标，各项得分和差距见项目页面。", name=winner.enterprise.name),
        tender=tender,
        now=now,
    )
