"""What waits on the desks of bidders and evaluators."""

from datetime import datetime

from flask import url_for
from sqlalchemy import select

from app.common.access import Actor
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.extensions import db
from app.tenders.lifecycle import Status, is_bidding_open
from app.tenders.models import Bid, BidUnsealing, RecoveryWindow, Tender
from app.tenders.queries.bids import current_version, own_bids
from app.tenders.queries.evaluation import own_assignments
from app.tenders.queries.opening_room import recovery_standing
from app.tenders.recovery import RULE, why_not_recover


def bidder_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Bids handed in: while bidding lasts they may be changed, afterwards the enterprise waits for the opening,
    unless the holders are too few: then it has until the end of a window to open its own bid."""
    standing = [bid for bid in own_bids(actor) if bid.withdrawn_at is None]
    windows = _running_windows([bid.tender_id for bid in standing], now)
    found = (_bidder_item(bid, windows.get(bid.tender_id), now) for bid in standing)
    return [item for item in found if item is not None]


def _running_windows(tender_ids: list[int], now: datetime) -> dict[int, RecoveryWindow]:
    """By tender: the window that is announced now."""
    of_them = RecoveryWindow.tender_id.in_(tender_ids), RecoveryWindow.announced_at <= now, RecoveryWindow.ends_at > now
    return {window.tender_id: window for window in db.session.scalars(select(RecoveryWindow).where(*of_them).order_by(RecoveryWindow.id))}


def _recovery_item(tender: Tender, window: RecoveryWindow) -> DeskItem:
    return DeskItem(
        title=tender.title,
        url=url_for("tenders.bid_recovery", number=tender.number),
        what=_l("保管人不足：请用恢复文件解密本企业的投标"),
        due_at=window.ends_at,
        basis=RULE,
        tag_label=_l("补救解密"),
        tag_colour="soon",
        since=window.announced_at,
        number=tender.number,
    )


def _bidder_item(bid: Bid, window: RecoveryWindow | None, now: datetime) -> DeskItem | None:
    tender = bid.tender
    if window is not None and _can_recover(bid, now):
        return _recovery_item(tender, window)
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


def _can_recover(bid: Bid, now: datetime) -> bool:
    is_open = db.session.get(BidUnsealing, current_version(bid).id) is not None
    return not is_open and why_not_recover(recovery_standing(bid.tender), now=now) is None


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
