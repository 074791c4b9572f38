"""`flask --app wsgi …` explains itself."""

import click
import pytest

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
