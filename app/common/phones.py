"""What a telephone number looks like: an 11-digit mobile number, a land line with its area code, a 400 or 800 number."""

import re
import unicodedata

_PHONE = re.compile(r"(0\d{2,3}-?\d{7,8}(-\d{1,6})?|1\d{10}|[48]00-?\d{3}-?\d{4})")


def normal_phone(text: str | None) -> str:
    """As it is kept: half-width digits, no blanks, a plain hyphen."""
    plain = "".join(unicodedata.normalize("NFKC", text or "").split())
    return re.sub(r"[‐-―−—]", "-", plain)


def is_phone(text: str) -> bool:
    return _PHONE.fullmatch(normal_phone(text)) is not None
