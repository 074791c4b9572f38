"""The log's keys, derived from one secret setting: what signs checkpoints, what makes padding, what seals the rows."""

import hmac
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app

from app.config import kept_secret
from app.log.notes import Signer, Verifier


@dataclass(frozen=True)
class Keys:
    signer: Signer
    padding: bytes
    sealing: bytes

    @property
    def verifier(self) -> Verifier:
        return self.signer.verifier

    def seal(self, *parts: bytes) -> bytes:
        """A code over a row that nobody makes who holds the database alone."""
        text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self.sealing, text, "sha256")


@lru_cache(maxsize=8)
def derive_keys(secret: str, name: str) -> Keys:
    """Everything from one secret of at least 32 characters; another label, another key."""

    def derived(label: str) -> bytes:
        return hmac.digest(secret.encode(), f"linli log {label} v1".encode(), "sha256")

    return Keys(Signer.from_seed(name, derived("signing")), derived("padding"), derived("sealing"))


def log_keys() -> Keys:
    """Of this site; without a setting the secret is kept in the data folder from its first use on."""
    config = current_app.config
    config["LOG_KEY"] = config["LOG_KEY"] or kept_secret(config["DATA"], "log-key")
    return derive_keys(config["LOG_KEY"], config["LOG_NAME"])
