"""Whether the terms are those that the public log published: its proof goes with the terms file and is checked here, without the site."""

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from .notes import NoteError, Proof, Verifier
from .tree import ProofError
from .words import Fault

SALT = 32


@dataclass(frozen=True)
class Published:
    """The entry of the publication: its place in the log, and the key of the log that says so."""

    index: int
    key: str
    fingerprint: str


def check_published(data: dict, known: str = "") -> Published:
    """`data`: a terms file; `known`: the log's key line or its fingerprint, as the bidder has it from elsewhere. Raises Fault."""
    log = data.get("log")
    if not isinstance(log, dict) or not isinstance(log.get("key"), str) or not isinstance(log.get("published"), str):
        raise Fault("published_missing")
    try:
        verifier = Verifier.from_text(log["key"])
        proof = Proof.from_text(log["published"])
        told = _opened(proof, verifier)
    except (NoteError, ProofError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Fault("published") from error
    key = str(verifier)
    if known and "".join(known.split()) not in (key, "".join(verifier.fingerprint.split())):
        raise Fault("log_other", given=verifier.fingerprint)
    if wrong := _difference(told, data):
        raise Fault(wrong)
    return Published(proof.index, key, verifier.fingerprint)


def _opened(proof: Proof, verifier: Verifier) -> dict:
    """What the entry says, once it is sure that it stands in the log."""
    extra = json.loads(proof.extra)
    salt, payload = b64decode(extra["salt"], validate=True), extra["payload"].encode()
    if len(salt) != SALT:  # otherwise the beginning of the content could be moved into the salt, out of sight
        raise ValueError("a salt of another length")
    proof.verify(sha256(salt + payload).digest(), verifier)
    return dict(json.loads(payload))


def _difference(told: dict, data: dict) -> str | None:
    """As a key of words; None when they say the same."""
    if told.get("event") != "tender.publish" or told.get("tender") != data["tender"]:
        return "published_elsewhere"
    if told.get("terms_sha256") != data["documents"]:
        return "published_documents"
    if _instant(told.get("bid_deadline_at")) != _instant(data["deadline_at"]):
        return "published_deadline"
    if told.get("threshold") != data["threshold"] or told.get("recipients") != [one["key"] for one in data["holders"]]:
        return "published_keys"
    return None


def _instant(text) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
