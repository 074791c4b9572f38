"""What a value out of somebody else's JSON must be before it is believed: one reader for each kind."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import Any

_HEX = re.compile(r"[0-9a-f]{64}")
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")


class Malformed(ValueError):
    """Bytes that are no capsule, or not one that this version knows. The text is for logs; `part`: of a manifest, where one is to blame."""

    def __init__(self, text: str, part: str = ""):
        super().__init__(f"{part}: {text}" if part else text)
        self.part = part


def json_of(data: bytes) -> Any:
    try:
        return json.loads(data, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error


def _no_float(text: str):
    raise ValueError(f"{text}: only whole numbers")


def mapping(value: Any, names: set[str]) -> dict:
    if not isinstance(value, dict) or set(value) != names:
        raise Malformed("other parts than expected")
    return value


def list_of(value: Any, most: int) -> list:
    if not isinstance(value, list) or len(value) > most:
        raise Malformed("a list that is none or too long")
    return value


def text_of(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Malformed("a text that is none or too long")
    return value


def number(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Malformed("a number that is none or out of range")
    return value


def sha256_hex(value: Any) -> str:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise Malformed("not a SHA-256")
    return value


def recipient(value: Any) -> str:
    if not isinstance(value, str) or not _RECIPIENT.fullmatch(value):
        raise Malformed("not an age key")
    return value


def exact_base64(value: Any) -> bytes:
    """Raises Malformed unless this is the one spelling of its bytes."""
    try:
        found = b64decode(value if isinstance(value, str) else "", validate=True)
    except ValueError as error:
        raise Malformed("not base64") from error
    if b64encode(found).decode() != value:
        raise Malformed("another spelling in base64")
    return found


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed("neither true nor false")
    return value
