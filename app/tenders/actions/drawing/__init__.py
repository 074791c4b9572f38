"""The draw of a committee: plan, frozen pool, seeds of both sides, the public number entered twice, and the walk along the sequence."""

from app.tenders.actions.drawing.pool import (
    commitments_end,
    freeze_at_publication,
    freeze_pool,
    why_not_freeze,
    why_not_write_plan,
    write_plan,
)
from app.tenders.actions.drawing.seeds import NO_ROUND, commit_value, enter_number, reveal_value, why_not_both_sides
from app.tenders.actions.drawing.walk import draw_committee, name_representative, why_not_intact, why_not_walk

__all__ = [
    "NO_ROUND",
    "commit_value",
    "commitments_end",
    "draw_committee",
    "enter_number",
    "freeze_at_publication",
    "freeze_pool",
    "name_representative",
    "reveal_value",
    "why_not_both_sides",
    "why_not_freeze",
    "why_not_intact",
    "why_not_walk",
    "why_not_write_plan",
    "write_plan",
]
