"""The rules of the draw: published sequences, properties of every draw, commitments, seeds, conflicts and seats."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.common.refusal import Reason
from app.common.workdays import WorkdayCalendar
from app.tenders import draw
from app.tenders.draw import Bidder, Exclusion, ExpertFacts, PublicNumber, Side, Specialty, Tie, TieKind
from app.tenders.draw.pool import JUDGES_SERVICE
from app.tenders.draw.seeds import why_not_drawn_on

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "rfc3797.json"
RFC = ((9319,), (2, 5, 12, 8, 10), (9, 18, 26, 34, 41, 45))
DAY = date(2009, 12, 9)
DEADLINE = datetime(2009, 12, 9, 1, 30, tzinfo=UTC)

seeds = st.lists(st.lists(st.integers(0, 10**40), min_size=1, max_size=6), min_size=1, max_size=5)
sizes = st.integers(1, 60)


def order(key: str, size: int, algorithm: str = "sha256") -> list[int]:
    return [pick.position for pick in draw.selection(key, size, algorithm)]


# --- published draws -----------------------------------------------------------------------------------------------------


def test_the_example_of_rfc_3797_comes_out_as_printed():
    key = draw.key_string(RFC)
    assert key == "9319./2.5.8.10.12./9.18.26.34.41.45./"
    picks = list(draw.selection(key, 25, "md5"))[:16]
    assert [pick.position for pick in picks] == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4]
    assert picks[0].digest.upper() == "990DD0A5692A029A98B5E01AA28F3459" and picks[0].remaining == 25
    assert picks[15].digest.upper() == "3269E6CE559ABD57E2BA6AAB495EB9BD" and picks[15].remaining == 10


def test_with_sha256_the_same_example_is_fixed_too():
    assert order(draw.key_string(RFC), 25)[:16] == [20, 23, 1, 14, 17, 9, 11, 15, 7, 13, 21, 10, 22, 12, 6, 16]


def test_every_published_row_comes_out():
    if not VECTORS.exists():
        return
    rows = 0
    for case in json.loads(VECTORS.read_text()):
        assert draw.key_string(case["seeds"]) == case["key_string"], case["name"]
        for row, pick in zip(case["expected"], draw.selection(case["key_string"], case["pool_size"], "md5"), strict=False):
            assert (pick.index, pick.digest.upper(), pick.remaining, pick.position) == (
                row["index"],
                row["md5"],
                row["div"],
                row["selected"],
            )
            rows += 1
    assert rows == 50


# --- properties ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
@given(seeds, sizes)
@settings(max_examples=60, deadline=None)
def test_the_same_seeds_give_the_same_sequence_of_everybody_once(algorithm, found, size):
    key = draw.key_string(found)
    assert order(key, size, algorithm) == order(key, size, algorithm)
    assert sorted(order(key, size, algorithm)) == list(range(1, size + 1))


@given(seeds, st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_in_which_numbers_were_typed_does_not_matter(found, random):
    shuffled = [random.sample(source, len(source)) for source in found]
    assert draw.key_string(shuffled) == draw.key_string(found)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=7, max_size=30, unique=True), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_rows_does_not_matter(salts, random):
    """Members are numbered by their commitments, so whoever keeps the list can't choose their places."""
    rows = [(draw.commitment_of(salt, f"line {n}"), n) for n, salt in enumerate(salts)]
    shuffled = random.sample(rows, len(rows))
    by_place = [sorted(some)[place - 1][1] for some in (rows, shuffled) for place in order("1./2./", len(rows))]
    assert by_place[: len(rows)] == by_place[len(rows) :]
    assert draw.pool_digest((c for c, _ in rows), ()) == draw.pool_digest((c for c, _ in shuffled), ())


@given(seeds, st.integers(8, 40), st.sets(st.integers(1, 40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_passing_somebody_over_never_moves_the_others(found, size, skipped):
    whole = order(draw.key_string(found), size)
    left = [place for place in whole if place not in skipped]
    assert [place for place in whole if place in left] == left
    assert left[:3] == [place for place in whole if place not in skipped][:3]


def test_everybody_has_about_the_same_chance():
    """Chi-square over 4,000 draws of 5 from 20: 19 degrees of freedom, far beyond the 99.9 % point only for a broken draw."""
    seen = Counter(place for n in range(4000) for place in order(draw.key_string([[n], [7]]), 20)[:5])
    expected = 4000 * 5 / 20
    assert sum((seen[place] - expected) ** 2 / expected for place in range(1, 21)) < 60


def test_a_pool_of_more_than_two_bytes_is_refused():
    with pytest.raises(ValueError, match="65537"):
        next(draw.selection("1./", 65_537))


# --- seeds ---------------------------------------------------------------------------------------------------------------


def test_a_deadline_in_the_morning_takes_that_evenings_lottery():
    assert draw.first_number_day(DEADLINE) == (PublicNumber.DLT, DAY)


def test_on_a_friday_or_late_in_the_day_it_is_the_next():
    assert draw.first_number_day(datetime(2009, 12, 11, 1, 30, tzinfo=UTC)) == (PublicNumber.DLT, date(2009, 12, 12))
    assert draw.first_number_day(datetime(2009, 12, 9, 9, 0, tzinfo=UTC)) == (PublicNumber.SSQ, date(2009, 12, 10))


def test_a_number_that_could_be_known_before_the_closing_is_refused():
    assert draw.why_not_number_day(PublicNumber.DLT, date(2009, 12, 7), DEADLINE).basis
    assert "不开奖" in str(draw.why_not_number_day(PublicNumber.SSQ, DAY, DEADLINE).text)


def test_lottery_numbers_are_read_as_people_type_them():
    assert draw.parse_number(PublicNumber.SSQ, ["31 07,12 18、25 03", "09"]) == [[3, 7, 12, 18, 25, 31], [9]]


@pytest.mark.parametrize("typed", [["1 2 3 4 5", "9"], ["1 2 3 4 5 5", "9"], ["1 2 3 4 5 34", "9"], ["1 2 3 4 5 6", "17"], ["1 2 3 4 5 x6", "9"], ["0 1 2 3 4 5", "9"], ["", ""]])  # fmt: skip
def test_numbers_that_the_lottery_does_not_have_are_refused(typed):
    assert isinstance(draw.parse_number(PublicNumber.SSQ, typed), Reason)


def test_a_contribution_is_bound_to_its_tender_round_and_side():
    value = "ab" * 32
    own = draw.contribution_hash("XH-2009-0001", 1, Side.TENDERER, value)
    others = {
        draw.contribution_hash("XH-2009-0002", 1, Side.TENDERER, value),
        draw.contribution_hash("XH-2009-0001", 2, Side.TENDERER, value),
        draw.contribution_hash("XH-2009-0001", 1, Side.BUREAU, value),
    }
    assert len({own, *others}) == 4
    assert draw.why_not_reveal("XH-2009-0001", 1, Side.TENDERER, value, own) is None
    assert draw.why_not_reveal("XH-2009-0001", 1, Side.BUREAU, value, own) is not None
    assert draw.why_not_reveal("XH-2009-0001", 1, Side.TENDERER, "cd" * 32, own) is not None
    no_number = "随机数"
    promised = draw.contribution_hash("XH-2009-0001", 1, Side.TENDERER, no_number)
    assert draw.why_not_reveal("XH-2009-0001", 1, Side.TENDERER, no_number, promised) is not None, (
        "only 64 hexadecimal digits can be mixed in"
    )


def test_who_does_not_reveal_counts_with_the_commitment_and_who_never_committed_with_nothing():
    closing = "0f" * 32
    assert draw.seeds_of([[1], [2]], [("aa", "bb"), ("cc", None)], closing) == [[1], [2], [0xBB], [0xCC], [int(closing, 16)]]
    assert draw.seeds_of([[1], [2]], [(None, None), (None, None)], closing)[2:4] == [[0], [0]]


@pytest.mark.parametrize("text", ["", "12", "g" * 64, "A" * 64, "a" * 65])
def test_what_is_no_commitment_is_refused(text):
    assert draw.why_not_commitment(text) is not None


# --- who may sit ---------------------------------------------------------------------------------------------------------

BIDDERS = [Bidder(7, "河南建业物业管理有限公司"), Bidder(8, "平顶山市常绿物业服务有限公司")]


def expert(**known) -> ExpertFacts:
    return ExpertFacts(**{"person": 1, "name": "彭树林", "employer": "平顶山学院", "specialty": Specialty.PROPERTY, **known})


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, None),
        ({"serves": frozenset({8})}, Exclusion.BIDDER),
        ({"employer": "河南建业物业管理 有限公司"}, Exclusion.BIDDER),
        ({"served": ((7, date(2007, 1, 1)),)}, Exclusion.PAST_BIDDER),
        ({"served": ((7, date(2006, 12, 8)),)}, None),
        ({"served": ((7, date(2006, 12, 9)),)}, Exclusion.PAST_BIDDER),
        ({"ties": (Tie(TieKind.EMPLOYMENT, "平顶山市常绿物业服务有限公司", date(2008, 5, 1)),)}, Exclusion.PAST_BIDDER),
        ({"ties": (Tie(TieKind.EMPLOYMENT, "平顶山市常绿物业服务有限公司", date(2005, 5, 1)),)}, None),
        ({"ties": (Tie(TieKind.RECUSAL, "河南建业物业管理有限公司"),)}, Exclusion.RECUSAL),
        ({"ties": (Tie(TieKind.RECUSAL, "河南建业物业管理有限公司", date(2009, 1, 1)),)}, None),
        ({"ties": (Tie(TieKind.RECUSAL, "别的企业"),)}, None),
    ],
)  # fmt: skip
def test_conflicts_with_the_bidders(known, reason):
    assert draw.conflict_of(expert(**known), BIDDERS, on=DAY) is reason


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, None),
        ({"is_suspended": True}, Exclusion.SUSPENDED),
        ({"is_supervisor": True}, Exclusion.SUPERVISOR),
        ({"areas": ("410403",)}, Exclusion.AREA),
        ({"areas": ("410403", "410402")}, None),
        ({"specialty": Specialty.OTHER}, Exclusion.SPECIALTY),
        ({"serves": frozenset({3})}, Exclusion.TENDERER),
        ({"served": ((3, date(2009, 1, 1)),)}, Exclusion.TENDERER),
        ({"ties": (Tie(TieKind.RECUSAL, "东苑社区居委会"),)}, Exclusion.RECUSAL),
    ],
)  # fmt: skip
def test_who_is_left_out_before_anybody_knows_the_bidders(known, reason):
    tenderer = Bidder(3, "东苑社区居委会")
    found = draw.unfit_for(expert(**known), tenderer=tenderer, division_code="410402001001", specialties=JUDGES_SERVICE, on=DAY)
    assert found is reason


@pytest.mark.parametrize(
    ("seats", "representatives", "is_lawful"),
    [(5, 0, True), (5, 1, True), (5, 2, False), (7, 2, True), (7, 3, False), (9, 3, True), (9, 4, False), (11, 3, True), (11, 4, False), (3, 1, False), (4, 1, False), (6, 1, False), (8, 2, False), (5, -1, False)],
)  # fmt: skip
def test_seats(seats, representatives, is_lawful):
    """招标投标法 §37: five or more, odd, experts at least two thirds."""
    assert (draw.why_not_plan(seats, representatives, JUDGES_SERVICE) is None) is is_lawful


def test_a_plan_names_at_least_one_specialty():
    assert draw.why_not_plan(5, 1, ()) is not None


def test_a_pool_that_is_hardly_larger_than_its_seats_is_refused():
    assert draw.why_not_pool(5, 4) is not None
    assert draw.why_not_pool(6, 4) is None


def test_a_commitment_hides_the_line_and_opens_with_its_salt():
    line = draw.canonical_line(expert(), "市评标专家库")
    assert json.loads(line) == {"employer": "平顶山学院", "name": "彭树林", "person": 1, "pool": "市评标专家库", "specialty": "property"}
    assert draw.commitment_of(b"1" * 32, line) != draw.commitment_of(b"2" * 32, line)


NEW_YEAR = WorkdayCalendar({2010: False}, {date(2010, 2, day): day in (20, 21) for day in range(13, 22)})
"""Spring Festival of 2010: free from Saturday 13 to Friday 19 February, the weekend after it is worked."""


@pytest.mark.parametrize(
    ("announced", "drawn_on", "is_right"),
    [
        (date(2010, 2, 10), date(2010, 2, 10), True),
        (date(2010, 2, 10), date(2010, 2, 13), False),
        (date(2010, 2, 10), date(2010, 2, 9), False),
        (date(2010, 2, 10), date(2010, 2, 11), False),
        (date(2010, 2, 6), date(2010, 2, 8), False),
        (date(2010, 2, 13), date(2010, 2, 20), True),
        (date(2010, 2, 13), date(2010, 2, 17), True),
        (date(2010, 2, 13), date(2010, 2, 22), False),
        (date(2010, 2, 13), date(2010, 2, 14), False),
    ],
    ids=[
        "the day",
        "the next without cause",
        "before it",
        "no lottery",
        "a weekend is no holiday",
        "after the holiday",
        "within it",
        "one later",
        "no lottery within it",
    ],
)
def test_nobody_waits_for_a_lottery_that_suits(announced, drawn_on, is_right):
    """Wednesday 10 February is announced; 13, 15, 17 lie in the holiday, 20 is the first after it."""
    assert (why_not_drawn_on(PublicNumber.DLT, announced, drawn_on, NEW_YEAR) is None) == is_right
