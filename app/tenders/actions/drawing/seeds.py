"""The seeds of a draw: commitments and values of both sides, and the public number, which each side enters by itself."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.accounts.queries import organisation_ids_of
from app.common.access import Actor
from app.common.audit import record
from app.common.calendar_days import load_calendar
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders import draw as rules
from app.tenders.actions.bidding import lock_tender
from app.tenders.draw import Side
from app.tenders.draw.seeds import PLATFORM, why_not_drawn_on
from app.tenders.lifecycle import Status
from app.tenders.models import Tender
from app.tenders.models.draw import DrawContribution, DrawNumber, DrawRound
from app.tenders.queries import draw as asked
from app.tenders.timetable import local_day

ENTRIES_AN_HOUR = 5
"""Of one side. Each takes a leaf of the public log: without a limit, leaves could be filled so as to count what others do there."""

NO_SIDE = Reason(_l("您的身份不能参与抽取。"), PLATFORM, _l("请由招标人经办人或者房管部门法制人员办理。"))
NO_ROUND = Reason(_l("专家名单还没有冻结。"), PLATFORM, _l("请房管部门法制人员先冻结名单。"))


def _act(tender: Tender, actor: Actor) -> tuple[Tender, DrawRound, Side]:
    """The round that runs, locked, and the side for which this person acts in it."""
    tender = lock_tender(tender)
    side = asked.side_of(tender, actor)
    if side is None:
        raise Refused(NO_SIDE)
    if tender.status not in (Status.PUBLISHED, Status.OPENED):
        raise Refused(Reason(_l("项目现在不在抽取评委的阶段。"), next=_l("请返回项目页查看现在的进度。")))
    rounds = asked.rounds_of(tender, lock=True)
    if not rounds:
        raise Refused(NO_ROUND)
    refuse_if(why_not_both_sides(tender, rounds[-1], side, actor=actor))
    return tender, rounds[-1], side


def why_not_both_sides(tender: Tender, found: DrawRound, side: Side, *, actor: Actor) -> Reason | None:
    """One person never acts for both: not under another hat either."""
    has_acted = {one.committed_by_id for one in found.contributions if one.side is not side}
    has_acted |= {one.revealed_by_id for one in found.contributions if one.side is not side}
    has_acted |= {one.entered_by_id for one in found.numbers if one.side is not side}
    served = side is Side.BUREAU and tender.procuring_entity_id in organisation_ids_of(actor.user_id)
    if actor.user_id not in has_acted and not served:
        return None
    return Reason(_l("您已经代表另一方，或者曾在招标人任职，不能再代表这一方。"), PLATFORM, _l("请由这一方的另一名人员办理。"))


def commit_value(tender: Tender, committed: str, *, actor: Actor, now: datetime) -> DrawContribution:
    """Hand in the hash of a random value, while bidding runs."""
    _tender, found, side = _act(tender, actor)
    committed = committed.strip().lower()
    refuse_if(rules.why_not_commitment(committed), field="committed")
    if now >= found.commit_until:
        raise Refused(Reason(_l("提交承诺值的时间已过。"), PLATFORM, _l("没有提交的一方按 0 计入种子，不影响抽取。")))
    if asked.contribution_of(found, side) is not None:
        raise Refused(Reason(_l("这一方已经提交承诺值，不能更换。"), PLATFORM, _l("请保管好随机数，截止以后公开。")))
    given = DrawContribution(round=found, side=side, committed=committed, committed_at=now, committed_by_id=actor.user_id)
    db.session.add(given)
    record("draw.commit", given, actor=actor, now=now, side=side, commitment=committed)
    return given


def reveal_value(tender: Tender, value: str, *, actor: Actor, now: datetime) -> DrawContribution:
    """Show the value behind one's commitment: after the deadline, and before the public number can be known."""
    tender, found, side = _act(tender, actor)
    given, value = asked.contribution_of(found, side), value.strip().lower()
    if given is None:
        raise Refused(Reason(_l("这一方没有在截止前提交承诺值。"), PLATFORM, _l("按 0 计入种子，不影响抽取。")))
    if given.value is not None:
        raise Refused(Reason(_l("这一方已经公开随机数。"), next=_l("请等公开号码开出。")))
    if now < found.commit_until:
        raise Refused(Reason(_l("现在还不能公开随机数。"), PLATFORM, _l("请在投标截止以后、开奖日 20:00 以前公开。")))
    if now >= found.reveal_until:
        raise Refused(Reason(_l("公开随机数的时间已过。"), PLATFORM, _l("这一方的承诺值本身计入种子，不影响抽取。")))
    refuse_if(rules.why_not_reveal(tender.number, found.number, side, value, given.committed), field="value")
    given.value, given.revealed_at, given.revealed_by_id = value, now, actor.user_id
    record("draw.reveal", given, actor=actor, now=now, side=side, value=value)
    return given


def enter_number(
    tender: Tender, typed: Sequence[str], *, issue: str, drawn_on: date, source: str, actor: Actor, now: datetime
) -> DrawNumber:
    """One side reads the public number and types it with its source; it counts once the other side has typed the same."""
    _tender, found, side = _act(tender, actor)
    if now < found.reveal_until:
        raise Refused(Reason(_l("公开号码还没有开出。"), PLATFORM, _l("请在开奖以后登记。")))
    if found.drawn_at is not None or asked.agreed_number(found) is not None:
        raise Refused(Reason(_l("公开号码已经由双方登记一致，不能再改。"), PLATFORM, _l("请按号码抽取。")))
    lately = [one for one in found.numbers if one.side is side and one.entered_at > now - timedelta(hours=1)]
    if len(lately) >= ENTRIES_AN_HOUR:
        told = _l("一小时内最多登记 %(most)d 次，不受理。", most=ENTRIES_AN_HOUR)
        raise Refused(Reason(told, PLATFORM, _l("请对照开奖公告核对，一小时以后再登记。")))
    refuse_if(why_not_drawn_on(found.number_kind, found.number_on, drawn_on, load_calendar()), field="drawn_on")
    if drawn_on > local_day(now):
        raise Refused(Reason(_l("开奖日期还没有到。"), PLATFORM, _l("请在开奖以后登记。")), field="drawn_on")
    numbers = rules.parse_number(found.number_kind, typed)
    if isinstance(numbers, Reason):
        raise Refused(numbers, field="first")
    entry = DrawNumber(
        round=found,
        side=side,
        issue=issue.strip(),
        drawn_on=drawn_on,
        numbers=numbers,
        source=source.strip(),
        entered_at=now,
        entered_by_id=actor.user_id,
    )
    db.session.add(entry)
    record(
        "draw.enter_number",
        entry,
        actor=actor,
        now=now,
        side=side,
        issue=entry.issue,
        drawn_numbers=" + ".join(" ".join(f"{n:02d}" for n in group) for group in numbers),
        source=entry.source,
    )
    return entry
