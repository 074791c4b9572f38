"""Working-day calendars for the tests, from the official years."""

from datetime import date, timedelta

import chinese_calendar

from app.common.workdays import WorkdayCalendar


def official(*years: int, provisional: tuple[int, ...] = ()) -> WorkdayCalendar:
    exceptions = {}
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            if chinese_calendar.is_workday(day) != (day.weekday() < 5):
                exceptions[day] = chinese_calendar.is_workday(day)
            day += timedelta(days=1)
    return WorkdayCalendar({**dict.fromkeys(years, False), **dict.fromkeys(provisional, True)}, exceptions)


def keep_calendar(*years: int) -> None:
    """Write these official years into the test's database, without the twenty others that an operator would load."""
    from app.common.access import system_actor
    from app.common.audit import record
    from app.common.calendar_days import CalendarDay, CalendarYear
    from app.extensions import db
    from tests.factories import NOW

    calendar = official(*years)
    rows = [CalendarYear(year=year, is_provisional=False, source="国务院办公厅节假日安排") for year in years]
    db.session.add_all([*rows, *(CalendarDay(date=day, is_workday=worked) for day, worked in calendar.exceptions.items())])
    record("calendar.load", rows[0], actor=system_actor(), now=NOW, years=list(years))
