"""Who may sit on a committee, what points may be given, on which grounds a bid may be rejected, and when a price is too low to pass unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason

MIN_BIDS = 3  # 招标投标法 §28, 实施条例 §44
MIN_COMMITTEE = 5  # 招标投标法 §37
FINEST_POINT = Decimal("0.01")

STEMS = "甲乙丙丁戊己庚辛壬癸"

REJECTION_BASIS = _l("《招标投标法实施条例》第五十一条")


class LowPrice(LabelledEnum):
    """Why a price asks for a written explanation (财库〔2026〕2号; 实施条例 §51)."""

    BELOW_AVERAGE = "below_average", _l("低于全部有效报价平均值的 50%"), "soon"
    BELOW_SECOND = "below_second", _l("低于第二低有效报价的 50%"), "soon"
    BELOW_CEILING = "below_ceiling", _l("低于最高投标限价的 45%"), "soon"


@dataclass(frozen=True)
class LowPriceLimits:
    """Shares in basis points; the buyer may raise each to 6500 at most."""

    of_average_bp: int = 5000
    of_second_bp: int = 5000
    of_ceiling_bp: int = 4500


def low_price_alarms(
    prices_fen: Mapping[str, int], ceiling_fen: int, limits: LowPriceLimits = LowPriceLimits()
) -> dict[str, tuple[LowPrice, ...]]:
    """bid -> what makes its price abnormally low; only bids with an alarm are listed. An alarm is a question, not a rejection."""
    if not prices_fen:
        return {}
    ordered = sorted(prices_fen.values())
    average = Fraction(sum(ordered), len(ordered))
    second = ordered[1] if len(ordered) > 1 else None
    found: dict[str, tuple[LowPrice, ...]] = {}
    for code, price in prices_fen.items():
        raised = []
        if price < average * limits.of_average_bp / 10_000:
            raised.append(LowPrice.BELOW_AVERAGE)
        if second is not None and price < Fraction(second * limits.of_second_bp, 10_000):
            raised.append(LowPrice.BELOW_SECOND)
        if price < Fraction(ceiling_fen * limits.of_ceiling_bp, 10_000):
            raised.append(LowPrice.BELOW_CEILING)
        if raised:
            found[code] = tuple(raised)
    return found


def blind_code(position: int) -> str:
    """0 → 甲 … 9 → 癸, then 11, 12, …; pages show it as 投标人甲."""
    return STEMS[position] if position < len(STEMS) else str(position + 1)


def experts_needed(size: int) -> int:
    """At least two thirds: 5 → 4, 7 → 5, 9 → 6, 11 → 8 (招标投标法 §37)."""
    return -(-2 * size // 3)


def why_not_committee(size: int, experts: int, *, minimum: int = MIN_COMMITTEE) -> Reason | None:
    basis = _l("《招标投标法》第三十七条")
    if size < minimum:
        return Reason(
            _l("评标委员会只有 %(size)d 人，至少要 %(minimum)d 人。", size=size, minimum=minimum),
            basis,
            _l("请补足成员，成员人数应为单数。"),
        )
    if size % 2 == 0:
        return Reason(_l("评标委员会有 %(size)d 人，人数应为单数。", size=size), basis, _l("请增加或减少一名成员。"))
    needed = experts_needed(size)
    if experts < needed:
        return Reason(
            _l("%(size)d 人的评标委员会至少要有 %(needed)d 名专家，现在有 %(experts)d 名。", size=size, needed=needed, experts=experts),
            basis,
            _l("请改选专家，专家人数不得少于成员总数的三分之二。"),
        )
    return None


def why_not_member(
    *,
    name: str,
    is_evaluator: bool,
    is_expert: bool,
    employers: Sequence[int],
    bidders: Sequence[int],
    tenderer: int,
    is_supervisor_staff: bool,
) -> Reason | None:
    """Whether this person may sit. `employers` are the organisations the person belongs to."""
    if not is_evaluator:
        return Reason(_l("“%(name)s”没有评委身份。", name=name), next=_l("请选择有评委身份的人员，或者请管理员先登记。"))
    if is_supervisor_staff:
        return Reason(
            _l("“%(name)s”是行政监督部门的工作人员，不得担任其监督项目的评委。", name=name),
            _l("《招标投标法实施条例》第四十六条"),
            _l("请另选一名评委。"),
        )
    if set(employers) & set(bidders):
        return Reason(_l("“%(name)s”与投标人有利害关系，应当回避。", name=name), _l("《招标投标法》第三十七条"), _l("请另选一名评委。"))
    if is_expert and tenderer in employers:
        return Reason(
            _l("“%(name)s”是招标人的人员，只能作为招标人代表，不能计作专家。", name=name),
            _l("《招标投标法》第三十七条"),
            _l("请将其改为招标人代表，或者另选一名专家。"),
        )
    return None


COMPETITION_BASIS = _l("《评标委员会和评标方法暂行规定》第二十七条")


def why_not_propose_lack(left: int, bids: int, *, minimum: int) -> Reason | None:
    """Want of competition is a question only after rejections have left fewer bids than a tender needs."""
    if left < minimum and left < bids:
        return None
    return Reason(
        _l("现在有效投标 %(left)d 家，不能以缺乏竞争为由否决。", left=left),
        COMPETITION_BASIS,
        _l("否决不合格投标后，有效投标不足 %(least)d 家的，才可以由评标委员会判断是否明显缺乏竞争。", least=minimum),
    )


def why_not_lack(lacking: int, left: int, *, minimum: int) -> Reason | None:
    """A committee that misses competition rejects all that is left, never a part; `lacking` bids were rejected for it."""
    if not lacking or (not left and lacking < minimum):
        return None
    return Reason(
        _l("以缺乏竞争为由的否决不能成立：只能在有效投标不足 %(least)d 家时否决其余全部投标。", least=minimum),
        COMPETITION_BASIS,
        _l("请对其余投标也提请表决；认为仍有竞争的，请评委改变表决后继续评标。"),
    )


def shortage_of(valid: int, bids: int, *, minimum: int, must_fail: bool) -> Reason | None:
    """Rejections left some bids but fewer than three: under budget money the tender fails, elsewhere the committee judges."""
    if not 0 < valid < min(minimum, bids):
        return None
    text = _l("否决后有效投标只有 %(valid)d 家。", valid=valid)
    if must_fail:
        return Reason(
            text, _l("《政府采购法》第三十六条"), _l("使用财政资金的项目应予废标：评委签署后提交评标报告，由招标人登记流标，重新招标。")
        )
    return Reason(
        text, COMPETITION_BASIS, _l("评标委员会认为仍有竞争的，继续评分；认为明显缺乏竞争的，可以表决否决其余全部投标，由招标人重新招标。")
    )


@dataclass(frozen=True)
class Count:
    """How a committee stands to a proposal: more than half of all seats decide, not of those who spoke."""

    agreed: int
    refused: int
    seats: int

    @property
    def is_carried(self) -> bool:
        return 2 * self.agreed > self.seats

    @property
    def is_lost(self) -> bool:
        return 2 * self.refused >= self.seats > 0

    @property
    def is_open(self) -> bool:
        return not (self.is_carried or self.is_lost)


def why_not_points(points: Decimal | None, full: Decimal) -> Reason | None:
    """One criterion's points on one sheet: 0 to the full mark, at most two decimals."""
    if points is None:
        return Reason(_l("这一项还没有打分。"), next=_l("请填写 0 到 %(full)s 之间的分数。", full=plain(full)))
    if not 0 <= points <= full:
        return Reason(
            _l("%(points)s 分超出了这一项的范围。", points=plain(points)),
            next=_l("请填写 0 到 %(full)s 之间的分数。", full=plain(full)),
        )
    if points != points.quantize(FINEST_POINT):
        return Reason(_l("分数最多两位小数。"), next=_l("请改为两位小数。"))
    return None


def plain(number: Decimal) -> str:
    """30.00 → "30", 26.50 → "26.5": a mark as people write it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class BidderFacts:
    """What two bidders may have in common (实施条例 §34, §40)."""

    bid: int
    organisation: int
    legal_head: str
    phones: frozenset[str] = frozenset()
    submitters: frozenset[int] = frozenset()
    """Who handed in one of its versions."""


class InterestLink(LabelledEnum):
    SAME_LEGAL_HEAD = "same_legal_head", _l("法定代表人姓名相同"), "soon"
    SAME_PHONE = "same_phone", _l("联系电话相同"), "soon"
    SAME_SUBMITTER = "same_submitter", _l("投标由同一人提交"), "soon"


LINK_BASIS = _l("《招标投标法实施条例》第三十四条、第四十条")


def interest_links(bidders: Sequence[BidderFacts]) -> list[tuple[int, int, InterestLink]]:
    """Pairs of bids whose bidders share something; an alarm for the committee, not a finding."""
    found = []
    ordered = sorted(bidders, key=lambda b: b.bid)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if one.legal_head and one.legal_head == other.legal_head:
                found.append((one.bid, other.bid, InterestLink.SAME_LEGAL_HEAD))
            if one.phones & other.phones:
                found.append((one.bid, other.bid, InterestLink.SAME_PHONE))
            if one.submitters & other.submitters:
                found.append((one.bid, other.bid, InterestLink.SAME_SUBMITTER))
    return found
