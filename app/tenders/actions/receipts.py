"""Receipts by mail: whoever handed in, took back or was refused gets the receipt of it, in the same transaction, and nobody else does.

A mail names the tender, what was done and when, and the hashes; it has no price, no names of files and no number of bids."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import bindparam, func, select
from sqlalchemy import event as events

from app.accounts.models import User
from app.common.audit import AuditEvent, on_record
from app.common.database import padded
from app.common.i18n import CHINESE, _l
from app.common.mail import OutboxMail, enclose_receipts, letter, send_mails
from app.extensions import db
from app.log import recording  # its listener comes first: the leaves are there before the mails that name them
from app.log.keys import WrongLogKey
from app.log.models import LogEntry
from app.log.queries import receipt
from app.tenders.bidding import exact_time
from app.tenders.queries.capsules import refusal_token

WORDS = {
    "bid.submit": _l("平台已经收到您提交的加密投标。"),
    "bid.replace": _l("平台已经收到您重新提交的加密投标，以这一次为准。"),
    "bid.withdraw": _l("您的投标已经撤回。截止前可以重新提交。"),
    "bid.refuse": _l("您的这次提交没有受理。此前已经取得回执的投标继续有效。"),
}
SUBJECTS = {
    "bid.submit": _l("投标已收到：%(title)s（%(number)s）"),
    "bid.replace": _l("投标已收到：%(title)s（%(number)s）"),
    "bid.withdraw": _l("投标已撤回：%(title)s（%(number)s）"),
    "bid.refuse": _l("未受理：%(title)s（%(number)s）"),
}
REFUSALS_A_DAY = 5
"""By mail, to one person in one tender: a refusal is easily provoked. What is signed of each stands on its page."""

PENDING = "receipts_pending"


def _note(row: AuditEvent, obj) -> None:
    if row.event in WORDS and row.user_id is not None:
        db.session.info.setdefault(PENDING, []).append((row, obj))


def write_pending() -> None:
    """Write the mails of what was recorded so far; a commit does it by itself."""
    noted = [(row, obj) for row, obj in db.session.info.pop(PENDING, []) if row.stands]
    if not noted:
        return
    recording.append_pending()
    people = _addresses_of(noted)
    letters: list[dict] = []
    with force_locale(CHINESE):
        for row, obj in noted:
            to = people.get(row.user_id)
            if row.leaf is None or to is None:
                continue
            left = REFUSALS_A_DAY - _refusals_mailed(to, obj.tender.number, row) if row.event == "bid.refuse" else None
            if left is None or left > 0:
                letters.append(_letter(to, row, obj.tender, is_last=left == 1))
    send_mails(letters)


def _addresses_of(noted: Sequence[tuple[AuditEvent, Any]]) -> dict[int, str]:
    ids = {row.user_id for row, _obj in noted}
    return dict(db.session.execute(_ADDRESSES, {"ids": padded(ids)}).all())


_ADDRESSES = select(User.id, User.email).where(User.id.in_(bindparam("ids", expanding=True)), User.active).order_by(User.id)


def _refusals_mailed(to: str, number: str, row: AuditEvent) -> int:
    db.session.flush()
    return db.session.scalar(
        select(func.count())
        .select_from(OutboxMail)
        .join(LogEntry, LogEntry.leaf_index == OutboxMail.receipt_leaf)
        .where(
            OutboxMail.to == to,
            LogEntry.event == "bid.refuse",
            LogEntry.tender_number == number,
            OutboxMail.written_at > row.at - timedelta(days=1),
        )
    )


def _letter(to: str, row: AuditEvent, tender, *, is_last: bool) -> dict:
    about = {key: row.facts[key] for key in ABOUT if row.facts.get(key)}
    subject, text = _frame(row.event, tuple(about), is_last)
    page = f"bid/refusals/{refusal_token(int(row.object_id))}" if row.event == "bid.refuse" else "bid/receipt"
    values = {"title": tender.title, "number": tender.number, "name": row.organisation_name, "moment": exact_time(row.at), "leaf": row.leaf}
    values |= about
    if address := current_app.config.get("SITE_URL", ""):
        text += f"{address}/tenders/{tender.number}/{page}\n{address}/log/verify\n".replace("%", "%%")
    return letter(to, subject % values, text % values, now=row.at, receipt_leaf=row.leaf)


ABOUT = {
    "reason": _l("原因：%(reason)s"),
    "receipt": _l("回执号：%(receipt)s"),
    "capsule": _l("封装校验值：%(capsule)s"),
}


@cache
def _frame(event: str, about: Sequence[str], is_last: bool) -> tuple[str, str]:
    """Subject and text of such a letter in Chinese, its values still to be put in. Made once: its sentences cost more than keeping the letter."""
    lines = [
        WORDS[event],
        "",
        _l("项目：%(title)s（%(number)s）"),
        _l("投标人：%(name)s"),
        _l("收到时间：%(moment)s"),
        *(ABOUT[key] for key in about),
        _l("日志第 %(leaf)d 格"),
        "",
        _l("附件是回执文件，请保存。在“核对回执”页面可以核对，不联网也能核对。"),
        _l("一天之内这个项目再有不受理的，不再发邮件；每一次的签名回执都在投标页面的“不受理记录”里查看和下载。") if is_last else None,
        _l("这封邮件只发给办理人本人。开标前请不要转发：它说明贵单位办理过投标，但不含报价、文件名和投标内容。"),
    ]
    with force_locale(CHINESE):
        return str(SUBJECTS[event]), "".join(f"{line}\n" for line in lines if line is not None)


def receipt_text(leaf: int) -> str:
    """The tlog-proof file of a leaf. Raises LookupError."""
    entry = db.session.scalar(select(LogEntry).where(LogEntry.leaf_index == leaf))
    if entry is None:
        raise LookupError(f"leaf {leaf} has no entry")
    try:
        return receipt(entry)
    except WrongLogKey as error:
        raise LookupError(str(error)) from error  # the mail waits; others go out


def _before_commit(session) -> None:
    if not session.in_nested_transaction() and session.info.get(PENDING):
        write_pending()


def _forget(session, *_args) -> None:
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)


def listen() -> None:
    """Begin to follow the audit trail; once a process."""
    on_record(_note)
    enclose_receipts(receipt_text)
    for name, listener in (("before_commit", _before_commit), ("after_commit", _forget), ("after_rollback", _forget)):
        if not events.contains(db.session, name, listener):
            events.listen(db.session, name, listener)


listen()
