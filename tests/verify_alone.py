"""verify.py as people download it, in a file of its own: run apart from the platform, or taken as a module."""

import importlib.util
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from app.log.program import whole_program


@cache
def _folder() -> tempfile.TemporaryDirectory:
    """Kept until the tests end."""
    folder = tempfile.TemporaryDirectory()
    (Path(folder.name) / "verify.py").write_text(whole_program(), encoding="utf-8")
    return folder


def program() -> Path:
    return Path(_folder().name) / "verify.py"


def run(*arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-I", str(program()), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL)


def as_module():
    spec = importlib.util.spec_from_file_location("verify_alone", program())
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found
