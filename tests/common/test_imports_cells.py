"""Cells: what people type becomes exact integers, or a named problem; nothing is evaluated."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.common.imports import cells
from app.common.imports.cells import BadCell, as_text, number
from app.common.imports.kinds import Unit
from app.common.imports.workbook import column_letter

M2, WAN = cells.unit_family(
    Unit("test_m2", "m2", Decimal(100), ("m2", "平方米")), Unit("test_wan", "万m2", Decimal(1_000_000), ("万m2", "万平方米"))
)
area = cells.scaled(0, rounds=True)


def why(parse, text, unit=None) -> str:
    with pytest.raises(BadCell) as caught:
        parse(text, unit)
    return caught.value.code


FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


@given(st.integers(0, 10**9), st.booleans(), st.booleans())
def test_a_whole_number_reads_the_same_however_it_is_written(value, grouped, full_width):
    text = f"{value:,}" if grouped else str(value)
    text = text.translate(FULL_WIDTH) if full_width else text
    assert cells.whole(0)(f"  {text} ") == value


@given(st.decimals(0, 10**6, places=5, allow_nan=False, allow_infinity=False))
def test_a_column_in_ten_thousand_square_metres_equals_one_in_square_metres(value):
    in_wan = area(f"{value}", WAN)
    assert in_wan == area(f"{value * 10_000:f}", M2)
    assert abs(in_wan - value * 1_000_000) <= Decimal("0.5")


@given(st.integers(0, 10**8))
def test_hundredths_survive_text_and_float(value):
    shown = f"{value // 100}.{value % 100:02d}"
    assert area(shown, M2) == value
    assert area(as_text(float(shown)), M2) == value


@given(st.text(max_size=30))
@example("=1+1")
@example("1e999")
@example("１²")
@example("①")
@example("½")
@example("٣")
def test_any_text_is_a_number_a_blank_or_a_named_problem(text):
    try:
        value = number(text)
    except BadCell as error:
        assert error.code == "not_number"
    else:
        assert value is None or value.is_finite()


@pytest.mark.parametrize("text", ["12²", "①", "½", "1/2", "=1+1", "1,23", "约一百二", "1..2", "12 3户x", "٣", "1,234,56"])
def test_what_only_looks_like_a_number_is_refused(text):
    assert why(cells.whole(), text) == "not_number"


@pytest.mark.parametrize("text", ["", "—", "－", "/", "不详", " 　", "N/A"])
def test_what_people_write_for_nothing_is_nothing(text):
    assert number(text) is None
    assert cells.yes_no()(text) is None
    assert cells.year()(text) is None


@pytest.mark.parametrize(("text", "value"), [("120户", 120), ("１８２", 182), ("1,217", 1217), ("12 栋", 12), ("1.2e2", 120)])
def test_counts(text, value):
    assert cells.whole()(text) == value


@pytest.mark.parametrize(("text", "unit", "value"), [("1.2万㎡", M2, 1_200_000), ("9000㎡", WAN, 900_000), ("44,534.7", M2, 4_453_470)])
def test_a_unit_in_the_cell_wins_over_that_of_the_column(text, unit, value):
    assert area(text, unit) == value


def test_limits_and_precision_are_named():
    assert why(cells.whole(0), "-5") == "negative"
    assert why(cells.whole(1), "0") == "too_small"
    assert why(cells.whole(0, 10), "11") == "too_large"
    assert why(cells.whole(), "1.5") == "not_whole"
    assert why(cells.scaled(), "0.625", Unit("fen", "元", Decimal(100))) == "too_fine"


@pytest.mark.parametrize("text", ["1998", "1998年", "1998年代", "１９９８年", "1998-05", "1998-05-01 00:00:00", "1998.0"])
def test_years(text):
    assert cells.year()(text) == 1998


@pytest.mark.parametrize("text", ["98", "19989", "九八年", "1998年前后"])
def test_what_is_no_year(text):
    assert why(cells.year(), text) == "not_year"


@pytest.mark.parametrize("text", ["2009-06-30", "2009/6/30", "2009年6月30日", "2009-06-30 00:00:00"])
def test_days(text):
    assert cells.day()(text) == date(2009, 6, 30)


def test_a_day_that_is_not_in_the_calendar_is_refused():
    assert why(cells.day(), "2009-02-30") == "not_date"


@pytest.mark.parametrize(("text", "value"), [("有", True), ("√", True), ("是", True), ("无", False), ("否", False), ("×", False)])
def test_yes_and_no(text, value):
    assert cells.yes_no()(text) is value


def test_a_text_keeps_every_character_and_control_characters_are_refused():
    assert cells.text(60)("<script>alert(1)</script>") == "<script>alert(1)</script>"
    assert cells.text(60)("１号院（北）") == "１号院（北）"
    assert why(cells.text(60), "甲" * 61) == "too_long"
    assert why(cells.text(60), "甲\x07乙") == "control_character"


@pytest.mark.parametrize(
    ("raw", "text"), [(410.0, "410"), (1.50885, "1.50885"), (None, ""), (float("nan"), ""), ("  a \u3000 b ", "a b"), (True, "是")]
)
def test_raw_cells_as_text(raw, text):
    assert as_text(raw) == text


def test_columns_are_lettered_as_spreadsheets_do():
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
