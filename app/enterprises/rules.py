"""The words of this package: levels, kinds of conduct, states, and the facts that an enterprise states about itself."""

from dataclasses import dataclass
from typing import Any

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason

WHOLE_CITY = "全市"
WHOLE_CITY_WORD = _l("全市")
BATCH_WORDS = {
    "第一批": _l("第一批"), "第二批": _l("第二批"), "第三批": _l("第三批"), "第四批": _l("第四批"), "第五批": _l("第五批"),
}  # fmt: skip
"""Names of batches as the bureau gives them, for readers of another language."""
"""As the bureau's lists write it; serves every district."""


class Level(LabelledEnum):
    """The former qualification 资质, abolished in 2017–2018: shown as a fact, never a hurdle."""

    FIRST = "first", _l("一级"), "info"
    SECOND = "second", _l("二级"), "info"
    THIRD = "third", _l("三级"), "info"


class Verification(LabelledEnum):
    """Whether the authority has compared the enterprise's papers with the register."""

    PENDING = "pending", _l("待核验"), "wait"
    VERIFIED = "verified", _l("已核验"), "open"
    REFUSED = "refused", _l("核验未通过"), "soon"


class ConductKind(LabelledEnum):
    GOOD = "good", _l("良好"), "open"
    BAD = "bad", _l("不良"), "soon"


class RecordState(LabelledEnum):
    """Where a conduct record stands at an instant; derived, never stored."""

    FUTURE = "future", _l("尚未生效"), "wait"
    IN_FORCE = "in_force", _l("有效"), "info"
    EXPIRED = "expired", _l("已过期"), "done"
    REVOKED = "revoked", _l("已撤销"), "done"


class ProjectSource(LabelledEnum):
    DECLARED = "declared", _l("企业申报"), "info"
    PLATFORM = "platform", _l("本平台合同"), "badge"


class FactSource(LabelledEnum):
    BUREAU_LIST = "bureau_list", _l("房管局名单"), "badge"
    DECLARED = "declared", _l("企业申报"), "info"


class FactKind(LabelledEnum):
    TEXT = "text", _l("文字")
    DAY = "day", _l("日期")
    COUNT = "count", _l("数量")
    AREA = "area", _l("面积")
    MONEY = "money", _l("金额")


class FactName(LabelledEnum):
    """What is known about an enterprise; each is kept with its source and date."""

    NAME = "name", _l("企业名称")
    LEVEL = "level", _l("资质等级")
    LEGAL_REPRESENTATIVE = "legal_representative", _l("法定代表人")
    FOUNDED_ON = "founded_on", _l("成立日期")
    CAPITAL = "capital_fen", _l("注册资本")
    STAFF = "staff", _l("从业人员")
    MANAGERS = "managers", _l("管理人员")
    TECHNICIANS = "technicians", _l("工程技术人员")
    CERTIFIED_MANAGERS = "certified_managers", _l("持证项目负责人")
    PROJECTS = "projects_count", _l("在管项目")
    MANAGED_AREA = "managed_area_centi", _l("在管面积")
    RESIDENTIAL_AREA = "residential_area_centi", _l("其中住宅")
    REVENUE = "revenue_fen", _l("上年营业收入")
    NATIONAL_PRIZES = "national_prizes", _l("国优项目")
    PROVINCIAL_PRIZES = "provincial_prizes", _l("省优项目")
    CITY_PRIZES = "city_prizes", _l("市优项目")
    SERVICE_AREA = "service_area", _l("服务区域")
    PHONE = "phone", _l("联系电话")


LOAD = frozenset({FactName.MANAGED_AREA, FactName.PROJECTS})
"""Facts to which contracts signed since are added; only a new statement of these moves the day from which they are counted."""


@dataclass(frozen=True)
class FactShape:
    kind: FactKind
    unit: Any = ""
    is_scale: bool = False
    """Capital, staff, revenue, area: may be shown but neither demanded nor scored where budget money pays (财政部令第87号第十七条)."""


PEOPLE, ITEMS = _l("人"), _l("个")

FACT_SHAPES: dict[FactName, FactShape] = {
    FactName.NAME: FactShape(FactKind.TEXT),
    FactName.LEVEL: FactShape(FactKind.TEXT),
    FactName.LEGAL_REPRESENTATIVE: FactShape(FactKind.TEXT),
    FactName.FOUNDED_ON: FactShape(FactKind.DAY),
    FactName.CAPITAL: FactShape(FactKind.MONEY, is_scale=True),
    FactName.STAFF: FactShape(FactKind.COUNT, PEOPLE, is_scale=True),
    FactName.MANAGERS: FactShape(FactKind.COUNT, PEOPLE, is_scale=True),
    FactName.TECHNICIANS: FactShape(FactKind.COUNT, PEOPLE, is_scale=True),
    FactName.CERTIFIED_MANAGERS: FactShape(FactKind.COUNT, PEOPLE),
    FactName.PROJECTS: FactShape(FactKind.COUNT, ITEMS),
    FactName.MANAGED_AREA: FactShape(FactKind.AREA, is_scale=True),
    FactName.RESIDENTIAL_AREA: FactShape(FactKind.AREA, is_scale=True),
    FactName.REVENUE: FactShape(FactKind.MONEY, is_scale=True),
    FactName.NATIONAL_PRIZES: FactShape(FactKind.COUNT, ITEMS),
    FactName.PROVINCIAL_PRIZES: FactShape(FactKind.COUNT, ITEMS),
    FactName.CITY_PRIZES: FactShape(FactKind.COUNT, ITEMS),
    FactName.SERVICE_AREA: FactShape(FactKind.TEXT),
    FactName.PHONE: FactShape(FactKind.TEXT),
}


@dataclass(frozen=True)
class Parameter:
    """A published number of a formula."""

    key: str
    label: Any
    value: Any
    basis: Any


OWN_RULE = _l("本平台规则（试行），未找到上位规定")


def why_not_admitted(verification: Verification) -> Reason | None:
    """Why an enterprise may not bid yet. Being on a recommended list is no condition (《招标投标法实施条例》第三十二条)."""
    if verification is Verification.VERIFIED:
        return None
    if verification is Verification.REFUSED:
        return Reason(
            _l("企业资料核验未通过，暂不能投标。"), _l("《电子招标投标办法》第二十四条"), _l("请按核验意见补正资料，保存后即重新提交核验。")
        )
    return Reason(
        _l("企业资料尚在核验，暂不能投标。"), _l("《电子招标投标办法》第二十四条"), _l("请等候房管局核验，也可以直接联系房管局。")
    )


def shown_batch(name: str) -> Any:
    """A batch's name in the reader's language, where it is one that can be said; else as the bureau wrote it."""
    return BATCH_WORDS.get(name, name)


def shown_district(name: str) -> Any:
    """全市 in the reader's language; the names of districts stay."""
    return WHOLE_CITY_WORD if name == WHOLE_CITY else name
