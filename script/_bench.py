"""Installs what the site needs and measures it: python -m benchmarks."""

import os
import sys

from _setup import PYTHON, ROOT, prepare


def main() -> None:
    prepare("app")
    os.chdir(ROOT)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    os.execve(PYTHON, [str(PYTHON), "-m", "benchmarks", *sys.argv[1:]], clean)


if __name__ == "__main__":
    main()
