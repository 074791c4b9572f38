"""Working days over the official calendar; a year without data is refused, never guessed."""

from datetime import date

import pytest

from app.common.access import system_actor
from app.common.calendar_days import CalendarYear, load_calendar, load_official_years, set_day
from app.common.clock import wall
from app.common.refusal import Refused
from app.common.workdays import WorkdayCalendar
from app.extensions import db

PLAIN = WorkdayCalendar({2026: False}, {date(2026, 9, 20): True, date(2026, 9, 25): False})


def test_single_days_overrule_the_week():
    assert PLAIN.is_workday(date(2026, 9, 20)) and not PLAIN.is_workday(date(2026, 9, 25))
    assert PLAIN.is_workday(date(2026, 9, 18)) and not PLAIN.is_workday(date(2026, 9, 19))


def test_a_year_without_a_calendar_is_refused_and_says_who_can_help():
    with pytest.raises(Refused) as refused:
        PLAIN.add_workdays(date(2026, 12, 31), 1)
    assert "2027" in str(refused.value.reason.text) and "工作日历" in str(refused.value.reason.next)


@pytest.fixture
def calendar(session):
    load_official_years(actor=system_actor(), now=wall())
    session.commit()
    return load_calendar()


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 9, 18), 3, date(2026, 9, 22)),
        (date(2026, 9, 29), 5, date(2026, 10, 12)),
        (date(2026, 2, 13), 3, date(2026, 2, 25)),
        (date(2026, 4, 29), 3, date(2026, 5, 7)),
        (date(2009, 9, 30), 1, date(2009, 10, 9)),
    ],
)
def test_working_days_agree_with_the_decrees(calendar, start, count, end):
    assert calendar.add_workdays(start, count) == end


def test_the_coming_year_is_provisional_and_gives_way_to_what_staff_enter(calendar, session):
    last = max(calendar.years)
    assert calendar.is_provisional(last) and not calendar.is_provisional(last - 1)
    day = next(d for d in (date(last, 3, n) for n in range(1, 8)) if d.weekday() == 2)
    set_day(day, is_workday=False, note="国办发明电", actor=system_actor(), now=wall())
    session.commit()
    assert not load_calendar().is_workday(day)


def test_loading_twice_changes_nothing(calendar, session):
    assert load_official_years(actor=system_actor(), now=wall()) == []
    assert session.get(CalendarYear, 2004) is not None
    db.session.rollback()


def test_a_provisional_year_gives_way_to_the_decree_with_all_its_days(calendar, session):
    decreed = max(calendar.years) - 1
    session.get(CalendarYear, decreed).is_provisional = True
    a_plain_day = next(date(decreed, 3, n) for n in range(1, 8) if date(decreed, 3, n).weekday() == 2)
    set_day(a_plain_day, is_workday=False, note="暂定", actor=system_actor(), now=wall())
    session.commit()
    assert load_official_years(actor=system_actor(), now=wall()) == [decreed]
    session.commit()
    after = load_calendar()
    assert not after.is_provisional(decreed) and after.is_workday(a_plain_day)
    assert not after.is_workday(date(decreed, 10, 1)) and after.is_workday(date(decreed, 12, 31)) == calendar.is_workday(
        date(decreed, 12, 31)
    )


def test_a_year_opened_by_one_day_has_its_statutory_days(calendar, session):
    year = max(calendar.years) + 2
    set_day(date(year, 12, 30), is_workday=True, note="国办发明电", actor=system_actor(), now=wall())
    session.commit()
    opened = load_calendar()
    assert opened.is_provisional(year) and not opened.is_workday(date(year, 10, 1))
