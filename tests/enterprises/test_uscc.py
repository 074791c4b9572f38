"""The code's two check digits, against published codes and against every single typing mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.uscc import ALPHABET, code_check_digit, is_uscc, normalise_uscc, organisation_check_digit, why_not_uscc

SOUND = [
    "91110000600037341L",
    "914403001922038216",
    "9144030071526726XG",
    "91330100799655058B",
    "91110000802100433B",
    "914104006B6HFXGG5K",
    "91410400LF8390KCXA",
    "914104009EGBF7B315",
]


@pytest.mark.parametrize("code", SOUND)
def test_a_sound_code_passes(code):
    assert why_not_uscc(code) is None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "没有填写"),
        ("9111000060003734", "应为 18 位，这里是 16 位"),
        ("91110000600037341LL", "应为 18 位，这里是 19 位"),
        ("9111OOOO600037341L", "第 5 位是字母 O"),
        ("91110000600037341I", "第 18 位是字母 I"),
        ("91110000S00037341L", "第 9 位是字母 S"),
        ("91110000V00037341L", "第 9 位是字母 V"),
        ("91110000Z00037341L", "第 9 位是字母 Z"),
        ("91110000６00037341L", "第 9 位“６”既不是数字"),
        ("91110000?00037341L", "第 9 位“?”既不是数字"),
        ("91A10000600037341L", "第 3 至 8 位是行政区划码"),
        ("91110000600037342L", "第 17 位）应为 1，这里是 2"),
        ("91110000600037341K", "第 18 位）应为 L，这里是 K"),
    ],
)
def test_an_unsound_code_is_refused_with_a_sentence_that_says_where(code, sentence):
    reason = why_not_uscc(code)
    assert sentence in str(reason.text)
    assert str(reason.basis).startswith("《")
    assert str(reason.next).endswith("。")


def test_the_organisation_code_is_judged_even_when_the_eighteenth_digit_was_made_to_fit():
    body = "91110000600037342"
    assert why_not_uscc(body + code_check_digit(body)).text.startswith("统一社会信用代码第 9 至 17 位")


@pytest.mark.parametrize(("body", "digit"), [("60003734", "1"), ("71526726", "X"), ("6B6HFXGG", "5"), ("00000000", "0")])
def test_organisation_check_digits(body, digit):
    assert organisation_check_digit(body) == digit


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" 9111 0000 6000 3734 1l ", "91110000600037341L"),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        ("91110000-60003734-1-L", "91110000600037341L"),
    ],
)
def test_what_people_type_is_brought_into_form(typed, code):
    assert normalise_uscc(typed) == code


@given(st.sampled_from(SOUND), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_found(code, position, character):
    wrong = code[:position] + character + code[position + 1 :]
    assert is_uscc(wrong) == (wrong == code)


@given(st.text(max_size=24))
def test_no_text_whatever_breaks_the_rule(text):
    assert why_not_uscc(normalise_uscc(text)) is None or str(why_not_uscc(normalise_uscc(text)))
