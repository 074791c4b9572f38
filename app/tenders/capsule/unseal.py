"""Opening a capsule with enough shares, and saying whose fault it is when that fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from pyrage import DecryptError, IdentityError, decrypt, x25519
from pyshamir import combine

from .format import Header, Malformed, Manifest, Share, padded_size


class Fault(StrEnum):
    """Why a capsule does not open. Which of them are the bidder's own fault decides between 撤销 and 撤回 (电子招标投标办法第三十一条)."""

    TOO_FEW_SHARES = "too_few_shares"  # the holders', or nobody's yet
    WRONG_KEY = "wrong_key"  # right shares that give another key: the bidder dealt them so
    OBJECT_MISSING = "object_missing"  # the platform's: it gave a receipt for what it cannot bring
    UNREADABLE = "unreadable"  # encrypted to another key or not a bid: the bidder's
    OTHER_BIDDER = "other_bidder"  # sealed under another enterprise's code: the bidder's
    OTHER_TENDER = "other_tender"  # sealed for another tender or other documents: the bidder's


class Unopened(Exception):
    """The capsule stays shut; `fault` says why."""

    def __init__(self, fault: Fault, detail: str = ""):
        super().__init__(f"{fault.value} {detail}".strip())
        self.fault = fault


@dataclass(frozen=True)
class Opened:
    manifest: Manifest
    files: tuple[bytes, ...]
    """The files' own bytes, in the manifest's order, without padding."""


def unwrap(header: Header, holder_secret: str) -> bytes:
    """A holder's share of this capsule. Raises Malformed when it is not one of this capsule and tender, or not what the header promised."""
    identity = x25519.Identity.from_str(holder_secret)
    own = str(identity.to_public())
    part = next((one for one in header.holders if one.holder == own), None)
    if part is None:
        raise Malformed("this key holds no share of this capsule")
    try:
        found = Share.from_bytes(decrypt(part.box, [identity]))
    except DecryptError as error:
        raise Malformed("the share does not open with its holder's key") from error
    if (found.holder, found.key, found.tender) != (own, header.key, header.tender):
        raise Malformed("the share is of another capsule or tender")
    if not is_share_of(header, own, found.share):
        raise Malformed("the share is not the one that the header promised")
    return found.share


def is_share_of(header: Header, holder: str, share: bytes) -> bool:
    """Whether these bytes are the share that the capsule's bidder dealt to this holder: a forged one is named with its holder."""
    return any(one.holder == holder and one.check == sha256(share).hexdigest() for one in header.holders)


def combine_shares(header: Header, shares: Mapping[str, bytes]) -> str:
    """The bid's secret key from shares by holder. Raises Unopened."""
    known = [share for holder, share in sorted(shares.items()) if is_share_of(header, holder, share)]
    if len(known) < header.threshold:
        raise Unopened(Fault.TOO_FEW_SHARES, f"{len(known)} of {header.threshold}")
    return check_secret(header, bytes(combine([bytearray(share) for share in known[: header.threshold]])))


def check_secret(header: Header, secret: bytes | str) -> str:
    """The secret as text when it is this capsule's. A bidder's recovery file goes the same way. Raises Unopened."""
    try:
        text = secret if isinstance(secret, str) else secret.decode("ascii")
        public = str(x25519.Identity.from_str(text.strip()).to_public())
    except (UnicodeDecodeError, IdentityError) as error:
        raise Unopened(Fault.WRONG_KEY) from error
    if public != header.key:
        raise Unopened(Fault.WRONG_KEY)
    return text.strip()


def open_capsule(header: Header, objects: Sequence[bytes | None], secret: str, *, bidder: str | None) -> Opened:
    """Manifest and files. `objects`: as in the header, None for one that is missing; `bidder`: the code of the enterprise that handed it in,
    None for the bidder's own look before that."""
    for one, data in zip(header.objects, objects, strict=True):
        if data is None or sha256(data).hexdigest() != one.sha256:
            raise Unopened(Fault.OBJECT_MISSING)
    identity = x25519.Identity.from_str(check_secret(header, secret))
    try:
        plain = [decrypt(data, [identity]) for data in objects]
        manifest = Manifest.from_bytes(plain[0])
    except (DecryptError, Malformed) as error:
        raise Unopened(Fault.UNREADABLE, str(error)) from error
    if (manifest.tender, manifest.documents) != (header.tender, header.documents):
        raise Unopened(Fault.OTHER_TENDER)
    if bidder is not None and manifest.bidder != bidder:
        raise Unopened(Fault.OTHER_BIDDER)
    if [file.object for file in manifest.files] != list(range(1, len(plain))):
        raise Unopened(Fault.UNREADABLE, "files and objects do not match")
    return Opened(manifest, tuple(_unpad(data, file.size, file.sha256) for file, data in zip(manifest.files, plain[1:], strict=True)))


def _unpad(data: bytes, size: int, digest: str) -> bytes:
    own = data[:size]
    if len(data) != padded_size(size) or data[size:].strip(b"\0") or sha256(own).hexdigest() != digest:
        raise Unopened(Fault.UNREADABLE, "a file is not what the manifest says")
    return own
