"""The test capsule: a random value in an age file to one key, with the tender's number inside. Pure.

Its holder gives back the SHA-256 of what was inside, never what was inside: whoever slips somebody else's ciphertext into a holder's hands
as if it were a rehearsal gets a hash of a share (256 random bits) and nothing that opens a bid."""

import hashlib
import json
import re
import secrets
from base64 import b64encode

import pyrage

from app.common.i18n import _l
from app.common.refusal import Reason, Refused

FORMAT = "linli-rehearsal-2"
ANSWER_BYTES = 32

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def make_capsule(recipient: str, tender: str) -> tuple[str, str]:
    """(armored age file, what its answer is compared with)."""
    answer = secrets.token_bytes(ANSWER_BYTES)
    inside = json.dumps(
        {"answer": b64encode(answer).decode(), "format": FORMAT, "tender": tender},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    capsule = pyrage.encrypt(inside.encode(), [pyrage.x25519.Recipient.from_str(recipient)], armored=True)
    return capsule.decode(), kept_of(answer_to(inside))


def answer_to(content: str) -> str:
    """What the holder's own program makes of the content: its SHA-256 in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def kept_of(answer: str) -> str:
    """What the platform keeps of the right answer: who reads the table alone can't give it."""
    return hashlib.sha256(answer.encode()).hexdigest()


def answer_in(typed: str) -> str | None:
    """The answer in what was typed: sha256sum writes a name behind it, certutil lines around it, old ones blanks inside it.
    None when it holds no hash, or more than one."""
    for text in (typed.lower(), "".join(typed.lower().split())):
        if len(found := _DIGEST.findall(text)) == 1:
            return found[0]
    return None


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
