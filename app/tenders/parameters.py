"""The parameter sheet: every number that a tendering rule needs, with its unit, legal basis and version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.common.i18n import _l
from app.tenders.kinds import Regime

CURRENT_VERSION = "2026.1"

DAY, WORKDAY, COUNT, SHARE, POINTS = "day", "workday", "count", "share", "points"

UNIT_LABELS = {DAY: _l("日"), WORKDAY: _l("个工作日"), COUNT: _l("家"), SHARE: _l("比例"), POINTS: _l("分")}


@dataclass(frozen=True)
class Setting:
    """A value with its unit and the article that it stands on."""

    value: Any
    unit: str
    basis: Any


@dataclass(frozen=True)
class Parameter:
    key: str
    label: Any
    setting: Setting
    overrides: Mapping[Regime, Setting] = field(default_factory=dict)
    is_checked: bool = True
    """The article was read at its source; unchecked ones say so on the page of rules."""

    def under(self, regime: Regime) -> Setting:
        return self.overrides.get(regime, self.setting)


def _parameter(key, label, value, unit, basis, *, overrides=None, is_checked=True) -> Parameter:
    return Parameter(key, label, Setting(value, unit, basis), overrides or {}, is_checked)


TL24 = _l("《招标投标法》第二十四条")
TR54 = _l("《招标投标法实施条例》第五十四条")
PLATFORM = _l("本平台规则")

_SHEET_2026_1 = (
    _parameter(
        "filing_lead_days",
        _l("发布公告前报备案"),
        10,
        DAY,
        _l("《前期物业管理招标投标管理暂行办法》第十一条"),
        overrides={Regime.PUBLIC: Setting(0, DAY, _l("《政府采购法》不要求事前备案"))},
        is_checked=False,
    ),
    _parameter("doc_issue_min_days", _l("招标文件发售期不少于"), 5, DAY, _l("《招标投标法实施条例》第十六条")),
    _parameter("bid_period_min_days", _l("自招标文件发出至投标截止不少于"), 20, DAY, TL24),
    _parameter("question_lead_days", _l("投标人提问不晚于投标截止前"), 17, DAY, _l("《河南省实施〈招标投标法〉办法》第三十一条")),
    _parameter("clarify_lead_days", _l("澄清或者修改不晚于投标截止前"), 15, DAY, _l("《招标投标法》第二十三条")),
    _parameter("doc_objection_lead_days", _l("对招标文件的异议不晚于投标截止前"), 10, DAY, _l("《招标投标法实施条例》第二十二条")),
    _parameter("objection_answer_days", _l("招标人答复异议"), 3, DAY, TR54),
    _parameter("min_bids", _l("开标至少需要投标人"), 3, COUNT, _l("《招标投标法》第二十八条、《招标投标法实施条例》第四十四条")),
    _parameter(
        "valid_bids_min",
        _l("否决投标后有效投标不少于"),
        1,
        COUNT,
        _l("《招标投标法》第四十二条"),
        overrides={
            Regime.PUBLIC: Setting(3, COUNT, _l("《政府采购法》第三十六条、《政府采购货物和服务招标投标管理办法》第四十四条")),
        },
        is_checked=False,
    ),
    _parameter("min_invitees", _l("邀请招标至少邀请"), 3, COUNT, _l("《招标投标法》第十七条")),
    _parameter("prequal_shortlist_min", _l("资格预审合格较多时至少选取"), 5, COUNT, PLATFORM, is_checked=False),
    _parameter("committee_min", _l("评标委员会成员不少于（单数）"), 5, COUNT, _l("《招标投标法》第三十七条")),
    _parameter("expert_share_min", _l("评标委员会中专家不少于"), Fraction(2, 3), SHARE, _l("《招标投标法》第三十七条")),
    _parameter("max_candidates", _l("中标候选人不超过"), 3, COUNT, _l("《招标投标法实施条例》第五十三条")),
    _parameter("evaluation_plan_workdays", _l("评标计划用时"), 5, WORKDAY, PLATFORM),
    _parameter("candidate_publish_days", _l("收到评标报告后公示中标候选人"), 3, DAY, TR54),
    _parameter("candidate_notice_days", _l("中标候选人公示不少于"), 3, DAY, TR54),
    _parameter(
        "award_decide_days",
        _l("收到评标报告后确定中标人"),
        15,
        DAY,
        _l("《河南省实施〈招标投标法〉办法》第四十七条"),
        overrides={Regime.PUBLIC: Setting(5, WORKDAY, _l("《政府采购货物和服务招标投标管理办法》第六十八条"))},
    ),
    _parameter("award_filing_days", _l("确定中标人后报备案"), 15, DAY, _l("《招标投标法》第四十七条")),
    _parameter("contract_days", _l("中标通知书发出后订立书面合同"), 30, DAY, _l("《招标投标法》第四十六条")),
    _parameter("service_start_max_days", _l("合同签订后开始服务"), 180, DAY, PLATFORM),
    _parameter("contract_filing_days", _l("物业服务合同签订后备案"), 15, DAY, _l("《河南省物业管理条例》第四十九条")),
    _parameter(
        "award_lead_before_validity_days",
        _l("确定中标人不晚于投标有效期届满前"),
        30,
        DAY,
        _l("《前期物业管理招标投标管理暂行办法》第三十六条"),
        is_checked=False,
    ),
    _parameter("complaint_window_days", _l("知道之日起投诉"), 10, DAY, _l("《招标投标法实施条例》第六十条")),
    _parameter("complaint_accept_workdays", _l("监督部门决定是否受理投诉"), 3, WORKDAY, _l("《招标投标法实施条例》第六十一条")),
    _parameter("complaint_decide_workdays", _l("监督部门处理投诉"), 30, WORKDAY, _l("《招标投标法实施条例》第六十一条")),
    _parameter("bid_bond_cap", _l("投标保证金不超过估算价的"), Fraction(2, 100), SHARE, _l("《招标投标法实施条例》第二十六条")),
    _parameter("performance_bond_cap", _l("履约保证金不超过合同金额的"), Fraction(10, 100), SHARE, _l("《招标投标法实施条例》第五十八条")),
    _parameter(
        "price_weight_min",
        _l("价格分不少于"),
        0,
        POINTS,
        PLATFORM,
        overrides={Regime.PUBLIC: Setting(10, POINTS, _l("《政府采购货物和服务招标投标管理办法》第五十五条"))},
    ),
    _parameter("renewal_lead_days", _l("现合同到期前可以开始选聘"), 180, DAY, _l("本平台规则；《河南省物业管理条例》第五十一条")),
    _parameter("retention_years", _l("档案保存（年）"), 15, COUNT, _l("《政府采购法》第四十二条")),
)

VERSIONS: Mapping[str, tuple[Parameter, ...]] = {"2026.1": _SHEET_2026_1}


@dataclass(frozen=True)
class Sheet:
    """The parameters in force for one tender: its regime and version."""

    regime: Regime
    version: str

    def setting(self, key: str) -> Setting:
        return _by_key(self.version)[key].under(self.regime)

    def __getitem__(self, key: str) -> Any:
        return self.setting(key).value

    def basis(self, key: str) -> Any:
        """The article; marked, as on the page of rules, where it was not read at its source."""
        parameter = _by_key(self.version)[key]
        basis = self.setting(key).basis
        return basis if parameter.is_checked else _l("%(basis)s（条文待核）", basis=basis)


def sheet_for(regime: Regime, version: str = CURRENT_VERSION) -> Sheet:
    """Raises KeyError for a version that was never published."""
    VERSIONS[version]
    return Sheet(regime, version)


def _by_key(version: str) -> Mapping[str, Parameter]:
    return {parameter.key: parameter for parameter in VERSIONS[version]}


def version_label(version: str) -> Any:
    year, number = version.split(".")
    return _l("%(year)s 年第 %(number)s 版规则", year=year, number=number)


def shown_value(setting: Setting) -> Any:
    """A setting in words: `20 日`, `2/3`, `2%`."""
    if setting.unit == SHARE:
        share = Fraction(setting.value)
        return f"{share.numerator}/{share.denominator}" if 100 % share.denominator else f"{share * 100}%"
    if setting.unit == DAY:
        return _l("%(number)s 日", number=setting.value)
    if setting.unit == WORKDAY:
        return _l("%(number)s 个工作日", number=setting.value)
    if setting.unit == POINTS:
        return _l("%(number)s 分", number=setting.value)
    return str(setting.value)
