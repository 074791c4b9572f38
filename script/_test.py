"""Installs what the tests need and runs all of them: on both databases, in the browser. What could not run fails the run."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from _setup import PYTHON, ROOT, fail, prepare, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/System/Library/Fonts", "/Library/Fonts")
CHINESE_FONTS = ("cjk", "wqy", "sourcehan", "source-han", "pingfang", "heiti", "droidsansfallback")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="script/test",
        description="Runs every test. Other arguments go to pytest, for example: script/test tests/tenders -k late",
        add_help=False,
    )
    parser.add_argument("--fast", action="store_true", help="leave out the browser and PostgreSQL, and say so")
    parser.add_argument("-h", "--help", action="store_true")
    options, arguments = parser.parse_known_args()
    if options.help:
        parser.print_help()
        return
    prepare("dev")
    if not options.fast:
        have_a_browser()
    os.chdir(ROOT)
    command = [str(PYTHON), "-m", "pytest", *(["--fast"] if options.fast else []), *workers(arguments), *arguments]
    sys.stdout.flush()
    os.execve(PYTHON, command, environment())


def environment() -> dict[str, str]:
    """Without the settings of whoever runs the tests: they must not reach a real database."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}


def workers(arguments: list[str]) -> list[str]:
    """Two processes for a whole run; one when somebody looks at something."""
    chosen = any(argument.startswith(("-n", "--numprocesses", "-p", "--pdb", "-s")) for argument in arguments)
    return [] if chosen or (os.cpu_count() or 1) < 2 else ["-n", "2", "--dist", "worksteal"]


def missing_packages() -> list[str]:
    lacking = []
    if not any(shutil.which(name) for name in BROWSERS):
        lacking.append(PACKAGES[0])
    if not has_chinese_font():
        lacking.append(PACKAGES[1])
    return lacking


def has_chinese_font() -> bool:
    for folder in FONT_FOLDERS:
        for file in Path(folder).expanduser().rglob("*"):
            if any(name in file.name.lower() for name in CHINESE_FONTS):
                return True
    return False


def have_a_browser() -> None:
    """Chromium and a Chinese font: installed where this may be done, else named exactly."""
    lacking = missing_packages()
    if not lacking:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"Installing {' and '.join(lacking)} …")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *lacking]):
            done = subprocess.run(["apt-get", *command], env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                fail(f"{done.stdout}\napt-get {' '.join(command)} failed.")
        if not (lacking := missing_packages()):
            return
    fail(
        f"The browser tests need {' and '.join(lacking)}, and this script may not install them here.\n"
        f"Debian, Ubuntu: sudo apt-get install {' '.join(lacking)}\n"
        "Elsewhere: Chromium or Chrome on the PATH, and a font with Chinese characters (Noto Sans CJK).\n"
        "To run without the browser and PostgreSQL: script/test --fast"
    )


if __name__ == "__main__":
    main()
