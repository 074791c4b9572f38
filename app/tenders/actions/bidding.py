"""What holds for a bidder until the deadline, and taking a bid back; handing in is actions/sealing.py."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.queries import organisation_ids_of
from app.accounts.rules import Role
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.enterprises.models import Enterprise
from app.enterprises.rules import why_not_admitted
from app.extensions import db
from app.tenders import bidding
from app.tenders.lifecycle import ENDED, Status
from app.tenders.models import Bid, Tender
from app.tenders.queries.bids import current_version, own_bid
from app.tenders.queries.capsules import closing_of

label_events(
    {
        "bid.prepare": _l("保存投标草稿"),
        "bid.drop_file": _l("删除投标草稿的附件"),
        "bid.submit": _l("提交投标"),
        "bid.replace": _l("重新提交投标"),
        "bid.withdraw": _l("撤回投标"),
    },
    {"version": _l("第几次提交"), "receipt": _l("回执号")},
    objects={"bid": _l("投标"), "bid_draft": _l("投标草稿")},
    unnumbered=("bid", "bid_draft"),
)

SIGNATORY_ONLY = Reason(
    _l("提交和撤回投标要由企业签章人办理。"), _l("《招标投标法》第二十七条"), _l("请保存草稿，通知本企业签章人登录后提交。")
)


def lock_tender(tender: Tender) -> Tender:
    """Wait for whoever changes this tender's bids or state, and read it again."""
    return db.session.scalars(
        select(Tender).where(Tender.id == tender.id).with_for_update(key_share=True, of=Tender).execution_options(populate_existing=True)
    ).one()


def received_at(bid: Bid | None, now: datetime) -> datetime:
    """When what the bidder now does counts as received: when the request reached the server (电子招标投标办法 §27), however long it then
    waited behind another's lock; but never before what the same bidder did before it. That was in time, so this is too."""
    return max(now, *(at for at in (bid.submitted_at, bid.withdrawn_at) if at is not None)) if bid is not None else now


SERVED_THE_TENDERER = Reason(
    _l("您在招标人单位任职或者曾经任职，不能为投标人办理本项目的投标。"),
    _l("《招标投标法实施条例》第三十四条"),
    _l("请由本企业的其他人员办理。"),
)


def why_not_bid(tender: Tender, enterprise: Enterprise | None, *, actor: Actor, now: datetime) -> Reason | None:
    """Why the enterprise, or this person for it, may not prepare or hand in a bid in this tender now."""
    has_served = enterprise is not None and tender.procuring_entity_id in organisation_ids_of(actor.user_id)
    return why_not_bid_at(tender, enterprise, has_served=has_served, now=now, is_handed_in=False)


def why_not_bid_at(tender: Tender, enterprise: Any, *, has_served: bool, now: datetime, is_handed_in: bool = True) -> Reason | None:
    """The same of an enterprise, or a row with its organisation and verification, when it is known whom the person has served."""
    if enterprise is None:
        return Reason(_l("您的单位还没有企业档案，不能投标。"), next=_l("请先登记企业档案并提交核验。"))
    is_tenderer = enterprise.organisation_id == tender.procuring_entity_id
    if has_served and not is_tenderer:
        return SERVED_THE_TENDERER
    return bidding.why_not_bid(
        is_published=tender.status is Status.PUBLISHED,
        is_over=tender.status in ENDED,
        deadline_at=tender.bid_deadline_at,
        now=now,
        not_admitted=why_not_admitted(enterprise.verification),
        is_tenderer=is_tenderer,
        is_handed_in=is_handed_in,
    )


def why_not_second(other: str | None) -> Reason | None:
    """One person hands in for one enterprise in a tender, whatever became of that bid: two bidders served by one person count as colluding
    (实施条例第四十条). `other`: the name of the one for which they already did; it tells nobody else of that bid."""
    if other is None:
        return None
    return Reason(
        _l("您已经为“%(name)s”提交过本项目的投标，即使已经撤回，也不能再为另一家企业提交。", name=other),
        _l("《招标投标法实施条例》第三十四条、第四十条"),
        _l("请由本企业的另一名签章人办理。"),
    )


def why_not_withdraw(tender: Tender, bid: Bid | None, *, now: datetime) -> Reason | None:
    is_submitted = bid is not None and bid.withdrawn_at is None and tender.status is Status.PUBLISHED
    return bidding.why_not_withdraw(deadline_at=tender.bid_deadline_at, now=now, is_submitted=is_submitted)


def withdraw_bid(tender: Tender, *, actor: Actor, now: datetime) -> Bid:
    """Take the bid back before the deadline (撤回); sealed anew it can be handed in again."""
    tender = lock_tender(tender)
    if not actor.has(Role.ENTERPRISE_SIGNATORY):
        raise Refused(SIGNATORY_ONLY)
    bid = own_bid(tender, actor)
    refuse_if(why_not_withdraw(tender, bid, now=now))
    if closing_of(tender) is not None:
        raise Refused(bidding.CLOSED)
    bid.withdrawn_at = now = received_at(bid, now)
    taken = current_version(bid)
    record("bid.withdraw", bid, actor=actor, now=now, version=taken.number, receipt=taken.receipt, capsule=taken.content_sha256)
    return bid
