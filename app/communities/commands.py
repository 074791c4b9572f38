"""Commands: load division codes, check and import census files."""

import csv
from datetime import datetime
from io import StringIO
from pathlib import Path

import click
from flask.cli import AppGroup

from app.common import clock
from app.common.access import system_actor
from app.common.imports import actions as imports
from app.common.imports import shown
from app.common.imports.models import ImportJob
from app.common.imports.reader import read_table
from app.common.imports.states import ImportState
from app.common.imports.summary import thaw
from app.common.imports.workbook import decode_text
from app.common.refusal import Refused
from app.communities.actions import load_divisions
from app.extensions import db

census = AppGroup("census", help="The census of compounds: check a file, import files.")
divisions = AppGroup("divisions", help="Administrative divisions: cities, districts, streets, communities.")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AS_OF = click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of the figures, for files that do not state it.")


@divisions.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Add divisions from a CSV with the columns code and name; the length of a code gives its level."""
    rows = [(row["code"], row["name"]) for row in csv.DictReader(StringIO(decode_text(file.read_bytes())))]
    try:
        added, renamed = load_divisions(rows, actor=system_actor(), now=clock.now())
    except Refused as refused:
        raise click.ClickException(str(refused.reason)) from refused
    db.session.commit()
    click.echo(f"divisions added: {added}, renamed: {renamed}")


@census.command("check")
@click.argument("file", type=FILE)
@AS_OF
def check(file: Path, as_of: datetime | None) -> None:
    """Read a census file, list its problems and what it would change; write nothing."""
    job = _run(file, as_of, accept=False, dry=True)
    db.session.rollback()
    if job.state is ImportState.BLOCKED:
        raise SystemExit(1)


@census.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@AS_OF
@click.option("--accept-warnings", is_flag=True, help="Import files that have warnings as well.")
def import_(files: tuple[Path, ...], as_of: datetime | None, accept_warnings: bool) -> None:
    """Import census files, each whole or not at all; a file that was imported before changes nothing."""
    failed = False
    for file in files:
        job = _run(file, as_of, accept=accept_warnings, dry=False)
        if job.state in {ImportState.DONE, ImportState.UNCHANGED}:
            db.session.commit()
        else:
            failed = True
            db.session.rollback()
    if failed:
        raise SystemExit(1)


def _run(file: Path, as_of: datetime | None, *, accept: bool, dry: bool) -> ImportJob:
    click.echo(file.name)
    day = as_of.date() if as_of else None
    content, now = file.read_bytes(), clock.now()
    try:
        if dry:
            kind = imports.find_kind("census")
            job = imports.upload(kind, content, file.name, as_of=day, actor=system_actor(), now=now)
            imports.keep_reading(job, kind, read_table(kind, content, file.name, {}, now=now, as_of=day), actor=system_actor(), now=now)
        else:
            job = imports.import_at_once("census", content, file.name, as_of=day, accept_warnings=accept, actor=system_actor(), now=now)
    except Refused as refused:
        raise click.ClickException(str(refused.reason)) from refused
    _report(job)
    return job


def _report(job: ImportJob) -> None:
    kind = imports.kind_of(job)
    for problem in shown.all_problems(kind, job):
        click.echo(f"  {problem.severity.label} {problem.place} {problem.column} {problem.text}{problem.mend}")
    plan = job.plan
    click.echo(
        f"  {job.state.label} rows {job.reading['rows']}: new {plan['new']}, changed {plan['changed']}, unchanged {plan['unchanged']}, missing {plan['missing']}"
    )
    for note in shown.notes(kind, plan):
        click.echo(f"  {note}")
    if job.failure:
        click.echo(f"  {thaw(job.failure)}")


cli = (census, divisions)
