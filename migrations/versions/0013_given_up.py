"""A capsule that the platform could not open, though nothing was wanting, has a cause of its own.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FAULTS = ("too_few_shares", "wrong_key", "object_missing", "unreadable", "other_bidder", "other_tender", "bad_share", "forged_share")


def upgrade():
    _allow((*FAULTS, "given_up"))


def downgrade():
    """Refused by the database while a capsule has that cause."""
    _allow(FAULTS)


def _allow(faults: tuple[str, ...]) -> None:
    """SQLite changes a CHECK by building the table anew, from the table as written here; its triggers go with the old one."""
    dialect = op.get_context().dialect.name
    for table, column in ((_bid_unsealing(faults), "fault"), (_share_release(faults), "problem")):
        if dialect == "sqlite":
            with op.batch_alter_table(table.name, copy_from=table, recreate="always"):
                pass
            for statement in append_only_ddl(table.name, dialect):
                op.execute(statement)
            continue
        name = op.f(f"ck_{table.name}_capsulefault")
        op.drop_constraint(name, table.name, type_="check")
        op.create_check_constraint(name, table.name, _is_one_of(column, faults))


def _is_one_of(column: str, values: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _bid_unsealing(faults: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "bid_unsealing",
        sa.MetaData(),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.CheckConstraint(_is_one_of("fault", faults), name="ck_bid_unsealing_capsulefault"),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name="fk_bid_unsealing_version_id_bid_version"),
        sa.PrimaryKeyConstraint("version_id", name="pk_bid_unsealing"),
    )


def _share_release(faults: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "share_release",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Text(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("attempt >= 1", name="ck_share_release_attempt"),
        sa.CheckConstraint("(share IS NULL) <> (problem IS NULL)", name="ck_share_release_share_or_problem"),
        sa.CheckConstraint(_is_one_of("problem", faults), name="ck_share_release_capsulefault"),
        sa.UniqueConstraint("holder_id", "version_id", "attempt", name="uq_share_release_holder_version_attempt"),
        sa.ForeignKeyConstraint(["holder_id"], ["tender_holder.id"], name="fk_share_release_holder_id_tender_holder"),
        sa.ForeignKeyConstraint(["released_by_id"], ["user_account.id"], name="fk_share_release_released_by_id_user_account"),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name="fk_share_release_version_id_bid_version"),
        sa.PrimaryKeyConstraint("id", name="pk_share_release"),
        sa.Index("ix_share_release_version", "version_id"),
    )
