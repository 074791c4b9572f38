"""The card of criteria: the default one, and what would make a card unlawful. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.common.i18n import _l
from app.common.refusal import Reason
from app.tenders.kinds import CriterionKind, Regime
from app.tenders.parameters import Sheet

SUM = 100


@dataclass(frozen=True)
class Criterion:
    code: str
    kind: CriterionKind
    label: Any
    weight: int
    guidance: Any = ""


K = CriterionKind

DEFAULT_CARD = (
    Criterion("price", K.PRICE, _l("报价"), 20, _l("最低有效报价得满分，其他按“最低有效报价 ÷ 本报价”的比例得分。")),
    Criterion("plan", K.SCORED_PLAN, _l("服务方案"), 30, _l("看保洁、绿化、秩序、维修的安排是否具体、可查、适合本小区。")),
    Criterion("staffing", K.STAFFING, _l("人员与项目经理"), 15, _l("看项目经理的经历，岗位和班次是否与服务内容相称。")),
    Criterion("difficulty", K.SCORED_PLAN, _l("设备、应急与老旧小区难点"), 5, _l("看对设备老化、管网、停车、收费难等问题的办法。")),
    Criterion("credibility", K.CREDIBILITY, _l("企业信用"), 10, _l("取自投标截止时公开的信用记录，记录少的向平均水平收缩。")),
    Criterion("capacity", K.CAPACITY, _l("承接能力"), 5, _l("取自投标截止时的在管项目与人员，越能承担新增面积得分越高。")),
    Criterion("record", K.RECORD, _l("同类小区业绩"), 5, _l("取自投标截止时的在管和完成项目。")),
    Criterion("defence", K.DEFENCE, _l("现场答辩"), 10, _l("由拟任项目经理答辩，按回答是否切实得分。")),
)
"""DOMAIN 5.1's card; of the ten points for difficulties five are for capacity, which the platform can compute."""

LIMIT_ONE = (K.PRICE, K.CREDIBILITY, K.CAPACITY, K.RECORD, K.DEFENCE)


def default_card(regime: Regime, *, with_defence: bool = True) -> tuple[Criterion, ...]:
    """A card that adds up to 100 and suits the regime."""
    card = {criterion.code: criterion for criterion in DEFAULT_CARD}
    if regime is Regime.PUBLIC:
        freed = card.pop("capacity").weight
        card["difficulty"] = replace(card["difficulty"], weight=card["difficulty"].weight + freed)
    if not with_defence:
        freed = card.pop("defence").weight
        card["plan"] = replace(card["plan"], weight=card["plan"].weight + freed)
    return tuple(card.values())


def faults_of_card(criteria: Sequence[Criterion], *, regime: Regime, defence_on: date | None, sheet: Sheet) -> list[Reason]:
    """All that is unlawful or incomplete in a card; empty when it may be published."""
    if not criteria:
        return [
            Reason(
                _l("还没有评分标准。"),
                basis=_l("《招标投标法》第十九条、《招标投标法实施条例》第四十九条"),
                next=_l("请采用默认评分卡，或逐项填写。"),
            )
        ]
    weights = {kind: sum(c.weight for c in criteria if c.kind is kind) for kind in CriterionKind}
    checks = (
        _sum(criteria),
        _price(weights[K.PRICE], sheet),
        _defence(weights[K.DEFENCE], defence_on),
        _scale(weights[K.CAPACITY], regime),
        _repeated(criteria),
    )
    return [reason for reason in checks if reason is not None]


def _sum(criteria: Iterable[Criterion]) -> Reason | None:
    total = sum(criterion.weight for criterion in criteria)
    if total == SUM:
        return None
    return Reason(
        _l("各项分值合计 %(total)d 分，应为 100 分。", total=total),
        basis=_l("《招标投标法》第十九条"),
        next=_l("请增加 %(points)d 分。", points=SUM - total) if total < SUM else _l("请减少 %(points)d 分。", points=total - SUM),
    )


def _price(weight: int, sheet: Sheet) -> Reason | None:
    least = sheet["price_weight_min"]
    if weight < least:
        return Reason(
            _l("使用财政资金购买服务，价格分不得少于 %(least)d 分，现为 %(weight)d 分。", least=least, weight=weight),
            basis=sheet.basis("price_weight_min"),
            next=_l("请提高价格分。"),
        )
    return None


def _defence(weight: int, defence_on: date | None) -> Reason | None:
    basis = _l("《前期物业管理招标投标管理暂行办法》第三十二条")
    if weight and defence_on is None:
        return Reason(_l("评分标准有现场答辩，但没有答辩日期。"), basis=basis, next=_l("请填写答辩日期，或者取消答辩一项。"))
    if defence_on is not None and not weight:
        return Reason(_l("填写了答辩日期，但评分标准没有给答辩分值。"), basis=basis, next=_l("请给答辩一项分值，或者删去答辩日期。"))
    return None


def _scale(weight: int, regime: Regime) -> Reason | None:
    if weight and regime is Regime.PUBLIC:
        return Reason(
            _l("使用财政资金购买服务，不得把企业规模、人员、在管面积作为评分因素。"),
            basis=_l("《政府采购货物和服务招标投标管理办法》第十七条"),
            next=_l("请把“承接能力”的分值改给其他项目。"),
        )
    return None


def _repeated(criteria: Sequence[Criterion]) -> Reason | None:
    for kind in LIMIT_ONE:
        if sum(criterion.kind is kind for criterion in criteria) > 1:
            return Reason(_l("“%(kind)s”出现了不止一次。", kind=kind.label), basis=_l("本平台规则"), next=_l("请合并为一项。"))
    return None
