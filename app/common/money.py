"""Money in integer fen, areas in 0.01 m², shares in basis points: read from what people type, written for people."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from app.common.amounts import yuan, yuan_in_words
from app.common.i18n import _l
from app.common.refusal import Reason, Refused

__all__ = ["parse_area", "parse_fen", "percent", "square_metres", "wan_yuan", "yuan", "yuan_in_words"]

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
