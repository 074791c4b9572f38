"""The directory: filters from the address, a page or all of it, with both scores of every row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil

from sqlalchemy import func

from app.common.tables import Page, Sort, page_number, paginate
from app.enterprises import queries
from app.enterprises.models import Enterprise
from app.enterprises.rules import Level
from app.extensions import db

PER_PAGE = 50

COLUMNS = {
    "name": Enterprise.name,
    "area": func.coalesce(Enterprise.managed_area_centi, -1),
    "staff": func.coalesce(Enterprise.staff, -1),
    "projects": func.coalesce(Enterprise.projects_count, -1),
    "founded": func.coalesce(Enterprise.founded_on, date(9999, 12, 31)),
    "credibility": None,
    "capacity": None,
}
"""What the directory sorts by; the scores are computed, not stored."""


@dataclass(frozen=True)
class Filters:
    """What a visitor looks for. Anything unknown in the address counts as not given."""

    text: str = ""
    district: str = ""
    batch_id: int | None = None
    level: Level | None = None

    @classmethod
    def from_address(cls, arguments) -> "Filters":
        batch = arguments.get("batch", "")
        level = arguments.get("level", "")
        return cls(
            text=arguments.get("q", "").strip()[:100],
            district=arguments.get("district", "").strip()[:40],
            batch_id=int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 10 else None,
            level=Level(level) if level in set(Level) else None,
        )

    @property
    def is_active(self) -> bool:
        return bool(self.text or self.district or self.batch_id or self.level)

    def select(self):
        return queries.find_enterprises(text=self.text, district=self.district, batch_id=self.batch_id, level=self.level)


@dataclass(frozen=True)
class Listed:
    """One row."""

    enterprise: Enterprise
    credibility: Decimal
    capacity: Decimal
    records: int
    """How many conduct records are in force."""


@dataclass(frozen=True)
class Directory:
    page: Page
    """Its items are Listed."""
    city_mean: Decimal


def read_directory(filters: Filters, sort: Sort, now: datetime) -> Directory:
    """One page of the directory; the number of queries does not grow with its rows."""
    scores = queries.credibility_scores(now)
    if sort.key in ("credibility", "capacity"):
        page = _page_by_score(filters, sort, scores, now)
    else:
        page = paginate(filters.select().order_by(*sort.order_by(Enterprise.id)), per_page=PER_PAGE)
    return Directory(Page(_listed(page.items, scores, now), page.number, page.per_page, page.total), scores.city_mean)


def read_whole(filters: Filters, now: datetime) -> list[Listed]:
    """Every row that the filters leave, for a download, by name."""
    found = db.session.scalars(filters.select().order_by(Enterprise.name, Enterprise.id)).unique()
    return _listed(list(found), queries.credibility_scores(now), now)


def _listed(enterprises: Sequence[Enterprise], scores: queries.Scores, now: datetime) -> list[Listed]:
    capacities = queries.capacity_scores(enterprises, now)
    return [Listed(e, scores.of(e.id), capacities[e.id], scores.count(e.id)) for e in enterprises]


def _page_by_score(filters: Filters, sort: Sort, scores: queries.Scores, now: datetime) -> Page:
    """Sorted in the program, since the scores are not stored; equal scores stand in the order of names."""
    found = list(db.session.scalars(filters.select().order_by(Enterprise.name, Enterprise.id)).unique())
    keys = {e.id: scores.of(e.id) for e in found} if sort.key == "credibility" else queries.capacity_scores(found, now)
    found.sort(key=lambda e: keys[e.id], reverse=sort.is_descending)
    number = min(page_number(), max(1, ceil(len(found) / PER_PAGE)))
    return Page(found[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(found))
