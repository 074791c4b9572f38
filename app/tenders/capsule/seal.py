"""Making a capsule, as a bidder's own program does: the command line, the sample city and the tests seal with this."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from pyrage import encrypt, x25519
from pyshamir import split

from .format import File, Header, Manifest, Object, Share, Wrapped, padded_size


@dataclass(frozen=True)
class Terms:
    """What a bidder must know of a tender to seal for it: all of it is public."""

    tender: str
    documents: str
    threshold: int
    holders: tuple[str, ...]
    """The holders' public keys (age1…), in the tender's order."""


@dataclass(frozen=True)
class Sealed:
    header: Header
    objects: tuple[bytes, ...]
    secret: str
    """The bid's own key, for the bidder's recovery file alone."""


def seal(terms: Terms, manifest: Manifest, files: Sequence[tuple[str, str, bytes]] = ()) -> Sealed:
    """A capsule of this content. `files`: (kind, name, bytes); they take the place of whatever the manifest listed."""
    identity = x25519.Identity.generate()
    recipient = identity.to_public()
    listed = tuple(File(kind, name, len(data), sha256(data).hexdigest(), place) for place, (kind, name, data) in enumerate(files, start=1))
    manifest = replace(manifest, tender=terms.tender, documents=terms.documents, files=listed)
    plain = [manifest.to_bytes(), *(data.ljust(padded_size(len(data)), b"\0") for _kind, _name, data in files)]
    objects = tuple(encrypt(one, [recipient]) for one in plain)
    shares = split(bytearray(str(identity).encode()), len(terms.holders), terms.threshold)
    header = Header(
        tender=terms.tender,
        documents=terms.documents,
        key=str(recipient),
        threshold=terms.threshold,
        holders=tuple(_wrap(terms, holder, str(recipient), bytes(share)) for holder, share in zip(terms.holders, shares, strict=True)),
        objects=tuple(Object(sha256(one).hexdigest(), len(one)) for one in objects),
    )
    return Sealed(header, objects, str(identity))


def _wrap(terms: Terms, holder: str, key: str, share: bytes) -> Wrapped:
    inside = Share(holder, key, terms.tender, terms.documents, share).to_bytes()
    return Wrapped(holder, sha256(share).hexdigest(), encrypt(inside, [x25519.Recipient.from_str(holder)]))
