"""Guessing is slowed, nobody is locked out for good."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.throttle import WINDOW, Failures, why_not_try

NOW = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pair", "name", "address", "knows", "refused"),
    [
        (4, 4, 4, False, False),
        (5, 5, 5, False, True),
        (0, 29, 0, False, False),
        (0, 30, 0, False, True),
        (0, 0, 60, False, True),
        (0, 500, 500, True, False),
        (5, 0, 0, True, True),
    ],
)
def test_limits(pair, name, address, knows, refused):
    reason = why_not_try(Failures(pair, name, address, NOW - timedelta(minutes=1)), knows_device=knows, now=NOW)
    assert (reason is not None) == refused


def test_the_refusal_says_how_long_and_never_longer_than_the_window():
    reason = why_not_try(Failures(5, 5, 5, NOW - timedelta(minutes=5)), knows_device=False, now=NOW)
    assert "10" in str(reason.next)
    latest = why_not_try(Failures(5, 5, 5, NOW), knows_device=False, now=NOW)
    assert str(int(WINDOW.total_seconds() // 60)) in str(latest.next)
