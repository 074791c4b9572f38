"""Each bid version's salt: without it a public hash could be met again by guessing the content. Older versions keep theirs without.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("bid_content", sa.Column("salt", sa.String(length=64), server_default="", nullable=False))


def downgrade():
    op.drop_column("bid_content", "salt")
