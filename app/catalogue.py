"""The English catalogue: which sentences the code speaks, and keeping the .po file in step with them."""

from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.config import ROOT

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)
"""A fixed date in the header, so that an update changes nothing but sentences."""
PATH = ROOT / "app" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {pattern: {"trim_blocks": "true", "lstrip_blocks": "true"} for pattern, method in METHODS if method == "jinja2"}


def spoken() -> dict[str, tuple]:
    """Each message in the code → (the message or its plural pair, file, line) where it stands first."""
    found: dict[str, tuple] = {}
    for file, line, message, _comments, _context in extract_from_dir(ROOT / "app", METHODS, OPTIONS, KEYWORDS):
        single = message[0] if isinstance(message, tuple) else message
        if single and (single not in found or isinstance(message, tuple)):
            found[single] = (message, file, line)
    return found


def read() -> Catalog:
    with PATH.open("rb") as file:
        return read_po(file, locale="en")


def update() -> tuple[int, int]:
    """Bring the .po file in step with the code, keeping translations. Returns (messages, untranslated)."""
    old = {_single(m.id): m.string for m in read() if m.id} if PATH.exists() else {}
    new = Catalog(
        locale="en",
        project="Linli",
        version="1",
        header_comment="# The English catalogue of Linli. `flask --app wsgi catalogue` keeps it in step with the code.",
        msgid_bugs_address="the maintainers",
        last_translator="the maintainers",
        language_team="English",
        creation_date=BEGAN,
        revision_date=BEGAN,
        charset="utf-8",
        fuzzy=False,
    )
    untranslated = 0
    for single, (message, file, _line) in sorted(spoken().items(), key=lambda item: (item[1][1], item[1][2])):
        string = old.get(single) or ""
        if isinstance(message, tuple):
            forms = tuple(string) if isinstance(string, tuple | list) else (string, string)
            new.add(message, forms, locations=[(f"app/{file}", 0)])
            untranslated += not all(forms)
        else:
            string = string[0] if isinstance(string, tuple | list) else string
            new.add(message, string, locations=[(f"app/{file}", 0)])
            untranslated += not string
    PATH.parent.mkdir(parents=True, exist_ok=True)
    with PATH.open("wb") as file:
        write_po(file, new, width=100, include_lineno=False, omit_header=False)
    return len(new), untranslated


def _single(message_id) -> str:
    return message_id[0] if isinstance(message_id, tuple | list) else message_id
