"""Any node of the log's tree, from stored tiles, the leaves of events, and padding made anew."""

from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.extensions import db
from app.log.models import LogLeaf, LogTile
from app.log.padding import TILE, fold, leaf_hashes, padding_hash, padding_tile
from app.log.tree import HASH_SIZE


@dataclass
class Tiles:
    """For one request: what was read is kept, since leaves never change. `node` is what tree.py asks for."""

    key: bytes
    """Of the padding."""
    last: int = -2
    """The last leaf of an event; behind it everything is padding."""
    _leaves: dict[int, list[bytes]] = field(default_factory=dict)
    _stored: dict[tuple[int, int], dict[int, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.last == -2:
            self.last = db.session.scalar(select(func.coalesce(func.max(LogLeaf.leaf_index), -1)))

    def node(self, level: int, index: int) -> bytes:
        """The hash over leaves index·2^level to (index + 1)·2^level."""
        step, rest = divmod(level, 8)
        return fold(self.hashes(step, index << rest, 1 << rest))

    def hashes(self, level: int, first: int, number: int) -> list[bytes]:
        """Hashes that lie in one tile: of leaves at level 0, of complete tiles of 256^level leaves above."""
        start = first % TILE
        if level:
            return [self._tile(level, each) for each in range(first, first + number)]
        tile = first // TILE
        if tile not in self._leaves:
            self._leaves[tile] = leaf_hashes(self.data(tile))
        return self._leaves[tile][start : start + number]

    def data(self, number: int) -> bytes:
        """The data of the 256 leaves of a tile, one after another."""
        padding = padding_tile(self.key, number)
        start = number * TILE
        if start > self.last:
            return padding
        return overlaid(padding, start, read_leaves(start, start + TILE))

    def _tile(self, level: int, number: int) -> bytes:
        if number > self.last >> 8 * level:
            return padding_hash(self.key, level, number)
        if (stored := self._read_tiles(level, number // TILE).get(number)) is not None:
            return stored
        return fold(self.hashes(level - 1, number * TILE, TILE))

    def _read_tiles(self, level: int, row: int) -> dict[int, bytes]:
        """The tiles beside one another that a tile one level higher is made of."""
        if (level, row) not in self._stored:
            of_it = LogTile.level == level, LogTile.number.between(row * TILE, row * TILE + TILE - 1)
            self._stored[level, row] = dict(db.session.execute(select(LogTile.number, LogTile.hash).where(*of_it)).all())
        return self._stored[level, row]


def read_leaves(first: int, end: int) -> dict[int, bytes]:
    """The data of the events' leaves from `first` up to but without `end`."""
    found = select(LogLeaf.leaf_index, LogLeaf.data).where(LogLeaf.leaf_index >= first, LogLeaf.leaf_index < end)
    return dict(db.session.execute(found.order_by(LogLeaf.leaf_index)).all())


def overlaid(padding: bytes, start: int, leaves: dict[int, bytes]) -> bytes:
    """A tile's padding with the events' leaves put in."""
    if not leaves:
        return padding
    data = bytearray(padding)
    for index, leaf in leaves.items():
        at = (index - start) * HASH_SIZE
        data[at : at + HASH_SIZE] = leaf
    return bytes(data)
