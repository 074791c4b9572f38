"""Commands about public money."""

import click
from flask.cli import AppGroup

from app.funding import queries

cli = AppGroup("funding", help="Public money: programmes, payments, the ledger.")


@cli.command("verify")
def verify() -> None:
    """Recompute every budget line from the ledger and compare; fails when one fen differs."""
    problems = queries.ledger_problems()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo("the ledger and the budget lines agree")
