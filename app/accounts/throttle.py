"""Guessing passwords is slowed down; a victim is never locked out for good. Pure.

After OWASP's device cookies: a browser that has signed in before is counted apart, so that strangers' failures on
somebody's name do not reach that person's own computer; every limit ends by itself after WINDOW.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.common.i18n import _l
from app.common.refusal import Reason

WINDOW = timedelta(minutes=15)
FAILURES_PER_PAIR = 5
"""From one address, or one known device, on one name."""
FAILURES_PER_NAME = 30
"""On one name from all unknown devices together."""
FAILURES_PER_ADDRESS = 60
"""From one address on all names: an office shares an address."""


@dataclass(frozen=True)
class Failures:
    """Failed attempts within WINDOW, and when the oldest counted one was."""

    of_pair: int
    of_name: int
    of_address: int
    oldest_at: datetime | None


def why_not_try(failures: Failures, *, knows_device: bool, now: datetime) -> Reason | None:
    """`now` is the host's clock: a demonstration clock that stands still must not keep a lock shut."""
    is_locked = failures.of_pair >= FAILURES_PER_PAIR
    if not knows_device:
        is_locked |= failures.of_name >= FAILURES_PER_NAME or failures.of_address >= FAILURES_PER_ADDRESS
    if not is_locked:
        return None
    end = (failures.oldest_at or now) + WINDOW
    minutes = max(1, -((now - end) // timedelta(minutes=1)))
    return Reason(
        _l("密码错误次数太多，暂时不能登录。"),
        next=_l("请在 %(minutes)d 分钟后再试，或者用邮件重设密码。", minutes=minutes),
    )
