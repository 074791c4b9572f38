"""The key holders of the sample city: their keys follow from their sign-in names, so that a newcomer can play any of them.

Never so in a real city: there nobody but the holder ever has the secret half."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.accounts.rules import OrganisationKind
from app.common.access import Actor
from app.extensions import db
from app.log.keys import log_keys
from app.sample.people import HOUSES, PASSWORD, user
from app.sample.people import actor as person
from app.tenders.actions import holders, keys, unsealing
from app.tenders.capsule.unseal import unwrap
from app.tenders.holders import BASE_SEATS, HOLDING_ROLES
from app.tenders.models import Tender, TenderHolder
from app.tenders.queries.capsules import standing_capsules
from app.tenders.queries.holders import standing_key
from app.tenders.queries.terms import holders_of
from app.tenders.rehearsal import answer_to

WORDS = Path(__file__).parent / "data" / "bip39-chinese-simplified.txt"
FOLDER = "sample-keys"
"""In the data folder."""

WORK_FACTOR = 12
"""Low: the passphrase is printed beside the file."""

LEGAL_OF = {"410402": "legal.xinhua", "410403": "legal.weidong", "410411": "legal.zhanhe"}
HOLDERS = tuple(login for house in HOUSES for login, role, _name in house.people if role in HOLDING_ROLES)
"""Sign-in names of everybody who may hold a key."""


def secret_of(login: str) -> bytes:
    return hashlib.sha256(b"linli-sample" + login.encode()).digest()


@cache
def identity_of(login: str) -> str:
    """AGE-SECRET-KEY-1…"""
    return _bech32("age-secret-key-", secret_of(login)).upper()


def characters_of(login: str) -> str:
    return words_of(secret_of(login))


def words_of(secret: bytes) -> str:
    """The 24 characters of the card (BIP-39)."""
    words = "".join(WORDS.read_text(encoding="utf-8").split())
    bits = int.from_bytes(secret + hashlib.sha256(secret).digest()[:1])
    return "".join(words[bits >> (11 * n) & 2047] for n in reversed(range(24)))


# --- in the story ----------------------------------------------------------------------------------------------------------


def choose(tender: Tender, manager: str, *, third: str = "", now: datetime) -> None:
    """The manager who runs the tender, the district's legal officer, the officer of the community's street unless a `third` is named."""
    third = third or next(
        h.people[0][0] for h in HOUSES if h.kind is OrganisationKind.STREET_OFFICE and tender.division_code.startswith(h.division_code)
    )
    logins = (manager, LEGAL_OF[tender.division_code[:6]], third)
    chosen = [(seat, person(login).membership_id) for seat, login in zip(BASE_SEATS, logins, strict=True)]
    holders.choose_holders(tender, chosen, 2, actor=person(manager), now=now)


def rehearse(tender: Tender, *, besides: str = "", now: datetime) -> None:
    """Every holder makes a key, if they have none, and opens a test capsule with it; `besides` leaves that to the newcomer."""
    logins = {user(login).id: login for login in HOLDERS}
    for holder in db.session.scalars(db.select(TenderHolder).filter_by(tender_id=tender.id).order_by(TenderHolder.position)):
        login = logins[holder.user_id]
        identity, who = pyrage.x25519.Identity.from_str(identity_of(login)), person(login)
        if standing_key(holder.user_id) is None:
            keys.register_key(str(identity.to_public()), actor=who, now=now)
            db.session.flush()
        if login == besides:
            continue
        asked = holders.ask_rehearsal(holder, actor=who, now=now)
        opened = pyrage.decrypt(asked.capsule.encode(), [identity]).decode()
        holders.answer_rehearsal(holder, answer_to(opened), actor=who, now=now)


def unseal(tender: Tender, *, actor: Actor, now: datetime) -> None:
    """What happens in the opening room: the closing list, the shares of two holders, every bid opened."""
    unsealing.close_bidding(tender, in_flight=timedelta(0), actor=actor, now=now)
    logins = {user(login).id: login for login in HOLDERS}
    for holder in holders_of(tender)[: tender.seal_threshold]:
        login = logins[holder.user_id]
        shares = {one.sha256: b64encode(unwrap(one.header, identity_of(login))).decode() for one in standing_capsules(tender)}
        unsealing.release_shares(tender, shares, actor=person(login), now=now)
    for ready in unsealing.ready_capsules(tender):
        unsealing.keep_unsealed(tender, ready.version_id, unsealing.read_capsule(ready), actor=actor, now=now)


# --- for newcomers ---------------------------------------------------------------------------------------------------------


def add_keys(accounts: list[dict[str, str]]) -> list[dict[str, str]]:
    """The list of sign-ins, with the card and the file of those who may hold a key."""
    return [account | _key_of(account["email"].partition("@")[0]) for account in accounts]


def _key_of(login: str) -> dict[str, str]:
    if login not in HOLDERS:
        return {}
    return {"key_characters": characters_of(login), "key_identity": identity_of(login), "key_file": f"{FOLDER}/{login}.key.age"}


def write_files(folder: Path) -> None:
    """A key file for each holder, as the site's own page makes it; the passphrase is the sample's password."""
    folder.mkdir(parents=True, exist_ok=True)
    log_key = str(log_keys().verifier)
    for login in HOLDERS:
        (folder / f"{login}.key.age").write_text(key_file(login, log_key), encoding="ascii")


def key_file(login: str, log_key: str) -> str:
    """An age file to the passphrase (age-encryption.org/v1, scrypt), armored. `log_key`: the public log's, as its holder met it."""
    recipient = pyrage.x25519.Identity.from_str(identity_of(login)).to_public()
    return _armor(_seal(f"# Linli\n# public key: {recipient}\n# log key: {log_key}\n{identity_of(login)}\n".encode(), PASSWORD))


def _seal(plain: bytes, passphrase: str) -> bytes:
    """age v1 by hand, because pyrage takes a second of scrypt for each file."""
    file_key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
    label = b"age-encryption.org/v1/scrypt" + salt
    wrapping = hashlib.scrypt(passphrase.encode(), salt=label, n=2**WORK_FACTOR, r=8, p=1, dklen=32, maxmem=2**26)
    body = _base64(ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None))
    header = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {WORK_FACTOR}\n{body}\n---".encode()
    mac = hmac.digest(_derive(file_key, None, b"header"), header, "sha256")
    payload = ChaCha20Poly1305(_derive(file_key, nonce, b"payload")).encrypt(bytes(11) + b"\x01", plain, None)
    return header + f" {_base64(mac)}\n".encode() + nonce + payload


def _derive(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _base64(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


def _armor(data: bytes) -> str:
    text = b64encode(data).decode()
    lines = [text[n : n + 64] for n in range(0, len(text), 64)]
    return "\n".join(("-----BEGIN AGE ENCRYPTED FILE-----", *lines, "-----END AGE ENCRYPTED FILE-----", ""))


ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _bech32(prefix: str, data: bytes) -> str:
    """BIP-173, which age uses for its keys."""
    bits = "".join(f"{byte:08b}" for byte in data)
    values = [int(bits[n : n + 5].ljust(5, "0"), 2) for n in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod(expanded + values + [0] * 6) ^ 1
    return prefix + "1" + "".join(ALPHABET[v] for v in values + [check >> 5 * (5 - n) & 31 for n in range(6)])


def _polymod(values: list[int]) -> int:
    sum_ = 1
    for value in values:
        top = sum_ >> 25
        sum_ = (sum_ & 0x1FFFFFF) << 5 ^ value
        for n, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            sum_ ^= generator if top >> n & 1 else 0
    return sum_
