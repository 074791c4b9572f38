"""What a programme may grant, to whom and when; finance prepares it, an approver activates it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.accounts.rules import OrganisationKind, Role
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason
from app.funding.lifecycle import SEPARATION
from app.funding.subsidy import why_not_split
from app.tenders.timetable import day_in_words


class ProgrammeKind(LabelledEnum):
    SUBSIDY = "subsidy", _l("补贴"), "info"
    HONOUR = "honour", _l("奖励"), "badge"


class Payee(LabelledEnum):
    ENTERPRISE = "enterprise", _l("合同约定的物业服务企业"), "info"
    APPLICANT = "applicant", _l("申请单位"), "info"


class ProgrammeStatus(LabelledEnum):
    DRAFT = "draft", _l("编制中"), "wait"
    PROPOSED = "proposed", _l("待启用"), "wait"
    ACTIVE = "active", _l("已启用"), "open"
    ENDED = "ended", _l("已停止受理"), "done"


class Window(LabelledEnum):
    """What the clock says of an active programme."""

    UPCOMING = "upcoming", _l("尚未开始受理"), "info"
    OPEN = "open", _l("正在受理"), "open"
    CLOSED = "closed", _l("受理已截止"), "done"


APPLICANT_KINDS = (OrganisationKind.COMMUNITY, OrganisationKind.OWNERS_COMMITTEE)


@dataclass(frozen=True)
class ProgrammeMove:
    name: str
    label: Any
    leaves: frozenset[ProgrammeStatus]
    reaches: ProgrammeStatus
    roles: frozenset[Role]
    is_separate: bool = False


P = ProgrammeStatus
PROGRAMME_MOVES = {
    move.name: move
    for move in (
        ProgrammeMove("edit", _l("修改项目"), frozenset({P.DRAFT}), P.DRAFT, frozenset({Role.FINANCE_OFFICER})),
        ProgrammeMove("propose", _l("提请启用"), frozenset({P.DRAFT}), P.PROPOSED, frozenset({Role.FINANCE_OFFICER})),
        ProgrammeMove("send_back", _l("退回修改"), frozenset({P.PROPOSED}), P.DRAFT, frozenset({Role.BUREAU_APPROVER}), is_separate=True),
        ProgrammeMove("activate", _l("启用项目"), frozenset({P.PROPOSED}), P.ACTIVE, frozenset({Role.BUREAU_APPROVER}), is_separate=True),
        ProgrammeMove("end", _l("停止受理"), frozenset({P.ACTIVE}), P.ENDED, frozenset({Role.BUREAU_APPROVER})),
    )
}


def why_not_move_programme(name: str, status: ProgrammeStatus, is_preparer: bool, person) -> Reason | None:
    """Why this person can't make this move on a programme; a preparer is who ever wrote, edited or proposed it."""
    move = PROGRAMME_MOVES[name]
    if person is None or person.role not in move.roles:
        return Reason(_l("您现在的身份不能办理“%(move)s”。", move=move.label), next=_l("请换用有这项职责的身份，或转给负责的同事。"))
    if status not in move.leaves:
        return Reason(
            _l("这个项目现在的状态是“%(status)s”，不能办理“%(move)s”。", status=status.label, move=move.label),
            next=_l("可能别人刚刚办过。请刷新页面查看。"),
        )
    if move.is_separate and is_preparer:
        return Reason(
            _l("编制、修改或者提请过这个项目的人，不能自己启用或退回。"),
            basis=SEPARATION,
            next=_l("请转给另一位没有经手过这个项目的审批人办理。"),
        )
    return None


def window(opens_on: date, closes_on: date, today: date) -> Window:
    """Both days belong to the window."""
    if today < opens_on:
        return Window.UPCOMING
    return Window.OPEN if today <= closes_on else Window.CLOSED


def why_not_fund(budget_fen: int, lines_fen: Mapping[str, int], division_code: str) -> Reason | None:
    """Why these budget lines (division code → fen) can't carry this budget."""
    if not lines_fen or any(amount <= 0 for amount in lines_fen.values()):
        return Reason(_l("每一条预算的金额都必须大于 0。"), next=_l("请至少填写一个区的预算。"))
    if any(not code.startswith(division_code) for code in lines_fen):
        return Reason(_l("预算分到了项目适用范围以外的区。"), next=_l("请只在适用范围内分配预算。"))
    if sum(lines_fen.values()) != budget_fen:
        return Reason(
            _l("各区预算之和不等于项目总预算。"),
            basis=_l("《预算法》第十三条"),
            next=_l("请调整各区预算或总预算，使两者相等。"),
        )
    return None


def why_not_programme(
    *, kind: ProgrammeKind, rates_fen: tuple[int, ...], cap_months: int | None, fixed_sum_fen: int | None,
    shares_bp: tuple[int, ...], opens_on: date, closes_on: date, applicant_kinds: Collection[str],
) -> tuple[str, Reason] | None:  # fmt: skip
    """The first thing that keeps a programme from being whole: (form field, reason)."""
    if kind is ProgrammeKind.SUBSIDY:
        if not rates_fen or any(not 0 < rate <= 1_000 for rate in rates_fen) or len(rates_fen) > 5:
            return "rates", Reason(
                _l("补贴标准应为 1 至 5 个数，每个大于 0 且不超过 10.00 元。"), next=_l("请按合同年度填写，例如 0.30、0.20、0.10。")
            )
        if not cap_months or not 1 <= cap_months <= 60:
            return "cap_months", Reason(_l("最长补贴月数应为 1 至 60 个月。"), next=_l("请修改月数。"))
    elif not fixed_sum_fen or fixed_sum_fen < 100:
        return "fixed_sum", Reason(_l("奖励项目要写明每个小区的定额奖金。"), next=_l("请填写奖金。"))
    if reason := why_not_split(shares_bp):
        return "shares", reason
    if closes_on < opens_on:
        return "closes_on", Reason(_l("截止日早于开始日。"), next=_l("请修改受理起止日。"))
    if not applicant_kinds:
        return "applicant_kinds", Reason(_l("没有写明谁可以申请。"), next=_l("请至少选择一类申请单位。"))
    return None


@dataclass(frozen=True)
class Terms:
    """What the check of an application asks of its programme."""

    status: ProgrammeStatus
    kind: ProgrammeKind
    payee: Payee
    division_code: str
    opens_on: date
    closes_on: date
    applicant_kinds: frozenset[str]


@dataclass(frozen=True)
class ContractFacts:
    """What the check of an application asks of a contract; the tenderer is the organisation that signed it."""

    is_in_force: bool
    tenderer_id: int
    starts_on: date
    ends_on: date


def why_not_in_period(starts_on: date | None, opens_on: date, closes_on: date, ends_on: date | None = None) -> Reason | None:
    """A programme supports service that begins by its closing day and goes on after its opening day; a later contract's
    months belong to a later programme. Without a contract there is nothing to compare."""
    if starts_on is not None and starts_on > closes_on:
        return Reason(
            _l(
                "合同的服务从 %(start)s 开始，晚于这个项目的截止日 %(end)s，不在补贴期内。",
                start=day_in_words(starts_on),
                end=day_in_words(closes_on),
            ),
            basis=PERIOD,
            next=_l("请核对合同的服务开始日期；确实较晚的，等以后年度的项目。"),
        )
    if ends_on is not None and ends_on < opens_on:
        return Reason(
            _l(
                "合同的服务到 %(end)s 为止，早于这个项目的开始日 %(start)s，不在补贴期内。",
                end=day_in_words(ends_on),
                start=day_in_words(opens_on),
            ),
            basis=PERIOD,
            next=_l("请核对合同的起止日期。"),
        )
    return None


PERIOD = _l("项目公告：受理期限；补贴从服务开始之日算起")


def why_not_apply(
    terms: Terms, *, today: date, organisation_id: int | None, organisation_kind, is_within_scope: bool, is_own_compound: bool,
    contract: ContractFacts | None, live_number: str | None, is_resubmission: bool = False,
) -> Reason | None:  # fmt: skip
    """Why an organisation can't apply for a compound under a programme, in the order in which one would mend it.

    An application that was returned may come back after the closing day; it arrived in time once.
    """
    if organisation_kind is None or str(organisation_kind) not in terms.applicant_kinds:
        return Reason(
            _l("您所在的单位不在这个项目的申请范围内。"), basis=_l("项目公告：申请单位"), next=_l("请由小区所在社区或业委会申请。")
        )
    if not is_within_scope:
        return Reason(_l("这个小区不在项目的适用范围，或不在您的辖区。"), basis=_l("项目公告：适用范围"), next=_l("请选择本辖区内的小区。"))
    if not is_own_compound:
        return Reason(_l("业委会只能为自己的小区申请。"), basis=_l("项目公告：申请单位"), next=_l("请由该小区的业委会或社区申请。"))
    if terms.status is not ProgrammeStatus.ACTIVE and not (is_resubmission and terms.status is ProgrammeStatus.ENDED):
        return Reason(_l("这个项目没有在受理申请。"), next=_l("请查看正在受理的项目。"))
    state = window(terms.opens_on, terms.closes_on, today)
    if state is Window.UPCOMING:
        return Reason(_l("这个项目还没有开始受理。"), next=_l("请在受理开始后再来申请。"))
    if state is Window.CLOSED and not is_resubmission:
        return Reason(_l("这个项目的受理已经截止。"), basis=_l("项目公告：受理期限"), next=_l("请查看下一年度的项目。"))
    if live_number:
        return Reason(
            _l("这个小区在本项目中已有申请（%(number)s），不能重复申请。", number=live_number),
            next=_l("请在已有的申请上办理；需要重报的，请先撤回。"),
        )
    if terms.kind is ProgrammeKind.SUBSIDY or terms.payee is Payee.ENTERPRISE:
        if contract is None or not contract.is_in_force:
            return Reason(
                _l("这个小区还没有签订物业服务合同，不能申请。"), basis=_l("项目公告：申请条件"), next=_l("请先完成招标并签订合同。")
            )
        if terms.kind is ProgrammeKind.SUBSIDY and contract.tenderer_id != organisation_id:
            return Reason(_l("这份合同不是您所在单位签订的。"), basis=_l("项目公告：申请条件"), next=_l("请由合同的招标人申请。"))
        if contract.ends_on < today:
            return Reason(_l("这份合同已经到期。"), basis=_l("项目公告：申请条件"), next=_l("请在新合同签订后再申请。"))
        return why_not_in_period(contract.starts_on, terms.opens_on, terms.closes_on, contract.ends_on)
    return None
