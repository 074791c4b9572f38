"""The result as pages and downloads show it: every row, every point, where it came from and how firm it all is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from app.common.access import Actor
from app.common.i18n import _l
from app.common.languages import spoken
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.kinds import CriterionKind, RejectionGround
from app.tenders.models import Award, Bid, OpeningLine, OpeningRecord, Ranking, RankingRow, ScoreCriterion, Tender
from app.tenders.queries.bids import ENTERPRISE_ROLES, criteria_of, opening_record, seal_of_tender, viewer_for
from app.tenders.ranking import Measure, TieBreak
from app.tenders.sealing import ANYBODY, What, may_see

COLOURS = 6
"""A bar has six colours; the lightest lines of a longer card share the last."""

TIE_WORDS = {
    TieBreak.PRICE: _l("总分与上一名相同，报价高者在后。"),
    TieBreak.PLAN: _l("总分、报价与上一名相同，服务方案得分低者在后。"),
    TieBreak.DRAW: _l("总分、报价、服务方案得分都与上一名相同，按开标记录校验值公开抽签定先后。"),
}


@dataclass(frozen=True)
class Line:
    """One criterion of one bid: its points and what they come from."""

    code: str
    label: str
    kind: CriterionKind
    measure: Measure
    weight: Decimal
    points: Decimal
    raw: Decimal
    full: Decimal
    source: dict[str, Any]
    """As recorded, in Chinese."""
    shown: dict[str, Any]
    """The same in the reader's language, where the record has it."""
    behind: Decimal
    """Points less than the first candidate's; negative when more."""


@dataclass(frozen=True)
class Row:
    rank: int | None
    bid_id: int
    position: int
    enterprise: Enterprise
    name: str
    """As read out at the opening."""
    price_fen: int
    total: Decimal | None
    is_candidate: bool
    is_own: bool
    lines: tuple[Line, ...]
    tie: Any
    ground: RejectionGround | None
    reason: str
    behind: Decimal

    def bar(self, groups: Sequence[tuple[str, tuple[str, ...]]]) -> list[tuple[str, Decimal, str]]:
        """(label, points, text) of the bar's parts."""
        points = {line.code: line.points for line in self.lines}
        sums = [(label, sum((points[code] for code in codes), Decimal(0))) for label, codes in groups]
        return [(label, total, str(total)) for label, total in sums]


@dataclass(frozen=True)
class Flip:
    label: str
    weight: Decimal
    flips_at: Decimal
    change: Decimal
    overtaken_by: str


@dataclass(frozen=True)
class Stability:
    """The alarms beside the ranking, in names instead of codes."""

    margin: Decimal | None
    flip: Flip | None
    without: list[tuple[str, str]]
    """(evaluator, winner without), for those alone whose absence changes the winner."""
    evaluators: int
    kendall_w: Decimal | None
    borda: list[tuple[str, Decimal]]
    alarms: frozenset[str]


@dataclass(frozen=True)
class Result:
    ranking: Ranking
    criteria: list[ScoreCriterion]
    rows: list[Row]
    rejected: list[Row]
    stability: Stability | None
    evaluators: int

    @property
    def winner(self) -> Row | None:
        return self.rows[0] if self.rows else None

    @property
    def losers(self) -> list[Row]:
        return self.rows[1:]

    @property
    def groups(self) -> list[tuple[str, tuple[str, ...]]]:
        """(label, criterion codes) of the parts of each bar, in the order of the card."""
        if len(self.criteria) <= COLOURS:
            return [(gettext(c.label), (c.code,)) for c in self.criteria]
        heaviest = sorted(self.criteria, key=lambda c: (-c.weight, c.position))[: COLOURS - 1]
        kept = [(gettext(c.label), (c.code,)) for c in self.criteria if c in heaviest]
        rest = [c for c in self.criteria if c not in heaviest]
        return [*kept, (gettext("、").join(gettext(c.label) for c in rest), tuple(c.code for c in rest))]

    @property
    def key(self) -> list[tuple[str, int]]:
        weights = {c.code: c.weight for c in self.criteria}
        return [(label, sum(weights[code] for code in codes)) for label, codes in self.groups]


def result_of(tender: Tender, actor: Actor | None) -> Result | None:
    """The ranking for this person, or None while it is not theirs to see."""
    viewer = viewer_for(tender, actor)
    if not may_see(viewer, None, seal_of_tender(tender), What.POINTS):
        return None
    rows = list(
        db.session.scalars(
            select(RankingRow)
            .join(RankingRow.ranking)
            .where(Ranking.tender_id == tender.id)
            .options(
                contains_eager(RankingRow.ranking), joinedload(RankingRow.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts)
            )
            .order_by(RankingRow.rank.is_(None), RankingRow.rank, RankingRow.id)
        )
    )
    if not rows:
        return None
    ranking = rows[0].ranking
    criteria = criteria_of(tender)
    record = opening_record(tender)
    read_out = {line.bid_id: line for line in record.lines} if record else {}
    own = actor.organisation_id if actor is not None and actor.role in ENTERPRISE_ROLES else None
    winner = {line["criterion"]: Decimal(line["points"]) for line in rows[0].explanation["lines"]} if rows and rows[0].rank else {}
    best = rows[0].total if winner else None
    seen = [_row(row, read_out[row.bid_id], criteria, winner, best, own) for row in rows]
    names = {row.position: row.name for row in seen}
    return Result(
        ranking=ranking,
        criteria=criteria,
        rows=[row for row in seen if row.rank],
        rejected=[row for row in seen if not row.rank],
        stability=_stability(ranking.stability, criteria, names, seen[0].name) if ranking.stability else None,
        evaluators=len({e for bid in ranking.inputs["bids"] for given in bid["judged"].values() for e in given}),
    )


@dataclass(frozen=True)
class Outcome:
    """What came of one bid, once it is public."""

    rank: int | None
    """None when it was rejected."""
    total: Decimal | None
    is_winner: bool | None
    """None while nobody is awarded."""
    is_filed: bool
    """The award is filed with the bureau."""


def outcomes(enterprise_id: int, tenders: Sequence[Tender]) -> dict[int, Outcome]:
    """tender id → what came of this enterprise's bid, for those tenders alone whose result anybody may read."""
    by_id = {tender.id: tender for tender in tenders if may_see(ANYBODY, None, seal_of_tender(tender), What.POINTS)}
    if not by_id:
        return {}
    rows = db.session.execute(
        select(Ranking.tender_id, RankingRow.rank, RankingRow.total)
        .join(Ranking.rows)
        .join(Bid, Bid.id == RankingRow.bid_id)
        .where(Bid.enterprise_id == enterprise_id, Ranking.tender_id.in_(by_id))
        .order_by(Ranking.id)
    )
    standing = select(Award.tender_id, Bid.enterprise_id).join(Bid, Bid.id == Award.bid_id).where(Award.voided_at.is_(None))
    winners = dict(db.session.execute(standing.where(Award.tender_id.in_(by_id))).all())
    return {
        tender_id: Outcome(
            rank,
            total,
            winners[tender_id] == enterprise_id if tender_id in winners else None,
            by_id[tender_id].award_filed_at is not None,
        )
        for tender_id, rank, total in rows
    }


def bids_read_out(enterprise_id: int, *, is_won: bool = False) -> Select:
    """The opened tenders in which this enterprise's bid was read out, newest opening first; `is_won`: those awarded to it."""
    read_out = select(OpeningLine.id).join(OpeningRecord).join(Bid, Bid.id == OpeningLine.bid_id)
    found = select(Tender).where(
        Tender.opened_at.is_not(None), read_out.where(OpeningRecord.tender_id == Tender.id, Bid.enterprise_id == enterprise_id).exists()
    )
    if is_won:
        won = select(Award.id).join(Bid, Bid.id == Award.bid_id).where(Award.tender_id == Tender.id, Award.voided_at.is_(None))
        found = found.where(won.where(Bid.enterprise_id == enterprise_id).exists())
    return found.order_by(Tender.opened_at.desc(), Tender.id.desc())


def _row(row: RankingRow, read_out, criteria: list[ScoreCriterion], winner: dict[str, Decimal], best, own: int | None) -> Row:
    by_code = {c.code: c for c in criteria}
    ground = row.explanation.get("ground")
    tie = row.explanation.get("tie_broken_by")
    return Row(
        rank=row.rank,
        bid_id=row.bid_id,
        position=read_out.position,
        enterprise=row.bid.enterprise,
        name=read_out.enterprise_name,
        price_fen=row.price_fen,
        total=row.total,
        is_candidate=row.is_candidate,
        is_own=own is not None and row.bid.organisation_id == own,
        lines=tuple(_line(data, by_code[data["criterion"]], winner) for data in row.explanation["lines"]),
        tie=TIE_WORDS[TieBreak(tie)] if tie else "",
        ground=RejectionGround(ground) if ground else None,
        reason=row.explanation.get("reason", ""),
        behind=best - row.total if best is not None and row.total is not None else Decimal(0),
    )


def _line(data: dict, criterion: ScoreCriterion, winner: dict[str, Decimal]) -> Line:
    points = Decimal(data["points"])
    return Line(
        code=criterion.code,
        label=gettext(criterion.label),
        kind=criterion.kind,
        measure=Measure(data["formula"]),
        weight=Decimal(data["weight"]),
        points=points,
        raw=Decimal(data["raw"]),
        full=Decimal(data["full"]),
        source=data["source"],
        shown=data["source_en"] if spoken().is_english and "source_en" in data else data["source"],
        behind=winner[criterion.code] - points,
    )


def _stability(data: dict, criteria: list[ScoreCriterion], names: dict[int, str], winner: str) -> Stability:
    labels = {c.code: gettext(c.label) for c in criteria}
    flip = data["flip"]
    return Stability(
        margin=Decimal(data["margin"]) if data["margin"] is not None else None,
        flip=Flip(
            labels[flip["criterion"]],
            Decimal(flip["weight"]),
            Decimal(flip["flips_at"]),
            Decimal(flip["change"]),
            names[flip["overtaken_by"]],
        )
        if flip
        else None,
        without=[(evaluator, names[bid]) for evaluator, bid in data["winners_without"].items() if names[bid] != winner],
        evaluators=len(data["winners_without"]),
        kendall_w=Decimal(data["kendall_w"]) if data["kendall_w"] is not None else None,
        borda=[(names[code], Decimal(points)) for code, points in data["borda"]],
        alarms=frozenset(data["alarms"]),
    )
