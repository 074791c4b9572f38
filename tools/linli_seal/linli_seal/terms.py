"""What a tender asks to be sealed for: its terms file, from disk or from the tender's page."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from .capsule.format import Header
from .capsule.seal import Terms
from .published import Published, check_published
from .words import Fault, say, why_of

FORMAT = "linli-terms-1"
BEIJING = timezone(timedelta(hours=8))
_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_HEX = re.compile(r"[0-9a-f]{64}")
_MOST = 1024 * 1024


@dataclass(frozen=True)
class Holder:
    key: str
    seat: str
    organisation: str

    @property
    def fingerprint(self) -> str:
        """What the tender's page shows beside the holder: the first 16 digits of the key's SHA-256."""
        digits = hashlib.sha256(self.key.encode()).hexdigest()[:16]
        return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


@dataclass(frozen=True)
class TermsFile:
    tender: str
    title: str
    documents: str
    threshold: int
    holders: tuple[Holder, ...]
    deadline_at: datetime
    published: Published
    ceiling_fen: int | None
    passages: tuple[tuple[str, str], ...]
    """(code, label) of the parts that are written beside the plan."""
    kinds: dict[str, str]
    plan_min: int
    plan_max: int
    files_max: int
    file_bytes: int

    @property
    def terms(self) -> Terms:
        return Terms(self.tender, self.documents, self.threshold, tuple(holder.key for holder in self.holders))

    def why_not(self, header: Header) -> str | None:
        """Why a capsule is not one for this tender as it stands, as a key of words."""
        if header.tender != self.tender:
            return "other_tender"
        if header.documents != self.documents:
            return "other_documents"
        if (header.threshold, tuple(one.holder for one in header.holders)) != (self.threshold, self.terms.holders):
            return "other_holders"
        return None


def read_terms(source: str, log_key: str = "") -> TermsFile:
    """Raises Fault when there are none to be had, they are none, or they are not those that the public log published.

    `log_key`: the log's key line or its fingerprint, as the bidder has it from elsewhere."""
    data = _fetch(source) if source.startswith(("http://", "https://")) else _read(source)
    try:
        return _parse(json.loads(data), log_key)
    except (KeyError, TypeError, ValueError) as error:
        raise Fault("no_terms", source=source) from error


def _read(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise Fault("unreadable", code=3, name=source, why=why_of(error)) from error


def _fetch(source: str) -> bytes:
    address = source if urlsplit(source).path.endswith(".json") else source.rstrip("/") + "/sealing.json"
    try:
        with urlopen(address, timeout=30) as answer:
            return answer.read(_MOST)
    except (URLError, TimeoutError, ValueError) as error:
        raise Fault("unreachable", code=3, name=address, why=why_of(error)) from error


def _parse(data: dict, log_key: str) -> TermsFile:
    holders = tuple(Holder(one["key"], str(one["seat"]), str(one["organisation"])) for one in data["holders"])
    threshold, limits = data["threshold"], data["limits"]
    wrong = (
        data["format"] != FORMAT
        or not _HEX.fullmatch(data["documents"])
        or not all(_KEY.fullmatch(holder.key) for holder in holders)
        or len({holder.key for holder in holders}) != len(holders)
        or not 1 < threshold < len(holders)
    )
    if wrong:
        raise ValueError("not terms that may be sealed for")
    deadline = datetime.fromisoformat(data["deadline_at"])
    if deadline.tzinfo is None:
        raise ValueError("a deadline without a zone")
    return TermsFile(
        tender=data["tender"],
        title=data["title"],
        documents=data["documents"],
        threshold=threshold,
        holders=holders,
        deadline_at=deadline,
        published=check_published(data, log_key),
        ceiling_fen=data["ceiling_fen"],
        passages=tuple((one["code"], one["label"]) for one in data["passages"]),
        kinds={one["value"]: one["label"] for one in data["kinds"]},
        plan_min=limits["plan_min"],
        plan_max=limits["plan"],
        files_max=limits["files"],
        file_bytes=limits["file_bytes"],
    )


def describe_terms(found: TermsFile, now: datetime) -> list[str]:
    left = found.deadline_at - now
    lines = [
        say("terms_head", tender=found.tender, title=found.title),
        say("terms_documents", documents=found.documents),
        say("terms_deadline", at=found.deadline_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")),
        say("terms_closed") if left <= timedelta(0) else say("terms_left", days=left.days, hours=left.seconds // 3600),
        say("terms_holders", threshold=found.threshold, count=len(found.holders)),
        *(f"  {holder.fingerprint}  {holder.seat}  {holder.organisation}" for holder in found.holders),
        say("terms_published", index=found.published.index),
        say("terms_log", fingerprint=found.published.fingerprint),
    ]
    if found.passages:
        lines.append(say("terms_passages"))
        lines.extend(f"  {code}  {label}" for code, label in found.passages)
    lines.append(say("terms_kinds", kinds=", ".join(f"{value} ({label})" for value, label in found.kinds.items())))
    return lines
