"""The directory as a table for spreadsheets: every fact in plain units, both scores, the day of the figures."""

from collections.abc import Iterable
from datetime import datetime

from app.common.figures import local
from app.common.i18n import _l

HEADER = (
    _l("企业名称"),
    _l("统一社会信用代码"),
    _l("推荐批次"),
    _l("核验状态"),
    _l("资质等级"),
    _l("法定代表人"),
    _l("成立日期"),
    _l("注册资本（元）"),
    _l("从业人员（人）"),
    _l("管理人员（人）"),
    _l("工程技术人员（人）"),
    _l("持证项目负责人（人）"),
    _l("在管项目（个）"),
    _l("在管面积（m²）"),
    _l("其中住宅（m²）"),
    _l("上年营业收入（元）"),
    _l("国优项目（个）"),
    _l("省优项目（个）"),
    _l("市优项目（个）"),
    _l("服务区域"),
    _l("联系电话"),
    _l("数据截止日期"),
    _l("有效信用记录（条）"),
    _l("信用分"),
    _l("能力分"),
    _l("评分时刻"),
)


def rows(listed: Iterable, now: datetime):
    """One list of cells for each `Listed` of the directory; numbers stay numbers."""
    at = f"{local(now):%Y-%m-%d %H:%M}"
    for one in listed:
        e = one.enterprise
        yield [
            e.name,
            e.uscc,
            e.batch.name if e.batch else None,
            e.verification.label,
            e.level.label if e.level else None,
            e.legal_representative,
            e.founded_on,
            _hundredth(e.capital_fen),
            e.staff,
            e.managers,
            e.technicians,
            e.certified_managers,
            e.projects_count,
            _hundredth(e.managed_area_centi),
            _hundredth(e.residential_area_centi),
            _hundredth(e.revenue_fen),
            e.national_prizes,
            e.provincial_prizes,
            e.city_prizes,
            "、".join(e.district_names),
            e.phone,
            e.stated_on,
            one.records,
            float(one.credibility),
            float(one.capacity),
            at,
        ]


def _hundredth(value: int | None):
    """Fen as yuan and 0.01 m² as m²: whole where they are whole."""
    if value is None:
        return None
    return value // 100 if value % 100 == 0 else value / 100
