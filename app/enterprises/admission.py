"""Who is admitted, what may be stated, what may be recorded: the refusals, each written once. Pure."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from app.common.i18n import _l
from app.common.refusal import Reason
from app.enterprises.rules import ConductKind, FactName, Verification

MAX_POINTS = 100

ALREADY_REGISTERED = Reason(_l("这个代码的企业已经在名录中。"), next=_l("请在名录中搜索这个代码。"))
NOT_AN_ENTERPRISE = Reason(_l("这个单位不是物业服务企业。"), next=_l("请选择类型为物业服务企业的单位。"))
ALREADY_LINKED = Reason(_l("这家企业或这个单位已经关联过账号。"), next=_l("请先核对是不是同一家企业。"))
NOT_YOURS = Reason(_l("只能申报本企业的资料。"), next=_l("请换成本企业的身份再办。"))
ALREADY_NOTED = Reason(_l("这家企业已有同名、同一天开始的项目。"), next=_l("请核对，不要重复登记。"))
ENDED_IN_PAST = Reason(_l("结束日期早于今天，会改动以往各日的履约能力分。"), next=_l("请填写今天或以后的日期。"))
OWN_ENTERPRISE = Reason(
    _l("您在这家企业任职或者曾经任职，应当回避。"),
    _l("《公务员法》第七十六条"),
    _l("请交由另一名与该企业没有关系的经办人办理。"),
)
SAME_RECORD = Reason(_l("这家企业已有同一天、同一文号、同一事项的记录。"), next=_l("请核对，不要重复登记。"))


def why_not_decide(organisation_id: int | None, served: Collection[int]) -> Reason | None:
    """Nobody decides about an enterprise for which they work or ever worked, under whatever hat; `served` are their organisations."""
    return OWN_ENTERPRISE if organisation_id is not None and organisation_id in served else None


def why_not_verify(verification: Verification) -> Reason | None:
    if verification is Verification.VERIFIED:
        return Reason(_l("这家企业已经核验通过。"))
    return None


def why_not_refuse_verification(verification: Verification, note: str) -> Reason | None:
    if verification is Verification.VERIFIED:
        return Reason(_l("已经核验通过的企业不能再退回。"), next=_l("资料有问题的，请登记信用记录。"))
    if not note.strip():
        return Reason(_l("没有写明核验意见。"), next=_l("请写明哪一项与登记不符，企业才知道怎样补正。"))
    return None


def why_not_facts(after: Mapping[FactName, Any], *, as_of: date, today: date, stated_on: date | None) -> tuple[Reason | None, str | None]:
    """What is wrong with the facts as they would stand, and the field at which it shows."""
    if as_of > today:
        return Reason(_l("数据截止日期还没有到。"), next=_l("请填写今天或以前的日期。")), "as_of"
    if stated_on is not None and as_of < stated_on:
        return Reason(_l("数据截止日期早于上次申报的 %(day)s。", day=stated_on.isoformat()), next=_l("请填写不早于上次的日期。")), "as_of"
    staff = after.get(FactName.STAFF)
    for name in (FactName.MANAGERS, FactName.TECHNICIANS, FactName.CERTIFIED_MANAGERS):
        if staff is not None and (after.get(name) or 0) > staff:
            return Reason(_l("%(label)s多于从业人员。", label=name.label), next=_l("请核对人数。")), name.value
    managed, residential = after.get(FactName.MANAGED_AREA), after.get(FactName.RESIDENTIAL_AREA)
    if residential is not None and managed is not None and residential > managed:
        return Reason(_l("住宅面积大于在管面积。"), next=_l("请核对两项面积。")), FactName.RESIDENTIAL_AREA.value
    return None, None


def why_not_record(kind: ConductKind, points: int, occurred_on: date, expires_on: date, *, today: date) -> tuple[Reason | None, str | None]:
    """What is wrong with a conduct record, and the field at which it shows."""
    if points == 0 or (points > 0) != (kind is ConductKind.GOOD):
        return Reason(_l("分值与类别不符。"), next=_l("良好记录的分值应大于 0，不良记录的分值应小于 0。")), "points"
    if abs(points) > MAX_POINTS:
        return Reason(_l("分值超出 %(most)d 分。", most=MAX_POINTS), next=_l("请核对文件。")), "points"
    if occurred_on > today:
        return Reason(_l("发生日期还没有到。"), next=_l("请核对日期。")), "occurred_on"
    if expires_on < occurred_on:
        return Reason(_l("有效期早于发生日期。"), next=_l("请核对两个日期。")), "expires_on"
    return None, None


def why_not_revoke(revoked_at, reason: str) -> Reason | None:
    if revoked_at is not None:
        return Reason(_l("这条记录已经撤销。"))
    if not reason.strip():
        return Reason(_l("没有写明撤销理由。"), _l("《河南省社会信用条例》第四十二条"), _l("请写明撤销决定的文号或更正的理由。"))
    return None
