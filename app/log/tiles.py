"""Any node of the log's tree, from stored tiles, the leaves of events, and padding made anew."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from sqlalchemy import select

from app.extensions import db
from app.log.models import LogLeaf, LogTile
from app.log.padding import TILE, fold, leaf_hashes, padding_hash, padding_tile
from app.log.tree import HASH_SIZE


@dataclass
class Tiles:
    """For one request: what was read is kept, since leaves never change. `node` is what tree.py asks for.

    Stored tiles are used up to `settled`, which follows the clock; newer ones are always computed, with the same questions to the
    database whether they hold events or not, so that the time of an answer tells nothing of them."""

    key: bytes
    """Of the padding."""
    settled: int
    """Leaves, whole tiles, up to which stored tiles may be used."""
    last: int
    """The last leaf of an event."""
    _leaves: dict[int, list[bytes]] = field(default_factory=dict)
    _stored: dict[tuple[int, int], dict[int, bytes]] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        """The hash over leaves index·2^level to (index + 1)·2^level."""
        step, rest = divmod(level, 8)
        return fold(self.hashes(step, index << rest, 1 << rest))

    def hashes(self, level: int, first: int, number: int) -> list[bytes]:
        """Hashes that lie in one tile: of leaves at level 0, of complete tiles of 256^level leaves above."""
        if level:
            return [self._tile(level, each) for each in range(first, first + number)]
        tile, start = divmod(first, TILE)
        if tile not in self._leaves:
            self._leaves[tile] = leaf_hashes(self.data(tile))
        return self._leaves[tile][start : start + number]

    def data(self, number: int) -> bytes:
        """The data of the 256 leaves of a tile, one after another."""
        start = number * TILE
        if start >= self.settled:
            return tile_data(self.key, number, self._recent.get(number, ()))
        return tile_data(self.key, number, tuple(read_leaves(start, start + TILE).items()))

    def _tile(self, level: int, number: int) -> bytes:
        if (number + 1) << 8 * level <= self.settled:
            if (stored := self._read_tiles(level, number // TILE).get(number)) is not None:
                return stored
            if number > self.last >> 8 * level:
                return padding_hash(self.key, level, number)
        elif level == 1:
            return recent_hash(self.key, number, self._recent.get(number, ()))
        return fold(self.hashes(level - 1, number * TILE, TILE))

    def _read_tiles(self, level: int, row: int) -> dict[int, bytes]:
        """The tiles beside one another that a tile one level higher is made of."""
        if (level, row) not in self._stored:
            of_it = LogTile.level == level, LogTile.number.between(row * TILE, row * TILE + TILE - 1)
            self._stored[level, row] = dict(db.session.execute(select(LogTile.number, LogTile.hash).where(*of_it)).all())
        return self._stored[level, row]

    @cached_property
    def _recent(self) -> dict[int, tuple[tuple[int, bytes], ...]]:
        """The events' leaves behind `settled`, by tile: one question, whatever there is."""
        by_tile: dict[int, list] = {}
        for index, data in read_leaves(self.settled, max(self.last, self.settled) + 1).items():
            by_tile.setdefault(index // TILE, []).append((index, data))
        return {tile: tuple(leaves) for tile, leaves in by_tile.items()}


def tile_data(key: bytes, number: int, leaves: tuple[tuple[int, bytes], ...]) -> bytes:
    """A tile's padding with the events' leaves put in."""
    data = bytearray(padding_tile(key, number))
    for index, leaf in leaves:
        at = index % TILE * HASH_SIZE
        data[at : at + HASH_SIZE] = leaf
    return bytes(data)


@lru_cache(maxsize=4_096)
def recent_hash(key: bytes, number: int, leaves: tuple[tuple[int, bytes], ...]) -> bytes:
    """A tile's hash; kept in the same way whether it holds events or not."""
    return fold(leaf_hashes(tile_data(key, number, leaves)))


def read_leaves(first: int, end: int) -> dict[int, bytes]:
    """The data of the events' leaves from `first` up to but without `end`."""
    found = select(LogLeaf.leaf_index, LogLeaf.data).where(LogLeaf.leaf_index >= first, LogLeaf.leaf_index < end)
    return dict(db.session.execute(found.order_by(LogLeaf.leaf_index)).all())
