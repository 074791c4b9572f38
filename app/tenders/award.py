"""Who may be awarded, in which order and for which reasons another; what a contract must say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.common.i18n import _l
from app.common.money import yuan
from app.common.refusal import Reason
from app.tenders.kinds import PassReason
from app.tenders.parameters import Sheet
from app.tenders.timetable import day_in_words

IN_ORDER = _l("《招标投标法实施条例》第五十五条")


@dataclass(frozen=True)
class Candidate:
    bid_id: int
    rank: int
    passed: PassReason | None = None


def next_candidate(candidates: Sequence[Candidate]) -> Candidate | None:
    """The best ranked candidate whom no lawful reason rules out."""
    left = [candidate for candidate in candidates if candidate.passed is None]
    return min(left, key=lambda candidate: candidate.rank, default=None)


def why_not_award(bid_id: int, candidates: Sequence[Candidate]) -> Reason | None:
    """The tenderer takes the candidates in their order; the next one only when a lawful reason rules the first out."""
    chosen = next((candidate for candidate in candidates if candidate.bid_id == bid_id), None)
    if chosen is None:
        return Reason(_l("只能从公示的中标候选人中确定中标人。"), basis=_l("《招标投标法》第四十条"), next=_l("请选择公示的候选人。"))
    if chosen.passed is not None:
        return Reason(
            _l("该候选人已记录不能中标的理由（%(reason)s）。", reason=chosen.passed.label), basis=IN_ORDER, next=_l("请确定下一名候选人。")
        )
    first = next_candidate(candidates)
    if first is not None and first.rank < chosen.rank:
        return Reason(
            _l("第 %(rank)d 名候选人尚未依法排除，不能确定第 %(chosen)d 名。", rank=first.rank, chosen=chosen.rank),
            basis=IN_ORDER,
            next=_l("请确定排名在前的候选人；其不能中标的，先记录法定理由。"),
        )
    return None


def why_not_pass_over(bid_id: int, candidates: Sequence[Candidate]) -> Reason | None:
    """A reason is recorded for the candidate whose turn it is, and for nobody else."""
    first = next_candidate(candidates)
    if first is None or first.bid_id != bid_id:
        return Reason(_l("只能对当前排名最前的候选人记录理由。"), basis=IN_ORDER, next=_l("请刷新页面查看最新状态。"))
    return None


def why_not_contract(
    *, price_fen: int, awarded_fen: int, starts_on: date, ends_on: date, signed_on: date, sheet: Sheet
) -> tuple[str, Reason] | None:
    """The contract keeps to the winning bid, begins no earlier than it is signed and not long after: (form field, reason)."""
    if price_fen != awarded_fen:
        return "price", Reason(
            _l("合同单价 %(price)s 元与中标单价 %(awarded)s 元不一致。", price=yuan(price_fen), awarded=yuan(awarded_fen)),
            basis=_l("《招标投标法》第四十六条"),
            next=_l("合同单价应与中标单价一致；合同写错的，请改正后再登记。"),
        )
    if starts_on < signed_on:
        return "starts_on", Reason(
            _l("服务开始日期早于合同签订日期。"), basis=_l("《民法典》第九百三十八条"), next=_l("请核对合同上的日期。")
        )
    latest = signed_on + timedelta(days=sheet["service_start_max_days"])
    if starts_on > latest:
        return "starts_on", Reason(
            _l("服务应在合同签订后 %(days)d 日内开始，最晚 %(day)s。", days=sheet["service_start_max_days"], day=day_in_words(latest)),
            basis=sheet.basis("service_start_max_days"),
            next=_l("请核对合同上的服务开始日期。"),
        )
    return None


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        if last > day.day:
            continue
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
