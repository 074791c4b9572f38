"""Every date of a tender, from its publishing day and the working-day calendar; and why a date would be unlawful.

Counting (DOMAIN 2.9): the start day is not counted (民法典第二百零一条); a last day that is no working day moves to the
next one and ends at 24:00 (第二百零三条); "N days before the deadline" is N times 24 hours before its instant. Pure.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.common.workdays import WorkdayCalendar
from app.tenders.parameters import PLATFORM, WORKDAY, Setting, Sheet

ZONE = ZoneInfo("Asia/Shanghai")
OPENING_TIME = time(9, 30)
OFFICE_HOURS = (time(8, 0), time(18, 0))
COUNTING = _l("《民法典》第二百零一条、第二百零三条")


@dataclass(frozen=True)
class Dates:
    """What is known of a tender's dates: what is planned, and what has happened."""

    publish_on: date | None
    bid_deadline_at: datetime | None
    bid_validity_days: int = 90
    defence_on: date | None = None
    published_at: datetime | None = None
    opened_at: datetime | None = None
    evaluated_at: datetime | None = None
    candidates_public_at: datetime | None = None
    notice_ends_at: datetime | None = None
    awarded_at: datetime | None = None
    award_filed_at: datetime | None = None
    contracted_at: datetime | None = None


@dataclass(frozen=True)
class Term:
    """One line of the timetable. `at` is the last instant; a term that ends with a day ends at the next midnight."""

    key: str
    label: Any
    at: datetime | None
    basis: Any = ""
    counting: Any = ""
    """How the date was counted, in words."""
    is_end_of_day: bool = False
    is_fact: bool = False
    """It happened then; otherwise it is a plan or the latest lawful date."""
    is_provisional: bool = False
    """It depends on a year whose holidays have not been decreed yet."""
    unknown: Reason | None = None
    """Why the date can't be computed (a year without a calendar)."""


def local_day(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def instant_of(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 of a local day."""
    return instant_of(day + timedelta(days=1), time(0, 0))


def last_day(start: date, setting: Setting, calendar: WorkdayCalendar) -> date:
    """Last day of a period that begins the day after `start`. Raises Refused for a year without a calendar."""
    if setting.unit == WORKDAY:
        return calendar.add_workdays(start, setting.value)
    return calendar.roll_forward(start + timedelta(days=setting.value))


def notice_end(candidates_public_at: datetime, calendar: WorkdayCalendar, sheet: Sheet) -> datetime:
    """End of the candidate notice: whole days after the publishing day, the last one a working day, at 24:00."""
    return end_of(last_day(local_day(candidates_public_at), sheet.setting("candidate_notice_days"), calendar))


def answer_due(raised_at: datetime, calendar: WorkdayCalendar, sheet: Sheet) -> datetime:
    return end_of(last_day(local_day(raised_at), sheet.setting("objection_answer_days"), calendar))


def earliest_deadline_day(publish_on: date, calendar: WorkdayCalendar, sheet: Sheet) -> date:
    return calendar.roll_forward(publish_on + timedelta(days=sheet["bid_period_min_days"]))


def suggest_deadline(publish_on: date, calendar: WorkdayCalendar, sheet: Sheet) -> datetime:
    """The earliest lawful deadline, in the morning of a working day."""
    return instant_of(earliest_deadline_day(publish_on, calendar, sheet), OPENING_TIME)


def earliest_publish_day(submitted_on: date, sheet: Sheet) -> date:
    return submitted_on + timedelta(days=sheet["filing_lead_days"])


def suggest_publish_day(submitted_on: date, calendar: WorkdayCalendar, sheet: Sheet) -> date:
    """A working day, with a day of grace for the filing itself."""
    return calendar.roll_forward(earliest_publish_day(submitted_on, sheet) + timedelta(days=1))


SENSIBLE_YEARS = range(1949, 2201)
LONGEST_VALIDITY = 3650
"""Days; beyond these bounds no tender's date lies, and sums of days would overflow."""

BEYOND_REASON = Reason(_l("日期超出合理范围。"), next=_l("请核对年份，填写 1949 年至 2200 年之间的日期。"))


def _is_sensible(day: date | datetime | None) -> bool:
    return day is None or day.year in SENSIBLE_YEARS


def _sensible(dates: Dates) -> Dates:
    """Planned dates beyond reason count as not planned."""
    planned = {name: None for name in ("publish_on", "bid_deadline_at", "defence_on") if not _is_sensible(getattr(dates, name))}
    return replace(dates, bid_validity_days=min(dates.bid_validity_days, LONGEST_VALIDITY), **planned)


# --- why not ---------------------------------------------------------------------------------------------------------


def why_not_publish_on(publish_on: date, submitted_on: date, sheet: Sheet) -> Reason | None:
    """Filing precedes publication by the lead days of the regime."""
    earliest = earliest_publish_day(submitted_on, sheet)
    if publish_on < earliest:
        return Reason(
            _l(
                "招标文件须在发布公告 %(days)d 日前报备案，最早可于 %(day)s 发布。",
                days=sheet["filing_lead_days"],
                day=day_in_words(earliest),
            ),
            basis=sheet.basis("filing_lead_days"),
            next=_l("请把发布日期改到这一天或以后。"),
        )
    return None


def why_not_deadline(publish_on: date, bid_deadline_at: datetime, calendar: WorkdayCalendar, sheet: Sheet) -> Reason | None:
    """Twenty days from issue to deadline, on a working day, in office hours. Raises Refused for a year without a calendar."""
    if not (_is_sensible(publish_on) and _is_sensible(bid_deadline_at)):
        return BEYOND_REASON
    here = bid_deadline_at.astimezone(ZONE)
    least = sheet["bid_period_min_days"]
    if (here.date() - publish_on).days < least:
        return Reason(
            _l(
                "自发布公告到投标截止只有 %(days)d 日，不足 %(least)d 日。",
                days=max(0, (here.date() - publish_on).days),
                least=least,
            ),
            basis=sheet.basis("bid_period_min_days"),
            next=_l("请把投标截止改到 %(day)s 或以后。", day=day_in_words(earliest_deadline_day(publish_on, calendar, sheet))),
        )
    if not calendar.is_workday(here.date()):
        return Reason(
            _l("%(day)s 不是工作日，投标人无法到场参加开标。", day=day_in_words(here.date())),
            basis=COUNTING,
            next=_l("请把投标截止改到 %(day)s 或以后的工作日。", day=day_in_words(calendar.roll_forward(here.date()))),
        )
    if not OFFICE_HOURS[0] <= here.time() <= OFFICE_HOURS[1]:
        return Reason(
            _l("投标截止即开标，时间须在办公时间（8:00 至 18:00）内。"),
            basis=PLATFORM,
            next=_l("请改为办公时间，例如 09:30。"),
        )
    return None


def why_not_defence_on(defence_on: date, bid_deadline_at: datetime, calendar: WorkdayCalendar) -> Reason | None:
    if not (_is_sensible(defence_on) and _is_sensible(bid_deadline_at)):
        return BEYOND_REASON
    if defence_on < local_day(bid_deadline_at):
        return Reason(
            _l("现场答辩不能早于开标日（%(day)s）。", day=day_in_words(local_day(bid_deadline_at))),
            basis=_l("《前期物业管理招标投标管理暂行办法》第三十二条"),
            next=_l("请改为开标当日或以后。"),
        )
    if not calendar.is_workday(defence_on):
        return Reason(
            _l("%(day)s 不是工作日。", day=day_in_words(defence_on)),
            basis=PLATFORM,
            next=_l("请改为 %(day)s 或以后的工作日。", day=day_in_words(calendar.roll_forward(defence_on))),
        )
    return None


def why_not_validity(dates: Dates, calendar: WorkdayCalendar, sheet: Sheet) -> Reason | None:
    """The award must be possible the lead days before bids lapse, with the steps before it at their latest."""
    dates = _sensible(dates)
    terms = {term.key: term for term in timetable(dates, calendar, sheet)}
    notice, limit = terms["notice_ends"].at, _award_limit(dates, sheet)
    if notice is not None and limit is not None and notice >= limit:
        needed = (local_day(notice) - local_day(dates.bid_deadline_at)).days + sheet["award_lead_before_validity_days"]
        return Reason(
            _l(
                "投标有效期 %(days)d 日太短，公示期满时距有效期届满已不足 %(lead)d 日。",
                days=dates.bid_validity_days,
                lead=sheet["award_lead_before_validity_days"],
            ),
            basis=sheet.basis("award_lead_before_validity_days"),
            next=_l("请把投标有效期改为 %(days)d 日或以上。", days=needed),
        )
    return None


def why_not_notice_end(candidates_public_at: datetime, ends_at: datetime, calendar: WorkdayCalendar, sheet: Sheet) -> Reason | None:
    """A notice may run longer than the law's days, never shorter, and ends with a working day."""
    least = notice_end(candidates_public_at, calendar, sheet)
    if ends_at < least:
        return Reason(
            _l(
                "公示期不足 %(days)d 个整日，最早到 %(day)s 24:00 期满。",
                days=sheet["candidate_notice_days"],
                day=day_in_words(_closing_day(least)),
            ),
            basis=sheet.basis("candidate_notice_days"),
            next=_l("请把公示期满改到这一天或以后。"),
        )
    if not calendar.is_workday(_closing_day(ends_at)):
        return Reason(
            _l("公示期最后一日 %(day)s 不是工作日。", day=day_in_words(_closing_day(ends_at))),
            basis=COUNTING,
            next=_l("请改到 %(day)s。", day=day_in_words(calendar.roll_forward(_closing_day(ends_at)))),
        )
    return None


def why_not_signed_on(signed_on: date, awarded_at: datetime, now: datetime, calendar: WorkdayCalendar, sheet: Sheet) -> Reason | None:
    """A contract is signed after the award and within its days; a later one is refused unless the bureau is told why."""
    if signed_on < local_day(awarded_at):
        return Reason(_l("合同签订日期早于定标日期（%(day)s）。", day=day_in_words(local_day(awarded_at))), next=_l("请核对合同上的日期。"))
    if signed_on > local_day(now):
        return Reason(_l("合同签订日期还没有到。"), next=_l("请在签订之后登记。"))
    limit = contract_due(awarded_at, calendar, sheet)
    if signed_on > _closing_day(limit):
        return Reason(
            _l("合同应在 %(day)s 前签订。", day=day_in_words(_closing_day(limit))),
            basis=sheet.basis("contract_days"),
            next=_l("请写明逾期签订的原因。"),
        )
    return None


def contract_due(awarded_at: datetime, calendar: WorkdayCalendar, sheet: Sheet) -> datetime:
    return end_of(last_day(local_day(awarded_at), sheet.setting("contract_days"), calendar))


def _closing_day(end: datetime) -> date:
    """The day that a 24:00 belongs to."""
    return local_day(end - timedelta(microseconds=1))


def day_in_words(day: date) -> Any:
    return _l("%(year)d年%(month)d月%(day)d日", year=day.year, month=day.month, day=day.day)


# --- the whole timetable -----------------------------------------------------------------------------------------------


def _award_limit(dates: Dates, sheet: Sheet) -> datetime | None:
    if dates.bid_deadline_at is None:
        return None
    return end_of(local_day(dates.bid_deadline_at) + timedelta(days=dates.bid_validity_days - sheet["award_lead_before_validity_days"]))


class _Table:
    """Collects terms; a term that needs an unknown year, or stands on such a term, says so instead of a date."""

    def __init__(self, calendar: WorkdayCalendar, sheet: Sheet):
        self.calendar, self.sheet, self.terms = calendar, sheet, []

    def fact(self, key, label, at, basis="", counting="", is_end_of_day=False) -> datetime | None:
        self.terms.append(Term(key, label, at, basis, counting, is_end_of_day=is_end_of_day, is_fact=True))
        return at

    def plan(self, key, label, at, basis="", counting="") -> datetime | None:
        self.terms.append(Term(key, label, at, basis, counting))
        return at

    def before(self, key, label, anchor: datetime | None, parameter: str) -> None:
        days = self.sheet[parameter]
        at = anchor - timedelta(days=days) if anchor is not None else None
        self.terms.append(Term(key, label, at, self.sheet.basis(parameter), _l("投标截止前 %(days)d 日", days=days)))

    def within(self, key, label, anchor: datetime | None, parameter: str, counting, *, no_later: datetime | None = None) -> datetime | None:
        """The end of the last day of a period that runs from the anchor's day."""
        setting = self.sheet.setting(parameter)
        unknown, at, is_provisional = None, None, False
        if anchor is not None:
            start = _closing_day(anchor) if anchor.astimezone(ZONE).time() == time(0) else local_day(anchor)
            try:
                day = last_day(start, setting, self.calendar)
            except Refused as refused:
                unknown = refused.reason
            else:
                at = end_of(day)
                is_provisional = any(self.calendar.is_provisional(year) for year in range(start.year, day.year + 1))
                if no_later is not None and no_later < at:
                    at, is_provisional = no_later, False
        self.terms.append(Term(key, label, at, setting.basis, counting, is_end_of_day=True, is_provisional=is_provisional, unknown=unknown))
        return at


def timetable(dates: Dates, calendar: WorkdayCalendar, sheet: Sheet) -> list[Term]:
    """All terms in their order. What has happened is a fact; what has not is the latest date that the law allows."""
    dates = _sensible(dates)
    table = _Table(calendar, sheet)
    publish = dates.published_at or (instant_of(dates.publish_on, time(9, 0)) if dates.publish_on else None)
    if dates.published_at:
        table.fact("publish", _l("发布招标公告"), publish, _l("《招标投标法》第十六条"))
    else:
        table.plan("publish", _l("发布招标公告"), publish, _l("《招标投标法》第十六条"), _l("计划"))
    deadline = dates.bid_deadline_at
    table.before("questions", _l("投标人提问截止"), deadline, "question_lead_days")
    table.before("clarify", _l("澄清、修改招标文件截止"), deadline, "clarify_lead_days")
    table.before("doc_objection", _l("对招标文件提出异议截止"), deadline, "doc_objection_lead_days")
    table.plan(
        "deadline",
        _l("投标截止"),
        deadline,
        sheet.basis("bid_period_min_days"),
        _l("自发布公告起不少于 %(days)d 日", days=sheet["bid_period_min_days"]),
    )
    if dates.opened_at:
        table.fact("opening", _l("开标"), dates.opened_at, _l("《招标投标法》第三十四条"))
    else:
        table.plan("opening", _l("开标"), deadline, _l("《招标投标法》第三十四条"), _l("与投标截止同一时间"))
    if dates.defence_on:
        table.plan("defence", _l("现场答辩"), instant_of(dates.defence_on, time(9, 0)), _l("招标文件"), _l("计划"))
    report = _evaluation(table, dates, deadline)
    shown = _candidates(table, dates, report)
    ends = _notice(table, dates, shown)
    award = _award(table, dates, report, ends, sheet)
    if dates.award_filed_at:
        table.fact("award_filing", _l("定标备案"), dates.award_filed_at, sheet.basis("award_filing_days"))
    else:
        table.within(
            "award_filing", _l("定标备案"), award, "award_filing_days", _l("定标后 %(days)d 日内", days=sheet["award_filing_days"])
        )
    if dates.contracted_at:
        table.fact("contract", _l("签订合同"), dates.contracted_at, sheet.basis("contract_days"))
    else:
        table.within("contract", _l("签订合同"), award, "contract_days", _l("定标后 %(days)d 日内", days=sheet["contract_days"]))
    lapse = end_of(local_day(deadline) + timedelta(days=dates.bid_validity_days)) if deadline else None
    table.terms.append(
        Term(
            "validity",
            _l("投标有效期届满"),
            lapse,
            _l("招标文件"),
            _l("投标截止后 %(days)d 日", days=dates.bid_validity_days),
            is_end_of_day=True,
        )
    )
    return table.terms


def _evaluation(table: _Table, dates: Dates, deadline):
    if dates.evaluated_at:
        return table.fact("evaluation", _l("评标完成"), dates.evaluated_at)
    anchor = dates.opened_at or deadline
    if dates.defence_on and anchor is not None:
        anchor = max(anchor, instant_of(dates.defence_on, time(9, 0)))
    days = table.sheet["evaluation_plan_workdays"]
    return table.within("evaluation", _l("评标完成"), anchor, "evaluation_plan_workdays", _l("计划 %(days)d 个工作日", days=days))


def _candidates(table: _Table, dates: Dates, report):
    days = table.sheet["candidate_publish_days"]
    if dates.candidates_public_at:
        return table.fact("candidates", _l("公示中标候选人"), dates.candidates_public_at, table.sheet.basis("candidate_publish_days"))
    return table.within("candidates", _l("公示中标候选人"), report, "candidate_publish_days", _l("收到评标报告后 %(days)d 日内", days=days))


def _notice(table: _Table, dates: Dates, shown):
    days, basis = table.sheet["candidate_notice_days"], table.sheet.basis("candidate_notice_days")
    counting = _l("公示 %(days)d 个整日，最后一日为工作日", days=days)
    if dates.notice_ends_at:
        return table.fact("notice_ends", _l("公示期满"), dates.notice_ends_at, basis, counting, is_end_of_day=True)
    return table.within("notice_ends", _l("公示期满"), shown, "candidate_notice_days", counting)


def _award(table: _Table, dates: Dates, report, ends, sheet: Sheet):
    if dates.awarded_at:
        return table.fact("award", _l("定标"), dates.awarded_at, sheet.basis("award_decide_days"))
    days = sheet["award_decide_days"]
    unit = (
        _l("收到评标报告后 %(days)d 个工作日内", days=days)
        if sheet.setting("award_decide_days").unit == WORKDAY
        else _l("收到评标报告后 %(days)d 日内", days=days)
    )
    return table.within("award", _l("定标"), report, "award_decide_days", unit, no_later=_award_limit(dates, sheet))
