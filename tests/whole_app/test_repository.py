"""The rules that script/lint holds are held by the tests as well."""

import subprocess
import sys

from app.config import ROOT

sys.path.insert(0, str(ROOT / "script"))

import _repository_rules as repository  # noqa: E402


def test_the_repository_keeps_its_own_rules():
    assert list(repository.faults()) == []


def test_the_exceptions_to_pure_rules_are_needed():
    modules = {path.stem for domain in repository.DOMAINS for path in (ROOT / "app" / domain).rglob("*.py")}
    folders = {path.name for domain in repository.DOMAINS for path in (ROOT / "app" / domain).iterdir() if path.is_dir()}
    assert set(repository.ALSO_NOT_RULES) <= modules | folders


def test_imports_run_one_way():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
