"""Which facts of a compound people may correct, who may, and how they are called. Pure."""

from app.accounts.rules import OrganisationKind, Role
from app.common.i18n import _l
from app.common.refusal import Reason
from app.communities.census.fields import FIELDS, show_degrees, show_mode, show_yes_no
from app.communities.rules import AREA_PER_HOUSEHOLD_CENTI

CORRECTABLE = (
    "households", "area_centi", "buildings", "built_year", "mode", "fee_fen", "service_level",
    "has_committee", "has_guard", "has_lamps", "has_greening", "has_monitoring",
    "is_cleaned", "has_contact_posted", "are_drains_kept", "has_agreement", "has_owner_decision", "has_filed_contract",
    "longitude_e6", "latitude_e6",
)  # fmt: skip

COUNTED = ("households", "area_centi")
"""Tenders and subsidies are calculated from them: who asks for the money does not correct them."""

CHECKS = {
    "is_cleaned": _l("每天清扫、清运垃圾"),
    "has_contact_posted": _l("责任人在院内公示"),
    "are_drains_kept": _l("排水有人维护"),
    "has_agreement": _l("书面服务协议"),
    "has_owner_decision": _l("业主决定或招标选聘"),
    "has_filed_contract": _l("合同备案"),
}

LABELS = {spec.key: spec.label for spec in FIELDS} | CHECKS | {
    "service_level": _l("服务等级"), "census_on": _l("底数日期"), "owners_committee_id": _l("业主委员会"),
}  # fmt: skip

LEVELS = {1: _l("一级"), 2: _l("二级"), 3: _l("三级")}

_SHOW = {spec.key: spec.show for spec in FIELDS} | dict.fromkeys(CHECKS, show_yes_no) | {
    "mode": show_mode, "longitude_e6": show_degrees, "latitude_e6": show_degrees,
    "service_level": lambda value: str(LEVELS[value]) if value in LEVELS else "—",
}  # fmt: skip

NOT_YOURS = Reason(_l("您不能更正这个楼院的资料。"), next=_l("请联系楼院所在的社区，或所在区的房管部门经办人。"))


def counted_by_the_bureau(bureau: str) -> Reason:
    """Why a community does not correct what money is counted by, and whom to ask. `bureau`: name of the housing bureau."""
    return Reason(
        _l("社区不能自己更正户数和建筑面积：招标和补贴按它们计算。"),
        next=_l("请把核实的结果和依据告诉%(bureau)s的经办人，由经办人更正。", bureau=bureau or _l("所在区的房管部门")),
    )


def may_correct_counted(actor) -> bool:
    """Beside `why_not_correct`: the figures that money depends on."""
    return actor is not None and actor.role is Role.BUREAU_OFFICER


def show_value(key: str, value) -> str:
    """A stored fact as people read it."""
    show = _SHOW.get(key)
    return show(value) if show else ("—" if value is None else str(value))


def why_not_correct(actor, *, division_code: str, owners_committee_id: int | None) -> Reason | None:
    """The community corrects its own compounds, an owners' committee its own, the bureau's officer those of the place."""
    if actor is None or not actor.covers(division_code):
        return NOT_YOURS
    if actor.role is Role.BUREAU_OFFICER:
        return None
    is_own = actor.organisation_kind is not OrganisationKind.OWNERS_COMMITTEE or owners_committee_id == actor.organisation_id
    return None if actor.role is Role.COMMUNITY_MANAGER and is_own else NOT_YOURS


def area_per_household(households: int, area_centi: int) -> int | None:
    """0.01 m² a household where it is out of the ordinary, as a census would ask; None where it is not."""
    least, most = AREA_PER_HOUSEHOLD_CENTI
    if not households or least * households <= area_centi <= most * households:
        return None
    return area_centi // households
