"""The applicant hears by mail of each step that decides about its money, and nobody hears of what did not happen."""

import pytest

from app.accounts.models import User
from app.common.mail import OutboxMail
from app.common.refusal import Refused
from app.extensions import db
from app.funding import actions
from app.funding.models import FundingApplication
from app.funding.review import Decision, ObjectionOutcome, ReviewStep
from tests.factories import NOW
from tests.funding.things import passed, pay, payable, submitted


def mails() -> list[OutboxMail]:
    db.session.flush()
    return list(db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id)))


def manager_email(stage) -> str:
    return db.session.get(User, stage.community.user_id).email


def test_the_applicant_is_mailed_at_approval_notice_and_payment(stage, session, app):
    application, later = payable(stage)
    pay(stage, application, 1, later, voucher="PZ-77")
    session.commit()
    told = mails()
    assert [mail.subject for mail in told] == ["申请已获批准：化肥厂家属院", "开始公示：化肥厂家属院", "第 1 期已付款：化肥厂家属院"]
    assert {mail.to for mail in told} == {manager_email(stage)}
    assert "批准金额 115,752.00 元" in told[0].text and "公示 7 天" in told[0].text
    assert "2009" in told[1].text and "24:00" in told[1].text
    assert "69,451.20 元已付给平顶山市常绿物业服务有限公司，凭证号 PZ-77" in told[2].text
    for mail in told:
        assert application.number in mail.text and f"{app.config['SITE_URL']}/money/applications/{application.id}" in mail.text
        assert application.payee_account not in mail.text


def test_a_return_says_what_to_mend(stage, session):
    application = submitted(stage)
    actions.review(application.id, ReviewStep.STREET, Decision.RETURNED, reason="缺合同复印件。", actor=stage.street, now=NOW)
    (mail,) = mails()
    assert mail.subject == "申请已退回补正：化肥厂家属院"
    assert f"{stage.street.organisation_name}的意见：缺合同复印件。" in mail.text and "补正后重新提交" in mail.text


def test_a_refusal_says_why_also_when_an_objection_brought_it(stage, session):
    application = passed(stage, submitted(stage), ReviewStep.STREET)
    actions.review(application.id, ReviewStep.DISTRICT, Decision.REFUSED, reason="不在范围。", actor=stage.district, now=NOW)
    application = passed(stage, submitted(stage))
    actions.publish(application.id, actor=stage.district, now=NOW)
    objection = actions.raise_objection(application.id, name="李强", phone="13800000000", text="没有保洁。", actor=None, now=NOW)
    actions.settle_objection(objection.id, ObjectionOutcome.UPHELD, answer="经核实属实。", actor=stage.legal, now=NOW)
    refusals = [mail for mail in mails() if mail.subject == "申请不予支持：化肥厂家属院"]
    assert ["不在范围。" in refusals[0].text, "经核实属实。" in refusals[1].text] == [True, True]
    assert "李强" not in refusals[1].text and "13800000000" not in refusals[1].text


def test_what_is_refused_to_the_officer_is_not_mailed(stage, session):
    application = submitted(stage)
    session.commit()
    with pytest.raises(Refused):
        actions.review(application.id, ReviewStep.STREET, Decision.RETURNED, reason="", actor=stage.street, now=NOW)
    session.rollback()
    assert db.session.get(FundingApplication, application.id).reviews == [] and mails() == []
