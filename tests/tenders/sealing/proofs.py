"""Logs that no server keeps: for what bidders' and holders' programs check before they seal or release anything."""

import json
import os
from base64 import b64encode
from hashlib import sha256

from app.log.notes import Checkpoint, Signer, proof_text
from app.log.tree import inclusion_proof, leaf_hash, root

SIGNER = Signer.from_seed("linli.test/log", b"\7" * 32)


def entry_of(terms: dict, **change) -> dict:
    """What the publication of these terms would say."""
    told = {
        "event": "tender.publish",
        "object": "tender 1",
        "at": "2026-01-01T00:00:00+00:00",
        "tender": terms["tender"],
        "bid_deadline_at": terms["deadline_at"],
        "terms_sha256": terms["documents"],
        "recipients": [holder["key"] for holder in terms["holders"]],
        "threshold": terms["threshold"],
    }
    return told | change


def proofs_of(entries: list[dict], signer: Signer = SIGNER) -> list[str]:
    """The proofs of a log with just these entries, all under its one checkpoint."""
    opened = [(os.urandom(32), json.dumps(one, ensure_ascii=False)) for one in entries]
    leaves = [leaf_hash(sha256(salt + payload.encode()).digest()) for salt, payload in opened]

    def node(level: int, index: int) -> bytes:
        if not level:
            return leaves[index]
        return sha256(b"\1" + node(level - 1, 2 * index) + node(level - 1, 2 * index + 1)).digest()

    note = signer.sign(str(Checkpoint(signer.name, len(leaves), root(len(leaves), node))))
    extras = [json.dumps({"payload": payload, "salt": b64encode(salt).decode()}).encode() for salt, payload in opened]
    return [proof_text(at, inclusion_proof(at, len(leaves), node), note, extra) for at, extra in enumerate(extras)]


def proved(terms: dict, **change) -> dict:
    """Terms with their proof; `change`: of what the log says."""
    (proof,) = proofs_of([entry_of(terms, **change)])
    return terms | {"log": {"key": str(SIGNER.verifier), "published": proof}}
