"""What can be wrong with a census row, and what a person must confirm. Pure."""

from collections.abc import Iterable

from app.common.i18n import _l
from app.common.imports.cells import plain
from app.common.imports.kinds import Context, Problem, Row
from app.common.imports.problems import ProblemKind, Severity
from app.common.money import square_metres
from app.communities.rules import AREA_PER_HOUSEHOLD_CENTI

ERROR, WARNING = Severity.ERROR, Severity.WARNING

PROBLEMS: dict[str, ProblemKind] = {
    "future_year": ProblemKind(ERROR, _l("建成年份 %(value)s 在将来。"), _l("请核对后改正；不清楚就留空。")),
    "no_buildings": ProblemKind(ERROR, _l("楼栋数是 %(value)s。"), _l("至少是 1；不清楚就留空。")),
    "no_households": ProblemKind(WARNING, _l("户数是 0。"), _l("如果确实没有住户，请确认；否则请改正。")),
    "no_area": ProblemKind(ERROR, _l("建筑面积是 0。"), _l("请填写建筑面积。")),
    "area_per_household": ProblemKind(WARNING, _l("户均面积 %(each)s m²，不合常理。"), _l("请核对户数、面积和面积单位；确实如此请确认。")),
    "swapped": ProblemKind(
        WARNING, _l("经度和纬度看起来填反了：经度 %(longitude)s，纬度 %(latitude)s。"), _l("确认后对调再保存；也可以改正后重新上传。")
    ),
    "out_of_china": ProblemKind(
        ERROR, _l("坐标不在中国境内：经度 %(longitude)s，纬度 %(latitude)s。"), _l("请核对经纬度；不清楚就都留空。")
    ),
    "half_position": ProblemKind(ERROR, _l("经度、纬度只填了一个。"), _l("请补全，或都留空。")),
    "repeated": ProblemKind(WARNING, _l("与第 %(row)s 行完全相同。"), _l("确认后只导入一次；如果是另一个楼院，请改名后重新上传。")),
    "conflicting": ProblemKind(
        ERROR, _l("“%(value)s”在第 %(row)s 行已经出现过，内容却不同。"), _l("同一社区里楼院名称不能重复，请改名或删去一行。")
    ),
    "unknown_district": ProblemKind(ERROR, _l("本市没有“%(value)s”。"), _l("请改为本市的区县名称。")),
    "unknown_street": ProblemKind(ERROR, _l("%(place)s没有“%(value)s”。"), _l("请改为正确的街道或乡镇；新设的街道请先由管理员登记。")),
    "unclear_street": ProblemKind(ERROR, _l("“%(value)s”在几个区都有。"), _l("请在表中加一列“区县”，或在标题里写明是哪个区。")),
    "not_yours": ProblemKind(ERROR, _l("“%(value)s”不在您管辖的范围内。"), _l("请由该区的经办人导入。")),
    "new_community": ProblemKind(
        WARNING, _l("%(street)s原来没有“%(value)s”。"), _l("如果是新设的社区，请确认后新建；如果写错了，请改正后重新上传。")
    ),
}

LONGITUDES = (73_000_000, 136_000_000)
LATITUDES = (3_000_000, 54_000_000)

POSITION = ("longitude_e6", "latitude_e6")


def identity(row: Row) -> tuple[str, str, str] | None:
    """Street, community and name as compared: without blanks, in half-width. None where one of them is missing."""
    parts = (row.get("street"), row.get("community"), row.get("name"))
    return tuple(plain(part) for part in parts) if all(parts) else None


def check_row(row: Row, context: Context) -> Iterable[Problem]:
    """Problems of one row that its cells alone do not show."""
    year = row.get("built_year")
    if year is not None and year > (context.as_of or context.today).year:
        yield row.problem("future_year", "built_year")
    buildings = row.get("buildings")
    if buildings is not None and buildings < 1:
        yield row.problem("no_buildings" if buildings == 0 else "negative", "buildings")
    households, area = row.get("households"), row.get("area_centi")
    if households == 0:
        yield row.problem("no_households", "households")
    if area == 0:
        yield row.problem("no_area", "area_centi")
    if households and area:
        least, most = AREA_PER_HOUSEHOLD_CENTI
        if not least * households <= area <= most * households:
            yield row.problem("area_per_household", "area_centi", square_metres(area), each=square_metres(area // households))
    yield from _check_position(row)


def _check_position(row: Row) -> Iterable[Problem]:
    if any(key in row.bad for key in POSITION):
        return
    longitude, latitude = row.get("longitude_e6"), row.get("latitude_e6")
    if longitude is None and latitude is None:
        return
    if longitude is None or latitude is None:
        yield row.problem("half_position", "longitude_e6" if longitude is None else "latitude_e6", "")
    elif not is_in_china(longitude, latitude):
        code = "swapped" if is_in_china(latitude, longitude) else "out_of_china"
        shown = {"longitude": degrees(longitude), "latitude": degrees(latitude)}
        yield row.problem(code, "longitude_e6", shown["longitude"], **shown)


def is_in_china(longitude: int, latitude: int) -> bool:
    """Whether micro-degrees lie in the box around China."""
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]


def degrees(micro: int) -> str:
    """113290000 → "113.29"."""
    return f"{micro / 1_000_000:.6f}".rstrip("0").rstrip(".")


def check_rows(rows: list[Row], context: Context) -> Iterable[Problem]:
    """Rows that name the same compound."""
    first: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = identity(row)
        if key is None:
            continue
        earlier = first.setdefault(key, row)
        if earlier is not row:
            same = earlier.values == row.values
            yield row.problem("repeated" if same else "conflicting", "name", row=earlier.number)


def settled(row: Row) -> dict:
    """The values to store once a person has confirmed the warnings: swapped coordinates put right."""
    values = dict(row.values)
    longitude, latitude = row.get("longitude_e6"), row.get("latitude_e6")
    if longitude is not None and latitude is not None and not is_in_china(longitude, latitude):
        values["longitude_e6"], values["latitude_e6"] = latitude, longitude
    return values


def without_repeats(rows: list[Row]) -> list[Row]:
    """Each compound once."""
    return list({identity(row): row for row in reversed(rows)}.values())[::-1]
