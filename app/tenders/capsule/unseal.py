"""Opening a capsule with enough shares, and saying whose fault it is when that fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO

from pyrage import DecryptError, IdentityError, decrypt, decrypt_io, x25519
from pyshamir import combine

from .format import AGE_HEADER, SHARE_SIZE, File, Header, Malformed, Manifest, Share, has_age_header, padded_size


class Fault(StrEnum):
    """Why a capsule does not open. Which of them are the bidder's own fault decides between 撤销 and 撤回 (电子招标投标办法第三十一条)."""

    TOO_FEW_SHARES = "too_few_shares"  # the holders', or nobody's yet
    WRONG_KEY = "wrong_key"  # right shares that give another key: the bidder dealt them so
    OBJECT_MISSING = "object_missing"  # the platform's: it gave a receipt for what it cannot bring
    UNREADABLE = "unreadable"  # encrypted to another key or not a bid: the bidder's
    OTHER_BIDDER = "other_bidder"  # sealed under another enterprise's code: the bidder's
    OTHER_TENDER = "other_tender"  # sealed for another tender or other documents: the bidder's


class Unopened(Exception):
    """The capsule stays shut; `fault` says why, and `part` which part of the manifest is of another form than bids have."""

    def __init__(self, fault: Fault, detail: str = "", part: str = ""):
        super().__init__(f"{fault.value} {detail}".strip())
        self.fault, self.part = fault, part


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
    if not has_age_header(part.box):
        raise Malformed("the share is not encrypted with age")
    try:
        found = Share.from_bytes(decrypt(part.box, [identity]))
    except DecryptError as error:
        raise Malformed("the share does not open with its holder's key") from error
    if (found.holder, found.key, found.tender) != (own, header.key, header.tender):
        raise Malformed("the share is of another capsule or tender")
    if found.documents not in (header.documents, None):
        raise Malformed("the share was sealed for other tender documents")
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
    sound = {share[-1]: share for share in known if len(share) == SHARE_SIZE and share[-1] != 0}  # by coordinate
    if len(sound) < header.threshold:
        raise Unopened(Fault.WRONG_KEY, "shares that can't be put together")
    try:
        secret = bytes(combine([bytearray(share) for share in list(sound.values())[: header.threshold]]))
    except ValueError as error:
        raise Unopened(Fault.WRONG_KEY, str(error)) from error
    return check_secret(header, secret)


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
    manifest = open_manifest(header, objects[0], secret, bidder=bidder)
    return Opened(manifest, tuple(_bytes_of(file, objects[file.object], secret) for file in manifest.files))


def open_manifest(header: Header, data: bytes, secret: str, *, bidder: str | None) -> Manifest:
    """What the capsule's first object says, once its hash was checked. Raises Unopened."""
    if not has_age_header(data):
        raise Unopened(Fault.UNREADABLE, "the manifest is not encrypted with age")
    try:
        manifest = Manifest.from_bytes(decrypt(data, [x25519.Identity.from_str(check_secret(header, secret))]))
    except DecryptError as error:
        raise Unopened(Fault.UNREADABLE, str(error)) from error
    except Malformed as error:
        raise Unopened(Fault.UNREADABLE, str(error), error.part) from error
    if (manifest.tender, manifest.documents) != (header.tender, header.documents):
        raise Unopened(Fault.OTHER_TENDER)
    if bidder is not None and manifest.bidder != bidder:
        raise Unopened(Fault.OTHER_BIDDER)
    if [file.object for file in manifest.files] != list(range(1, len(header.objects))):
        raise Unopened(Fault.UNREADABLE, "files and objects do not match")
    return manifest


def open_file(file: File, sealed: BinaryIO, into: BinaryIO, secret: str) -> None:
    """Decrypts one file's object a piece at a time, without its padding. Raises Unopened when it is not what the manifest says."""
    own = _Own(into, file.size)
    if not has_age_header(sealed.read(AGE_HEADER)):
        raise Unopened(Fault.UNREADABLE, "a file is not encrypted with age")
    sealed.seek(0)
    try:
        decrypt_io(sealed, own, [x25519.Identity.from_str(secret)])
    except (DecryptError, OSError) as error:
        if own.trouble is not None:
            raise own.trouble from error  # a full disk is not the bidder's fault
        raise Unopened(Fault.UNREADABLE, str(error)) from error
    if not own.is_padded_right() or own.digest.hexdigest() != file.sha256:
        raise Unopened(Fault.UNREADABLE, "a file is not what the manifest says")


def _bytes_of(file: File, data: bytes, secret: str) -> bytes:
    into = BytesIO()
    open_file(file, BytesIO(data), into, secret)
    return into.getvalue()


class _Own:
    """Takes what is decrypted: passes the file's own bytes on and looks whether zeros follow, as many as belong there."""

    def __init__(self, into: BinaryIO, size: int):
        self._into, self._size, self._came, self._is_zero = into, size, 0, True
        self.digest = sha256()
        self.trouble: OSError | None = None

    def write(self, data: bytes) -> int:
        data = bytes(data)
        own = data[: max(0, self._size - self._came)]
        self.digest.update(own)
        try:
            self._into.write(own)
        except OSError as error:
            self.trouble = error
            raise
        self._is_zero = self._is_zero and not data[len(own) :].strip(b"\0")
        self._came += len(data)
        return len(data)

    def flush(self) -> None:
        self._into.flush()

    def is_padded_right(self) -> bool:
        return self._is_zero and self._came == padded_size(self._size)
