"""The score for work in similar compounds, 0 to 100: from the projects known at the bid deadline, each one shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.common.i18n import _l
from app.common.money import square_metres
from app.enterprises.explained import Explained, Part, Source, apportion, local_day, two_places, years_before

FULL = Decimal(100)


@dataclass(frozen=True)
class TrackRules:
    """Our own rule (no authority's): four similar projects earn full marks; a project long ended no longer counts."""

    version: str = "2009.1"
    similar_for_full: int = 4
    least_share: Decimal = Decimal("0.5")
    """A project is similar from this share of the tender's area …"""
    most_share: Decimal = Decimal(3)
    """… up to this multiple of it."""
    ended_years: int = 3


TRACK = TrackRules()


@dataclass(frozen=True)
class PastProject:
    key: str
    name: str
    area_centi: int
    since_on: date
    until_on: date | None = None
    reference: str = ""


def track_record_at(projects: Sequence[PastProject], now: datetime, *, area_centi: int, rules: TrackRules = TRACK) -> Explained:
    """Similar in size, begun by that day, running or ended within the last years; each brings an equal share of the full mark."""
    day = local_day(now)
    smallest, largest = rules.least_share * area_centi, rules.most_share * area_centi
    counted = [
        p
        for p in sorted(projects, key=lambda p: (p.since_on, p.key), reverse=True)
        if smallest <= p.area_centi <= largest
        and p.since_on <= day
        and (p.until_on is None or p.until_on > years_before(day, rules.ended_years))
    ]
    number = min(len(counted), rules.similar_for_full)
    score = two_places(FULL * number / rules.similar_for_full)
    limits = _l("%(smallest)s 至 %(largest)s m²", smallest=square_metres(int(smallest)), largest=square_metres(int(largest)))
    sources = tuple(
        Source(f"project:{p.key}", p.name, p.since_on, p.until_on, p.reference, _l("%(area)s m²", area=square_metres(p.area_centi)))
        for p in counted
    )
    return Explained(
        score=score,
        at=now,
        version=rules.version,
        figures={"similar": Decimal(len(counted)), "for_full": Decimal(rules.similar_for_full)},
        formula=_l(
            "同类小区（%(limits)s）%(count)d 个，满 %(most)d 个得满分：%(score)s",
            limits=limits,
            count=len(counted),
            most=rules.similar_for_full,
            score=score,
        ),
        parts=(
            Part(
                "similar",
                _l("同类小区"),
                apportion([score], score)[0],
                _l("%(count)d ÷ %(most)d × 100", count=number, most=rules.similar_for_full),
                sources,
                mark=score,
                weight=FULL,
                note="" if sources else _l("截止时没有登记的同类小区。"),
            ),
        ),
    )
