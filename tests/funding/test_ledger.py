"""The books: every entry balances, and no series of entries overdraws an account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.refusal import Refused
from app.funding.ledger import FLOWS, Account, Books, EntryKind, books_of, post, postings, why_not_post


def test_each_kind_moves_money_as_written_here():
    assert {kind.value: tuple(account.value for account in flow) for kind, flow in FLOWS.items()} == {
        "fund": ("appropriation", "available"),
        "commit": ("available", "committed"),
        "release": ("committed", "available"),
        "pay": ("committed", "paid"),
        "reclaim": ("paid", "reclaimed"),
    }


def test_a_subsidy_from_budget_to_clawback():
    books = books_of(
        [(EntryKind.FUND, 1000), (EntryKind.COMMIT, 600), (EntryKind.PAY, 360), (EntryKind.RELEASE, 40), (EntryKind.RECLAIM, 100)]
    )
    assert (books.budget_fen, books.committed_fen, books.paid_fen, books.reclaimed_fen) == (1000, 560, 360, 100)
    assert books[Account.AVAILABLE] == 440
    assert books[Account.COMMITTED] == 200


@pytest.mark.parametrize(
    ("kind", "limit"),
    [(EntryKind.COMMIT, 400), (EntryKind.RELEASE, 240), (EntryKind.PAY, 240), (EntryKind.RECLAIM, 360)],
)
def test_the_last_fen_may_leave_an_account_and_not_one_more(kind, limit):
    books = books_of([(EntryKind.FUND, 1000), (EntryKind.COMMIT, 600), (EntryKind.PAY, 360)])
    assert why_not_post(books, kind, limit) is None
    with pytest.raises(Refused):
        post(books, kind, limit + 1)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_entry_without_amount_is_refused(amount):
    for kind in EntryKind:
        assert why_not_post(Books(), kind, amount) is not None


@given(st.lists(st.tuples(st.sampled_from(EntryKind), st.integers(-10, 10**9)), max_size=40))
def test_any_series_of_entries_balances_and_never_overdraws(series):
    books = Books()
    for kind, amount in series:
        try:
            books = post(books, kind, amount)
        except Refused:
            continue
        assert sum(posting.amount_fen for posting in postings(kind, amount)) == 0
        assert books.is_balanced and not books.is_overdrawn
        assert 0 <= books.reclaimed_fen <= books.paid_fen <= books.committed_fen <= books.budget_fen
