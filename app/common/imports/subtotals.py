"""Subtotal rows are not data, but they are a check: what they say is compared with the rows above them. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.common.imports.cells import BadCell, as_text, number, plain
from app.common.imports.kinds import ColumnReading, FieldSpec, Problem, Row

_WORDS = ("小计", "合计", "总计", "共计", "累计", "总合计")


def is_subtotal(texts: Sequence[str]) -> bool:
    """Whether one of a row's first texts is 小计, 合计, 全区总计 or the like."""
    return any(len(flat) <= 12 and flat.rstrip(":：").endswith(_WORDS) for flat in map(plain, texts))


class Subtotals:
    """Running sums of a sheet. A subtotal may add up the rows since the last one, or all rows so far."""

    def __init__(self, sheet: str, columns: Sequence[tuple[ColumnReading, FieldSpec]]):
        self.sheet = sheet
        self.columns = columns
        self.since = dict.fromkeys((spec.key for _, spec in columns), 0)
        self.all = dict(self.since)

    def add(self, row: Row) -> None:
        for _, spec in self.columns:
            value = row.get(spec.key) or 0
            self.since[spec.key] += value
            self.all[spec.key] += value

    def compare(self, index: int, cells: Sequence[Any], units: Mapping, formulas: Mapping) -> list[Problem]:
        """Problems of a subtotal row; formulas in it are passed over, since they are never computed."""
        written: dict[str, tuple[str, int]] = {}
        for column, spec in self.columns:
            text = as_text(cells[column.index])
            if (index, column.index) in formulas or not text:
                continue
            try:
                value = number(text, units.get(column.index))  # not the field's parser: its limits are for one row
            except BadCell:
                continue
            if value is not None:
                written[spec.key] = (text, int(value.quantize(Decimal(1), "ROUND_HALF_UP")))
        label = plain(next((t for cell in cells if is_subtotal([t := as_text(cell)])), ""))
        sums = self.since if label.endswith("小计") else self.all
        if all(self.since[key] == value for key, (_, value) in written.items()):
            sums = self.since
        elif all(self.all[key] == value for key, (_, value) in written.items()):
            sums = self.all
        problems = [
            Problem(
                "subtotal_differs", self.sheet, index + 1, column.letter, spec.key, written[spec.key][0],
                (("written", spec.show(written[spec.key][1])), ("summed", spec.show(sums[spec.key]))),
            )
            for column, spec in self.columns
            if spec.key in written and written[spec.key][1] != sums[spec.key]
        ]  # fmt: skip
        self.since = dict.fromkeys(self.since, 0)
        return problems
