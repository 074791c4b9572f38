"""Mails to the applicant at the steps that decide about its money, written in the transaction of what they tell; in Chinese, the language of the notice."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app
from flask_babel import force_locale

from app.accounts.queries import emails_of
from app.accounts.rules import Role
from app.common.access import Actor
from app.common.figures import day_text, money_text
from app.common.i18n import _l
from app.common.mail import send_mail
from app.funding.models import FundingApplication, Payment
from app.funding.review import Decision


def tell_decision(application: FundingApplication, decision: Decision, reason: str, *, actor: Actor, now: datetime) -> None:
    """Returned or refused, with the office and its reason."""
    if decision is Decision.RETURNED:
        subject = _l("申请已退回补正：%(compound)s", compound=application.compound_name)
        next_step = _l("请按意见补正后重新提交。")
    else:
        subject = _l("申请不予支持：%(compound)s", compound=application.compound_name)
        next_step = _l("项目仍在受理的，改正后可以重新申请；对决定有疑问的，请拨打监督投诉电话 %(phone)s。", phone=current_app.config["COMPLAINTS_PHONE"])  # fmt: skip
    _tell(
        application, subject, lambda: _l("%(office)s的意见：%(reason)s", office=actor.organisation_name, reason=reason), next_step, now=now
    )


def tell_approval(application: FundingApplication, *, now: datetime) -> None:
    _tell(
        application,
        _l("申请已获批准：%(compound)s", compound=application.compound_name),
        lambda: _l("批准金额 %(amount)s。", amount=money_text(application.amount_fen)),
        _l("接下来公示 %(days)d 天，期满没有未答复的异议，即可付款。您暂时不用办理。", days=application.programme.publicity_days),
        now=now,
    )


def tell_notice(application: FundingApplication, *, now: datetime) -> None:
    _tell(
        application,
        _l("开始公示：%(compound)s", compound=application.compound_name),
        lambda: _l("公示到 %(day)s 24:00。", day=day_text(application.publicity_ends_on)),
        _l("公示期内任何人都可以实名提出异议，答复以前不付款。"),
        now=now,
    )


def tell_payment(application: FundingApplication, payment: Payment, *, now: datetime) -> None:
    number, payee = payment.instalment.number, application.payee_name
    _tell(
        application,
        _l("第 %(number)d 期已付款：%(compound)s", number=number, compound=application.compound_name),
        lambda: _l(
            "%(amount)s已付给%(payee)s，凭证号 %(voucher)s。",
            amount=money_text(payment.amount_fen),
            payee=payee,
            voucher=payment.voucher_number,
        ),  # fmt: skip
        _l("请与收款单位核对到账；没有收到的，请联系付款的房管部门。"),
        now=now,
    )


def _tell(application: FundingApplication, subject, text: Callable, next_step, *, now: datetime) -> None:
    """One mail to each of the applicant's managers, with the application's number and address below."""
    with force_locale("zh_CN"):
        foot = str(_l("资金申请：%(programme)s（%(number)s）", programme=application.programme.name, number=application.number))
        address = current_app.config.get("SITE_URL", "")
        foot += f"\n{address}/money/applications/{application.id}" if address else ""
        body = f"{subject}\n\n{text()}\n{next_step}\n\n{foot}\n"
        for email in emails_of(application.applicant_id, Role.COMMUNITY_MANAGER):
            send_mail(email, str(subject), body, now=now)
