"""Find the header of a sheet and say what each column holds: title rows, two-level headers, tick columns, units. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.common.imports.cells import NO, YES, as_text, is_blank, plain
from app.common.imports.kinds import ColumnReading, FieldSpec, Unit
from app.common.imports.workbook import Grid, column_letter

SEARCHED_ROWS = 40
SAMPLE_ROWS = 400
MOSTLY = 0.5
"""A fill-down column without merged cells: at least this share of its cells is blank."""

_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_IN_BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")


@dataclass(frozen=True)
class Match:
    field: str = ""
    tick: str = ""
    is_guess: bool = False
    rank: int = 0


class Vocabulary:
    """The header words of a kind's fields."""

    def __init__(self, fields: Sequence[FieldSpec]):
        self.fields = {spec.key: spec for spec in fields}
        self._exact: dict[str, Match] = {}
        for spec in fields:
            for rank, word in enumerate(spec.words):
                self._exact.setdefault(plain(word), Match(spec.key, rank=rank))
            for tick, words in spec.ticks.items():
                for rank, word in enumerate(words):
                    self._exact.setdefault(plain(word), Match(spec.key, tick, rank=rank))

    def match(self, header: str) -> Match:
        """The field that a header names: exactly, without its brackets, or by a word within it (a guess)."""
        flat = plain(header)
        base = _BRACKETS.sub("", flat)
        for text in (flat, base):
            if text in self._exact:
                return self._exact[text]
        within = [word for word in self._exact if len(word) >= 2 and word in base and len(base) <= len(word) + 8]
        if not within:
            return Match()
        best = max(within, key=len)
        found = self._exact[best]
        return Match(found.field, found.tick, is_guess=True, rank=found.rank + 100)

    def hits(self, texts: Sequence[str]) -> tuple[int, int]:
        """How many different things a row names: exactly, and by a part of a word."""
        matches = [m for m in map(self.match, filter(None, texts)) if m.field]
        exact = {(m.field, m.tick) for m in matches if not m.is_guess}
        return len(exact), len({(m.field, m.tick) for m in matches} - exact)


@dataclass(frozen=True)
class Layout:
    key: str
    first: int
    """First and last header row, from 0; -1 when no header was found."""
    last: int
    columns: tuple[ColumnReading, ...]

    @property
    def is_known(self) -> bool:
        return self.last >= 0


def find_header(grid: Grid, words: Vocabulary) -> tuple[int, int] | None:
    """First and last row of the header, from 0, or None."""
    texts = [[as_text(cell) for cell in row] for row in grid.rows[:SEARCHED_ROWS]]
    scores = [words.hits(row) for row in texts]
    if not scores or sum(max(scores)) < min(2, len(words.fields)):
        return None
    best = scores.index(max(scores))
    first = last = best
    while first > 0 and sum(map(bool, texts[first - 1])) >= 2 and (scores[first - 1][0] or _has_group(grid, first - 1)):
        first -= 1
    while last + 1 < len(texts) and scores[last + 1][0] >= 2 and not any(map(_is_number, grid.rows[last + 1])):
        last += 1
    return first, last


def _has_group(grid: Grid, row: int) -> bool:
    return any(top == row == bottom and 1 < right - left + 1 < grid.width for top, left, bottom, right in grid.merged)


def _is_number(cell) -> bool:
    if isinstance(cell, str):
        return plain(cell).replace(",", "").replace(".", "", 1).isdigit()
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell


def read_layout(grid: Grid, fields: Sequence[FieldSpec], correction: Mapping | None = None, *, key: str = "") -> Layout:
    """What each column of a sheet holds. A person's correction wins over everything recognised.

    correction: {"header": [first, last] from 1, "columns": {"3": {"field": "area", "tick": "", "unit": "m2", "fill": "below"}}}
    """
    words = Vocabulary(fields)
    found = find_header(grid, words)
    key = key or _layout_key(grid, found)
    if correction and correction.get("header"):
        first, last = correction["header"]
        if 1 <= first <= last <= len(grid.rows):
            found = first - 1, last - 1
    if found is None:
        return Layout(key, -1, -1, ())
    first, last = found
    title = " ".join(as_text(cell) for row in grid.rows[:first] for cell in row)
    chosen = (correction or {}).get("columns", {})
    heads = [_header_of(grid, first, last, index) for index in range(grid.width)]
    matches = _without_rivals([words.match(leaf) for _, leaf in heads])
    columns = []
    for index in range(grid.width):
        full, leaf = heads[index]
        cells = [as_text(row[index]) for row in grid.rows[last + 1 : last + 1 + SAMPLE_ROWS]]
        if not full and not any(cells):
            continue
        match, own = matches[index], chosen.get(str(index))
        if own is not None:
            match = Match(own.get("field", ""), own.get("tick", ""))
        spec = words.fields.get(match.field)
        columns.append(
            ColumnReading(
                index=index,
                letter=column_letter(index),
                header=full,
                field=match.field if spec else "",
                tick=match.tick,
                unit=_unit(spec, full, title, own),
                fill=_fill(spec, grid, index, last, cells, own),
                blank_is_no=bool(spec and spec.is_yes_no and _holds_only_ticks(cells)),
                is_guess=match.is_guess,
                samples=tuple(dict.fromkeys(cell for cell in cells if cell))[:3],
            )
        )
    return Layout(key, first, last, tuple(columns))


def _layout_key(grid: Grid, found: tuple[int, int] | None) -> str:
    if found is None:
        text = f"sheet:{grid.name}"
    else:
        text = "|".join(plain(_header_of(grid, *found, index)[0]) for index in range(grid.width)) + f"@{found}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _header_of(grid: Grid, first: int, last: int, index: int) -> tuple[str, str]:
    """The whole header ("物业管理现状 / 管理方式") and its lowest word ("管理方式")."""
    parts: list[str] = []
    for row in range(first, last + 1):
        text = as_text(grid.rows[row][index])
        if not text:
            text = next(
                (
                    as_text(grid.rows[top][left])
                    for top, left, bottom, right in grid.merged
                    if top <= row <= bottom and left <= index <= right
                ),
                "",
            )
        if text and (not parts or parts[-1] != text):
            parts.append(text)
    return " / ".join(parts), parts[-1] if parts else ""


def _without_rivals(matches: list[Match]) -> list[Match]:
    """Of several columns that name one field the best stays; the others are left for a person to decide."""
    best: dict[tuple[str, str], int] = {}
    for index, match in enumerate(matches):
        name = (match.field, match.tick)
        if match.field and (name not in best or match.rank < matches[best[name]].rank):
            best[name] = index
    ticked = {match.field for match in matches if match.tick}
    kept = []
    for index, match in enumerate(matches):
        stays = best.get((match.field, match.tick)) == index
        if match.field in ticked and not match.tick and match.is_guess:
            stays = False
        kept.append(match if stays else Match())
    return kept


def _unit(spec: FieldSpec | None, header: str, title: str, own: Mapping | None) -> str:
    if spec is None or not spec.units:
        return ""
    if own and own.get("unit") in {unit.key for unit in spec.units}:
        return own["unit"]
    flat = plain(header)
    brackets = " ".join(_IN_BRACKETS.findall(flat))
    for text in (brackets, flat, plain(title) if len(spec.units) > 1 else ""):
        if found := _unit_in(text, spec.units):
            return found.key
    return spec.units[0].key


def _unit_in(text: str, units: Sequence[Unit]) -> Unit | None:
    named = [(len(word), unit) for unit in units for word in unit.words if word in text]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def _fill(spec: FieldSpec | None, grid: Grid, index: int, last: int, cells: list[str], own: Mapping | None) -> str:
    if spec is None:
        return ""
    merged = any(left <= index <= right and bottom > max(top, last) for top, left, bottom, right in grid.merged)
    if own is not None:
        fill = own.get("fill", "")
        return "merged" if fill and merged else fill
    if not spec.fills_down or not cells:
        return ""
    if merged:
        return "merged"
    blank = sum(is_blank(cell) for cell in cells)
    first = next((cell for cell in cells if cell), "")
    return "below" if first and cells[0] == first and blank >= MOSTLY * len(cells) else ""


def _holds_only_ticks(cells: list[str]) -> bool:
    flat = {plain(cell) for cell in cells if cell}
    return bool(flat & YES) and not flat & NO
