"""What pages ask of tendering; what other packages may ask is offered here by name."""

from app.tenders.queries.contracts import contract_of_tender, contracts_for
from app.tenders.queries.desk import desk_items

__all__ = ["contract_of_tender", "contracts_for", "desk_items"]
