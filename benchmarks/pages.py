"""Public pages against a bare Flask route: the same rows by the same selects, a plain table, no session, sign-in or layout.

Both are called as WSGI applications in one process, in turns: no network and no second program between them and the clock.
"""

import io
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, render_template_string
from sqlalchemy.orm import Session

from app import create_app
from app.common.clock import DemoClock
from app.extensions import db
from benchmarks.measure import compare

FRAME = {"demo_clock", "audit_event", "user_account", "membership", "organisation"}
"""Tables that the frame asks on every page; the bare route has no frame."""
MOST_COLUMNS = 8
PLAIN = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>
{% for rows in tables %}<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endfor %}"""
TARGET = 0.5
DIRECTORY_ROWS = 100


def measure_pages(folder: Path) -> dict[str, dict]:
    """Each page's throughput beside its baseline's, on the city in `folder`."""
    app = create_app(DATA=folder, SECRET_KEY="a key for benchmarks")
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    found = {}
    with directory_of(DIRECTORY_ROWS):
        for name, path, target in pages_of(app):
            selects, queries = selects_behind(app, path)
            bare = bare_app(name, url, selects)
            comparison = compare(caller(app, path), caller(bare, "/"))
            found[name] = {"address": path, "queries": queries, "target_ratio": target, **comparison.as_dict()}
    with app.app_context():
        db.engine.dispose()
    return found


def pages_of(app: Flask) -> list[tuple[str, str, float | None]]:
    """Name, address and the share of the baseline's throughput that is asked for."""
    from app.tenders.models import Tender

    def tender(*conditions) -> str:
        number = db.session.scalars(sa.select(Tender.number).where(*conditions).order_by(Tender.id).limit(1)).one()
        return f"/tenders/{number}"

    with app.app_context():
        is_open = (Tender.published_at.is_not(None), Tender.bid_deadline_at > sa.select(DemoClock.at).scalar_subquery())
        return [
            ("directory", "/enterprises", TARGET),
            ("open tender", tender(*is_open, Tender.cancelled_at.is_(None)), TARGET),
            ("concluded tender", tender(Tender.contracted_at.is_not(None)), TARGET),
            ("coverage", "/coverage", None),
        ]


@contextmanager
def directory_of(rows: int):
    """The directory with this many rows on one page."""
    from app.enterprises.queries import directory

    kept, directory.PER_PAGE = directory.PER_PAGE, rows
    yield
    directory.PER_PAGE = kept


def fill_directory(folder: Path, wanted: int = DIRECTORY_ROWS) -> None:
    """Copies of the sample's enterprises, with their facts, until the directory has this many rows."""
    engine = sa.create_engine(f"sqlite:///{folder / 'linli.db'}")
    table = sa.Table("enterprise", sa.MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        rows = [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]
        first = max(row["id"] for row in rows) + 1
        for number in range(wanted - len(rows)):
            row = {**rows[number % len(rows)], "id": first + number, "organisation_id": None}
            row["name"] = f"{row['name']}第{number + 2}分公司"
            row["uscc"] = f"91410400BENCH{number:05d}"
            connection.execute(table.insert(), row)
    engine.dispose()


def caller(app: Flask, path: str) -> Callable[[], bytes]:
    """One GET by WSGI itself; anything but 200 stops the benchmark."""
    environ = app.test_request_context(path, headers={"Accept-Language": "zh-CN"}).request.environ
    environ = {key: value for key, value in environ.items() if not key.startswith(("werkzeug.", "flask."))}

    def start_response(status, _headers, _error=None):
        if not status.startswith("200"):
            raise RuntimeError(f"{path}: {status}")

    def call() -> bytes:
        answer = app.wsgi_app({**environ, "wsgi.input": io.BytesIO()}, start_response)
        try:
            return b"".join(answer)
        finally:
            answer.close()

    return call


def selects_behind(app: Flask, path: str) -> tuple[list, int]:
    """The ORM selects that a page sends, without its frame's, and how many statements it sends in all."""
    selects, sent = [], []

    def keep(state):
        if state.is_select and not state.is_relationship_load and not state.is_column_load:
            tables = {table.name for table in sa.sql.visitors.iterate(state.statement) if isinstance(table, sa.Table)}
            if not tables <= FRAME:
                selects.append((state.statement, state.parameters))

    def count(_connection, _cursor, statement, *_more):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(db.session, "do_orm_execute", keep)
    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        caller(app, path)()
    finally:
        sa.event.remove(db.session, "do_orm_execute", keep)
        sa.event.remove(engine, "before_cursor_execute", count)
    return selects, len(sent)


def bare_app(title: str, url: str, selects: list) -> Flask:
    app = Flask("bare")
    engine = sa.create_engine(url)

    @app.get("/")
    def page():
        with Session(engine) as session:
            tables = [[cells(row) for row in rows(session, select, parameters)] for select, parameters in selects]
            return render_template_string(PLAIN, title=title, tables=tables)

    return app


def rows(session: Session, select, parameters):
    """Objects are made unique, as collections loaded by a join ask for; plain columns may hold what has no hash (JSON)."""
    found = session.execute(select, parameters)
    has_objects = any(isinstance(one["type"], type) for one in getattr(select, "column_descriptions", ()))
    return found.unique() if has_objects else found


def cells(row) -> list:
    shown = []
    for value in row:
        mapper = sa.inspect(value, raiseerr=False)
        if mapper is not None and hasattr(mapper, "mapper"):
            shown += [getattr(value, attribute.key) for attribute in mapper.mapper.column_attrs]
        else:
            shown.append(value)
    return shown[:MOST_COLUMNS]
