"""The tree's right edge: with the hashes of its complete parts a leaf is added, and the new root known, without reading the rest. Pure."""

from dataclasses import dataclass, field

from app.log.padding import TILE, leaf_hashes, padding_data, padding_hash
from app.log.tree import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash


@dataclass
class Frontier:
    """`peaks` are the hashes of the complete subtrees that `size` leaves fall into, the largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    tiles: list[tuple[int, int, bytes]] = field(default_factory=list)
    """Tiles that were completed on the way: (level, number, hash)."""

    @classmethod
    def from_bytes(cls, size: int, peaks: bytes) -> "Frontier":
        if len(peaks) != size.bit_count() * HASH_SIZE:
            raise ValueError(f"{len(peaks)} bytes are not the right edge of {size} leaves")
        return cls(size, [peaks[at : at + HASH_SIZE] for at in range(0, len(peaks), HASH_SIZE)])

    def __bytes__(self) -> bytes:
        return b"".join(self.peaks)

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        found = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            found = node_hash(peak, found)
        return found

    def add(self, level: int, found: bytes) -> None:
        """Put a complete subtree of 2^level leaves behind the others; the size must be a multiple of that."""
        index = self.size >> level
        self.size += 1 << level
        while True:
            if level and level % 8 == 0:
                self.tiles.append((level // 8, index, found))
            if not index & 1:
                break
            found = node_hash(self.peaks.pop(), found)
            index, level = index >> 1, level + 1
        self.peaks.append(found)

    def add_leaf(self, data: bytes) -> None:
        self.add(0, leaf_hash(data))

    def pad_to(self, size: int, key: bytes) -> None:
        """Fill up with padding until there are `size` leaves."""
        while self.size < size:
            if self.size % TILE == 0 and size - self.size >= TILE:
                self.add(8, padding_hash(key, 1, self.size // TILE))
                continue
            until = min(size, (self.size // TILE + 1) * TILE)
            for found in leaf_hashes(b"".join(padding_data(key, index) for index in range(self.size, until))):
                self.add(0, found)


def peaks_of(size: int) -> list[tuple[int, int]]:
    """Level and index of the complete subtrees that `size` leaves fall into, the largest first."""
    levels = [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]
    return [(level, (size >> level) - 1) for level in levels]
