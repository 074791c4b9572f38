"""Compiles each catalogue that is newer than its compiled twin; a kill leaves the old one whole."""

import os
from pathlib import Path

TRANSLATIONS = Path(__file__).resolve().parent.parent / "app" / "translations"


def outdated(folder: Path = TRANSLATIONS) -> list[Path]:
    """Catalogues without a compiled twin that is as new."""
    return [
        source
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po"))
        if not (target := source.with_suffix(".mo")).exists() or target.stat().st_mtime < source.stat().st_mtime
    ]


def compile_catalogues() -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in outdated():
        target = source.with_suffix(".mo")
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
        draft = target.with_suffix(f".mo.{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        os.replace(draft, target)


if __name__ == "__main__":
    compile_catalogues()
