"""What the columns of the two lists may hold, and the sentences for what is wrong in them. Pure."""

import re
from decimal import Decimal

from app.common.i18n import _l
from app.common.imports import cells
from app.common.imports.kinds import FieldSpec, Unit
from app.common.imports.problems import ProblemKind, Severity
from app.enterprises import facts
from app.enterprises.rules import WHOLE_CITY, ConductKind, FactName, Level
from app.enterprises.uscc import normalise_uscc

ERROR, WARNING = Severity.ERROR, Severity.WARNING

MONEY = cells.unit_family(
    Unit("wan_yuan", _l("万元"), Decimal(1_000_000), ("万元", "万元人民币")), Unit("yuan", _l("元"), Decimal(100), ("元",))
)
AREA = cells.unit_family(
    Unit("wan_m2", _l("万 m²"), Decimal(1_000_000), ("万m2", "万平方米", "万平米", "万平方", "万")),
    Unit("m2", _l("m²"), Decimal(100), ("m2", "平方米", "平米", "平方")),
)

MAX_PEOPLE = 1_000_000
MAX_FEN = 10**15
MAX_AREA = 10**12

_BATCH = re.compile(r"第[一二三四五六七八九十百\d]{1,4}批")
_SEPARATORS = re.compile(r"[、，,;；/ \s]+")


def batch_in(text: str) -> str | None:
    """The batch that a title or a file's name announces: "第一批推荐物业服务企业名单" → 第一批."""
    match = _BATCH.search(text)
    return match.group() if match else None


def uscc_cell(cell: str, unit: Unit | None = None) -> str | None:
    """A code as typed, brought into form; what is wrong with it is said by the row's check."""
    text = cells.text(40)(cell, unit)
    return normalise_uscc(text) if text else None


def districts_cell(cell: str, unit: Unit | None = None) -> tuple[str, ...] | None:
    """ "新华区、卫东区" → ("卫东区", "新华区"); 全市 swallows the rest."""
    text = cells.text(200)(cell, unit)
    if text is None:
        return None
    names = {name for name in _SEPARATORS.split(text) if name}
    if any(len(name) > 40 for name in names):
        raise cells.BadCell("too_long", length=max(map(len, names)), most=40)
    return (WHOLE_CITY,) if WHOLE_CITY in names else tuple(sorted(names))


def phone_cell(cell: str, unit: Unit | None = None) -> str | None:
    text = cells.text(40)(cell, unit)
    return cells.plain(text) if text else None


def _shown(name: FactName):
    return lambda value: facts.value_words(name, value)


def _fact(name: FactName, words: tuple[str, ...], parse, **more) -> FieldSpec:
    return FieldSpec(name.value, name.label, words, parse, show=_shown(name), **more)


LIST_FIELDS = (
    _fact(FactName.NAME, ("企业名称", "单位名称", "公司名称", "名称"), cells.text(100), required=True),
    FieldSpec("uscc", _l("统一社会信用代码"), ("统一社会信用代码", "信用代码", "社会信用代码"), uscc_cell, required=True),
    _fact(
        FactName.LEVEL,
        ("资质等级", "等级", "资质"),
        cells.choice({str(m.label): m for m in Level} | {"1级": Level.FIRST, "2级": Level.SECOND, "3级": Level.THIRD}),
    ),
    _fact(FactName.LEGAL_REPRESENTATIVE, ("法定代表人", "法人代表", "法人"), cells.text(40)),
    _fact(FactName.FOUNDED_ON, ("成立日期", "成立时间", "注册日期"), cells.day()),
    _fact(FactName.CAPITAL, ("注册资本", "注册资金"), cells.scaled(0, MAX_FEN), units=MONEY),
    _fact(FactName.STAFF, ("从业人员", "从业人数", "员工人数", "职工人数"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.MANAGERS, ("管理人员",), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.TECHNICIANS, ("工程技术人员", "技术人员"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.CERTIFIED_MANAGERS, ("持证项目负责人", "持证项目经理", "项目经理"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.PROJECTS, ("在管项目", "在管项目数", "管理项目"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.MANAGED_AREA, ("在管面积", "管理面积"), cells.scaled(0, MAX_AREA, rounds=True), units=AREA),
    _fact(FactName.RESIDENTIAL_AREA, ("其中住宅", "住宅面积", "住宅"), cells.scaled(0, MAX_AREA, rounds=True), units=AREA),
    _fact(FactName.REVENUE, ("上年营业收入", "营业收入"), cells.scaled(0, MAX_FEN), units=MONEY),
    _fact(FactName.NATIONAL_PRIZES, ("国优项目", "国优"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.PROVINCIAL_PRIZES, ("省优项目", "省优"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.CITY_PRIZES, ("市优项目", "市优"), cells.whole(0, MAX_PEOPLE)),
    _fact(FactName.SERVICE_AREA, ("服务区域", "服务范围"), districts_cell),
    _fact(FactName.PHONE, ("联系电话", "电话", "联系方式"), phone_cell),
    FieldSpec("stated_on", _l("数据截止日期"), ("数据截止日期", "数据日期"), cells.day(), show=_shown(FactName.FOUNDED_ON)),
    FieldSpec("batch", _l("推荐批次"), ("推荐批次", "批次"), cells.text(40), from_title=batch_in),
)

USCC_PROBLEMS = {
    "uscc": ProblemKind(ERROR, _l("“%(value)s”：%(sentence)s"), _l("%(advice)s")),
    "uscc_twice": ProblemKind(ERROR, _l("统一社会信用代码“%(value)s”与第 %(other)s 行重复。"), _l("请删去重复的一行，或改正代码。")),
}

OWN_PROBLEM = {
    "own_enterprise": ProblemKind(
        ERROR,
        _l("“%(value)s”是您任职或者曾经任职的企业，您应当回避（《公务员法》第七十六条）。"),
        _l("请交由另一名经办人导入，或删去这一行。"),
    ),
}

LIST_PROBLEMS = (
    USCC_PROBLEMS
    | OWN_PROBLEM
    | {
        "no_as_of": ProblemKind(ERROR, _l("不知道名单的数据截至哪一天。"), _l("请在上传时填写数据截止日期。")),
        "name_twice": ProblemKind(
            WARNING, _l("企业名称“%(value)s”与第 %(other)s 行相同，代码却不同。"), _l("请核对是不是同一家企业；确属两家的，打勾确认。")
        ),
        "founded_later": ProblemKind(ERROR, _l("成立日期 %(value)s 在数据截止日之后。"), _l("请对照营业执照改正。")),
        "residential_over_managed": ProblemKind(ERROR, _l("住宅面积大于在管面积。"), _l("请核对两列，也可能是单位不同。")),
        "more_than_staff": ProblemKind(ERROR, _l("%(label)s %(value)s 人，多于从业人员 %(staff)s 人。"), _l("请核对人数。")),
        "phone": ProblemKind(
            WARNING, _l("“%(value)s”不像电话号码。"), _l("请核对；固定电话写作 0375-1234567，手机 11 位。确实无误的，打勾确认。")
        ),
        "unknown_district": ProblemKind(WARNING, _l("本市没有“%(value)s”这个区。"), _l("请核对服务区域；写全市的写“全市”。")),
    }
)

CONDUCT_FIELDS = (
    FieldSpec("uscc", _l("统一社会信用代码"), ("统一社会信用代码", "信用代码", "社会信用代码"), uscc_cell, required=True),
    FieldSpec("name", _l("企业名称"), ("企业名称", "单位名称", "公司名称"), cells.text(100)),
    FieldSpec(
        "occurred_on",
        _l("发生日期"),
        ("发生日期", "日期", "行为日期"),
        cells.day(),
        required=True,
        show=lambda d: facts.value_words(FactName.FOUNDED_ON, d),
    ),
    FieldSpec(
        "kind",
        _l("类别"),
        ("类别", "行为类别", "性质"),
        cells.choice({str(m.label): m for m in ConductKind} | {"良好行为": ConductKind.GOOD, "不良行为": ConductKind.BAD}),
        required=True,
        show=lambda kind: "—" if kind is None else str(ConductKind(kind).label),
    ),
    FieldSpec("matter", _l("事项"), ("事项", "行为事项", "内容"), cells.text(100), required=True),
    FieldSpec("points", _l("分值"), ("分值", "得分", "加减分"), cells.whole(-100, 100), required=True),
    FieldSpec("document_number", _l("文号"), ("文号", "文件号", "依据文号"), cells.text(60), required=True),
    FieldSpec(
        "expires_on",
        _l("有效期至"),
        ("有效期至", "有效期", "截止日期", "失效日期"),
        cells.day(),
        required=True,
        show=lambda d: facts.value_words(FactName.FOUNDED_ON, d),
    ),
)

CONDUCT_PROBLEMS = {
    "uscc": USCC_PROBLEMS["uscc"],
    **OWN_PROBLEM,
    "points_sign": ProblemKind(ERROR, _l("类别是%(kind)s，分值却是 %(value)s。"), _l("良好记录的分值应大于 0，不良记录的分值应小于 0。")),
    "expires_before": ProblemKind(ERROR, _l("有效期至 %(value)s，早于发生日期。"), _l("请核对两个日期。")),
    "occurred_later": ProblemKind(ERROR, _l("发生日期 %(value)s 还没有到。"), _l("请核对日期。")),
    "record_twice": ProblemKind(ERROR, _l("与第 %(other)s 行是同一条记录（企业、日期、文号、事项都相同）。"), _l("请删去重复的一行。")),
    "unknown_enterprise": ProblemKind(
        ERROR, _l("名录中没有代码为“%(value)s”的企业。"), _l("请先导入或登记这家企业，再导入它的信用记录；或核对代码。")
    ),
    "record_revoked": ProblemKind(
        WARNING,
        _l("文号“%(value)s”的这条记录已经撤销，这一行不会导入。"),
        _l("撤销后又有新决定的，请按新决定的文号登记；否则打勾确认。"),
    ),
    "name_differs": ProblemKind(
        WARNING, _l("企业名称“%(value)s”与名录中的“%(registered)s”不一致。"), _l("以代码为准记入“%(registered)s”；请核对后打勾确认。")
    ),
}
