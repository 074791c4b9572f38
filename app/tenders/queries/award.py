"""What the pages after the ranking ask: candidates in order, objections, the standing award."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.common.access import Actor
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.award import Candidate
from app.tenders.models import Award, Bid, CandidatePass, Objection, Ranking, RankingRow, Tender


@dataclass(frozen=True)
class CandidateLine:
    """One published candidate with its enterprise and, if it was passed over, why."""

    row: RankingRow
    bid: Bid
    passed: CandidatePass | None

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.bid.id, self.row.rank, self.passed.reason if self.passed else None)


def candidate_lines(tender: Tender) -> list[CandidateLine]:
    passes = {one.bid_id: one for one in standing_passes(tender)}
    rows = db.session.scalars(
        select(RankingRow)
        .join(Ranking)
        .where(Ranking.tender_id == tender.id, RankingRow.is_candidate)
        .options(joinedload(RankingRow.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts))
        .order_by(RankingRow.rank)
    )
    return [CandidateLine(row, row.bid, passes.get(row.bid_id)) for row in rows]


def standing_passes(tender: Tender) -> list[CandidatePass]:
    """The recorded reasons that still count: a returned decision takes its reasons along."""
    return list(
        db.session.scalars(
            select(CandidatePass)
            .where(CandidatePass.tender_id == tender.id, CandidatePass.voided_at.is_(None))
            .order_by(CandidatePass.rank, CandidatePass.id)
        )
    )


def standing_award(tender: Tender) -> Award | None:
    return db.session.scalar(
        select(Award)
        .where(Award.tender_id == tender.id, Award.voided_at.is_(None))
        .options(joinedload(Award.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts))
    )


def awards_of(tender: Tender) -> list[Award]:
    """Every decision, those that no longer stand included."""
    return list(
        db.session.scalars(
            select(Award)
            .where(Award.tender_id == tender.id)
            .options(joinedload(Award.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts))
            .order_by(Award.id)
        )
    )


def objections_of(tender: Tender) -> list[Objection]:
    """In order of raising. The tender keeps them, so that its situation need not count them again."""
    found = list(
        db.session.scalars(
            select(Objection)
            .where(Objection.tender_id == tender.id)
            .options(joinedload(Objection.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts))
            .order_by(Objection.id)
        )
    )
    set_committed_value(tender, "objections", found)
    return found


def objection_in(tender: Tender, objection_id: int) -> Objection | None:
    return db.session.scalar(
        select(Objection)
        .where(Objection.tender_id == tender.id, Objection.id == objection_id)
        .options(joinedload(Objection.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts))
    )


def bid_of(tender: Tender, actor: Actor) -> Bid | None:
    """The actor's own standing bid: what makes them a bidder."""
    return db.session.scalar(
        select(Bid).where(Bid.tender_id == tender.id, Bid.organisation_id == actor.organisation_id, Bid.withdrawn_at.is_(None))
    )


def bidder_organisations(tender: Tender) -> list[int]:
    return list(
        db.session.scalars(select(Bid.organisation_id).where(Bid.tender_id == tender.id, Bid.withdrawn_at.is_(None)).order_by(Bid.id))
    )
