"""Each evaluator's sheets and their signatures."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from app.common.access import Actor
from app.common.audit import record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.evaluating.committee import lock_evaluating, scorable
from app.tenders.models import EvaluatorAssignment, Score, ScoreCriterion, ScoreSheet, Tender
from app.tenders.queries import evaluation as asked
from app.tenders.scoring import why_not_points


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
    tender = lock_evaluating(tender)
    case, assignment = scorable(tender, actor)
    if bid_id not in {bid.id for bid in case.valid_bids}:
        raise Refused(Reason(_l("这份投标不在评分范围内。"), next=_l("请返回评分首页，按列表打开。")))
    judged = {criterion.code: criterion for criterion in case.judged}
    for code, value in points.items():
        if value is not None:
            refuse_if(why_not_points(value, Decimal(judged[code].weight)), field=f"points_{code}")
    sheet = asked.sheet_of(assignment, bid_id)
    if sheet is not None and sheet.signed_at is not None:
        raise Refused(
            Reason(_l("评分表已经签署，不能再改。"), _l("《招标投标法实施条例》第五十三条"), _l("如发现计算错误，请书面告知招标人。"))
        )
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
    tender = lock_evaluating(tender)
    case, assignment = scorable(tender, actor)
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
