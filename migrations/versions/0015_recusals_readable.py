"""Who left a committee may be read with the award, as the platform now reveals it; also where the award has been made.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AWARD = (
    "FROM log_entry AS award WHERE award.tender_number = log_entry.tender_number AND award.event = 'tender.award' "
    "AND award.leaf_index > log_entry.leaf_index"
)


REVEAL = (
    f"UPDATE log_entry SET revealed_at = (SELECT min(award.revealed_at) {AWARD}) "
    f"WHERE event = 'committee.recuse' AND revealed_at IS NULL AND EXISTS (SELECT 1 {AWARD})"
)


def upgrade():
    op.execute(REVEAL)


def downgrade():
    """What everybody has read stays readable: the database does not hide an entry again."""
