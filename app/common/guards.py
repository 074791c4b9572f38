"""Triggers that forbid UPDATE, DELETE and REPLACE: guard rails under the append-only tables, on both databases."""

import re
from collections.abc import Sequence

from sqlalchemy import DDL, Table, UniqueConstraint, event

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
    _make_with(table, append_only_ddl)
    _make_with(table, lambda name, dialect: no_replace_ddl(name, keys_of(table), dialect))


Key = tuple[tuple[str, ...], str]
"""Columns of which no two rows have the same, and among which rows: SQL over their columns, empty for all."""


def keys_of(table: Table) -> list[Key]:
    """The primary key, the unique constraints and the unique indexes of a table."""
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys = [(tuple(column.name for column in one.columns), "") for one in (table.primary_key, *constraints)]
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["sqlite"]["where"]
            keys.append((tuple(column.name for column in index.columns), "" if where is None else str(where)))
    return [keys[0], *sorted(keys[1:])]


def no_replace_ddl(table: str, keys: Sequence[Key], dialect: str) -> list[str]:
    """INSERT OR REPLACE takes away the row that is in its way, and SQLite asks no trigger about that: whatever meets a row is refused
    before, in the words in which SQLite itself refuses a plain INSERT."""
    if dialect != "sqlite":
        return []
    refusals = []
    for columns, where in keys:
        said = ", ".join(f"{table}.{column}" for column in columns)
        same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
        among = f" AND ({where})" if where else ""
        also = " AND ({})".format(re.sub(r"\b(\w+)(?= (?:=|IS) )", r"NEW.\1", where)) if where else ""
        found = f"EXISTS (SELECT 1 FROM {table} WHERE {same}{among}){also}"
        refusals.append(f"SELECT RAISE(ABORT, 'UNIQUE constraint failed: {said}') WHERE {found};")
    return [f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} BEGIN {' '.join(refusals)} END"]


CHANGES_ONLY: dict[str, tuple[str, ...]] = {}
"""Tables in which these columns alone may change; on PostgreSQL the app's role is granted no more."""
REMOVABLE: set[str] = set()
"""Those of them from which some rows may be deleted."""


def changes_only_ddl(table: str, fixed: tuple[str, ...], allowed: str, dialect: str, removable: str = "") -> list[str]:
    """The statements that forbid DELETE, a change of a `fixed` column, and any change for which `allowed` is not true.

    `removable`: SQL over OLD; rows for which it is true may be deleted after all."""
    differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    forbidden = " OR ".join([*(f"NEW.{column} {differs} OLD.{column}" for column in fixed), f"({allowed}) IS NOT TRUE"])
    stays = f"WHEN (({removable}) IS NOT TRUE) " if removable else ""
    if dialect == "sqlite":
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} does not allow this change'); END"
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} WHEN {forbidden} {stop}",
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {stays}{stop}",
        ]
    make = "CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION refuse_change()"
    return [
        _POSTGRESQL[0],
        f"DROP TRIGGER IF EXISTS {table}_no_update ON {table}",
        make.format(name=f"{table}_no_update", what="UPDATE", table=table, when=f"WHEN ({forbidden}) "),
        f"DROP TRIGGER IF EXISTS {table}_no_delete ON {table}",
        make.format(name=f"{table}_no_delete", what="DELETE", table=table, when=stays),
    ]


def changes_only(table: Table, columns: tuple[str, ...], allowed: str, removable: str = "") -> None:
    """Declare that rows stay and only `columns` may change, as `allowed` says (SQL over OLD and NEW).

    `removable`: which rows may go nevertheless (SQL over OLD)."""
    CHANGES_ONLY[table.name] = columns
    if removable:
        REMOVABLE.add(table.name)
    fixed = tuple(column.name for column in table.columns if column.name not in columns)
    _make_with(table, lambda name, dialect: changes_only_ddl(name, fixed, allowed, dialect, removable))
    _make_with(table, lambda name, dialect: no_replace_ddl(name, keys_of(table), dialect))


def closes_ddl(table: str, parent: str, since: str, column: str, dialect: str) -> list[str]:
    """The statements that forbid new rows, and another `column` in a row, once `since` of the row's `parent` is set."""
    if dialect == "sqlite":
        closed = f"(SELECT {since} FROM {parent} WHERE id = NEW.{parent}_id) IS NOT NULL"
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} does not allow this change'); END"
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_late_insert BEFORE INSERT ON {table} WHEN {closed} {stop}",
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_late_update BEFORE UPDATE ON {table} "
            f"WHEN NEW.{column} IS NOT OLD.{column} AND {closed} {stop}",
        ]
    make = "CREATE TRIGGER {table}_no_late_{name} BEFORE {what} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION refuse_late_{table}()"
    return [
        # FOR SHARE: whoever sets it at the same moment is waited for
        f"CREATE OR REPLACE FUNCTION refuse_late_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE closed timestamptz; BEGIN "
        f"SELECT {since} INTO closed FROM {parent} WHERE id = NEW.{parent}_id FOR SHARE; "
        f"IF closed IS NOT NULL THEN RAISE EXCEPTION '{table} does not allow this change' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$",
        f"DROP TRIGGER IF EXISTS {table}_no_late_insert ON {table}",
        make.format(table=table, name="insert", what="INSERT", when=""),
        f"DROP TRIGGER IF EXISTS {table}_no_late_update ON {table}",
        make.format(table=table, name="update", what="UPDATE", when=f"WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) "),
    ]


def closes(table: Table, parent: str, since: str, column: str) -> None:
    """Declare that a table gets no row for a `parent` whose `since` is set, and no row another `column` (by itself: see changes_only)."""
    _make_with(table, lambda name, dialect: closes_ddl(name, parent, since, column, dialect))


def _make_with(table: Table, statements) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))


def grants(role: str) -> list[str]:
    """PostgreSQL: what the app's role may do. It owns no table; append-only tables it can only read and add to."""
    statements = [
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
        f'REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM "{role}"',
    ]
    statements += [f'REVOKE UPDATE, DELETE ON {table} FROM "{role}"' for table in sorted({*APPEND_ONLY, *CHANGES_ONLY})]
    statements += [f'GRANT DELETE ON {table} TO "{role}"' for table in sorted(REMOVABLE)]
    return statements + [f'GRANT UPDATE ({", ".join(columns)}) ON {table} TO "{role}"' for table, columns in sorted(CHANGES_ONLY.items())]
