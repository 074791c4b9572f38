"""Looking for malware in a file with the operator's own scanner, when one is configured."""

import logging
import shlex
import shutil
import subprocess
import tempfile
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from flask import current_app

SECONDS = 300
"""A file of 200 MB takes clamd some ten seconds."""
INFECTED_CODE = 1

_log = logging.getLogger(__name__)


class Scan(Enum):
    CLEAN = "clean"
    INFECTED = "infected"
    FAILED = "failed"
    """The scanner is configured and could not say."""
    NOT_ASKED = "not_asked"


def scan(content: BinaryIO) -> Scan:
    """What the scanner of LINLI_SCANNER says of a file. It gets one of its own, which is gone afterwards."""
    command = shlex.split(current_app.config["SCANNER"])
    if not command:
        return Scan.NOT_ASKED
    folder = current_app.config["DATA"] / "scanning"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        content.seek(0)
        shutil.copyfileobj(content, file, 1024 * 1024)
        file.flush()
        try:
            done = subprocess.run([*command, str(Path(file.name))], capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            _log.error("the scanner of LINLI_SCANNER did not run: %s", type(error).__name__)
            return Scan.FAILED
    if done.returncode not in (0, INFECTED_CODE):
        _log.error("the scanner of LINLI_SCANNER ended with %d", done.returncode)
        return Scan.FAILED
    return Scan.INFECTED if done.returncode else Scan.CLEAN
