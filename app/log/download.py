"""The whole log as one file that verifies offline: key, checkpoint, 32 bytes a leaf, then what is public of the entries, one JSON a line."""

import json
from base64 import b64encode
from collections.abc import Iterator

from app.log.padding import TILE
from app.log.queries import PublicLog
from app.log.tiles import read_leaves, tile_data
from app.log.tree import HASH_SIZE

HEAD = "linli-log-download@v1"
TILES_AT_ONCE = 16


def whole_log(log: PublicLog) -> tuple[int, Iterator[bytes]]:
    """Length in bytes and the parts. Everything is read before the first part: a slow reader holds no transaction open."""
    note = log.checkpoint.encode()
    head = f"{HEAD}\n{log.verifier}\n{len(note)}\n".encode() + note
    leaves = read_leaves(0, log.size)
    opened = b"".join(_line(*one) for one in log.opened())
    return len(head) + log.size * HASH_SIZE + len(opened), _parts(head, log.keys.padding, log.size, leaves, opened)


def _line(index: int, salt: bytes, payload: bytes) -> bytes:
    return json.dumps({"index": index, "payload": payload.decode(), "salt": b64encode(salt).decode()}, ensure_ascii=False).encode() + b"\n"


def _parts(head: bytes, key: bytes, size: int, leaves: dict[int, bytes], opened: bytes) -> Iterator[bytes]:
    yield head
    by_tile: dict[int, list[tuple[int, bytes]]] = {}
    for index, data in leaves.items():
        by_tile.setdefault(index // TILE, []).append((index, data))
    part = b""
    for number in range(-(-size // TILE)):
        part += tile_data(key, number, tuple(by_tile.get(number, ())))[: (size - number * TILE) * HASH_SIZE]
        if number % TILES_AT_ONCE == TILES_AT_ONCE - 1:
            yield part
            part = b""
    yield part
    yield opened
