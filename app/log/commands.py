"""The log from the command line: is it whole, what is its checkpoint, and how personal data leave it."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts import actions as accounts
from app.accounts.queries import active_memberships
from app.accounts.rules import Role
from app.accounts.session import actor_of
from app.common import clock
from app.common.access import Actor
from app.common.refusal import Refused
from app.extensions import db
from app.log import actions
from app.log.keys import log_keys
from app.log.models import LogEntry
from app.log.notes import Checkpoint, NoteError, Proof, open_checkpoint
from app.log.queries import checkpoint as read_checkpoint
from app.log.queries import may_be_told, public_log
from app.log.verifying import verify as verify_log

cli = AppGroup("log", help="The public log of decisive events.")


@cli.command("verify")
@click.argument("kept", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(kept: tuple[Path, ...]) -> None:
    """Recompute the log from its rows; name the first leaf that was changed, removed or put in.

    KEPT are checkpoints or receipts from outside: with them a log whose newest rows were cut off is found out too.
    """
    verdict = verify_log(checkpoints=[_read(path) for path in kept])
    if verdict.fault:
        raise click.ClickException(f"leaf {verdict.fault.index}: {verdict.fault.what}")
    log = public_log(clock.now())
    click.echo(
        f"the log is whole: {log.size if log else 0} leaves"
    )  # how many are events, and where the last one is, would count hidden bids


@cli.command("checkpoint")
def checkpoint() -> None:
    """Print the public checkpoint of this instant."""
    note = read_checkpoint(clock.now())
    if note is None:
        raise click.ClickException("the log has not begun: there was no decisive event yet")
    click.echo(note, nl=False)


@cli.command("find")
@click.argument("words")
def find(words: str) -> None:
    """List the leaves whose content has WORDS in it, a person's name for instance.

    Of a tender that has not closed only what everybody may read: neither number nor times of its bids are told here.
    """
    found, kept = 0, select(LogEntry).where(LogEntry.erased_at.is_(None), may_be_told(clock.now())).order_by(LogEntry.leaf_index)
    for entry in db.session.scalars(kept.execution_options(yield_per=1000)):
        if words.encode() in entry.payload:
            found += 1
            click.echo(f"leaf {entry.leaf_index}: {_told(entry)}")
    click.echo(f"{found} found")


@cli.command("erase")
@click.argument("index", type=int)
@click.option("--reason", prompt=True, help="The request or decision on which the erasure rests; it stays in the audit trail.")
@click.option("--administrator", prompt=True, help="Sign-in name of the administrator who erases; the password is asked for.")
@click.option("--legal-officer", prompt=True, help="Sign-in name of the legal officer who agrees; the password is asked for.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(index: int, reason: str, administrator: str, legal_officer: str, yes: bool) -> None:
    """Erase the content of leaf INDEX for good; the leaf, the tree and every receipt's proof stand as before.

    Two people type their passwords: an administrator and a legal officer who agrees.
    """
    entry = db.session.scalar(select(LogEntry).where(LogEntry.leaf_index == index, may_be_told(clock.now())))
    if entry is None:
        raise click.ClickException(f"leaf {index} is padding, does not exist or is not told before its tender closes")
    click.echo(f"leaf {index}: {_told(entry)}")
    actor, approver = (_sign_in(*who) for who in ((administrator, Role.ADMINISTRATOR), (legal_officer, Role.LEGAL_OFFICER)))
    if not yes:
        click.confirm("This cannot be undone. Erase it?", abort=True)
    try:
        actions.erase(db.session.get_one(LogEntry, index), actor=actor, approver=approver, now=clock.now(), reason=reason)
    except Refused as refused:
        raise click.ClickException(str(refused.reason)) from refused
    db.session.commit()
    click.echo(f"leaf {index}: the content is erased; the leaf stands")


def _told(entry: LogEntry) -> str:
    return f"{entry.event} {entry.payload.decode() if entry.payload else '(erased)'}"


def _sign_in(email: str, role: Role) -> Actor:
    """The person with this role, who types the password here. The try is kept, as at the sign-in page."""
    password = click.prompt(f"Password of {email}", hide_input=True)
    try:
        user = accounts.sign_in(email, password, address="console", device="", wall=clock.wall())
    except Refused as refused:
        db.session.commit()
        raise click.ClickException(str(refused.reason)) from refused
    db.session.commit()
    hat = next((hat for hat in active_memberships(user.id) if hat.role is role), None)
    if hat is None:
        raise click.ClickException(f"{email} is no {role.value}")
    return actor_of(hat, "console")


def _read(path: Path) -> Checkpoint:
    text = path.read_text(encoding="utf-8")
    try:
        note = Proof.from_text(text).checkpoint if text.startswith("c2sp.org/tlog-proof") else text
        return open_checkpoint(note, log_keys().verifier)
    except NoteError as error:
        raise click.ClickException(f"{path.name}: {error}") from error
