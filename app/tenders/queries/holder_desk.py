"""What waits for a key holder: a key to make, a rehearsal before publication, another before closing; and alarms about lost keys."""

from datetime import datetime

from flask import url_for

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import Tender
from app.tenders.queries.holders import HolderLine, alarming, lines_for_desk
from app.tenders.queries.tenders import phases
from app.tenders.timetable import end_of

ASKED_AT = (Status.SUBMITTED, Status.FILED)
"""From the filing on the notice stands, and its holders are asked to rehearse."""


def holder_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """For holders their keys and rehearsals, for the tenderer and the bureau over the place alarms: one query."""
    lines = lines_for_desk(actor)
    own = [line for line in lines if line.holder.user_id == actor.user_id and line.holder.organisation_id == actor.organisation_id]
    short = _short(own, now)
    asked = (_item(line, now) for line in own if line.holder.tender_id not in short)
    found = [item for item in asked if item is not None]
    watches = actor.role in (Role.COMMUNITY_MANAGER, Role.BUREAU_OFFICER)
    return found + ([_alarm(tender) for tender in alarming(lines) if _is_watched(tender, actor)] if watches else [])


def _short(lines: list[HolderLine], now: datetime) -> set[int]:
    """Tenders on whose closing list too few bids stand: nothing will be opened, and nobody is asked for anything."""
    tenders = list({line.holder.tender_id: line.holder.tender for line in lines if line.is_published}.values())
    return {key for key, phase in phases(tenders, now).items() if phase is Phase.TOO_FEW}


def _is_watched(tender: Tender, actor: Actor) -> bool:
    """A manager may hold a key of a tender that is not their organisation's any more."""
    if actor.role is Role.BUREAU_OFFICER:
        return actor.covers(tender.division_code)
    return tender.procuring_entity_id == actor.organisation_id


def _item(line: HolderLine, now: datetime) -> DeskItem | None:
    tender = line.holder.tender
    if line.is_published:
        if tender.status is Status.PUBLISHED and tender.bid_deadline_at <= now and line.key is not None:
            return _line(line, "tenders.opening", _l("到开标室交出份额"), None)
        is_due = line.is_asked and tender.bid_deadline_at > now
        return _line(line, "tenders.rehearsal", _l("截止前再做一次密钥演练"), tender.bid_deadline_at) if is_due else None
    due = end_of(tender.publish_on) if tender.publish_on else None
    if line.key is None:
        return _line(line, "tenders.keys", _l("制作保管投标的密钥"), due)
    if tender.status in ASKED_AT and line.passed_at is None:
        return _line(line, "tenders.rehearsal", _l("做一次密钥演练"), due)
    return None


def _line(line: HolderLine, endpoint: str, what, due_at: datetime | None) -> DeskItem:
    tender = line.holder.tender
    return DeskItem(
        title=tender.title,
        url=url_for(endpoint) if endpoint == "tenders.keys" else url_for(endpoint, number=tender.number),
        what=what,
        due_at=due_at,
        basis=_l("投标截止") if line.is_published else _l("计划发布日期"),
        tag_label=_l("密钥保管"),
        tag_colour="wait",
        since=line.holder.chosen_at,
        number=tender.number,
        if_late=_l("期限已过，仍须办理；没有准备好的，公告不能发布。") if not line.is_published else "",
    )


def _alarm(tender: Tender) -> DeskItem:
    """The tender could not be opened with the keys that are left."""
    return DeskItem(
        title=tender.title,
        url=url_for("tenders.page", number=tender.number, _anchor="holders"),
        what=_l("密钥报失，可用的不够开标"),
        due_at=tender.bid_deadline_at,
        basis=_l("投标截止"),
        tag_label=_l("告急"),
        tag_colour="soon",
        since=tender.published_at,
        number=tender.number,
        if_late=_l("投标已截止，请马上与保管人找回密钥卡或者密钥文件。"),
    )
