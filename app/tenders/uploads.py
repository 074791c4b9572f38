"""Ciphertext on its way and in the store: pieces that can be resumed, then one object named by its hash, on disk for good.

Names tell nothing: an upload is called by a keyed hash of whose and what it is, an object by the hash of its ciphertext.
Nothing here touches the database, so that hours of uploading never hold its lock.
"""

import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from app.common.daily import each_day
from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.tenders import held
from app.tenders.capsule.format import AGE_HEADER, MAX_FILE, age_size, has_age_header, may_be_age, padded_size
from app.tenders.held import State

PIECE_LIMIT = 8 * 1024 * 1024
OBJECT_LIMIT = age_size(padded_size(MAX_FILE))
ASIDE_SECONDS = 5 * 60
"""An object that is not needed any more lies aside so long: a request that still saw it in its place is over by then."""
CHUNK = 1024 * 1024

TOO_LARGE = Reason(_l("加密文件超过 200 MB。"), next=_l("请压缩或拆分后重新添加。"))
WRONG_PLACE = Reason(_l("上传的位置与服务器上的不一致。"), next=_l("请重新连接后继续上传。"))
WRONG_HASH = Reason(_l("上传的加密文件与校验值不符，已经丢弃。"), next=_l("请重新添加这个文件。"))
NOT_ENCRYPTED = Reason(
    _l("上传的不是加密文件，或者加密格式不符，已经丢弃。"),
    _l("《电子招标投标办法》第二十六条"),
    _l("请在投标页面由浏览器加密提交，或者用离线封标工具制作 .sealed 文件后上传。"),
)

_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Upload:
    """One object under way: its token, hash and whole size, and how much of it has arrived."""

    token: str
    sha256: str
    size: int
    offset: int

    @property
    def is_complete(self) -> bool:
        return self.offset == self.size


def begin(*, tender_id: int, organisation_id: int, sha256: str, size: int) -> Upload:
    """A new upload, or the one of the same object that was broken off. Raises Refused."""
    if not 0 < size <= OBJECT_LIMIT:
        raise Refused(TOO_LARGE)
    if size_of(sha256) not in (None, size):
        raise Refused(WRONG_HASH)
    owner = held.owner_of(tender_id, organisation_id)
    token = held.token_of(owner, sha256, size)
    found = find(token, tender_id=tender_id, organisation_id=organisation_id)
    if found is None:
        held.reserve(tender_id, owner, {sha256: size})
        found = Upload(token, sha256, size, _arrived(token, sha256, size))
    if not found.is_complete:
        _part(token).touch(mode=0o600)
    return found


def expect(*, tender_id: int, organisation_id: int, sizes: Mapping[str, int]) -> list[str]:
    """Note whose objects these are before they are stored from a sealed file; the tokens of those that come anew. Raises Refused."""
    return held.reserve(tender_id, held.owner_of(tender_id, organisation_id), sizes)


def why_no_room(*, tender_id: int, organisation_id: int, size: int) -> Reason | None:
    """Why so many bytes more are not taken from this bidder in this tender."""
    return held.why_no_room(held.owner_of(tender_id, organisation_id), size=size)


def find(token: str, *, tender_id: int, organisation_id: int) -> Upload | None:
    """An upload of this bidder's in this tender; anybody else's does not exist."""
    if not _TOKEN.fullmatch(token) or not token.startswith(held.owner_of(tender_id, organisation_id)):
        return None
    facts = held.entry(token)
    if facts is None or facts["is"] != State.HERE:
        return None
    upload = Upload(token, facts["sha256"], facts["size"], _arrived(token, facts["sha256"], facts["size"]))
    if upload.is_complete and size_of(upload.sha256) is None:
        return _finish_interrupted(upload)
    return upload


def _arrived(token: str, sha256: str, size: int) -> int:
    if size_of(sha256) is not None:
        return size
    try:
        return _part(token).stat().st_size
    except FileNotFoundError:
        return 0 if size_of(sha256) is None else size


def _finish_interrupted(upload: Upload) -> Upload:
    """The last byte had arrived, then the process ended before the whole was checked and kept."""
    try:
        return append(upload, upload.size, b"")
    except Refused:
        return Upload(upload.token, upload.sha256, upload.size, 0)


def append(upload: Upload, offset: int, piece: bytes) -> Upload:
    """Add a piece. At the end the whole is checked against its hash, synced and moved into the store. Raises Refused."""
    with _alone(upload.token) as part:
        if part is None or part.seek(0, os.SEEK_END) != offset:
            raise Refused(WRONG_PLACE)
        if offset + len(piece) > upload.size:
            raise Refused(TOO_LARGE)
        part.seek(0)
        begin = part.read(min(offset, AGE_HEADER)) + piece[:AGE_HEADER]
        part.seek(offset)
        if not may_be_age(begin, whole=offset + len(piece) == upload.size):  # looked at before it is written
            discard(upload.token)
            raise Refused(NOT_ENCRYPTED)
        part.write(piece)
        part.flush()
        arrived = part.tell()
        if arrived == upload.size:
            os.fsync(part.fileno())
            part.seek(0)
            if hashlib.file_digest(part, "sha256").hexdigest() != upload.sha256:
                discard(upload.token)
                raise Refused(WRONG_HASH)
            _keep(_part(upload.token), upload.sha256)
    return Upload(upload.token, upload.sha256, upload.size, arrived)


@contextmanager
def _alone(token: str) -> Iterator[BinaryIO | None]:
    """The part, while nobody else writes it; None when it is gone, or was finished while one waited: then it is no part any more."""
    try:
        part = _part(token).open("r+b")
    except FileNotFoundError:
        yield None
        return
    with part:
        fcntl.flock(part, fcntl.LOCK_EX)
        try:
            is_same = os.fstat(part.fileno()).st_ino == _part(token).stat().st_ino
        except FileNotFoundError:
            is_same = False
        yield part if is_same else None


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def store_object(data: bytes) -> str:
    """Keep an object that is at hand. Its hash."""
    return store_stream([data])


def store_stream(chunks: Iterable[bytes], *, sha256: str | None = None) -> str:
    """Keep an object as it is read, in a `.sealed` file, without holding it in memory. Raises Refused when it is not what it is said to be,
    or no ciphertext."""
    draft = held.folder("uploads") / f"{secrets.token_hex(16)}.whole"
    digest, begin = hashlib.sha256(), b""
    try:
        with held.create(draft) as file:
            for chunk in chunks:
                digest.update(chunk)
                begin += chunk[: AGE_HEADER - len(begin)]
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        found = digest.hexdigest()
        if sha256 not in (None, found):
            raise Refused(WRONG_HASH)
        if not has_age_header(begin):
            raise Refused(NOT_ENCRYPTED)
        if size_of(found) is None:
            _keep(draft, found)
    finally:
        draft.unlink(missing_ok=True)
    return found


def size_of(sha256: str) -> int | None:
    """Bytes of an object in the store, or None."""
    try:
        return _object(sha256).stat().st_size
    except FileNotFoundError:
        return None


def open_object(sha256: str) -> BinaryIO:
    return _object(sha256).open("rb")


def is_sound(sha256: str) -> bool:
    """Whether an object lies in the store as it was named. Reads the whole of it."""
    try:
        with open_object(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def read_object(sha256: str) -> bytes | None:
    try:
        return _object(sha256).read_bytes()
    except FileNotFoundError:
        return None


def discard(token: str) -> None:
    _part(token).unlink(missing_ok=True)
    held.forget(token)


def release(*, tender_id: int, organisation_id: int, sizes: Mapping[str, int]) -> None:
    """These objects were handed in. They are held as before, but can't be taken back any more; one that was set aside meanwhile is put back."""
    for sha256 in sizes:
        if size_of(sha256) is None and is_aside(sha256):
            put_back(sha256)
    owner = held.owner_of(tender_id, organisation_id)
    try:
        held.mark_all(owner, [held.token_of(owner, sha256, size) for sha256, size in sizes.items()], State.HANDED)
    except OSError:  # a full disk: the bid stands and its bidder has to learn it; the objects are held as before
        current_app.logger.exception("a note of what is held could not be written")


def set_aside(sha256: str) -> None:
    """Out of the store, but not yet gone: nobody can hand it in any more, and it can be put back."""
    aside = _aside(sha256)
    try:
        os.replace(_object(sha256), aside)
        os.utime(aside)
    except FileNotFoundError:
        return


def lying_aside() -> list[str]:
    """The objects that were set aside so long ago that nobody can be handing them in."""
    before = time.time() - ASIDE_SECONDS
    return sorted(path.stem for path in held.folder("uploads").glob("*.aside") if _changed_at(path) < before)


def put_back(sha256: str) -> None:
    _keep(_aside(sha256), sha256)


def throw_away(sha256: str) -> None:
    _aside(sha256).unlink(missing_ok=True)


def is_aside(sha256: str) -> bool:
    return _aside(sha256).exists()


def _aside(sha256: str) -> Path:
    return held.folder("uploads") / f"{sha256}.aside"


def sweep(*, older_than: float = held.KEPT_SECONDS) -> int:
    """Throw away uploads that nobody went on with; objects in the store stay (actions/clearing.py). How many were thrown away."""
    before, thrown = time.time() - older_than, 0
    for path in list(held.folder("uploads").iterdir()):
        if path.suffix in (".held", ".aside") or _changed_at(path) >= before:
            continue
        path.unlink(missing_ok=True)
        if path.suffix == ".part":
            held.forget(path.stem)
            thrown += 1
    for token, one, _of in held.everything():  # of nothing; one of an object tells to whose tender it belongs
        if one["at"] < before and is_gone(token, one):
            held.forget(token)
    return thrown


def is_gone(token: str, one: Mapping) -> bool:
    """Whether nothing of a held object is on the disk."""
    return size_of(one["sha256"]) is None and not is_aside(one["sha256"]) and not _part(token).exists()


@each_day
def sweep_daily(*, now) -> int:
    """`flask tick` sweeps; files grow old by the machine's clock, whatever `now` is. It prints no number: it would count bidders."""
    sweep()
    return 0


def temporary_folder() -> str:
    """Where a sealed file lies while its form arrives: nameless, and gone with the request."""
    return str(held.folder("uploads"))


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # somebody else has just moved it


def _keep(part: Path, sha256: str) -> None:
    """Into the store under its hash; both the bytes and the name are on disk when this returns."""
    target = _object(sha256)
    held.folder("sealed")
    target.parent.mkdir(mode=0o700, exist_ok=True)
    os.replace(part, target)
    for folder in (target.parent, target.parent.parent, current_app.config["DATA"]):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _part(token: str) -> Path:
    return held.folder("uploads") / f"{token}.part"


def _object(sha256: str) -> Path:
    return current_app.config["DATA"] / "sealed" / sha256[:2] / sha256
