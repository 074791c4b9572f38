"""The ladder below the holders: a window in which bidders open their own bids, and when an opening may go on without the rest. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.common.i18n import _l
from app.common.refusal import Reason

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(days=3)
"""Bidders are online at an opening (电子招标投标办法第二十九条), but one without a mail at hand needs its time too."""

RULE = _l("《电子招标投标办法》第三十一条；本平台规则：解密的补救办法随招标公告公布")
SECRET = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")


@dataclass(frozen=True)
class Standing:
    """How far an opening has come, in plain values."""

    is_listed: bool
    is_publishable: bool
    """There are as many bids as the law asks for."""
    waiting: int
    """Capsules that are not open yet."""
    window_ends_at: datetime | None = None
    """End of the last window that was announced."""
    is_opened: bool = False
    """The opening record was made."""


def _why_not_yet(at: Standing) -> Reason | None:
    if at.is_opened or not at.is_listed or not at.is_publishable:
        return Reason(_l("现在不在解密阶段。"), next=_l("请返回开标室查看进度。"))
    if not at.waiting:
        return Reason(_l("投标已经全部解密。"), next=_l("请返回开标室，制作开标记录。"))
    return None


def why_not_announce(at: Standing, ends_at: datetime | None, *, now: datetime) -> Reason | None:
    """Why no window can be announced now, or not until this instant. One at a time; a further one may follow."""
    if wrong := _why_not_yet(at):
        return wrong
    if at.window_ends_at is not None and now < at.window_ends_at:
        return Reason(_l("补救解密的时间已经公布，还没有结束。"), next=_l("请等这段时间结束。"))
    if ends_at is not None and not SHORTEST <= ends_at - now <= LONGEST:
        return Reason(
            _l("补救解密的时间应当在 30 分钟以上、3 日以内。"),
            basis=RULE,
            next=_l("请另选结束的时间，使每个投标人都来得及找出恢复文件。"),
        )
    return None


def why_not_recover(at: Standing, *, now: datetime) -> Reason | None:
    """Why a bidder can't hand in its recovery file now."""
    if wrong := _why_not_yet(at):
        return wrong
    if at.window_ends_at is None:
        return Reason(_l("本项目没有开设补救解密。"), basis=RULE, next=_l("保管人到场即可解密，您不需要做什么；恢复文件请自己留好。"))
    if now >= at.window_ends_at:
        return Reason(_l("补救解密的时间已经结束。"), basis=RULE, next=_l("对开标有异议的，请当场或者在项目页面提出。"))
    return None


def why_not_give_up(at: Standing, *, now: datetime) -> Reason | None:
    """Why the opening can't go on without the bids that are still shut: their bidders must have had their window."""
    if wrong := _why_not_yet(at):
        return wrong
    if at.window_ends_at is None:
        return Reason(
            _l("还没有给投标人自己解密的机会，不能认定投标未能解密。"),
            basis=RULE,
            next=_l("请先公布补救解密的时间，让投标人提交恢复文件。"),
        )
    if now < at.window_ends_at:
        return Reason(_l("补救解密的时间还没有结束。"), basis=RULE, next=_l("请等这段时间结束后再办理。"))
    return None


def find_secret(text: str) -> str:
    """The bid's own key in what a bidder typed or in the recovery file, whose other lines are remarks; empty when there is none."""
    found = SECRET.search(text.upper())
    return found[0] if found else ""
