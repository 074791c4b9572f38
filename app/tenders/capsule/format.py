"""The bytes of a capsule: header, objects and manifest, and everything that must hold before they are believed."""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from .fields import Malformed, exact_base64, json_of, list_of, mapping, number, recipient, sha256_hex, text_of, truth

CAPSULE, BID = "linli-capsule-1", "linli-bid-1"
MAGIC = b"linli-sealed-1\n"
SHARE_SIZE = 75
"""Bytes of one share: the 74 characters of an age secret key and the share's own coordinate."""
MAX_HEADER = 64 * 1024
MAX_FILES = 10
MAX_FILE = 200 * 1024 * 1024
MAX_MANIFEST = 1024 * 1024
MAX_HOLDERS = 9
MAX_PLAN = 20_000
"""Characters of the plan and of each passage."""
MAX_PASSAGES = 20
AGE = b"age-encryption.org/v1\n"
AGE_HEADER = 1024
"""Room for the header of an age file. Our sealers write at most 360 bytes: one recipient, at times a second part that means nothing
(grease). Reading a header takes an age program the square of its length."""

MAX_NAME, MAX_QUALIFICATION, MAX_PEOPLE, MAX_POSTS = 40, 100, 9999, 200
"""Of a person or a post, and of the staffing table: as assets/js/bid/gaps.js has them."""
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_TENDER = re.compile(r"[A-Z0-9]{1,12}-[0-9]{4}-[0-9]{1,12}")
_AGE_HEADER = re.compile(
    rb"age-encryption\.org/v1\n(?:->(?: [!-~]+)+\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+--- [A-Za-z0-9+/]{43}\n"
)


def canonical(data: Any) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8: one thing has one spelling, in every program that seals."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def padded_size(size: int) -> int:
    """The length that hides a length: steps of at most 12 %, at least 4 KiB (Padmé; Nikitin et al., PoPETs 2019)."""
    if size <= 4096:
        return 4096
    exponent = size.bit_length() - 1
    spare = exponent - exponent.bit_length()
    mask = (1 << spare) - 1
    return (size + mask) & ~mask


def age_size(plain: int) -> int:
    """The largest size of an age file to one recipient with `plain` bytes inside: header, nonce, and a tag each 64 KiB."""
    return 512 + plain + 16 * (plain // 65536 + 1)


def has_age_header(begin: bytes) -> bool:
    """Whether bytes that begin so are an age file with a header of a sane length. Nothing else is given to age, or kept as ciphertext."""
    return _AGE_HEADER.match(begin, 0, AGE_HEADER) is not None


def may_be_age(begin: bytes, *, whole: bool) -> bool:
    """The same of bytes that are still arriving: a bid in clear shows with its first one."""
    return has_age_header(begin) if whole or len(begin) >= AGE_HEADER else begin.startswith(AGE[: len(begin)])


@dataclass(frozen=True)
class Wrapped:
    """One holder's part: for whom, the hash of the share inside, and the age file that only the holder opens."""

    holder: str
    check: str
    box: bytes


@dataclass(frozen=True)
class Object:
    """One encrypted object as it lies in the store."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Header:
    """The only part of a capsule that anybody but its bidder can read before it is opened."""

    tender: str
    documents: str
    """SHA-256 of the tender documents that the bidder had before it."""
    key: str
    """The bid's own public key. It commits to the secret that the shares give: a wrong share shows."""
    threshold: int
    holders: tuple[Wrapped, ...]
    objects: tuple[Object, ...]
    """The manifest first, then the files."""

    def as_data(self) -> dict:
        return {
            "format": CAPSULE,
            "tender": self.tender,
            "documents": self.documents,
            "key": self.key,
            "threshold": self.threshold,
            "holders": [{"key": h.holder, "check": h.check, "share": b64encode(h.box).decode()} for h in self.holders],
            "objects": [{"sha256": one.sha256, "size": one.size} for one in self.objects],
        }

    def to_bytes(self) -> bytes:
        return canonical(self.as_data())

    @cached_property
    def sha256(self) -> str:
        """The capsule's name: what a receipt and the closing checkpoint list."""
        return sha256(self.to_bytes()).hexdigest()

    @classmethod
    def from_bytes(cls, data: bytes) -> Header:
        """Raises Malformed unless these are exactly the canonical bytes of a header."""
        if len(data) > MAX_HEADER:
            raise Malformed("the header is too long")
        found = mapping(json_of(data), {"format", "tender", "documents", "key", "threshold", "holders", "objects"})
        if found["format"] != CAPSULE:
            raise Malformed("another format")
        header = cls(
            tender=_tender(found["tender"]),
            documents=sha256_hex(found["documents"]),
            key=recipient(found["key"]),
            threshold=number(found["threshold"], 2, MAX_HOLDERS),
            holders=tuple(_wrapped(one) for one in list_of(found["holders"], MAX_HOLDERS)),
            objects=tuple(_object(one) for one in list_of(found["objects"], MAX_FILES + 1)),
        )
        if not header.objects:
            raise Malformed("no manifest")
        try:
            is_canonical = header.to_bytes() == data
        except UnicodeEncodeError as error:  # half of a surrogate pair, escaped
            raise Malformed("not in UTF-8") from error
        if not is_canonical:
            raise Malformed("not in canonical form")
        return header


@dataclass(frozen=True)
class File:
    """A file of a bid as its manifest lists it."""

    kind: str
    name: str
    size: int
    sha256: str
    object: int
    """Its place among the header's objects."""

    def as_data(self) -> dict:
        return {"kind": self.kind, "name": self.name, "size": self.size, "sha256": self.sha256, "object": self.object}


@dataclass(frozen=True)
class Manifest:
    """The content of a bid, inside its capsule."""

    tender: str
    documents: str
    bidder: str
    """The unified social credit code: a capsule handed in under another name shows when it is opened."""
    version: int
    price_fen: int
    project_manager: str
    plan: str
    staffing: tuple[Mapping[str, Any], ...]
    answers: Mapping[str, str]
    no_interest: bool
    files: tuple[File, ...] = ()

    def as_data(self) -> dict:
        return {
            "format": BID,
            "tender": self.tender,
            "documents": self.documents,
            "bidder": self.bidder,
            "version": self.version,
            "price_fen": self.price_fen,
            "project_manager": self.project_manager,
            "plan": self.plan,
            "staffing": [dict(post) for post in self.staffing],
            "answers": dict(self.answers),
            "no_interest": self.no_interest,
            "files": [file.as_data() for file in self.files],
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON, filled up with blanks so that its length tells nothing of the plan's."""
        data = canonical(self.as_data())
        return data.ljust(padded_size(len(data)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        if len(data) > 2 * MAX_MANIFEST:
            raise Malformed("the manifest is too long")
        found, parts = mapping(json_of(data), {"format", *_PARTS}), {}
        if found["format"] != BID:
            raise Malformed("another format")
        for name, read in _PARTS.items():
            try:
                parts[name] = read(found[name])
            except Malformed as error:
                raise Malformed(str(error), name) from error
        return cls(**parts)


@dataclass(frozen=True)
class Share:
    """What a holder finds in its part: the share, and of which bid in which tender it is.

    `documents`: hash of the tender documents, and with them of the deadline before which nobody is to have the share.
    None only in a part that an older program sealed."""

    holder: str
    key: str
    tender: str
    documents: str | None
    share: bytes

    def to_bytes(self) -> bytes:
        fixed = {"holder": self.holder, "key": self.key, "share": b64encode(self.share).decode(), "tender": self.tender}
        return canonical(fixed if self.documents is None else fixed | {"documents": self.documents})

    @classmethod
    def from_bytes(cls, data: bytes) -> Share:
        found = json_of(data)
        names = {"holder", "key", "share", "tender"}
        if isinstance(found, dict) and "documents" in found:
            names.add("documents")
        found = mapping(found, names)
        documents = sha256_hex(found["documents"]) if "documents" in found else None
        share = exact_base64(found["share"])
        if len(share) != SHARE_SIZE:
            raise Malformed("a share of another length")
        return cls(recipient(found["holder"]), recipient(found["key"]), text_of(found["tender"], 40), documents, share)


def pack(header: Header, objects: Sequence[bytes]) -> bytes:
    """The one file that the offline sealers write."""
    return b"".join((MAGIC, header.to_bytes(), b"\n", *objects))


def unpack(data: bytes) -> tuple[Header, list[bytes]]:
    """Header and objects of a `.sealed` file, with sizes and hashes checked. Raises Malformed."""
    if not data.startswith(MAGIC):
        raise Malformed("not a sealed file")
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + MAX_HEADER + 1)
    if end < 0:
        raise Malformed("the header does not end")
    header, place, objects = Header.from_bytes(data[len(MAGIC) : end]), end + 1, []
    for one in header.objects:
        objects.append(data[place : place + one.size])
        place += one.size
        if sha256(objects[-1]).hexdigest() != one.sha256:
            raise Malformed("an object does not match its hash")
    if place != len(data):
        raise Malformed("bytes after the last object")
    return header, objects


# --- hostile until checked -------------------------------------------------------------------------------------------------


def _tender(value: Any) -> str:
    """What a refusal repeats: a number such as WD-2009-0031, never lines of somebody's own."""
    if not isinstance(value, str) or not _TENDER.fullmatch(value):
        raise Malformed("not a tender's number")
    return value


def _prose(value: Any) -> str:
    """A text no longer than the page allows, also when it is looked through: one character can stand for eighteen (U+FDFA)."""
    text = text_of(value, MAX_PLAN)
    if len(unicodedata.normalize("NFKC", text)) > 2 * MAX_PLAN:
        raise Malformed("a text that grows when it is looked through")
    return text


def _wrapped(value: Any) -> Wrapped:
    found = mapping(value, {"key", "check", "share"})
    return Wrapped(recipient(found["key"]), sha256_hex(found["check"]), exact_base64(found["share"]))


def _object(value: Any) -> Object:
    found = mapping(value, {"sha256", "size"})
    return Object(sha256_hex(found["sha256"]), number(found["size"], 1, age_size(padded_size(MAX_FILE))))


def _file(value: Any) -> File:
    found = mapping(value, {"kind", "name", "size", "sha256", "object"})
    return File(
        text_of(found["kind"], 40),
        text_of(found["name"], 255),
        number(found["size"], 1, MAX_FILE),
        sha256_hex(found["sha256"]),
        number(found["object"], 1, MAX_FILES),
    )


def _post(value: Any) -> dict:
    found = mapping(value, {"post", "people", "qualification"})
    return {
        "post": text_of(found["post"], MAX_NAME),
        "people": number(found["people"], 1, MAX_PEOPLE),
        "qualification": text_of(found["qualification"], MAX_QUALIFICATION),
    }


def _answers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MAX_PASSAGES or not all(map(_CODE.fullmatch, value)):
        raise Malformed("no passages, more than criteria, or for what is none")
    return {code: _prose(text) for code, text in value.items()}


_PARTS: dict[str, Callable[[Any], Any]] = {
    "tender": lambda value: text_of(value, 40),
    "documents": sha256_hex,
    "bidder": lambda value: text_of(value, 18),
    "version": lambda value: number(value, 1, 100_000),
    "price_fen": lambda value: number(value, 1, 10**9),
    "project_manager": lambda value: text_of(value, MAX_NAME),
    "plan": _prose,
    "staffing": lambda value: tuple(_post(one) for one in list_of(value, MAX_POSTS)),
    "answers": _answers,
    "no_interest": truth,
    "files": lambda value: tuple(_file(one) for one in list_of(value, MAX_FILES)),
}
"""Part of a manifest → how it is read: its kind and its limits, the same as the bid page's."""
