"""Tables in and out: pages, sorting by an allow-list, and downloads in which no text turns into a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import xlsxwriter
from flask import Response, request, url_for
from sqlalchemy import func, select

from app.common.files import name_download
from app.extensions import db

PER_PAGE = 50
MAX_PAGE = 100_000


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    items: list
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.per_page))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.per_page, self.total)

    def url(self, number: int) -> str:
        """This address with another page number, keeping its filters."""
        return url_with(page=number)


def url_with(**changes) -> str:
    """The present address with some of its query changed; None removes."""
    query = {**request.args.to_dict(flat=False), **changes}
    kept = {key: value for key, value in query.items() if value is not None}
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept})


def page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, min(int(text[:9]), MAX_PAGE)) if text.isascii() and text.isdigit() else 1


def paginate(statement, *, number: int | None = None, per_page: int = PER_PAGE, scalars: bool = True, total: int | None = None) -> Page:
    """One page of a select and its count, in two queries, or in one when all fits on the first page. A page past the end shows the last one."""
    number, items = number or page_number(), None
    if number == 1:
        items = _items(statement.limit(per_page), scalars)
        if total is None and len(items) < per_page:
            return Page(items, 1, per_page, len(items))
    if total is None:
        total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(number, max(1, ceil(total / per_page)))
    if number > 1 or items is None:
        items = _items(statement.limit(per_page).offset((number - 1) * per_page), scalars)
    return Page(items, number, per_page, total)


def _items(statement, scalars: bool) -> list:
    result = db.session.execute(statement)
    return list(result.scalars().unique() if scalars else result)


@dataclass(frozen=True)
class Sort:
    """A whitelisted sort order taken from the address: ?sort=name or ?sort=-name."""

    key: str
    is_descending: bool
    columns: dict

    @classmethod
    def from_request(cls, columns: dict, default: str) -> "Sort":
        text = request.args.get("sort", default)
        key = text.removeprefix("-")
        if key not in columns:
            text, key = default, default.removeprefix("-")
        return cls(key, text.startswith("-"), columns)

    def order_by(self, *tie_breakers):
        column = self.columns[self.key]
        return (column.desc() if self.is_descending else column.asc(), *tie_breakers)

    def url(self, key: str) -> str:
        return url_with(sort=f"-{key}" if key == self.key and not self.is_descending else key, page=None)

    def aria(self, key: str) -> str:
        if key != self.key:
            return "none"
        return "descending" if self.is_descending else "ascending"


def neutralise(value):
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return "'" + value
    return value


def safe_csv(filename: str, header: Sequence, rows: Iterable[Sequence]) -> Response:
    """A UTF-8 CSV with a byte-order mark, as spreadsheets in China expect."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutralise(str(cell)) for cell in header])
    writer.writerows([neutralise(_cell(cell)) for cell in row] for row in rows)
    return _download("\ufeff" + out.getvalue(), "text/csv; charset=utf-8", f"{filename}.csv")


def safe_xlsx(filename: str, header: Sequence, rows: Iterable[Sequence]) -> Response:
    """An Excel file in which every text is stored as text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, title in enumerate(header):
        sheet.write_string(0, column, str(title), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            value = neutralise(_cell(cell))
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return _download(out.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f"{filename}.xlsx")


def _cell(value):
    if value is None or isinstance(value, bool):
        return "" if value is None else str(int(value))
    return value if isinstance(value, int | float) else str(value)


def _download(content, media_type: str, filename: str) -> Response:
    response = Response(content, content_type=media_type)
    name_download(response, filename)
    return response


def unknown_names(*known: str) -> tuple[str, ...]:
    """Conditions in the address that the list does not have, as typed: the page names them among those that it left aside."""
    return tuple(name[:30] for name in request.args if name not in {*known, "page", "sort"} and request.args[name].strip())[:5]
