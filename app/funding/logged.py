"""Which events of public money get a leaf of the public log, and what the leaf says."""

from app.log.actions import object_id, reveal
from app.log.models import LogEntry
from app.log.recording import Decisive, decisive, link_objects
from app.log.unhidden import REVEALS, Reveals, reveals


def _published(application, row) -> None:
    """With the notice the reviews and the approval before it may be known."""
    same = (LogEntry.object_type == application.__tablename__) & (LogEntry.object_id == object_id(application))
    reveal(same & LogEntry.event.in_(REVEALS[row.event].events), now=row.at)


reveals({"funding.publish": Reveals(("funding.approve", "funding.review"), of_object=True)})
decisive(
    {
        "programme.activate": Decisive(("budget_fen",)),
        "programme.end": Decisive(),
        "funding.review": Decisive(("review_step", "review_decision"), is_public=False),
        "funding.approve": Decisive(("amount_fen",), is_public=False),
        "funding.publish": Decisive(("publicity_ends_on",), then=_published),
        "funding.settle_objection": Decisive(("objection_outcome",)),
        "funding.reject_payment": Decisive(("instalment",)),
        "funding.confirm_payment": Decisive(("amount_fen", "instalment", "voucher_number")),
        "funding.accept": Decisive(("has_passed", "assessment_score")),
        "funding.stop": Decisive(),
        "funding.order_clawback": Decisive(("amount_fen",)),
        "funding.receive_clawback": Decisive(("amount_fen", "voucher_number")),
    }
)

link_objects({"funding_application": ("funding.application", "application_id"), "programme": ("funding.programme", "programme_id")})
