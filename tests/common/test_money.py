"""Money and areas: what people type becomes exact integers, and nothing is rounded in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.money import parse_area, parse_fen, percent, wan_yuan, yuan, yuan_in_words
from app.common.refusal import Refused


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("0.62", 62), ("1", 100), ("1,234.5", 123450), ("０．６２", 62), (" 12 ", 1200), ("0", 0), ("9999999999999", 999999999999900)],
)
def test_yuan_as_typed_become_fen(typed, fen):
    assert parse_fen(typed) == fen


@pytest.mark.parametrize("typed", ["", "abc", "-1", "1e5", "0.625", "1,5", "12,34", "1,2345", "1.2.3", "=1+1", "٣", "NaN", "1" * 40, "½"])
def test_what_is_no_exact_amount_is_refused_with_what_to_do(typed):
    with pytest.raises(Refused) as refused:
        parse_fen(typed)
    assert str(refused.value.reason.next)


def test_an_area_keeps_two_decimals_and_no_more():
    assert parse_area("48,230.5") == 4823050
    with pytest.raises(Refused):
        parse_area("1.005")


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_every_amount_reads_back_as_it_was_written(fen):
    assert parse_fen(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (10, "壹角整"),
        (62, "陆角贰分"),
        (105, "壹元零伍分"),
        (120_000, "壹仟贰佰元整"),
        (10_000_100, "壹拾万零壹元整"),
        (10_050, "壹佰元伍角整"),
        (123_456_789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        (20_000_000_000, "贰亿元整"),
        (-62, "负陆角贰分"),
    ],
)
def test_amounts_in_words_are_those_of_a_cheque(fen, words):
    assert yuan_in_words(fen) == words


def test_ten_thousands_and_shares_are_rounded_half_up_for_show_alone():
    assert wan_yuan(318_450_000) == "318.5"
    assert percent(824, 1115) == "73.90"
    assert percent(1, 0) == "—"
