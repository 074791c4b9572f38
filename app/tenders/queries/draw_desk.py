"""What the draw of a committee waits for, on the desks of both sides."""

from datetime import datetime

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.extensions import db
from app.tenders.draw import Side
from app.tenders.draw.seeds import PLATFORM
from app.tenders.lifecycle import Status
from app.tenders.models import DrawRound, Tender
from app.tenders.queries.draw import agreed_number, contribution_of, last_entry

RUNNING = (Status.PUBLISHED, Status.OPENED)


def draw_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Commitments, values and numbers that this side owes; for the legal officer also pools that are not frozen yet."""
    if actor.role is Role.COMMUNITY_MANAGER:
        side, theirs = Side.TENDERER, Tender.procuring_entity_id == actor.organisation_id
    else:
        side, theirs = Side.BUREAU, Tender.division_code.startswith(actor.division_code or "-", autoescape=True)
    rows = (
        select(DrawRound)
        .join(DrawRound.tender)
        .where(Tender.status.in_(RUNNING), DrawRound.drawn_at.is_(None), theirs)
        .options(joinedload(DrawRound.tender), joinedload(DrawRound.contributions), joinedload(DrawRound.numbers))
        .order_by(DrawRound.id)
    )
    found = [_owed(one, side, now) for one in db.session.scalars(rows).unique()]
    items = [item for item in found if item is not None]
    return items if side is Side.TENDERER else [*items, *_unfrozen(theirs, now)]


def _owed(found: DrawRound, side: Side, now: datetime) -> DeskItem | None:
    given, tender = contribution_of(found, side), found.tender
    if now < found.commit_until:
        return None if given else _item(tender, "tenders.draw", _l("提交评标专家抽取的承诺值"), found.commit_until, found.frozen_at)
    if now < found.reveal_until:
        is_owed = given is not None and given.value is None
        return _item(tender, "tenders.draw", _l("公开评标专家抽取的随机数"), found.reveal_until, found.commit_until) if is_owed else None
    differ = all(last_entry(found, one) for one in Side) and agreed_number(found) is None
    if last_entry(found, side) is None or differ:
        return _item(tender, "tenders.draw", _l("登记评标专家抽取的公开号码"), None, found.reveal_until)
    return None


def _unfrozen(theirs, now: datetime) -> list[DeskItem]:
    """Published tenders without a frozen pool, while there is time before the deadline."""
    frozen = select(DrawRound.tender_id)
    rows = select(Tender).where(Tender.status == Status.PUBLISHED, Tender.bid_deadline_at > now, Tender.id.not_in(frozen), theirs)
    return [
        _item(tender, "tenders.freeze_pool", _l("冻结评标专家名单"), tender.bid_deadline_at, tender.published_at)
        for tender in db.session.scalars(rows.order_by(Tender.id))
    ]


def _item(tender: Tender, endpoint: str, what, due_at: datetime | None, since: datetime) -> DeskItem:
    return DeskItem(
        title=tender.title,
        url=url_for(endpoint, number=tender.number),
        what=what,
        due_at=due_at,
        basis=PLATFORM if due_at else "",
        tag_label=_l("评委抽取"),
        tag_colour="info",
        since=since,
        number=tender.number,
    )
