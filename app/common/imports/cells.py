"""From the text of a cell to a value: numbers with units, years, ticks, choices. Pure; never evaluates anything."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from app.common.imports.kinds import Unit

MAX_NUMBER_LENGTH = 40

BLANKS = frozenset({"", "-", "--", "—", "——", "－", "–", "/", "\\", "无数据", "暂无", "不详", "未知", "n/a", "N/A", "nan", "NaN", "None"})
"""What people write where there is nothing."""

YES = frozenset({"有", "是", "√", "✓", "✔", "☑", "v", "V", "y", "Y", "yes", "1", "1.0", "对", "已成立", "已建", "成立"})
NO = frozenset({"无", "否", "没有", "×", "✗", "✘", "x", "X", "n", "N", "no", "0", "0.0", "未成立", "未建", "□", "☐"})

_RAISED = re.compile(
    "(^|[0-9.])[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u218b\u2460-\u24ff\u3220-\u3229\u3248-\u325f\u3280-\u3289\u32b1-\u32bf]"
)
"""12², ①, ½: half-width folding would turn them into other numbers."""
_SPACES = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?$", re.IGNORECASE | re.ASCII)
_NUMBER_WITH_UNIT = re.compile(r"^([+-]?(?:\d+(?:\.\d*)?|\.\d+))([^0-9.,].*)$", re.ASCII)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?([^0-9.,].*)?$", re.ASCII)
_YEAR = re.compile(r"^(\d{4})(?:\.0|年|年代|年建|年建成|年竣工|年份)?$")
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: ?00:00:00)?$")
_MONTH = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")


class BadCell(Exception):
    """A cell that cannot be read. `code` names the problem kind."""

    def __init__(self, code: str, **params: Any):
        super().__init__(code)
        self.code = code
        self.params = params


Parser = Callable[[str, Unit | None], Any]


def as_text(raw: Any) -> str:
    """A cell as text: trimmed, inner blanks single; whole floats without .0; nothing else is changed."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return " ".join(raw.split()).strip("\u200b\u2060\ufeff ") if raw else ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        if raw != raw:  # NaN is how the readers show an empty cell
            return ""
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, int):
        return str(raw)
    return " ".join(str(raw).split()).removesuffix(" 00:00:00")


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """For comparing and for numbers: full-width made half-width, no blanks at all."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def is_blank(text: str) -> bool:
    return text in BLANKS or plain(text) in BLANKS


def number(text: str, unit: Unit | None = None) -> Decimal | None:
    """A number in the unit's own integer scale, or None for a blank.

    Accepts full-width digits, thousands separators, "120户", "1.2万㎡" (a unit in the cell wins over the column's), never an expression.
    """
    if is_blank(text):
        return None
    flat = plain(text).lstrip("¥").replace("，", ",")
    if len(flat) > MAX_NUMBER_LENGTH or _RAISED.search(text):
        raise BadCell("not_number")
    if "," in flat:
        if not _GROUPED.match(flat):
            raise BadCell("not_number")
        flat = flat.replace(",", "")
    factor = unit.factor if unit else Decimal(1)
    if not _NUMBER.match(flat):
        match = _NUMBER_WITH_UNIT.match(flat)
        if not match:
            raise BadCell("not_number")
        flat = match.group(1)
        factor = _cell_factor(match.group(2), unit)
    try:
        return Decimal(flat) * factor
    except InvalidOperation as error:
        raise BadCell("not_number") from error


_COUNT_WORDS = frozenset({"户", "栋", "幢", "座", "个", "家", "人", "年", "层", "元", "分", "项", "次", "平方", "平米"})


def _cell_factor(suffix: str, unit: Unit | None) -> Decimal:
    for known in _siblings(unit):
        if suffix in known.words:
            return known.factor
    base = unit.factor if unit else Decimal(1)
    if suffix in _COUNT_WORDS:
        return base
    raise BadCell("not_number")


_SIBLINGS: dict[str, tuple[Unit, ...]] = {}


def unit_family(*units: Unit) -> tuple[Unit, ...]:
    """Units of one quantity: a cell that names another of the family is converted by it."""
    for unit in units:
        _SIBLINGS[unit.key] = units
    return units


def _siblings(unit: Unit | None) -> tuple[Unit, ...]:
    return _SIBLINGS.get(unit.key, (unit,)) if unit else ()


def _within(value: int, least: int | None, most: int | None, show: Callable[[int], str] = str) -> int:
    if value < 0 and (least is None or least >= 0):
        raise BadCell("negative")
    if least is not None and value < least:
        raise BadCell("too_small", least=show(least))
    if most is not None and value > most:
        raise BadCell("too_large", most=show(most))
    return value


# --- parsers: each returns a function of (text, unit) ----------------------------------------------------------------


def text(most: int, *, blank_words: bool = True) -> Parser:
    """Text as it stands, trimmed. `blank_words`: a dash or "不详" counts as nothing."""

    def parse(cell: str, unit: Unit | None = None) -> str | None:
        if not cell or (blank_words and is_blank(cell)):
            return None
        if len(cell) > most:
            raise BadCell("too_long", length=len(cell), most=most)
        if any(unicodedata.category(c) == "Cc" for c in cell):
            raise BadCell("control_character")
        return cell

    return parse


def whole(least: int | None = 0, most: int | None = None) -> Parser:
    """A whole number within limits."""

    def parse(cell: str, unit: Unit | None = None) -> int | None:
        value = number(cell, unit)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise BadCell("not_whole")
        return _within(int(value), least, most)

    return parse


def scaled(least: int = 0, most: int | None = None, *, places: int = 2, rounds: bool = False, show: Callable[[int], str] = str) -> Parser:
    """A number times the unit's factor, kept as an integer (fen, 0.01 m², micro-degrees).

    More digits than the stored unit holds is an error, unless `rounds` (half up): areas given in 万㎡ have digits to spare.
    """

    def parse(cell: str, unit: Unit | None = None) -> int | None:
        value = number(cell, unit)
        if value is None:
            return None
        if value != value.to_integral_value():
            if not rounds:
                raise BadCell("too_fine", places=places)
            value = value.quantize(Decimal(1), "ROUND_HALF_UP")
        return _within(int(value), least, most, show)

    return parse


def year(least: int = 1900) -> Parser:
    """A year: 1998, "1998年", "1998-05" or a date. The future is for the kind's rules, which know today."""

    def parse(cell: str, unit: Unit | None = None) -> int | None:
        if is_blank(cell):
            return None
        flat = plain(cell)
        match = _YEAR.match(flat) or _MONTH.match(flat) or _DATE.match(flat)
        if not match:
            raise BadCell("not_year")
        return _within(int(match.group(1)), least, None)

    return parse


def day() -> Parser:
    """A calendar day: 2009-06-30, 2009/6/30, 2009年6月30日 or a date cell."""

    def parse(cell: str, unit: Unit | None = None) -> date | None:
        if is_blank(cell):
            return None
        match = _DATE.match(unicodedata.normalize("NFKC", cell).strip())
        if not match:
            raise BadCell("not_date")
        try:
            return date(*(int(part) for part in match.groups()))
        except ValueError as error:
            raise BadCell("not_date") from error

    return parse


def yes_no() -> Parser:
    """有/无, 是/否, √/×, 1/0; a blank is None (unless the column holds only ticks, which the reader sees)."""

    def parse(cell: str, unit: Unit | None = None) -> bool | None:
        flat = plain(cell)
        if flat in YES:
            return True
        if flat in NO:
            return False
        if is_blank(cell):
            return None
        raise BadCell("not_yes_no")

    return parse


def choice(words: Mapping[str, Any], shown: str = "") -> Parser:
    """One of known words, compared without blanks and in half-width; `shown` lists them in the refusal."""
    table = {plain(word): value for word, value in words.items()}
    listed = shown or "、".join(dict.fromkeys(words))

    def parse(cell: str, unit: Unit | None = None) -> Any:
        flat = plain(cell)
        if flat in table:
            return table[flat]
        if is_blank(cell):
            return None
        raise BadCell("not_choice", choices=listed)

    return parse
