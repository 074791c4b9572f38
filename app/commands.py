"""Commands about the application itself, and what every package's command asks first."""

import functools
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from app.common.database import reading
from app.extensions import db
from app.log.keys import WrongLogKey


def on_tables(command: click.Command) -> click.Command:
    """The command, or group of commands, as one that says in a sentence when it was pointed at a database without tables."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            on_tables(inner)
    elif command.callback is not None and not hasattr(command.callback, "asks_for_tables"):
        command.callback = _asking_for_tables(command.callback)
    return command


def _asking_for_tables(callback):
    @with_appcontext
    @functools.wraps(callback)
    def ask_first(*args, **options):
        if not _has_tables():
            raise click.ClickException(
                f"no Linli database with tables at {_where()}. Name the data folder that script/server uses: LINLI_DATA=DIR "
                "before the command. To begin a new database there: flask --app wsgi db upgrade"
            )
        try:
            return callback(*args, **options)
        except WrongLogKey as error:
            raise click.ClickException(str(error)) from error

    ask_first.asks_for_tables = True
    return ask_first


def _has_tables() -> bool:
    """Asked so that a missing SQLite file, or its folder, stays missing."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return False
    try:
        with reading(), db.engine.connect() as connection:
            return sa.inspect(connection).has_table("user_account")
    except sa.exc.OperationalError as error:
        raise click.ClickException(f"the database at {_where()} does not answer: {error.orig}") from error


def _where() -> str:
    """The SQLite file, or the server's address without its password."""
    url = db.engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


@click.command("docs")
@with_appcontext
def docs() -> None:
    """Write the generated pages of docs/ anew: settings, pages, life cycles."""
    from app.documentation import write

    for path in write(current_app):
        click.echo(f"written: docs/{path.name}")


@click.command("catalogue")
@with_appcontext
def catalogue() -> None:
    """Bring the English catalogue in step with the sentences in the code; says how many wait for a translation."""
    from app.catalogue import update

    messages, untranslated = update()
    click.echo(f"messages: {messages}, untranslated: {untranslated}")
