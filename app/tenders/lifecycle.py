"""What can happen to a tender: its states, one table of moves, and the only function that assigns a status.

What the clock decides (closed, too few bids, end of the notice) is derived in `phase`, never stored by a worker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.accounts.rules import Role
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason


class Status(LabelledEnum):
    DRAFT = "draft", _l("草稿"), "wait"
    SUBMITTED = "submitted", _l("待备案"), "wait"
    RETURNED = "returned", _l("退回改正"), "soon"
    FILED = "filed", _l("已备案，待发布"), "info"
    PUBLISHED = "published", _l("已发布"), "open"
    OPENED = "opened", _l("评标中"), "info"
    EVALUATED = "evaluated", _l("已评标，待公示"), "wait"
    CANDIDATES_PUBLIC = "candidates_public", _l("候选人公示"), "wait"
    AWARDED = "awarded", _l("已定标"), "info"
    AWARD_FILED = "award_filed", _l("已定标备案，待签合同"), "info"
    CONTRACTED = "contracted", _l("已签合同"), "badge"
    CANCELLED = "cancelled", _l("已终止"), "done"
    FAILED = "failed", _l("流标"), "done"


ORDER = (
    Status.DRAFT,
    Status.RETURNED,
    Status.SUBMITTED,
    Status.FILED,
    Status.PUBLISHED,
    Status.OPENED,
    Status.EVALUATED,
    Status.CANDIDATES_PUBLIC,
    Status.AWARDED,
    Status.AWARD_FILED,
    Status.CONTRACTED,
)
ENDED = frozenset({Status.CANCELLED, Status.FAILED})
PRIVATE = frozenset({Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.FILED})
"""States that only the tenderer, the covering bureau and auditors see."""
EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})


def _from(first: Status) -> frozenset[Status]:
    return frozenset(ORDER[ORDER.index(first) :])


FACT_STATUSES: Mapping[str, frozenset[Status]] = {
    "submitted_at": _from(Status.SUBMITTED),
    "filed_at": _from(Status.FILED),
    "published_at": _from(Status.PUBLISHED),
    "opened_at": _from(Status.OPENED),
    "evaluated_at": _from(Status.EVALUATED),
    "candidates_public_at": _from(Status.CANDIDATES_PUBLIC),
    "awarded_at": _from(Status.AWARDED),
    "award_filed_at": _from(Status.AWARD_FILED),
    "contracted_at": _from(Status.CONTRACTED),
    "cancelled_at": frozenset({Status.CANCELLED}),
    "failed_at": frozenset({Status.FAILED}),
}
"""Each instant is set exactly in these states; CHECKs hold it in the database. Ended tenders keep what they reached."""


class Phase(LabelledEnum):
    """What a reader sees: the status, and what the clock has made of it."""

    DRAFT = "draft", _l("草稿"), "wait"
    RETURNED = "returned", _l("退回改正"), "soon"
    SUBMITTED = "submitted", _l("待备案"), "wait"
    FILED = "filed", _l("已备案，待发布"), "info"
    BIDDING = "bidding", _l("正在投标"), "open"
    UNLISTED = "unlisted", _l("投标已截止，等待固定截止清单"), "wait"
    CLOSED = "closed", _l("投标已截止，待开标"), "wait"
    TOO_FEW = "too_few", _l("流标：不足 3 家"), "done"
    OPENED = "opened", _l("评标中"), "info"
    EVALUATED = "evaluated", _l("已评标，待公示"), "wait"
    NOTICE = "notice", _l("候选人公示中"), "wait"
    NOTICE_OVER = "notice_over", _l("公示期满，待定标"), "wait"
    AWARDED = "awarded", _l("已定标"), "info"
    AWARD_FILED = "award_filed", _l("已定标备案，待签合同"), "info"
    CONTRACTED = "contracted", _l("已签合同"), "badge"
    CANCELLED = "cancelled", _l("已终止"), "done"
    FAILED = "failed", _l("流标"), "done"


def is_bidding_open(status: Status, bid_deadline_at: datetime | None, now: datetime) -> bool:
    """Bids are taken strictly before the deadline (招标投标法第二十八条)."""
    return status is Status.PUBLISHED and bid_deadline_at is not None and now < bid_deadline_at


def phase(
    status: Status,
    now: datetime,
    *,
    bid_deadline_at: datetime | None = None,
    notice_ends_at: datetime | None = None,
    standing_bids: Callable[[], int] | int | None = None,
    min_bids: int = 3,
) -> Phase:
    """The reader's phase. The number of bids is asked for only after the deadline; give a callable to keep it so.

    None: the closing list is not fixed, and nobody knows yet whether they are enough."""
    if status is Status.PUBLISHED:
        if is_bidding_open(status, bid_deadline_at, now):
            return Phase.BIDDING
        count = standing_bids() if callable(standing_bids) else standing_bids
        return Phase.UNLISTED if count is None else Phase.TOO_FEW if count < min_bids else Phase.CLOSED
    if status is Status.CANDIDATES_PUBLIC:
        return Phase.NOTICE if notice_ends_at is not None and now < notice_ends_at else Phase.NOTICE_OVER
    return Phase(status.value)


# --- the table of moves ------------------------------------------------------------------------------------------------

TENDERER, BUREAU = "tenderer", "bureau"


@dataclass(frozen=True)
class Situation:
    """All that the moves ask about a tender, an actor and an instant; plain values, so tests make it by hand."""

    status: Status
    now: datetime
    role: Role | None = None
    is_own: bool = False
    """The actor works for the organisation that tenders."""
    covers: bool = False
    """The actor's place contains the tender's."""
    is_preparer: bool = False
    """The actor took part in what is now to be reviewed."""
    gaps: int = 0
    bid_deadline_at: datetime | None = None
    standing_bids: int | None = None
    """None before the closing list is fixed: nobody may know, and one that came in time may still be on its way."""
    notice_ends_at: datetime | None = None
    unanswered_objections: int = 0
    readable_bids: int | None = None
    """Bids that could be read at the opening."""
    candidates_left: int | None = None
    """Published candidates whom no lawful reason rules out."""
    valid_bids: int | None = None
    """Bids that the committee did not reject; known after evaluation."""
    min_bids: int = 3
    min_valid_bids: int = 1
    """Below this the committee's rejections end the tender: under budget money three, elsewhere one."""
    obstacles: Mapping[str, Reason] = field(default_factory=dict)
    """Reasons of other rules (timetable, ranking …) by move name."""


def _has_gaps(at: Situation) -> Reason | None:
    if at.gaps:
        return Reason(_l("还有 %(count)d 处没有达到法定要求。", count=at.gaps), next=_l("请按核对清单逐项补齐后再提交。"))
    return None


def _same_eyes(at: Situation) -> Reason | None:
    if at.is_preparer:
        return Reason(
            _l("您参与过本项目，或者曾在招标人任职，不能由您办理备案。"),
            basis=_l("本平台规则：经办与审核分离"),
            next=_l("请由另一名备案人员办理。"),
        )
    return None


def _before_deadline(at: Situation) -> Reason | None:
    if at.bid_deadline_at is not None and at.now < at.bid_deadline_at:
        return Reason(_l("投标尚未截止。"), basis=_l("《招标投标法》第三十四条"), next=_l("请在投标截止时间到达后办理。"))
    return None


def _after_deadline(at: Situation) -> Reason | None:
    if at.status is Status.PUBLISHED and at.bid_deadline_at is not None and at.now >= at.bid_deadline_at:
        return Reason(
            _l("投标已经截止，不能再终止招标。"),
            basis=_l("《招标投标法实施条例》第三十一条"),
            next=_l("请组织开标；不足 3 家的按流标办理。"),
        )
    return None


def _too_few(at: Situation) -> Reason | None:
    if at.standing_bids is not None and at.standing_bids < at.min_bids:
        return Reason(
            _l("投标人少于 %(count)d 个，不得开标。", count=at.min_bids),
            basis=_l("《招标投标法》第二十八条、《招标投标法实施条例》第四十四条"),
            next=_l("请登记流标，分析原因后重新招标。"),
        )
    return None


NOT_LISTED = Reason(
    _l("截止清单还没有固定，截止前到达的投标可能还在写入，不能登记流标。"),
    basis=_l("《招标投标法》第二十八条"),
    next=_l("请先在开标室固定截止清单。"),
)


def _not_failed(at: Situation) -> Reason | None:
    """A tender fails only for a cause that the record shows."""
    refusal = Reason(_l("没有可以登记流标的情形。"), next=_l("请继续办理下一步。"))
    if at.status is Status.PUBLISHED:
        if at.standing_bids is None:
            return _before_deadline(at) or NOT_LISTED
        return _before_deadline(at) or (None if at.standing_bids < at.min_bids else refusal)
    if at.status is Status.OPENED:
        return None if at.readable_bids is not None and at.readable_bids < at.min_bids else refusal
    if at.status is Status.EVALUATED:
        return None if (at.valid_bids or 0) < at.min_valid_bids else refusal
    return refusal if at.candidates_left is None or at.candidates_left > 0 else None


def _too_few_valid(at: Situation) -> Reason | None:
    if at.valid_bids == 0:
        return Reason(
            _l("全部投标被否决，没有中标候选人可以公示。"),
            basis=_l("《招标投标法》第四十二条"),
            next=_l("请登记流标，重新招标。"),
        )
    if at.valid_bids is not None and at.valid_bids < at.min_valid_bids:
        return Reason(
            _l("否决后有效投标只有 %(valid)d 家，不足 %(least)d 家，应予废标。", valid=at.valid_bids, least=at.min_valid_bids),
            basis=_l("《政府采购法》第三十六条、《政府采购货物和服务招标投标管理办法》第四十四条"),
            next=_l("请登记流标，重新招标。"),
        )
    return None


def _notice_running(at: Situation) -> Reason | None:
    if at.notice_ends_at is None or at.now < at.notice_ends_at:
        return Reason(
            _l("中标候选人公示尚未期满。"),
            basis=_l("《招标投标法实施条例》第五十四条"),
            next=_l("请在公示期满后定标。"),
        )
    return None


def _objection_open(at: Situation) -> Reason | None:
    if at.unanswered_objections:
        return Reason(
            _l("还有 %(count)d 件异议没有答复，招标投标活动暂停。", count=at.unanswered_objections),
            basis=_l("《招标投标法实施条例》第五十四条"),
            next=_l("请先答复异议。"),
        )
    return None


@dataclass(frozen=True)
class Move:
    """One line of the table: from where to where, by whom, on whose side, unless what."""

    name: str
    label: Any
    leaves: frozenset[Status]
    reaches: Status
    by: frozenset[Role]
    side: str
    unless: tuple[Callable[[Situation], Reason | None], ...] = ()
    event: str = ""
    """The audit event, `noun.verb`."""


def _move(name, label, leaves, reaches, by, side, unless=()) -> tuple[str, Move]:
    leaves = frozenset({leaves} if isinstance(leaves, Status) else leaves)
    return name, Move(name, label, leaves, reaches, frozenset({by} if isinstance(by, Role) else by), side, unless, f"tender.{name}")


S, MANAGER, OFFICER = Status, Role.COMMUNITY_MANAGER, Role.BUREAU_OFFICER

MOVES: Mapping[str, Move] = dict(
    (
        _move("submit", _l("提交备案"), EDITABLE, S.SUBMITTED, MANAGER, TENDERER, (_has_gaps,)),
        _move("take_back", _l("撤回修改"), {S.SUBMITTED, S.FILED}, S.DRAFT, MANAGER, TENDERER),
        _move("return_notice", _l("退回改正"), S.SUBMITTED, S.RETURNED, OFFICER, BUREAU, (_same_eyes,)),
        _move("confirm_filing", _l("确认备案"), S.SUBMITTED, S.FILED, OFFICER, BUREAU, (_same_eyes,)),
        _move("publish", _l("发布公告"), S.FILED, S.PUBLISHED, MANAGER, TENDERER),
        _move("open", _l("开标"), S.PUBLISHED, S.OPENED, MANAGER, TENDERER, (_before_deadline, _too_few)),
        _move("evaluate", _l("提交评标报告"), S.OPENED, S.EVALUATED, MANAGER, TENDERER),
        _move("publish_candidates", _l("公示中标候选人"), S.EVALUATED, S.CANDIDATES_PUBLIC, MANAGER, TENDERER, (_too_few_valid,)),
        _move("award", _l("定标"), S.CANDIDATES_PUBLIC, S.AWARDED, MANAGER, TENDERER, (_notice_running, _objection_open)),
        _move("return_award", _l("退回定标备案"), S.AWARDED, S.CANDIDATES_PUBLIC, OFFICER, BUREAU, (_same_eyes,)),
        _move("confirm_award", _l("确认定标备案"), S.AWARDED, S.AWARD_FILED, OFFICER, BUREAU, (_same_eyes,)),
        _move("withdraw_award", _l("中标人不能签约"), {S.AWARDED, S.AWARD_FILED}, S.CANDIDATES_PUBLIC, MANAGER, TENDERER),
        _move("record_contract", _l("登记合同"), S.AWARD_FILED, S.CONTRACTED, MANAGER, TENDERER),
        _move(
            "cancel",
            _l("终止招标"),
            {S.DRAFT, S.RETURNED, S.SUBMITTED, S.FILED, S.PUBLISHED},
            S.CANCELLED,
            MANAGER,
            TENDERER,
            (_after_deadline,),
        ),
        _move(
            "declare_failed",
            _l("登记流标"),
            {S.PUBLISHED, S.OPENED, S.EVALUATED, S.CANDIDATES_PUBLIC},
            S.FAILED,
            MANAGER,
            TENDERER,
            (_not_failed,),
        ),
    )
)


def why_not(name: str, at: Situation) -> Reason | None:
    """Why this actor can't make this move now; None when they can."""
    move = MOVES[name]
    if at.status not in move.leaves:
        return Reason(
            _l("项目现在是“%(status)s”，不能办理“%(move)s”。", status=at.status.label, move=move.label),
            next=_l("请刷新页面查看最新状态。"),
        )
    if not is_entitled(move, at):
        return Reason(_l("您的身份不能办理“%(move)s”。", move=move.label), next=_l("请由有权办理的单位和人员办理。"))
    for check in move.unless:
        reason = check(at)
        if reason is not None:
            return reason
    return at.obstacles.get(name)


def is_entitled(move: Move, at: Situation) -> bool:
    """Right role on the right side; the bureau never acts on its own organisation's tender."""
    if at.role not in move.by:
        return False
    return at.is_own if move.side == TENDERER else at.covers and not at.is_own


def offered_moves(at: Situation) -> list[tuple[Move, Reason | None]]:
    """The buttons: moves of this actor from this state, with the reason when one is not yet possible."""
    return [(move, why_not(move.name, at)) for move in MOVES.values() if at.status in move.leaves and is_entitled(move, at)]


def make_move(tender, name: str, *, now: datetime) -> Move:
    """Assign the status and its instant; instants of later states are cleared. The caller has asked why_not."""
    move = MOVES[name]
    if tender.status not in move.leaves:
        raise ValueError(f"{name} does not leave {tender.status}")
    tender.status = move.reaches
    for column, statuses in FACT_STATUSES.items():
        if move.reaches in statuses:
            if getattr(tender, column) is None:
                setattr(tender, column, now)
        elif move.reaches not in ENDED:
            setattr(tender, column, None)
    return move
