"""An application row as the rules see it: its state now, whose it is, and whose hands it went through."""

from datetime import datetime

from app.funding.lifecycle import Standing, status_now
from app.funding.models import FundingApplication
from app.funding.review import Decision


def hands_on(application: FundingApplication) -> frozenset[int]:
    """People who submitted, reviewed or approved it in this round."""
    reviewers = {
        review.reviewer_id
        for review in application.reviews
        if review.round_no == application.round_no and review.decision is Decision.PASSED
    }
    return frozenset(reviewers | ({application.submitted_by_id} if application.submitted_by_id else set()))


def standing_of(application: FundingApplication, now: datetime) -> Standing:
    return Standing(
        status=status_now(application.status, application.publicity_ends_on, now),
        applicant_id=application.applicant_id,
        payee_id=application.payee_organisation_id,
        hands=hands_on(application),
    )
