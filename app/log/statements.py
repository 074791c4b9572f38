"""What the platform signs beside the log: a statement that stands in no leaf, so that nobody fills the log with it, and that it can't deny.

A signed note (C2SP) of two lines, by the log's own key. A checkpoint begins with the log's name and a statement with HEAD, so that neither
passes for the other."""

import json

from app.log.keys import log_keys

HEAD = "linli-statement@v1"


def sign_statement(facts: dict) -> str:
    """The note of these facts as one line of canonical JSON. The same facts always give the same note: it need not be kept."""
    signer = log_keys().signer
    if signer.name == HEAD:
        raise ValueError("a log of this name could not tell a statement from a checkpoint")
    return signer.sign(f"{HEAD}\n{json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(',', ':'))}\n")
