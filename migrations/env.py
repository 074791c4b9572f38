"""How migrations run: as the tables' owner on PostgreSQL, which afterwards grants the app's role what it may do."""

from pathlib import Path

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, event, make_url, text

from app.common.guards import grants
from app.common.types import UtcDateTime
from app.extensions import db

config = context.config


def owner_engine():
    """The owner's connection; the app's own where no owner is configured (SQLite)."""
    url = current_app.config["DATABASE_OWNER_URL"] or current_app.config["SQLALCHEMY_DATABASE_URI"]
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def render_item(kind, item, autogen_context):
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_the_same_type(context, inspected_column, metadata_column, inspected_type, metadata_type):
    return False if isinstance(metadata_type, UtcDateTime) else None


def leave_empty_out(context, revision, directives):
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def run() -> None:
    engine = owner_engine()
    if engine.dialect.name == "sqlite":
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)

        @event.listens_for(engine, "connect")
        def open_sqlite(connection, _record):
            # Tables are rebuilt in batches: foreign keys rest meanwhile, and are checked at the end.
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA foreign_keys=OFF")

        @event.listens_for(engine, "begin")
        def begin(connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=is_the_same_type,
            render_item=render_item,
            process_revision_directives=leave_empty_out,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            if engine.dialect.name == "sqlite":
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"foreign keys broken by the migration: {broken[:5]}")
            elif current_app.config["DATABASE_OWNER_URL"]:
                role = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).username
                has_tables = connection.execute(text("SELECT to_regclass('audit_event')")).scalar()
                for statement in grants(role) if has_tables else ():
                    connection.execute(text(statement))
    engine.dispose()


run()
