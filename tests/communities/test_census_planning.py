"""What a census would change: new, changed, unchanged, missing; communities; who may; older figures."""

from datetime import UTC, date, datetime

import pytest

from app.common.imports.kinds import Reading, Row, SheetReading
from app.communities.census.importing import CensusImport
from app.communities.census.places import Gazetteer, Place, community_stem, street_stem
from app.communities.census.planning import STORED, Known, Later, place_rows, plan_census, rows_to_place
from app.communities.census.rows import PROBLEMS
from app.communities.rules import LEVEL_OF_LENGTH, ManagementMode

NOW = datetime(2009, 11, 18, 1, tzinfo=UTC)
DAY = date(2009, 6, 30)
PLACES = [
    ("4104", "平顶山市"), ("410402", "新华区"), ("410403", "卫东区"), ("410402001", "曙光街街道"), ("410403001", "曙光街街道"),
    ("410403002", "优越路街道"), ("410402001001", "安居社区"),
]  # fmt: skip


def gazetteer(*more, day=DAY):
    return Gazetteer.of([Place(code, name, LEVEL_OF_LENGTH[len(code)]) for code, name in [*PLACES, *more]], day)


def row(number=2, **values):
    given = {
        "district": "新华区",
        "street": "曙光街街道",
        "community": "安居社区",
        "name": "一号院",
        "households": 10,
        "area_centi": 90_000,
    }
    given |= {"mode": ManagementMode.NONE} | values
    return Row("表", number, {k: v for k, v in given.items() if v is not None}, {"community": "B"})


def reading(*rows, as_of=DAY):
    return Reading([SheetReading("表", "x", "", 1, 1, (), len(rows), ())], list(rows), [], as_of)


def known(name="一号院", code="410402001001", census_on=DAY, **values):
    facts = dict.fromkeys(STORED) | {"households": 10, "area_centi": 90_000, "mode": ManagementMode.NONE} | values
    return Known(1, code, name, census_on, facts)


def plan(read, *register, places=None, covers=lambda code: True, later=None):
    names = places or gazetteer()
    placed = place_rows(rows_to_place(read), names, covers=covers)
    return plan_census(read, placed, register, names, later)


def problem_codes(made):
    return [problem.code for problem in made.problems]


def test_a_compound_that_the_register_lacks_is_new():
    made = plan(reading(row()))
    assert [entry.label for entry in made.new] == ["一号院"]
    assert made.new[0].payload[0] == "410402001001"


def test_the_same_figures_change_nothing():
    made = plan(reading(row()), known())
    assert (made.is_empty, made.unchanged) == (True, 1)


def test_a_change_names_field_before_and_after():
    made = plan(reading(row(households=12)), known())
    assert [(c.field, c.before, c.after) for c in made.changed[0].changes] == [("households", 10, 12)]


def test_a_column_that_the_file_lacks_changes_nothing_and_an_empty_cell_does():
    assert plan(reading(row()), known(fee_fen=50)).is_empty
    cleared = row()
    cleared.values["fee_fen"] = None
    assert [c.field for c in plan(reading(cleared), known(fee_fen=50)).changed[0].changes] == ["fee_fen"]


def test_names_are_compared_without_blanks_and_width():
    assert plan(reading(row(name="１ 号院")), known(name="1号院")).is_empty


def test_a_new_day_of_the_figures_is_a_change_and_silence_is_none():
    assert plan(reading(row(), as_of=date(2009, 9, 30)), known()).changed[0].changes[0].field == "census_on"
    assert plan(reading(row(), as_of=None), known()).is_empty


def test_older_figures_that_would_overwrite_newer_ones_must_be_confirmed():
    made = plan(reading(row(households=12), as_of=date(2008, 1, 1)), known())
    assert problem_codes(made) == ["older"]
    assert CensusImport().problem_kind("older").severity.value == "warning"


CONTRACT = {1: {"mode": Later(date(2009, 11, 1), "XH-2009-0001", True)}}


@pytest.mark.parametrize(("as_of", "is_kept"), [(DAY, True), (None, True), (date(2009, 11, 1), False), (date(2009, 12, 31), False)])
def test_what_a_contract_recorded_since_stays_and_the_rest_is_updated(as_of, is_kept):
    register = known(mode=ManagementMode.PROFESSIONAL)
    made = plan(reading(row(households=12), as_of=as_of), register, later=CONTRACT)
    assert problem_codes(made) == (["kept_contract"] if is_kept else [])
    fields = [c.field for c in made.changed[0].changes if c.field != "census_on"]
    assert fields == (["households"] if is_kept else ["households", "mode"])
    assert (("kept", {"count": 1}) in made.notes) is is_kept


def test_where_all_that_differs_stays_nothing_is_to_be_written():
    made = plan(reading(row()), known(mode=ManagementMode.PROFESSIONAL), later=CONTRACT)
    assert (made.is_empty, made.unchanged, problem_codes(made)) == (True, 0, ["kept_contract"])
    assert dict(made.problems[0].params) == {
        "name": "一号院", "day": "2009-11-01", "source": "XH-2009-0001", "stays": "professional", "file": "none",
    }  # fmt: skip


def test_what_the_file_does_not_mention_stays():
    made = plan(reading(row(name="二号院")), known())
    assert [entry.label for entry in made.missing] == ["一号院"]
    assert ("missing", {"count": 1}) in made.notes


def test_a_first_census_of_a_street_makes_its_communities_with_the_next_codes():
    made = plan(
        reading(row(district="卫东区", street="优越路", community="甲社区"), row(3, district="卫东区", street="优越路", community="乙社区"))
    )
    assert [(place.code, place.name) for place in made.extra] == [("410403002001", "甲社区"), ("410403002002", "乙社区")]
    assert problem_codes(made) == []


def test_a_new_community_where_others_are_known_must_be_confirmed_once():
    made = plan(reading(row(community="新社区"), row(3, community="新社区", name="二号院")))
    assert problem_codes(made) == ["new_community"]
    assert made.extra[0].code == "410402001002"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"street": "不存在街道"}, "unknown_street"),
        ({"district": "龙门区"}, "unknown_district"),
        ({"district": None}, "unclear_street"),
        ({"district": "新华区", "street": "优越路街道"}, "unknown_street"),
    ],
)
def test_places_that_cannot_be_found(values, code):
    made = plan(reading(row(**values)))
    assert problem_codes(made) == [code]
    assert PROBLEMS[code].severity.value == "error"


def test_an_ambiguous_street_is_settled_by_whose_it_is():
    made = plan(reading(row(district=None)), covers=lambda code: code.startswith("410402"))
    assert problem_codes(made) == []


def test_another_districts_street_is_refused():
    assert problem_codes(plan(reading(row()), covers=lambda code: code.startswith("410403"))) == ["not_yours"]


def test_a_street_counts_only_while_it_is_valid():
    ended = Place("410402009", "旧街街道", LEVEL_OF_LENGTH[9], None, date(2005, 1, 1))
    names = Gazetteer.of([Place(c, n, LEVEL_OF_LENGTH[len(c)]) for c, n in PLACES] + [ended], DAY)
    assert problem_codes(plan(reading(row(street="旧街")), places=names)) == ["unknown_street"]


def test_a_repeated_row_counts_once():
    made = plan(reading(row(), row(3)))
    assert len(made.new) == 1


def test_the_fingerprint_follows_what_would_change():
    first, same = plan(reading(row())), plan(reading(row(5)))
    other = plan(reading(row(name="二号院")))
    assert first.fingerprint() == same.fingerprint() != other.fingerprint()


@pytest.mark.parametrize("name", ["曙光街街道办事处", "曙光街街道", "曙光街", "曙光街 街道"])
def test_one_street_under_its_names(name):
    assert street_stem(name) == "曙光街"


def test_one_community_under_its_names():
    assert {community_stem(name) for name in ("安居社区", "安居", "安居社区居委会", "安居居委会")} == {"安居"}
