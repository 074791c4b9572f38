"""No download turns a text into a formula; a page of rows is counted only where it must be."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from app.common.calendar_days import CalendarYear
from app.common.tables import neutralise, paginate, safe_csv, safe_xlsx
from tests.statements import counted_statements

HOSTILE = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", HOSTILE)
def test_formula_starts_are_neutralised(text):
    assert neutralise(text) == "'" + text


def test_numbers_stay_numbers_and_text_stays_text(app):
    with app.test_request_context():
        book = openpyxl.load_workbook(io.BytesIO(safe_xlsx("x", ["名称", "数"], [[t, -3] for t in HOSTILE]).data))
        rows = list(book.active.iter_rows(min_row=2))
        assert all(row[0].data_type == "s" and row[0].value.startswith("'") for row in rows)
        assert all(row[1].data_type == "n" and row[1].value == -3 for row in rows)
        lines = safe_csv("x", ["名称"], [[t] for t in HOSTILE]).data.decode("utf-8-sig")
        assert "\n=" not in lines and "\n+" not in lines and "\n@" not in lines


def test_what_fits_on_the_first_page_is_not_counted_and_a_page_past_the_end_shows_the_last(session, app):
    statement = select(CalendarYear).order_by(CalendarYear.year)
    session.add_all(CalendarYear(year=year, is_provisional=False, source="甲") for year in (2101, 2102, 2103))
    session.flush()
    with app.test_request_context("/"), counted_statements(app) as sent:
        page = paginate(statement, per_page=4)
    assert (len(page.items), page.total, page.number, len(sent)) == (3, 3, 1, 1)
    with app.test_request_context("/"), counted_statements(app) as sent:
        page = paginate(statement, per_page=2)
    assert (len(page.items), page.total, page.pages, len(sent)) == (2, 3, 2, 2)
    with app.test_request_context("/?page=9"):
        assert [row.year for row in paginate(statement, per_page=2).items] == [2103]
        assert [row.year for row in paginate(statement, per_page=3).items] == [2101, 2102, 2103]
    session.rollback()
