"""The test capsule: a random value in an age file to one key, with the tender's number inside. Pure."""

import binascii
import hashlib
import json
import secrets
from base64 import b64decode, b64encode

import pyrage

from app.common.i18n import _l
from app.common.refusal import Reason, Refused

FORMAT = "linli-rehearsal-1"
ANSWER_BYTES = 32


def make_capsule(recipient: str, tender: str) -> tuple[str, str]:
    """(armored age file, SHA-256 of the answer in hexadecimal)."""
    answer = secrets.token_bytes(ANSWER_BYTES)
    inside = json.dumps(
        {"answer": b64encode(answer).decode(), "format": FORMAT, "tender": tender},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    capsule = pyrage.encrypt(inside.encode(), [pyrage.x25519.Recipient.from_str(recipient)], armored=True)
    return capsule.decode(), hashlib.sha256(answer).hexdigest()


def digest_of(typed: str) -> str | None:
    """The hash of an answer: the value itself, or the whole text that was in the capsule; None when it is neither."""
    text = "".join(typed.split())
    if text.startswith("{"):
        try:
            text = str(json.loads(text)["answer"])
        except (ValueError, KeyError, TypeError):
            return None
    try:
        answer = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return hashlib.sha256(answer).hexdigest() if len(answer) == ANSWER_BYTES else None


def read_recipient(typed: str) -> str:
    """A public key as age writes it; refused with a sentence when it is none, or when it is the secret half."""
    text = "".join(typed.split())
    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise Refused(
            Reason(_l("这是私钥，不能交给平台。"), next=_l("它已经显露，请作废，另做一把，只粘贴 age1 开头的公钥。")), field="recipient"
        )
    try:
        return str(pyrage.x25519.Recipient.from_str(text.lower()))
    except pyrage.RecipientError as error:
        raise Refused(Reason(_l("这不是 age 公钥。"), next=_l("请完整粘贴 age1 开头、共 62 个字符的公钥。")), field="recipient") from error
