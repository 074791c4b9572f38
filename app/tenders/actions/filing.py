"""Filing a notice with the bureau: submit, take back; confirm or return for correction. Four eyes."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.figures import moment_text
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.holders import ask_to_rehearse
from app.tenders.actions.letters import officers_over, tell
from app.tenders.kinds import FilingOutcome, FilingSubject
from app.tenders.lifecycle import MOVES, Status, make_move, why_not
from app.tenders.models import Filing, Tender
from app.tenders.queries.drafting import reasons_taken
from app.tenders.queries.filings import last_turn
from app.tenders.queries.situations import pending_filing, situation
from app.tenders.timetable import local_day

label_events(
    {
        "tender.submit": _l("提交备案"),
        "tender.take_back": _l("撤回修改"),
        "tender.return_notice": _l("退回改正"),
        "tender.confirm_filing": _l("确认备案"),
    },
    {"corrections": _l("改正意见"), "round": _l("第几次提交")},
)


def submit(tender: Tender, *, actor: Actor, now: datetime) -> Filing:
    """Hand the draft to the bureau. From here its compounds are claimed: no other tender may take them."""
    tender = lock_tender(tender)
    refuse_if(why_not("submit", situation(tender, actor=actor, now=now)))
    filing = Filing(
        tender_id=tender.id, subject=FilingSubject.NOTICE, outcome=FilingOutcome.PENDING, submitted_at=now, submitted_by_id=actor.user_id
    )
    db.session.add(filing)
    _claim(tender, now)
    make_move(tender, "submit", now=now)
    record("tender.submit", tender, actor=actor, now=now, round=_rounds(tender))
    tell(
        officers_over(tender),
        _l("“%(title)s”提交招标备案", title=tender.title),
        _l("请核对招标文件，确认备案或者退回改正。"),
        tender=tender,
        now=now,
    )
    return filing


def take_back(tender: Tender, *, actor: Actor, now: datetime) -> Tender:
    """The tenderer changes its mind before publication; what was filed must be filed again."""
    tender = lock_tender(tender)
    refuse_if(why_not("take_back", situation(tender, actor=actor, now=now)))
    filing = pending_filing(tender)
    if filing is not None:
        _decide(filing, FilingOutcome.TAKEN_BACK, actor=actor, now=now)
    release(tender)
    make_move(tender, "take_back", now=now)
    record("tender.take_back", tender, actor=actor, now=now)
    return tender


def return_notice(tender: Tender, corrections: str, *, actor: Actor, now: datetime) -> Tender:
    """The bureau orders corrections, in writing."""
    tender = lock_tender(tender)
    refuse_review("return_notice", tender, FilingSubject.NOTICE, actor=actor, now=now)
    filing = _pending(tender)
    filing.corrections = _needed(
        corrections, Reason(_l("没有写明改正意见。"), next=_l("请逐条写明哪里不合规、依据哪一条、怎样改。")), "corrections"
    )
    _decide(filing, FilingOutcome.RETURNED, actor=actor, now=now)
    release(tender)
    make_move(tender, "return_notice", now=now)
    record("tender.return_notice", tender, actor=actor, now=now, corrections=filing.corrections)
    tell(
        [filing.submitted_by],
        _l("“%(title)s”的招标备案被退回改正", title=tender.title),
        _l("改正意见：\n%(corrections)s\n\n请改正后重新提交备案。", corrections=filing.corrections),
        tender=tender,
        now=now,
    )
    return tender


def confirm_filing(tender: Tender, *, actor: Actor, now: datetime) -> Tender:
    """The bureau has the papers and found nothing unlawful; it approves no tender and picks no winner."""
    tender = lock_tender(tender)
    refuse_review("confirm_filing", tender, FilingSubject.NOTICE, actor=actor, now=now)
    filing = _pending(tender)
    _decide(filing, FilingOutcome.CONFIRMED, actor=actor, now=now)
    make_move(tender, "confirm_filing", now=now)
    record("tender.confirm_filing", tender, actor=actor, now=now)
    tell(
        [filing.submitted_by],
        _l("“%(title)s”已备案", title=tender.title),
        _l("招标备案已确认，可以按计划日期发布招标公告。"),
        tender=tender,
        now=now,
    )
    ask_to_rehearse(tender, now=now)
    return tender


def refuse_review(name: str, tender: Tender, subject: FilingSubject, *, actor: Actor, now: datetime) -> None:
    """Refuse what the table of moves refuses; a filing that was decided meanwhile says by which office, when and how."""
    reason, move = why_not(name, situation(tender, actor=actor, now=now)), MOVES[name]
    turn = last_turn(tender, subject) if tender.status not in move.leaves else None
    if turn is None:
        return refuse_if(reason)
    may_take_back = subject is FilingSubject.NOTICE and tender.status is Status.FILED
    raise Refused(
        Reason(
            _l(
                "%(office)s已于 %(when)s 办理“%(done)s”，不能再办理“%(move)s”。",
                office=turn.organisation_name,
                when=moment_text(turn.at),
                done=turn.label,
                move=move.label,
            ),
            next=_l("发现确需改正的，请通知招标人在发布前撤回修改，重新备案。") if may_take_back else _l("请查看最新状态。"),
        )
    )


# --- within ------------------------------------------------------------------------------------------------------------


def release(tender: Tender) -> None:
    """The tender no longer holds its compounds."""
    for compound in tender.compounds:
        compound.is_claimed = False


def _claim(tender: Tender, now: datetime) -> None:
    """Two tenders for one compound at the same moment: the database's unique index decides, in words."""
    ids = [c.compound_id for c in tender.compounds]
    names = {c.compound_id: c.name for c in tender.compounds}
    for reason in reasons_taken(ids, names, on=local_day(now), besides=tender.id).values():
        raise Refused(reason)
    for compound in tender.compounds:
        compound.is_claimed = True
    try:
        db.session.flush()
    except IntegrityError as error:
        if "tender_compound" not in str(error.orig):
            raise
        raise Refused(
            Reason(
                _l("有楼院刚刚被另一个项目提交招标。"),
                basis=_l("《物业管理条例》第三十三条"),
                next=_l("请返回核对清单，从本项目中去掉该楼院。"),
            )
        ) from error


def _rounds(tender: Tender) -> int:
    return db.session.scalar(
        select(func.count()).select_from(Filing).where(Filing.tender_id == tender.id, Filing.subject == FilingSubject.NOTICE)
    )


def _pending(tender: Tender) -> Filing:
    filing = pending_filing(tender)
    if filing is None:
        raise Refused(Reason(_l("没有待办的备案。"), next=_l("请刷新页面查看最新状态。")))
    return filing


def _decide(filing: Filing, outcome: FilingOutcome, *, actor: Actor, now: datetime) -> None:
    filing.outcome, filing.decided_at, filing.decided_by_id = outcome, now, actor.user_id


def _needed(text: str, reason: Reason, field: str) -> str:
    if not text.strip():
        raise Refused(reason, field=field)
    return text.strip()
