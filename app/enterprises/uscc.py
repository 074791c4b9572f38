"""The unified social credit code (GB 32100-2015): both of its check digits, and a sentence for every way it can be wrong."""

import unicodedata

from app.common.i18n import _l
from app.common.refusal import Reason

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: no I, O, S, V or Z."""

LENGTH = 18
NEVER_USED = "IOSVZ"

_CODE_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

GB_32100 = _l("《法人和其他组织统一社会信用代码编码规则》（GB 32100-2015）")
GB_11714 = _l("《全国组织机构代码编制规则》（GB 11714-1997）")
COMPARE = _l("请对照营业执照逐位核对，不要只改校验位。")


def normalise_uscc(text: str) -> str:
    """As people type it, to as it is written: full-width to half-width, blanks and hyphens out, capitals."""
    half_width = unicodedata.normalize("NFKC", text)
    return "".join(c for c in half_width if not c.isspace() and c != "-").upper()


def organisation_check_digit(body: str) -> str:
    """The ninth character of an organisation code (GB 11714, mod 11) from its first eight; letters count A=10 … Z=35."""
    total = sum(weight * int(c, 36) for weight, c in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def code_check_digit(body: str) -> str:
    """The eighteenth character (GB 32100, mod 31) from the first seventeen."""
    total = sum(weight * ALPHABET.index(c) for weight, c in zip(_CODE_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def is_uscc(code: str) -> bool:
    return why_not_uscc(code) is None


def why_not_uscc(code: str) -> Reason | None:
    """What is wrong with a normalised code, the first thing found from left to right; None when it is sound."""
    if not code:
        return Reason(_l("没有填写统一社会信用代码。"), GB_32100, _l("请按营业执照填写 18 位代码。"))
    if len(code) != LENGTH:
        return Reason(
            _l("统一社会信用代码应为 18 位，这里是 %(length)d 位。", length=len(code)), GB_32100, _l("请按营业执照补全或删去多余的字符。")
        )
    return _why_not_characters(code) or _why_not_check_digits(code)


def _why_not_characters(code: str) -> Reason | None:
    for position, c in enumerate(code, start=1):
        if c in NEVER_USED:
            return Reason(
                _l("统一社会信用代码第 %(position)d 位是字母 %(letter)s，代码从不使用 I、O、S、V、Z。", position=position, letter=c),
                GB_32100,
                _l("请对照营业执照，多半是把数字 1、0、5、2 认成了字母。"),
            )
        if c not in ALPHABET:
            return Reason(
                _l("统一社会信用代码第 %(position)d 位“%(letter)s”既不是数字也不是大写英文字母。", position=position, letter=c),
                GB_32100,
                COMPARE,
            )
        if 3 <= position <= 8 and not c.isdigit():
            return Reason(
                _l("统一社会信用代码第 3 至 8 位是行政区划码，应为数字，第 %(position)d 位却是 %(letter)s。", position=position, letter=c),
                GB_32100,
                COMPARE,
            )
    return None


def _why_not_check_digits(code: str) -> Reason | None:
    expected = organisation_check_digit(code[8:16])
    if code[16] != expected:
        return Reason(
            _l(
                "统一社会信用代码第 9 至 17 位是组织机构代码，它的校验位（第 17 位）应为 %(expected)s，这里是 %(found)s。",
                expected=expected,
                found=code[16],
            ),
            GB_11714,
            COMPARE,
        )
    expected = code_check_digit(code[:17])
    if code[17] != expected:
        return Reason(
            _l("统一社会信用代码的校验位（第 18 位）应为 %(expected)s，这里是 %(found)s。", expected=expected, found=code[17]),
            GB_32100,
            COMPARE,
        )
    return None
