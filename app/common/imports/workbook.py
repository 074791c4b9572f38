"""Open a file as grids of raw cells: pandas reads, openpyxl only says where formulas and error values stand."""

import csv
import warnings
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from typing import Any

from app.common.i18n import _l
from app.common.imports.guards import _BROKEN, check_kind, check_workbook
from app.common.refusal import Reason, Refused

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_SHEETS = 100


@dataclass
class Grid:
    """One sheet. `rows` are lists of raw cells (str, float, int, bool, datetime, None or NaN), all equally long."""

    name: str
    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Merged areas: first row, first column, last row, last column, from 0."""
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    """Where formulas stand and how they read; never computed."""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


def open_grids(content: bytes, filename: str) -> list[Grid]:
    """Every sheet with anything in it. Raises Refused when the file is not a table or not safe to open."""
    kind = check_kind(content, filename)
    grids = _open_xlsx(content) if kind == "xlsx" else [_open_csv(content)]
    grids = [grid for grid in grids if grid.rows]
    if not grids:
        raise Refused(Reason(_l("文件里没有数据。"), next=_l("请检查是否选对了文件。")), field="file")
    if sum(len(grid.rows) for grid in grids) > MAX_ROWS:
        raise Refused(Reason(_l("文件超过 %(limit)d 行。", limit=MAX_ROWS), next=_l("请按区或街道拆成几个文件分别上传。")), field="file")
    if any(grid.width > MAX_COLUMNS for grid in grids):
        raise Refused(Reason(_l("表格超过 %(limit)d 列。", limit=MAX_COLUMNS), next=_l("请删去多余的列后再上传。")), field="file")
    return grids


def _open_xlsx(content: bytes) -> list[Grid]:
    import pandas  # here, because the site starts twice as fast without it

    found = check_workbook(content)
    try:
        with pandas.ExcelFile(BytesIO(content), engine="calamine") as book:
            if len(book.sheet_names) > MAX_SHEETS:
                raise Refused(Reason(_l("工作表太多，超过 %(limit)d 张。", limit=MAX_SHEETS), next=_l("请拆成几个文件。")), field="file")
            grids = []
            for name in book.sheet_names:
                frame = pandas.read_excel(book, sheet_name=name, header=None, dtype=object)
                grids.append(Grid(str(name), frame.to_numpy(dtype=object).tolist(), _merged(book.book, name)))
    except Refused:
        raise
    except Exception as error:  # calamine raises many kinds for broken files; each means the same to the person
        raise Refused(_BROKEN, field="file") from error
    if any(formulas or errors for formulas, errors in found.values()):
        _mark_special_cells(content, grids)
    return grids


def _merged(book, name: str) -> list[tuple[int, int, int, int]]:
    ranges = book.get_sheet_by_name(name).merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]


def _mark_special_cells(content: bytes, grids: list[Grid]) -> None:
    """calamine shows a formula's last result and hides error values; both must be seen, and neither computed."""
    import openpyxl

    by_name = {grid.name: grid for grid in grids}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
        try:
            book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        except Exception as error:
            raise Refused(_BROKEN, field="file") from error
        for sheet in book.worksheets:
            grid = by_name.get(sheet.title)
            if grid is None:
                continue
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        grid.formulas[(cell.row - 1, cell.column - 1)] = str(cell.value)
                    elif cell.data_type == "e":
                        grid.errors[(cell.row - 1, cell.column - 1)] = str(cell.value)
        book.close()


def decode_text(content: bytes) -> str:
    """UTF-8 (with or without mark), UTF-16 with a mark, else GB18030. Raises Refused when it is none of them."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused(Reason(_l("看不懂文件的文字编码。"), next=_l("请另存为“CSV UTF-8”或 Excel 工作簿后再上传。")), field="file")


def _open_csv(content: bytes) -> Grid:
    import pandas

    text = decode_text(content)
    delimiter = _delimiter(text)
    csv.field_size_limit(1_000_000)
    try:
        width = max((len(row) for row in csv.reader(StringIO(text), delimiter=delimiter)), default=0)
    except csv.Error as error:
        raise Refused(_BROKEN, field="file") from error
    if not width:
        return Grid("CSV", [])
    if width > MAX_COLUMNS:
        raise Refused(Reason(_l("表格超过 %(limit)d 列。", limit=MAX_COLUMNS), next=_l("请删去多余的列后再上传。")), field="file")
    frame = pandas.read_csv(
        StringIO(text), header=None, names=range(width), dtype=object, keep_default_na=False, na_filter=False,
        skip_blank_lines=False, sep=delimiter, engine="c", quotechar='"', skipinitialspace=False, on_bad_lines="error",
    )  # fmt: skip
    rows = frame.to_numpy(dtype=object).tolist()
    formulas = {
        (r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row) if isinstance(cell, str) and cell.lstrip()[:1] == "="
    }
    return Grid("CSV", rows, formulas=formulas)


def _delimiter(text: str) -> str:
    """The separator that most of the first lines agree on."""
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    return max(",;\t", key=lambda mark: (sum(line.count(mark) > 0 for line in lines), sum(line.count(mark) for line in lines)))


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
