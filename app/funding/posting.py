"""The only place that writes the ledger and the counters that repeat it, under the lock of the budget line."""

from datetime import datetime

from sqlalchemy import select

from app.common.access import Actor
from app.common.refusal import refuse_if
from app.extensions import db
from app.funding.constraints import flush_or_refuse
from app.funding.ledger import FLOWS, Account, Books, EntryKind, why_not_post
from app.funding.models import BudgetLine, LedgerEntry


def books_on(line: BudgetLine) -> Books:
    """A line's accounts as its counters say."""
    return Books(
        {
            Account.APPROPRIATION: -line.budget_fen,
            Account.AVAILABLE: line.budget_fen - line.committed_fen,
            Account.COMMITTED: line.committed_fen - line.paid_fen,
            Account.PAID: line.paid_fen - line.reclaimed_fen,
            Account.RECLAIMED: line.reclaimed_fen,
        }
    )


def lock_line(line_id: int) -> BudgetLine:
    """The line as it is now, held until the transaction ends. FOR NO KEY UPDATE, because rows that refer to the line hold a
    key-share lock on it: FOR UPDATE would let two approvals on one line wait for each other."""
    return db.session.scalars(
        select(BudgetLine).where(BudgetLine.id == line_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()


def post_entry(
    line_id: int, kind: EntryKind, amount_fen: int, *, actor: Actor, now: datetime,
    application_id: int | None = None, payment_id: int | None = None, clawback_id: int | None = None, memo: str = "",
) -> LedgerEntry:  # fmt: skip
    """Move money on a budget line. Raises Refused when the line does not hold it."""
    line = lock_line(line_id)
    source, target = FLOWS[kind]
    if kind is not EntryKind.FUND:
        refuse_if(why_not_post(books_on(line), kind, amount_fen))
    match kind:
        case EntryKind.COMMIT:
            line.committed_fen = BudgetLine.committed_fen + amount_fen
        case EntryKind.RELEASE:
            line.committed_fen = BudgetLine.committed_fen - amount_fen
        case EntryKind.PAY:
            line.paid_fen = BudgetLine.paid_fen + amount_fen
        case EntryKind.RECLAIM:
            line.reclaimed_fen = BudgetLine.reclaimed_fen + amount_fen
    entry = LedgerEntry(
        line_id=line_id,
        kind=kind,
        source=source,
        target=target,
        amount_fen=amount_fen,
        application_id=application_id,
        payment_id=payment_id,
        clawback_id=clawback_id,
        posted_at=now,
        posted_by_id=actor.user_id,
        memo=memo,
    )
    db.session.add(entry)
    flush_or_refuse()
    return entry
