"""The sheet of published parameters: each number of the two formulas with what it rests on. Pure."""

from app.common.i18n import _l
from app.enterprises.capacity import CAPACITY, CapacityRules
from app.enterprises.credibility import CREDIBILITY, CredibilityRules
from app.enterprises.explained import plain
from app.enterprises.rules import OWN_RULE, Parameter


def credibility_parameters(rules: CredibilityRules = CREDIBILITY) -> list[Parameter]:
    steps = [
        Parameter(
            f"ageing_{years}",
            _l("记录满 %(years)d 年后按多少计", years=years),
            _l("%(percent)d%%", percent=percent),
            OWN_RULE,
        )
        for years, percent in rules.ageing
    ]
    return [
        Parameter(
            "base", _l("基础分"), plain(rules.base), _l("参照烟台市物业服务企业信用评价办法（烟建住房〔2022〕13 号）基础信息最高 80 分")
        ),
        Parameter("base_weight", _l("基础分的权重（分）"), plain(rules.base_weight), OWN_RULE),
        Parameter("mean_weight", _l("全市均值的权重 k（分）"), plain(rules.mean_weight), OWN_RULE),
        *steps,
        Parameter(
            "regional_prizes",
            _l("依法必须招标的项目中，省、市、区级奖项只展示、不计分"),
            _l("省级、市级、县级、区级奖项"),
            _l("《招标投标法实施条例》第三十二条第三项"),
        ),
        Parameter(
            "show_years",
            _l("不良记录公开的最长年限"),
            _l("%(years)d 年", years=rules.show_years),
            _l("《河南省社会信用条例》第十九条"),
        ),
    ]


def capacity_parameters(rules: CapacityRules = CAPACITY) -> list[Parameter]:
    return [
        Parameter("load_weight", _l("人均在管面积的权重"), plain(rules.load_weight), OWN_RULE),
        Parameter("managers_weight", _l("持证项目负责人的权重"), plain(rules.managers_weight), OWN_RULE),
        Parameter("technicians_weight", _l("工程技术人员的权重"), plain(rules.technicians_weight), OWN_RULE),
        Parameter("area_weight", _l("服务区域的权重（只在评标时计）"), plain(rules.area_weight), OWN_RULE),
        Parameter("light_load_m2", _l("人均在管面积满分线"), _l("%(area)s m²", area=f"{rules.light_load_m2:,}"), OWN_RULE),
        Parameter("heavy_load_m2", _l("人均在管面积零分线"), _l("%(area)s m²", area=f"{rules.heavy_load_m2:,}"), OWN_RULE),
        Parameter("managers_each", _l("每个项目的持证负责人，满分线"), _l("%(people)s 人", people=plain(rules.managers_each)), OWN_RULE),
        Parameter(
            "technicians_each",
            _l("每 10 万 m² 的工程技术人员，满分线"),
            _l("%(people)s 人", people=plain(rules.technicians_each)),
            OWN_RULE,
        ),
        Parameter(
            "scale",
            _l("财政资金采购中，规模条件只展示、不计分"),
            _l("从业人员、面积、注册资本、营业收入"),
            _l("《政府采购货物和服务招标投标管理办法》（财政部令第 87 号）第十七条"),
        ),
    ]
