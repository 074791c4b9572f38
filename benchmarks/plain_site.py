"""Bare Flask routes that keep a text durably and do nothing else: what a submission is compared with."""

import os
import sqlite3
import threading
from functools import cache

import sqlalchemy as sa
from flask import Flask, request

app = Flask(__name__)
URL = os.environ.get("PLAIN_DATABASE", "")
TABLE = "CREATE TABLE plain (id {} PRIMARY KEY, content TEXT NOT NULL)"
_own = threading.local()


def connection():
    """One a thread, as a pool would give it."""
    if not hasattr(_own, "connection"):
        _own.connection = _open(URL)
    return _own.connection


def _open(url: str):
    if url.startswith("postgresql"):
        import psycopg

        return psycopg.connect(url)
    opened = sqlite3.connect(url, isolation_level=None, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        opened.execute(f"PRAGMA {pragma}")
    return opened


def prepare(url: str) -> None:
    """Before the server starts: its workers would make the table at once."""
    opened = _open(url)
    opened.execute(TABLE.format("BIGSERIAL" if url.startswith("postgresql") else "INTEGER"))
    if url.startswith("postgresql"):
        opened.commit()
    opened.close()


@app.post("/keep")
def keep():
    own, content = connection(), request.form["header"]
    if URL.startswith("postgresql"):
        own.execute("INSERT INTO plain (content) VALUES (%s)", (content,))
        own.commit()
    else:
        own.execute("BEGIN IMMEDIATE")
        own.execute("INSERT INTO plain (content) VALUES (?)", (content,))
        own.execute("COMMIT")
    return "kept", 201


@cache
def engine() -> sa.Engine:
    if URL.startswith("postgresql"):
        return sa.create_engine(URL.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=16)
    made = sa.create_engine(f"sqlite:///{URL}", pool_size=16)
    sa.event.listen(made, "connect", _as_above)
    sa.event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return made


def _as_above(opened, _record) -> None:
    opened.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
        opened.execute(f"PRAGMA {pragma}")


PLAIN = sa.table("plain", sa.column("content"))


@app.post("/keep-by-sqlalchemy")
def keep_by_sqlalchemy():
    with engine().begin() as own:
        own.execute(sa.insert(PLAIN), {"content": request.form["header"]})
    return "kept", 201


@app.get("/count")
def count():
    own = connection()
    found = own.execute("SELECT count(*) FROM plain").fetchone()[0]
    if URL.startswith("postgresql"):
        own.rollback()
    return str(found)
