"""Words and limits of divisions and compounds, and how a compound counts for coverage. Pure."""

from app.common.i18n import _l
from app.common.labels import LabelledEnum

MAX_NAME = 60
MAX_HOUSEHOLDS = 20_000
MAX_BUILDINGS = 500
MAX_AREA_CENTI = 500_000_000
"""5,000,000 m²: far above any compound; a larger figure is a wrong unit."""
MAX_FEE_FEN = 5_000
FIRST_YEAR = 1900
AREA_PER_HOUSEHOLD_CENTI = (1_500, 60_000)
"""15 to 600 m² a household: outside, the row is asked about."""


class DivisionLevel(LabelledEnum):
    """By the length of its code: 4, 6, 9, 12 digits."""

    CITY = "city", _l("市")
    DISTRICT = "district", _l("区县")
    STREET = "street", _l("街道、乡镇")
    COMMUNITY = "community", _l("社区")


LEVEL_OF_LENGTH = {4: DivisionLevel.CITY, 6: DivisionLevel.DISTRICT, 9: DivisionLevel.STREET, 12: DivisionLevel.COMMUNITY}


class ManagementMode(LabelledEnum):
    """Who manages a compound (DOMAIN 6.3)."""

    PROFESSIONAL = "professional", _l("专业物业"), "badge"
    UNIT_LOGISTICS = "unit_logistics", _l("单位后勤"), "info"
    COMMUNITY_CUSTODY = "community_custody", _l("社区代管"), "info"
    SELF_MANAGED = "self_managed", _l("业主自管"), "info"
    CLEANING_ONLY = "cleaning_only", _l("简单保洁"), "wait"
    NONE = "none", _l("无人管理"), "soon"


MODE_WORDS: dict[str, ManagementMode] = {
    **dict.fromkeys(
        (
            "专业物业",
            "专业物业管理",
            "物业企业规范化管理",
            "物业公司管理",
            "物业企业管理",
            "物业公司",
            "物业企业",
            "专业化管理",
            "规范化管理",
            "物业管理",
        ),
        ManagementMode.PROFESSIONAL,
    ),
    **dict.fromkeys(
        ("单位后勤", "单位后勤管理", "后勤管理", "单位自管", "单位管理", "产权单位管理", "单位代管", "后勤"), ManagementMode.UNIT_LOGISTICS
    ),
    **dict.fromkeys(("社区代管", "社区管理", "社区托管", "社区自管", "居委会代管"), ManagementMode.COMMUNITY_CUSTODY),
    **dict.fromkeys(("业主自管", "业主自治", "居民自管", "居民自治", "自治管理"), ManagementMode.SELF_MANAGED),
    **dict.fromkeys(("简单保洁", "仅保洁", "只保洁", "保洁", "简易保洁", "清扫保洁"), ManagementMode.CLEANING_ONLY),
    **dict.fromkeys(("无人管理", "无人管", "失管", "无管理", "无物业", "无", "没有", "弃管"), ManagementMode.NONE),
}
"""How censuses name a mode."""


def code_range(code: str) -> tuple[str, str]:
    """The codes of a division and all within it: low ≤ code < high, true in any collation."""
    return code, str(int(code) + 1)
