"""The operator's scanner is asked with a file of its own, believed, and its failure told apart from a clean file."""

import shlex
import sys
from io import BytesIO

import pytest

from app.common.scanning import Scan, scan

SCRIPT = """
import pathlib, sys
content = pathlib.Path(sys.argv[-1]).read_bytes()
sys.exit(1 if b"EICAR" in content else 2 if b"broken" in content else 0)
"""


@pytest.fixture
def scanner(app, tmp_path):
    program = tmp_path / "scan it.py"
    program.write_text(SCRIPT)
    app.config["SCANNER"] = shlex.join([sys.executable, str(program), "--quiet"])
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"%PDF-1.7 harmless", Scan.CLEAN), (b"%PDF-1.7 EICAR", Scan.INFECTED), (b"broken", Scan.FAILED), (b"", Scan.CLEAN)],
)
def test_what_the_scanner_says(scanner, app, content, found):
    assert scan(BytesIO(content)) is found
    assert not list((app.config["DATA"] / "scanning").iterdir()), "nothing is left behind"


def test_without_a_scanner_nothing_is_asked(app):
    with app.app_context():
        assert scan(BytesIO(b"EICAR")) is Scan.NOT_ASKED


def test_a_scanner_that_is_not_there_fails_and_says_so(app, caplog):
    app.config["SCANNER"] = "/no/such/scanner"
    with app.app_context():
        assert scan(BytesIO(b"x")) is Scan.FAILED
    assert "LINLI_SCANNER" in caplog.text
