"""The pages of tendering; importing this package hangs them all on one blueprint."""

from app.tenders.views import (  # noqa: F401 - each module adds its routes to bp
    award,
    bidding,
    drafting,
    evaluating,
    filing,
    holders,
    keys,
    listing,
    objections,
    opening,
    page,
    results,
)
from app.tenders.views.blueprint import bp

__all__ = ["bp"]
