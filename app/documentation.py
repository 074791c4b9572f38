"""The pages of docs/ that are made from the code, so that they cannot be wrong: `flask docs` writes, a test compares."""

from pathlib import Path

from flask import Flask

from app.common.access import declared
from app.config import ROOT, SETTINGS

FOLDER = ROOT / "docs"
NOTE = "<!-- Made by `flask --app wsgi docs` from the code. Change the code, not this page. -->"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def settings(_app: Flask) -> str:
    rows = [[f"`{s.name}`", f"`{s.default}`" if s.default else "", s.meaning + (" Secret." if s.is_secret else "")] for s in SETTINGS]
    return f"# Settings\n\n{NOTE}\n\nAll settings come from the environment.\n\n" + _table(["variable", "default", "meaning"], rows) + "\n"


def pages(app: Flask) -> str:
    """Every address with its methods, who may open it, and the view behind it."""
    rows = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        access = declared(app, rule.endpoint)
        who = ", ".join(sorted(role.value for role in access.roles)) if access.kind == "roles" else access.kind.replace("_", " ")
        methods = ", ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        rows.append([f"`{rule.rule}`", methods, who, f"`{rule.endpoint}`"])
    return f"# Pages and who may open them\n\n{NOTE}\n\n" + _table(["address", "methods", "who", "view"], rows) + "\n"


def life_cycles(_app: Flask) -> str:
    """The moves of a tender and of an application for money."""
    from app.funding import lifecycle as funding
    from app.tenders import lifecycle as tenders

    parts = [f"# Life cycles\n\n{NOTE}\n"]
    for title, moves, who in (
        ("A tender", tenders.MOVES.values(), "by"),
        ("An application for a subsidy or an award", funding.MOVES, "roles"),
    ):
        rows = [
            [
                f"`{move.name}`",
                ", ".join(f"`{status.value}`" for status in sorted(move.leaves, key=str)),
                f"`{move.reaches.value}`" if move.reaches else "stays",
                ", ".join(sorted(role.value for role in getattr(move, who) or ())) or "anybody",
            ]
            for move in moves
        ]
        parts.append(f"\n## {title}\n\n" + _table(["move", "leaves", "reaches", "by"], rows) + "\n")
    return "".join(parts)


PAGES = {"settings.md": settings, "pages.md": pages, "life-cycles.md": life_cycles}


def write(app: Flask, folder: Path = FOLDER) -> list[Path]:
    written = []
    for name, make in PAGES.items():
        path = folder / name
        path.write_text(make(app), encoding="utf-8")
        written.append(path)
    return written
