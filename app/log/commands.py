"""The log from the command line: is it whole, and what is its checkpoint."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.common import clock
from app.log.keys import log_keys
from app.log.notes import Checkpoint, NoteError, Proof, open_checkpoint
from app.log.queries import checkpoint as read_checkpoint
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
    click.echo(f"the log is whole: {verdict.leaves} events in {verdict.size} leaves")


@cli.command("checkpoint")
def checkpoint() -> None:
    """Print the public checkpoint of this instant."""
    note = read_checkpoint(clock.now())
    if note is None:
        raise click.ClickException("the log has not begun: there was no decisive event yet")
    click.echo(note, nl=False)


def _read(path: Path) -> Checkpoint:
    text = path.read_text(encoding="utf-8")
    try:
        note = Proof.from_text(text).checkpoint if text.startswith("c2sp.org/tlog-proof") else text
        return open_checkpoint(note, log_keys().verifier)
    except NoteError as error:
        raise click.ClickException(f"{path.name}: {error}") from error
