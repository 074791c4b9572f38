"""A score that can be opened: its parts, the arithmetic in words, and the dated records that every point comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Source:
    """What a part rests on: a conduct record, a stated fact or a contract."""

    key: str
    """Where to find it: "conduct:12", "fact:staff", "contract:3"."""
    label: Any
    on: date | None
    """The day on which it happened or as of which it was stated."""
    until: date | None = None
    document: str = ""
    """Document number, or who stated it."""
    value: Any = ""
    """What it says, in words."""
    counted: Any = ""
    """How much of it counts, in words."""
    effect: Decimal | None = None
    """The score with it less the score without it."""


@dataclass(frozen=True)
class Part:
    """One line of the sum."""

    key: str
    label: Any
    value: Decimal
    """Points that this part brings to the score; the parts add up to the score exactly."""
    formula: Any
    sources: tuple[Source, ...] = ()
    mark: Decimal | None = None
    """0 to 100: how well this part alone does."""
    weight: Decimal | None = None
    """Share of the score, in percent; None when the part is not scored."""
    is_scored: bool = True
    note: Any = ""
    """Why it is not scored, or what is missing."""


@dataclass(frozen=True)
class Explained:
    """A score from 0 to 100 with two decimals and everything that it is made of."""

    score: Decimal
    parts: tuple[Part, ...]
    formula: Any
    at: datetime
    version: str
    """Version of the published parameters."""
    figures: dict[str, Decimal] = field(default_factory=dict)

    def part(self, key: str) -> Part:
        return next(part for part in self.parts if part.key == key)

    def as_dict(self) -> dict:
        """Plain JSON values, to be kept with a decision that used the score. Numbers are text, so that nothing is rounded."""
        return {
            "score": str(self.score),
            "formula": str(self.formula),
            "at": self.at.isoformat(),
            "version": self.version,
            "figures": {key: str(value) for key, value in self.figures.items()},
            "parts": [_part_as_dict(part) for part in self.parts],
        }


def _part_as_dict(part: Part) -> dict:
    return {
        "key": part.key,
        "label": str(part.label),
        "value": str(part.value),
        "mark": None if part.mark is None else str(part.mark),
        "weight": None if part.weight is None else str(part.weight),
        "scored": part.is_scored,
        "formula": str(part.formula),
        "note": str(part.note),
        "sources": [
            {
                "key": source.key,
                "label": str(source.label),
                "on": source.on.isoformat() if source.on else None,
                "until": source.until.isoformat() if source.until else None,
                "document": source.document,
                "value": str(source.value),
                "counted": str(source.counted),
                "effect": None if source.effect is None else str(source.effect),
            }
            for source in part.sources
        ],
    }


def local_day(now: datetime) -> date:
    """The calendar day in the city at an instant."""
    return now.astimezone(ZONE).date()


def years_before(day: date, years: int) -> date:
    """The same day some years earlier; 29 February goes to the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def two_places(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal | int) -> str:
    """A number as people write it: 10.40 → "10.4", 80.00 → "80"."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Decimal | int) -> str:
    """+3, −10, with a real minus sign."""
    return f"−{plain(-Decimal(value))}" if value < 0 else f"+{plain(value)}"


def apportion(shares: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Round each share to two places so that they add up to `total` exactly: what rounding left goes to those that lost most."""
    floors = [share.quantize(CENT, "ROUND_FLOOR") for share in shares]
    left = int((total - sum(floors)) / CENT)
    by_loss = sorted(range(len(shares)), key=lambda i: (floors[i] - shares[i], i))
    for i in by_loss[:left]:
        floors[i] += CENT
    return floors
