"""What the bidder's own program should not have let pass: found when a capsule is open, shown to those who may know it by name."""

from collections.abc import Sequence

from app.common.refusal import Reason
from app.tenders.bidding import gaps
from app.tenders.models import Bid, Tender
from app.tenders.queries.bids import content_of_version, criteria_of, current_version, further_passages, is_readable, seal_of_tender
from app.tenders.sealing import Viewer, What, may_see

BESIDE_A_NAME = ("price", "no_interest", "project_manager")
"""Gaps that may stand beside a name while sheets are read blind; the others would tell whose sheet it is."""


def gaps_found(tender: Tender, viewer: Viewer, bids: Sequence[Bid]) -> dict[int, list[Reason]]:
    """bid id → facts for the committee and its organisers; a question of rejection is theirs. `bids`: of standing_bids.

    A capsule is checked by the program that seals it; a bidder who writes another program is found out here."""
    seal = seal_of_tender(tender)
    answers = [(criterion.code, criterion.label) for criterion in further_passages(criteria_of(tender))]
    found = {}
    for bid in bids:
        if not is_readable(bid) or not may_see(viewer, bid.organisation_id, seal, What.BIDDER_NAME):
            continue
        reads_all = may_see(viewer, bid.organisation_id, seal, What.PLAN)
        missing = gaps(
            content_of_version(current_version(bid)),
            ceiling_fen=tender.ceiling_fen,
            answers_needed=answers,
            bidder_name=bid.enterprise.name,
            legal_head=bid.enterprise.legal_representative or "",
        )
        if reasons := [reason for field, reason in missing if reads_all or field in BESIDE_A_NAME]:
            found[bid.id] = reasons
    return found
