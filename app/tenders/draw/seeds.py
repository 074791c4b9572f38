"""What seeds a draw, and when each seed is fixed: promises before the closing, the log at the closing, a public number after everything else."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason
from app.common.workdays import WorkdayCalendar
from app.tenders.timetable import ZONE

PLATFORM = _l("本平台规则：评标专家公开可验证抽取")
REVEALS_END = time(20, 0)
"""Local time on the day of the number: before any lottery is drawn, so that who keeps a contribution back does so without knowing what it would do."""
TIME_TO_REVEAL = timedelta(hours=4)
_HEX = re.compile(r"[0-9a-f]{64}")


class Side(LabelledEnum):
    """The two sides whose contributions are mixed and whose hands enter the public number."""

    TENDERER = "tenderer", _l("招标人"), "badge"
    BUREAU = "bureau", _l("房管部门"), "info"


class ClosingSource(LabelledEnum):
    """Where the digest that was fixed at the closing comes from."""

    LOG = "log", _l("公开日志的截止检查点"), "badge"
    OPENING_RECORD = "opening_record", _l("开标记录校验值"), "info"
    REHEARSED = "rehearsed", _l("演示数据"), "done"


class PublicNumber(LabelledEnum):
    """National lotteries, drawn in public under a notary's eyes; which one and on which day stands in the notice."""

    SSQ = "ssq", _l("中国福利彩票双色球"), "info"
    DLT = "dlt", _l("中国体育彩票超级大乐透"), "info"

    @property
    def weekdays(self) -> tuple[int, ...]:
        return _WEEKDAYS[self]

    @property
    def balls(self) -> tuple[tuple[int, int], ...]:
        """(how many, the highest) of each of its two kinds of balls."""
        return _BALLS[self]


_WEEKDAYS = {PublicNumber.SSQ: (1, 3, 6), PublicNumber.DLT: (0, 2, 5)}
_BALLS = {PublicNumber.SSQ: ((6, 33), (1, 16)), PublicNumber.DLT: ((5, 35), (2, 12))}


def reveal_until(number_on: date) -> datetime:
    return datetime.combine(number_on, REVEALS_END, ZONE)


def first_number_day(commit_until: datetime) -> tuple[PublicNumber, date]:
    """The first lottery that leaves time to reveal after the commitments have ended."""
    day = commit_until.astimezone(ZONE).date()
    while True:
        for kind in PublicNumber:
            if why_not_number_day(kind, day, commit_until) is None:
                return kind, day
        day += timedelta(days=1)


def why_not_number_day(kind: PublicNumber, number_on: date, commit_until: datetime) -> Reason | None:
    if number_on.weekday() not in kind.weekdays:
        return Reason(
            _l("“%(kind)s”这一天不开奖。", kind=kind.label),
            next=_l("双色球周二、周四、周日开奖，大乐透周一、周三、周六开奖，请另选一天。"),
        )
    if reveal_until(number_on) < commit_until + TIME_TO_REVEAL:
        return Reason(
            _l("公开号码的开奖日太早：截止以后至少要留 4 小时公开随机数。"), PLATFORM, _l("请选投标截止以后的开奖日，并以 20:00 为界。")
        )
    return None


HOLIDAY = 3
"""So many days without work in a row are more than a weekend: lotteries rest over the long holidays."""


def why_not_drawn_on(kind: PublicNumber, announced: date, drawn_on: date, calendar: WorkdayCalendar) -> Reason | None:
    """Nobody waits for a lottery that suits: the announced day counts, or the next one where each in between fell into a long holiday."""
    day = announced
    while day < drawn_on and (day.weekday() not in kind.weekdays or _is_long_holiday(day, calendar)):
        day += timedelta(days=1)
    if day == drawn_on and day.weekday() in kind.weekdays:
        return None
    return Reason(_l("开奖日期不对。"), PLATFORM, _l("请填公告写明的那一天；那一天在长假里停开的，填假后第一期的日期。"))


def _is_long_holiday(day: date, calendar: WorkdayCalendar) -> bool:
    def rests(one: date, step: int) -> int:
        length = 0
        while not calendar.is_workday(one):
            length, one = length + 1, one + timedelta(days=step)
        return length

    return rests(day, -1) + rests(day, 1) - 1 >= HOLIDAY


def parse_number(kind: PublicNumber, typed: Sequence[str]) -> list[list[int]] | Reason:
    """What was typed for each kind of balls, as sorted numbers: "03 07 12 18 25 31", "09"."""
    found = []
    for text, (count, highest) in zip(typed, kind.balls, strict=True):
        numbers = sorted({int(part) for part in re.findall(r"[0-9]{1,3}", text)})
        is_clean = re.fullmatch(r"[0-9\s,，、.+]*", text) is not None
        if (
            not is_clean
            or len(re.findall(r"[0-9]+", text)) != count
            or len(numbers) != count
            or not all(1 <= n <= highest for n in numbers)
        ):
            return Reason(
                _l("号码不对：应是 %(count)d 个不同的数，每个在 1 到 %(highest)d 之间。", count=count, highest=highest),
                next=_l("请对照开奖公告，用空格隔开填写。"),
            )
        found.append(numbers)
    return found


# --- contributions -----------------------------------------------------------------------------------------------------


def contribution_hash(tender: str, number: int, side: Side, value: str) -> str:
    """What a side hands in beforehand: bound to tender, round and side, so that nobody can copy the other's."""
    return sha256(f"linli-draw/1\n{tender}\n{number}\n{side.value}\n{value}\n".encode()).hexdigest()


def why_not_commitment(text: str) -> Reason | None:
    if _HEX.fullmatch(text):
        return None
    return Reason(_l("承诺值不对：应是 64 个十六进制字符。"), next=_l("请按页面上的方法生成随机数，把算出的承诺值完整粘贴。"))


def why_not_reveal(tender: str, number: int, side: Side, value: str, committed: str) -> Reason | None:
    if _HEX.fullmatch(value) and contribution_hash(tender, number, side, value) == committed:
        return None
    return Reason(
        _l("这个随机数与截止前提交的承诺值不符，不能作数。"), PLATFORM, _l("请找出生成承诺值时保存的那个随机数，64 个字符完整粘贴。")
    )


def seeds_of(numbers: Sequence[Sequence[int]], contributions: Sequence[tuple[str | None, str | None]], closing: str) -> list[list[int]]:
    """The sources in their announced order: the public number, each side's (committed, revealed), the closing digest.

    A side that did not reveal counts with its commitment, one that never committed with 0."""
    given = [[int(revealed or committed or "0", 16)] for committed, revealed in contributions]
    return [*(list(group) for group in numbers), *given, [int(closing, 16)]]
