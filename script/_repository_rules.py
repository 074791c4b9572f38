"""Rules that no tool brings: punctuation, file length, purity of rules, nothing inline in templates, no place of one machine."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from _setup import ROOT

MAX_LINES = 400
LENGTH_MATTERS = {".py", ".html", ".js", ".mjs", ".scss", ".css", ".sh"}
LONG_ALLOWED = ("migrations/", "app/translations/", "app/static/build/")
WORDS_IN = {".html", ".po", ".js"}
"""Files whose every line may be read by people; in Python only what goes through gettext is."""
TRANSLATED_BY = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "pgettext"}
TEXT = WORDS_IN | LENGTH_MATTERS | {".md", ".toml", ".json", ".ini", ".in", ".yml", ".yaml", ".cfg", ".mako", ""}

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
ASCII_PUNCTUATION = re.compile(rf"[{CJK}][,:;!?()][{CJK}]")
MACHINE = re.compile(
    "|".join(
        (
            r"(?<![\w.])/(?:wo" + r"rk|ho" + r"me|Us" + r"ers|opt)/\w+",
            r"registry\." + r"npmjs|pypi\." + r"org|files\.python" + r"hosted|--find-" + r"links|--index-" + r"url|extra-" + r"index",
        )
    )
)
"""Written in pieces so that the rule does not find itself."""
INLINE = (
    (re.compile(r"<[^>{}]*\sstyle\s*="), "style= attribute"),
    (re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/(?:ld\+)?json\")"), "inline <script>"),
    (re.compile(r"<style\b"), "<style>"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"']"), "on… handler"),
    (re.compile(r"javascript:"), "javascript: address"),
    (
        re.compile(r"\{\{[^}]*\b(?:_|gettext)\(\s*[a-z]"),
        "_() of a variable: its text would be trusted as HTML (use the filter in_language)",
    ),
)

SIX_FILES = {"__init__", "models", "queries", "actions", "forms", "views", "commands"}
ALSO_NOT_RULES = {
    "constraints",  # names of database constraints and their sentences
    "devices",  # a cookie
    "held",  # notes what a bidder has in the data folder
    "logged",  # what the public log says of the package's events
    "posting",  # writes the ledger
    "session",  # the request's person
    "standing",  # reads what an application has received
    "uploads",  # keeps ciphertext in the data folder
}
"""Modules of a package that may know the web or the database; every other module there is a rule and must be pure."""
IMPURE = (
    "flask",
    "flask_babel",
    "flask_login",
    "flask_security",
    "flask_sqlalchemy",
    "flask_wtf",
    "sqlalchemy",
    "werkzeug",
    "app.extensions",
)
DOMAINS = ("accounts", "communities", "enterprises", "tenders", "funding")


def tracked() -> list[Path]:
    """What is in the repository or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name and (ROOT / name).is_file()]


def faults() -> Iterator[str]:
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in TEXT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if path.suffix in LENGTH_MATTERS:
                yield f"{name}: not UTF-8"
            continue
        lines = text.splitlines()
        yield from too_long(name, path, lines)
        for number, line in enumerate(lines, 1):
            where = f"{name}:{number}"
            if path.suffix in WORDS_IN and (found := ASCII_PUNCTUATION.search(line)):
                yield f"{where}: ASCII punctuation between Chinese characters: {found[0]}"
            if found := MACHINE.search(line):
                yield f"{where}: a place of one machine or registry: {found[0]}"
        if path.suffix == ".html":
            yield from inline(name, text)
        if path.suffix == ".py" and name.startswith("app/"):
            yield from badly_punctuated(name, ast.parse(text))
    yield from impure_rules()


def badly_punctuated(name: str, tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called in TRANSLATED_BY:
            for text in (node for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)):
                if found := ASCII_PUNCTUATION.search(text.value):
                    yield f"{name}:{text.lineno}: ASCII punctuation between Chinese characters: {found[0]}"


def too_long(name: str, path: Path, lines: list[str]) -> Iterator[str]:
    if path.suffix in LENGTH_MATTERS and len(lines) > MAX_LINES and not name.startswith(LONG_ALLOWED):
        yield f"{name}: {len(lines)} lines, more than {MAX_LINES}; make it a folder of the same name"


def inline(name: str, text: str) -> Iterator[str]:
    shown = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    for pattern, what in INLINE:
        for found in pattern.finditer(shown):
            yield f"{name}:{shown.count(chr(10), 0, found.start()) + 1}: {what}; the content policy forbids it"


def impure_rules() -> Iterator[str]:
    """Rules compute from plain values: neither Flask nor the database, nor a module that has them to give."""
    for domain in DOMAINS:
        folder = ROOT / "app" / domain
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if (SIX_FILES | ALSO_NOT_RULES) & set(parts) or "import" in path.stem or "imports" in parts:
                continue
            for number, module in imported(path):
                if (
                    module.split(".")[0] in IMPURE
                    or module in IMPURE
                    or re.search(r"^app\.\w+\.(models|queries|actions|forms|views)\b", module)
                ):
                    yield f"app/{domain}/{'/'.join(parts)}.py:{number}: a rule imports {module}"


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
