"""Rejecting a bid: the organiser lays it before the committee, and the committee alone decides (实施条例 §51)."""

from datetime import datetime

from app.common.access import Actor
from app.common.audit import record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.evaluating.committee import lock_evaluating, lock_organised, scorable, weigh_rejections, why_not_lawful_committee
from app.tenders.kinds import RejectionGround, RejectionVoice
from app.tenders.models import BidRejection, RejectionBallot, Tender
from app.tenders.queries import evaluation as asked
from app.tenders.scoring import REJECTION_BASIS, why_not_propose_lack


def propose_rejection(
    tender: Tender, bid_id: int, *, ground: RejectionGround, explanation: str, actor: Actor, now: datetime
) -> BidRejection:
    """Lay before a lawful committee that a bid falls under one of the law's grounds. It stays valid until the committee agrees."""
    tender = lock_organised(tender, actor)
    case = asked.load_case(tender)
    refuse_if(why_not_lawful_committee(case))
    bid = next((one for one in case.bids if one.id == bid_id), None)
    if bid is None or bid_id in case.proposals:
        raise Refused(Reason(_l("这份投标不存在，或者已经提请否决。"), next=_l("请刷新页面查看最新情况。")), field="bid")
    if ground is RejectionGround.NO_COMPETITION:
        refuse_if(why_not_propose_lack(len(case.left), len(case.bids), minimum=case.min_bids), field="ground")
    if not explanation.strip():
        raise Refused(
            Reason(_l("请写明提请否决的具体事实。"), REJECTION_BASIS, _l("写明对应招标文件的哪一条和投标文件的哪一处。")),
            field="explanation",
        )
    if any(one.enterprise.name in explanation for one in case.bids):
        raise Refused(
            Reason(_l("评委按代号评审，具体事实里不能出现企业名称。"), REJECTION_BASIS, _l("请改用“该投标人”，不要写出名称。")),
            field="explanation",
        )
    rejection = BidRejection(
        bid_id=bid_id, ground=ground, explanation=explanation.strip(), proposed_at=now, proposed_by_id=actor.user_id, voices=[]
    )
    db.session.add(rejection)
    record("evaluation.propose", bid, actor=actor, now=now, ground=ground, reason=rejection.explanation)
    return rejection


def vote_on_rejection(tender: Tender, code: str, voice: RejectionVoice, *, actor: Actor, now: datetime) -> BidRejection:
    """A member agrees or not with a proposal about a blind code; the voice may be changed until the report is handed in."""
    tender = lock_evaluating(tender)
    case, assignment = scorable(tender, actor)
    proposal = next((one for one in case.proposed if one.code == code), None)
    if proposal is None:
        raise Refused(Reason(_l("没有对这份投标提请否决，或者已经撤回。"), next=_l("请刷新页面查看最新情况。")))
    rejection = proposal.rejection
    ballot = next((one for one in rejection.voices if one.assignment_id == assignment.id), None)
    if ballot is None:
        ballot = RejectionBallot(assignment_id=assignment.id)
        rejection.voices.append(ballot)
    ballot.voice, ballot.given_at = voice, now
    record("evaluation.vote", rejection.bid, actor=actor, now=now, ground=rejection.ground, voice=voice)
    weigh_rejections(tender, actor=actor, now=now)
    return rejection


def withdraw_rejection(tender: Tender, bid_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """The organiser takes a proposal back. What the committee has rejected only its members undo, by another voice."""
    tender = lock_organised(tender, actor)
    rejection = asked.load_case(tender).proposals.get(bid_id)
    if rejection is None:
        raise Refused(Reason(_l("这份投标没有被提请否决。"), next=_l("请刷新页面查看最新情况。")))
    if rejection.decided_at is not None:
        raise Refused(
            Reason(
                _l("评标委员会已经否决这份投标，经办人不能撤销。"), REJECTION_BASIS, _l("投标人已按要求澄清的，请评委在评分页改变表决。")
            )
        )
    if not reason.strip():
        raise Refused(Reason(_l("请写明撤回的理由。"), next=_l("例如：投标人已按要求澄清。")), field="reason")
    record("evaluation.withdraw", rejection.bid, actor=actor, now=now, ground=rejection.ground, reason=reason.strip())
    db.session.delete(rejection)
