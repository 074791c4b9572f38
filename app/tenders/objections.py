"""Objections to the result: who may raise one, until when, and by when it is answered. Pure."""

from datetime import datetime

from app.common.i18n import _l
from app.common.refusal import Reason
from app.tenders.lifecycle import Status

ON_RESULT = _l("《招标投标法实施条例》第五十四条")


def why_not_object(*, status: Status, is_bidder: bool, notice_ends_at: datetime | None, now: datetime) -> Reason | None:
    """A bidder objects to the result within the notice period."""
    if status is not Status.CANDIDATES_PUBLIC or notice_ends_at is None or now >= notice_ends_at:
        return Reason(
            _l("对评标结果的异议应在中标候选人公示期间提出。"),
            basis=ON_RESULT,
            next=_l("公示期已过的，可自知道之日起 10 日内向监督部门投诉。"),
        )
    if not is_bidder:
        return Reason(_l("只有本项目的投标人能在平台提出异议。"), basis=ON_RESULT, next=_l("其他利害关系人可以书面向招标人提出。"))
    return None


def why_not_answer(*, is_tenderer: bool, is_answered: bool) -> Reason | None:
    if not is_tenderer:
        return Reason(_l("异议由招标人答复。"), basis=ON_RESULT, next=_l("请由招标单位的经办人办理。"))
    if is_answered:
        return Reason(_l("这件异议已经答复。"), next=_l("答复不能修改；有新情况的，请另行书面说明。"))
    return None
