"""What a census table may hold and how its columns are called and read. Pure."""

import re
from decimal import Decimal

from app.common.figures import money_text
from app.common.i18n import _l
from app.common.imports import cells
from app.common.imports.kinds import FieldSpec, Unit
from app.common.money import square_metres, yuan
from app.communities.rules import (
    FIRST_YEAR,
    MAX_AREA_CENTI,
    MAX_BUILDINGS,
    MAX_FEE_FEN,
    MAX_HOUSEHOLDS,
    MAX_NAME,
    MODE_WORDS,
    ManagementMode,
)

AREA_UNITS = cells.unit_family(
    Unit("m2", _l("平方米"), Decimal(100), ("m2", "平方米", "平米", "平方")),
    Unit("wan_m2", _l("万平方米"), Decimal(1_000_000), ("万m2", "万平方米", "万平米", "万平方")),
)
FEE_UNITS = cells.unit_family(Unit("yuan", _l("元／平方米·月"), Decimal(100), ("元", "元/m2", "元/m2/月", "元/m2·月", "元/平方米·月")))
DEGREES = cells.unit_family(Unit("degree", _l("度"), Decimal(1_000_000), ("度", "°")))

_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,7}?(?:区|县))(?!域)")
_STREET = re.compile(r"[\u4e00-\u9fff]{1,12}?(?:街道办事处|街道|镇(?![街乡])|乡(?!街))")


def district_in(text: str) -> str | None:
    """ "新华区城市住宅区物业管理底数摸排表" → "新华区". Words like 小区 and 社区 name no district."""
    for match in _DISTRICT.finditer(text):
        name = match.group(1)
        if not name.endswith(("小区", "社区", "住宅区", "辖区", "城区", "各区", "全区", "生活区")):
            return name
    return None


def street_in(text: str) -> str | None:
    """ "卫东区东安路街道居民楼院摸底表" → "东安路街道"."""
    district = district_in(text)
    match = _STREET.search(text.partition(district)[2] if district else text)
    return match.group(0) if match else None


def show_mode(value) -> str:
    return "—" if value is None else str(ManagementMode(value).label)


def show_yes_no(value) -> str:
    return {True: str(_l("有")), False: str(_l("无"))}.get(value, "—")


def show_degrees(value) -> str:
    return "—" if value is None else f"{value / 1_000_000:.6f}"


def _shown(show):
    return lambda value: "—" if value is None else show(value)


def _coordinate():
    return cells.scaled(-180_000_000, 180_000_000, places=6, rounds=True, show=show_degrees)


def _flag(key: str, label, words: tuple[str, ...]) -> FieldSpec:
    return FieldSpec(key, label, words, cells.yes_no(), is_yes_no=True, show=show_yes_no)


FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("district", _l("区县"), ("区", "区县", "所属区", "行政区"), cells.text(MAX_NAME), fills_down=True, from_title=district_in),
    FieldSpec(
        "street", _l("街道、乡镇"),
        ("街道", "街道办事处", "街道办事处/乡", "街道/乡镇", "街道乡镇", "所属街道", "办事处", "乡镇", "街办"),
        cells.text(MAX_NAME), required=True, fills_down=True, from_title=street_in,
    ),
    FieldSpec(
        "community", _l("社区"), ("社区", "社区居委会", "所属社区", "居委会", "社区名称", "居民委员会"),
        cells.text(MAX_NAME), required=True, fills_down=True,
    ),
    FieldSpec(
        "name", _l("楼院名称"),
        ("楼院名称", "小区名称", "楼院", "小区", "庭院名称", "院落名称", "项目名称", "小区楼院名称"),
        cells.text(MAX_NAME, blank_words=False), required=True,
    ),
    FieldSpec(
        "built_year", _l("建成年份"), ("建成年份", "建成年代", "竣工时间", "竣工年份", "建成时间", "建造年代", "建设年代", "年代"),
        cells.year(FIRST_YEAR),
    ),
    FieldSpec(
        "buildings", _l("楼栋数"), ("楼栋数", "栋数", "幢数", "栋", "幢", "楼栋", "楼数"),
        cells.whole(None, MAX_BUILDINGS), sums=True,
    ),
    FieldSpec(
        "households", _l("户数"), ("户数", "居民户数", "总户数", "住户数", "住户"), cells.whole(0, MAX_HOUSEHOLDS),
        required=True, sums=True,
    ),
    FieldSpec(
        "area_centi", _l("建筑面积"), ("建筑面积", "总建筑面积", "面积", "房屋面积"),
        cells.scaled(0, MAX_AREA_CENTI, rounds=True, show=square_metres), required=True, units=AREA_UNITS,
        sums=True, show=_shown(lambda value: f"{square_metres(value)} m²"),
    ),
    FieldSpec(
        "mode", _l("管理方式"),
        ("管理方式", "现管理模式", "管理模式", "物业管理方式", "现管理方式", "物业管理模式", "管理现状", "管理类型"),
        cells.choice(MODE_WORDS, "、".join(str(mode.label) for mode in ManagementMode)), required=True, show=show_mode,
        ticks={
            "专业物业": ("专业物业", "专业物业管理", "物业企业规范化管理", "物业公司管理", "专业化物业"),
            "单位后勤": ("单位后勤", "单位自管", "单位后勤管理", "后勤管理"),
            "社区代管": ("社区代管",),
            "业主自管": ("业主自管", "业主自治", "居民自管"),
            "简单保洁": ("简单保洁", "仅保洁"),
            "无人管理": ("无人管理", "失管"),
        },
    ),
    FieldSpec(
        "fee_fen", _l("物业费"), ("收费标准", "收费", "物业费", "物业费标准", "物业服务费", "收费价格"),
        cells.scaled(0, MAX_FEE_FEN, show=yuan), units=FEE_UNITS, show=money_text,
    ),
    _flag("has_committee", _l("业主委员会"), ("业主委员会", "业委会", "有无业委会")),
    _flag("has_guard", _l("门卫"), ("门卫", "值班室", "门岗", "门卫室", "门卫值班")),
    _flag("has_lamps", _l("路灯"), ("路灯", "照明", "楼道灯", "路灯照明")),
    _flag("has_greening", _l("绿化"), ("绿化", "绿地")),
    _flag("has_monitoring", _l("监控"), ("监控", "技防", "安防监控", "技防设施")),
    FieldSpec("longitude_e6", _l("经度"), ("经度", "东经"), _coordinate(), units=DEGREES, show=show_degrees),
    FieldSpec("latitude_e6", _l("纬度"), ("纬度", "北纬"), _coordinate(), units=DEGREES, show=show_degrees),
)  # fmt: skip
