"""Whether a ceiling can feed a service: what it brings in a month beside published floor prices. It advises, never refuses. Pure."""

from dataclasses import dataclass
from typing import Any

from app.common.i18n import _l
from app.tenders.kinds import ServiceLevel


@dataclass(frozen=True)
class Anchor:
    """A published price, fen per m² and month."""

    low_fen: int
    high_fen: int
    text: Any


ANCHORS = (
    Anchor(20, 40, _l("南京，街道服务中心管理的多层老旧小区")),
    Anchor(50, 50, _l("三级服务收费示例")),
    Anchor(56, 71, _l("杭州，丁级（无电梯、有电梯）")),
    Anchor(60, 70, _l("宁波，最低指导价（无电梯、有电梯）")),
)
"""DOMAIN 6.1's fee anchors."""

FLOOR = {ServiceLevel.THIRD: 40, ServiceLevel.SECOND: 56, ServiceLevel.FIRST: 71}
"""Below this hardly anybody can serve at that level; drawn from the anchors."""


@dataclass(frozen=True)
class Ceiling:
    month_fen: int
    """What the whole area brings in a month at the ceiling, all fees collected."""
    is_low: bool
    floor_fen: int
    anchors: tuple[Anchor, ...] = ANCHORS


def read_ceiling(ceiling_fen: int | None, area_centi: int, level: ServiceLevel | None) -> Ceiling | None:
    """None while there is no ceiling."""
    if ceiling_fen is None:
        return None
    floor = FLOOR[level or ServiceLevel.THIRD]
    return Ceiling(month_fen=ceiling_fen * area_centi // 100, is_low=ceiling_fen < floor, floor_fen=floor)
