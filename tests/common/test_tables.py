"""No download turns a text into a formula."""

import io

import openpyxl
import pytest

from app.common.tables import neutralise, safe_csv, safe_xlsx

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
