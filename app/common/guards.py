"""Triggers that forbid UPDATE and DELETE: guard rails under the append-only tables, on both databases."""

from sqlalchemy import DDL, Table, event

APPEND_ONLY: set[str] = set()
"""Names of the append-only tables; on PostgreSQL the app's role is granted no UPDATE or DELETE on them."""

_SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)


def append_only_ddl(table: str, dialect: str) -> list[str]:
    """The statements that make a table append-only, for models and migrations alike."""
    return [statement.format(table=table) for statement in (_SQLITE if dialect == "sqlite" else _POSTGRESQL)]


def append_only(table: Table) -> None:
    """Declare a table append-only: its triggers are made with it."""
    APPEND_ONLY.add(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_ddl(table.name, dialect):
            event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))


def grants(role: str) -> list[str]:
    """PostgreSQL: what the app's role may do. It owns no table; append-only tables it can only read and add to."""
    statements = [
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
        f'REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM "{role}"',
    ]
    return statements + [f'REVOKE UPDATE, DELETE ON {table} FROM "{role}"' for table in sorted(APPEND_ONLY)]
