"""In place of a button that would refuse stands the reason; a reviewer sees which budget is how far used, and who decides."""

from app.accounts.models import Organisation, User
from app.accounts.rules import Role
from app.accounts.session import actor_of
from app.extensions import db
from app.funding import actions
from app.funding.lifecycle import ApplicationStatus
from app.funding.review import ReviewStep, status_label
from tests import factories
from tests.factories import NOW
from tests.funding.things import DAY, TERMS, active_programme, passed, payable, submitted


def test_who_served_the_applicant_reads_why_in_place_of_the_button(stage, session, at):
    application = submitted(stage)
    past = factories.give_role(
        db.session.get(User, stage.street.user_id), db.session.get(Organisation, stage.community.organisation_id), Role.COMMUNITY_MANAGER
    )
    past.ended_at = NOW - DAY
    session.commit()
    page = at("street").get(f"/money/applications/{application.id}")
    assert "应当回避" in page.main and "请转给与这两个单位都没有关系的同事办理" in page.main
    assert f"/money/applications/{application.id}/review" not in page.links


def test_the_citys_officer_reads_that_the_district_reviews(stage, session, at):
    application = passed(stage, submitted(stage), ReviewStep.STREET)
    session.commit()
    page = at("inspector").get(f"/money/applications/{application.id}")
    assert "由小区所在区的房管部门经办人办理" in page.main
    assert "由小区所在区" not in at("auditor").get(f"/money/applications/{application.id}").main


def test_who_recorded_a_payment_reads_that_another_confirms_it(stage, session, clock, at):
    application, later = payable(stage)
    actions.record_payment(application.instalments[0].id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later)
    session.commit()
    at("finance")
    clock.set(later)
    address = f"/money/applications/{application.id}"
    page = at("finance").get(address)
    assert "同一个人不能既经办又审批" in page.main and not any("/money/payments/" in link for link in page.links)
    page = at("second_finance").get(address)
    assert "同一个人不能既经办又审批" not in page.main and any("/money/payments/" in link for link in page.links)


def test_nothing_is_stopped_while_a_payment_waits_and_the_approver_reads_so(stage, session, clock, at):
    application, later = payable(stage)
    actions.record_payment(application.instalments[0].id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later)
    session.commit()
    at("second_approver")
    clock.set(later)
    page = at("second_approver").get(f"/money/applications/{application.id}")
    assert "请先复核或退回这笔付款登记" in page.main and f"/money/applications/{application.id}/stop" not in page.links


def test_who_prepared_a_programme_reads_why_it_is_not_theirs_to_activate(stage, session, at):
    finance_hat = factories.give_role(
        db.session.get(User, stage.second_approver.user_id),
        db.session.get(Organisation, stage.finance.organisation_id),
        Role.FINANCE_OFFICER,
    )
    terms = TERMS | {"name": "另一个项目"}
    programme = actions.prepare_programme(rates_fen=(20,), lines_fen={"4104": 90_000_000}, actor=actor_of(finance_hat), now=NOW, **terms)
    actions.propose(programme.id, actor=actor_of(finance_hat), now=NOW)
    finance_hat.ended_at = NOW
    session.commit()
    page = at("second_approver").get(f"/money/programmes/{programme.id}")
    assert "不能自己启用或退回" in page.main and "启用后预算入账" not in page.main
    page = at("approver").get(f"/money/programmes/{programme.id}")
    assert "不能自己启用或退回" not in page.main and "启用后预算入账" in page.main


def test_the_reviewer_sees_the_districts_line_and_the_whole_programme(stage, session, at):
    parts = {"410402": 20_000_000, "410403": 70_000_000}
    programme = active_programme(stage.finance, stage.approver, name="分区的项目", lines_fen=parts)
    application = passed(stage, submitted(stage, programme=programme), ReviewStep.STREET)
    session.commit()
    page = at("district").get(f"/money/applications/{application.id}/review")
    assert "新华区的预算额度" in page.main and "200,000.00 元" in page.main
    assert "整个项目的预算" in page.main and "900,000.00 元" in page.main
    assert "新华区的额度还剩 84,248.00 元" in page.main


def test_a_line_that_is_too_small_is_said_before_anybody_decides(stage, session, at):
    parts = {"410402": 10_000_000, "410403": 80_000_000}
    programme = active_programme(stage.finance, stage.approver, name="分区的项目", lines_fen=parts)
    application = passed(stage, submitted(stage, programme=programme), ReviewStep.STREET)
    session.commit()
    page = at("district").get(f"/money/applications/{application.id}/review")
    assert "超过新华区还可以批的 100,000.00 元，现在不能批准" in page.main


def test_the_tag_names_the_office_that_decides(stage, session, at):
    waiting = ApplicationStatus.DISTRICT_REVIEWED
    assert str(status_label(waiting, "4104")) == "待市局批准" and str(status_label(waiting, "410402")) == "待区级或市级批准"
    programme = active_programme(stage.finance, stage.approver, name="新华区的项目", division_code="410402")
    application = passed(stage, submitted(stage, programme=programme), ReviewStep.STREET, ReviewStep.DISTRICT)
    session.commit()
    for address in (f"/money/applications/{application.id}", "/money/applications", "/desk"):
        page = at("approver").get(address)
        assert "待区级或市级批准" in page.main and "待市局批准" not in page.main
