"""Layouts: headers of one, two or three levels, merged and mostly blank columns, ticks, units, subtotals, notes, corrections."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.common.imports import cells
from app.common.imports.kinds import FieldSpec, ImportKind, Unit
from app.common.imports.problems import ProblemKind, Severity
from app.common.imports.reader import day_in, read_table

NOW = datetime(2009, 11, 18, 1, tzinfo=UTC)
M2, WAN = cells.unit_family(
    Unit("r_m2", "平方米", Decimal(100), ("m2", "平方米")), Unit("r_wan", "万平方米", Decimal(1_000_000), ("万m2", "万平方米"))
)


class Gardens(ImportKind):
    key, title, noun = "gardens", "花园", "花园"
    fields = (
        FieldSpec("street", "街道", ("街道", "街道(镇)"), cells.text(40), required=True, fills_down=True, from_title=lambda t: "甲街道" if "甲街道" in t else None),
        FieldSpec("name", "名称", ("名称", "花园名称"), cells.text(40), required=True),
        FieldSpec("area", "面积", ("面积",), cells.scaled(0, 10**9, rounds=True), units=(M2, WAN), sums=True),
        FieldSpec("trees", "树", ("树", "棵数"), cells.whole(), sums=True),
        FieldSpec("kind", "种类", ("种类",), cells.choice({"公": "public", "私": "private"}), ticks={"公": ("公园",), "私": ("私园",)}),
        FieldSpec("lit", "路灯", ("路灯",), cells.yes_no(), is_yes_no=True),
    )  # fmt: skip
    problems = {"odd": ProblemKind(Severity.WARNING, "怪", "请核对")}


def book(*rows, merged=(), name="Sheet") -> bytes:
    made = openpyxl.Workbook()
    made.active.title = name
    for row in rows:
        made.active.append(row)
    for area in merged:
        made.active.merge_cells(area)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(*rows, merged=(), corrections=None, filename="a.xlsx", as_of=None):
    return read_table(Gardens(), book(*rows, merged=merged), filename, corrections or {}, now=NOW, as_of=as_of)


def read_csv(text: str, **options):
    return read_table(Gardens(), text.encode(), options.pop("filename", "a.csv"), {}, now=NOW, **options)


def values(reading, key):
    return [row.get(key) for row in reading.rows]


def codes(reading):
    return [(problem.code, problem.row, problem.column) for problem in reading.problems]


def test_titles_above_and_a_header_of_two_levels():
    reading = read(
        ["城市花园表"], ["截止日期：2009年6月30日"], ["街道", "情况", None, "设施"], [None, "花园名称", "面积(㎡)", "路灯"], ["甲街道", "东园", 12.5, "有"],
        merged=("A1:D1", "A3:A4", "B3:C3"),
    )  # fmt: skip
    (sheet,) = reading.sheets
    assert (sheet.first_header_row, sheet.last_header_row, sheet.rows) == (3, 4, 1)
    assert [column.field for column in sheet.columns] == ["street", "name", "area", "lit"]
    assert sheet.columns[1].header == "情况 / 花园名称"
    assert reading.rows[0].values == {"street": "甲街道", "name": "东园", "area": 1250, "lit": True}
    assert reading.as_of == date(2009, 6, 30)


def test_merged_cells_hold_for_their_rows_and_for_no_others():
    reading = read(["街道", "名称"], ["甲街道", "一"], [None, "二"], [None, "三"], merged=("A2:A3",))
    assert values(reading, "street") == ["甲街道", "甲街道", None]
    assert codes(reading) == [("missing", 4, "A")]


def test_a_mostly_blank_column_is_filled_down_without_merged_cells():
    reading = read_csv("街道,名称\n甲街道,一\n,二\n,三\n乙街道,四\n,五\n")
    assert values(reading, "street") == ["甲街道", "甲街道", "甲街道", "乙街道", "乙街道"]
    assert reading.sheets[0].columns[0].fill == "below"


def test_one_blank_among_many_entries_is_missing_and_not_filled():
    reading = read_csv("街道,名称\n甲街道,一\n甲街道,二\n,三\n甲街道,四\n")
    assert codes(reading) == [("missing", 4, "A")]


def test_tick_columns_give_one_value_and_two_ticks_are_named():
    reading = read(
        ["街道", "名称", "公园", "私园"],
        ["甲街道", "一", "√", None],
        ["甲街道", "二", None, "√"],
        ["甲街道", "三", "√", "√"],
        ["甲街道", "四", "大", None],
    )
    assert values(reading, "kind") == ["public", "private", None, None]
    assert codes(reading) == [("two_ticks", 4, "D"), ("bad_tick", 5, "C")]


def test_units_come_from_the_header_the_title_or_the_cell():
    assert values(read(["街道", "名称", "面积(万㎡)"], ["甲街道", "一", 1.5]), "area") == [1_500_000]
    assert values(read(["单位：户、万平方米"], ["街道", "名称", "面积"], ["甲街道", "一", 1.5]), "area") == [1_500_000]
    assert values(read(["街道", "名称", "面积"], ["甲街道", "一", "1.5万㎡"]), "area") == [1_500_000]
    assert values(read(["街道", "名称", "面积"], ["甲街道", "一", 1.5]), "area") == [150]


def test_a_column_of_ticks_means_no_where_it_is_blank_and_a_column_with_no_says_so_itself():
    assert values(read(["街道", "名称", "路灯"], ["甲街道", "一", "√"], ["甲街道", "二", None]), "lit") == [True, False]
    assert values(read(["街道", "名称", "路灯"], ["甲街道", "一", "有"], ["甲街道", "二", "无"], ["甲街道", "三", None]), "lit") == [
        True,
        False,
        None,
    ]


def test_subtotals_are_left_out_and_compared():
    reading = read(
        ["街道", "名称", "棵数"], ["甲街道", "一", 3], ["甲街道", "二", 4], [None, "小计", 7], ["乙街道", "三", 5], [None, "小计", 6], ["合计", None, 12],
    )  # fmt: skip
    assert values(reading, "trees") == [3, 4, 5]
    assert [row for row, why in reading.sheets[0].left_out if why == "subtotal"] == [4, 6, 7]
    assert codes(reading) == [("subtotal_differs", 6, "C")]
    assert dict(reading.problems[0].params) == {"written": "6", "summed": "5"}


def test_a_grand_total_after_subtotals_may_add_up_everything():
    assert (
        codes(
            read(
                ["街道", "名称", "棵数"], ["甲街道", "一", 3], [None, "小计", 3], ["乙街道", "二", 4], [None, "小计", 4], ["总计", None, 7]
            )
        )
        == []
    )


def test_a_formula_in_a_subtotal_is_no_error_and_one_in_a_row_is():
    reading = read(["街道", "名称", "棵数"], ["甲街道", "一", 3], ["甲街道", "二", "=C2+1"], ["合计", None, "=SUM(C2:C3)"])
    assert codes(reading) == [("formula", 3, "C")]
    assert reading.problems[0].value == "=C2+1"


def test_blank_lines_notes_and_repeated_headers_are_no_data():
    reading = read_csv("街道,名称,棵数,路灯\n甲街道,一,3,有\n,,,\n街道,名称,棵数,路灯\n甲街道,二,4,无\n注：数据截至2008年12月底。,,,\n")
    assert values(reading, "name") == ["一", "二"]
    assert reading.sheets[0].left_out == ((3, "blank"), (4, "header"), (6, "note"))
    assert reading.as_of == date(2008, 12, 31)


def test_a_sheet_named_after_its_street_needs_no_column_for_it():
    reading = read(["甲街道花园表"], ["花园名称", "棵数"], ["一", 3])
    assert values(reading, "street") == ["甲街道"]
    assert reading.sheets[0].from_title == (("street", "甲街道"),)


def test_rows_between_that_name_the_street_group_those_below():
    reading = read_csv("名称,棵数\n甲街道,\n一,3\n二,4\n")
    assert values(reading, "street") == ["甲街道", "甲街道"]
    assert reading.sheets[0].left_out == ((2, "section"),)


def test_a_missing_column_and_a_missing_header_refuse_the_sheet():
    assert codes(read(["名称", "棵数"], ["一", 3])) == [("no_column", 0, "")]
    assert codes(read(["一", "二"], ["三", "四"])) == [("no_header", 0, "")]
    assert codes(read(["街道", "名称"])) == [("no_rows", 0, "")]


def test_a_guess_by_part_of_a_word_is_marked():
    column = read(["街道", "名称", "树木棵数合计数"], ["甲街道", "一", 3]).sheets[0].columns[2]
    assert (column.field, column.is_guess) == ("trees", True)


def test_a_person_corrects_header_column_and_unit():
    rows = (["总表"], ["街", "园", "大小"], ["甲街道", "一", 2])
    key = read(*rows).sheets[0].layout
    correction = {
        "header": [2, 2],
        "columns": {"0": {"field": "street"}, "1": {"field": "name"}, "2": {"field": "area", "unit": "r_wan"}},
    }
    reading = read(*rows, corrections={"layouts": {key: correction}})
    assert reading.rows[0].values == {"street": "甲街道", "name": "一", "area": 2_000_000}
    assert reading.sheets[0].layout == key


def test_two_columns_for_one_thing_are_refused_when_a_person_says_so():
    rows = (["街道", "名称", "棵数", "数"], ["甲街道", "一", 2, 3])
    key = read(*rows).sheets[0].layout
    columns = {str(i): {"field": f} for i, f in enumerate(("street", "name", "trees", "trees"))}
    assert codes(read(*rows, corrections={"layouts": {key: {"columns": columns}}})) == [("two_columns", 0, "")]


def test_a_skipped_sheet_is_not_read():
    assert read(["街道", "名称"], ["甲街道", "一"], corrections={"skip": ["Sheet"]}).rows == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("截止日期:2009年6月30日", date(2009, 6, 30)),
        ("数据截至2009年12月底", date(2009, 12, 31)),
        ("2009年6月30日印", None),
        ("截止2009年2月30日", None),
    ],
)
def test_the_day_of_the_figures(text, day):
    assert day_in(text) == day


def test_the_day_typed_at_upload_stands_where_the_file_is_silent():
    assert read(["街道", "名称"], ["甲街道", "一"], as_of=date(2009, 1, 1)).as_of == date(2009, 1, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(-5, 5), st.text(max_size=6)), min_size=1, max_size=5), min_size=1, max_size=12))
def test_any_table_is_read_or_refused_and_never_breaks(rows):
    from app.common.refusal import Refused

    text = "\n".join(",".join('"' + str(c if c is not None else "").replace('"', "") + '"' for c in row) for row in rows)
    try:
        reading = read_table(Gardens(), text.encode("utf-8", "ignore"), "a.csv", {}, now=NOW)
    except Refused:
        return
    for problem in reading.problems:
        assert Gardens().problem_kind(problem.code)
