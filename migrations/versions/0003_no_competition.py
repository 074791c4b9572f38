"""A committee may reject all that is left for want of competition (评标委员会和评标方法暂行规定第二十七条): one more ground.

Revision ID: 0003
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

BEFORE = ("unsigned", "no_consortium_agreement", "not_qualified", "two_bids", "price", "no_response", "collusion")
AFTER = (*BEFORE, "no_competition")
NAME = "ck_bid_rejection_rejectionground"


def upgrade():
    _allow(AFTER)


def downgrade():
    _allow(BEFORE)


def _allow(grounds: tuple[str, ...]) -> None:
    """SQLite changes a CHECK by building the table anew, from the table as written here."""
    if op.get_context().dialect.name == "sqlite":
        with op.batch_alter_table("bid_rejection", copy_from=_table(grounds), recreate="always"):
            return
    op.drop_constraint(op.f(NAME), "bid_rejection", type_="check")
    op.create_check_constraint(op.f(NAME), "bid_rejection", _is_one_of(grounds))


def _is_one_of(grounds: tuple[str, ...]) -> str:
    return "ground IN ({})".format(", ".join(f"'{ground}'" for ground in grounds))


def _table(grounds: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "bid_rejection",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_is_one_of(grounds), name=NAME),
        sa.CheckConstraint("explanation <> ''", name="ck_bid_rejection_has_explanation"),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name="fk_bid_rejection_bid_id_bid"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"], name="fk_bid_rejection_proposed_by_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_bid_rejection"),
        sa.UniqueConstraint("bid_id", name="uq_bid_rejection_bid"),
    )
