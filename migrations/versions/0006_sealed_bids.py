"""Sealed bids: capsules, closing lists, shares and what came of them; a bid that could not be opened is read out without a price.

Drafts are kept by the bidder's own browser from now on: their tables go, and with them every bid in clear.

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

    op.drop_table("bid_draft_document")
    op.drop_table("bid_draft")

    for table in APPEND_ONLY:
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade():
    op.create_table(
        "bid_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("project_manager", sa.String(length=80), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("staffing", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("no_interest", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_bid_draft_enterprise_id_enterprise")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bid_draft_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["user_account.id"], name=op.f("fk_bid_draft_saved_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_draft_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_draft")),
        sa.UniqueConstraint("tender_id", "organisation_id", name="uq_bid_draft_tender_organisation"),
    )
    with op.batch_alter_table("bid_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_draft_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bid_draft_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "bid_draft_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("letter", "plan", "staffing", "other", name="biddocumentkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["bid_draft.id"], name=op.f("fk_bid_draft_document_draft_id_bid_draft")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_bid_draft_document_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_draft_document")),
    )
    with op.batch_alter_table("bid_draft_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_draft_document_draft_id"), ["draft_id"], unique=False)

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
