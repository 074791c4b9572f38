"""The command line: terms, seal, check. Exit codes: 0 done, 1 the bid or capsule is at fault, 2 wrong use, 3 not to be had, 4 not overwritten."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .amounts import yuan, yuan_in_words
from .arguments import Parser
from .bid import find_gaps, read_bid, read_files
from .capsule.format import Header, Malformed, Manifest, pack, unpack
from .capsule.seal import Sealed, seal
from .capsule.unseal import Fault as CapsuleFault
from .capsule.unseal import Opened, Unopened, open_capsule
from .terms import TermsFile, describe_terms, read_terms
from .words import EN, WORDS, ZH, Fault, say, speak, why_of

SECRET = re.compile(r"^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    speak(_language(arguments))
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except Fault as fault:
        print(fault.sentence, file=sys.stderr)
        return fault.code
    return 0


def _language(arguments: Sequence[str]) -> str:
    """Before anything else is said, help included."""
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--lang", choices=(ZH, EN))
    chosen = early.parse_known_args(arguments)[0].lang
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return chosen or (EN if told.lower().startswith("en") else ZH)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="linli-seal", description=say("about"))
    parser.add_argument("--lang", choices=(ZH, EN), help=say("about_lang"))
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--lang", choices=(ZH, EN), default=argparse.SUPPRESS, help=say("about_lang"))
    commands = parser.add_subparsers(required=True, metavar="terms|seal|check")

    terms = commands.add_parser("terms", parents=[everywhere], help=say("about_terms"))
    terms.add_argument("source", help=say("about_source"))
    terms.add_argument("--log-key", default="", metavar="KEY", help=say("about_log_key"))
    terms.set_defaults(run=_terms)

    sealing = commands.add_parser("seal", parents=[everywhere], help=say("about_seal"))
    sealing.add_argument("--terms", required=True, metavar="sealing.json", help=say("about_source"))
    sealing.add_argument("--bid", required=True, metavar="bid.toml", help=say("about_bid"))
    sealing.add_argument("--file", action="append", default=[], metavar="letter=a.pdf", help=say("about_file"))
    sealing.add_argument("--out", required=True, metavar="bid.sealed", help=say("about_out"))
    sealing.add_argument("--recovery", required=True, metavar="recovery.txt", help=say("about_recovery"))
    sealing.add_argument("--log-key", default="", metavar="KEY", help=say("about_log_key"))
    sealing.add_argument("--yes", action="store_true", help=say("about_yes"))
    sealing.set_defaults(run=_seal)

    check = commands.add_parser("check", parents=[everywhere], help=say("about_check"))
    check.add_argument("sealed", help=say("about_sealed"))
    check.add_argument("--recovery", required=True, metavar="recovery.txt", help=say("about_recovery"))
    check.add_argument("--terms", metavar="sealing.json", help=say("about_check_terms"))
    check.set_defaults(run=_check)
    return parser


def _terms(options) -> None:
    print("\n".join(describe_terms(read_terms(options.source, options.log_key), datetime.now(UTC))))


def _seal(options) -> None:
    terms, bid = read_terms(options.terms, options.log_key), read_bid(options.bid)
    files = read_files(options.file, terms)
    if gaps := find_gaps(bid, terms):
        print(say("gaps"), *(f"  {gap}" for gap in gaps), sep="\n", file=sys.stderr)
        raise SystemExit(1)
    if terms.deadline_at <= datetime.now(UTC):
        print(say("deadline_over"), file=sys.stderr)
    _may_write((options.out, options.recovery), options.yes)
    sealed = seal(terms.terms, bid, files)
    whole = pack(sealed.header, sealed.objects)
    header, objects = unpack(whole)
    opened = _opened(header, objects, sealed.secret)
    _write(options.recovery, _recovery_text(sealed, bid).encode())
    _write(options.out, whole)
    print("\n".join(_read_out(header, opened, terms)))
    print(say("terms_published", index=terms.published.index), say("terms_log", fingerprint=terms.published.fingerprint), sep="\n")
    print(say("sealed", out=options.out, size=len(whole), recovery=options.recovery))
    print(say("next", out=options.out))


def _check(options) -> None:
    try:
        header, objects = unpack(Path(options.sealed).read_bytes())
        secret = Path(options.recovery).read_text(encoding="utf-8")
    except OSError as error:
        raise Fault("unreadable", code=3, name=error.filename, why=why_of(error)) from error
    except Malformed as error:
        raise Fault("damaged", name=options.sealed) from error
    except UnicodeDecodeError as error:
        raise Fault("no_recovery", name=options.recovery) from error
    if not (found := SECRET.search(secret)):
        raise Fault("no_recovery", name=options.recovery)
    terms = read_terms(options.terms) if options.terms else None
    wrong = terms.why_not(header) if terms else None
    print("\n".join(_read_out(header, _opened(header, objects, found[0]), None if wrong else terms)))
    if wrong:
        raise Fault(wrong)
    if terms:
        print(say("matches"))


def _opened(header: Header, objects: Sequence[bytes], secret: str) -> Opened:
    try:
        return open_capsule(header, objects, secret, bidder=None)
    except Unopened as error:
        if error.fault is CapsuleFault.WRONG_KEY:
            raise Fault("wrong_recovery") from error
        raise Fault("not_opened") from error


def _read_out(header: Header, opened: Opened, terms: TermsFile | None) -> list[str]:
    """`terms`: those that the capsule was sealed for, from which parts and kinds of files have their names."""
    found = opened.manifest
    plan = " ".join(found.plan.split())
    labels, kinds = (dict(terms.passages), terms.kinds) if terms else ({}, {})
    return [
        say("read_head"),
        say("terms_head", tender=header.tender, title=terms.title if terms else "").rstrip(),
        say("read_bidder", bidder=found.bidder, version=found.version),
        say("read_price", figures=yuan(found.price_fen), words=yuan_in_words(found.price_fen)),
        say("read_manager", name=found.project_manager),
        say("read_plan", length=len(found.plan), start=plan[:20]),
        *(say("read_answer", code=labels.get(code, code), length=len(text)) for code, text in sorted(found.answers.items())),
        *(say("read_post", **post).rstrip() for post in found.staffing),
        say("read_declared" if found.no_interest else "read_not_declared"),
        say("read_files", count=len(found.files)),
        *(say("read_file", kind=kinds.get(file.kind, file.kind), name=file.name, size=file.size) for file in found.files),
        say("read_capsule", hash=header.sha256),
    ]


def _recovery_text(sealed: Sealed, bid: Manifest) -> str:
    """An age identity file: everything but the key is a comment."""
    told = [line for text in WORDS["recovery"] for line in text.split("\n")]
    facts = [
        f"tender: {sealed.header.tender}",
        f"bidder: {bid.bidder}",
        f"version: {bid.version}",
        f"capsule: {sealed.header.sha256}",
        f"key: {sealed.header.key}",
    ]
    return "\n".join([*(f"# {line}" for line in [*told, *facts]), sealed.secret, ""])


def _may_write(names: Sequence[str], is_sure: bool) -> None:
    if len({os.path.abspath(name) for name in names}) < len(names):
        raise Fault("kept", code=4, name=names[0])
    for name in names:
        if is_sure or not os.path.lexists(name):
            continue
        try:
            answer = input(say("ask", name=name)) if sys.stdin.isatty() else ""
        except EOFError:
            answer = ""
        if answer.strip().lower() not in {"y", "yes", "是"}:
            raise Fault("kept", code=4, name=name)


def _write(name: str, data: bytes) -> None:
    """Whole or not at all, and readable by its owner alone."""
    draft = f"{name}.{os.getpid()}.part"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, name)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise Fault("unwritable", code=3, name=name, why=why_of(error)) from error
