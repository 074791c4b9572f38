"""The working-day calendar's table: official years from chinesecalendar, the coming year provisional, all editable."""

import datetime as dt
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
import holidays
from flask import g
from sqlalchemy import String, cast, delete, insert, null, select, union_all
from sqlalchemy.orm import Mapped, mapped_column

from app.common import audit
from app.common.access import Actor
from app.common.i18n import _l
from app.common.workdays import WorkdayCalendar
from app.extensions import db

FIRST_YEAR = 2004

DECREED = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利七十周年纪念日",
}

audit.label_events(
    {"calendar.load": _l("载入年度工作日历"), "calendar.edit": _l("修改工作日历")},
    {"date": _l("日期"), "is_workday": _l("是否工作日"), "years": _l("年度"), "note": _l("说明")},
    objects={"calendar_year": _l("工作日历")},
)


class CalendarYear(db.Model):
    """A year for which working days are known."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_provisional: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))


class CalendarDay(db.Model):
    """A day that differs from the week: a weekday off or a weekend day worked."""

    __tablename__ = "calendar_day"

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")


def load_calendar() -> WorkdayCalendar:
    """The calendar as it stands, read once a request."""
    if "workdays" not in g:
        years = select(CalendarYear.year, CalendarYear.is_provisional, cast(null(), CalendarDay.date.type))
        days = select(cast(null(), CalendarYear.year.type), CalendarDay.is_workday, CalendarDay.date)
        rows = db.session.execute(union_all(years, days)).all()
        g.workdays = WorkdayCalendar(
            {year: is_provisional for year, is_provisional, day in rows if day is None},
            {day: is_workday for _year, is_workday, day in rows if day is not None},
        )
    return g.workdays


def load_official_years(*, actor: Actor, now: datetime) -> list[int]:
    """Add the official years that the library knows, and the year after them from the statutory days, as provisional.

    Years that staff have already are left alone, except that a provisional one, with all its days, gives way to the decree.
    """
    known = {year.year: year for year in db.session.scalars(select(CalendarYear))}
    last = max(chinese_calendar.constants.holidays).year
    added, days = [], []
    for year in range(FIRST_YEAR, last + 2):
        is_provisional = year > last
        if year in known and (is_provisional or not known[year].is_provisional):
            continue
        if year in known:
            db.session.execute(delete(CalendarDay).where(CalendarDay.date.between(date(year, 1, 1), date(year, 12, 31))))
        db.session.merge(CalendarYear(year=year, is_provisional=is_provisional, source=_source(is_provisional)))
        days += _exceptions(year, is_provisional)
        added.append(year)
    if added:
        db.session.execute(insert(CalendarDay.__table__), [{"date": day, "is_workday": worked, "note": note} for day, worked, note in days])
        audit.record("calendar.load", db.session.get(CalendarYear, added[0]), actor=actor, now=now, years=added)
    g.pop("workdays", None)
    return added


def set_day(day: date, *, is_workday: bool, note: str, actor: Actor, now: datetime) -> CalendarDay:
    """Staff correct one day, with the paper that says so in the note."""
    year = db.session.get(CalendarYear, day.year)
    if year is None:
        year = CalendarYear(year=day.year, is_provisional=True, source=_source(is_provisional=True))
        db.session.add(year)
        for one, worked, holiday in _exceptions(day.year, True):
            db.session.merge(CalendarDay(date=one, is_workday=worked, note=holiday))
        db.session.flush()
    row = db.session.merge(CalendarDay(date=day, is_workday=is_workday, note=note))
    audit.record("calendar.edit", year, actor=actor, now=now, date=day.isoformat(), is_workday=is_workday, note=note)
    g.pop("workdays", None)
    return row


def _source(is_provisional: bool) -> str:
    return "法定节假日（放假安排公布前的暂定日历）" if is_provisional else "国务院办公厅节假日安排（chinesecalendar）"


@cache
def _exceptions(year: int, is_provisional: bool) -> tuple[tuple[date, bool, str], ...]:
    return tuple(_exceptions_of(year, is_provisional))


def _exceptions_of(year: int, is_provisional: bool) -> Iterator[tuple[date, bool, str]]:
    day = date(year, 1, 1)
    statutory = holidays.country_holidays("CN", years=year, language="zh_CN") if is_provisional else {}
    while day.year == year:
        if is_provisional:
            worked, note = day.weekday() < 5 and day not in statutory, statutory.get(day, "")
        else:
            worked = chinese_calendar.is_workday(day)
            _, name = chinese_calendar.get_holiday_detail(day)
            note = DECREED.get(name, "调休") if name else ""
        if worked != (day.weekday() < 5):
            yield day, worked, str(note)
        day += timedelta(days=1)
