"""Sealed bids: capsules, closing lists, shares and what came of them; a bid that could not be opened is read out without a price.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("bid_capsule", "bid_closing", "bid_refusal", "bid_unsealing", "share_release")


def upgrade():
    op.create_table(
        "bid_closing",
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bids", sa.Integer(), nullable=False),
        sa.Column("capsules", sa.JSON(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.CheckConstraint("bids >= 0", name=op.f("ck_bid_closing_bids")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_closing_tender_id_tender")),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_bid_closing")),
    )
    op.create_table(
        "bid_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("capsule_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bid_refusal_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_refusal_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_refusal")),
    )
    with op.batch_alter_table("bid_refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_refusal_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bid_refusal_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "bid_capsule",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name=op.f("fk_bid_capsule_version_id_bid_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_bid_capsule")),
        sa.UniqueConstraint("sha256", name="uq_bid_capsule_sha256"),
    )
    op.create_table(
        "bid_unsealing",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "fault",
            sa.Enum(
                "too_few_shares",
                "wrong_key",
                "object_missing",
                "unreadable",
                "other_bidder",
                "other_tender",
                "bad_share",
                "forged_share",
                name="capsulefault",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name=op.f("fk_bid_unsealing_version_id_bid_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_bid_unsealing")),
    )
    op.create_table(
        "share_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Text(), nullable=True),
        sa.Column(
            "problem",
            sa.Enum(
                "too_few_shares",
                "wrong_key",
                "object_missing",
                "unreadable",
                "other_bidder",
                "other_tender",
                "bad_share",
                "forged_share",
                name="capsulefault",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(share IS NULL) <> (problem IS NULL)", name=op.f("ck_share_release_share_or_problem")),
        sa.ForeignKeyConstraint(["holder_id"], ["tender_holder.id"], name=op.f("fk_share_release_holder_id_tender_holder")),
        sa.ForeignKeyConstraint(["released_by_id"], ["user_account.id"], name=op.f("fk_share_release_released_by_id_user_account")),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name=op.f("fk_share_release_version_id_bid_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_release")),
        sa.UniqueConstraint("holder_id", "version_id", name="uq_share_release_holder_version"),
    )
    with op.batch_alter_table("share_release", schema=None) as batch_op:
        batch_op.create_index("ix_share_release_version", ["version_id"], unique=False)

    with op.batch_alter_table("opening_line", schema=None) as batch_op:
        batch_op.alter_column("price_fen", existing_type=sa.INTEGER(), nullable=True)

    for table in APPEND_ONLY:
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade():
    with op.batch_alter_table("opening_line", schema=None) as batch_op:
        batch_op.alter_column("price_fen", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("share_release", schema=None) as batch_op:
        batch_op.drop_index("ix_share_release_version")

    op.drop_table("share_release")
    op.drop_table("bid_unsealing")
    op.drop_table("bid_capsule")
    with op.batch_alter_table("bid_refusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_refusal_tender_id"))
        batch_op.drop_index(batch_op.f("ix_bid_refusal_organisation_id"))

    op.drop_table("bid_refusal")
    op.drop_table("bid_closing")
