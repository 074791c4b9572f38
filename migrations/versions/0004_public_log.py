"""The public log: its beginning, windows, leaves and tiles, which nobody may change, and the entries, whose content may be erased.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl, changes_only_ddl

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_begin", "log_leaf", "log_tile", "log_window")
ENTRY_FIXED = ("leaf_index", "event", "object_type", "object_id", "tender_number", "organisation_id")
ENTRY_ALLOWED = (
    "(OLD.erased_at IS NULL OR (NEW.erased_at = OLD.erased_at AND NEW.salt IS NULL AND NEW.payload IS NULL))"
    " AND (OLD.revealed_at IS NULL OR NEW.revealed_at = OLD.revealed_at)"
    " AND (NEW.erased_at IS NOT NULL OR (NEW.salt = OLD.salt AND NEW.payload = OLD.payload))"
)


def upgrade():
    op.create_table(
        "log_begin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_begin_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_begin")),
    )
    op.create_table(
        "log_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_log_window_has_length")),
        sa.CheckConstraint("per_second > 0 AND slots >= 0", name=op.f("ck_log_window_has_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_window")),
    )
    op.create_index("ix_log_window_ends_at", "log_window", ["ends_at"])
    op.create_table(
        "log_leaf",
        sa.Column("leaf_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous_index", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("leaf_index >= 0", name=op.f("ck_log_leaf_leaf_index")),
        sa.CheckConstraint("previous_index < leaf_index", name=op.f("ck_log_leaf_previous_index")),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_leaf")),
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("level >= 1 AND number >= 0", name=op.f("ck_log_tile_place")),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "log_entry",
        sa.Column("leaf_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=False),
        sa.Column("tender_number", sa.String(length=24), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(erased_at IS NULL) = (payload IS NOT NULL)", name=op.f("ck_log_entry_erased_payload")),
        sa.CheckConstraint("(erased_at IS NULL) = (salt IS NOT NULL)", name=op.f("ck_log_entry_erased_salt")),
        sa.ForeignKeyConstraint(["leaf_index"], ["log_leaf.leaf_index"], name=op.f("fk_log_entry_leaf_index_log_leaf")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_log_entry_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_entry")),
    )
    op.create_index("ix_log_entry_object", "log_entry", ["object_type", "object_id", "leaf_index"])
    op.create_index("ix_log_entry_organisation", "log_entry", ["organisation_id", "leaf_index"])
    op.create_index("ix_log_entry_tender", "log_entry", ["tender_number", "leaf_index"])
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only_ddl(table, dialect):
            op.execute(statement)
    for statement in changes_only_ddl("log_entry", ENTRY_FIXED, ENTRY_ALLOWED, dialect):
        op.execute(statement)


def downgrade():
    for table in ("log_entry", "log_tile", "log_leaf", "log_window", "log_begin"):
        op.drop_table(table)
