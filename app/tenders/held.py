"""What one bidder holds in the store for one tender: everything from the first announced byte until it is gone from the disk, against one limit.

One note for each bidder and tender, called by a keyed hash; it is bounded, so that looking into it costs the same however much others send."""

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.common.turn import holding

BYTES = 8 * 1024**3
"""Of one bidder in one tender: three whole bids of ten large files, and something more."""
RECORDS = 256
"""Objects of one bidder in one tender, however small: more than twenty bids of ten files."""
KEPT_SECONDS = 7 * 24 * 3600

_NEXT = _l("请移除不再需要的文件。已经移除的和被替换的旧文件会在几分钟内清除，请十分钟后再试。")
TOO_MUCH = Reason(_l("本单位在这个项目中上传的加密文件太多，已经达到 8 GB，暂时不能再上传。"), next=_NEXT)
TOO_MANY = Reason(_l("本单位在这个项目中上传的加密文件太多，已经达到 256 个，暂时不能再上传。"), next=_NEXT)


class State(StrEnum):
    HERE = "here"
    """Announced, on its way or arrived; not handed in."""
    HANDED = "handed"
    """A capsule of this bidder's named it, whether it still counts or not."""
    ASIDE = "aside"
    """Removed, but still on the disk for some minutes."""


def owner_of(tender_id: int, organisation_id: int) -> str:
    return keyed(f"{tender_id}:{organisation_id}", 16)


def token_of(owner: str, sha256: str, size: int) -> str:
    """An object's own name among a bidder's; it begins with the owner."""
    return owner + keyed(f"{owner}:{sha256}:{size}", 16)


def tender_mark(tender_id: int) -> str:
    """What notes have in the place of a tender: who reads the folder alone learns nothing from it."""
    return keyed(f"tender {tender_id}", 32)


def keyed(text: str, digits: int) -> str:
    return hmac.new(current_app.config["SECRET_KEY"].encode(), f"upload:{text}".encode(), hashlib.sha256).hexdigest()[:digits]


# --- one bidder's note -------------------------------------------------------------------------------------------------------


def entry(token: str) -> dict | None:
    """sha256, size, state and when it was last changed."""
    return _read(_path(token[:16]))["objects"].get(token)


def entries(owner: str) -> dict[str, dict]:
    return _read(_path(owner))["objects"]


def reserve(tender_id: int, owner: str, sizes: Mapping[str, int]) -> list[str]:
    """Note that these objects are to come, all or none; gives the tokens of those that were not held yet. Raises Refused."""
    with changing(owner) as note:
        note["of"], objects = tender_mark(tender_id), note["objects"]
        named = {token_of(owner, sha256, size): (sha256, size) for sha256, size in sizes.items()}
        new = [token for token in named if token not in objects]
        reason = _why_no_room(objects, count=len(new), size=sum(named[token][1] for token in new))
        if reason is not None:
            raise Refused(reason)
        for token, (sha256, size) in named.items():
            objects[token] = {"sha256": sha256, "size": size, "is": State.HERE, "at": time.time()}
    return new


def why_no_room(owner: str, *, count: int = 1, size: int) -> Reason | None:
    return _why_no_room(entries(owner), count=count, size=size)


def _why_no_room(objects: Mapping[str, dict], *, count: int, size: int) -> Reason | None:
    if size and count and sum(one["size"] for one in objects.values()) + size > BYTES:
        return TOO_MUCH
    return TOO_MANY if count and len(objects) + count > RECORDS else None


def is_crowded(owner: str) -> bool:
    """Whether a bidder holds so much that what it has replaced should go before the closing."""
    objects = entries(owner)
    return len(objects) > RECORDS // 2 or sum(one["size"] for one in objects.values()) > BYTES // 2


def mark(token: str, state: State) -> None:
    mark_all(token[:16], [token], state)


def mark_all(owner: str, tokens: list[str], state: State) -> None:
    with changing(owner) as note:
        for token in tokens:
            if (one := note["objects"].get(token)) is not None:
                one.update({"is": state, "at": time.time()})


def forget(*tokens: str) -> None:
    for owner in {token[:16] for token in tokens}:
        if not _path(owner).exists():
            continue
        with changing(owner) as note:
            for token in tokens:
                note["objects"].pop(token, None)


def owners() -> list[str]:
    return sorted(path.stem for path in folder("uploads").glob("*.held"))


def everything() -> list[tuple[str, dict, str]]:
    """Token, entry and tender's mark of everything that anybody holds."""
    notes = [_read(_path(owner)) for owner in owners()]
    return [(token, one, note["of"]) for note in notes for token, one in note["objects"].items()]


@contextmanager
def changing(owner: str) -> Iterator[dict]:
    """The note, while nobody else changes it; what was done to it is kept unless an exception leaves the block. Sixteen locks for all owners:
    one for each would have to be cleared away, one for all would let bidders wait for each other's disks."""
    with holding(folder("upload-locks") / owner[0]):
        note = _read(_path(owner))
        yield note
        if note["objects"]:
            _replace(_path(owner), json.dumps(note).encode())
        else:
            _path(owner).unlink(missing_ok=True)


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        pass
    except ValueError:  # a power cut may leave a note without its bytes: its bidder begins anew, and finds what is in the store
        current_app.logger.warning("a note of what is held cannot be read and counts as empty: %s", path.name)
    return {"of": "", "objects": {}}


def _path(owner: str) -> Path:
    return folder("uploads") / f"{owner}.held"


# --- files -------------------------------------------------------------------------------------------------------------------


def folder(name: str) -> Path:
    found = current_app.config["DATA"] / name
    if not found.is_dir():
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _replace(path: Path, data: bytes) -> None:
    """The whole file or the one before it, whenever somebody looks."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with create(draft) as file:
        file.write(data)
    os.replace(draft, path)
