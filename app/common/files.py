"""Stored files: named by hash, created and never overwritten, hostile until checked."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

import obstore
from flask import Response, current_app
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore
from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.common.types import UtcDateTime
from app.extensions import db

KINDS = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "ooxml": ("application/zip", (b"PK\x03\x04",)),
    "ole": ("application/x-ole-storage", (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
}
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DOCUMENTS = frozenset({"pdf", "docx", "xlsx", "png", "jpg"})
DOCUMENT_ENDINGS = ".pdf,.docx,.xlsx,.png,.jpg,.jpeg"
PROMISES = {"pdf": "pdf", "docx": "docx", "xlsx": "xlsx", "png": "png", "jpg": "jpg", "jpeg": "jpg"}
"""What the ending of a name says that the content is."""
NAMES = {"pdf": "PDF", "png": "PNG", "jpg": "JPG", "docx": "DOCX", "xlsx": "XLSX", "zip": "ZIP", "ole": "DOC / XLS", "text": "TXT"}
"""Kinds of content as people call them; what is none of these has no name."""


class StoredFile(db.Model):
    """A file as it was received. Its bytes lie in the store under its SHA-256."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(100))
    filename: Mapped[str] = mapped_column(String(255))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def key(self) -> str:
        return _key(self.sha256)


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def sniff_kind(head: bytes, filename: str = "") -> str:
    """What the bytes are, whatever the name says: pdf, png, jpg, docx, xlsx, ole, text or unknown."""
    for kind, (_, marks) in KINDS.items():
        if head.startswith(marks):
            if kind == "ooxml":
                suffix = PurePath(filename).suffix.lower().lstrip(".")
                return suffix if suffix in OFFICE else "zip"
            return kind
    return "unknown" if b"\x00" in head[:4096] or not head else "text"


def media_type_of(kind: str) -> str:
    if kind in OFFICE:
        return OFFICE[kind]
    return KINDS[kind][0] if kind in KINDS else {"text": "text/plain; charset=utf-8"}.get(kind, "application/octet-stream")


def why_not_keep(
    content: bytes, filename: str, *, allowed: frozenset[str], limit_mb: int, whole: BinaryIO | None = None, size: int | None = None
) -> Reason | None:
    """`whole` and its `size`: when `content` is its beginning."""
    if not content:
        return Reason(_l("文件“%(name)s”是空的。", name=filename), next=_l("请检查后重新选择文件。"))
    if (len(content) if size is None else size) > limit_mb * 1024 * 1024:
        return Reason(
            _l("文件“%(name)s”超过 %(limit)d MB。", name=filename, limit=limit_mb),
            next=_l("请压缩或拆分后重新上传。"),
        )
    kind, ending = sniff_kind(content, filename), PurePath(filename).suffix.lower().lstrip(".")
    offered = _l("请上传以下类型的文件：%(kinds)s。", kinds="、".join(sorted(allowed)).upper())
    if kind in NAMES and PROMISES.get(ending, kind) != kind:
        return Reason(
            _l("文件“%(name)s”的内容是 %(kind)s，名称却以 .%(ending)s 结尾。", name=filename, kind=NAMES[kind], ending=ending),
            next=_l("请把名称的结尾改成 .%(right)s，或者换成 %(promised)s 文件，再重新上传。", right=kind, promised=ending.upper())
            if kind in allowed
            else offered,
        )
    if kind not in allowed:
        return Reason(_l("文件“%(name)s”的内容不是允许的类型。", name=filename), next=offered)
    if kind in OFFICE and not is_office(whole or BytesIO(content), kind):
        return Reason(
            _l("文件“%(name)s”不是完整的 %(kind)s 文件。", name=filename, kind=NAMES[kind]),
            next=_l("请用办公软件打开并另存一次，再重新上传；打不开的，请换一份。"),
        )
    return None


MOST_INDEX = 1024 * 1024
"""Bytes of an archive's index that are read at all: an office file has some dozens of parts."""


def is_office(file: BinaryIO, kind: str) -> bool:
    """Whether an archive has the parts of a DOCX or XLSX, and is none that only bears the name. Unpacks nothing."""
    try:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # ZipFile would read an index of any size
        if end is None or end[zipfile._ECD_SIZE] > MOST_INDEX:  # type: ignore[attr-defined]
            return False
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    folder = {"docx": "word/", "xlsx": "xl/"}[kind]
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)


def clean_filename(filename: str) -> str:
    """The name alone, without path or control characters, at most 200 characters."""
    name = PurePath(filename.replace("\\", "/")).name
    name = "".join(c for c in name if c.isprintable())
    return name[-200:] or "file"


def store_file(content: bytes, filename: str, *, now: datetime, allowed: frozenset[str] = DOCUMENTS, limit_mb: int = 20) -> StoredFile:
    """Keep a file; the row is added to the session. Raises Refused for a file that is empty, too large or not allowed."""
    filename = clean_filename(filename)
    if reason := why_not_keep(content, filename, allowed=allowed, limit_mb=limit_mb):
        raise Refused(reason)
    kept = Kept(hashlib.sha256(content).hexdigest(), len(content), content[:HEAD])
    try:
        obstore.put(_store(), _key(kept.sha256), content, mode="create", use_multipart=False)
    except AlreadyExistsError:
        pass  # the same bytes are there already, under the same hash
    return add_row(kept, filename, now=now)


HEAD = 4096
PART = 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """Bytes in the store that have no row yet."""

    sha256: str
    size: int
    head: bytes
    """How they begin."""


def keep_stream(file: BinaryIO, *, sha256: str, size: int) -> Kept:
    """Put a large file into the store a part at a time, without the database. `sha256`: of its bytes, computed by the caller from these very bytes."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    try:
        obstore.head(_store(), _key(sha256))
    except FileNotFoundError:
        obstore.put(_store(), _key(sha256), file, use_multipart=True, chunk_size=5 * 1024 * 1024, max_concurrency=1)
    return Kept(sha256, size, head)


def add_row(kept: Kept, filename: str, *, now: datetime) -> StoredFile:
    """The row of bytes that lie in the store, under the name that they came with."""
    filename = clean_filename(filename)
    kind = sniff_kind(kept.head, filename)
    row = StoredFile(
        sha256=kept.sha256,
        size=kept.size,
        kind=kind,
        media_type=media_type_of(kind),
        filename=filename,
        stored_at=now,
    )
    db.session.add(row)
    return row


def read_file(row: StoredFile) -> bytes:
    """The bytes, checked against the hash they are named by."""
    content = obstore.get(_store(), row.key).bytes().to_bytes()
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise RuntimeError(f"stored file {row.id} does not match its hash")
    return content


def _checked_parts(row: StoredFile) -> Iterator[bytes]:
    """The bytes a part at a time, none before the whole was found to be what it is named by: a large file is never whole in memory."""
    digest = hashlib.sha256()
    for part in obstore.get(_store(), row.key).stream(min_chunk_size=PART):
        digest.update(part)
    if digest.hexdigest() != row.sha256:
        raise RuntimeError(f"stored file {row.id} does not match its hash")
    return (bytes(part) for part in obstore.get(_store(), row.key).stream(min_chunk_size=PART))


def name_download(response: Response, filename: str) -> None:
    """Offer the answer as a file. Headers are Latin-1: another name goes percent-encoded, with a plain one for old programs (RFC 6266)."""
    if filename.isascii():
        response.headers.set("Content-Disposition", "attachment", filename=filename)
    else:
        suffix = PurePath(filename).suffix
        plain = "download" + (suffix if suffix.isascii() and suffix[1:].isalnum() else "")
        response.headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{quote(filename, safe='')}"


def send_stored_file(row: StoredFile) -> Response:
    """As a download, never shown in our own origin."""
    response = Response(_checked_parts(row), mimetype=row.media_type)
    response.content_length = row.size
    name_download(response, row.filename)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _store() -> LocalStore:
    folder = current_app.config["DATA"] / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)
