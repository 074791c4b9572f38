"""The card of criteria: the default ones are lawful, and each fault is named."""

from datetime import date

import pytest

from app.tenders.kinds import CriterionKind, Regime
from app.tenders.parameters import sheet_for
from app.tenders.scorecard import Criterion, default_card, faults_of_card

DAY = date(2009, 12, 9)


def faults(card, regime=Regime.COMMUNITY, defence_on=DAY):
    return [str(reason.text) for reason in faults_of_card(card, regime=regime, defence_on=defence_on, sheet=sheet_for(regime))]


@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize("with_defence", [True, False])
def test_every_default_card_is_lawful(regime, with_defence):
    card = default_card(regime, with_defence=with_defence)
    assert sum(c.weight for c in card) == 100
    assert faults(card, regime, DAY if with_defence else None) == []


def test_a_card_that_does_not_add_up_says_by_how_much():
    card = [Criterion("price", CriterionKind.PRICE, "报价", 90)]
    (reason,) = faults_of_card(card, regime=Regime.COMMUNITY, defence_on=None, sheet=sheet_for(Regime.COMMUNITY))
    assert str(reason.text) == "各项分值合计 90 分，应为 100 分。"
    assert str(reason.next) == "请增加 10 分。"


def test_defence_and_its_date_need_each_other():
    card = default_card(Regime.COMMUNITY)
    assert "没有答辩日期" in faults(card, defence_on=None)[0]
    assert "没有给答辩分值" in faults(default_card(Regime.COMMUNITY, with_defence=False), defence_on=DAY)[0]


def test_public_money_needs_ten_points_of_price_and_no_points_for_size():
    card = [
        Criterion("price", CriterionKind.PRICE, "报价", 9),
        Criterion("plan", CriterionKind.SCORED_PLAN, "方案", 81),
        Criterion("capacity", CriterionKind.CAPACITY, "能力", 10),
    ]
    found = faults(card, Regime.PUBLIC, None)
    assert any("不得少于 10 分" in text for text in found)
    assert any("企业规模" in text for text in found)
    assert faults(card, Regime.COMMUNITY, None) == []


def test_an_empty_card_and_a_repeated_kind_are_faults():
    assert "还没有评分标准" in faults([])[0]
    card = [Criterion("a", CriterionKind.PRICE, "甲", 50), Criterion("b", CriterionKind.PRICE, "乙", 50)]
    assert "不止一次" in faults(card, defence_on=None)[0]
