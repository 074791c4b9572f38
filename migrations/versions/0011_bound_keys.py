"""A registered public key never becomes another, and a key that is bound to a seat stays bound to it.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

from app.common.guards import changes_only_ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

GUARDS = (
    (
        "holder_key",
        ("id", "user_id", "recipient", "fingerprint", "made_at"),
        "OLD.reason IS NULL OR (OLD.reason = 'renewed' AND NEW.reason = 'lost' AND NEW.retired_at = OLD.retired_at)",
        "",
    ),
    (
        "tender_holder",
        ("id", "tender_id", "position", "seat", "organisation_id", "user_id", "chosen_at"),
        "OLD.key_id IS NULL OR NEW.key_id = OLD.key_id",
        "OLD.key_id IS NULL",
    ),
)


def upgrade():
    dialect = op.get_context().dialect.name
    for table, fixed, allowed, removable in GUARDS:
        for statement in changes_only_ddl(table, fixed, allowed, dialect, removable):
            op.execute(statement)


def downgrade():
    on = "" if op.get_context().dialect.name == "sqlite" else " ON {table}"
    for table, *_rest in GUARDS:
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}{on.format(table=table)}")
