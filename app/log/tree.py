"""The Merkle tree of RFC 6962: roots, inclusion and consistency proofs, and their checks. Pure; it stores nothing.

A tree is given by a function `node(level, index)`: the hash of the complete subtree over leaves index·2^level to (index+1)·2^level.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]
HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


class ProofError(ValueError):
    """A proof that does not prove what it was given for."""


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962 §2.1: a leaf and an inner node can never be taken for each other."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def range_hash(start: int, end: int, node: Node) -> bytes:
    """The hash over leaves start … end-1, where the range is one that RFC 6962 cuts a tree into."""
    size = end - start
    if size & (size - 1) == 0 and start % size == 0:
        return node(size.bit_length() - 1, start // size)
    middle = start + _split(size)
    return node_hash(range_hash(start, middle, node), range_hash(middle, end, node))


def root(size: int, node: Node) -> bytes:
    return range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The siblings from leaf `index` up to the root of the tree of `size` leaves (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """What shows that the tree of `second` leaves begins with the tree of `first` (RFC 6962 §2.1.2)."""
    if not 0 <= first <= second:
        raise ValueError(f"no tree of {first} within one of {second}")
    if first in (0, second):
        return []
    path, start, end, is_whole = [], 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start, is_whole = middle, False
    if not is_whole:
        path.append(range_hash(start, end, node))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a leaf hash and its siblings lead to (RFC 9162 §2.1.3.2). Raises ProofError for a path of the wrong length."""
    if not 0 <= index < size:
        raise ProofError("the index lies outside the tree")
    _check_hashes((leaf, *proof))
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    return found


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Raises ProofError unless the leaf hash stands at `index` in the tree of `size` leaves with this root."""
    if root_from_inclusion(leaf, index, size, proof) != root_hash:
        raise ProofError("the proof leads to another root")


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofError unless the second tree begins with all leaves of the first (RFC 9162 §2.1.4.2)."""
    if not 0 <= first <= second:
        raise ProofError("the second tree is smaller than the first")
    if first == second or first == 0:
        if proof:
            raise ProofError("the proof should be empty")
        if first == second and first_root != second_root:
            raise ProofError("two trees of one size have different roots")
        if first == 0 and first_root != EMPTY_ROOT:
            raise ProofError("the empty tree has another root")
    if first == second:
        return
    _check_hashes((first_root, second_root, *proof))
    if first == 0:
        return
    if not proof:
        raise ProofError("the proof is empty")
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    if old != first_root:
        raise ProofError("the proof does not lead to the first root")
    if new != second_root:
        raise ProofError("the proof does not lead to the second root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ProofError("a hash has the wrong length")


def node_of_leaves(leaves: Sequence[bytes]) -> Node:
    """`node` for leaf hashes held in memory."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node
