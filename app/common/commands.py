"""Commands that belong to no trade: sending mail, loading the working-day calendar."""

import click
from flask.cli import AppGroup, with_appcontext

from app.common import clock, daily, mail
from app.common.access import system_actor
from app.common.calendar_days import load_official_years
from app.extensions import db

calendar = AppGroup("calendar", help="The working-day calendar from which legal terms are counted.")


@calendar.command("load")
def load() -> None:
    """Add the official years, and the coming one as provisional; years that staff edited stay."""
    added = load_official_years(actor=system_actor(), now=clock.now())
    db.session.commit()
    click.echo(f"calendar years added: {', '.join(map(str, added)) or 'none'}")


mails = AppGroup("mail", help="Mails in the outbox.")


@mails.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many of the newest.")
def list_mails(last: int) -> None:
    """Recipient, subject and state of the newest mails, the newest last. Never the text: it may hold somebody's sign-in link.

    Bidders' receipts are left out, for their number would tell how many have bid; the sample city, which has no real bidders, lists them too."""
    for one in mail.newest(last, with_receipts=clock.is_demo()):
        click.echo("\t".join((f"{clock.local(one.written_at):%Y-%m-%d %H:%M}", one.to, one.state, one.subject)))


@click.command("tick")
@with_appcontext
def tick() -> None:
    """Record what the day has brought about and send the mails that wait. Run it every minute; nothing legal depends on it."""
    due = daily.run(now=clock.now())
    db.session.commit()
    if due:
        click.echo(f"fallen due and recorded: {due}")
    sent, failed = mail.deliver()
    click.echo(f"mails sent: {sent}, failed: {failed}")


cli = (calendar, mails, tick)
