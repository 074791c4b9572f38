"""What committee and organisers do between opening and report: seat, declare, score, sign, reject, close."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from flask_babel import force_locale

from app.accounts.models import User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.kinds import CriterionKind, RejectionGround, Seat
from app.tenders.lifecycle import Status, make_move, why_not
from app.tenders.models import Bid, BidRejection, EvaluatorAssignment, Ranking, RankingRow, Score, ScoreCriterion, ScoreSheet, Tender
from app.tenders.parameters import sheet_for
from app.tenders.queries import evaluation as asked
from app.tenders.queries.bids import opening_record, plan_criterion, rejections, standing_bids
from app.tenders.queries.situations import situation
from app.tenders.queries.tenders import is_own
from app.tenders.ranking import Criterion, Measure, RecordScore, ValidBid, rank
from app.tenders.robustness import alarms, examine
from app.tenders.scoring import REJECTION_BASIS, why_not_committee, why_not_member, why_not_points

label_events(
    {
        "committee.seat": _l("确定评委"),
        "committee.recuse": _l("评委回避"),
        "committee.declare": _l("评委声明无利害关系"),
        "sheet.save": _l("保存评分"),
        "sheet.sign": _l("签署评分表"),
        "evaluation.reject": _l("否决投标"),
        "evaluation.restore": _l("撤销否决"),
        "tender.evaluate": _l("提交评标报告"),
    },
    {
        "seat": _l("席位"),
        "member": _l("评委"),
        "reason": _l("理由"),
        "ground": _l("否决情形"),
        "inputs_sha256": _l("计算依据校验值"),
        "ranked": _l("有效投标"),
    },
    enums={"seat": Seat, "ground": RejectionGround},
    objects={"evaluator_assignment": _l("评标委员会席位"), "score_sheet": _l("评分表")},
)

MEASURES = {
    CriterionKind.PRICE: Measure.PRICE,
    CriterionKind.SCORED_PLAN: Measure.JUDGED,
    CriterionKind.STAFFING: Measure.JUDGED,
    CriterionKind.DEFENCE: Measure.JUDGED,
    CriterionKind.CREDIBILITY: Measure.RECORDED,
    CriterionKind.CAPACITY: Measure.RECORDED,
    CriterionKind.RECORD: Measure.RECORDED,
}

NOT_EVALUATING = Reason(_l("项目不在评标阶段，不能办理这一步。"), next=_l("请返回项目页查看现在的进度。"))
NOT_SEATED = Reason(_l("您不是这个项目的评委。"), next=_l("请核对项目编号，或者联系招标人。"))


def may_organise(tender: Tender, actor: Actor) -> bool:
    """The tenderer's manager, or the legal officer of the bureau over the place, keeps the committee's records."""
    return is_own(tender, actor) or actor.role == Role.LEGAL_OFFICER and actor.covers(tender.division_code)


def _lock_evaluating(tender: Tender) -> Tender:
    tender = lock_tender(tender)
    if tender.status is not Status.OPENED:
        raise Refused(NOT_EVALUATING)
    return tender


def _lock_organised(tender: Tender, actor: Actor) -> Tender:
    tender = _lock_evaluating(tender)
    if not may_organise(tender, actor):
        raise Refused(Reason(_l("您的身份不能办理评标事务。"), next=_l("请由招标人经办人或者房管部门法制人员办理。")))
    return tender


# --- the committee -----------------------------------------------------------------------------------------------------


def seat_evaluator(tender: Tender, user: User, *, seat: Seat, reason: str, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """Give a person a seat. Only after opening: a conflict check before it would tell who has bid."""
    tender = _lock_organised(tender, actor)
    if any(one.user_id == user.id for one in asked.committee(tender, with_recused=True)):
        raise Refused(Reason(_l("“%(name)s”已经在评标委员会里，或者已经回避。", name=user.name), next=_l("请另选一人。")), field="person")
    hats = asked.memberships_of(user.id)
    employers = [hat.organisation_id for hat in hats]
    works_for_tenderer = tender.procuring_entity_id in employers
    refuse_if(
        why_not_member(
            name=user.name,
            is_evaluator=works_for_tenderer if seat is Seat.TENDERER else any(hat.role == Role.EVALUATOR for hat in hats),
            is_expert=seat is Seat.EXPERT,
            employers=employers,
            bidders=[bid.organisation_id for bid in standing_bids(tender)],
            tenderer=tender.procuring_entity_id,
            is_supervisor_staff=any(
                hat.organisation.kind is OrganisationKind.BUREAU and tender.division_code.startswith(hat.organisation.division_code)
                for hat in hats
            ),
        ),
        field="person",
    )
    assignment = EvaluatorAssignment(
        tender_id=tender.id,
        user_id=user.id,
        seat=seat,
        reason=reason.strip(),
        assigned_at=now,
        assigned_by_id=actor.user_id,
    )
    db.session.add(assignment)
    record("committee.seat", assignment, actor=actor, now=now, seat=seat, member=user.name, reason=assignment.reason)
    return assignment


def recuse_evaluator(tender: Tender, assignment_id: int, *, reason: str, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """A member leaves the committee, by own wish or by the organiser's; the member's scores no longer count (实施条例 §48)."""
    tender = _lock_evaluating(tender)
    assignment = next((one for one in asked.committee(tender) if one.id == assignment_id), None)
    if assignment is None or not (may_organise(tender, actor) or assignment.user_id == actor.user_id):
        raise Refused(Reason(_l("找不到这名评委，或者已经回避。"), next=_l("请刷新页面查看最新名单。")))
    if not reason.strip():
        raise Refused(Reason(_l("请写明回避的理由。"), next=_l("例如：与某投标人存在利害关系。")), field="reason")
    assignment.recused_at, assignment.recusal_reason = now, reason.strip()
    record("committee.recuse", assignment, actor=actor, now=now, reason=assignment.recusal_reason)
    return assignment


def declare_no_interest(tender: Tender, *, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """An evaluator, knowing who bids, states to have no interest in any of them; scoring opens after it."""
    tender = _lock_evaluating(tender)
    assignment = _own_seat(tender, actor)
    if assignment.declared_at is None:
        assignment.declared_at = now
        record("committee.declare", assignment, actor=actor, now=now)
    return assignment


def _own_seat(tender: Tender, actor: Actor) -> EvaluatorAssignment:
    assignment = asked.load_case(tender).seat_of(actor.user_id)
    if assignment is None:
        raise Refused(NOT_SEATED)
    return assignment


def _scorable(tender: Tender, actor: Actor) -> tuple[asked.Case, EvaluatorAssignment]:
    """The case and the actor's own seat on it, ready to score."""
    case = asked.load_case(tender)
    assignment = case.seat_of(actor.user_id)
    if assignment is None:
        raise Refused(NOT_SEATED)
    refuse_if(why_not_score(case, assignment))
    return case, assignment


def why_not_score(case: asked.Case, assignment: EvaluatorAssignment) -> Reason | None:
    """Why this evaluator can't score yet: no declaration, or a committee that is not lawful."""
    if assignment.declared_at is None:
        return Reason(
            _l("您还没有作出无利害关系声明。"), _l("《招标投标法》第三十七条"), _l("请先核对投标人名单并声明，或者申请回避。")
        )
    return why_not_lawful_committee(case)


def why_not_lawful_committee(case: asked.Case) -> Reason | None:
    minimum = sheet_for(case.tender.regime, case.tender.regime_version)["committee_min"]
    return why_not_committee(len(case.members), sum(one.seat is Seat.EXPERT for one in case.members), minimum=minimum)


# --- sheets ------------------------------------------------------------------------------------------------------------


def save_sheet(
    tender: Tender,
    bid_id: int,
    *,
    points: Mapping[str, Decimal | None],
    reasons: Mapping[str, str] | None = None,
    comment: str = "",
    actor: Actor,
    now: datetime,
) -> ScoreSheet:
    """Keep an evaluator's points for one bid, by criterion code; lines left empty may follow later. Signed sheets are final."""
    tender = _lock_evaluating(tender)
    case, assignment = _scorable(tender, actor)
    if bid_id not in {bid.id for bid in case.valid_bids}:
        raise Refused(Reason(_l("这份投标不在评分范围内。"), next=_l("请返回评分首页，按列表打开。")))
    judged = {criterion.code: criterion for criterion in case.judged}
    for code, value in points.items():
        if value is not None:
            refuse_if(why_not_points(value, Decimal(judged[code].weight)), field=f"points_{code}")
    sheet = asked.sheet_of(assignment, bid_id)
    if sheet is not None and sheet.signed_at is not None:
        raise Refused(Reason(_l("评分表已经签署，不能再改。"), _l("《招标投标法实施条例》第五十三条"), _l("如发现计算错误，请书面告知招标人。")))
    if sheet is None:
        sheet = ScoreSheet(assignment=assignment, bid_id=bid_id, scores=[])
        db.session.add(sheet)
    sheet.saved_at, sheet.comment = now, comment.strip()
    given = {score.criterion_id: score for score in sheet.scores}
    for code, value in points.items():
        _set_score(sheet, given, judged[code], value, (reasons or {}).get(code, "").strip())
    record("sheet.save", sheet, actor=actor, now=now)
    return sheet


def _set_score(sheet: ScoreSheet, given: dict[int, Score], criterion: ScoreCriterion, value: Decimal | None, reason: str) -> None:
    score = given.get(criterion.id)
    if value is None:
        if score is not None:
            sheet.scores.remove(score)
            db.session.delete(score)
        return
    if score is None:
        score = Score(criterion=criterion)
        sheet.scores.append(score)
    score.points, score.reason = value, reason


def sign_sheets(tender: Tender, *, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """Sign all of one's sheets at once; each bid must have points on every judged line."""
    tender = _lock_evaluating(tender)
    case, assignment = _scorable(tender, actor)
    judged, sheets = case.judged, []
    for blind in case.blind:
        sheet = asked.sheet_of(assignment, blind.bid.id)
        if not asked.is_complete(sheet, judged):
            raise Refused(Reason(_l("投标人%(code)s还有没打分的项目。", code=blind.code), next=_l("请逐项打完分再签署。")))
        sheets.append(sheet)
    if not sheets:
        raise Refused(Reason(_l("没有需要评分的投标。"), next=_l("请联系招标人。")))
    if not judged:
        raise Refused(Reason(_l("本项目的评分标准没有由评委打分的项目。"), next=_l("请联系招标人直接提交评标报告。")))
    for sheet in sheets:
        if sheet.signed_at is None:
            sheet.signed_at = now
            record("sheet.sign", sheet, actor=actor, now=now)
    return assignment


# --- rejection ---------------------------------------------------------------------------------------------------------


def reject_bid(tender: Tender, bid_id: int, *, ground: RejectionGround, explanation: str, actor: Actor, now: datetime) -> BidRejection:
    """Record that the committee rejects a bid, on one of the grounds of the law and no other."""
    tender = _lock_organised(tender, actor)
    bid = next((one for one in standing_bids(tender) if one.id == bid_id), None)
    if bid is None or bid_id in rejections(tender):
        raise Refused(Reason(_l("这份投标不存在，或者已经被否决。"), next=_l("请刷新页面查看最新情况。")), field="bid")
    if not explanation.strip():
        raise Refused(
            Reason(_l("请写明评标委员会否决的具体事实。"), REJECTION_BASIS, _l("写明对应招标文件的哪一条和投标文件的哪一处。")),
            field="explanation",
        )
    rejection = BidRejection(
        bid_id=bid_id, ground=ground, explanation=explanation.strip(), decided_at=now, decided_by_id=actor.user_id
    )
    db.session.add(rejection)
    record("evaluation.reject", bid, actor=actor, now=now, ground=ground, reason=rejection.explanation)
    return rejection


def restore_bid(tender: Tender, bid_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a rejection back before the report; evaluators then score the bid as well."""
    tender = _lock_organised(tender, actor)
    rejection = rejections(tender).get(bid_id)
    if rejection is None:
        raise Refused(Reason(_l("这份投标没有被否决。"), next=_l("请刷新页面查看最新情况。")))
    if not reason.strip():
        raise Refused(Reason(_l("请写明撤销否决的理由。"), next=_l("例如：投标人已按要求澄清。")), field="reason")
    record("evaluation.restore", rejection.bid, actor=actor, now=now, reason=reason.strip())
    db.session.delete(rejection)


# --- the report --------------------------------------------------------------------------------------------------------


def why_not_close(case: asked.Case, *, actor: Actor, now: datetime) -> Reason | None:
    """Why the report can't be handed in yet: who may, a lawful committee, all sheets signed."""
    refused = why_not("evaluate", situation(case.tender, actor=actor, now=now))
    if refused is not None:
        return refused
    if not case.valid_bids or not case.judged:
        return None
    refused = why_not_lawful_committee(case)
    if refused is not None:
        return refused
    waiting = [one for one in case.progress if not one.is_signed]
    if waiting:
        return Reason(
            _l("还有 %(count)d 名评委没有签署评分表。", count=len(waiting)),
            _l("《招标投标法实施条例》第五十三条"),
            _l("请等评委全部签署后再提交评标报告。"),
        )
    return None


def close_evaluation(tender: Tender, *, actor: Actor, now: datetime) -> Ranking:
    """Compute the ranking from signed sheets and the records as of the deadline, store it with every source, hand in the report."""
    tender = _lock_evaluating(tender)
    case = asked.load_case(tender)
    refuse_if(why_not_close(case, actor=actor, now=now))
    bids, rejected, criteria = case.bids, case.rejected, case.criteria
    opening = opening_record(tender)
    positions = {line.bid_id: str(line.position) for line in opening.lines}
    prices = {line.bid_id: line.price_fen for line in opening.lines}
    card = [Criterion(c.code, MEASURES[c.kind], Decimal(c.weight), _full(c)) for c in criteria]
    with force_locale("zh_CN"):
        recorded = asked.recorded_scores(tender, bids, criteria, tender.bid_deadline_at)
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
                        "lines": [points.as_data() for points in row.points],
                        "tie_broken_by": row.tie_broken_by.value if row.tie_broken_by else None,
                    },
                )
            )
    for bid in bids:
        if bid.id in rejected:
            explanation = {"lines": [], "ground": rejected[bid.id].ground.value, "reason": rejected[bid.id].explanation}
            ranking.rows.append(
                RankingRow(bid_id=bid.id, rank=None, price_fen=prices[bid.id], total=None, explanation=explanation)
            )
    db.session.add(ranking)
    make_move(tender, "evaluate", now=now)
    record("tender.evaluate", tender, actor=actor, now=now, inputs_sha256=ranking.inputs_sha256, ranked=len(valid))
    return ranking


def _full(criterion: ScoreCriterion) -> Decimal:
    """Evaluators give points on the line's own scale; records run from 0 to 100."""
    return Decimal(criterion.weight) if criterion.kind.by_evaluators else Decimal(100)


def _recorded_of(bid: Bid, recorded: dict[str, dict[int, RecordScore]]) -> dict[str, RecordScore]:
    return {code: scores[bid.enterprise_id] for code, scores in recorded.items()}


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
            {"code": c.code, "label": c.label, "formula": MEASURES[c.kind].value, "weight": c.weight, "full": str(_full(c))} for c in criteria
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
