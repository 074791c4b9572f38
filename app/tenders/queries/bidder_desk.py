"""What waits on the desks of bidders and evaluators."""

from datetime import datetime

from flask import url_for

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.tenders.lifecycle import Status, is_bidding_open
from app.tenders.models import Bid, BidDraft, Tender
from app.tenders.queries.bids import own_drafts_and_bids
from app.tenders.queries.evaluation import own_assignments


def bidder_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Drafts not handed in and bids handed in while bidding lasts, by deadline; afterwards what the enterprise waits for."""
    found = (_bidder_item(tender, draft, bid, actor, now) for tender, draft, bid in own_drafts_and_bids(actor))
    return [item for item in found if item is not None]


def _bidder_item(tender: Tender, draft: BidDraft | None, bid: Bid | None, actor: Actor, now: datetime) -> DeskItem | None:
    stands = bid is not None and bid.withdrawn_at is None
    if is_bidding_open(tender.status, tender.bid_deadline_at, now):
        is_handed_in = stands and (draft is None or draft.submitted_at is not None)
        if is_handed_in:
            what = _l("截止前可以修改或者撤回")
            return _item(tender, "tenders.bid_receipt", what, _l("已投标"), "open", bid.submitted_at, is_waiting=True)
        if draft is None:
            return None
        what = _l("核对并提交投标") if actor.role == Role.ENTERPRISE_SIGNATORY else _l("完成投标草稿，交签章人提交")
        return _item(tender, "tenders.bid", what, _l("未提交"), "wait", draft.saved_at)
    if stands and tender.status is Status.PUBLISHED:
        return DeskItem(
            title=tender.title,
            url=url_for("tenders.opening", number=tender.number),
            what=_l("等待招标人开标"),
            tag_label=_l("投标已截止"),
            tag_colour="info",
            since=tender.bid_deadline_at,
            number=tender.number,
            is_waiting=True,
        )
    return None


def _item(tender: Tender, endpoint: str, what, label, colour: str, since: datetime, *, is_waiting: bool = False) -> DeskItem:
    return DeskItem(
        title=tender.title,
        url=url_for(endpoint, number=tender.number),
        what=what,
        due_at=tender.bid_deadline_at,
        basis=_l("《招标投标法》第二十八条"),
        tag_label=label,
        tag_colour=colour,
        since=since,
        number=tender.number,
        is_waiting=is_waiting,
    )


def evaluator_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Committees on which this person sits and has not signed."""
    items = []
    for assignment in own_assignments(actor):
        if assignment.tender.status is not Status.OPENED:
            continue
        if assignment.sheets and all(sheet.signed_at for sheet in assignment.sheets):
            continue
        what = _l("逐份评分并签署") if assignment.declared_at else _l("核对投标人名单，声明无利害关系")
        items.append(
            DeskItem(
                title=assignment.tender.title,
                url=url_for("tenders.scoring", number=assignment.tender.number),
                what=what,
                tag_label=_l("评标中"),
                tag_colour="info",
                since=assignment.assigned_at,
                number=assignment.tender.number,
            )
        )
    return items
