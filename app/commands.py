"""Commands about the application itself."""

import click
from flask import current_app
from flask.cli import with_appcontext


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
