"""Correcting the dates of a recorded contract: by the bureau over the place, with a reason, before any money rests on it."""

from collections.abc import Callable
from datetime import date, datetime

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.enterprises.actions import correct_contract_dates
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.contracts import ask_signature, ask_terms, begin_service_if_due
from app.tenders.models import Contract, Tender
from app.tenders.queries.contracts import contract_of_tender, has_begun
from app.tenders.timetable import local_day

label_events(
    {"tender.correct_contract": _l("更正合同登记")},
    {
        "signed_on_before": _l("原签订日期"),
        "starts_on_before": _l("原服务开始"),
        "ends_on_before": _l("原服务期满"),
        "correction_reason": _l("更正的理由"),
    },
)

_CLAIMANTS: list[Callable[[int], str | None]] = []


def rests_on_contract(asked: Callable[[int], str | None]) -> Callable[[int], str | None]:
    """Let a package above say what rests on a contract: its number, or None."""
    if asked not in _CLAIMANTS:
        _CLAIMANTS.append(asked)
    return asked


def why_not_correct(contract: Contract, *, actor: Actor) -> Reason | None:
    if contract.recorded_by_id == actor.user_id:
        return Reason(_l("登记合同的人不能自己更正登记。"), basis=_l("经办与审核相分离"), next=_l("请转给另一位同事办理。"))
    number = next((found for asked in _CLAIMANTS if (found := asked(contract.id))), None)
    if number:
        return Reason(
            _l("这份合同已经有资金申请（%(number)s），不能更正登记。", number=number),
            next=_l("请先由申请单位撤回申请，或由审核单位不予支持。"),
        )
    return None


def correct_contract(tender: Tender, *, signed_on: date, starts_on: date, reason: str, actor: Actor, now: datetime) -> Contract:
    """The dates as the signed contract has them; what stood before stays in the trail and in the public log."""
    tender = lock_tender(tender)
    contract = contract_of_tender(tender.id)
    if contract is None:
        raise Refused(Reason(_l("这个项目还没有登记合同。"), next=_l("请刷新页面查看最新状态。")))
    refuse_if(why_not_correct(contract, actor=actor))
    if not reason.strip():
        raise Refused(Reason(_l("请写明更正的理由。")), field="reason")
    if (signed_on, starts_on) == (contract.signed_on, contract.starts_on):
        raise Refused(Reason(_l("日期没有变化，不用更正。"), next=_l("请填写合同上的正确日期。")), field="starts_on")
    ask_signature(tender, signed_on, contract.late_reason or reason, now)
    ends_on = ask_terms(tender, contract.award.price_fen, price_fen=contract.price_fen, signed_on=signed_on, starts_on=starts_on)
    begun = has_begun(contract)
    if begun and not starts_on <= local_day(now) <= ends_on:
        raise Refused(
            Reason(_l("平台已按这份合同记下服务开始，更正后的服务期应包括今天。"), next=_l("请填写合同上的正确日期。")), field="starts_on"
        )
    before = {"signed_on_before": contract.signed_on, "starts_on_before": contract.starts_on, "ends_on_before": contract.ends_on}
    contract.signed_on, contract.starts_on, contract.ends_on = signed_on, starts_on, ends_on
    record(
        "tender.correct_contract", tender, actor=actor, now=now,
        **{key: day.isoformat() for key, day in before.items()},
        signed_on=signed_on, starts_on=starts_on, ends_on=ends_on, correction_reason=reason.strip(),
    )  # fmt: skip
    correct_contract_dates(
        contract.enterprise, reference=tender.number, signed_on=signed_on, since_on=starts_on, until_on=ends_on, actor=actor, now=now
    )
    if not begun:
        begin_service_if_due(tender, contract, actor=actor, now=now)
    return contract
