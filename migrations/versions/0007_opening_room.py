"""The opening room: windows for bidders' recovery files, bids opened that way, and how an opening went.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("recovery_window", "bid_recovery")


def upgrade():
    op.create_table(
        "recovery_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_by_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=400), nullable=False),
        sa.CheckConstraint("ends_at > announced_at", name=op.f("ck_recovery_window_has_length")),
        sa.CheckConstraint("cause <> ''", name=op.f("ck_recovery_window_has_cause")),
        sa.ForeignKeyConstraint(["announced_by_id"], ["user_account.id"], name=op.f("fk_recovery_window_announced_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_recovery_window_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_window")),
    )
    op.create_index(op.f("ix_recovery_window_tender_id"), "recovery_window", ["tender_id"])
    op.create_table(
        "bid_recovery",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_bid_recovery_by_id_user_account")),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name=op.f("fk_bid_recovery_version_id_bid_version")),
        sa.ForeignKeyConstraint(["window_id"], ["recovery_window.id"], name=op.f("fk_bid_recovery_window_id_recovery_window")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_bid_recovery")),
    )
    op.create_index(op.f("ix_bid_recovery_window_id"), "bid_recovery", ["window_id"])
    op.execute("ALTER TABLE opening_record ADD COLUMN proceedings JSON DEFAULT '{}' NOT NULL")
    for table in APPEND_ONLY:
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade():
    with op.batch_alter_table("opening_record", schema=None) as batch_op:
        batch_op.drop_column("proceedings")
    op.drop_table("bid_recovery")
    op.drop_table("recovery_window")
