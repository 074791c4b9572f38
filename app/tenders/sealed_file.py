"""A `.sealed` file from an ordinary form: looked at before a byte of it is written down, its objects kept, its header given back."""

import hashlib
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from app.common.refusal import Refused
from app.tenders import uploads
from app.tenders.capsule.format import MAGIC, MAX_HEADER, Header, Malformed
from app.tenders.handing_in import DAMAGED, EMPTY, NOT_SEALED

IN_MEMORY = 512 * 1024


class Arriving:
    """Where a form's file part goes while it arrives. What does not begin as a sealed file is let fall at once:
    a bid that somebody sends in clear by mistake never reaches the disk. So is everything from somebody who may not hand in."""

    def __init__(self, folder: str, *, is_welcome: bool = True):
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115 - lives as long as the request
        self._begin: bytes | None = b"" if is_welcome else None
        self._is_sealed = False
        self.is_empty = True
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of everything that came, kept or not: a refusal says what was refused."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.is_empty = self.is_empty and not data
        if self._begin is None:
            return self._file.write(data) if self._is_sealed else len(data)
        self._begin += data
        if len(self._begin) >= len(MAGIC):
            begin, self._begin = self._begin, None
            self._is_sealed = begin.startswith(MAGIC)
            if self._is_sealed:
                self._file.write(begin)
        return len(data)

    def __getattr__(self, name: str):
        return getattr(self._file, name)


def keep_sealed_file(
    stream: Arriving | None, *, tender_id: int, organisation_id: int, drop: Callable[[list[str]], None]
) -> tuple[bytes, list[str]]:
    """The header's bytes, and the tokens of the objects that came with it and were not held before; every object is on disk when this
    returns. Raises Refused for a bid in clear or a damaged file; `drop` is then given the tokens of what came with it."""
    if stream is None or stream.is_empty:
        raise Refused(EMPTY)
    if stream.read(len(MAGIC)) != MAGIC:
        raise Refused(NOT_SEALED)
    line = stream.readline(MAX_HEADER + 1)
    try:
        header = Header.from_bytes(line.removesuffix(b"\n"))
    except Malformed as error:
        raise Refused(DAMAGED) from error
    if any(one.size > uploads.OBJECT_LIMIT for one in header.objects):
        raise Refused(uploads.TOO_LARGE)
    new = uploads.expect(tender_id=tender_id, organisation_id=organisation_id, sizes={one.sha256: one.size for one in header.objects})
    try:
        for one in header.objects:
            try:
                uploads.store_stream(_exactly(stream, one.size), sha256=one.sha256)
            except Refused as refused:
                raise Refused(refused.reason if refused.reason is uploads.NOT_ENCRYPTED else DAMAGED) from refused
        if stream.read(1):
            raise Refused(DAMAGED)
    except Refused:
        drop(new)
        raise
    return line.removesuffix(b"\n"), new


def _exactly(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """The next `size` bytes; fewer when the file ends before, which its hash then shows."""
    while size and (chunk := stream.read(min(size, uploads.CHUNK))):
        size -= len(chunk)
        yield chunk
