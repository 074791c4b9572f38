"""The whole way of a subsidy, and each way of leaving it, on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from app.common.refusal import Refused
from app.funding import actions, queries
from app.funding.actions.applications import computation_of
from app.funding.lifecycle import ApplicationStatus
from app.funding.models import BudgetLine, FundingApplication, LedgerEntry, SubsidyMonth
from app.funding.review import Decision, InstalmentState, ObjectionOutcome, ReviewStep
from app.funding.standing import standing_of
from tests.factories import NOW
from tests.funding.things import (
    DAY,
    DETAILS,
    TERMS,
    accept,
    active_programme,
    compound,
    contract,
    honour_programme,
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


def test_a_subsidy_runs_from_application_to_the_last_instalment(stage, session):
    application = submitted(stage)
    assert application.amount_fen == AMOUNT
    assert (application.months, application.covers_until_on) == (12, date(2010, 10, 31))
    assert application.payee_name == "平顶山市常绿物业服务有限公司"
    passed(stage, application)
    assert line(stage.programme).committed_fen == AMOUNT
    assert [row.amount_fen for row in application.instalments] == [6_945_120, 4_630_080]
    actions.publish(application.id, actor=stage.district, now=NOW)
    assert application.publicity_ends_on == date(2009, 11, 25)
    later = NOW + 9 * DAY
    assert standing_of(application, later).status is S.PAYABLE
    assert application.instalments[0].due_on == date(2009, 12, 25)
    pay(stage, application, 1, later)
    assert (application.status, application.paid_fen) == (S.PARTLY_PAID, 6_945_120)
    accept(stage, application, later + DAY)
    pay(stage, application, 2, later + 2 * DAY)
    assert (application.status, application.paid_fen) == (S.PAID, AMOUNT)
    session.commit()
    assert queries.ledger_problems() == []
    assert [entry.kind.value for entry in session.scalars(queries.ledger_of(stage.programme.id))] == ["fund", "commit", "pay", "pay"]
    total = queries.money_totals()
    assert (total.budget_fen, total.committed_fen, total.paid_fen, total.waiting_fen) == (90_000_000, AMOUNT, AMOUNT, 0)
    district = queries.flow_by_district()[0]
    assert (district.name, district.compounds, district.committed_fen, district.paid_fen) == ("新华区", 1, AMOUNT, AMOUNT)


def test_what_is_frozen_recomputes_to_the_same_amount(stage, session):
    application = submitted(stage)
    stage.compound.area_centi = 99
    session.flush()
    assert computation_of(application).amount_fen == application.amount_fen == AMOUNT
    session.rollback()


def test_an_honour_pays_a_fixed_sum_to_the_community_in_one_instalment(stage, session):
    programme = honour_programme(stage.finance, stage.approver)
    other = compound("民政小区", 1_000_000)
    application, later = payable(stage, programme=programme, compound=other)
    assert (application.amount_fen, application.payee_name, application.contract_id) == (2_000_000, "联盟社区居委会", None)
    pay(stage, application, 1, later)
    assert application.status is S.PAID
    session.commit()


def test_an_honour_may_be_paid_to_the_enterprise_under_contract(stage, session):
    programme = honour_programme(stage.finance, stage.approver, payee="enterprise", name="示范企业奖励")
    assert submitted(stage, programme=programme).payee_name == "平顶山市常绿物业服务有限公司"
    with pytest.raises(Refused, match="还没有签订"):
        submitted(stage, programme=programme, compound=compound("民政小区", 1_000_000))


def test_a_return_names_the_reason_and_the_next_round_starts_at_the_street(stage, session):
    application = submitted(stage)
    passed(stage, application, ReviewStep.STREET)
    with pytest.raises(Refused, match="写明理由"):
        actions.review(application.id, ReviewStep.DISTRICT, Decision.RETURNED, actor=stage.district, now=NOW)
    actions.review(application.id, ReviewStep.DISTRICT, Decision.RETURNED, reason="面积不符。", actor=stage.district, now=NOW)
    assert application.status is S.RETURNED
    stage.compound.area_centi = 4_800_000
    actions.submit(application.id, actor=stage.community, now=NOW)
    assert (application.status, application.round_no, application.amount_fen) == (S.SUBMITTED, 2, 11_520_000)
    passed(stage, application)
    session.commit()
    assert len(application.reviews) == 5


def test_a_street_cannot_refuse(stage):
    application = submitted(stage)
    with pytest.raises(Refused, match="不能直接不予支持"):
        actions.review(application.id, ReviewStep.STREET, Decision.REFUSED, reason="不行。", actor=stage.street, now=NOW)


def test_a_refused_application_frees_the_compound_and_its_months(stage, session):
    application = submitted(stage)
    passed(stage, application, ReviewStep.STREET)
    actions.review(application.id, ReviewStep.DISTRICT, Decision.REFUSED, reason="已有其他补贴。", actor=stage.district, now=NOW)
    assert session.scalar(session.query(SubsidyMonth).statement.limit(1)) is None
    again = submitted(stage)
    assert (again.number, again.status) == ("BT-2009-010002", S.SUBMITTED)
    session.commit()


def test_a_withdrawn_draft_can_be_started_again(stage, session):
    made = actions.start_application(stage.programme.id, stage.compound.id, actor=stage.community, now=NOW)
    with pytest.raises(Refused, match="已有申请"):
        actions.start_application(stage.programme.id, stage.compound.id, actor=stage.community, now=NOW)
    actions.withdraw(made.id, actor=stage.community, now=NOW)
    assert actions.start_application(stage.programme.id, stage.compound.id, actor=stage.community, now=NOW).status is S.DRAFT
    session.commit()


def test_an_application_without_contact_and_account_is_not_sent(stage, session):
    made = actions.start_application(stage.programme.id, stage.compound.id, actor=stage.community, now=NOW)
    actions.update_application(made.id, actor=stage.community, now=NOW, **(DETAILS | {"payee_account": " "}))
    session.commit()
    with pytest.raises(Refused, match="收款账号"):
        actions.submit(made.id, actor=stage.community, now=NOW)


def test_a_month_is_subsidised_once_whatever_the_programme(stage, session):
    submitted(stage)
    second = active_programme(stage.finance, stage.approver, name="区级配套补贴")
    session.commit()
    with pytest.raises(Refused, match="12 个月"):
        submitted(stage, programme=second)


def test_the_next_contract_gets_its_own_months(stage, session):
    submitted(stage)
    firm = stage.contract.enterprise
    from app.accounts.models import Organisation

    home, company = session.get(Organisation, stage.community.organisation_id), session.get(Organisation, firm.organisation_id)
    contract([stage.compound], home, firm=company, signer=stage.community, starts_on=date(2010, 11, 1), ends_on=date(2011, 10, 31))
    later = active_programme(
        stage.finance, stage.approver, name="2010 年度补贴", opens_on=date(2009, 11, 1), closes_on=date(2010, 12, 31)
    )  # fmt: skip
    application = submitted(stage, programme=later)
    assert application.contract_starts_on == date(2010, 11, 1)
    session.commit()


def test_nobody_passes_two_levels_with_two_hats(stage):
    application = submitted(stage)
    passed(stage, application, ReviewStep.STREET)
    two_hats = replace(stage.district, user_id=stage.street.user_id)
    with pytest.raises(Refused, match="其他环节"):
        actions.review(application.id, ReviewStep.DISTRICT, Decision.PASSED, actor=two_hats, now=NOW)
    sender = replace(stage.district, user_id=stage.community.user_id)
    with pytest.raises(Refused, match="回避"):
        actions.review(application.id, ReviewStep.DISTRICT, Decision.PASSED, actor=sender, now=NOW)


def test_who_prepared_a_programme_cannot_activate_it(stage):
    programme = actions.prepare_programme(
        rates_fen=(20,), lines_fen={"4104": 90_000_000}, actor=stage.finance, now=NOW, **(TERMS | {"name": "另一个"})
    )
    actions.propose(programme.id, actor=stage.finance, now=NOW)
    with pytest.raises(Refused, match="不能自己启用"):
        actions.activate(programme.id, actor=replace(stage.approver, user_id=stage.finance.user_id), now=NOW)


def test_a_programme_sent_back_is_edited_and_comes_again(stage, session):
    lines = {"410402": 50_000_000, "410403": 40_000_000}
    terms = TERMS | {"name": "分区补贴"}
    programme = actions.prepare_programme(rates_fen=(20,), lines_fen=lines, actor=stage.finance, now=NOW, **terms)
    actions.propose(programme.id, actor=stage.finance, now=NOW)
    actions.send_back(programme.id, reason="标准偏高。", actor=stage.approver, now=NOW)
    actions.edit_programme(programme.id, rates_fen=(15, 10), lines_fen=lines, actor=stage.second_finance, now=NOW, **terms)
    actions.propose(programme.id, actor=stage.second_finance, now=NOW)
    actions.activate(programme.id, actor=stage.approver, now=NOW)
    session.commit()
    assert programme.rates_fen == (15, 10)
    assert {row.division_code: row.budget_fen for row in programme.lines} == lines
    assert queries.line_for(programme.id, "410402001001").division_code == "410402"
    assert queries.line_for(programme.id, "410411001001") is None


def test_the_budget_is_never_overdrawn(stage, session):
    small = active_programme(stage.finance, stage.approver, name="小额补贴", budget_fen=AMOUNT - 1)
    application = passed(stage, submitted(stage, programme=small), ReviewStep.STREET, ReviewStep.DISTRICT)
    session.commit()
    with pytest.raises(Refused, match="余额不够"):
        actions.review(application.id, ReviewStep.BUREAU, Decision.PASSED, actor=stage.approver, now=NOW)
    session.rollback()
    assert application.status is S.DISTRICT_REVIEWED and small.lines[0].committed_fen == 0


def test_approving_twice_is_impossible(stage, session):
    application = passed(stage, submitted(stage))
    session.commit()
    for who in (stage.approver, stage.second_approver):
        with pytest.raises(Refused, match="已批准，待公示"):
            actions.review(application.id, ReviewStep.BUREAU, Decision.PASSED, actor=who, now=NOW)
        session.rollback()
    assert line(stage.programme).committed_fen == AMOUNT


def test_money_waits_for_the_end_of_publicity(stage, session):
    application, later = payable(stage)
    with pytest.raises(Refused, match="公示中"):
        pay(stage, application, 1, NOW)
    with pytest.raises(Refused, match="日期早于"):
        actions.record_payment(
            application.instalments[0].id, voucher_number="A1", paid_on=date(2009, 11, 25), actor=stage.finance, now=later
        )
    pay(stage, application, 1, later)
    session.commit()


def test_an_objection_stops_the_payment_until_it_is_answered(stage, session):
    application, later = payable(stage)
    said = {"name": "李红", "phone": "0375-1234567", "text": "面积不实。"}
    objection = actions.raise_objection(application.id, actor=None, now=NOW + DAY, **said)
    with pytest.raises(Refused, match="提出过异议"):
        actions.raise_objection(application.id, actor=None, now=NOW + DAY, **said)
    with pytest.raises(Refused, match="有异议，待处理"):
        pay(stage, application, 1, later)
    with pytest.raises(Refused, match="其他环节"):
        actions.settle_objection(objection.id, ObjectionOutcome.DISMISSED, answer="已核对。", actor=stage.approver, now=later)
    actions.settle_objection(objection.id, ObjectionOutcome.DISMISSED, answer="已核对，面积属实。", actor=stage.legal, now=later)
    assert standing_of(application, later).status is S.PAYABLE
    pay(stage, application, 1, later)
    session.commit()


def test_one_address_cannot_stop_every_payment(stage, session):
    application, _later = payable(stage)
    said = {"name": "李红", "text": "不实。", "address": "192.0.2.9", "actor": None}
    for number in range(5):
        actions.raise_objection(application.id, phone=f"0375-100000{number}", now=NOW + DAY, **said)
    session.commit()
    with pytest.raises(Refused, match="5 次异议"):
        actions.raise_objection(application.id, phone="0375-2000000", now=NOW + DAY, **said)
    session.rollback()
    actions.raise_objection(application.id, phone="0375-2000000", now=NOW + DAY, **(said | {"address": "192.0.2.10"}))
    actions.raise_objection(application.id, phone="0375-3000000", now=NOW + 2 * DAY, **said)
    session.commit()


def test_an_objection_after_publicity_is_too_late(stage):
    application, later = payable(stage)
    with pytest.raises(Refused, match="公示期已经结束"):
        actions.raise_objection(application.id, name="李红", phone="0375-1234567", text="不实。", actor=None, now=later)


def test_an_objection_upheld_gives_the_budget_back(stage, session):
    application, later = payable(stage)
    for number in (1, 2):
        actions.raise_objection(application.id, name="李红", phone=f"0375-123456{number}", text="不实。", actor=None, now=NOW + DAY)
    first = application.objections[0]
    actions.settle_objection(first.id, ObjectionOutcome.UPHELD, answer="面积虚报，不予拨付。", actor=stage.legal, now=later)
    session.commit()
    assert application.status is S.REFUSED
    assert {row.outcome for row in application.objections} == {ObjectionOutcome.UPHELD}
    assert {row.state for row in application.instalments} == {InstalmentState.CANCELLED}
    assert line(stage.programme).committed_fen == 0
    assert queries.ledger_problems() == []
    assert submitted(stage).status is S.SUBMITTED


def test_another_place_does_not_exist(stage, session):
    from werkzeug.exceptions import NotFound

    application = submitted(stage)
    elsewhere = replace(stage.street, division_code="410403001")
    with pytest.raises(NotFound):
        actions.review(application.id, ReviewStep.STREET, Decision.PASSED, actor=elsewhere, now=NOW)
    stranger = replace(stage.community, organisation_id=stage.street.organisation_id)
    for verb in (actions.submit, actions.withdraw):
        with pytest.raises(NotFound):
            verb(application.id, actor=stranger, now=NOW)


def test_every_change_has_its_audit_row(stage, session):
    from app.common.audit import history

    application, later = payable(stage)
    pay(stage, application, 1, later)
    events = [row.event for row in session.scalars(history(application))][::-1]
    assert events == [
        "funding.start", "funding.edit", "funding.submit", "funding.review", "funding.review", "funding.approve",
        "funding.publish", "funding.record_payment", "funding.confirm_payment",
    ]  # fmt: skip
    assert session.query(LedgerEntry).count() == 3
    assert session.query(FundingApplication).count() == 1


@pytest.mark.parametrize("blank", ["", "  "])
def test_what_takes_something_from_somebody_wants_a_reason(stage, session, blank):
    application, later = payable(stage)
    with pytest.raises(Refused, match="写明理由"):
        actions.stop(application.id, reason=blank, actor=stage.approver, now=later)
    objection = actions.raise_objection(application.id, name="李红", phone="0375-1234567", text="不实。", actor=None, now=NOW)
    with pytest.raises(Refused, match="写明理由"):
        actions.settle_objection(objection.id, ObjectionOutcome.DISMISSED, answer=blank, actor=stage.legal, now=NOW)
