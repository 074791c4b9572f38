"""No seat and no key is added to a tender once it is published.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

from app.common.guards import closes_ddl

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    for statement in closes_ddl("tender_holder", "tender", "published_at", "key_id", op.get_context().dialect.name):
        op.execute(statement)


def downgrade():
    is_sqlite = op.get_context().dialect.name == "sqlite"
    for what in ("insert", "update"):
        op.execute(f"DROP TRIGGER IF EXISTS tender_holder_no_late_{what}" + ("" if is_sqlite else " ON tender_holder"))
    if not is_sqlite:
        op.execute("DROP FUNCTION IF EXISTS refuse_late_tender_holder()")
