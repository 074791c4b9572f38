"""What the home page shows first: open tenders, newest results, coverage and money, each from its package's own queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.common.clock import local
from app.communities.coverage import STEP_MODES, Step
from app.communities.models import Compound
from app.communities.queries import Tally
from app.communities.queries.since import census_of, changes_since_census
from app.communities.rules import ManagementMode
from app.enterprises.models import Enterprise
from app.extensions import db
from app.funding.queries.public import money_totals
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import Bid, Ranking, RankingRow, Tender
from app.tenders.queries.tenders import ListFilter, State, count_public, open_tenders, phases, place_names

TENDERS = 5
RESULTS = 5
SHOWN_RESULTS = (Status.CANDIDATES_PUBLIC, Status.AWARDED, Status.AWARD_FILED, Status.CONTRACTED, Status.FAILED)


@dataclass(frozen=True)
class ResultLine:
    """One line of the newest results: a public ranking's first, or a tender that failed."""

    tender: Tender
    phase: Phase
    enterprise: Enterprise | None
    total: Any


def home_page(now: datetime) -> dict:
    tenders = open_tenders(now, limit=TENDERS)
    results = _latest_results(now)
    codes = {tender.division_code for tender in (*tenders, *(line.tender for line in results))}
    modes = _compounds_by_mode()
    census_on = db.session.scalar(select(db.func.max(Compound.census_on)))
    census = census_of(Tally(compounds=sum(modes.values()), modes=modes, latest=census_on), changes_since_census(""))
    return {
        "tenders": tenders,
        "open_count": count_public(ListFilter(state=State.BIDDING), now),
        "results": results,
        "places": {code: " · ".join(d.name for d in divisions) for code, divisions in place_names(codes).items()},
        "compounds": sum(modes.values()),
        "mode_parts": [(str(mode.label), modes[mode], str(modes[mode])) for mode in ManagementMode if modes.get(mode)],
        "covered": sum(count for mode, count in modes.items() if mode in STEP_MODES[Step.BASIC]),
        "census": census,
        "census_covered": census.reached(Step.BASIC),
        "today": local(now).date(),
        "flow": money_totals(),
    }


def _compounds_by_mode() -> dict[ManagementMode, int]:
    return dict(db.session.execute(select(Compound.mode, db.func.count()).group_by(Compound.mode)).all())


def _latest_results(now: datetime) -> list[ResultLine]:
    """Newest first by when the result became public; the first candidate and total come with them in one query."""
    became_public = db.func.coalesce(Tender.candidates_public_at, Tender.failed_at)
    found = list(
        db.session.scalars(
            select(Tender)
            .where(Tender.status.in_(SHOWN_RESULTS), Tender.published_at.is_not(None))
            .order_by(became_public.desc(), Tender.id.desc())
            .limit(RESULTS)
        )
    )
    public = [tender.id for tender in found if tender.candidates_public_at is not None]
    rows = db.session.execute(
        select(Ranking.tender_id, RankingRow.total, Enterprise)
        .join(RankingRow, RankingRow.ranking_id == Ranking.id)
        .join(Bid, Bid.id == RankingRow.bid_id)
        .join(Enterprise, Enterprise.id == Bid.enterprise_id)
        .where(Ranking.tender_id.in_(public), RankingRow.rank == 1)
    )
    first = {tender_id: (enterprise, total) for tender_id, total, enterprise in rows}
    words = phases(found, now)
    return [ResultLine(tender, words[tender.id], *first.get(tender.id, (None, None))) for tender in found]
