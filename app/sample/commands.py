"""The sample city from the command line: load it, list who can sign in."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from app.sample import keys
from app.sample.load import load_sample, why_not_load
from app.sample.people import list_accounts

cli = AppGroup("sample", help="The sample city: a story in which something waits in every state. Never in production.")


@cli.command("load")
def load() -> None:
    """Build the sample city in an empty database and stop its clock at 2009-11-18 09:00."""
    reason = why_not_load(is_production=current_app.config["PRODUCTION"])
    if reason is not None:
        raise click.ClickException(str(reason))
    load_sample(tell=click.echo)
    keys.write_files(current_app.config["DATA"] / keys.FOLDER)
    click.echo("the sample city is loaded; its clock stands at 2009-11-18 09:00 and moves only when somebody moves it")


@cli.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="As a list of objects instead of a table.")
def accounts(as_json: bool) -> None:
    """List everybody who can sign in to the sample city, with role, organisation and password; as JSON with the holders' keys."""
    rows = list_accounts()
    if as_json:
        click.echo(json.dumps(keys.add_keys(rows), ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo("  ".join(row.values()))
