"""What lists and rankings ask gives the same as the rules, for every enterprise of the sample."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.common.access import system_actor
from app.enterprises import actions, queries
from app.enterprises.capacity import CAPACITY_PUBLIC
from app.enterprises.credibility import CREDIBILITY, CREDIBILITY_MUST_TENDER, standing_at
from app.enterprises.models import ConductRecord, Enterprise
from tests.factories import NOW

INSTANTS = [NOW, datetime(2009, 11, 18, 16, 0, tzinfo=UTC), datetime(2010, 2, 28, 12, 0, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("rules", [CREDIBILITY, CREDIBILITY_MUST_TENDER, replace(CREDIBILITY, ageing=((1, 50),))])
def test_standings_of_the_database_equal_the_rules_own(directory, rules):
    rows = list(directory.scalars(select(ConductRecord)))
    for now in INSTANTS:
        found = queries.standings_at(now, rules)
        for enterprise_id in directory.scalars(select(Enterprise.id)):
            by_rule = standing_at([queries.as_record(r) for r in rows if r.enterprise_id == enterprise_id], now, rules)
            assert found.get(enterprise_id, queries.NO_RECORDS) == by_rule


def test_scores_of_a_list_equal_the_explained_ones(directory):
    changlv = queries.find_by_uscc("91410400LF8390KCXA")
    terms = {"name": "康居小区", "place": "卫东区", "area_centi": 9_000_000, "signed_on": date(2009, 11, 1), "since_on": date(2009, 11, 1)}
    actions.note_contract(changlv, reference="WD-1", until_on=None, **terms, actor=system_actor(), now=NOW)
    enterprises = list(directory.scalars(select(Enterprise).order_by(Enterprise.id)).unique())
    ids = [e.id for e in enterprises]
    scores, capacities = queries.credibility_scores(NOW), queries.capacity_scores(enterprises, NOW)
    explained, capacity = queries.credibility_of(ids, NOW), queries.capacity_of(ids, NOW)
    assert len(explained) == len(capacity) == 25
    assert all(scores.of(i) == explained[i].score and capacities[i] == capacity[i].score for i in ids)


def test_known_figures_of_the_sample(directory):
    assert queries.city_mean_at(NOW) == Decimal("64.30")
    by_name = {e.name: e.id for e in directory.scalars(select(Enterprise)).unique()}
    scores = queries.credibility_scores(NOW)
    assert scores.of(by_name["平顶山市宜家园物业服务有限公司"]) == Decimal("83.12")
    assert scores.of(by_name["平顶山市永安居物业服务有限公司"]) == Decimal("35.54")
    assert scores.of(by_name["平顶山市绿洲物业服务有限公司"]) == Decimal("72.15")  # no records: (800 + 643) / 20
    zhanxiang = by_name["平顶山市湛翔物业服务有限公司"]
    assert queries.capacity_of([zhanxiang], NOW)[zhanxiang].score == Decimal("75.64")
    assert queries.capacity_of([zhanxiang], NOW, rules=CAPACITY_PUBLIC)[zhanxiang].score == Decimal("53.33")


def test_before_the_records_were_published_nobody_had_any(directory):
    assert queries.standings_at(datetime(2009, 11, 18, 0, 59, tzinfo=UTC)) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("常绿", ["平顶山市常绿物业服务有限公司"]),
        ("建业", ["河南建业物业管理有限公司"]),
        ("河南 建业", ["河南建业物业管理有限公司"]),
        ("91410400lf", ["平顶山市常绿物业服务有限公司"]),
        ("９１４１０４００ＬＦ", ["平顶山市常绿物业服务有限公司"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("没有这家", []),
    ],
)
def test_two_characters_find_and_nothing_typed_is_a_wildcard(directory, text, names):
    found = queries.find_enterprises(text=text).order_by(Enterprise.id)
    assert [e.name for e in directory.scalars(found).unique()] == names


def test_a_district_finds_those_that_serve_it_and_those_that_serve_all(directory):
    found = directory.scalars(queries.find_enterprises(district="湛河区").order_by(Enterprise.id)).unique().all()
    assert len(found) == 19
    assert all({"湛河区", "全市"} & set(e.district_names) for e in found)
    assert queries.districts_in_use() == ["卫东区", "新华区", "湛河区"]
