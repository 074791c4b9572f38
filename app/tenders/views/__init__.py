"""The pages of tendering; importing this package hangs them all on one blueprint."""

from app.tenders.views import (  # noqa: F401 - each module adds its routes to bp
    award,
    bidding,
    drafting,
    draw,
    evaluating,
    experts,
    filing,
    holders,
    keys,
    listing,
    objections,
    offline,
    opened_files,
    opening,
    page,
    recovery,
    refusals,
    results,
    sealing,
    unsealing,
)
from app.tenders.views.blueprint import bp

__all__ = ["bp"]
