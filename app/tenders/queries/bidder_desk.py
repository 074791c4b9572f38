"""What waits on the desks of bidders and evaluators."""

from datetime import datetime

from flask import url_for

from app.common.access import Actor
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.tenders.lifecycle import Status, is_bidding_open
from app.tenders.models import Bid, Tender
from app.tenders.queries.bids import own_bids
from app.tenders.queries.evaluation import own_assignments


def bidder_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Bids handed in: while bidding lasts they may be changed, afterwards the enterprise waits for the opening."""
    found = (_bidder_item(bid, now) for bid in own_bids(actor) if bid.withdrawn_at is None)
    return [item for item in found if item is not None]


def _bidder_item(bid: Bid, now: datetime) -> DeskItem | None:
    tender = bid.tender
    if is_bidding_open(tender.status, tender.bid_deadline_at, now):
        what = _l("截止前可以修改或者撤回")
        return _item(tender, "tenders.bid_receipt", what, _l("已投标"), "open", bid.submitted_at)
    if tender.status is Status.PUBLISHED:
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


def _item(tender: Tender, endpoint: str, what, label, colour: str, since: datetime) -> DeskItem:
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
        is_waiting=True,
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
