"""The seal of a leaf's row: with it a row that was changed, put in or taken out in the database is named exactly."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from app.log.keys import Keys

ABOUT = ("event", "object_type", "object_id", "tender_number", "organisation_id")
"""What of an entry never changes. A seal without it is of a row that was written before seals held it."""


def seal_of(
    keys: Keys, *, leaf_index: int, previous_index: int, data: bytes, root: bytes, peaks: bytes, at: datetime, about: Sequence | None = None
) -> bytes:
    """`about`: the values of ABOUT."""
    numbers = f"{leaf_index} {previous_index} {at.astimezone(UTC).isoformat()}".encode()
    more = () if about is None else (json.dumps(list(about)).encode(),)
    return keys.seal(numbers, data, root, peaks, *more)
