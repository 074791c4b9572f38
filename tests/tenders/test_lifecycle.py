"""States × moves × roles against a table written by hand, and what the clock makes of a status."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.accounts.rules import Role
from app.tenders.lifecycle import (
    FACT_STATUSES,
    MOVES,
    Phase,
    Situation,
    Status,
    make_move,
    offered_moves,
    phase,
    why_not,
)

NOW = datetime(2009, 12, 8, 1, 30, tzinfo=UTC)
S = Status

EXPECTED = {
    # move: (leaves, reaches, role, side)
    "submit": ("draft returned", "submitted", Role.COMMUNITY_MANAGER, "own"),
    "take_back": ("submitted filed", "draft", Role.COMMUNITY_MANAGER, "own"),
    "return_notice": ("submitted", "returned", Role.BUREAU_OFFICER, "covers"),
    "confirm_filing": ("submitted", "filed", Role.BUREAU_OFFICER, "covers"),
    "publish": ("filed", "published", Role.COMMUNITY_MANAGER, "own"),
    "open": ("published", "opened", Role.COMMUNITY_MANAGER, "own"),
    "evaluate": ("opened", "evaluated", Role.COMMUNITY_MANAGER, "own"),
    "publish_candidates": ("evaluated", "candidates_public", Role.COMMUNITY_MANAGER, "own"),
    "award": ("candidates_public", "awarded", Role.COMMUNITY_MANAGER, "own"),
    "return_award": ("awarded", "candidates_public", Role.BUREAU_OFFICER, "covers"),
    "confirm_award": ("awarded", "award_filed", Role.BUREAU_OFFICER, "covers"),
    "withdraw_award": ("awarded award_filed", "candidates_public", Role.COMMUNITY_MANAGER, "own"),
    "record_contract": ("award_filed", "contracted", Role.COMMUNITY_MANAGER, "own"),
    "cancel": ("draft returned submitted filed published", "cancelled", Role.COMMUNITY_MANAGER, "own"),
    "declare_failed": ("published opened evaluated candidates_public", "failed", Role.COMMUNITY_MANAGER, "own"),
}


def ready(status: Status, name: str, **changes) -> Situation:
    """A situation in which nothing but state, role and side could stand in the way of the move."""
    facts = {
        "status": status,
        "now": NOW,
        "bid_deadline_at": NOW + timedelta(days=1) if name == "cancel" else NOW,
        "standing_bids": 2 if name == "declare_failed" else 3,
        "readable_bids": 2 if name == "declare_failed" else 3,
        "valid_bids": 0 if name == "declare_failed" else 3,
        "candidates_left": 0 if name == "declare_failed" else 3,
        "notice_ends_at": NOW,
    }
    return Situation(**{**facts, **changes})


def test_the_table_has_exactly_the_moves_that_are_written_here():
    assert set(MOVES) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("status", Status)
def test_a_move_leaves_only_its_states_and_obeys_only_its_role_and_side(name, status):
    leaves, _, role, side = EXPECTED[name]
    for who in Role:
        for is_own, covers in ((True, False), (False, True), (True, True), (False, False)):
            may = status.value in leaves.split() and who is role and (is_own if side == "own" else covers and not is_own)
            refused = why_not(name, ready(status, name, role=who, is_own=is_own, covers=covers))
            assert (refused is None) == may, (name, status, who, is_own, covers, refused)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_move_reaches_its_state_and_stamps_exactly_the_facts_of_that_state(name):
    leaves, reaches, _, _ = EXPECTED[name]
    for leaving in map(Status, leaves.split()):
        tender = SimpleNamespace(status=leaving, **{c: NOW if leaving in s else None for c, s in FACT_STATUSES.items()})
        make_move(tender, name, now=NOW)
        assert tender.status is Status(reaches)
        for column, statuses in FACT_STATUSES.items():
            if tender.status not in (S.CANCELLED, S.FAILED):
                assert (getattr(tender, column) is not None) == (tender.status in statuses), column


def test_a_status_that_a_move_does_not_leave_is_a_programming_error():
    with pytest.raises(ValueError, match="does not leave"):
        make_move(SimpleNamespace(status=S.DRAFT), "award", now=NOW)


OWN = {"role": Role.COMMUNITY_MANAGER, "is_own": True}
OFFICER = {"role": Role.BUREAU_OFFICER, "covers": True}


@pytest.mark.parametrize(
    ("name", "status", "changes", "words"),
    [
        ("submit", S.DRAFT, {**OWN, "gaps": 2}, "2 处"),
        ("confirm_filing", S.SUBMITTED, {**OFFICER, "is_preparer": True}, "不能由您办理"),
        ("return_notice", S.SUBMITTED, {**OFFICER, "is_preparer": True}, "不能由您办理"),
        ("confirm_award", S.AWARDED, {**OFFICER, "is_preparer": True}, "不能由您办理"),
        ("open", S.PUBLISHED, {**OWN, "bid_deadline_at": NOW + timedelta(microseconds=1)}, "尚未截止"),
        ("open", S.PUBLISHED, {**OWN, "standing_bids": 2}, "少于 3 个"),
        ("cancel", S.PUBLISHED, {**OWN, "bid_deadline_at": NOW}, "已经截止"),
        ("publish_candidates", S.EVALUATED, {**OWN, "valid_bids": 0}, "全部投标被否决"),
        ("publish_candidates", S.EVALUATED, {**OWN, "valid_bids": 2, "min_valid_bids": 3}, "有效投标只有 2 家，不足 3 家"),
        ("award", S.CANDIDATES_PUBLIC, {**OWN, "notice_ends_at": NOW + timedelta(microseconds=1)}, "尚未期满"),
        ("award", S.CANDIDATES_PUBLIC, {**OWN, "notice_ends_at": None}, "尚未期满"),
        ("award", S.CANDIDATES_PUBLIC, {**OWN, "unanswered_objections": 1}, "1 件异议"),
        ("declare_failed", S.PUBLISHED, {**OWN, "bid_deadline_at": NOW + timedelta(days=1), "standing_bids": None}, "尚未截止"),
        ("declare_failed", S.PUBLISHED, {**OWN, "standing_bids": 3}, "没有可以登记流标的情形"),
        ("declare_failed", S.PUBLISHED, {**OWN, "standing_bids": None}, "截止清单还没有固定"),
        ("declare_failed", S.OPENED, {**OWN, "readable_bids": 3}, "没有可以登记流标的情形"),
        ("declare_failed", S.EVALUATED, {**OWN, "valid_bids": 1}, "没有可以登记流标的情形"),
        ("declare_failed", S.CANDIDATES_PUBLIC, {**OWN, "candidates_left": 1}, "没有可以登记流标的情形"),
    ],
)
def test_what_stands_in_the_way_is_said(name, status, changes, words):
    assert words in str(why_not(name, ready(status, name, **changes)).text)


def test_buttons_are_the_entitled_moves_from_this_state():
    manager = ready(S.SUBMITTED, "", **OWN)
    officer = ready(S.SUBMITTED, "", **OFFICER)
    visitor = ready(S.SUBMITTED, "")
    assert [move.name for move, _ in offered_moves(manager)] == ["take_back", "cancel"]
    assert [move.name for move, _ in offered_moves(officer)] == ["return_notice", "confirm_filing"]
    assert offered_moves(visitor) == []


def test_bids_are_not_counted_before_the_deadline():
    def forbidden():
        raise AssertionError("the number of bids was asked for before the deadline")

    early = NOW - timedelta(milliseconds=1)
    assert phase(S.PUBLISHED, early, bid_deadline_at=NOW, standing_bids=forbidden) is Phase.BIDDING


@pytest.mark.parametrize(("bids", "expected"), [(0, Phase.TOO_FEW), (2, Phase.TOO_FEW), (3, Phase.CLOSED), (None, Phase.UNLISTED)])
def test_at_the_deadline_a_tender_is_closed_or_has_too_few_bids(bids, expected):
    assert phase(S.PUBLISHED, NOW, bid_deadline_at=NOW, standing_bids=bids) is expected


def test_the_notice_is_over_at_its_last_instant():
    before = NOW - timedelta(microseconds=1)
    assert phase(S.CANDIDATES_PUBLIC, before, notice_ends_at=NOW) is Phase.NOTICE
    assert phase(S.CANDIDATES_PUBLIC, NOW, notice_ends_at=NOW) is Phase.NOTICE_OVER


def test_every_other_status_is_its_own_phase():
    for status in set(Status) - {S.PUBLISHED, S.CANDIDATES_PUBLIC}:
        assert phase(status, NOW).value == status.value
