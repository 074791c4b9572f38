"""Key holders: notaries as the third party (one more kind of organisation, one more role), and shares given anew where the first were wrong.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("bureau", "street_office", "community", "owners_committee", "enterprise", "expert_pool")
ROLES = (
    "administrator",
    "bureau_officer",
    "bureau_approver",
    "legal_officer",
    "finance_officer",
    "auditor",
    "street_officer",
    "community_manager",
    "enterprise_clerk",
    "enterprise_signatory",
    "evaluator",
)


FAULTS = ("too_few_shares", "wrong_key", "object_missing", "unreadable", "other_bidder", "other_tender", "bad_share", "forged_share")
COLUMN_OF = {"holder": "holder_id", "version": "version_id", "attempt": "attempt"}


def upgrade():
    _allow((*KINDS, "notary_office"), (*ROLES, "notary"))
    op.execute("ALTER TABLE share_release ADD COLUMN attempt INTEGER DEFAULT 1 NOT NULL")
    _number_attempts(True)


def downgrade():
    """Refused by the database while there is a notary or a share given anew: nobody loses a role or a share by going back."""
    _number_attempts(False)
    _allow(KINDS, ROLES)


def _allow(kinds: tuple[str, ...], roles: tuple[str, ...]) -> None:
    """SQLite changes a CHECK by building the table anew, from the table as written here."""
    is_sqlite = op.get_context().dialect.name == "sqlite"
    for table, name, rule in (
        (_organisation(kinds), "ck_organisation_organisationkind", _is_one_of("kind", kinds)),
        (_invitation(roles), "ck_invitation_role", _is_one_of("role", roles)),
        (_membership(roles), "ck_membership_role", _is_one_of("role", roles)),
    ):
        if is_sqlite:
            with op.batch_alter_table(table.name, copy_from=table, recreate="always"):
                continue
        op.drop_constraint(op.f(name), table.name, type_="check")
        op.create_check_constraint(op.f(name), table.name, rule)


def _number_attempts(has_attempts: bool) -> None:
    before, after = (("holder", "version"), ("holder", "version", "attempt"))[:: 1 if has_attempts else -1]
    dialect = op.get_context().dialect.name
    if dialect == "sqlite":
        with op.batch_alter_table("share_release", copy_from=_share_release(has_attempts), recreate="always"):
            pass
        for statement in append_only_ddl("share_release", dialect):
            op.execute(statement)
        return
    op.drop_constraint(f"uq_share_release_{'_'.join(before)}", "share_release", type_="unique")
    op.create_unique_constraint(f"uq_share_release_{'_'.join(after)}", "share_release", [COLUMN_OF[part] for part in after])
    if has_attempts:
        op.create_check_constraint(op.f("ck_share_release_attempt"), "share_release", "attempt >= 1")
    else:
        op.drop_column("share_release", "attempt")


def _is_one_of(column: str, values: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def _organisation(kinds: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "organisation",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_is_one_of("kind", kinds), name="ck_organisation_organisationkind"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("kind", "name", "division_code", name="uq_organisation_kind_name_division_code"),
        sa.Index("ix_organisation_division_code", "division_code"),
    )


def _invitation(roles: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "invitation",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_is_one_of("role", roles), name="ck_invitation_role"),
        sa.ForeignKeyConstraint(["invited_by_id"], ["user_account.id"], name="fk_invitation_invited_by_id_user_account"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_invitation_organisation_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_sha256", name="uq_invitation_token_sha256"),
        sa.Index("ix_invitation_organisation_id", "organisation_id"),
    )


def _membership(roles: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "membership",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_is_one_of("role", roles), name="ck_membership_role"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_membership_organisation_id_organisation"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_membership_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
        sa.Index("ix_membership_organisation_id", "organisation_id"),
        sa.Index("ix_membership_user_id", "user_id"),
        sa.Index(
            "uq_membership_active",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


def _share_release(has_attempts: bool) -> sa.Table:
    number = (
        [
            sa.Column("attempt", sa.Integer(), nullable=False),
            sa.CheckConstraint("attempt >= 1", name="ck_share_release_attempt"),
            sa.UniqueConstraint("holder_id", "version_id", "attempt", name="uq_share_release_holder_version_attempt"),
        ]
        if has_attempts
        else [sa.UniqueConstraint("holder_id", "version_id", name="uq_share_release_holder_version")]
    )
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
        *number,
        sa.CheckConstraint("(share IS NULL) <> (problem IS NULL)", name="ck_share_release_share_or_problem"),
        sa.CheckConstraint(_is_one_of("problem", FAULTS), name="ck_share_release_capsulefault"),
        sa.ForeignKeyConstraint(["holder_id"], ["tender_holder.id"], name="fk_share_release_holder_id_tender_holder"),
        sa.ForeignKeyConstraint(["released_by_id"], ["user_account.id"], name="fk_share_release_released_by_id_user_account"),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name="fk_share_release_version_id_bid_version"),
        sa.PrimaryKeyConstraint("id", name="pk_share_release"),
        sa.Index("ix_share_release_version", "version_id"),
    )
