"""The bureau's own files: three layouts, 1,115 compounds, and fifteen defects each found and named."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from app.common.imports.reader import read_table
from app.communities.census.fields import district_in, street_in
from app.communities.census.importing import CensusImport
from app.communities.census.places import Gazetteer, Place
from app.communities.census.planning import place_rows, rows_to_place
from app.communities.census.rows import settled
from app.communities.rules import LEVEL_OF_LENGTH, ManagementMode
from tests.communities.conftest import DEFECTS, WEIDONG, XINHUA, ZHANHE, census_bytes, division_rows

NOW = datetime(2009, 11, 18, 1, tzinfo=UTC)
KIND = CensusImport()


def read(name: str):
    return read_table(KIND, census_bytes(name), name, {}, now=NOW)


def gazetteer() -> Gazetteer:
    return Gazetteer.of((Place(code, name, LEVEL_OF_LENGTH[len(code)]) for code, name in division_rows()), date(2009, 6, 30))


@pytest.mark.parametrize(
    ("name", "rows", "streets", "communities", "modes"),
    [(XINHUA, 376, 10, 34, (70, 158, 52, 96)), (WEIDONG, 424, 10, 33, (61, 181, 63, 119)), (ZHANHE, 315, 9, 27, (45, 143, 51, 76))],
)
def test_each_district_is_read_whole_and_without_a_problem(name, rows, streets, communities, modes):
    reading = read(name)
    assert (len(reading.rows), reading.problems) == (rows, [])
    placed = place_rows(rows_to_place(reading), gazetteer(), covers=lambda code: True)
    assert placed.problems == []
    assert (len(placed.streets), len(placed.new_communities)) == (streets, communities)
    found = Counter(row.get("mode") for row in reading.rows)
    M = ManagementMode
    assert (found[M.PROFESSIONAL], found[M.UNIT_LOGISTICS], found[M.CLEANING_ONLY], found[M.NONE]) == modes


def test_the_city_has_the_reports_totals():
    found = Counter(row.get("mode") for name in (XINHUA, WEIDONG, ZHANHE) for row in read(name).rows)
    assert found == {"unit_logistics": 482, "none": 291, "professional": 176, "cleaning_only": 166}
    assert sum(found.values()) == 1115


def test_the_first_row_of_each_layout_to_the_last_digit():
    first = read(XINHUA).rows[0]
    assert first.values == {
        "district": "新华区", "street": "曙光街街道", "community": "安居社区", "name": "绿城花苑一期", "built_year": 2007, "buildings": 14,
        "households": 410, "area_centi": 2_821_870, "mode": ManagementMode.PROFESSIONAL, "fee_fen": 40, "has_committee": True, "has_guard": True,
        "has_lamps": False, "has_greening": True, "has_monitoring": True, "latitude_e6": 33_755_355, "longitude_e6": 113_287_591,
    }  # fmt: skip
    weidong = read(WEIDONG)
    assert weidong.rows[0].values["area_centi"] == 1_508_850
    assert weidong.rows[0].values["street"] == "东安路街道"
    assert [row.get("fee_fen") for row in weidong.rows[:7]] == [15, 81, 53, 30, 11, 12, None]
    zhanhe = read(ZHANHE)
    assert zhanhe.rows[0].values["area_centi"] == 4_453_470
    assert next(row for row in zhanhe.rows if row.number == 14).get("households") == 182
    assert zhanhe.rows[0].get("has_committee") is False


def test_where_a_file_states_its_day():
    assert [read(name).as_of for name in (XINHUA, WEIDONG, ZHANHE)] == [date(2009, 6, 30), None, date(2009, 6, 30)]


def test_the_subtotals_of_xinhua_agree_and_are_no_rows():
    assert sum(why == "subtotal" for _, why in read(XINHUA).sheets[0].left_out) == 11


DEFECT_AT = {
    3: ("repeated", "C", "warning"),
    4: ("missing", "C", "error"),
    5: ("missing", "B", "error"),
    6: ("unknown_street", "A", "error"),
    7: ("negative", "F", "error"),
    8: ("not_number", "F", "error"),
    9: ("future_year", "D", "error"),
    10: ("not_choice", "H", "error"),
    11: ("missing", "H", "error"),
    12: ("swapped", "J", "warning"),
    13: ("area_per_household", "G", "warning"),
    14: ("formula", "C", "error"),
    16: ("too_long", "C", "error"),
    17: ("no_buildings", "E", "error"),
    18: ("error_cell", "D", "error"),
}
"""Row → what the last column of the file says is wrong with it."""


def defects():
    reading = read(DEFECTS)
    placed = place_rows(rows_to_place(reading), gazetteer(), covers=lambda code: True)
    return reading, [*reading.problems, *placed.problems]


def test_each_of_the_fifteen_defects_is_found_and_named_and_nothing_else_is():
    _, problems = defects()
    found = {p.row: (p.code, p.column, KIND.problem_kind(p.code).severity.value) for p in problems}
    assert found == DEFECT_AT
    assert len(problems) == 15


def test_each_problem_is_a_sentence_with_a_way_to_mend_it():
    _, problems = defects()
    for problem in problems:
        words = KIND.problem_kind(problem.code)
        params = {"value": problem.value, "label": str(KIND.field(problem.field).label), **dict(problem.params)}
        assert (str(words.text) % params).endswith("。")
        assert (str(words.mend) % params).endswith("。")


def test_markup_in_a_name_is_kept_as_it_stands():
    reading, _ = defects()
    assert next(row for row in reading.rows if row.number == 15).get("name") == "<script>alert(1)</script>"


def test_swapped_coordinates_are_put_right_once_confirmed():
    reading, _ = defects()
    row = next(row for row in reading.rows if row.number == 12)
    assert (settled(row)["longitude_e6"], settled(row)["latitude_e6"]) == (113_290_000, 33_740_000)


@pytest.mark.parametrize(
    ("text", "district", "street"),
    [
        ("新华区城市住宅区物业管理底数摸排表", "新华区", None),
        ("卫东区东安路街道居民楼院摸底表", "卫东区", "东安路街道"),
        ("东工人镇街道", None, "东工人镇街道"),
        ("焦店镇", None, "焦店镇"),
        ("湛河区曹镇乡住宅小区表", "湛河区", "曹镇乡"),
        ("小区(楼院)名称", None, None),
        ("各社区情况", None, None),
    ],
)
def test_places_in_titles(text, district, street):
    assert (district_in(text), street_in(text)) == (district, street)
