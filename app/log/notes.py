"""Signed notes, checkpoints and proofs as text, in the forms of C2SP (signed-note, tlog-checkpoint, tlog-proof), Ed25519 alone.

Goes into the bidders' own program as it stands, with tree.py (tools/linli_seal)."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .tree import HASH_SIZE, leaf_hash, verify_inclusion

ED25519 = b"\x01"
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
DASH = "\u2014 "


class NoteError(ValueError):
    """A text that is not a note, checkpoint or proof, or whose signature is not the log's."""


def _base64(text: str) -> bytes:
    try:
        found = b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteError(f"not base64: {text[:40]!r}") from error
    if b64encode(found).decode() != text:
        raise NoteError(f"not canonical base64: {text[:40]!r}")  # its last letter has bits to spare
    return found


@dataclass(frozen=True)
class Verifier:
    """A log's name and public key, written as one line: name+hash+key."""

    name: str
    key: bytes

    @property
    def hash(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """What people compare: the first 16 hexadecimal digits of the line's SHA-256, in groups of four."""
        digits = sha256(str(self).encode()).hexdigest()[:16]
        return " ".join(digits[at : at + 4] for at in range(0, 16, 4))

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{b64encode(ED25519 + self.key).decode()}"

    @classmethod
    def from_text(cls, text: str) -> "Verifier":
        parts = text.strip().split("+", 2)
        key = _base64(parts[2]) if len(parts) == 3 else b""
        if len(key) != 33 or key[:1] != ED25519:
            raise NoteError("not an Ed25519 verifier key")
        found = cls(parts[0], key[1:])
        if found.hash.hex() != parts[1]:
            raise NoteError("the verifier key does not match its hash")
        return found

    def open(self, note: str) -> str:
        """The text of a note, ending with a newline, when this key signed it. Raises NoteError otherwise."""
        text, gap, signatures = note.rpartition("\n\n")
        if not gap or not signatures.endswith("\n"):
            raise NoteError("a note ends with a blank line and signatures")
        text += "\n"
        for line in signatures.splitlines():
            name, _, code = line.removeprefix(DASH).partition(" ")
            if not line.startswith(DASH) or not code:
                raise NoteError("a line that is no signature")
            signature = _base64(code)
            if name == self.name and signature[:4] == self.hash:
                try:
                    Ed25519PublicKey.from_public_bytes(self.key).verify(signature[4:], text.encode())
                except InvalidSignature as error:
                    raise NoteError("the signature is wrong") from error
                return text
        raise NoteError(f"no signature by {self.name}")


@dataclass(frozen=True)
class Signer:
    """The log's private key. Ed25519 is deterministic: the same text always has the same signature."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> "Signer":
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note of a text that ends with a newline."""
        if not text.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in text):
            raise ValueError("a note's text is whole lines without control characters")
        signature = self.verifier.hash + self.private.sign(text.encode())
        return f"{text}\n{DASH}{self.name} {b64encode(signature).decode()}\n"


@dataclass(frozen=True)
class Checkpoint:
    """The head of the tree: who says so, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise NoteError("a checkpoint has at least three lines")
        if not (lines[1].isascii() and lines[1].isdigit()) or (lines[1] != "0" and lines[1].startswith("0")):
            raise NoteError("the checkpoint's size is no number")
        root = _base64(lines[2])
        if len(root) != HASH_SIZE:
            raise NoteError("the checkpoint's root has the wrong length")
        return cls(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    found = Checkpoint.from_text(verifier.open(note))
    if found.origin != verifier.name:
        raise NoteError("the checkpoint is another log's")
    return found


@dataclass(frozen=True)
class Proof:
    """A leaf's place under a signed checkpoint. `extra` is carried beside it; here the data of the leaf, opened."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        extra = [f"extra {b64encode(self.extra).decode()}"] if self.extra else []
        hashes = [b64encode(one).decode() for one in self.hashes]
        return "\n".join([PROOF_HEAD, *extra, f"index {self.index}", *hashes, "", self.checkpoint])

    @classmethod
    def from_text(cls, text: str) -> "Proof":
        head, gap, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines[0] != PROOF_HEAD:
            raise NoteError("not a proof in the form c2sp.org/tlog-proof@v1")
        extra = _base64(lines.pop(1).removeprefix("extra ")) if len(lines) > 1 and lines[1].startswith("extra ") else b""
        number = lines[1].removeprefix("index ") if len(lines) > 1 and lines[1].startswith("index ") else ""
        if not (number.isascii() and number.isdigit()):
            raise NoteError("the proof has no index")
        return cls(int(number), tuple(_base64(line) for line in lines[2:]), checkpoint, extra)

    def verify(self, data: bytes, verifier: Verifier) -> Checkpoint:
        """The checkpoint under which the leaf with this data stands. Raises NoteError or ProofError."""
        checkpoint = open_checkpoint(self.checkpoint, verifier)
        verify_inclusion(leaf_hash(data), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def proof_text(index: int, hashes: Sequence[bytes], checkpoint: str, extra: bytes = b"") -> str:
    return str(Proof(index, tuple(hashes), checkpoint, extra))
