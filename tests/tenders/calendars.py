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
