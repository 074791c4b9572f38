"""What evaluation asks: committees, sheets, the records that count at the deadline, and the blind view of a bid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Membership, User
from app.common.access import Actor
from app.common.refusal import Reason
from app.communities.models import Division
from app.enterprises.capacity import CAPACITY, CAPACITY_PUBLIC
from app.enterprises.credibility import CREDIBILITY, CREDIBILITY_MUST_TENDER
from app.enterprises.models import Project
from app.enterprises.queries import capacity_of, credibility_of
from app.extensions import db
from app.tenders.kinds import CriterionKind, Regime, RejectionGround, RejectionVoice
from app.tenders.models import Bid, BidRejection, EvaluatorAssignment, Score, ScoreCriterion, ScoreSheet, Tender, TenderCompound
from app.tenders.parameters import sheet_for
from app.tenders.queries.bids import AlikeBids, SeenBid, alike_bids, criteria_of, is_readable, proposed_rejections, see, standing_bids
from app.tenders.ranking import RecordScore
from app.tenders.scoring import STEMS, BidderFacts, Count, InterestLink, LowPrice, interest_links, low_price_alarms, shortage_of
from app.tenders.sealing import Standing, Viewer
from app.tenders.track_record import PastProject, track_record_at

BLIND = Viewer(None, frozenset({Standing.EVALUATOR}))
"""Somebody at a scoring page: whatever else they are, here they look as an evaluator alone."""


@dataclass(frozen=True)
class Case:
    """One tender's evaluation, read once: its bids, rejections, card and committee."""

    tender: Tender
    bids: list[Bid]
    proposals: dict[int, BidRejection]
    """bid id → the proposal to reject it; it counts once the committee agreed."""
    criteria: list[ScoreCriterion]
    seats: list[EvaluatorAssignment]
    """The recused included."""

    @property
    def rejected(self) -> dict[int, BidRejection]:
        return {bid_id: one for bid_id, one in self.proposals.items() if one.decided_at is not None}

    def count_of(self, rejection: BidRejection) -> Count:
        """How the sitting members stand to a proposal; whoever left the committee no longer counts."""
        sitting = {seat.id for seat in self.members}
        voices = [ballot.voice for ballot in rejection.voices if ballot.assignment_id in sitting]
        agreed = sum(voice is RejectionVoice.AGREED for voice in voices)
        return Count(agreed=agreed, refused=len(voices) - agreed, seats=len(sitting))

    @property
    def proposed(self) -> list["Proposal"]:
        """The proposals about blind codes, as the committee reads them."""
        codes = {bid.id: bid.blind_code for bid in self.bids}
        found = [Proposal(codes[bid_id], one, self.count_of(one)) for bid_id, one in self.proposals.items() if codes.get(bid_id)]
        return sorted(found, key=lambda one: _code_order(one.code))

    @property
    def valid_bids(self) -> list[Bid]:
        return [bid for bid in self.bids if bid.id not in self.rejected]

    @property
    def left(self) -> list[Bid]:
        """The bids that fit the documents, those included that were rejected for want of competition alone."""
        lacking = (RejectionGround.NO_COMPETITION,)
        return [bid for bid in self.bids if bid.id not in self.rejected or self.rejected[bid.id].ground in lacking]

    @property
    def min_bids(self) -> int:
        return sheet_for(self.tender.regime, self.tender.regime_version)["min_bids"]

    @property
    def shortage(self) -> Reason | None:
        """What the committee must know once its rejections have left fewer bids than a tender needs."""
        least = sheet_for(self.tender.regime, self.tender.regime_version)["valid_bids_min"]
        return shortage_of(len(self.valid_bids), len(self.bids), minimum=self.min_bids, must_fail=len(self.valid_bids) < least)

    @property
    def judged(self) -> list[ScoreCriterion]:
        return judged_criteria(self.criteria)

    @property
    def members(self) -> list[EvaluatorAssignment]:
        return [seat for seat in self.seats if seat.recused_at is None]

    @property
    def recused(self) -> list[EvaluatorAssignment]:
        return [seat for seat in self.seats if seat.recused_at is not None]

    def seat_of(self, user_id: int | None) -> EvaluatorAssignment | None:
        """The seat that this person holds, unless recused."""
        return next((seat for seat in self.members if seat.user_id == user_id), None)

    @property
    def blind(self) -> list["BlindBid"]:
        """The bids to score, in the order of their drawn codes, which says nothing of price, name or time."""
        seen = ((bid, see(self.tender, BLIND, bid)) for bid in self.valid_bids)
        found = [BlindBid(bid.blind_code, bid, one) for bid, one in seen if one is not None and bid.blind_code is not None]
        return sorted(found, key=lambda one: _code_order(one.code))

    @property
    def progress(self) -> list["Progress"]:
        bid_ids = [bid.id for bid in self.valid_bids]
        return [
            Progress(
                member,
                sum(is_complete(sheet_of(member, bid_id), self.judged) for bid_id in bid_ids),
                len(bid_ids),
                is_signed(member, bid_ids),
            )
            for member in self.members
        ]


def load_case(tender: Tender) -> Case:
    bids = [bid for bid in standing_bids(tender) if is_readable(bid)]
    return Case(tender, bids, proposed_rejections(tender), criteria_of(tender), committee(tender, with_recused=True))


@dataclass(frozen=True)
class Proposal:
    """A proposed rejection under the bid's code, without its name."""

    code: str
    rejection: BidRejection
    count: Count

    def voice_of(self, seat: EvaluatorAssignment) -> RejectionVoice | None:
        return next((ballot.voice for ballot in self.rejection.voices if ballot.assignment_id == seat.id), None)


# --- the committee -----------------------------------------------------------------------------------------------------


def committee(tender: Tender, *, with_recused: bool = False) -> list[EvaluatorAssignment]:
    statement = (
        select(EvaluatorAssignment)
        .where(EvaluatorAssignment.tender_id == tender.id)
        .options(
            joinedload(EvaluatorAssignment.user),
            selectinload(EvaluatorAssignment.sheets).selectinload(ScoreSheet.scores).joinedload(Score.criterion),
        )
        .order_by(EvaluatorAssignment.id)
    )
    if not with_recused:
        statement = statement.where(EvaluatorAssignment.recused_at.is_(None))
    return list(db.session.scalars(statement))


def own_assignments(actor: Actor) -> list[EvaluatorAssignment]:
    return list(
        db.session.scalars(
            select(EvaluatorAssignment)
            .where(EvaluatorAssignment.user_id == actor.user_id, EvaluatorAssignment.recused_at.is_(None))
            .options(joinedload(EvaluatorAssignment.tender), joinedload(EvaluatorAssignment.sheets))
            .order_by(EvaluatorAssignment.assigned_at.desc(), EvaluatorAssignment.id.desc())
        ).unique()
    )


def memberships_of(user_id: int) -> list[Membership]:
    return list(
        db.session.scalars(
            select(Membership)
            .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
            .options(joinedload(Membership.organisation))
            .order_by(Membership.id)
        )
    )


def own_people(tender: Tender) -> list[User]:
    """Whom the tenderer may name as its representatives; those seated already are left out."""
    seated = select(EvaluatorAssignment.user_id).where(EvaluatorAssignment.tender_id == tender.id)
    serving = select(Membership.user_id).where(Membership.organisation_id == tender.procuring_entity_id, Membership.ended_at.is_(None))
    return list(
        db.session.scalars(select(User).where(User.active, User.id.in_(serving), User.id.not_in(seated)).order_by(User.name, User.id))
    )


# --- what an evaluator reads -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BlindBid:
    """A bid under its code: plan and staffing, no name, no price, no file."""

    code: str
    bid: Bid
    seen: SeenBid

    def passage(self, criterion: ScoreCriterion, plan: ScoreCriterion | None) -> str:
        """The text that answers this line of the card; empty for what is heard or shown in the staffing table."""
        if plan is not None and criterion.id == plan.id:
            return self.seen.plan or ""
        return (self.seen.answers or {}).get(criterion.code, "")


def blind_bids(tender: Tender) -> list[BlindBid]:
    return load_case(tender).blind


def alike_blind(case: Case) -> list[AlikeBids]:
    """The pairs of bids that agree abnormally, for pages that name them by code: ordered by code, which says nothing of the receipt."""
    ordered = sorted((bid for bid in case.bids if bid.blind_code is not None), key=lambda bid: _code_order(bid.blind_code))
    return alike_bids(case.tender, BLIND, ordered)


def _code_order(code: str) -> tuple:
    return (0, STEMS.index(code)) if code in STEMS else (1, int(code))


def judged_criteria(criteria: Sequence[ScoreCriterion]) -> list[ScoreCriterion]:
    return [criterion for criterion in criteria if criterion.kind.by_evaluators]


def is_complete(sheet: ScoreSheet | None, criteria: Sequence[ScoreCriterion]) -> bool:
    """Every judged line has points."""
    return sheet is not None and {c.id for c in criteria} <= {s.criterion_id for s in sheet.scores}


def sheet_of(assignment: EvaluatorAssignment, bid_id: int) -> ScoreSheet | None:
    return next((sheet for sheet in assignment.sheets if sheet.bid_id == bid_id), None)


@dataclass(frozen=True)
class Progress:
    """How far one evaluator has come."""

    assignment: EvaluatorAssignment
    complete: int
    whole: int
    is_signed: bool


def is_signed(assignment: EvaluatorAssignment, bid_ids: Sequence[int]) -> bool:
    sheets = [sheet_of(assignment, bid_id) for bid_id in bid_ids]
    return bool(sheets) and all(sheet is not None and sheet.signed_at is not None for sheet in sheets)


# --- records at the deadline -------------------------------------------------------------------------------------------


def recorded_scores(
    tender: Tender, bids: Sequence[Bid], criteria: Sequence[ScoreCriterion], at: datetime
) -> dict[str, dict[int, RecordScore]]:
    """criterion code → enterprise id → the explained 0–100 score as the records stood at that instant."""
    ids = [bid.enterprise_id for bid in bids]
    found: dict[str, dict[int, RecordScore]] = {}
    for criterion in criteria:
        explained = _explained(criterion.kind, tender, ids, at)
        if explained:
            found[criterion.code] = {key: RecordScore(one.score, one.as_dict()) for key, one in explained.items()}
    return found


def _explained(kind: CriterionKind, tender: Tender, ids: Sequence[int], at: datetime):
    if kind is CriterionKind.CREDIBILITY:
        is_obligatory = tender.regime in (Regime.PRELIM, Regime.PUBLIC)
        return credibility_of(ids, at, CREDIBILITY_MUST_TENDER if is_obligatory else CREDIBILITY)
    if kind is CriterionKind.CAPACITY:
        rules = CAPACITY_PUBLIC if tender.regime is Regime.PUBLIC else CAPACITY
        return capacity_of(ids, at, districts=district_names(tender), taking_centi=tender.area_centi, rules=rules)
    if kind is CriterionKind.RECORD:
        projects = past_projects(ids, at)
        area = typical_area(tender)
        return {key: track_record_at(projects.get(key, []), at, area_centi=area) for key in ids}
    return {}


def district_names(tender: Tender) -> list[str]:
    code = tender.division_code[:6]
    return [name] if (name := db.session.scalar(select(Division.name).where(Division.code == code))) else []


def typical_area(tender: Tender) -> int:
    """The mean area of the tender's compounds: what a similar project is compared with."""
    areas = list(
        db.session.scalars(select(TenderCompound.area_centi).where(TenderCompound.tender_id == tender.id).order_by(TenderCompound.id))
    )
    return sum(areas) // len(areas) if areas else tender.area_centi


def past_projects(ids: Sequence[int], at: datetime) -> dict[int, list[PastProject]]:
    rows = db.session.scalars(
        select(Project).where(Project.enterprise_id.in_(ids), Project.recorded_at <= at).order_by(Project.enterprise_id, Project.id)
    )
    found: dict[int, list[PastProject]] = {}
    for row in rows:
        found.setdefault(row.enterprise_id, []).append(
            PastProject(str(row.id), row.name, row.area_centi, row.since_on, row.until_on, row.reference)
        )
    return found


# --- alarms ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    one: Bid
    other: Bid
    kind: InterestLink


def links_between(bids: Sequence[Bid]) -> list[Link]:
    """What bidders have in common; shown to tenderer and supervisor, a question and not a finding."""
    by_id = {bid.id: bid for bid in bids}
    facts = [
        BidderFacts(
            bid.id,
            bid.organisation_id,
            bid.enterprise.legal_representative or "",
            frozenset({bid.enterprise.phone} if bid.enterprise.phone else ()),
            frozenset(version.submitted_by_id for version in bid.versions),
        )
        for bid in bids
    ]
    return [Link(by_id[one], by_id[other], kind) for one, other, kind in interest_links(facts)]


def low_prices(tender: Tender, prices_fen: dict[int, int]) -> dict[int, tuple[LowPrice, ...]]:
    """bid id → why its price asks for an explanation."""
    found = low_price_alarms({str(key): price for key, price in prices_fen.items()}, tender.ceiling_fen or 0)
    return {int(key): alarms for key, alarms in found.items()}
