"""The programs that seal bids and open keys, as this site gives them out, and what the public log says of them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.common.i18n import _l
from app.extensions import db
from app.log.models import LogEntry
from app.tenders.lifecycle import Status
from app.tenders.models import Tender

PUBLISHED = "program.publish"
OFFLINE_PAGE, COMMAND_LINE = "linli-seal.html", "linli_seal.whl"
BUILT = {
    OFFLINE_PAGE: ("seal.html", _l("离线封标网页")),
    "bid.js": ("bid.js", _l("投标页面的程序")),
    "bid-worker.js": ("bid-worker.js", _l("投标页面的加密程序")),
    "bid-inspect.js": ("bid-inspect.js", _l("投标页面检查附件的程序")),
    "keys.js": ("keys.js", _l("制作密钥的程序")),
    "rehearsal.js": ("rehearsal.js", _l("密钥演练的程序")),
    "opening.js": ("opening.js", _l("开标室交出份额的程序")),
}
"""Name in the log → name in the manifest of what was built, and what people call it."""


@dataclass(frozen=True)
class Program:
    name: str
    label: Any
    path: Path

    @property
    def sha256(self) -> str:
        return _digest(str(self.path), self.path.stat().st_mtime_ns)

    @property
    def size(self) -> int:
        return self.path.stat().st_size


@lru_cache
def _digest(path: str, _changed_at: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def programs() -> list[Program]:
    """What was built for this site; nothing before the first build."""
    folder = Path(current_app.static_folder) / "build"
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        return []
    found = [Program(name, label, folder / manifest[built]) for name, (built, label) in BUILT.items() if built in manifest]
    return found + [Program(COMMAND_LINE, _l("命令行工具"), path) for path in sorted(folder.glob("linli_seal-*.whl"))[-1:]]


def find_program(name: str) -> Program | None:
    return next((one for one in programs() if one.name == name), None)


@dataclass(frozen=True)
class Publication:
    """A program's newest entry in the public log."""

    sha256: str
    published_at: datetime
    leaf_index: int


def publications() -> dict[str, Publication]:
    """By the program's name."""
    entries = db.session.scalars(
        select(LogEntry).where(LogEntry.event == PUBLISHED).options(joinedload(LogEntry.leaf)).order_by(LogEntry.leaf_index)
    )
    found = {}
    for entry in entries:
        facts = json.loads(entry.payload)
        found[facts["program"]] = Publication(facts["program_sha256"], entry.leaf.at, entry.leaf_index)
    return found


def tenders_to_seal_for(now: datetime, most: int = 50) -> list[Tender]:
    """Sealed tenders that still take bids, the soonest deadline first."""
    return list(
        db.session.scalars(
            select(Tender)
            .where(Tender.status == Status.PUBLISHED, Tender.bid_deadline_at > now, Tender.holders.any())
            .order_by(Tender.bid_deadline_at, Tender.id)
            .limit(most)
        )
    )
