"""Numbers, money, areas, days and instants as people read them, in Chinese and English.

Pages, files and mails all use these, so that one figure looks the same everywhere.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup, escape

from app.common.languages import spoken

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUS = "−"
NOTHING = "—"
SOON = dt.timedelta(days=3)


class Words(NamedTuple):
    """What differs between the languages besides the figures: units, names of days, the order of a date."""

    yuan: str
    price: str
    weekdays: tuple[str, ...]
    day: Callable[[dt.date], str]
    full_day: Callable[[dt.date], str]
    weekday: Callable[[str], str]
    left: str
    over: str
    last_minute: str
    between: str
    units: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

CHINESE = Words(
    yuan="{} 元",
    price="{} 元/m²·月",
    weekdays=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    day=lambda day: f"{day.month}月{day.day}日",
    full_day=lambda day: f"{day.year}年{day.month}月{day.day}日",
    weekday="（{}）".format,
    left="还剩 {}",
    over="已截止",
    last_minute="还剩不到 1 分",
    between="、",
    units=(("天", "天"), ("时", "时"), ("分", "分")),
)
ENGLISH = Words(
    yuan="{} yuan",
    price="{} yuan/m² a month",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    day=lambda day: f"{day.day} {MONTHS[day.month - 1]}",
    full_day=lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    weekday=" ({})".format,
    left="{} left",
    over="Closed",
    last_minute="Less than 1 min left",
    between=", ",
    units=(("day", "days"), ("h", "h"), ("min", "min")),
)


def words() -> Words:
    """The words of the reader's language; Chinese outside a request."""
    return ENGLISH if spoken().is_english else CHINESE


def listed(items: Iterable) -> str:
    """Several words as one text: "甲、乙"; in English "A, B"."""
    return words().between.join(str(item) for item in items)


def _grouped(units: int, places: int) -> str:
    """An integer count of 10^-places as digits with thousands separators: (123450, 2) -> "1,234.50"."""
    sign = MINUS if units < 0 else ""
    scale = 10**places
    whole, rest = divmod(abs(units), scale)
    return f"{sign}{whole:,}.{rest:0{places}d}" if places else f"{sign}{whole:,}"


def money_text(fen: int | None) -> str:
    """Fen as yuan: 123450 -> "1,234.50 元"."""
    return NOTHING if fen is None else words().yuan.format(_grouped(fen, 2))


def wan_text(fen: int | None) -> str:
    """Fen as ten thousand yuan with one decimal, for headlines: 318_412_300 -> "318.4 万元"; in English "3,184,123 yuan"."""
    if fen is None:
        return NOTHING
    if words() is ENGLISH:
        return f"{_grouped(int((Decimal(fen) / 100).quantize(Decimal(1), ROUND_HALF_UP)), 0)} yuan"
    tenths = int((Decimal(fen) / Decimal(100_000)).quantize(Decimal(1), ROUND_HALF_UP))
    return f"{_grouped(tenths, 1)} 万元"


def price_text(fen: int | None) -> str:
    """A property fee in fen per square metre and month: 62 -> "0.62 元/m²·月"."""
    return NOTHING if fen is None else words().price.format(_grouped(fen, 2))


def area_text(area_centi: int | None) -> str:
    """0.01 m² as square metres: 4_823_000 -> "48,230.00 m²"."""
    return NOTHING if area_centi is None else f"{_grouped(area_centi, 2)} m²"


SINGULARS = {"people": "person"}
"""One of these is not its plural without the s."""


def count_text(number: int | None, unit: str = "") -> str:
    """A whole number with thousands separators and, if given, a unit that the caller has translated (in English to its plural)."""
    if number is None:
        return NOTHING
    if number == 1 and unit and words() is ENGLISH:
        unit = SINGULARS.get(str(unit), str(unit).removesuffix("s"))
    return f"{_grouped(number, 0)} {unit}" if unit else _grouped(number, 0)


def percent_text(basis_points: int | None, places: int = 2) -> str:
    """Basis points as per cent: 7390 -> "73.90%"."""
    if basis_points is None:
        return NOTHING
    return f"{score_text(Decimal(basis_points) / 100, places)}%"


def share_text(part: int, whole: int, places: int = 2) -> str:
    """What share of the whole a part is: (824, 1115) -> "73.90%"; of nothing, a dash."""
    if not whole:
        return NOTHING
    return f"{score_text(Decimal(part) * 100 / Decimal(whole), places)}%"


def score_text(value: Decimal | int | None, places: int = 2) -> str:
    """A score or other decimal, rounded half up: Decimal("87.415") -> "87.42"."""
    if value is None:
        return NOTHING
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:,f}".replace("-", MINUS)


def size_text(number_of_bytes: int | None) -> str:
    """A file's size: 1_258_291 -> "1.2 MB"."""
    if number_of_bytes is None:
        return NOTHING
    if number_of_bytes < 1024:
        return f"{number_of_bytes} B"
    for unit in ("KB", "MB", "GB"):
        number_of_bytes /= 1024
        if number_of_bytes < 1024 or unit == "GB":
            return f"{number_of_bytes:,.1f} {unit}"
    return NOTHING


def local(moment: dt.datetime) -> dt.datetime:
    """The instant on the city's clock. A naive instant is a mistake of the caller."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment.astimezone(SHANGHAI)


def _day(day: dt.date, today: dt.date | None, weekday: bool, language: Words) -> str:
    text = language.day(day) if today is not None and today.year == day.year else language.full_day(day)
    return text + language.weekday(language.weekdays[day.weekday()]) if weekday else text


def _date(day: dt.date | dt.datetime | None) -> dt.date | None:
    return local(day).date() if isinstance(day, dt.datetime) else day


def day_text(day: dt.date | None, today: dt.date | dt.datetime | None = None, weekday: bool = True) -> str:
    """A day with its weekday; the year is left out only when `today` is given and falls in the same year."""
    return NOTHING if day is None else _day(_date(day), _date(today), weekday, words())


def _moment(here: dt.datetime, now: dt.datetime | None, weekday: bool, end_of_day: bool, language: Words) -> str:
    day, time = here.date(), f"{here.hour:02d}:{here.minute:02d}"
    if end_of_day and (here.hour, here.minute, here.second) == (0, 0, 0):
        day, time = day - dt.timedelta(days=1), "24:00"
    text = _day(day, _date(now), weekday, language)
    return f"{text}{time}" if text.endswith("）") else f"{text} {time}"


def moment_text(moment: dt.datetime | None, now: dt.datetime | None = None, weekday: bool = True, end_of_day: bool = False) -> str:
    """An instant on the city's clock: "2026年3月20日（周五）12:00". With end_of_day midnight reads 24:00 of the day before."""
    return NOTHING if moment is None else _moment(local(moment), now, weekday, end_of_day, words())


def _time_left(until: dt.datetime, now: dt.datetime, language: Words) -> str:
    minutes = int((until - now).total_seconds() // 60)
    if minutes < 1:
        return language.last_minute
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    amounts = [(days, 0), (hours, 1), (minutes, 2)]
    while amounts[0][0] == 0:
        amounts.pop(0)
    # Beyond a week the hours tell nobody anything.
    shown = amounts[:1] if days >= 7 else amounts[:2]
    return language.left.format(" ".join(f"{amount} {language.units[unit][amount != 1]}" for amount, unit in shown if amount))


def time_left_text(until: dt.datetime, now: dt.datetime) -> str:
    """How much time is left as a person says it: "还剩 2 天 3 时"; never more than there is."""
    return _time_left(until, now, words())


class Deadline(NamedTuple):
    """What a deadline's tag says and in which colour."""

    text: str
    colour: str


def read_deadline(until: dt.datetime, now: dt.datetime) -> Deadline:
    """A deadline as a tag: how much time is left, in the warning colour within three days, or that it has passed."""
    if now >= until:
        return Deadline(words().over, "done")
    return Deadline(time_left_text(until, now), "soon" if until - now <= SOON else "open")


# The same as HTML. A list of a hundred rows calls these five hundred times: they join text that holds figures and our own words
# only, and escape what a caller passes.


def _unbroken(text: str) -> Markup:
    return Markup(f'<span class="nowrap">{text}</span>')


def money(fen: int | None) -> Markup:
    return _unbroken(money_text(fen))


def wan(fen: int | None) -> Markup:
    return _unbroken(wan_text(fen))


def price(fen: int | None) -> Markup:
    return _unbroken(price_text(fen))


def area(area_centi: int | None) -> Markup:
    return _unbroken(area_text(area_centi))


def count(value: int | None, unit: str = "") -> Markup:
    return _unbroken(count_text(value, escape(unit) if unit else ""))


def _time(machine: str, text: str) -> Markup:
    return Markup(f'<time datetime="{machine}">{text}</time>')


def moment(value: dt.datetime | None, now: dt.datetime | None = None, weekday: bool = True, end_of_day: bool = False) -> Markup:
    if value is None:
        return Markup(NOTHING)
    here = local(value)
    return _time(here.isoformat(timespec="seconds"), _moment(here, now, weekday, end_of_day, words()))


def day(value: dt.date | None, today: dt.date | dt.datetime | None = None, weekday: bool = True) -> Markup:
    if value is None:
        return Markup(NOTHING)
    here = _date(value)
    return _time(here.isoformat(), _day(here, _date(today), weekday, words()))


def deadline(until: dt.datetime, now: dt.datetime, with_moment: bool = True, end_of_day: bool = False) -> Markup:
    text, colour = read_deadline(until, now)
    tag = f'<strong class="govuk-tag tag-{colour}">{text}</strong>'
    return Markup(f"{tag}<small>{moment(until, now, end_of_day=end_of_day)}</small>" if with_moment else tag)


FIGURES: dict[str, Callable[..., Markup | str]] = {
    "money": money,
    "wan": wan,
    "price": price,
    "area": area,
    "count": count,
    "listed": listed,
    "percent": percent_text,
    "share": share_text,
    "score": score_text,
    "size": size_text,
    "moment": moment,
    "day": day,
    "deadline": deadline,
}


def install(env: Environment) -> None:
    """Give the component macros what they ask Python for. create_app calls it once."""
    from app.common import charts, languages, macros

    languages.install(env)
    env.globals["figures"] = FIGURES
    macros.install(env)
    charts.install(env)
