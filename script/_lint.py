"""Looks at the code without running it: ruff, the directions of imports, whether the tests can be read, and the rules of this repository's own."""

import subprocess
import sys
from collections.abc import Iterator

from _repository_rules import faults
from _setup import ROOT, VENV, install, one_at_a_time, say

TOOLS = (
    ("ruff check", ["ruff", "check", "--quiet", "--output-format", "concise", "."]),
    ("ruff format", ["ruff", "format", "--quiet", "--check", "--output-format", "concise", "."]),
    ("import-linter", ["lint-imports", "--no-cache"]),
    ("pytest", ["pytest", "--collect-only", "-qqq", "-p", "no:cacheprovider"]),
)
"""The last only reads the tests: one that imports what has moved is found here, not at the end of the run."""


def failures() -> Iterator[str]:
    for name, (tool, *arguments) in TOOLS:
        done = subprocess.run([VENV / "bin" / tool, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            yield f"{name}:\n{done.stdout}{done.stderr}"
    yield from faults()


def main() -> None:
    with one_at_a_time():
        install("dev")
    found = list(failures())
    for text in found:
        say(text)
    say("lint: nothing found" if not found else f"lint: {len(found)} found")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
