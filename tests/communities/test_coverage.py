"""Coverage: the steps item by item, by mode and by record, and the SQL that counts them."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.communities import queries
from app.communities.coverage import ITEMS, Basis, Step, find_items, steps_by_mode, steps_reached
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from app.communities.search import like_pattern, search_terms, search_text
from app.extensions import db
from tests.communities.conftest import WEIDONG, XINHUA, ZHANHE, census_bytes
from tests.factories import NOW

M = ManagementMode
COLUMNS = [item.column for item in ITEMS if item.column]
facts = st.fixed_dictionaries(
    {c: st.sampled_from([None, True, False]) if c not in ("fee_fen", "service_level") else st.sampled_from([None, 2]) for c in COLUMNS}
)


@pytest.mark.parametrize(
    ("mode", "steps"),
    [
        (M.PROFESSIONAL, ["basic", "intermediate", "advanced"]),
        (M.UNIT_LOGISTICS, ["basic", "intermediate"]),
        (M.COMMUNITY_CUSTODY, ["basic"]),
        (M.SELF_MANAGED, ["basic"]),
        (M.CLEANING_ONLY, ["basic"]),
        (M.NONE, []),
    ],
)
def test_what_a_mode_implies_where_nobody_has_checked(mode, steps):
    assert [step.value for step in steps_by_mode(mode)] == steps
    assert [step.value for step in steps_reached(find_items(mode, {}))] == steps


def test_what_was_checked_counts_as_checked():
    assert steps_reached(find_items(M.PROFESSIONAL, {"has_lamps": False})) == [Step.BASIC]
    assert steps_reached(find_items(M.PROFESSIONAL, {"is_cleaned": False})) == []
    custody = {"has_guard": True, "has_lamps": True, "are_drains_kept": True, "has_agreement": True, "fee_fen": 20}
    assert steps_reached(find_items(M.COMMUNITY_CUSTODY, custody)) == [Step.BASIC, Step.INTERMEDIATE]


def test_each_finding_says_whether_it_was_recorded():
    findings = {f.item.key: f for f in find_items(M.UNIT_LOGISTICS, {"has_guard": False})}
    assert (findings["guard"].is_met, findings["guard"].is_recorded) == (False, True)
    assert (findings["drains"].is_met, findings["drains"].is_recorded) == (True, False)


@given(st.sampled_from(list(M)), facts)
def test_a_step_is_never_reached_without_those_below(mode, given_facts):
    reached = steps_reached(find_items(mode, given_facts))
    assert reached == list(Step)[: len(reached)]


def make(session, mode, number, **facts):
    compound = Compound(
        division_code="410402001001", name=f"{number}号院", households=1, area_centi=8000, mode=mode, search_text="", updated_at=NOW, **facts
    )  # fmt: skip
    session.add(compound)
    return compound


def test_the_database_counts_what_the_rules_say(session, divisions):
    from app.common.access import system_actor
    from app.common.audit import record
    from app.communities.models import Division
    from app.communities.rules import DivisionLevel

    session.add(Division(code="410402001001", name="安居社区", level=DivisionLevel.COMMUNITY, parent_code="410402001"))
    session.flush()
    choices = [None, True, False]
    cases = []
    for number, (mode, guard, lamps, cleaned, fee) in enumerate(itertools.product(M, choices, choices, choices, [None, 30])):
        given_facts = {
            "has_guard": guard,
            "has_lamps": lamps,
            "is_cleaned": cleaned,
            "fee_fen": fee,
            "service_level": 2 if number % 3 else None,
        }
        cases.append((mode, given_facts))
        last = make(session, mode, number, **given_facts)
    record("compound.correct", last, actor=system_actor(), now=NOW)
    session.commit()
    tally = queries.tallies("4104", (4,))["4104"]
    assert tally.compounds == len(cases)
    for step in Step:
        assert tally.steps[(Basis.CHECKED, step)] == sum(step in steps_reached(find_items(*case)) for case in cases), step
        assert tally.steps[(Basis.MODE, step)] == sum(step in steps_by_mode(mode) for mode, _ in cases), step
    for item in ITEMS:
        found = [next(f for f in find_items(*case) if f.item is item) for case in cases]
        recorded, presumed, not_met = tally.items[item.key]
        assert recorded == sum(f.is_met and f.is_recorded for f in found), item.key
        assert presumed == sum(f.is_met and not f.is_recorded for f in found), item.key
        assert not_met == sum(not f.is_met for f in found), item.key


def test_the_citys_coverage_is_computed_as_the_page_says(session, divisions, load_census):
    load_census(XINHUA, WEIDONG, ZHANHE)
    tallies = queries.tallies("", (0, 4, 6, 9, 12))
    city = tallies[""]
    assert city.compounds == 1115
    assert [city.modes[mode] for mode in (M.PROFESSIONAL, M.UNIT_LOGISTICS, M.CLEANING_ONLY, M.NONE)] == [176, 482, 166, 291]
    assert [city.steps[(Basis.MODE, step)] for step in Step] == [824, 658, 176]
    assert {length: sum(len(code) == length for code in tallies) for length in (4, 6, 9, 12)} == {4: 1, 6: 3, 9: 29, 12: 94}
    assert sum(tallies[code].compounds for code in tallies if len(code) == 12) == 1115


def test_points_are_gathered_into_cells_when_there_are_many(session, divisions, load_census):
    load_census(XINHUA)
    tally = queries.tallies("", (0,))[""]
    assert len(queries.points("", tally, 2000)) == 376
    gathered = queries.points("", tally, 50)
    assert 10 < len(gathered) < 120
    assert sum(number for *_, number, _name in gathered) == 376


@pytest.mark.parametrize(
    ("typed", "terms"), [("绿城  一期", ["绿城", "一期"]), ("Ａ区", ["a区"]), ("", []), ("a b c d e f", list("abcde"))]
)
def test_what_people_type_becomes_terms(typed, terms):
    assert search_terms(typed) == terms


def test_a_search_never_acts_as_a_wildcard():
    assert like_pattern("50%_\\") == "%50\\%\\_\\\\%"
    assert search_text("Ａ 区１号院", "安居社区") == "a 区1号院 安居社区"


def test_census_bytes_are_those_of_the_repository():
    assert census_bytes(XINHUA).startswith(b"PK")


def test_the_census_itself_stays_visible_beside_what_changed_since(session, divisions, load_census):
    from app.common.access import system_actor
    from app.communities import actions
    from app.communities.queries.since import census_of, changes_since_census

    load_census(XINHUA, WEIDONG, ZHANHE)
    unmanaged = session.scalars(session.query(Compound).filter_by(mode=M.NONE).order_by(Compound.id).limit(2).statement).all()
    for compound in unmanaged:
        actions.record_management(compound, mode=M.PROFESSIONAL, source="XH-2009-0001", actor=system_actor(), now=NOW)
    actions.record_management(unmanaged[0], mode=M.PROFESSIONAL, source="XH-2009-0002", fee_fen=80, actor=system_actor(), now=NOW)
    actions.new_compound(
        division_code=unmanaged[0].division_code, name="新院", households=10, area_centi=90_000, mode=M.NONE, now=NOW
    )  # fmt: skip
    session.commit()
    tallies, changes = queries.tallies("", (0, 4, 6, 12)), changes_since_census("")
    now, census = tallies[""], census_of(tallies[""], changes)
    assert (now.compounds, now.modes[M.PROFESSIONAL], now.modes[M.NONE]) == (1116, 178, 290)
    assert (census.compounds, census.modes[M.PROFESSIONAL], census.modes[M.NONE]) == (1115, 176, 291)
    assert (census.reached(Step.BASIC), census.changed, census.is_of_the_report) == (824, 3, True)
    community = unmanaged[0].division_code
    assert census_of(tallies[community], changes, community).changed == 2 + (unmanaged[1].division_code == community)
    assert census_of(tallies["410411"], changes, "410411").changed == 0


def import_again(modes: str, day, now):
    """A file of one compound."""
    from app.common.access import system_actor
    from app.common.imports.actions import import_at_once

    text = f"街道,社区,楼院名称,户数,建筑面积,管理方式\n曙光街街道,安居社区,一号院,10,900,{modes}\n"
    job = import_at_once("census", text.encode(), "底数.csv", as_of=day, accept_warnings=True, actor=system_actor(), now=now)
    db.session.commit()
    return job


def test_an_import_of_the_same_day_is_counted_among_the_changes_and_one_of_another_day_is_a_new_census(session, divisions):
    from app.communities.queries.since import changes_since_census

    first, second = date(2009, 6, 30), date(2009, 12, 31)
    import_again("失管", first, NOW)
    import_again("简单保洁", first, NOW + timedelta(days=1))
    assert [(c.before, c.now) for c in changes_since_census("")] == [(M.NONE, M.CLEANING_ONLY)]
    import_again("单位后勤", second, NOW + timedelta(days=60))
    assert changes_since_census("") == []


def test_an_import_that_leaves_the_mode_alone_does_not_hide_the_contract(client, clock, session, divisions):
    from app.common.access import system_actor
    from app.communities import actions
    from app.communities.queries.since import changes_since_census

    clock.set(NOW)
    import_again("失管", date(2009, 6, 30), NOW)
    compound = session.scalars(session.query(Compound).statement).one()
    actions.record_management(compound, mode=M.PROFESSIONAL, source="XH-2009-0001", actor=system_actor(), now=NOW)
    session.commit()
    import_again("失管", date(2009, 9, 30), NOW + timedelta(days=1))
    assert [(c.before, c.now) for c in changes_since_census("")] == [(M.NONE, M.PROFESSIONAL)]
    assert "合同、更正或后来的导入登记了 1 个楼院的变化" in client.get("/coverage").main
