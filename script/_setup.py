"""What every script needs first: an environment from the lock file, front-end assets and compiled translations.

Only the standard library is used here: this runs before anything is installed.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import _translations
import build_assets

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "linli-installed.json"
UNFINISHED = VENV / "linli-installing"
SOURCE_ONLY = "flask-principal"
"""The one package that its author publishes as source alone; everything else is installed from wheels."""

LOCKS = {"app": ("app",), "dev": ("app", "dev"), "node": ("node",)}
"""Which locks an install fulfils: dev.in includes app.in at the same versions."""


def say(text: str) -> None:
    sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese must not stop the site
    print(text, flush=True)


def fail(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
    raise SystemExit(1)


def run(*command: object, env: dict | None = None, quiet: bool = False) -> str:
    """Run a command in the checkout; when it fails, show what it said and stop. Quiet keeps what it says and returns it."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        pass_fds=_held,
        preexec_fn=die_with_the_script,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.PIPE if quiet else None,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        shown = " ".join(Path(str(part)).name if str(part).startswith("/") else str(part) for part in command)
        fail(f"{done.stdout or ''}{done.stderr or ''}\nThis step failed with code {done.returncode}: {shown}")
    return done.stdout or ""


def die_with_the_script(with_signal: int = signal.SIGKILL) -> None:
    """In the child, on Linux: a script that is killed takes the step that it was waiting for with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, with_signal)


PR_SET_PDEATHSIG = 1

_held: list[int] = []
"""Locks that children inherit: one that outlives a killed script keeps the next script waiting until it has ended."""


@contextmanager
def locked(path: Path, meanwhile: str):
    """Only one script at a time within this block."""
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(meanwhile)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _held.append(lock.fileno())
        try:
            yield
        finally:
            _held.remove(lock.fileno())


def one_at_a_time():
    """Two scripts started together must not install into the same environment at once."""
    return locked(ROOT / ".setup.lock", "Another script is setting things up; waiting for it …")


def prepare(lock: str) -> None:
    """Environment, assets and translations, each only when something has changed since the last time."""
    with one_at_a_time():
        install(lock)
        build_front_end()
        if _translations.outdated():
            run(PYTHON, "script/_translations.py")


def build_front_end() -> None:
    """The style sheet and script; Node comes from a Python wheel where the machine has none."""
    if build_assets.is_current(build_assets.fingerprint()):
        return
    if not build_assets.has_node():
        install("node")
    say("Building the style sheet and the script …")
    run(PYTHON, "script/build_assets.py")


def install(lock: str) -> None:
    """Bring .venv to the lock file. An install that was killed half-way is begun again from nothing."""
    if UNFINISHED.exists():
        say("The last installation did not finish; starting it again from nothing.")
    if UNFINISHED.exists() or not _environment_works():
        _make_environment()
    wanted = {name: _digest(name) for name in LOCKS[lock]}
    if wanted.items() <= _installed().items():
        return
    say(f"Installing Python packages from requirements/{lock}.txt (once; it takes about a minute) …")
    UNFINISHED.touch()
    run(
        PYTHON,
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"),
        *("--only-binary", ":all:", "--no-binary", SOURCE_ONLY, "-r", f"requirements/{lock}.txt"),
        quiet=True,
    )
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(_installed() | wanted, indent=2))
    os.replace(draft, STAMP)
    UNFINISHED.unlink()


def _environment_works() -> bool:
    """Whether .venv is there and its Python is still the one that it was made with."""
    if not PYTHON.exists():
        return False
    has_packages = "import os, sys; sys.exit(not os.path.isdir(f'{sys.prefix}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/pip'))"
    return subprocess.run([PYTHON, "-I", "-c", has_packages], capture_output=True).returncode == 0


def _make_environment() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if missing := [name for name in ("venv", "ensurepip") if find_spec(name) is None]:
        fail(
            f"This Python ({sys.executable}, {version}) lacks {' and '.join(missing)}.\n"
            f"Install it (Debian, Ubuntu: apt-get install python{version}-venv) and run this again."
        )
    say(f"Making the environment .venv with Python {version} …")
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    run(sys.executable, "-m", "venv", VENV, quiet=True)


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{lock}.txt").read_bytes()).hexdigest()


def _installed() -> dict[str, str]:
    return json.loads(STAMP.read_text()) if STAMP.exists() else {}
