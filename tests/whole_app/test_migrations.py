"""Migrations lead up to the models and back down to nothing, on both databases, and leave the app's role owning nothing."""

import re

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import create_app
from app.common.guards import APPEND_ONLY
from app.common.types import UtcDateTime
from app.config import ROOT
from app.extensions import db
from tests.fixtures.databases import APP_ROLE, Database, settings_for

FOLDER = str(ROOT / "migrations")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request, tmp_path) -> Database:
    """A database without a single table."""
    if request.param == "sqlite":
        return Database("sqlite", settings_for(tmp_path), {})
    return request.getfixturevalue("postgres_source").fresh("linli_empty", template="template0")


@pytest.fixture
def migrated(empty):
    made = create_app(**empty.settings)
    with made.app_context():
        flask_migrate.upgrade(directory=FOLDER)
        yield made
        db.session.remove()
        db.engine.dispose()


def owner_engine(app) -> sa.Engine:
    url = app.config["DATABASE_OWNER_URL"] or app.config["SQLALCHEMY_DATABASE_URI"]
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def same_type(_context, _inspected, _column, _inspected_type, metadata_type):
    return False if isinstance(metadata_type, UtcDateTime) else None


def test_there_is_one_newest_migration():
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1


def test_the_migrated_schema_is_the_models(migrated):
    engine = owner_engine(migrated)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": same_type, "target_metadata": db.metadata})
        assert compare_metadata(context, db.metadata) == []
    engine.dispose()


def test_the_migrated_checks_are_the_models(migrated):
    """Alembic does not compare CHECK constraints; they hold the rules in the database, so we do."""
    inspector = sa.inspect(owner_engine(migrated))
    for name, table in db.metadata.tables.items():
        wanted = {constraint.name for constraint in table.constraints if isinstance(constraint, sa.CheckConstraint)}
        kept = {constraint["name"] for constraint in inspector.get_check_constraints(name)}
        assert wanted == kept, name


def test_the_migrated_checks_allow_every_member_of_the_enumerations(migrated):
    inspector = sa.inspect(owner_engine(migrated))
    compared = 0
    for name, table in db.metadata.tables.items():
        kept = {constraint["name"]: constraint["sqltext"] for constraint in inspector.get_check_constraints(name)}
        for column in table.columns:
            if isinstance(column.type, sa.Enum) and column.type.create_constraint:
                check = kept[f"ck_{name}_{column.type.name}"]
                assert set(re.findall(r"'(\w+)'", check)) == set(column.type.enums), f"{name}.{column.name}"
                compared += 1
    assert compared > 40


def test_every_constraint_has_a_name(migrated):
    inspector = sa.inspect(owner_engine(migrated))
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        assert inspector.get_pk_constraint(table)["name"], table
        for kind in (inspector.get_foreign_keys, inspector.get_unique_constraints, inspector.get_check_constraints):
            assert all(constraint["name"] for constraint in kind(table)), table


def test_append_only_tables_refuse_changes_after_migration(migrated, empty):
    inspector = sa.inspect(owner_engine(migrated))
    assert set(inspector.get_table_names()) >= APPEND_ONLY and "audit_event" in APPEND_ONLY
    with owner_engine(migrated).connect() as connection:
        if empty.backend == "sqlite":
            found = connection.execute(
                sa.text("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name")
            ).all()
        else:
            found = connection.execute(
                sa.text("SELECT tgrelid::regclass::text, 2 * count(*) FROM pg_trigger WHERE NOT tgisinternal GROUP BY 1")
            ).all()
    guarded = {table for table, number in found if number >= 2}
    assert guarded >= APPEND_ONLY


def test_down_to_nothing_and_up_again(migrated):
    flask_migrate.downgrade(directory=FOLDER, revision="base")
    assert set(sa.inspect(owner_engine(migrated)).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade(directory=FOLDER)
    assert set(sa.inspect(owner_engine(migrated)).get_table_names()) == {*db.metadata.tables, "alembic_version"}


def test_a_notary_comes_with_the_newest_schema_and_nobody_is_lost_on_the_way(empty):
    """Tables are built anew on SQLite: rows, references and the index of active memberships stay."""
    made = create_app(**empty.settings)
    with made.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0008")
        engine = owner_engine(made)
        at = "2009-11-18 01:00:00"
        with engine.begin() as connection:
            for statement in (
                f"INSERT INTO organisation (id, kind, name, division_code, created_at) VALUES (1, 'bureau', '局', '4104', '{at}')",
                "INSERT INTO user_account (id, name, email, active, fs_uniquifier, created_at)"
                f" VALUES (1, '李', 'li@example.org', true, 'x', '{at}')",
                f"INSERT INTO membership (user_id, organisation_id, role, began_at) VALUES (1, 1, 'administrator', '{at}')",
            ):
                connection.execute(sa.text(statement))
        flask_migrate.upgrade(directory=FOLDER)
        again = sa.text(f"INSERT INTO membership (user_id, organisation_id, role, began_at) VALUES (1, 1, 'administrator', '{at}')")
        notary = sa.text(
            f"INSERT INTO organisation (id, kind, name, division_code, created_at) VALUES (2, 'notary_office', '公证处', '4104', '{at}')"
        )
        with engine.begin() as connection:
            assert connection.execute(sa.text("SELECT user_id, role FROM membership")).all() == [(1, "administrator")]
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(again)
        with engine.begin() as connection:
            connection.execute(notary)
        with pytest.raises(sa.exc.IntegrityError):
            flask_migrate.downgrade(directory=FOLDER, revision="0008")
        engine.dispose()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.postgresql
def test_the_apps_role_owns_no_table_and_may_not_rewrite_history(postgres_source):
    database = postgres_source.fresh("linli_roles")
    engine = sa.create_engine(database.settings["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        owned = connection.execute(sa.text("SELECT tablename FROM pg_tables WHERE tableowner = :role"), {"role": APP_ROLE})
        assert owned.all() == []
        for table in sorted(APPEND_ONLY):
            may = connection.execute(
                sa.text(
                    "SELECT has_table_privilege(:role, :table, 'INSERT'), has_table_privilege(:role, :table, 'UPDATE'),"
                    " has_table_privilege(:role, :table, 'DELETE'), has_table_privilege(:role, :table, 'TRUNCATE')"
                ),
                {"role": APP_ROLE, "table": table},
            ).one()
            assert tuple(may) == (True, False, False, False), table
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError):
        connection.execute(sa.text("CREATE TABLE mine (id integer)"))
    engine.dispose()
