"""Paying, accepting, stopping and clawing back: once each, by two people, on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from app.common.refusal import Refused
from app.funding import actions, queries
from app.funding.lifecycle import ApplicationStatus
from app.funding.models import BudgetLine
from app.funding.review import InstalmentState, ReviewStep
from app.tenders.actions import correcting
from tests.factories import NOW
from tests.funding.things import (
    DAY,
    accept,
    passed,
    pay,
    payable,
    submitted,
)

S = ApplicationStatus
AMOUNT = 11_575_200
"""48,230.00 m² × 0.20 yuan × 12 months"""


def line(programme) -> BudgetLine:
    return programme.lines[0]


def test_nothing_is_paid_twice(stage, session):
    application, later = payable(stage)
    first = application.instalments[0]
    payment = actions.record_payment(first.id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later)
    session.commit()
    with pytest.raises(Refused, match="已经登记过付款"):
        actions.record_payment(first.id, voucher_number="PZ-2", paid_on=later.date(), actor=stage.second_finance, now=later)
    session.rollback()
    with pytest.raises(Refused, match="同一个人"):
        actions.confirm_payment(payment.id, actor=stage.finance, now=later)
    session.rollback()
    actions.confirm_payment(payment.id, actor=stage.second_finance, now=later)
    session.commit()
    for who in (stage.second_finance, stage.approver):
        with pytest.raises(Refused, match="已经办过"):
            actions.confirm_payment(payment.id, actor=who, now=later)
        session.rollback()
    assert line(stage.programme).paid_fen == 6_945_120


def test_a_contract_of_another_period_gets_nothing_at_any_step(stage, session):
    stage.contract.starts_on, stage.contract.ends_on = date(2099, 1, 1), date(2100, 12, 31)
    session.flush()
    with pytest.raises(Refused, match="晚于这个项目的截止日"):
        submitted(stage)
    stage.contract.starts_on = date(2009, 11, 1)
    application = submitted(stage)
    application.contract_starts_on = date(2099, 1, 1)  # as one that was sent before the rule
    session.flush()
    with pytest.raises(Refused, match="不在补贴期内"):
        passed(stage, application, ReviewStep.STREET)
    application.contract_starts_on = date(2009, 11, 1)
    passed(stage, application)
    actions.publish(application.id, actor=stage.district, now=NOW)
    application.contract_starts_on = date(2099, 1, 1)
    session.flush()
    with pytest.raises(Refused, match="不在补贴期内"):
        pay(stage, application, 1, NOW + 9 * DAY)


def test_a_contract_that_carries_an_application_is_not_corrected(stage, session):
    assert correcting.why_not_correct(stage.contract, actor=stage.district) is None
    application = submitted(stage)
    session.flush()
    assert application.number in str(correcting.why_not_correct(stage.contract, actor=stage.district))
    assert "不能自己更正" in str(correcting.why_not_correct(stage.contract, actor=stage.community))


def test_nothing_is_paid_before_service_begins(stage, session, at, clock):
    stage.contract.starts_on = date(2009, 12, 20)
    application, later = payable(stage)
    first = application.instalments[0]
    assert first.due_on >= date(2010, 1, 18), "counted from the first day of service, not from the notice"
    session.commit()
    with pytest.raises(Refused, match="还没有开始，不能付款"):
        pay(stage, application, 1, later)
    session.rollback()
    clock.set_local(2009, 12, 10, 9, 0)
    page = at("finance").get(f"/money/applications/{application.id}")
    assert "合同的服务从 2009年12月20日 开始，现在还没有开始，不能付款" in page.text and "待付款" not in page.text
    at("finance").get(f"/money/instalments/{first.id}/payment", status=409)
    begun = NOW.replace(year=2009, month=12, day=21)
    with pytest.raises(Refused, match="第一天（2009年12月20日）"):
        actions.record_payment(first.id, voucher_number="PZ-1", paid_on=date(2009, 12, 19), actor=stage.finance, now=begun)
    session.rollback()
    actions.record_payment(first.id, voucher_number="PZ-1", paid_on=date(2009, 12, 20), actor=stage.finance, now=begun)


def test_a_voucher_pays_for_one_thing(stage, session):
    application, later = payable(stage)
    pay(stage, application, 1, later, "PZ-1")
    accept(stage, application, later + DAY)
    session.commit()
    with pytest.raises(Refused, match="凭证号已经登记"):
        pay(stage, application, 2, later + DAY, "PZ-1")


def test_a_wrong_record_is_rejected_and_made_anew(stage, session):
    application, later = payable(stage)
    first = application.instalments[0]
    wrong = actions.record_payment(first.id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later)
    actions.reject_payment(wrong.id, reason="凭证号抄错。", actor=stage.second_finance, now=later)
    session.commit()
    assert (first.state, application.paid_fen) == (InstalmentState.PLANNED, 0)
    pay(stage, application, 1, later, "PZ-1")
    session.commit()
    assert queries.ledger_problems() == []


def test_the_second_instalment_waits_for_a_passed_acceptance(stage, session):
    application, later = payable(stage)
    with pytest.raises(Refused, match="不能办理“考核验收”"):
        accept(stage, application, later)
    pay(stage, application, 1, later)
    session.commit()
    with pytest.raises(Refused, match="考核验收"):
        pay(stage, application, 2, later)
    session.rollback()
    accept(stage, application, later + DAY, has_passed=False)
    session.commit()
    with pytest.raises(Refused, match="考核验收"):
        pay(stage, application, 2, later + DAY)
    session.rollback()
    accept(stage, application, later + 30 * DAY)
    session.commit()
    with pytest.raises(Refused, match="不需要再验收"):
        accept(stage, application, later + 31 * DAY)
    session.rollback()
    pay(stage, application, 2, later + 31 * DAY)
    session.commit()
    assert application.instalments[1].due_on == date(2010, 1, 26)


def test_stopping_gives_back_what_was_not_paid_and_clawback_returns_what_was(stage, session):
    application, later = payable(stage)
    pay(stage, application, 1, later)
    actions.stop(application.id, reason="合同提前终止。", actor=stage.approver, now=later + DAY)
    session.commit()
    assert (application.status, line(stage.programme).committed_fen) == (S.STOPPED, 6_945_120)
    with pytest.raises(Refused, match="超过了已经支付"):
        actions.order_clawback(application.id, amount_fen=6_945_121, reason="停止服务。", actor=stage.approver, now=later + DAY)
    session.rollback()
    order = actions.order_clawback(application.id, amount_fen=1_000_000, reason="停止服务。", actor=stage.approver, now=later + DAY)
    session.commit()
    with pytest.raises(Refused, match="正在办理"):
        actions.order_clawback(application.id, amount_fen=1, reason="再来。", actor=stage.approver, now=later + DAY)
    session.rollback()
    back = later + 2 * DAY
    with pytest.raises(Refused, match="同一个人"):
        actions.receive_clawback(
            order.id, receipt_number="JK-1", received_on=back.date(), actor=replace(stage.finance, user_id=stage.approver.user_id), now=back
        )
    session.rollback()
    actions.receive_clawback(order.id, receipt_number="JK-1", received_on=back.date(), actor=stage.finance, now=back)
    session.commit()
    with pytest.raises(Refused, match="已经办过"):
        actions.receive_clawback(order.id, receipt_number="JK-2", received_on=back.date(), actor=stage.finance, now=back)
    session.rollback()
    assert (application.status, application.reclaimed_fen) == (S.RECLAIMED, 1_000_000)
    assert queries.ledger_problems() == []
    assert queries.money_totals().reclaimed_fen == 1_000_000


def test_a_recorded_payment_must_be_settled_before_stopping(stage, session):
    application, later = payable(stage)
    actions.record_payment(application.instalments[0].id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later)
    with pytest.raises(Refused, match="等待复核"):
        actions.stop(application.id, reason="终止。", actor=stage.approver, now=later)
