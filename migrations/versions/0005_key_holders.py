"""Key holders: people's public keys, the holders of each tender, their rehearsals, and how many open the bids together.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

THRESHOLD = "INTEGER DEFAULT 2 NOT NULL CONSTRAINT ck_tender_seal_threshold CHECK (seal_threshold IN (2, 3))"


def upgrade():
    op.execute(f"ALTER TABLE tender ADD COLUMN seal_threshold {THRESHOLD}")
    op.create_table(
        "holder_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=24), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reason",
            sa.Enum("renewed", "lost", name="retirereason", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.CheckConstraint("(retired_at IS NULL) = (reason IS NULL)", name=op.f("ck_holder_key_retired_for_a_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_holder_key_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_key")),
        sa.UniqueConstraint("recipient", name="uq_holder_key_recipient"),
    )
    op.create_index(op.f("ix_holder_key_user_id"), "holder_key", ["user_id"])
    op.create_index(
        "uq_holder_key_standing",
        "holder_key",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "tender_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "seat",
            sa.Enum("tenderer", "legal", "third_party", "further", name="holderseat", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 5", name=op.f("ck_tender_holder_position")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_holder_tender_id_tender")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_tender_holder_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_tender_holder_user_id_user_account")),
        sa.ForeignKeyConstraint(["key_id"], ["holder_key.id"], name=op.f("fk_tender_holder_key_id_holder_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_holder")),
        sa.UniqueConstraint("tender_id", "position", name="uq_tender_holder_tender_position"),
        sa.UniqueConstraint("tender_id", "user_id", name="uq_tender_holder_tender_user"),
    )
    for column in ("tender_id", "user_id", "key_id"):
        op.create_index(op.f(f"ix_tender_holder_{column}"), "tender_holder", [column])
    op.create_table(
        "holder_rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_holder_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("capsule", sa.Text(), nullable=False),
        sa.Column("answer_sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("passed_at IS NULL OR passed_at >= asked_at", name=op.f("ck_holder_rehearsal_passed_after_asked")),
        sa.ForeignKeyConstraint(
            ["tender_holder_id"], ["tender_holder.id"], name=op.f("fk_holder_rehearsal_tender_holder_id_tender_holder")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["holder_key.id"], name=op.f("fk_holder_rehearsal_key_id_holder_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_rehearsal")),
    )
    for column in ("tender_holder_id", "key_id"):
        op.create_index(op.f(f"ix_holder_rehearsal_{column}"), "holder_rehearsal", [column])


def downgrade():
    for table in ("holder_rehearsal", "tender_holder", "holder_key"):
        op.drop_table(table)
    op.drop_column("tender", "seal_threshold")
