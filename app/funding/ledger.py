"""Where each fen is: every entry moves one amount from one account to another, so the books balance by construction."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason, Refused


class Account(LabelledEnum):
    APPROPRIATION = "appropriation", _l("预算来源"), "info"
    AVAILABLE = "available", _l("可用预算"), "open"
    COMMITTED = "committed", _l("已批待付"), "wait"
    PAID = "paid", _l("已支付"), "badge"
    RECLAIMED = "reclaimed", _l("已追回"), "soon"


class EntryKind(LabelledEnum):
    FUND = "fund", _l("安排预算"), "info"
    COMMIT = "commit", _l("批准占用"), "wait"
    RELEASE = "release", _l("释放占用"), "done"
    PAY = "pay", _l("支付"), "badge"
    RECLAIM = "reclaim", _l("追回"), "soon"


FLOWS = {
    EntryKind.FUND: (Account.APPROPRIATION, Account.AVAILABLE),
    EntryKind.COMMIT: (Account.AVAILABLE, Account.COMMITTED),
    EntryKind.RELEASE: (Account.COMMITTED, Account.AVAILABLE),
    EntryKind.PAY: (Account.COMMITTED, Account.PAID),
    EntryKind.RECLAIM: (Account.PAID, Account.RECLAIMED),
}
"""From which account to which each kind of entry moves money. Reclaimed money goes back to the treasury and is not granted anew."""


@dataclass(frozen=True)
class Posting:
    account: Account
    amount_fen: int
    """Positive into the account, negative out of it."""


def postings(kind: EntryKind, amount_fen: int) -> tuple[Posting, Posting]:
    """The two sides of an entry; they add up to zero."""
    source, target = FLOWS[kind]
    return Posting(source, -amount_fen), Posting(target, amount_fen)


@dataclass(frozen=True)
class Books:
    """The accounts of one budget line (or of several, added up), in fen."""

    balances: dict[Account, int] = field(default_factory=lambda: dict.fromkeys(Account, 0))

    def __getitem__(self, account: Account) -> int:
        return self.balances[account]

    @property
    def budget_fen(self) -> int:
        return -self[Account.APPROPRIATION]

    @property
    def committed_fen(self) -> int:
        """Everything approved, paid or not."""
        return self[Account.COMMITTED] + self.paid_fen

    @property
    def paid_fen(self) -> int:
        """Everything that ever left, reclaimed or not."""
        return self[Account.PAID] + self.reclaimed_fen

    @property
    def reclaimed_fen(self) -> int:
        return self[Account.RECLAIMED]

    @property
    def is_balanced(self) -> bool:
        return sum(self.balances.values()) == 0

    @property
    def is_overdrawn(self) -> bool:
        return any(self[account] < 0 for account in Account if account is not Account.APPROPRIATION)


def why_not_post(books: Books, kind: EntryKind, amount_fen: int) -> Reason | None:
    """Why an entry can't be made: nothing leaves an account that does not hold it. Only the appropriation may go below zero."""
    if amount_fen <= 0:
        return Reason(_l("金额必须大于 0。"), next=_l("请核对金额。"))
    source, _target = FLOWS[kind]
    if source is Account.APPROPRIATION or books[source] >= amount_fen:
        return None
    return OVERDRAFTS[kind]


BUDGET_EXHAUSTED = Reason(
    _l("这一预算的可用余额不够，不能批准。"),
    basis=_l("《预算法》第十三条：未列入预算的不得支出"),
    next=_l("请退回申请等待追加预算，或由财务另行提出新的项目预算。"),
)
NOTHING_COMMITTED = Reason(_l("没有这么多已批待付的金额。"), next=_l("请刷新页面，核对拨付记录。"))
OVERDRAFTS = {
    EntryKind.COMMIT: BUDGET_EXHAUSTED,
    EntryKind.RELEASE: NOTHING_COMMITTED,
    EntryKind.PAY: NOTHING_COMMITTED,
    EntryKind.RECLAIM: Reason(_l("追回的金额超过了已经支付的金额。"), next=_l("请按实际支付的金额填写。")),
}


def post(books: Books, kind: EntryKind, amount_fen: int) -> Books:
    """The books after one more entry; an entry that the books do not allow raises Refused."""
    if reason := why_not_post(books, kind, amount_fen):
        raise Refused(reason)
    balances = dict(books.balances)
    for posting in postings(kind, amount_fen):
        balances[posting.account] += posting.amount_fen
    return Books(balances)


def books_of(entries: Iterable[tuple[EntryKind, int]]) -> Books:
    """The books that a series of entries (kind, fen) leads to."""
    books = Books()
    for kind, amount_fen in entries:
        books = post(books, kind, amount_fen)
    return books
