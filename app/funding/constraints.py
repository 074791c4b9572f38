"""The database is the last judge: its constraints, when they refuse, are answered with the sentence that the rule would have said."""

from sqlalchemy.exc import IntegrityError

from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.extensions import db
from app.funding.ledger import BUDGET_EXHAUSTED, NOTHING_COMMITTED, OVERDRAFTS, EntryKind

SOMEBODY_ELSE_DID = Reason(_l("这一步刚刚已经办过了。"), next=_l("请刷新页面查看最新进度。"))
VOUCHER_TAKEN = Reason(_l("这个付款凭证号已经登记过。"), basis=_l("一张凭证只能登记一次，防止重复付款"), next=_l("请核对凭证号。"))
ALREADY_PAID = Reason(
    _l("这一期已经登记过付款，不能重复登记。"), basis=_l("一期只付一次（资金办法）"), next=_l("登记有误的，请由复核人退回后重新登记。")
)
MONTH_TAKEN = Reason(
    _l("这个小区在所报期间里有的月份已经由另一份申请补贴。"), basis=_l("同一小区同一月份只补一次"), next=_l("请查看该小区已有的申请。")
)
COMPOUND_TAKEN = Reason(_l("这个小区在本项目中已有申请，不能重复申请。"), next=_l("请在已有的申请上办理。"))
NAME_TAKEN = Reason(_l("已有同名的项目。"), next=_l("请在名称中写明年度或适用范围。"))
SAME_PERSON = Reason(_l("同一个人不能既经办又审批。"), basis=_l("经办与审批相分离"), next=_l("请转给另一位同事办理。"))
RECEIPT_TAKEN = Reason(_l("这个缴款凭证号已经登记过。"), next=_l("请核对凭证号。"))
OBJECTED_ALREADY = Reason(_l("您已经对这份申请提出过异议。"), next=_l("请等待答复；答复会公布在本页。"))

SENTENCES: tuple[tuple[str, str, Reason], ...] = (
    ("ck_budget_line_not_overdrawn", "", BUDGET_EXHAUSTED),
    ("ck_budget_line_paid_within_committed", "", NOTHING_COMMITTED),
    ("ck_budget_line_reclaimed_within_paid", "", OVERDRAFTS[EntryKind.RECLAIM]),
    ("uq_payment_instalment", "payment.instalment_id", ALREADY_PAID),
    ("uq_payment_voucher", "payment.voucher_number", VOUCHER_TAKEN),
    ("uq_subsidy_month_compound_month", "subsidy_month.compound_id, subsidy_month.month_on", MONTH_TAKEN),
    ("uq_funding_application_live", "funding_application.programme_id, funding_application.compound_id", COMPOUND_TAKEN),
    ("uq_funding_review_application_round_step", "funding_review.application_id", SOMEBODY_ELSE_DID),
    ("uq_funding_objection_application_phone", "funding_objection.application_id, funding_objection.phone", OBJECTED_ALREADY),
    ("uq_acceptance_passed", "acceptance.application_id", SOMEBODY_ELSE_DID),
    ("uq_clawback_open", "clawback.application_id", SOMEBODY_ELSE_DID),
    ("uq_clawback_receipt", "clawback.receipt_number", RECEIPT_TAKEN),
    ("uq_ledger_entry_", "ledger_entry.", SOMEBODY_ELSE_DID),
    ("uq_instalment_", "instalment.", SOMEBODY_ELSE_DID),
    ("uq_programme_name", "programme.name", NAME_TAKEN),
    ("four_eyes", "", SAME_PERSON),
)
"""Constraint (as PostgreSQL names it), its columns (as SQLite names a unique index), sentence."""


def flush_or_refuse() -> None:
    """Send the changes to the database; a constraint that refuses them undoes the whole transaction and becomes Refused."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        message = str(error.orig)
        for name, columns, reason in SENTENCES:
            if name in message or (columns and f"UNIQUE constraint failed: {columns}" in message):
                raise Refused(reason) from error
        raise
