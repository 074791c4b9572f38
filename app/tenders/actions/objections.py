"""Objections to the result: raised by a bidder, answered by the tenderer; the award waits meanwhile."""

from datetime import datetime

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.letters import BIDDERS, managers_of, people_of, tell
from app.tenders.models import Objection, Tender
from app.tenders.objections import why_not_answer, why_not_object
from app.tenders.queries.award import bid_of, objection_in
from app.tenders.queries.tenders import is_own

label_events({"objection.raise": _l("提出异议"), "objection.answer": _l("答复异议")}, {"tender": _l("招标编号"), "objection": _l("异议")})

MAX_OBJECTIONS = 10
"""Of one bidder to one result; more would only hold up the award."""


def raise_objection(tender: Tender, text: str, *, actor: Actor, now: datetime) -> Objection:
    tender = lock_tender(tender)
    bid = bid_of(tender, actor) if actor.role in BIDDERS else None
    refuse_if(why_not_object(status=tender.status, is_bidder=bid is not None, notice_ends_at=tender.notice_ends_at, now=now))
    if not text.strip():
        raise Refused(Reason(_l("没有写明异议的事项和理由。"), next=_l("请写明哪一项结果、依据什么认为不对、要求怎样处理。")), field="text")
    if sum(o.bid_id == bid.id for o in tender.objections) >= MAX_OBJECTIONS:
        raise Refused(Reason(_l("您已经提出 %(most)d 件异议。", most=MAX_OBJECTIONS), next=_l("请等待答复，或者向监督部门投诉。")))
    objection = Objection(tender_id=tender.id, bid_id=bid.id, text=text.strip(), raised_at=now, raised_by_id=actor.user_id)
    db.session.add(objection)
    record("objection.raise", objection, actor=actor, now=now, tender=tender.number)
    tell(
        managers_of(tender),
        _l("“%(title)s”收到对评标结果的异议", title=tender.title),
        _l("请在 3 日内答复；答复前暂停定标。"),
        tender=tender,
        now=now,
    )
    return objection


def answer_objection(tender: Tender, objection_id: int, answer: str, *, actor: Actor, now: datetime) -> Objection | None:
    """The tenderer's answer, final. None when there is no such objection."""
    tender = lock_tender(tender)
    objection = objection_in(tender, objection_id)
    if objection is None:
        return None
    refuse_if(why_not_answer(is_tenderer=is_own(tender, actor), is_answered=objection.answered_at is not None))
    if not answer.strip():
        raise Refused(Reason(_l("没有写答复。"), next=_l("请逐项答复异议，并说明依据。")), field="answer")
    objection.answer, objection.answered_at, objection.answered_by_id = answer.strip(), now, actor.user_id
    record("objection.answer", objection, actor=actor, now=now, tender=tender.number)
    tell(
        people_of([objection.bid.organisation_id], *BIDDERS),
        _l("您对“%(title)s”的异议已答复", title=tender.title),
        answer.strip(),
        tender=tender,
        now=now,
    )
    return objection
