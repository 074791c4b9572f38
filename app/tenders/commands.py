"""Commands of tendering."""

import click
from flask.cli import AppGroup

from app.common import clock
from app.common.access import system_actor
from app.extensions import db
from app.tenders.actions.programs import publish_programs

cli = AppGroup("seal", help="The programs with which bidders seal their bids.")


@cli.command("publish")
def publish() -> None:
    """Write the hashes of the offline sealer and of the bid page's scripts into the public log, where they have changed.

    Run it after every update of the site, before bidders come.
    """
    changed = publish_programs(actor=system_actor(), now=clock.now())
    db.session.commit()
    for program in changed:
        click.echo(f"{program.sha256}  {program.name}")
    if not changed:
        click.echo("nothing has changed since it was published")
