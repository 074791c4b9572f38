"""The three coverage steps: what each asks of a compound, and how what is recorded and what the mode implies add up. Pure.

No text defines the steps of the 2009 report; the definition is DOMAIN 6.3's. A compound is judged item by item. What was
checked counts as checked; what nobody has checked is presumed from the management mode, and the pages say which is which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.communities.rules import ManagementMode

M = ManagementMode

MANAGED = frozenset(set(M) - {M.NONE})
STAFFED = frozenset({M.PROFESSIONAL, M.UNIT_LOGISTICS})
PROFESSIONAL = frozenset({M.PROFESSIONAL})


class Step(LabelledEnum):
    BASIC = "basic", _l("初级覆盖"), "wait"
    INTERMEDIATE = "intermediate", _l("中级覆盖"), "info"
    ADVANCED = "advanced", _l("高级覆盖"), "badge"


class Basis(LabelledEnum):
    """What counts."""

    MODE = "mode", _l("按管理方式"), "info"
    CHECKED = "checked", _l("按逐项记录"), "badge"


STEP_MODES = {Step.BASIC: MANAGED, Step.INTERMEDIATE: STAFFED, Step.ADVANCED: PROFESSIONAL}
"""By mode alone, as the 2009 report counts."""


@dataclass(frozen=True)
class Item:
    """One thing that a step asks for."""

    key: str
    step: Step
    label: Any
    column: str
    """Column of the compound that records it; empty where the mode itself is the record."""
    modes: frozenset[ManagementMode]
    """Modes from which it is presumed where nobody has checked."""
    is_amount: bool = False
    """Recorded by being there at all (a fee, a level) rather than by yes or no."""


ITEMS = (
    Item("managed", Step.BASIC, _l("有人管理"), "", MANAGED),
    Item("cleaned", Step.BASIC, _l("每天清扫、清运垃圾"), "is_cleaned", MANAGED),
    Item("contact", Step.BASIC, _l("责任人在院内公示"), "has_contact_posted", MANAGED),
    Item("guard", Step.INTERMEDIATE, _l("有门卫或巡查"), "has_guard", STAFFED),
    Item("lamps", Step.INTERMEDIATE, _l("路灯完好"), "has_lamps", STAFFED),
    Item("drains", Step.INTERMEDIATE, _l("排水有人维护"), "are_drains_kept", STAFFED),
    Item("agreement", Step.INTERMEDIATE, _l("有书面协议"), "has_agreement", STAFFED),
    Item("fee", Step.INTERMEDIATE, _l("有收费标准"), "fee_fen", STAFFED, is_amount=True),
    Item("professional", Step.ADVANCED, _l("专业物业企业管理"), "", PROFESSIONAL),
    Item("decision", Step.ADVANCED, _l("业主决定或招标选聘"), "has_owner_decision", PROFESSIONAL),
    Item("contract", Step.ADVANCED, _l("合同已备案"), "has_filed_contract", PROFESSIONAL),
    Item("level", Step.ADVANCED, _l("服务等级三级以上"), "service_level", PROFESSIONAL, is_amount=True),
)


@dataclass(frozen=True)
class Finding:
    """An item as found in one compound."""

    item: Item
    is_met: bool
    is_recorded: bool
    """False: nobody has checked; it is presumed from the mode."""


def find_items(mode: ManagementMode, facts: Mapping[str, Any]) -> list[Finding]:
    """Every item of one compound; `facts` holds its columns."""
    findings = []
    for item in ITEMS:
        value = facts.get(item.column) if item.column else None
        if not item.column:
            findings.append(Finding(item, mode in item.modes, True))
        elif value is None:
            findings.append(Finding(item, mode in item.modes, False))
        else:
            findings.append(Finding(item, True if item.is_amount else bool(value), True))
    return findings


def steps_reached(findings: list[Finding]) -> list[Step]:
    """Steps whose items, and those of the steps below, are all met."""
    reached = []
    for step in Step:
        if not all(finding.is_met for finding in findings if finding.item.step is step):
            break
        reached.append(step)
    return reached


def steps_by_mode(mode: ManagementMode) -> list[Step]:
    return [step for step in Step if mode in STEP_MODES[step]]
