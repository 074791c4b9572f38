"""The draw of evaluation committees: expert pool, plans, frozen pools with their seeds, and the sequences as they were walked.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl, changes_only_ddl

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = ("draw_member", "draw_number", "draw_step")
CHANGES_ONLY = (
    ("pool_tie", ("id", "expert_id", "kind", "organisation", "until_on", "note", "recorded_at", "recorded_by_id"), "OLD.voided_at IS NULL"),
    ("draw_contribution", ("id", "round_id", "side", "committed", "committed_at", "committed_by_id"), "OLD.value IS NULL"),
    (
        "draw_round",
        (
            "id",
            "tender_id",
            "number",
            "experts",
            "pool_size",
            "pool_sha256",
            "frozen_at",
            "frozen_by_id",
            "reason",
            "commit_until",
            "reveal_until",
            "number_kind",
            "number_on",
        ),
        "OLD.drawn_at IS NULL",
    ),
)


def upgrade():
    op.create_table(
        "pool_expert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "specialty",
            sa.Enum(
                "property",
                "engineering",
                "economics",
                "law",
                "environment",
                "other",
                name="specialty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("employer", sa.String(length=200), nullable=False),
        sa.Column("employer_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspension_reason", sa.String(length=400), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(suspended_at IS NULL) = (suspension_reason = '')", name=op.f("ck_pool_expert_suspended_for_a_reason")),
        sa.ForeignKeyConstraint(["added_by_id"], ["user_account.id"], name=op.f("fk_pool_expert_added_by_id_user_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_pool_expert_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_pool_expert_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_expert")),
        sa.UniqueConstraint("user_id", name="uq_pool_expert_user"),
    )
    with op.batch_alter_table("pool_expert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_expert_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "draw_plan",
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("representatives", sa.Integer(), nullable=False),
        sa.Column("specialties", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("representatives >= 0 AND representatives * 3 <= seats", name=op.f("ck_draw_plan_experts_two_thirds")),
        sa.CheckConstraint("seats >= 5 AND seats % 2 = 1", name=op.f("ck_draw_plan_seats")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_draw_plan_tender_id_tender")),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_draw_plan")),
    )
    op.create_table(
        "draw_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("experts", sa.Integer(), nullable=False),
        sa.Column("pool_size", sa.Integer(), nullable=False),
        sa.Column("pool_sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("commit_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reveal_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "number_kind", sa.Enum("ssq", "dlt", name="publicnumber", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("number_on", sa.Date(), nullable=False),
        sa.Column("closing_digest", sa.String(length=64), nullable=True),
        sa.Column(
            "closing_source",
            sa.Enum("log", "opening_record", "rehearsed", name="closingsource", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("key_string", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(closing_digest IS NULL) = (closing_source IS NULL)", name=op.f("ck_draw_round_closing_has_source")),
        sa.CheckConstraint("(drawn_at IS NULL) = (closing_digest IS NULL)", name=op.f("ck_draw_round_drawn_with_closing")),
        sa.CheckConstraint("(drawn_at IS NULL) = (key_string IS NULL)", name=op.f("ck_draw_round_drawn_with_key")),
        sa.CheckConstraint("drawn_at IS NULL OR drawn_at >= reveal_until", name=op.f("ck_draw_round_drawn_after_reveals")),
        sa.CheckConstraint("experts >= 1 AND pool_size >= 1", name=op.f("ck_draw_round_pool_size")),
        sa.CheckConstraint("frozen_at <= commit_until AND commit_until < reveal_until", name=op.f("ck_draw_round_times")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_draw_round_number")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["user_account.id"], name=op.f("fk_draw_round_frozen_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_draw_round_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_round")),
        sa.UniqueConstraint("tender_id", "number", name="uq_draw_round_tender_number"),
    )
    with op.batch_alter_table("draw_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_round_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "pool_tie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("employment", "recusal", name="tiekind", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason = '')", name=op.f("ck_pool_tie_void_for_a_reason")),
        sa.CheckConstraint("organisation <> ''", name=op.f("ck_pool_tie_has_organisation")),
        sa.ForeignKeyConstraint(["expert_id"], ["pool_expert.id"], name=op.f("fk_pool_tie_expert_id_pool_expert")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_pool_tie_recorded_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_tie")),
    )
    with op.batch_alter_table("pool_tie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_tie_expert_id"), ["expert_id"], unique=False)

    op.create_table(
        "draw_contribution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.Enum("tenderer", "bureau", name="side", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("committed", sa.String(length=64), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_by_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(revealed_at IS NULL) = (revealed_by_id IS NULL)", name=op.f("ck_draw_contribution_value_with_person")),
        sa.CheckConstraint("(value IS NULL) = (revealed_at IS NULL)", name=op.f("ck_draw_contribution_value_with_time")),
        sa.ForeignKeyConstraint(["committed_by_id"], ["user_account.id"], name=op.f("fk_draw_contribution_committed_by_id_user_account")),
        sa.ForeignKeyConstraint(["revealed_by_id"], ["user_account.id"], name=op.f("fk_draw_contribution_revealed_by_id_user_account")),
        sa.ForeignKeyConstraint(["round_id"], ["draw_round.id"], name=op.f("fk_draw_contribution_round_id_draw_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_contribution")),
        sa.UniqueConstraint("round_id", "side", name="uq_draw_contribution_round_side"),
    )
    with op.batch_alter_table("draw_contribution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_contribution_round_id"), ["round_id"], unique=False)

    op.create_table(
        "draw_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column(
            "exclusion",
            sa.Enum(
                "suspended",
                "area",
                "specialty",
                "tenderer",
                "supervisor",
                "bidder",
                "past_bidder",
                "recusal",
                "involved",
                "gone",
                name="exclusion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(position IS NULL) = (exclusion IS NOT NULL)", name=op.f("ck_draw_member_numbered_or_excluded")),
        sa.ForeignKeyConstraint(["expert_id"], ["pool_expert.id"], name=op.f("fk_draw_member_expert_id_pool_expert")),
        sa.ForeignKeyConstraint(["round_id"], ["draw_round.id"], name=op.f("fk_draw_member_round_id_draw_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_member")),
        sa.UniqueConstraint("round_id", "commitment", name="uq_draw_member_round_commitment"),
        sa.UniqueConstraint("round_id", "expert_id", name="uq_draw_member_round_expert"),
        sa.UniqueConstraint("round_id", "position", name="uq_draw_member_round_position"),
    )
    with op.batch_alter_table("draw_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_member_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draw_member_round_id"), ["round_id"], unique=False)

    op.create_table(
        "draw_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.Enum("tenderer", "bureau", name="side", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("issue", sa.String(length=20), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("issue <> ''", name=op.f("ck_draw_number_has_issue")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_draw_number_has_source")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_draw_number_entered_by_id_user_account")),
        sa.ForeignKeyConstraint(["round_id"], ["draw_round.id"], name=op.f("fk_draw_number_round_id_draw_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_number")),
    )
    with op.batch_alter_table("draw_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_number_round_id"), ["round_id"], unique=False)

    op.create_table(
        "draw_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome", sa.Enum("seated", "skipped", name="drawn", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column(
            "exclusion",
            sa.Enum(
                "suspended",
                "area",
                "specialty",
                "tenderer",
                "supervisor",
                "bidder",
                "past_bidder",
                "recusal",
                "involved",
                "gone",
                name="exclusion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(outcome = 'seated') = (assignment_id IS NOT NULL)", name=op.f("ck_draw_step_seated_has_seat")),
        sa.CheckConstraint("(outcome = 'skipped') = (exclusion IS NOT NULL)", name=op.f("ck_draw_step_skipped_for_a_reason")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_draw_step_sequence")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["evaluator_assignment.id"], name=op.f("fk_draw_step_assignment_id_evaluator_assignment")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["draw_member.id"], name=op.f("fk_draw_step_member_id_draw_member")),
        sa.ForeignKeyConstraint(["round_id"], ["draw_round.id"], name=op.f("fk_draw_step_round_id_draw_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_step")),
        sa.UniqueConstraint("assignment_id", name="uq_draw_step_assignment"),
        sa.UniqueConstraint("member_id", name="uq_draw_step_member"),
        sa.UniqueConstraint("round_id", "sequence", name="uq_draw_step_round_sequence"),
    )
    with op.batch_alter_table("draw_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_step_round_id"), ["round_id"], unique=False)

    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only_ddl(table, dialect):
            op.execute(statement)
    for table, fixed, allowed in CHANGES_ONLY:
        for statement in changes_only_ddl(table, fixed, allowed, dialect):
            op.execute(statement)


def downgrade():
    with op.batch_alter_table("draw_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_step_round_id"))

    op.drop_table("draw_step")
    with op.batch_alter_table("draw_number", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_number_round_id"))

    op.drop_table("draw_number")
    with op.batch_alter_table("draw_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_member_round_id"))
        batch_op.drop_index(batch_op.f("ix_draw_member_expert_id"))

    op.drop_table("draw_member")
    with op.batch_alter_table("draw_contribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_contribution_round_id"))

    op.drop_table("draw_contribution")
    with op.batch_alter_table("pool_tie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pool_tie_expert_id"))

    op.drop_table("pool_tie")
    with op.batch_alter_table("draw_round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_round_tender_id"))

    op.drop_table("draw_round")
    op.drop_table("draw_plan")
    with op.batch_alter_table("pool_expert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pool_expert_organisation_id"))

    op.drop_table("pool_expert")
