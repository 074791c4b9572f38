"""What somebody does who holds the database and nothing else: SQL past every guard."""

import sqlalchemy as sa

from app.extensions import db

TABLES = (
    "tender",
    "tender_document",
    "bid",
    "bid_version",
    "bid_capsule",
    "log_entry",
    "log_leaf",
    "audit_event",
    "bid_closing",
    "opening_line",
    "opening_record",
)


def behind(database, *statements: str, **values) -> None:
    """Carried out and committed over a connection of its own, with triggers and foreign keys out of force."""
    db.session.commit()
    owner_url = database.settings["DATABASE_OWNER_URL"]
    engine = sa.create_engine(
        owner_url.replace("postgresql://", "postgresql+psycopg://", 1) if owner_url else f"sqlite:///{database.folder / 'linli.db'}"
    )
    with engine.begin() as connection:
        if owner_url:
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES]
        else:
            found = connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            off = [f'DROP TRIGGER "{name}"' for name in found]
        for statement in off:
            connection.exec_driver_sql(statement)
        for statement in statements:
            changed = connection.execute(sa.text(statement), values).rowcount
            assert changed, f"nothing to change: {statement}"
    engine.dispose()
    db.session.expire_all()
