"""The evaluation report: the ranking computed once, from signed sheets and from the records as of the deadline."""

import json
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from flask_babel import force_locale

from app.common.access import Actor
from app.common.audit import record
from app.common.i18n import _l
from app.common.refusal import Reason, refuse_if
from app.extensions import db
from app.tenders.actions.evaluating.committee import SEATED_DOES_NOT_ORGANISE, lock_evaluating, why_not_lawful_committee
from app.tenders.kinds import CriterionKind
from app.tenders.lifecycle import make_move, why_not
from app.tenders.models import Bid, Ranking, RankingRow, ScoreCriterion, Tender
from app.tenders.parameters import sheet_for
from app.tenders.queries import evaluation as asked
from app.tenders.queries.bids import opening_record, plan_criterion
from app.tenders.queries.situations import situation
from app.tenders.ranking import Criterion, Measure, Points, RecordScore, ValidBid, rank
from app.tenders.robustness import alarms, examine
from app.tenders.scoring import REJECTION_BASIS, why_not_lack

MEASURES = {
    CriterionKind.PRICE: Measure.PRICE,
    CriterionKind.SCORED_PLAN: Measure.JUDGED,
    CriterionKind.STAFFING: Measure.JUDGED,
    CriterionKind.DEFENCE: Measure.JUDGED,
    CriterionKind.CREDIBILITY: Measure.RECORDED,
    CriterionKind.CAPACITY: Measure.RECORDED,
    CriterionKind.RECORD: Measure.RECORDED,
}


def why_not_close(case: asked.Case, *, actor: Actor, now: datetime) -> Reason | None:
    """Why the report can't be handed in yet: who may, a lawful committee, all sheets signed."""
    refused = why_not("evaluate", situation(case.tender, actor=actor, now=now))
    if refused is not None:
        return refused
    if case.seat_of(actor.user_id) is not None:
        return SEATED_DOES_NOT_ORGANISE
    refused = why_not_lawful_committee(case)
    if refused is not None:
        return refused
    undecided = sum(one.count.is_open for one in case.proposed)
    if undecided:
        return Reason(
            _l("还有 %(count)d 份投标提请否决，评标委员会没有表决完。", count=undecided),
            REJECTION_BASIS,
            _l("请等评委表决；不再提请的，请先撤回。"),
        )
    refused = why_not_lack(len(case.left) - len(case.valid_bids), len(case.valid_bids), minimum=case.min_bids)
    if refused is not None:
        return refused
    if not case.valid_bids or not case.judged:
        return None
    waiting = [one for one in case.progress if not one.is_signed]
    if waiting:
        return Reason(
            _l("还有 %(count)d 名评委没有签署评分表。", count=len(waiting)),
            _l("《招标投标法实施条例》第五十三条"),
            _l("请等评委全部签署。评委不能继续评标的，请登记回避后另定评委；已有评委签署的，由房管部门法制人员登记。"),
        )
    return None


def close_evaluation(tender: Tender, *, actor: Actor, now: datetime) -> Ranking:
    """Compute the ranking from signed sheets and the records as of the deadline, store it with every source, hand in the report."""
    tender = lock_evaluating(tender)
    case = asked.load_case(tender)
    refuse_if(why_not_close(case, actor=actor, now=now))
    bids, rejected, criteria = case.bids, case.rejected, case.criteria
    opening = opening_record(tender)
    positions = {line.bid_id: str(line.position) for line in opening.lines}
    prices = {line.bid_id: line.price_fen for line in opening.lines}
    card = [Criterion(c.code, MEASURES[c.kind], Decimal(c.weight), _full(c)) for c in criteria]
    with force_locale("zh_CN"):
        recorded = asked.recorded_scores(tender, bids, criteria, tender.bid_deadline_at)
    with force_locale("en"):
        in_english = asked.recorded_scores(tender, bids, criteria, tender.bid_deadline_at)
    judged = _judged_points(case)
    valid = [
        ValidBid(positions[bid.id], prices[bid.id], judged.get(bid.id, {}), _recorded_of(bid, recorded))
        for bid in bids
        if bid.id not in rejected
    ]
    plan = plan_criterion(criteria)
    plan_code = plan.code if plan else None
    inputs = _inputs(tender, criteria, bids, positions, valid, plan_code, opening.record_sha256)
    ranking = Ranking(
        tender_id=tender.id,
        computed_at=now,
        computed_by_id=actor.user_id,
        inputs=inputs,
        inputs_sha256=sha256(json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest(),
        stability={},
        rows=[],
    )
    by_position = {positions[bid.id]: bid for bid in bids}
    if valid:
        found = rank(card, valid, plan=plan_code, draw_seed=opening.record_sha256)
        ranking.stability = _stability(examine(card, valid, found, plan=plan_code))
        most = sheet_for(tender.regime, tender.regime_version)["max_candidates"]
        for row in found.rows:
            ranking.rows.append(
                RankingRow(
                    bid_id=by_position[row.code].id,
                    rank=row.place,
                    is_candidate=row.place <= most,
                    price_fen=row.price_fen,
                    total=row.total,
                    explanation={
                        "lines": [_explained(points, by_position[row.code], in_english) for points in row.points],
                        "tie_broken_by": row.tie_broken_by.value if row.tie_broken_by else None,
                    },
                )
            )
    for bid in bids:
        if bid.id in rejected:
            explanation = {"lines": [], "ground": rejected[bid.id].ground.value, "reason": rejected[bid.id].explanation}
            ranking.rows.append(RankingRow(bid_id=bid.id, rank=None, price_fen=prices[bid.id], total=None, explanation=explanation))
    db.session.add(ranking)
    make_move(tender, "evaluate", now=now)
    record("tender.evaluate", tender, actor=actor, now=now, inputs_sha256=ranking.inputs_sha256, ranked=len(valid))
    return ranking


def _full(criterion: ScoreCriterion) -> Decimal:
    """Evaluators give points on the line's own scale; records run from 0 to 100."""
    return Decimal(criterion.weight) if criterion.kind.by_evaluators else Decimal(100)


def _recorded_of(bid: Bid, recorded: dict[str, dict[int, RecordScore]]) -> dict[str, RecordScore]:
    return {code: scores[bid.enterprise_id] for code, scores in recorded.items()}


def _explained(points: Points, bid: Bid, in_english: dict[str, dict[int, RecordScore]]) -> dict:
    """A line's points with their source: in Chinese, which is the record, and the same in English for who reads so."""
    data = points.as_data()
    return data | {"source_en": in_english[points.criterion][bid.enterprise_id].source} if points.criterion in in_english else data


def _judged_points(case: asked.Case) -> dict[int, dict[str, dict[str, Decimal]]]:
    """bid → criterion → evaluator's number → points, from the signed sheets of the sitting members."""
    found: dict[int, dict[str, dict[str, Decimal]]] = {}
    for number, assignment in enumerate(case.members, start=1):
        for sheet in assignment.sheets:
            if sheet.signed_at is None:
                continue
            for score in sheet.scores:
                found.setdefault(sheet.bid_id, {}).setdefault(score.criterion.code, {})[str(number)] = score.points
    return found


def _inputs(tender, criteria, bids, positions, valid: list[ValidBid], plan: str | None, seed: str) -> dict:
    """All that the computation used, in plain values: with it anybody can compute the ranking again."""
    names = {positions[bid.id]: (bid.enterprise.name, bid.enterprise.uscc) for bid in bids}
    return {
        "tender": tender.number,
        "card": [
            {"code": c.code, "label": c.label, "formula": MEASURES[c.kind].value, "weight": c.weight, "full": str(_full(c))}
            for c in criteria
        ],
        "tie_rule": {"plan": plan, "draw_seed": seed},
        "bids": [
            {
                "position": int(bid.code),
                "bidder": names[bid.code][0],
                "uscc": names[bid.code][1],
                "price_fen": bid.price_fen,
                "judged": {code: {e: str(v) for e, v in given.items()} for code, given in bid.judged.items()},
                "recorded": {code: str(one.score) for code, one in bid.recorded.items()},
            }
            for bid in sorted(valid, key=lambda one: int(one.code))
        ],
    }


def _stability(found) -> dict:
    flip = found.flip
    return {
        "margin": None if found.margin is None else str(found.margin),
        "flip": flip
        and {
            "criterion": flip.criterion,
            "weight": str(flip.weight),
            "flips_at": str(flip.flips_at),
            "change": str(flip.change),
            "overtaken_by": int(flip.overtaken_by),
        },
        "winners_without": {evaluator: int(winner) for evaluator, winner in found.winners_without.items()},
        "kendall_w": None if found.kendall_w is None else str(found.kendall_w),
        "borda": [[int(code), str(points)] for code, points in found.borda],
        "alarms": list(alarms(found)),
    }
