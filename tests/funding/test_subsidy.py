"""The amount, to the fen: cases worked out by hand, and what must hold for any figures."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.funding.subsidy import (
    Terms,
    compute_subsidy,
    half_up,
    last_day_of_month_no,
    months_covered,
    split_instalments,
    whole_months,
    why_not_grant,
    why_not_split,
)

NOV = date(2009, 11, 1)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "months"),
    [
        (date(2009, 11, 1), date(2010, 10, 31), 12),
        (date(2009, 11, 1), date(2010, 10, 30), 11),
        (date(2009, 11, 1), date(2009, 11, 30), 1),
        (date(2009, 11, 1), date(2009, 11, 29), 0),
        (date(2009, 11, 1), date(2009, 10, 31), 0),
        (date(2009, 11, 15), date(2010, 11, 14), 12),
        (date(2009, 11, 15), date(2010, 11, 13), 11),
        (date(2010, 1, 31), date(2010, 2, 28), 1),  # no 31 February: the month ends with February
        (date(2010, 1, 31), date(2010, 3, 29), 1),
        (date(2010, 1, 31), date(2010, 3, 30), 2),
        (date(2008, 2, 29), date(2009, 2, 28), 12),  # no 29 February 2009: the twelfth month ends with that February
        (date(2008, 2, 29), date(2009, 2, 27), 11),
        (date(2009, 12, 31), date(2012, 12, 30), 36),
    ],
)
def test_whole_months_count_from_the_contract_start(starts_on, ends_on, months):
    assert whole_months(starts_on, ends_on) == months


@pytest.mark.parametrize(
    ("area_centi", "rates", "ends_on", "cap_months", "cap_fen", "amount_fen"),
    [
        # 48,230.00 m² × 0.20 yuan × 12 months = 115,752.00 yuan
        (4_823_000, (20,), date(2010, 10, 31), 12, None, 11_575_200),
        # 31,755.25 m² × 0.20 × 12 = 76,212.60 yuan
        (3_175_525, (20,), date(2012, 10, 31), 12, None, 7_621_260),
        # three falling years, 0.30, 0.20, 0.10: 10,000 m² × 12 × 0.60 = 72,000 yuan
        (1_000_000, (30, 20, 10), date(2012, 10, 31), 36, None, 7_200_000),
        # 18 months of it: 10,000 × (12 × 0.30 + 6 × 0.20) = 48,000 yuan
        (1_000_000, (30, 20, 10), date(2012, 10, 31), 18, None, 4_800_000),
        # the last rate goes on: 10,000 × (12 × 0.30 + 24 × 0.15) = 72,000 yuan
        (1_000_000, (30, 15), date(2012, 10, 31), 36, None, 7_200_000),
        # the ceiling for one compound
        (4_823_000, (20,), date(2010, 10, 31), 12, 10_000_000, 10_000_000),
        # 0.01 m² × 15 fen × 1 month = 0.15 fen, nothing; 0.05 m² × 10 fen = 0.5 fen, up to 1 fen
        (1, (15,), date(2009, 11, 30), 1, None, 0),
        (5, (10,), date(2009, 11, 30), 1, None, 1),
        (4, (12,), date(2009, 11, 30), 1, None, 0),
        # rounded once at the end: 0.03 m² × (12 + 12 months) × 1 fen = 0.72 fen → 1, not 0.36 + 0.36 → 0
        (3, (1, 1), date(2011, 10, 31), 24, None, 1),
    ],
)
def test_the_amount_is_area_times_rate_times_months(area_centi, rates, ends_on, cap_months, cap_fen, amount_fen):
    assert compute_subsidy(area_centi, NOV, ends_on, Terms(rates, cap_months, cap_fen)).amount_fen == amount_fen


def test_the_computation_tells_what_it_was_cut_by_and_its_last_day():
    computed = compute_subsidy(4_823_000, date(2009, 11, 15), date(2012, 11, 14), Terms((20,), 24, 1_000_000))
    assert (computed.contract_months, computed.months) == (36, 24)
    assert computed.is_cut_by_months and computed.is_cut_by_amount
    assert computed.until_on == date(2011, 11, 14)
    assert [(line.year_no, line.months, line.rate_fen) for line in computed.lines] == [(1, 12, 20), (2, 12, 20)]
    assert computed.uncapped_fen == 23_150_400


def test_nothing_is_granted_without_area_or_a_whole_month():
    terms = Terms((20,), 12)
    assert "面积" in str(why_not_grant(compute_subsidy(0, NOV, date(2010, 10, 31), terms)))
    assert "整月" in str(why_not_grant(compute_subsidy(100, NOV, date(2009, 11, 15), terms)))
    assert "1 元" in str(why_not_grant(compute_subsidy(100, NOV, date(2009, 11, 30), terms)))
    assert why_not_grant(compute_subsidy(500, NOV, date(2009, 11, 30), terms)) is None


@pytest.mark.parametrize(
    ("total", "shares", "amounts"),
    [
        (11_575_200, (6000, 4000), (6_945_120, 4_630_080)),
        (101, (5000, 5000), (51, 50)),
        (100, (3333, 3333, 3334), (33, 34, 33)),
        (7, (10_000,), (7,)),
    ],
)
def test_instalments_by_hand(total, shares, amounts):
    assert split_instalments(total, shares) == amounts


@pytest.mark.parametrize(
    ("shares", "is_sound"),
    [((6000, 4000), True), ((10_000,), True), ((6000, 3000), False), ((), False), ((9950, 50), False), ((2000,) * 5, False)],
)
def test_shares_add_up_to_the_whole(shares, is_sound):
    assert (why_not_split(shares) is None) is is_sound


shares = st.lists(st.integers(1, 9_999), unique=True, max_size=3).map(
    lambda cuts: tuple(b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10_000], strict=True))
)
days = st.dates(date(2000, 1, 1), date(2030, 12, 31))


@given(st.integers(0, 10**13), shares)
def test_instalments_always_add_up_to_the_total(total, shares_bp):
    amounts = split_instalments(total, shares_bp)
    assert sum(amounts) == total
    assert all(amount >= 0 for amount in amounts)
    assert all(abs(amount - total * share / 10_000) <= 1 for amount, share in zip(amounts, shares_bp, strict=True)) or total > 10**12


@given(st.integers(100, 10**12), shares.filter(lambda s: why_not_split(s) is None))
def test_no_instalment_of_a_grant_is_empty(total, shares_bp):
    assert min(split_instalments(total, shares_bp)) > 0


@given(days, st.integers(1, 60))
def test_months_follow_each_other_without_gap_or_overlap(starts_on, number):
    last = last_day_of_month_no(starts_on, number)
    assert whole_months(starts_on, last) == number
    assert whole_months(starts_on, last - timedelta(days=1)) == number - 1
    covered = months_covered(starts_on, number)
    assert len(set(covered)) == number and covered[0] == starts_on.replace(day=1)


@given(days, st.integers(1, 24), st.integers(1, 24))
def test_a_contract_that_follows_another_never_takes_a_month_twice(starts_on, first, second):
    next_start = last_day_of_month_no(starts_on, first) + timedelta(days=1)
    assert not set(months_covered(starts_on, first)) & set(months_covered(next_start, second))


@given(
    st.integers(0, 10**8),
    st.integers(0, 10**8),
    days,
    st.integers(0, 2_000),
    st.lists(st.integers(0, 500), min_size=1, max_size=5),
    st.integers(0, 60),
)
def test_more_area_never_means_less_money_and_the_sum_is_exact(area, more, starts_on, length, rates, cap_months):
    terms = Terms(tuple(rates), cap_months)
    ends_on = starts_on + timedelta(days=length)
    small, large = (compute_subsidy(a, starts_on, ends_on, terms) for a in (area, area + more))
    assert small.amount_fen <= large.amount_fen
    exact = sum(line.hundredths_of_fen for line in small.lines)
    assert abs(small.amount_fen * 100 - exact) <= 50
    assert sum(line.months for line in small.lines) == small.months <= cap_months


@given(st.integers(0, 10**9), st.integers(1, 10**4))
def test_half_up_rounds_to_the_nearest(numerator, denominator):
    rounded = half_up(numerator, denominator)
    assert 2 * abs(rounded * denominator - numerator) <= denominator
