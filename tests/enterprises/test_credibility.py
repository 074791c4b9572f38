"""Credibility: cases worked out by hand, and what must hold for any records whatever."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.credibility import (
    CREDIBILITY,
    CREDIBILITY_MUST_TENDER,
    Record,
    city_mean_of,
    credibility_at,
    is_regional_prize,
    is_shown,
    percent_counted,
    standing_at,
    state_at,
)
from app.enterprises.rules import ConductKind, RecordState

NOW = datetime(2009, 11, 18, 1, 0, tzinfo=UTC)  # 09:00 in the city
MEAN = Decimal("64.00")
FAR = date(2012, 1, 1)


def record(points, occurred_on=date(2009, 6, 1), expires_on=FAR, key="1", **more):
    return Record(key, occurred_on, expires_on, points, more.pop("matter", "测试事项"), "平房管〔2009〕1号", **more)


def several(*points, **more):
    return [record(p, key=str(i), **more) for i, p in enumerate(points)]


BY_HAND = [
    ("no records: between the base and the city", [], "72.00"),  # (800 + 640) / 20
    ("one good record of 5", several(5), "77.60"),  # 1940 / 25
    ("one bad record of 5", several(-5), "57.60"),  # 1440 / 25
    ("one good record of 10", several(10), "81.33"),  # 2440 / 30
    ("a year old to the day: 70 %", several(8, occurred_on=date(2008, 11, 18)), "78.13"),  # 2000 / 25.6 = 78.125
    ("a year old less a day: whole", several(8, occurred_on=date(2008, 11, 19)), "80.00"),  # 2240 / 28
    ("two years old to the day: 40 %", several(8, occurred_on=date(2007, 11, 18)), "75.86"),  # 1760 / 23.2
    ("the last day still counts", several(-10, expires_on=date(2009, 11, 18)), "48.00"),  # 1440 / 30
    ("the day after it does not", several(-10, expires_on=date(2009, 11, 17)), "72.00"),
    ("what has not happened yet does not", several(-10, occurred_on=date(2009, 11, 19)), "72.00"),
    ("revoked an hour ago", several(-10, revoked_at=NOW - timedelta(hours=1)), "72.00"),
    ("revoked an hour later", several(-10, revoked_at=NOW + timedelta(hours=1)), "48.00"),
    ("published only later", several(-10, known_at=NOW + timedelta(seconds=1)), "72.00"),
    ("good and bad", several(8, 3, 2, -2), "78.29"),  # 2740 / 35
    ("three grave ones", several(-10, -10, -10), "28.80"),  # 1440 / 50
    ("five of the highest", several(8, 8, 8, 8, 8), "90.67"),  # 5440 / 60
]


@pytest.mark.parametrize(("records", "score"), [case[1:] for case in BY_HAND], ids=[case[0] for case in BY_HAND])
def test_cases_worked_out_by_hand(records, score):
    assert credibility_at(records, NOW, MEAN).score == Decimal(score)


@pytest.mark.parametrize(
    ("occurred_on", "day", "percent"),
    [
        (date(2008, 2, 29), date(2009, 2, 28), 100),
        (date(2008, 2, 29), date(2009, 3, 1), 70),
        (date(2007, 2, 28), date(2008, 2, 29), 70),
        (date(2007, 3, 1), date(2008, 2, 29), 100),
        (date(2001, 1, 1), date(2009, 1, 1), 40),
    ],
)
def test_a_record_ages_on_its_anniversary(occurred_on, day, percent):
    assert percent_counted(occurred_on, day) == percent


def test_the_day_is_the_citys_day():
    last_day = record(-10, expires_on=date(2009, 11, 18))
    assert state_at(last_day, datetime(2009, 11, 18, 15, 59, 59, tzinfo=UTC)) is RecordState.IN_FORCE
    assert state_at(last_day, datetime(2009, 11, 18, 16, 0, tzinfo=UTC)) is RecordState.EXPIRED


def test_bad_conduct_is_shown_for_five_years_and_good_for_ever():
    assert is_shown(date(2004, 11, 19), -10, date(2009, 11, 18))
    assert not is_shown(date(2004, 11, 18), -10, date(2009, 11, 18))
    assert is_shown(date(1999, 1, 1), 8, date(2009, 11, 18))


@pytest.mark.parametrize(
    ("matter", "is_one"),
    [
        ("获得市级物业管理优秀项目", True),
        ("获得省级物业管理示范项目", True),
        ("被评为区级先进", True),
        ("获得国家级物业管理示范项目", False),
        ("接管无人管理楼院", False),
        ("积极参加社区抢险救灾受表彰", False),
    ],
)
def test_regional_prizes_are_told_from_their_words(matter, is_one):
    assert is_regional_prize(matter, 3) is is_one
    assert not is_regional_prize(matter, -3)


def test_where_tendering_is_obligatory_regional_prizes_are_shown_and_bring_nothing():
    prize, other = record(5, key="1", matter="获得省级物业管理示范项目"), record(2, key="2", matter="接管无人管理楼院")
    strict = credibility_at([prize, other], NOW, MEAN, rules=CREDIBILITY_MUST_TENDER)
    assert strict.score == credibility_at([other], NOW, MEAN).score
    shown = strict.part("regional")
    assert not shown.is_scored and shown.value == 0 and shown.sources[0].key == "conduct:1"
    assert "第三十二条" in str(shown.note)


def test_every_point_opens_to_a_dated_record():
    explained = credibility_at(several(8, -2), NOW, MEAN)
    good, bad = explained.part("good").sources[0], explained.part("bad").sources[0]
    assert (good.key, good.on, good.until, good.document) == ("conduct:0", date(2009, 6, 1), FAR, "平房管〔2009〕1号")
    assert good.effect == Decimal("9.21") and bad.effect == Decimal("-5.33")
    assert str(explained.formula) == "（80 × 10 ＋ 100 × 8 ＋ 0 × 2 ＋ 64.00 × 10）÷ 30 ＝ 74.67"


def test_the_explanation_becomes_plain_json_without_a_float():
    kept = credibility_at(several(8, -2), NOW, MEAN).as_dict()
    assert kept["score"] == "74.67"
    assert kept["version"] == CREDIBILITY.version
    assert kept["parts"][1]["sources"][0]["on"] == "2009-06-01"


def test_the_citys_mean_leaves_out_those_without_records_and_is_the_base_when_nobody_has_one():
    none, good, bad = standing_at([], NOW), standing_at(several(10), NOW), standing_at(several(-10), NOW)
    assert city_mean_of([]) == city_mean_of([none]) == Decimal("80.00")
    assert city_mean_of([none, good, bad]) == Decimal("65.00")  # (90 + 40) / 2


DAYS = st.dates(date(2003, 1, 1), date(2009, 11, 18))
RECORDS = st.builds(
    lambda points, occurred_on, days, key: record(points, occurred_on, occurred_on + timedelta(days=days), key),
    st.integers(-20, 20).filter(bool),
    DAYS,
    st.integers(0, 2000),
    st.uuids().map(str),
)
MEANS = st.decimals(0, 100, places=2)


@given(st.lists(RECORDS, max_size=12), RECORDS, MEANS)
def test_a_good_record_never_lowers_and_a_bad_one_never_raises(records, another, mean):
    before = credibility_at(records, NOW, mean).score
    after = credibility_at([*records, another], NOW, mean).score
    assert after >= before if another.kind is ConductKind.GOOD else after <= before


@given(st.lists(RECORDS, max_size=12), MEANS, st.randoms())
def test_order_does_not_matter(records, mean, random):
    shuffled = random.sample(records, len(records))
    assert credibility_at(records, NOW, mean) == credibility_at(shuffled, NOW, mean)


@given(st.lists(RECORDS, max_size=12), MEANS)
def test_records_out_of_force_have_no_effect(records, mean):
    in_force = [r for r in records if state_at(r, NOW) is RecordState.IN_FORCE]
    assert credibility_at(records, NOW, mean) == credibility_at(in_force, NOW, mean)


@given(st.lists(RECORDS, max_size=12), MEANS)
def test_the_score_stays_between_0_and_100_and_its_parts_add_up(records, mean):
    explained = credibility_at(records, NOW, mean)
    assert 0 <= explained.score <= 100
    assert sum(part.value for part in explained.parts) == explained.score
    assert all(part.value >= 0 for part in explained.parts)
    assert explained.score == standing_at(records, NOW).score(mean)


@given(st.lists(RECORDS, max_size=12), MEANS)
def test_a_better_city_never_makes_an_enterprise_worse(records, mean):
    better = min(mean + 5, Decimal(100))
    assert credibility_at(records, NOW, better).score >= credibility_at(records, NOW, mean).score


@given(st.integers(1, 10))
def test_the_more_records_the_nearer_to_ones_own_mark(count):
    records = several(*([8] * count))
    standing = standing_at(records, NOW)
    more = standing_at([*records, record(8, key="more")], NOW)
    low = Decimal(20)
    assert more.own_mark() - more.exact_score(low) < standing.own_mark() - standing.exact_score(low)


def test_no_weight_is_a_literal_of_the_formula():
    heavier = replace(CREDIBILITY, mean_weight=Decimal(30), base=Decimal(60))
    assert credibility_at([], NOW, MEAN, rules=heavier).score == Decimal("63.00")  # (600 + 1920) / 40
