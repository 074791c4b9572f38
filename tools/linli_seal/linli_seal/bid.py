"""The bid as its bidder wrote it: a JSON or TOML file, what of it is missing, and the files that go with it."""

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from .amounts import yuan
from .capsule.format import MAX_PLAN, Malformed, Manifest
from .terms import TermsFile
from .words import Fault, say, why_of

USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PRICE = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")
NAMES = {"bidder", "price", "project_manager", "plan", "staffing", "answers", "no_interest", "version"}
MARKS = (
    ("pdf", b"%PDF-"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("jpg", b"\xff\xd8\xff"),
    ("office", b"PK\x03\x04"),
)
ENDINGS = {"pdf": "pdf", "png": "png", "jpg": "jpg", "jpeg": "jpg", "docx": "office", "xlsx": "office"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_bid(source: str) -> Manifest:
    """The content, not yet bound to a tender. Raises Fault."""
    try:
        text = Path(source).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Fault("unreadable", code=3, name=source, why=why_of(error)) from error
    except UnicodeDecodeError as error:
        raise Fault("bid_encoding", name=source) from error
    try:
        found = tomllib.loads(text, parse_float=str) if source.lower().endswith(".toml") else json.loads(text, parse_float=str)
    except ValueError as error:
        place = re.search(r"line (\d+),? column (\d+)", str(error))
        raise Fault(
            "bid_unreadable", name=source, why=say("at_line", line=place[1], column=place[2]) if place else say("at_end")
        ) from error
    if not isinstance(found, dict):
        raise Fault("bid_unreadable", name=source, why="{ }")
    if strange := sorted(set(found) - NAMES):
        raise Fault("bid_strange", names=", ".join(strange))
    return _manifest(found)


def _manifest(found: dict) -> Manifest:
    data = _data(found)
    for name, text in [("plan", data["plan"]), *((f"answers.{code}", text) for code, text in _texts(data["answers"]))]:
        if isinstance(text, str) and len(text) > MAX_PLAN:
            raise Fault("bid_long", name=name, most=MAX_PLAN, length=len(text))
    if wrong := [name for name in NAMES & set(found) if name != "price" and not _has_form({name: found[name]})]:
        raise Fault("bid_shape", names=", ".join(sorted(wrong)))
    return Manifest.from_bytes(json.dumps(data).encode())


def _has_form(found: dict) -> bool:
    """Whether a bid of this alone has the form of bids."""
    try:
        Manifest.from_bytes(json.dumps(_data({"price": "1"} | found)).encode())
    except (Malformed, TypeError):
        return False
    return True


def _data(found: dict) -> dict:
    staffing, answers = found.get("staffing", []), found.get("answers", {})
    posts = staffing if isinstance(staffing, list) else []
    return {
        "format": "linli-bid-1",
        "tender": "",
        "documents": "0" * 64,
        "bidder": found.get("bidder", ""),
        "version": found.get("version", 1),
        "price_fen": _fen(found.get("price", "")),
        "project_manager": _stripped(found.get("project_manager", "")),
        "plan": _stripped(found.get("plan", "")),
        "staffing": [{"qualification": "", **post} if isinstance(post, dict) else post for post in posts] if posts else staffing,
        "answers": {code: _stripped(text) for code, text in _texts(answers)} if isinstance(answers, dict) else answers,
        "no_interest": found.get("no_interest", False),
        "files": [],
    }


def _texts(answers):
    return answers.items() if isinstance(answers, dict) else ()


def _stripped(text):
    return text.strip() if isinstance(text, str) else text


def _fen(price) -> int:
    """As it is written, "0.62" or 0.62: never through a binary fraction, which is not exact."""
    if isinstance(price, bool) or not isinstance(price, str | int) or not (read := PRICE.fullmatch(str(price).strip())):
        raise Fault("price_no_number", price=str(price))
    fen = int(read[1]) * 100 + int((read[2] or "").ljust(2, "0"))
    if not fen:
        raise Fault("price_no_number", price=price)
    return fen


def _has_check_digit(code: str) -> bool:
    """GB 32100: the eighteenth character makes the weighted sum a multiple of 31. A slip of the finger would make a bid of nobody's."""
    return (
        sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])) % 31
        == -ALPHABET.index(code[17]) % 31
    )


def find_gaps(bid: Manifest, terms: TermsFile) -> list[str]:
    """What a committee would reject it for, as sentences; all at once."""
    found = []
    if not (USCC.fullmatch(bid.bidder) and _has_check_digit(bid.bidder)):
        found.append(say("gap_bidder"))
    if terms.ceiling_fen is not None and bid.price_fen > terms.ceiling_fen:
        found.append(say("gap_ceiling", price=yuan(bid.price_fen), ceiling=yuan(terms.ceiling_fen)))
    if not bid.project_manager:
        found.append(say("gap_manager"))
    if not terms.plan_min <= len(bid.plan) <= terms.plan_max:
        found.append(say("gap_plan", least=terms.plan_min, most=terms.plan_max, length=len(bid.plan)))
    codes = [code for code, _label in terms.passages]
    found.extend(say("gap_passage", code=code, label=label) for code, label in terms.passages if not bid.answers.get(code))
    found.extend(say("gap_strange_answer", code=code) for code in bid.answers if code not in codes)
    if not bid.staffing:
        found.append(say("gap_staffing"))
    if not bid.no_interest:
        found.append(say("gap_declaration"))
    return found


def read_files(wanted: Sequence[str], terms: TermsFile) -> list[tuple[str, str, bytes]]:
    """(kind, name, bytes) of `kind=path`, each checked by its content. Raises Fault."""
    if len(wanted) > terms.files_max:
        raise Fault("too_many_files", most=terms.files_max)
    found = []
    for one in wanted:
        kind, is_split, path = one.partition("=")
        if not is_split or kind not in terms.kinds:
            raise Fault("file_kind", given=one, kinds=", ".join(terms.kinds))
        name = Path(path).name
        try:
            size = Path(path).stat().st_size
            if size > terms.file_bytes:
                raise Fault("file_large", name=name, most=terms.file_bytes // 1024**2)
            data = Path(path).read_bytes()
        except OSError as error:
            raise Fault("unreadable", code=3, name=path, why=why_of(error)) from error
        _check_content(name, data)
        found.append((kind, name, data))
    if len({data for _kind, _name, data in found}) < len(found):
        raise Fault("file_twice")
    return found


def _check_content(name: str, data: bytes) -> None:
    if not data:
        raise Fault("file_empty", name=name)
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise Fault("file_password", name=name)
    kind = next((kind for kind, mark in MARKS if data.startswith(mark)), None)
    if kind is None or ENDINGS.get(name.rpartition(".")[2].lower()) != kind:
        raise Fault("file_not_allowed", name=name)
    # The trailer of a PDF names its encryption; in the dictionary of a cross-reference stream it stands in clear too (ISO 32000-1, 7.5.8).
    if kind == "pdf" and re.search(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<", data):
        raise Fault("file_password", name=name)
