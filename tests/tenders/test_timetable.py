"""The timetable against hand-counted tables around the long holidays, and its laws for any date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.refusal import Refused
from app.common.workdays import WorkdayCalendar
from app.tenders import timetable as t
from app.tenders.kinds import Regime
from app.tenders.parameters import sheet_for
from tests.tenders.calendars import official

CALENDAR = official(2008, 2009, 2010, 2025, 2026)
SHEET = sheet_for(Regime.COMMUNITY)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=t.ZONE).astimezone(UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("publish", "deadline"),
    [
        ("2009-11-18", "2009-12-08"),  # 20 days later is a Tuesday
        ("2009-09-11", "2009-10-09"),  # 1 October falls into National Day, eight days in 2009
        ("2009-01-06", "2009-02-01"),  # 26 January is Spring Festival; the Sunday after it is worked
        ("2026-09-11", "2026-10-08"),  # National Day, seven days in 2026
        ("2026-01-27", "2026-02-24"),  # Spring Festival, 15 to 23 February
        ("2026-08-31", "2026-09-20"),  # a Sunday that is worked
        ("2026-08-30", "2026-09-20"),  # 19 September is a Saturday, the worked Sunday follows
    ],
)
def test_the_earliest_deadline_is_twenty_days_on_and_a_working_day(publish, deadline):
    assert t.earliest_deadline_day(day(publish), CALENDAR, SHEET) == day(deadline)
    assert t.suggest_deadline(day(publish), CALENDAR, SHEET) == at(f"{deadline}T09:30")


@pytest.mark.parametrize(
    ("shown", "last"),
    [
        ("2009-11-18T09:00", "2009-11-23"),  # Wednesday: Thu, Fri, Sat; Saturday moves to Monday
        ("2009-11-16T23:59", "2009-11-19"),  # the publishing day never counts
        ("2009-09-28T10:00", "2009-10-09"),
        ("2026-09-16T10:00", "2026-09-20"),  # Saturday moves to the worked Sunday
        ("2026-09-18T10:00", "2026-09-21"),
        ("2026-02-12T10:00", "2026-02-24"),
    ],
)
def test_the_candidate_notice_lasts_three_whole_days_and_ends_with_a_working_day(shown, last):
    assert t.notice_end(at(shown), CALENDAR, SHEET) == at(f"{last}T00:00") + timedelta(days=1)


def test_nineteen_days_are_refused_and_the_sentence_names_the_first_lawful_day():
    reason = t.why_not_deadline(day("2009-11-18"), at("2009-12-07T09:30"), CALENDAR, SHEET)
    assert str(reason.text) == "自发布公告到投标截止只有 19 日，不足 20 日。"
    assert str(reason.basis) == "《招标投标法》第二十四条"
    assert "2009年12月8日" in str(reason.next)


def test_twenty_days_on_a_working_day_in_office_hours_are_lawful():
    assert t.why_not_deadline(day("2009-11-18"), at("2009-12-08T09:30"), CALENDAR, SHEET) is None


@pytest.mark.parametrize(
    ("deadline", "words"),
    [("2009-12-12T09:30", "不是工作日"), ("2009-12-09T03:00", "办公时间"), ("2010-02-15T09:30", "不是工作日")],
)
def test_a_deadline_on_which_nobody_can_come_is_refused(deadline, words):
    assert words in str(t.why_not_deadline(day("2009-11-18"), at(deadline), CALENDAR, SHEET).text)


def test_a_notice_is_filed_ten_days_before_it_is_published():
    assert "2009年11月28日" in str(t.why_not_publish_on(day("2009-11-27"), day("2009-11-18"), SHEET).text)
    assert t.why_not_publish_on(day("2009-11-28"), day("2009-11-18"), SHEET) is None


def test_under_budget_money_no_filing_in_advance_is_asked():
    assert t.why_not_publish_on(day("2009-11-18"), day("2009-11-18"), sheet_for(Regime.PUBLIC)) is None


def test_a_whole_timetable_counted_by_hand():
    dates = t.Dates(day("2009-11-18"), at("2009-12-08T09:30"))
    terms = {term.key: term.at for term in t.timetable(dates, CALENDAR, SHEET)}
    assert terms == {
        "publish": at("2009-11-18T09:00"),
        "questions": at("2009-11-21T09:30"),
        "clarify": at("2009-11-23T09:30"),
        "doc_objection": at("2009-11-28T09:30"),
        "deadline": at("2009-12-08T09:30"),
        "opening": at("2009-12-08T09:30"),
        "evaluation": at("2009-12-16T00:00"),  # five working days: to Tuesday the 15th, 24:00
        "candidates": at("2009-12-19T00:00"),  # the 18th is a Friday
        "notice_ends": at("2009-12-22T00:00"),  # the 21st is a Monday
        "award": at("2009-12-31T00:00"),  # report on the 15th and 15 days
        "award_filing": at("2010-01-15T00:00"),  # award on the 30th, 15 days
        "contract": at("2010-01-30T00:00"),
        "validity": at("2010-03-09T00:00"),
    }


def test_what_happened_replaces_what_was_planned():
    dates = t.Dates(
        day("2009-11-18"),
        at("2009-12-08T09:30"),
        published_at=at("2009-11-18T10:00"),
        opened_at=at("2009-12-08T09:41"),
        evaluated_at=at("2009-12-09T15:00"),
        candidates_public_at=at("2009-12-10T09:00"),
        notice_ends_at=at("2009-12-15T00:00"),
        awarded_at=at("2009-12-15T10:00"),
    )
    terms = {term.key: term for term in t.timetable(dates, CALENDAR, SHEET)}
    assert [key for key, term in terms.items() if term.is_fact] == [
        "publish",
        "opening",
        "evaluation",
        "candidates",
        "notice_ends",
        "award",
    ]
    assert terms["contract"].at == at("2010-01-15T00:00")


def test_bids_that_lapse_too_early_are_refused_with_the_days_that_are_needed():
    dates = t.Dates(day("2009-11-18"), at("2009-12-08T09:30"), bid_validity_days=30)
    reason = t.why_not_validity(dates, CALENDAR, SHEET)
    assert "太短" in str(reason.text)
    needed = int("".join(c for c in str(reason.next) if c.isdigit()))
    assert t.why_not_validity(t.Dates(day("2009-11-18"), at("2009-12-08T09:30"), bid_validity_days=needed), CALENDAR, SHEET) is None
    assert t.why_not_validity(t.Dates(day("2009-11-18"), at("2009-12-08T09:30"), bid_validity_days=needed - 1), CALENDAR, SHEET) is not None


def test_a_year_without_a_calendar_is_refused_with_a_sentence():
    with pytest.raises(Refused, match="2027 年的工作日历"):
        t.earliest_deadline_day(day("2026-12-20"), CALENDAR, SHEET)
    terms = {term.key: term for term in t.timetable(t.Dates(day("2026-12-01"), at("2026-12-21T09:30")), CALENDAR, SHEET)}
    assert terms["notice_ends"].at is None or terms["award"].unknown is not None
    assert any("2027" in str(term.unknown.text) for term in terms.values() if term.unknown)


def test_a_date_that_depends_on_a_provisional_year_says_so():
    calendar = WorkdayCalendar({2026: False, 2027: True}, CALENDAR.exceptions)
    terms = {term.key: term for term in t.timetable(t.Dates(day("2026-12-01"), at("2026-12-21T09:30")), calendar, SHEET)}
    assert terms["contract"].is_provisional
    assert not terms["deadline"].is_provisional


@pytest.mark.parametrize(("signed", "words"), [("2009-12-14", "早于定标"), ("2010-01-15", "应在"), ("2010-03-01", "还没有到")])
def test_a_contract_is_signed_within_thirty_days_of_the_award(signed, words):
    now = at("2010-02-01T09:00")
    assert words in str(t.why_not_signed_on(day(signed), at("2009-12-15T10:00"), now, CALENDAR, SHEET).text)
    assert t.why_not_signed_on(day("2010-01-14"), at("2009-12-15T10:00"), now, CALENDAR, SHEET) is None


PUBLISH = st.dates(date(2008, 1, 1), date(2009, 12, 1)) | st.dates(date(2025, 1, 1), date(2025, 12, 1))


@given(PUBLISH)
def test_every_suggested_deadline_is_lawful(publish):
    deadline = t.suggest_deadline(publish, CALENDAR, SHEET)
    assert t.why_not_deadline(publish, deadline, CALENDAR, SHEET) is None
    assert (t.local_day(deadline) - publish).days >= 20
    assert CALENDAR.is_workday(t.local_day(deadline))


@given(PUBLISH)
def test_no_working_day_before_the_suggested_deadline_is_lawful(publish):
    deadline = t.suggest_deadline(publish, CALENDAR, SHEET)
    assert t.why_not_deadline(publish, deadline - timedelta(days=1), CALENDAR, SHEET) is not None


@given(st.integers(0, 700 * 86_400).map(lambda seconds: datetime(2008, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)))
def test_every_notice_is_lawful_and_one_microsecond_less_is_not(shown):
    ends = t.notice_end(shown, CALENDAR, SHEET)
    assert t.why_not_notice_end(shown, ends, CALENDAR, SHEET) is None
    assert t.why_not_notice_end(shown, ends - timedelta(microseconds=1), CALENDAR, SHEET) is not None
    assert ends - shown > timedelta(days=3)
    assert ends.astimezone(t.ZONE).time() == datetime.min.time()


@given(PUBLISH, st.integers(0, 40))
def test_the_terms_of_a_timetable_keep_their_order(publish, later):
    deadline = t.suggest_deadline(publish + timedelta(days=later), CALENDAR, SHEET)
    terms = {term.key: term.at for term in t.timetable(t.Dates(publish, deadline), CALENDAR, SHEET)}
    order = [
        "publish",
        "questions",
        "clarify",
        "doc_objection",
        "deadline",
        "evaluation",
        "candidates",
        "notice_ends",
        "award",
        "award_filing",
        "contract",
    ]
    known = [terms[key] for key in order if terms[key] is not None]
    assert known == sorted(known)


def test_dates_beyond_reason_are_refused_in_words_and_draw_no_broken_table():
    sheet, far = SHEET, datetime(9999, 12, 31, 1, 30, tzinfo=UTC)
    assert "合理范围" in str(t.why_not_deadline(date(2009, 11, 30), far, CALENDAR, sheet).text)
    assert "合理范围" in str(t.why_not_deadline(date(9999, 12, 31), far, CALENDAR, sheet).text)
    assert "合理范围" in str(t.why_not_defence_on(date(9999, 12, 31), far, CALENDAR).text)
    dates = t.Dates(publish_on=date(9999, 12, 31), bid_deadline_at=far, bid_validity_days=999_999_999, defence_on=date(1, 1, 1))
    assert t.why_not_validity(dates, CALENDAR, sheet) is None
    assert next(term for term in t.timetable(dates, CALENDAR, sheet) if term.key == "deadline").at is None


def test_an_article_that_was_not_read_is_marked_wherever_it_is_named():
    sheet = sheet_for(Regime.COMMUNITY)
    reason = t.why_not_publish_on(date(2009, 11, 20), date(2009, 11, 18), sheet)
    assert str(reason.basis).endswith("第十一条（条文待核）")
    assert "待核" not in str(sheet.basis("bid_period_min_days"))
