"""The log's keys, derived from one secret setting: what signs checkpoints, what makes padding, what seals the rows."""

import hmac
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from flask import current_app
from sqlalchemy.pool import Pool

from app.config import kept_secret
from app.extensions import db
from app.log.models import LogBegin
from app.log.notes import Signer, Verifier

PLACED = "log_placed"
"""In session.info: when this transaction placed its first leaf, by the monotonic clock and by the log's."""


class WrongLogKey(RuntimeError):
    """The configured key or name is not the one with which the log began. With it nothing is appended, signed or given out: it would be another log."""


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


def log_keys(begin: LogBegin | None = None) -> Keys:
    """Of this site; without a setting the secret is kept in the data folder from its first use on. Raises WrongLogKey: whatever is signed,
    padded or given out takes its keys from here. `begin`: for whoever has read it already."""
    config = current_app.config
    config["LOG_KEY"] = config["LOG_KEY"] or kept_secret(config["DATA"], "log-key")
    keys = derive_keys(config["LOG_KEY"], config["LOG_NAME"])
    mine, pool = (keys.verifier.name, keys.verifier.key), db.engine.pool
    if _began.get(pool) != mine:
        begin = begin or db.session.get(LogBegin, 1)
        if begin is not None:
            check_key(begin, keys)
            if PLACED not in db.session.info:  # else the row may be this transaction's own, and be rolled back
                _began[pool] = mine
    return keys


_began: WeakKeyDictionary[Pool, tuple[str, bytes]] = WeakKeyDictionary()
"""Name and key with which the log of a database began, once they were read committed and are this site's: the row never changes."""


def check_key(begin: LogBegin, keys: Keys) -> None:
    if (begin.origin, begin.public_key) != (keys.verifier.name, keys.verifier.key):
        raise WrongLogKey(
            f"the log began as {begin.origin} with another key than LINLI_LOG_KEY and LINLI_LOG_NAME give; "
            "put the first key back (the file log-key) and start again; until then nothing is written to the log or given out of it"
        )
