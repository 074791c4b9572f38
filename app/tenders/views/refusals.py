"""A bidder's own refused submissions, each with what the platform has signed of it."""

from flask import Response, render_template

from app.common import clock
from app.common.access import actor, not_found, roles
from app.common.tables import paginate
from app.tenders.models import Tender
from app.tenders.queries.capsules import find_refusal, refusal_token
from app.tenders.queries.refusals import leaves_of, own_refusals, sent_of, statement_of
from app.tenders.queries.tenders import find_tender
from app.tenders.views.bidding import BIDDERS
from app.tenders.views.blueprint import bp


def _load(number: str) -> Tender:
    return find_tender(number, actor()) or not_found()


@bp.get("/tenders/<number>/bid/refusals")
@roles(*BIDDERS)
def bid_refusals(number: str):
    tender = _load(number)
    found = paginate(own_refusals(tender, actor().organisation_id))
    return render_template(
        "tenders/bid_refusals.html",
        tender=tender,
        page=found,
        leaves=leaves_of(found.items),
        sent=sent_of(found.items),
        token_of=refusal_token,
        now=clock.now(),
    )


@bp.get("/tenders/<number>/bid/refusals/<token>/statement")
@roles(*BIDDERS)
def bid_refusal_statement(number: str, token: str):
    """The signed note of a refusal that has no leaf."""
    refusal = find_refusal(_load(number), token, actor().organisation_id) or not_found()
    note = statement_of(refusal) or not_found()
    name = f"refusal-{number}-{token[:8]}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(note, mimetype="text/plain", headers=headers)
