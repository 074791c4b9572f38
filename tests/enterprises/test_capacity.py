"""Capacity: cases worked out by hand, and what must hold for any load whatever."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.capacity import (
    CAPACITY,
    CAPACITY_PUBLIC,
    CapacityFacts,
    Contract,
    Fact,
    capacity_at,
    capacity_score,
    load_on,
)
from app.enterprises.rules import FACT_SHAPES, FactName

NOW = datetime(2009, 11, 18, 1, 0, tzinfo=UTC)
TODAY = date(2009, 11, 18)
STATED = date(2009, 9, 30)
M2 = 100


def facts(staff=10, technicians=3, certified_managers=2, projects=2, area_m2=20_000, districts=("湛河区",)):
    numbers = {
        FactName.STAFF: staff,
        FactName.TECHNICIANS: technicians,
        FactName.CERTIFIED_MANAGERS: certified_managers,
        FactName.PROJECTS: projects,
        FactName.MANAGED_AREA: None if area_m2 is None else area_m2 * M2,
    }
    return CapacityFacts(
        {name: Fact(value, STATED, "第一批推荐名单") for name, value in numbers.items()}, frozenset(districts), STATED, "第一批推荐名单"
    )


def contract(area_m2, since_on=date(2009, 10, 20), until_on=date(2012, 10, 19), key="1"):
    return Contract(key, "康居小区", area_m2 * M2, since_on, until_on, "WD-2009-0001")


BY_HAND = [
    ("a light load", facts(), (), "100.00"),  # 2,000 m² each; 2 / 2; 3 of the 0.6 that 20,000 m² ask for
    ("half of everything", facts(area_m2=40_000, certified_managers=1, technicians=0), (), "40.63"),  # (50·40 + 50·25 + 0·15) / 80 = 40.625
    ("the heaviest load", facts(area_m2=60_000), (), "50.00"),  # (0·40 + 100·25 + 100·15) / 80
    ("heavier than the heaviest is not below nothing", facts(area_m2=600_000, technicians=0), (), "31.25"),  # 25 / 80
    ("nobody", facts(staff=0, technicians=0, certified_managers=0), (), "0.00"),
    ("nothing to look after yet", facts(projects=0, area_m2=0), (), "100.00"),
    ("nothing stated", facts(None, None, None, None, None), (), "0.00"),
    ("a district of the tender that is served", facts(), ("湛河区",), "100.00"),
    ("a district that is not", facts(), ("新华区",), "80.00"),
    ("one of two", facts(), ("湛河区", "新华区"), "90.00"),
    ("the whole city serves any", facts(districts=("全市",)), ("湛河区", "新华区"), "100.00"),
]


@pytest.mark.parametrize(("stated", "districts", "score"), [case[1:] for case in BY_HAND], ids=[case[0] for case in BY_HAND])
def test_cases_worked_out_by_hand(stated, districts, score):
    assert capacity_at(stated, [], NOW, districts=districts).score == Decimal(score)
    assert capacity_score(stated, [], NOW, districts=districts) == Decimal(score)


LOADS = [
    ("signed since the statement: added", contract(5_000), 25_000, 3),
    ("signed before it: in the statement already", contract(5_000, since_on=STATED), 20_000, 2),
    ("ended since the statement: taken off", contract(5_000, date(2008, 1, 1), date(2009, 11, 17)), 15_000, 1),
    ("last day today: still carried", contract(5_000, date(2008, 1, 1), TODAY), 20_000, 2),
    ("ended before the statement: not in it", contract(5_000, date(2008, 1, 1), date(2009, 9, 1)), 20_000, 2),
    ("signed and ended since: nothing", contract(5_000, date(2009, 10, 1), date(2009, 11, 1)), 20_000, 2),
    ("not signed yet", contract(5_000, date(2009, 11, 19)), 20_000, 2),
    ("open-ended", contract(5_000, until_on=None), 25_000, 3),
]


@pytest.mark.parametrize(("taken", "area_m2", "projects"), [case[1:] for case in LOADS], ids=[case[0] for case in LOADS])
def test_contracts_since_the_statement_move_the_load(taken, area_m2, projects):
    load = load_on(facts(), [taken], TODAY)
    assert (load.area_centi, load.projects) == (area_m2 * M2, projects)


def test_the_tender_at_hand_is_part_of_the_load():
    assert capacity_at(facts(), [], NOW, taking_centi=20_000 * M2).part("load").mark == Decimal("50.00")
    assert capacity_at(facts(), [], NOW, taking_centi=20_000 * M2).part("managers").mark == Decimal("66.67")


def test_where_budget_money_pays_size_is_shown_and_brings_nothing():
    explained = capacity_at(facts(area_m2=40_000, certified_managers=1), [], NOW, districts=("新华区",), rules=CAPACITY_PUBLIC)
    assert explained.score == Decimal("50.00")
    load = explained.part("load")
    assert load.mark == Decimal("50.00") and load.value == 0 and not load.is_scored
    assert "第十七条" in str(load.note)


def test_what_was_not_stated_counts_nothing_and_says_so():
    part = capacity_at(facts(certified_managers=None), [], NOW).part("managers")
    assert part.value == 0 and "没有申报" in str(part.note)


def test_every_part_opens_to_a_dated_source():
    explained = capacity_at(facts(), [contract(5_000)], NOW)
    sources = explained.part("load").sources
    assert [s.key for s in sources] == ["fact:staff", "fact:managed_area_centi", "contract:1"]
    assert sources[0].on == STATED and sources[0].document == "第一批推荐名单" and str(sources[0].value) == "10 人"
    assert sources[2].on == date(2009, 10, 20) and str(sources[2].value) == "＋0.5 万 m²"
    assert str(explained.formula) == "（87.5 × 40 ＋ 66.67 × 25 ＋ 100 × 15）÷ 80 ＝ 83.33"


COUNTS = st.one_of(st.none(), st.integers(0, 2000))
FACTS = st.builds(facts, COUNTS, COUNTS, COUNTS, st.one_of(st.none(), st.integers(0, 100)), st.one_of(st.none(), st.integers(0, 6_000_000)))
CONTRACTS = st.lists(
    st.builds(
        contract,
        st.integers(1, 500_000),
        st.dates(date(2006, 1, 1), date(2010, 12, 31)),
        st.one_of(st.none(), st.dates(date(2006, 1, 1), date(2012, 12, 31))),
        st.uuids().map(str),
    ),
    max_size=8,
)
WHERE = st.sampled_from([(), ("湛河区",), ("新华区", "湛河区")])
RULES = st.sampled_from([CAPACITY, CAPACITY_PUBLIC])


@given(FACTS, CONTRACTS, WHERE, RULES)
def test_the_score_stays_between_0_and_100_and_its_parts_add_up(stated, contracts, districts, rules):
    explained = capacity_at(stated, contracts, NOW, districts=districts, rules=rules)
    assert 0 <= explained.score <= 100
    assert sum(part.value for part in explained.parts) == explained.score
    assert explained.score == capacity_score(stated, contracts, NOW, districts=districts, rules=rules)


@given(FACTS, CONTRACTS, WHERE, st.randoms())
def test_order_does_not_matter(stated, contracts, districts, random):
    shuffled = random.sample(contracts, len(contracts))
    assert capacity_at(stated, contracts, NOW, districts=districts) == capacity_at(stated, shuffled, NOW, districts=districts)


@given(FACTS, WHERE, st.sampled_from([FactName.STAFF, FactName.TECHNICIANS, FactName.CERTIFIED_MANAGERS]))
def test_more_people_never_lower_it(stated, districts, name):
    before = stated.number(name)
    more = replace(stated, numbers={**stated.numbers, name: replace(before, value=(before.value or 0) + 1)})
    assert capacity_score(more, [], NOW, districts=districts) >= capacity_score(stated, [], NOW, districts=districts)


@given(FACTS, WHERE, st.integers(0, 1_000_000))
def test_more_load_never_raises_it(stated, districts, taking):
    before = capacity_score(stated, [], NOW, districts=districts)
    assert capacity_score(stated, [], NOW, districts=districts, taking_centi=taking) <= before


@given(FACTS, CONTRACTS, WHERE, st.sampled_from([n for n in FactName if FACT_SHAPES[n].is_scale]), COUNTS)
def test_where_budget_money_pays_no_scale_fact_moves_the_score(stated, contracts, districts, name, value):
    other = replace(stated, numbers={**stated.numbers, name: Fact(value, STATED)})
    score = capacity_score(stated, contracts, NOW, districts=districts, rules=CAPACITY_PUBLIC)
    assert capacity_score(other, contracts, NOW, districts=districts, rules=CAPACITY_PUBLIC) == score
