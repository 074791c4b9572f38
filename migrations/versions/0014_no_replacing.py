"""On SQLite, INSERT OR REPLACE cannot take the place of a row that must stay.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

from app.common.guards import no_replace_ddl

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

GUARDED = {
    "audit_event": ((("id",), ""),),
    "bid_capsule": (
        (("version_id",), ""),
        (("sha256",), ""),
    ),
    "bid_closing": ((("tender_id",), ""),),
    "bid_recovery": ((("version_id",), ""),),
    "bid_refusal": ((("id",), ""),),
    "bid_unsealing": ((("version_id",), ""),),
    "draw_contribution": (
        (("id",), ""),
        (("round_id", "side"), ""),
    ),
    "draw_member": (
        (("id",), ""),
        (("round_id", "commitment"), ""),
        (("round_id", "expert_id"), ""),
        (("round_id", "position"), ""),
    ),
    "draw_number": ((("id",), ""),),
    "draw_round": (
        (("id",), ""),
        (("tender_id", "number"), ""),
    ),
    "draw_step": (
        (("id",), ""),
        (("assignment_id",), ""),
        (("member_id",), ""),
        (("round_id", "sequence"), ""),
    ),
    "enterprise_fact": ((("id",), ""),),
    "holder_key": (
        (("id",), ""),
        (("recipient",), ""),
        (("user_id",), "retired_at IS NULL"),
    ),
    "ledger_entry": (
        (("id",), ""),
        (("application_id",), "kind = 'commit'"),
        (("application_id",), "kind = 'release'"),
        (("clawback_id",), "clawback_id IS NOT NULL"),
        (("line_id",), "kind = 'fund'"),
        (("payment_id",), "payment_id IS NOT NULL"),
    ),
    "log_begin": ((("id",), ""),),
    "log_entry": ((("leaf_index",), ""),),
    "log_leaf": ((("leaf_index",), ""),),
    "log_tile": ((("level", "number"), ""),),
    "log_window": ((("id",), ""),),
    "pool_tie": ((("id",), ""),),
    "recovery_window": ((("id",), ""),),
    "share_release": (
        (("id",), ""),
        (("holder_id", "version_id", "attempt"), ""),
    ),
    "tender_holder": (
        (("id",), ""),
        (("tender_id", "position"), ""),
        (("tender_id", "user_id"), ""),
    ),
}
"""Each guarded table's keys as they are now: columns, and the rows among which they count."""


def upgrade():
    for table, keys in GUARDED.items():
        for statement in no_replace_ddl(table, keys, op.get_context().dialect.name):
            op.execute(statement)


def downgrade():
    if op.get_context().dialect.name == "sqlite":
        for table in GUARDED:
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_replace")
