"""Turn a file into rows of values with their problems, by a kind's fields. Pure: no database, nothing evaluated."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.common.imports.cells import YES, BadCell, as_text, is_blank, plain
from app.common.imports.kinds import ColumnReading, Context, FieldSpec, ImportKind, Problem, Reading, Row, SheetReading
from app.common.imports.layout import Layout, read_layout
from app.common.imports.subtotals import Subtotals, is_subtotal
from app.common.imports.workbook import Grid, open_grids

MEMO_LIMIT = 20_000

_NOTE = re.compile(r"^(注[:：意]?|备注|说明|填表|制表|审核|复核|联系|单位负责|附[:：注]|填报|截止|数据截)")
_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(?:(\d{1,2})\s*日|底|末)")
_AS_OF = re.compile(r"截[止至]|统计|数据|底数|摸底|填报|时点")


def read_table(
    kind: ImportKind, content: bytes, filename: str, corrections: Mapping, *, now: datetime, as_of: date | None = None
) -> Reading:
    """Every sheet of a file, read by the kind's fields and a person's corrections.

    corrections: {"layouts": {layout key: see `read_layout`}, "skip": [sheet names], "as_of": "2009-06-30"}
    """
    grids = open_grids(content, filename)
    reading = Reading([], [], [], sha256=hashlib.sha256(content).hexdigest())
    skipped = set(corrections.get("skip", ()))
    said: list[str] = []
    for grid in grids:
        if grid.name in skipped:
            continue
        layout = read_layout(grid, kind.fields)
        correction = corrections.get("layouts", {}).get(layout.key)
        if correction:
            layout = read_layout(grid, kind.fields, correction, key=layout.key)
        sheet = _SheetReader(kind, grid, layout, filename, many=len(grids) > 1)
        sheet.read(reading)
        said += sheet.said
    reading.as_of = _chosen_day(corrections) or next((day for text in said if (day := day_in(text))), None) or as_of
    context = Context(now=now, today=_local_day(now), as_of=reading.as_of, filename=filename)
    for row in reading.rows:
        reading.problems.extend(kind.check_row(row, context))
    reading.problems.extend(kind.check_rows(reading.rows, context))
    order = {sheet.name: index for index, sheet in enumerate(reading.sheets)}
    reading.problems.sort(key=lambda p: (order.get(p.sheet, 0), p.row))
    return reading


def _chosen_day(corrections: Mapping) -> date | None:
    text = corrections.get("as_of")
    return date.fromisoformat(text) if text else None


def _local_day(now: datetime) -> date:
    from app.common.clock import local

    return local(now).date()


def day_in(text: str) -> date | None:
    """The day that a title or note states: "截止日期：2009年6月30日", "数据截至2009年6月底"."""
    if not _AS_OF.search(text):
        return None
    match = _DAY.search(text)
    if not match:
        return None
    year, month, day = match.groups()
    try:
        if day:
            return date(int(year), int(month), int(day))
        following = date(int(year) + (int(month) == 12), int(month) % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)
    except ValueError:
        return None


class _SheetReader:
    """Reads one sheet; exists to keep what its rows share together."""

    def __init__(self, kind: ImportKind, grid: Grid, layout: Layout, filename: str, *, many: bool):
        self.kind, self.grid, self.layout, self.filename, self.many = kind, grid, layout, filename, many
        self.heads = {c.index: as_text(grid.rows[layout.last][c.index]) or c.header for c in layout.columns if c.header}
        self.specs = {spec.key: spec for spec in kind.fields}
        self.plain_columns = [c for c in layout.columns if c.field and not c.tick]
        self.tick_columns: dict[str, list[ColumnReading]] = {}
        for column in layout.columns:
            if column.field and column.tick:
                self.tick_columns.setdefault(column.field, []).append(column)
        self.letters = {c.field: c.letter for c in layout.columns if c.field and not c.tick}
        self.letters |= {key: columns[0].letter for key, columns in self.tick_columns.items()}
        self.title = " ".join(t for row in grid.rows[: max(layout.first, 0)] for cell in row if (t := as_text(cell)))
        self.said = [self.title]
        """Texts that may state the day of the figures."""
        self.given: dict[str, Any] = {}
        self.given_text: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.left_out: list[tuple[int, str]] = []
        self.above: dict[int, str] = {}
        self.memo: dict[int, dict[str, Any]] = {c.index: {} for c in self.plain_columns}
        self.name_column = next(
            (c.index for c in self.plain_columns if self.specs[c.field].required and not self.specs[c.field].fills_down), None
        )
        self.merged_from = _merged_anchors(grid, layout.last)

    def read(self, reading: Reading) -> None:
        rows = list(self._rows()) if self.layout.is_known and self._columns_are_sound() else []
        if not self.layout.is_known:
            self.problems.append(Problem("no_header", self.grid.name, 0))
        elif not rows and not self.problems:
            self.problems.append(Problem("no_rows", self.grid.name, 0))
        reading.rows.extend(rows)
        reading.problems.extend(self.problems)
        reading.sheets.append(
            SheetReading(
                name=self.grid.name,
                layout=self.layout.key,
                title=self.title,
                first_header_row=self.layout.first + 1,
                last_header_row=self.layout.last + 1,
                columns=self.layout.columns,
                rows=len(rows),
                left_out=tuple(self.left_out),
                from_title=tuple(self.given_text.items()),
            )
        )

    def _columns_are_sound(self) -> bool:
        for spec in self.kind.fields:
            columns = [c for c in self.plain_columns if c.field == spec.key]
            ticks = self.tick_columns.get(spec.key, [])
            doubled = len({c.tick for c in ticks}) < len(ticks)
            if len(columns) > 1 or (columns and ticks) or doubled:
                letters = "、".join(c.letter for c in [*columns, *ticks])
                self._complain("two_columns", spec, columns=letters)
            if columns or ticks:
                continue
            text = self._text_from_title(spec)
            if text is not None:
                self.given_text[spec.key] = text
                self.given[spec.key] = spec.parse(text, None)
            elif spec.required and not self._has_section_rows(spec):
                self._complain("no_column", spec)
        return not self.problems

    def _complain(self, code: str, spec: FieldSpec, **params) -> None:
        self.problems.append(Problem(code, self.grid.name, 0, field=spec.key, params=tuple(params.items())))

    def _text_from_title(self, spec: FieldSpec) -> str | None:
        if spec.from_title is None:
            return None
        for text in ([self.grid.name] if self.many else []) + [self.title, self.filename]:
            if (found := spec.from_title(text)) is not None:
                return found
        return None

    def _has_section_rows(self, spec: FieldSpec) -> bool:
        return spec.from_title is not None and any(
            self._section(row) is not None for row in self.grid.rows[self.layout.last + 1 : self.layout.last + 6]
        )

    def _section(self, row: list[Any]) -> tuple[str, str] | None:
        """A row whose only cell names a place that no column gives: (field, text)."""
        texts = [t for cell in row if (t := as_text(cell))]
        if len(texts) != 1:
            return None
        for spec in self.kind.fields:
            if spec.from_title and spec.key not in self.letters and (found := spec.from_title(texts[0])) is not None:
                return spec.key, found
        return None

    def _rows(self):
        subtotals = Subtotals(self.grid.name, [(c, self.specs[c.field]) for c in self.plain_columns if self.specs[c.field].sums])
        for index in range(self.layout.last + 1, len(self.grid.rows)):
            cells = self.grid.rows[index]
            why = self._why_left_out(index, cells)
            if why == "subtotal":
                self.problems.extend(subtotals.compare(index, cells, self._units(), self.grid.formulas))
                self.left_out.append((index + 1, why))
            elif why:
                self.left_out.append((index + 1, why))
            else:
                row = self._row(index, cells)
                subtotals.add(row)
                yield row

    def _units(self):
        return {c.index: self._unit(c) for c in self.plain_columns}

    def _why_left_out(self, index: int, cells: list[Any]) -> str:
        texts = [(c, t) for c, cell in enumerate(cells) if (t := as_text(cell))]
        if not texts:
            special = any((index, c.index) in self.grid.errors or (index, c.index) in self.grid.formulas for c in self.plain_columns)
            return "" if special else "blank"
        if is_subtotal([text for _, text in texts[:4]]):
            return "subtotal"
        if _NOTE.match(texts[0][1]) and len(texts) <= 4:
            self.said.append(" ".join(text for _, text in texts))
            return "note"
        if len(texts) == 1:
            if section := self._section(cells):
                key, text = section
                self.given[key] = self.specs[key].parse(text, None)
                self.given_text.setdefault(key, text)
                return "section"
            if texts[0][0] != self.name_column:
                self.said.append(texts[0][1])
                return "note"
        if sum(text == self.heads.get(column) for column, text in texts) >= 3:
            return "header"
        return ""

    def _row(self, index: int, cells: list[Any]) -> Row:
        values: dict[str, Any] = dict(self.given)
        bad: set[str] = set()
        row = Row(self.grid.name, index + 1, values, self.letters)
        for column in self.plain_columns:
            spec = self.specs[column.field]
            at = (index, column.index)
            if at in self.grid.errors or at in self.grid.formulas:
                code, value = ("error_cell", self.grid.errors[at]) if at in self.grid.errors else ("formula", self.grid.formulas[at])
                self.problems.append(row.problem(code, spec.key, value))
                bad.add(spec.key)
                continue
            text = self._filled(index, column, as_text(cells[column.index]))
            try:
                values[spec.key] = self._parsed(column, spec, text)
            except BadCell as error:
                bad.add(spec.key)
                self.problems.append(row.problem(error.code, spec.key, text, **error.params))
        for key, columns in self.tick_columns.items():
            self._read_ticks(row, key, columns, cells, bad)
        for spec in self.kind.fields:
            if spec.required and spec.key not in bad and values.get(spec.key) is None:
                bad.add(spec.key)
                self.problems.append(row.problem("missing", spec.key, ""))
        row.bad = frozenset(bad)
        return row

    def _filled(self, index: int, column: ColumnReading, text: str) -> str:
        if not column.fill:
            return text
        if not is_blank(text):
            self.above[column.index] = text
            return text
        if column.fill == "below":
            return self.above.get(column.index, text)
        anchor = self.merged_from.get((index, column.index))
        return as_text(self.grid.rows[anchor][column.index]) if anchor is not None else text

    def _parsed(self, column: ColumnReading, spec: FieldSpec, text: str) -> Any:
        memo = self.memo[column.index]
        if text in memo:
            return memo[text]
        value = spec.parse(text, self._unit(column))
        if value is None and column.blank_is_no:
            value = False
        if len(memo) < MEMO_LIMIT:
            memo[text] = value
        return value

    def _unit(self, column: ColumnReading):
        return next((unit for unit in self.specs[column.field].units if unit.key == column.unit), None)

    def _read_ticks(self, row: Row, key: str, columns: list[ColumnReading], cells: list[Any], bad: set[str]) -> None:
        ticked = []
        for column in columns:
            text = as_text(cells[column.index])
            if is_blank(text) or plain(text) in {"0", "否", "无", "×"}:
                continue
            if plain(text) not in YES:
                bad.add(key)
                self.problems.append(Problem("bad_tick", row.sheet, row.number, column.letter, key, text))
                return
            ticked.append(column)
        if len(ticked) > 1:
            bad.add(key)
            value = "、".join(column.header for column in ticked)
            self.problems.append(Problem("two_ticks", row.sheet, row.number, ticked[1].letter, key, value))
        elif ticked:
            row.values[key] = self.specs[key].parse(ticked[0].tick, None)


def _merged_anchors(grid: Grid, last_header: int) -> dict[tuple[int, int], int]:
    """For each cell inside a vertically merged area below the header: the row that holds its value."""
    anchors = {}
    for top, left, bottom, right in grid.merged:
        if top <= last_header:
            continue
        for column in range(left, right + 1):
            for row in range(top + 1, bottom + 1):
                anchors[(row, column)] = top
    return anchors
