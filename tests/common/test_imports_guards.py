"""Files that must not be opened: bombs, pictures that call themselves tables, entities, macros, passwords."""

import io
import struct
import zipfile

import openpyxl
import pytest

from app.common.imports import guards
from app.common.imports.guards import check_kind, check_workbook
from app.common.imports.workbook import decode_text, open_grids
from app.common.refusal import Refused

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)


def workbook(*rows, sheets=None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, its_rows in (sheets or {"Sheet": rows}).items():
        sheet = book.create_sheet(name)
        for row in its_rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same workbook with parts added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def refusal(content: bytes, filename: str) -> str:
    with pytest.raises(Refused) as caught:
        open_grids(content, filename)
    assert caught.value.field == "file"
    return str(caught.value.reason)


def test_a_csv_that_is_a_picture_is_refused_by_its_name():
    assert "PNG" in refusal(PNG, "楼院底数.csv")
    assert "PDF" in refusal(b"%PDF-1.7 ...", "楼院底数.xlsx")
    assert "xls" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "楼院底数.xls")


def test_a_workbook_under_another_name_and_text_under_a_workbooks_name_are_refused():
    assert ".xlsx" in refusal(workbook(["a"]), "楼院底数.csv")
    assert ".csv" in refusal("街道,社区".encode(), "楼院底数.xlsx")


def test_an_empty_and_an_oversized_file_are_refused():
    assert refusal(b"", "a.csv")
    assert "20 MB" in refusal(b"a," * (11 * 1024 * 1024), "a.csv")


def test_a_zip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(guards, "MAX_UNPACKED", 32 * 1024 * 1024)
    bomb = repacked(workbook(["a"]), **{"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * (40 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert "解压" in refusal(bomb, "底数.xlsx")


def test_a_part_that_shrinks_too_well_is_a_bomb():
    bomb = repacked(workbook(["a"]), **{"xl/media/x.bin": bytes(4 * 1024 * 1024)})
    assert "解压" in refusal(bomb, "底数.xlsx")


def test_a_bomb_that_lies_about_its_size_is_caught_by_counting(monkeypatch):
    monkeypatch.setattr(guards, "MAX_UNPACKED", 8 * 1024 * 1024)
    honest = repacked(workbook(["a"]), **{"xl/media/x.bin": bytes(20 * 1024 * 1024)})
    size = struct.pack("<L", 20 * 1024 * 1024)
    lying = honest.replace(size, struct.pack("<L", 1000))
    assert lying != honest
    with pytest.raises(Refused):
        check_workbook(lying)


def test_entities_macros_and_broken_files_are_refused():
    content = workbook(["a"])
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet/>'
    assert "XML" in refusal(repacked(content, **{"xl/worksheets/sheet1.xml": entity}), "底数.xlsx")
    assert "宏" in refusal(repacked(content, **{"xl/vbaProject.bin": b"x"}), "底数.xlsx")
    assert refusal(content[: len(content) // 2], "底数.xlsx")
    assert "损坏" in refusal(repacked(content, **{"xl/worksheets/sheet1.xml": b"<worksheet><broken"}), "底数.xlsx")


def test_a_password_is_named():
    content = bytearray(workbook(["a"]))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.find(mark)
        content[at + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    with pytest.raises(Refused) as caught:
        check_workbook(bytes(content))
    assert "密码" in str(caught.value.reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_of_the_country(encoding):
    assert decode_text("街道,社区\n曙光街,联盟㐂".encode(encoding)).startswith("街道,社区")


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Refused):
        decode_text(b"\xff\xff\xff\xff")


def test_formulas_and_error_values_are_seen_and_not_computed():
    content = workbook(["名称", "户数"], ["甲", "=1+1"], ["乙", "#REF!"])
    (grid,) = open_grids(content, "a.xlsx")
    assert grid.formulas == {(1, 1): "=1+1"}
    assert grid.errors == {(2, 1): "#REF!"}
    assert check_kind(content, "a.xlsx") == "xlsx"


def test_a_formula_in_a_csv_is_seen_too():
    (grid,) = open_grids("名称,户数\n=HYPERLINK(1),3\n".encode(), "a.csv")
    assert list(grid.formulas) == [(1, 0)]


def test_several_sheets_and_empty_ones():
    grids = open_grids(workbook(sheets={"一": [["a", "b"]], "空": [], "二": [["c"]]}), "a.xlsx")
    assert [grid.name for grid in grids] == ["一", "二"]
