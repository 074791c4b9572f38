"""The data folder: made whole or not at all, brought to the newest migration, with or without the sample city."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from _setup import PYTHON, ROOT, fail, locked, run, say

DATABASE = "linli.db"
BUILDING = ".building"
LOCK = ".lock"
ACCOUNTS = "sample-accounts.json"
PUBLISHED = ".programs-published"
SAMPLE_SINCE = "0013"
"""The migration that a sample city must have been made with for its tenders to go on."""
BUILD_STAMP = ROOT / "app" / "static" / "build" / "stamp"


class DataFolder:
    def __init__(self, path: Path, *, site_url: str):
        self.path = path.absolute()
        self.database = self.path / DATABASE
        self.site_url = site_url

    @property
    def is_elsewhere(self) -> bool:
        """The database is a server's, named by LINLI_DATABASE_URL."""
        return bool(os.environ.get("LINLI_DATABASE_URL"))

    def environment(self, path: Path | None = None) -> dict[str, str]:
        settings = {"LINLI_DATA": str(path or self.path), "PYTHONUNBUFFERED": "1"}
        return {"LINLI_SITE_URL": self.site_url, **os.environ, **settings}

    def refuse_a_strange_one(self) -> None:
        """Said before anything is installed, and before anything is written among somebody's files."""
        if self.path.exists() and not self.path.is_dir():
            fail(f"{self.path} is not a folder. Name another with --data.")
        if self.is_elsewhere or not self.path.exists() or self.database.exists() or (self.path / BUILDING).exists():
            return
        if {entry.name for entry in self.path.iterdir()} - {LOCK}:
            fail(f"The folder {self.path} is not empty and holds no Linli database.\nName another with --data, or empty this one.")

    def make_ready(self, *, with_sample: bool) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path / LOCK, "Another start is preparing this data folder; waiting for it …"):
            if self.is_elsewhere:
                self._flask("db", "upgrade")
            elif self.database.exists():
                self._upgrade()
            else:
                self._build(with_sample=with_sample)
            self._publish_programs()
        if not self.is_elsewhere and self._has_nobody():
            self._ask_for_administrator()

    def _build(self, *, with_sample: bool) -> None:
        """Everything is made in a folder inside and moved out, the database last: its presence says that all is there.

        A kill at any moment leaves no database, and the next start begins again.
        """
        building = self.path / BUILDING
        if building.exists():
            say("The data folder was not finished last time; making it again.")
            shutil.rmtree(building)
        building.mkdir()
        say("Making the database …")
        self._flask("db", "upgrade", path=building)
        if with_sample and os.environ.get("LINLI_PRODUCTION", "0") in ("", "0"):
            say("Loading the sample city (once; it takes about a minute) …")
            self._flask("sample", "load", path=building)
            (building / ACCOUNTS).write_text(self._flask("sample", "accounts", "--json", path=building), encoding="utf-8")
        if schema_version(building / DATABASE) != newest_migration():
            fail("The migrations did not bring the new database to the newest version.")
        self._move_out(building)

    def _move_out(self, building: Path) -> None:
        with closing(sqlite3.connect(building / DATABASE)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for entry in sorted(building.iterdir(), key=lambda entry: entry.name == DATABASE):
            if entry.name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
                continue
            target = self.path / entry.name
            if target.is_dir():
                shutil.rmtree(target)  # moved out by a start that was killed before the database followed
            os.replace(entry, target)
        shutil.rmtree(building)

    def _upgrade(self) -> None:
        if (building := self.path / BUILDING).exists():
            shutil.rmtree(building)
        try:
            version = schema_version(self.database)
        except sqlite3.DatabaseError as error:
            fail(f"{self.database} is not a Linli database: {error}.\nName another data folder with --data.")
        if version == newest_migration():
            return
        copy = self.path / f"{DATABASE}.before-{version}"
        say(f"Bringing the database to the newest version (a copy of the old one is kept: {copy.name}) …")
        with closing(sqlite3.connect(self.database)) as database, closing(sqlite3.connect(copy)) as target:
            database.backup(target)
        self._flask("db", "upgrade")
        if (self.path / ACCOUNTS).exists() and version < SAMPLE_SINCE:
            say(
                "This sample city was made by an earlier version. Its published tenders can neither be bid for nor opened any more:\n"
                "bidders' and key holders' programs now compare more with the public log than was written then.\n"
                f"For a new one: script/server --data {self.path.with_name(f'{self.path.name}-new')}"
            )

    def _publish_programs(self) -> None:
        """The hashes of the sealing programs go into the public log, once after each build of them."""
        built, published = BUILD_STAMP.read_text(), self.path / PUBLISHED
        if not published.exists() or published.read_text() != built:
            self._flask("seal", "publish")
            published.write_text(built)

    def _has_nobody(self) -> bool:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute("SELECT 1 FROM user_account LIMIT 1").fetchone() is None

    def _ask_for_administrator(self) -> None:
        command = f"LINLI_DATA={self.path} {PYTHON.relative_to(ROOT)} -m flask --app wsgi accounts create-administrator"
        if sys.stdin.isatty():
            say("This site has nobody yet. Make its first administrator:")
            subprocess.run([PYTHON, "-m", "flask", "--app", "wsgi", "accounts", "create-administrator"], cwd=ROOT, env=self.environment())
        if self._has_nobody():
            say(f"This site has nobody who can sign in. Make its first administrator, in the checkout:\n  {command}")

    def sign_ins(self) -> str:
        """One sample account a role, as a table; nothing in a real city."""
        path = self.path / ACCOUNTS
        if not path.exists():
            return ""
        first_of = {}
        for account in json.loads(path.read_text(encoding="utf-8")):
            first_of.setdefault(account["role"], account)
        rows = [[account[column] for column in ("role", "email", "password", "organisation")] for account in first_of.values()]
        return f"Sample accounts, one a role (all of them: {path.name} in the data folder):\n{as_table(rows)}"

    def _flask(self, *command: str, path: Path | None = None) -> str:
        shows_progress = command == ("sample", "load")
        return run(PYTHON, "-m", "flask", "--app", "wsgi", *command, env=self.environment(path), quiet=not shows_progress)


def schema_version(database: Path) -> str:
    """The migration that a database has reached; raises sqlite3.DatabaseError for a file that is not Linli's."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else "none"


def newest_migration() -> str:
    """The revision that no other follows, read from the files: faster than starting the app to ask."""
    revisions, followed = set(), set()
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        text = file.read_text()
        revisions.update(re.findall(r'^revision(?:: str)? = ["\'](\w+)["\']', text, re.MULTILINE))
        if down := re.search(r"^down_revision(?:: [^=]+)? = (.+)$", text, re.MULTILINE):
            followed.update(re.findall(r'["\'](\w+)["\']', down[1]))
    return " ".join(sorted(revisions - followed))


def as_table(rows: list[list[str]]) -> str:
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"  {line.rstrip()}" for line in lines)


def display_width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
