"""RFC 3797, section 4: from published seeds to an order of the pool that anybody can compute again."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ALGORITHMS = ("sha256", "md5")
"""SHA-256 draws; MD5, which the RFC names, is kept for its published examples alone."""

MOST = 2**16
"""Indexes are two bytes long."""


def key_string(seeds: Sequence[Sequence[int]]) -> str:
    """[[9319], [5, 2, 12]] → "9319./2.5.12./": each source's numbers in ascending order."""
    return "".join("".join(f"{number}." for number in sorted(source)) + "/" for source in seeds)


@dataclass(frozen=True)
class Pick:
    """One line of the sequence."""

    index: int
    """1 for the first."""
    digest: str
    """Hexadecimal, of index ‖ key ‖ index."""
    remaining: int
    """How many were left to choose from."""
    position: int
    """Who was chosen: the place in the numbered pool, from 1."""


def selection(key: str, pool_size: int, algorithm: str = "sha256") -> Iterator[Pick]:
    """The whole pool in the order of the draw. Whoever is passed over later never moves the others."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm}")
    if not 0 <= pool_size <= MOST:
        raise ValueError(f"a pool of {pool_size} can't be drawn from")
    text, left = key.encode("ascii"), list(range(1, pool_size + 1))
    for index in range(pool_size):
        mark = index.to_bytes(2, "big")
        digest = hashlib.new(algorithm, mark + text + mark, usedforsecurity=algorithm != "md5").digest()
        place = int.from_bytes(digest, "big") % len(left)
        yield Pick(index + 1, digest.hex(), len(left), left.pop(place))
