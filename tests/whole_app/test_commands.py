"""`flask --app wsgi …` explains itself."""

import os
import subprocess
import sys

import click
import pytest

from tests.fixtures.databases import ROOT

FRAMEWORK_COMMANDS = {"run", "shell", "routes", "db"}


def commands(group: click.Group, path: str = ""):
    for name, command in group.commands.items():
        if not path and name in FRAMEWORK_COMMANDS:
            continue
        yield f"{path} {name}".strip(), command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}".strip())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_command_and_option_has_a_help_text(app):
    found = dict(commands(app.cli))
    assert {"accounts create-administrator", "tick", "docs"} <= set(found)
    for path, command in found.items():
        assert command.help, f"flask {path} has no help text"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"flask {path} {parameter.opts[0]} has no help text"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_help_can_be_read_without_a_database(app):
    for path in dict(commands(app.cli)):
        result = app.test_cli_runner().invoke(args=[*path.split(), "--help"])
        assert result.exit_code == 0 and "Usage" in result.output, path


@pytest.mark.parametrize("command", ["sample accounts", "tick", "log verify", "sample load"])
def test_a_command_on_a_folder_without_a_database_says_so_and_leaves_nothing(tmp_path, command):
    """The server was started with --data DIR, the command without LINLI_DATA=DIR."""
    folder = tmp_path / "data"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LINLI_")} | {"LINLI_DATA": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command.split()], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and str(folder) in done.stderr and "LINLI_DATA=DIR" in done.stderr
    assert not folder.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_command_on_a_database_with_tables_runs(app):
    result = app.test_cli_runner().invoke(args=["sample", "accounts"])
    assert result.exit_code == 0, result.output
