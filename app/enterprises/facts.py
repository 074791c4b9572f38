"""Facts between their three shapes: the enterprise's column, the canonical text that is kept, the words that people read."""

from datetime import date
from decimal import Decimal
from typing import Any

from app.common import figures
from app.common.i18n import _l
from app.enterprises.rules import FACT_SHAPES, FactKind, FactName, Level

CENTI_PER_WAN_M2 = 1_000_000


def canonical(name: FactName, value: Any) -> str:
    """The text that is kept: ISO days, whole fen and 0.01 m², an enum's value, district names joined."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Level):
        return value.value
    if isinstance(value, tuple | list | frozenset | set):
        return "、".join(sorted(value))
    return str(value)


def value_in(name: FactName, text: str) -> Any:
    """What a kept text states; the reverse of `canonical`. Blank is nothing stated."""
    if name is FactName.SERVICE_AREA:
        return tuple(text.split("、")) if text else ()
    if not text:
        return None
    if name is FactName.LEVEL:
        return Level(text)
    kind = FACT_SHAPES[name].kind
    if kind is FactKind.DAY:
        return date.fromisoformat(text)
    return text if kind is FactKind.TEXT else int(text)


def value_of(enterprise, name: FactName) -> Any:
    """What the enterprise's row says today."""
    if name is FactName.SERVICE_AREA:
        return enterprise.district_names
    return getattr(enterprise, name.value)


def words(name: FactName, text: str) -> str:
    """A kept text as people read it."""
    if not text:
        return figures.NOTHING
    if name is FactName.LEVEL:
        return str(Level(text).label)
    shape = FACT_SHAPES[name]
    if shape.kind is FactKind.DAY:
        return figures.day_text(date.fromisoformat(text), weekday=False)
    if shape.kind is FactKind.COUNT:
        return figures.count_text(int(text), str(shape.unit))
    if shape.kind is FactKind.MONEY:
        return figures.wan_text(int(text))
    if shape.kind is FactKind.AREA:
        return area_words(int(text))
    return text


def value_words(name: FactName, value: Any) -> str:
    return words(name, canonical(name, value))


def area_words(area_centi: int | None) -> str:
    """An enterprise's area: 万 m² in Chinese, m² in English."""
    if area_centi is None:
        return figures.NOTHING
    if figures.words() is figures.ENGLISH:
        return figures.area_text(area_centi)
    return str(_l("%(area)s 万 m²", area=figures.score_text(Decimal(area_centi) / CENTI_PER_WAN_M2)))
