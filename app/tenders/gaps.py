"""The check list of a draft: every gap between it and a lawful notice, named with its legal basis. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason, Refused
from app.common.workdays import WorkdayCalendar
from app.tenders import holders as keys
from app.tenders import timetable as terms
from app.tenders.kinds import DocumentKind, Regime, ServiceLevel
from app.tenders.parameters import Sheet
from app.tenders.scorecard import Criterion, faults_of_card

REQUIRED_SECTIONS = _l("《前期物业管理招标投标管理暂行办法》第十条")


class Section(LabelledEnum):
    """The tasks of drafting, each its own page."""

    BASICS = "basics", _l("项目名称与招标依据"), "info"
    COMPOUNDS = "compounds", _l("楼院"), "info"
    SERVICE = "service", _l("服务内容与标准"), "info"
    PRICE = "price", _l("限价与期限"), "info"
    BIDDERS = "bidders", _l("投标人资格与投标要求"), "info"
    CARD = "card", _l("评分标准"), "info"
    SCHEDULE = "schedule", _l("时间安排与开标地点"), "info"
    CONTRACT = "contract", _l("合同主要条款"), "info"
    DOCUMENTS = "documents", _l("附件"), "info"
    HOLDERS = "holders", _l("密钥保管人"), "info"


@dataclass(frozen=True)
class DraftCompound:
    name: str
    area_centi: int
    households: int
    taken: Reason | None = None
    """Why this compound can't be tendered now (another tender, a contract in force)."""


@dataclass(frozen=True)
class Draft:
    """A draft in plain values."""

    title: str
    regime: Regime
    compounds: Sequence[DraftCompound]
    service_content: str
    service_level: ServiceLevel | None
    ceiling_fen: int | None
    term_months: int | None
    eligibility: str
    bid_instructions: str
    contract_terms: str
    opening_place: str
    contact_name: str
    contact_phone: str
    criteria: Sequence[Criterion]
    dates: terms.Dates
    document_kinds: frozenset[DocumentKind] = field(default_factory=frozenset)
    holders: int = 0
    """How many key holders are chosen."""


@dataclass(frozen=True)
class Gap:
    section: Section
    reason: Reason


def find_gaps(draft: Draft, *, submit_on: date, calendar: WorkdayCalendar, sheet: Sheet) -> list[Gap]:
    """Everything that keeps the draft from being filed, in the order of the sections."""
    found: list[Gap] = []
    for section, check in (
        (Section.BASICS, _basics(draft)),
        (Section.COMPOUNDS, _compounds(draft)),
        (Section.SERVICE, _service(draft)),
        (Section.PRICE, _price(draft)),
        (Section.BIDDERS, _bidders(draft)),
        (Section.CARD, faults_of_card(draft.criteria, regime=draft.regime, defence_on=draft.dates.defence_on, sheet=sheet)),
        (Section.SCHEDULE, _schedule(draft, submit_on, calendar, sheet)),
        (Section.CONTRACT, _contract(draft)),
        (Section.DOCUMENTS, _documents(draft)),
        (Section.HOLDERS, _holders(draft)),
    ):
        found.extend(Gap(section, reason) for reason in check)
    return found


def _missing(text: Any, basis: Any = REQUIRED_SECTIONS, next_step: Any = "") -> Reason:
    return Reason(text, basis=basis, next=next_step)


def _basics(draft: Draft) -> list[Reason]:
    return [] if draft.title.strip() else [_missing(_l("没有项目名称。"), next_step=_l("请写明楼院和服务，例如“锦绣苑物业服务”。"))]


def _compounds(draft: Draft) -> list[Reason]:
    if not draft.compounds:
        return [_missing(_l("没有选定楼院。"), next_step=_l("请从本社区的楼院中选择一个或者几个。"))]
    reasons = [compound.taken for compound in draft.compounds if compound.taken is not None]
    for compound in draft.compounds:
        if compound.area_centi <= 0:
            reasons.append(
                _missing(
                    _l("“%(name)s”没有建筑面积，无法计算服务费。", name=compound.name),
                    next_step=_l("请先在楼院档案中补登面积，再重新选入。"),
                )
            )
    return reasons


def _service(draft: Draft) -> list[Reason]:
    reasons = []
    if not draft.service_content.strip():
        reasons.append(_missing(_l("没有服务内容。"), next_step=_l("请写明服务内容，可以从标准文本改起。")))
    if draft.service_level is None:
        reasons.append(_missing(_l("没有服务等级。"), next_step=_l("请选择服务等级。")))
    return reasons


def _price(draft: Draft) -> list[Reason]:
    reasons = []
    if draft.ceiling_fen is None:
        reasons.append(_missing(_l("没有最高投标限价。"), _l("《招标投标法实施条例》第二十七条"), _l("请填写每平方米每月的最高价格。")))
    if draft.term_months is None:
        reasons.append(_missing(_l("没有服务期限。"), _l("《民法典》第九百三十八条"), _l("请填写服务期限（月）。")))
    return reasons


def _bidders(draft: Draft) -> list[Reason]:
    reasons = []
    if not draft.eligibility.strip():
        reasons.append(_missing(_l("没有投标人资格条件。"), next_step=_l("请写明资格条件，可以采用标准文本。")))
    if not draft.bid_instructions.strip():
        reasons.append(_missing(_l("没有投标文件要求。"), next_step=_l("请写明投标文件的组成，可以采用标准文本。")))
    return reasons


def _contract(draft: Draft) -> list[Reason]:
    if draft.contract_terms.strip():
        return []
    return [_missing(_l("没有合同主要条款。"), next_step=_l("请写明合同主要条款，可以采用标准文本。"))]


def _documents(draft: Draft) -> list[Reason]:
    if draft.regime is Regime.OWNERS and DocumentKind.MANDATE not in draft.document_kinds:
        return [
            _missing(
                _l("业主大会选聘物业，缺少业主共同决定的决议。"),
                _l("《民法典》第二百七十八条"),
                _l("请上传业主大会决议（参加表决的面积和人数均过半数同意）。"),
            )
        ]
    return []


def _schedule(draft: Draft, submit_on: date, calendar: WorkdayCalendar, sheet: Sheet) -> list[Reason]:
    reasons = []
    dates = draft.dates
    if not draft.opening_place.strip():
        reasons.append(_missing(_l("没有开标地点。"), _l("《招标投标法》第三十四条"), _l("请填写开标地点。")))
    if not (draft.contact_name.strip() and draft.contact_phone.strip()):
        reasons.append(_missing(_l("没有联系人或者联系电话。"), _l("《招标投标法》第十六条"), _l("请填写联系人和电话。")))
    if dates.publish_on is None or dates.bid_deadline_at is None:
        return [*reasons, _missing(_l("没有发布日期或者投标截止时间。"), _l("《招标投标法》第二十四条"), _l("请填写时间安排。"))]
    checks = (
        lambda: terms.why_not_publish_on(dates.publish_on, submit_on, sheet),
        lambda: terms.why_not_deadline(dates.publish_on, dates.bid_deadline_at, calendar, sheet),
        lambda: terms.why_not_defence_on(dates.defence_on, dates.bid_deadline_at, calendar) if dates.defence_on else None,
        lambda: next((t.unknown for t in terms.timetable(dates, calendar, sheet) if t.unknown), None),
        lambda: terms.why_not_validity(dates, calendar, sheet),
    )
    for check in checks:
        try:
            reason = check()
        except Refused as refused:  # a year without a working-day calendar: its sentence is the gap
            reason = refused.reason
        if reason is not None and reason not in reasons:
            reasons.append(reason)
    return reasons


def _holders(draft: Draft) -> list[Reason]:
    missing = keys.why_not_chosen(draft.holders)
    return [missing] if missing else []
