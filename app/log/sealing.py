"""The seal of a leaf's row: with it a row that was changed, put in or taken out in the database is named exactly."""

from datetime import UTC, datetime

from app.log.keys import Keys


def seal_of(keys: Keys, *, leaf_index: int, previous_index: int, data: bytes, root: bytes, peaks: bytes, at: datetime) -> bytes:
    numbers = f"{leaf_index} {previous_index} {at.astimezone(UTC).isoformat()}".encode()
    return keys.seal(numbers, data, root, peaks)
