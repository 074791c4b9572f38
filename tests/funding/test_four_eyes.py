"""Nobody judges their own cause by changing hats: the applicant's side, the hands of each stage, the preparers of a programme."""

from dataclasses import replace

import pytest

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import Role
from app.accounts.session import actor_of
from app.common.audit import AuditEvent
from app.common.refusal import Refused
from app.enterprises.models import Enterprise
from app.extensions import db
from app.funding import actions
from app.funding.lifecycle import ApplicationStatus
from app.funding.review import Decision, ReviewStep
from tests import factories
from tests.factories import NOW
from tests.funding.things import DAY, DETAILS, TERMS, active_programme, passed, pay, payable, submitted

S = ApplicationStatus
R, PASSED = ReviewStep, Decision.PASSED


def with_hat(person, like, role: Role | None = None):
    """A second hat for an actor, in the organisation (and the role) of another one."""
    membership = factories.give_role(
        db.session.get(User, person.user_id), db.session.get(Organisation, like.organisation_id), role or like.role
    )
    db.session.flush()
    return actor_of(membership)


def test_a_manager_of_the_applicant_with_an_officers_hats_does_nothing_official(stage, session):
    writer = factories.actor(Role.COMMUNITY_MANAGER, organisation=db.session.get(Organisation, stage.community.organisation_id))
    street, finance, approver = (with_hat(writer, like) for like in (stage.street, stage.finance, stage.approver))
    made = actions.start_application(stage.programme.id, stage.compound.id, actor=writer, now=NOW)
    actions.update_application(made.id, actor=writer, now=NOW, **DETAILS)
    actions.submit(made.id, actor=stage.community, now=NOW)
    session.commit()
    with pytest.raises(Refused, match="回避"):
        actions.review(made.id, R.STREET, PASSED, actor=street, now=NOW)
    passed(stage, made)
    actions.publish(made.id, actor=stage.district, now=NOW)
    later = NOW + 9 * DAY
    payment = actions.record_payment(made.instalments[0].id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later)
    session.commit()
    with pytest.raises(Refused, match="回避"):
        actions.confirm_payment(payment.id, actor=finance, now=later)
    actions.confirm_payment(payment.id, actor=stage.second_finance, now=later)
    with pytest.raises(Refused, match="回避"):
        actions.accept(made.id, has_passed=True, score=100, assessed_on=later.date(), findings="好。", actor=street, now=later + DAY)
    with pytest.raises(Refused, match="回避"):
        actions.stop(made.id, reason="停。", actor=approver, now=later)
    session.rollback()


def test_a_hat_taken_off_long_ago_still_counts_and_so_does_the_payees(stage, session):
    application = submitted(stage)
    former = factories.actor(Role.STREET_OFFICER, organisation=db.session.get(Organisation, stage.street.organisation_id))
    clerk = with_hat(former, stage.enterprise_clerk)
    db.session.get(Membership, clerk.membership_id).ended_at = NOW - DAY
    session.flush()
    with pytest.raises(Refused, match="曾经任职"):
        actions.review(application.id, R.STREET, PASSED, actor=former, now=NOW)
    session.rollback()


def test_a_payee_that_came_to_the_platform_later_is_the_payee(stage, session):
    enterprise = db.session.get(Enterprise, stage.contract.enterprise_id)
    firm, enterprise.organisation_id = enterprise.organisation_id, None
    application = submitted(stage)
    assert application.payee_organisation_id is None
    enterprise.organisation_id = firm
    session.flush()
    clerk = with_hat(stage.street, stage.enterprise_clerk)
    assert clerk.organisation_id == firm
    with pytest.raises(Refused, match="回避"):
        actions.review(application.id, R.STREET, PASSED, actor=stage.street, now=NOW)
    session.rollback()


def test_who_edited_an_application_is_a_hand_though_another_one_sent_it(stage, session):
    made = actions.start_application(stage.programme.id, stage.compound.id, actor=stage.community, now=NOW)
    ghost = replace(stage.community, user_id=stage.second_finance.user_id)
    actions.update_application(made.id, actor=ghost, now=NOW, **DETAILS)
    actions.submit(made.id, actor=stage.community, now=NOW)
    passed(stage, made)
    actions.publish(made.id, actor=stage.district, now=NOW)
    with pytest.raises(Refused, match="填写、修改或者提交"):
        pay(stage, made, 1, NOW + 9 * DAY)
    session.rollback()


def test_who_approved_does_not_confirm_and_who_reviewed_does_not_accept(stage, session):
    application, later = payable(stage)
    payment = actions.record_payment(
        application.instalments[0].id, voucher_number="PZ-1", paid_on=later.date(), actor=stage.finance, now=later
    )
    session.commit()
    for verb in (actions.confirm_payment, lambda *args, **who: actions.reject_payment(*args, reason="不对。", **who)):
        with pytest.raises(Refused, match="其他环节"):
            verb(payment.id, actor=stage.approver, now=later)
        session.rollback()
    actions.confirm_payment(payment.id, actor=stage.second_approver, now=later)
    for who in (stage.street, stage.district):
        with pytest.raises(Refused, match="其他环节"):
            actions.accept(application.id, has_passed=True, score=90, assessed_on=later.date(), findings="好。", actor=who, now=later + DAY)
    session.rollback()


def test_the_same_officer_reviews_the_same_step_again_after_a_return(stage, session):
    application = submitted(stage)
    actions.review(application.id, R.STREET, Decision.RETURNED, reason="请补充。", actor=stage.street, now=NOW)
    actions.submit(application.id, actor=stage.community, now=NOW)
    passed(stage, application, R.STREET)
    two_hats = replace(stage.district, user_id=stage.street.user_id)
    with pytest.raises(Refused, match="其他环节"):
        actions.review(application.id, R.DISTRICT, PASSED, actor=two_hats, now=NOW)
    session.rollback()


def test_the_city_approves_a_city_programme(stage, session):
    application = passed(stage, submitted(stage), R.STREET, R.DISTRICT)
    session.commit()
    of_district = factories.actor(Role.BUREAU_APPROVER, organisation=db.session.get(Organisation, stage.district.organisation_id))
    with pytest.raises(Refused, match="不属于您所在的区"):
        actions.review(application.id, R.BUREAU, PASSED, actor=of_district, now=NOW)
    session.rollback()
    passed(stage, application, R.BUREAU)
    assert application.status is S.BUREAU_APPROVED


def test_a_districts_own_programme_is_approved_by_the_district(stage, session, at):
    approver = factories.actor(Role.BUREAU_APPROVER, organisation=db.session.get(Organisation, stage.district.organisation_id))
    own = active_programme(stage.finance, stage.approver, name="新华区补贴", division_code="410402")
    application = passed(stage, submitted(stage, programme=own), R.STREET, R.DISTRICT)
    actions.review(application.id, R.BUREAU, PASSED, actor=approver, now=NOW)
    session.commit()
    assert application.status is S.BUREAU_APPROVED
    assert "市局批准" not in at("district").get(f"/money/applications/{application.id}").main


def test_the_district_step_wants_the_district(stage, session):
    application = passed(stage, submitted(stage), R.STREET)
    session.commit()
    with pytest.raises(Refused, match="所在区"):
        actions.review(application.id, R.DISTRICT, PASSED, actor=stage.inspector, now=NOW)
    session.rollback()


@pytest.mark.parametrize("proposer", ["finance", "second_finance"])
def test_whoever_wrote_a_programme_does_not_activate_it_whoever_proposed_it(stage, session, proposer):
    approver = with_hat(stage.finance, stage.approver)
    terms = TERMS | {"name": "另一个"}
    made = actions.prepare_programme(rates_fen=(20,), lines_fen={"4104": terms["budget_fen"]}, actor=stage.finance, now=NOW, **terms)
    actions.propose(made.id, actor=getattr(stage, proposer), now=NOW)
    session.commit()
    with pytest.raises(Refused, match="不能自己启用"):
        actions.activate(made.id, actor=approver, now=NOW)
    session.rollback()
    actions.activate(made.id, actor=stage.approver, now=NOW)
    session.commit()


@pytest.mark.parametrize("name", ["system", "平台", "王建国"])
def test_a_visitors_name_on_the_trail_is_that_of_a_visitor(stage, session, name):
    application, _later = payable(stage)
    actions.raise_objection(application.id, name=name, phone="0375-1234567", text="不实。", address="192.0.2.9", actor=None, now=NOW)
    session.commit()
    row = session.scalars(db.select(AuditEvent).where(AuditEvent.event == "funding.object")).one()
    assert (row.user_name, str(row.person)) == (f"访客：{name}", f"访客：{name}")


def test_nobody_answers_their_own_objection(stage, session):
    application, _later = payable(stage)
    objection = actions.raise_objection(application.id, name="宋立新", phone="0375-1234567", text="不实。", actor=stage.legal, now=NOW)
    session.commit()
    with pytest.raises(Refused, match="同一个人"):
        actions.settle_objection(objection.id, "dismissed", answer="属实。", actor=stage.legal, now=NOW)
    session.rollback()
