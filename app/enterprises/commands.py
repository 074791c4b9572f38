"""The two lists from the command line."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app.common import clock
from app.common.access import system_actor
from app.common.imports.actions import import_at_once, warning_codes
from app.common.imports.kinds import ImportKind, find_kind
from app.common.imports.models import ImportJob
from app.common.imports.states import ImportState
from app.common.refusal import Refused
from app.enterprises.conduct_import import ConductImport
from app.enterprises.list_import import RecommendedListImport
from app.extensions import db

cli = AppGroup("enterprises", help="Property service enterprises and their conduct records.")

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
ACCEPT = click.option("--accept-warnings", is_flag=True, help="Import although there are warnings; they are printed.")


@cli.command("import")
@FILE
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day to which the list's figures belong.")
@ACCEPT
def import_list(file: Path, as_of: datetime, accept_warnings: bool) -> None:
    """Import a list of recommended enterprises (Excel or CSV). The same file again changes nothing."""
    _import(RecommendedListImport.key, file, accept_warnings, as_of=as_of.date())


@cli.command("conduct-import")
@FILE
@ACCEPT
def import_conduct(file: Path, accept_warnings: bool) -> None:
    """Import good and bad conduct records (Excel or CSV). The same file again changes nothing."""
    _import(ConductImport.key, file, accept_warnings)


def _import(key: str, file: Path, accept_warnings: bool, **more) -> None:
    try:
        job = import_at_once(
            key, file.read_bytes(), file.name, accept_warnings=accept_warnings, actor=system_actor(), now=clock.now(), **more
        )
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(str(refused.reason)) from refused
    db.session.commit()
    kind = find_kind(key)
    for line in problem_lines(kind, job):
        click.echo(line, err=True)
    if job.state is ImportState.BLOCKED:
        raise click.ClickException("nothing was imported: mend the errors above and try again")
    if job.state is ImportState.READY:
        count = len(warning_codes(kind, job))
        raise click.ClickException(f"nothing was imported: {count} kinds of warnings above; --accept-warnings imports all the same")
    result = job.result or {"new": 0, "changed": 0, "unchanged": (job.plan or {}).get("unchanged", 0)}
    click.echo(f"new: {result['new']}, changed: {result['changed']}, unchanged: {result['unchanged']}")


def problem_lines(kind: ImportKind, job: ImportJob) -> list[str]:
    """Sheet, row, column, what is wrong and how to mend it: one line a problem."""
    lines = []
    for problem in (job.reading or {}).get("problems", ()):
        what = kind.problem_kind(problem["code"])
        field = kind.field(problem["field"]) if problem["field"] else None
        words = {"value": problem["value"], "label": str(field.label) if field else "", **problem["params"]}
        place = " ".join(filter(None, (problem["sheet"], f"{problem['column']}{problem['row'] or ''}")))
        lines.append(f"[{what.severity.label}] {place}：{str(what.text) % words}{str(what.mend) % words}")
    return lines
