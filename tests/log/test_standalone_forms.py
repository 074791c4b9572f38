"""verify.py and receipts that are made to mislead it: a clean answer, and no content out of sight."""

import base64
import json

import pytest

from app.log import queries
from app.log.keys import log_keys
from app.log.notes import Proof
from tests.verify_alone import run


def opened_as(receipt: str, text: bytes) -> str:
    extra = base64.b64encode(Proof.from_text(receipt).extra).decode()
    return receipt.replace(extra, base64.b64encode(text).decode())


def moved(receipt: str) -> str:
    """Genuine bytes, but the content's beginning lies in the salt."""
    opened = json.loads(Proof.from_text(receipt).extra)
    payload, salt = opened["payload"].encode(), base64.b64decode(opened["salt"])
    cut = payload.index(b'"event"')
    return opened_as(
        receipt, json.dumps({"payload": payload[cut:].decode(), "salt": base64.b64encode(salt + payload[:cut]).decode()}).encode()
    )


def index_line(receipt: str) -> str:
    return f"index {Proof.from_text(receipt).index}"


FALSE = {
    "moved into the salt": (moved, "the salt is not 32 bytes"),
    "deep": (lambda text: opened_as(text, b'{"payload":' + b"[" * 100_000), "cannot be read"),
    "half a character": (lambda text: opened_as(text, b'{"payload":"\\ud800","salt":""}'), "cannot be read"),
    "no text": (lambda text: opened_as(text, b'{"payload":7,"salt":""}'), "cannot be read"),
    "huge index": (lambda text: text.replace(index_line(text), "index " + "9" * 5000), "names no leaf"),
    "zeros": (lambda text: text.replace(index_line(text), index_line(text).replace(" ", " 00")), "names no leaf"),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_receipt_that_misleads_does_not_hold(log, tmp_path, name):
    change, words = FALSE[name]
    entry = log.append(words="不予受理")
    receipt, file = queries.receipt(entry), tmp_path / "receipt"
    key = str(log_keys().verifier)
    file.write_text(receipt, encoding="utf-8")
    assert run("receipt", file, "--key", key).returncode == 0
    file.write_text(change(receipt), encoding="utf-8")
    answer = run("receipt", file, "--key", key)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert "DOES NOT HOLD" in answer.stdout and words in answer.stdout
