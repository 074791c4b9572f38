"""verify.py as it is given out: one file, put together from its parts."""

import re
from functools import cache
from pathlib import Path

STANDALONE = Path(__file__).parent / "standalone"
_IMPORT = re.compile(r"^from (verify_\w+) import (?:\([^)]*\)|[^\n(]+)\n", re.MULTILINE)
_DOCSTRING = re.compile(r'\A""".*?"""\n', re.DOTALL)


@cache
def whole_program() -> str:
    """Each part stands where it is first imported."""
    parts: set[str] = set()

    def put_in(found: re.Match) -> str:
        if found[1] in parts:
            return ""
        parts.add(found[1])
        return _IMPORT.sub(put_in, _DOCSTRING.sub("", _read(f"{found[1]}.py")))

    return _IMPORT.sub(put_in, _read("verify.py"))


def _read(name: str) -> str:
    return (STANDALONE / name).read_text(encoding="utf-8")
