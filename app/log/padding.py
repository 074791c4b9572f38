"""The leaves that no event took: 32 bytes each from a secret key, not to be told from a salted digest, computed anew whenever they are needed. Pure."""

from functools import lru_cache
from hashlib import sha256, shake_256

from app.log.tree import HASH_SIZE

TILE = 256
"""Leaves of a tile, and tiles of a tile one level higher."""


@lru_cache(maxsize=256)
def padding_tile(key: bytes, number: int) -> bytes:
    """The data of leaves number·256 to number·256 + 255, one after another."""
    return shake_256(key + b"padding" + number.to_bytes(8, "big")).digest(TILE * HASH_SIZE)


def padding_data(key: bytes, index: int) -> bytes:
    start = index % TILE * HASH_SIZE
    return padding_tile(key, index // TILE)[start : start + HASH_SIZE]


def leaf_hashes(data: bytes) -> list[bytes]:
    """The hashes of leaves whose data lie one after another."""
    return [sha256(b"\x00" + data[at : at + HASH_SIZE]).digest() for at in range(0, len(data), HASH_SIZE)]


def fold(hashes: list[bytes]) -> bytes:
    """The root over a whole power of two of hashes."""
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


@lru_cache(maxsize=65_536)
def padding_hash(key: bytes, level: int, number: int) -> bytes:
    """The hash of a tile of 256^level leaves that holds nothing but padding."""
    if level == 1:
        return fold(leaf_hashes(shake_256(key + b"padding" + number.to_bytes(8, "big")).digest(TILE * HASH_SIZE)))
    return fold([padding_hash(key, level - 1, number * TILE + child) for child in range(TILE)])
