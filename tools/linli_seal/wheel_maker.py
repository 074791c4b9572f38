"""Makes the wheel of linli-seal: for `pip install` (PEP 517), for the site's download, and the same bytes each time.

It takes the capsule's and the log's own files out of the application, so that the bidder's program and the server can't drift apart."""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

NAME, VERSION = "linli_seal", "1.2.1"
NEEDS = ("pyrage>=1.2", "pyshamir>=1.0", "cryptography>=42")
HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "app"
SOURCES = (
    ("linli_seal", HERE / "linli_seal"),
    ("linli_seal/capsule", APP / "tenders" / "capsule"),
)
SINGLE = (
    ("linli_seal/amounts.py", APP / "common" / "amounts.py"),
    ("linli_seal/notes.py", APP / "log" / "notes.py"),
    ("linli_seal/tree.py", APP / "log" / "tree.py"),
)
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time in the archive: a build gives the same bytes whenever it runs."""


def sources() -> list[tuple[str, Path]]:
    """Name in the archive and file, in order."""
    found = [(f"{folder}/{path.name}", path) for folder, place in SOURCES for path in place.glob("*.py")]
    return sorted([*found, *SINGLE])


def wheel_name() -> str:
    return f"{NAME}-{VERSION}-py3-none-any.whl"


def _metadata() -> str:
    lines = (
        "Metadata-Version: 2.1",
        "Name: linli-seal",
        f"Version: {VERSION}",
        "Summary: Seals a bid for a tender of Linli on the bidder's own machine, and opens it again",
        "Requires-Python: >=3.11",
        *(f"Requires-Dist: {need}" for need in NEEDS),
        "Description-Content-Type: text/markdown",
    )
    return "\n".join(lines) + "\n\n" + (HERE / "README.md").read_text(encoding="utf-8")


def _about() -> list[tuple[str, bytes]]:
    kind = "Wheel-Version: 1.0\nGenerator: wheel_maker\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = (("METADATA", _metadata()), ("WHEEL", kind), ("entry_points.txt", "[console_scripts]\nlinli-seal = linli_seal.program:main\n"))
    return [(f"{NAME}-{VERSION}.dist-info/{name}", text.encode()) for name, text in files]


def _record(files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    lines = []
    for name, data in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    name = f"{NAME}-{VERSION}.dist-info/RECORD"
    return name, "".join([*lines, f"{name},,\n"]).encode()


def make_wheel(folder: Path) -> Path:
    """Writes the wheel into a folder; its place."""
    files = [(name, path.read_bytes()) for name, path in sources()] + _about()
    target = Path(folder) / wheel_name()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in [*files, _record(files)]:
            member = zipfile.ZipInfo(name, LONG_AGO)
            member.compress_type = zipfile.ZIP_STORED  # deflate's bytes differ between versions of zlib
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)
    return target


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None) -> str:
    """PEP 517."""
    return make_wheel(Path(wheel_directory)).name


def build_sdist(sdist_directory, config_settings=None) -> str:
    raise NotImplementedError("linli-seal takes part of its files out of the application: install it from a checkout or from the wheel")


if __name__ == "__main__":
    make_wheel(Path(sys.argv[1]))
