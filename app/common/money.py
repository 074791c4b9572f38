"""Money in integer fen, areas in 0.01 m², shares in basis points: read from what people type, written for people."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from app.common.i18n import _l
from app.common.refusal import Reason, Refused

_NUMBER = re.compile(r"^([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]+)?$")
"""A comma stands before exactly three digits: "1,5" is no fifteen."""
MAX_FEN = 10**15


def _hundredths(text: str, wrong: Reason, too_fine: Reason) -> int:
    plain = unicodedata.normalize("NFKC", text or "").strip().replace(" ", "")
    if plain[:1] in ("-", "\u2212") and _NUMBER.match(plain[1:]):
        raise Refused(Reason(_l("不能是负数。"), next=_l("请填写零或正数。")))
    if plain.isascii() and plain.isdigit() and not _NUMBER.match(plain):
        raise Refused(Reason(_l("数字太大。"), next=_l("请检查位数后重新填写。")))
    if not _NUMBER.match(plain):
        raise Refused(wrong)
    value = Decimal(plain.replace(",", "")) * 100
    if value != value.to_integral_value():
        raise Refused(too_fine)
    return int(value)


def parse_fen(text: str) -> int:
    """Yuan as typed ("0.62", "1,234.5", full-width digits) to fen. Raises Refused; never rounds."""
    return _hundredths(
        text,
        Reason(_l("金额不是数字。"), next=_l("请填写以元为单位的数字，例如 1234.50。")),
        Reason(_l("金额最多两位小数（精确到分）。"), next=_l("请改为两位小数。")),
    )


def parse_area(text: str) -> int:
    """Square metres as typed to 0.01 m². Raises Refused; never rounds."""
    return _hundredths(
        text,
        Reason(_l("面积不是数字。"), next=_l("请填写以平方米为单位的数字，例如 48230.00。")),
        Reason(_l("面积最多两位小数。"), next=_l("请改为两位小数。")),
    )


def yuan(fen: int) -> str:
    """1234567 → "12,345.67"."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def wan_yuan(fen: int) -> str:
    """Ten thousand yuan with one decimal, half up: 318_400_000 → "318.4"."""
    return f"{(Decimal(fen) / 1_000_000).quantize(Decimal('0.1'), ROUND_HALF_UP):,}"


def square_metres(area_centi: int) -> str:
    """4823000 → "48,230.00"."""
    return yuan(area_centi)


def percent(part: int, whole: int, places: int = 2) -> str:
    """Share in percent, half up; a dash where there is nothing to divide by."""
    if whole == 0:
        return "—"
    return str((Decimal(part) * 100 / whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def yuan_in_words(fen: int) -> str:
    """Chinese capital amount: 62 → "陆角贰分", 120000 → "壹仟贰佰元整". In a bid the words prevail over the figures (130号 §41)."""
    if fen < 0:
        return "负" + yuan_in_words(-fen)
    if fen == 0:
        return "零元整"
    whole, cents = divmod(fen, 100)
    jiao, rest = divmod(cents, 10)
    words = f"{_whole_in_words(whole)}元" if whole else ""
    if not cents:
        return words + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif whole:
        words += "零"
    return words + (_DIGITS[rest] + "分" if rest else "整")


def _whole_in_words(whole: int) -> str:
    groups = []
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.append(group)
    words, zero_before = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            zero_before = bool(words)
            continue
        if words and (zero_before or group < 1000):
            words += "零"
        words += _group_in_words(group) + _GROUPS[index]
        zero_before = False
    return words


def _group_in_words(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return words
