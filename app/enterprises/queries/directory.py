"""The directory: filters from the address, a page or all of it, with both scores of every row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import func, select

from app.common.figures import NOTHING, count_text
from app.common.figures import day as day_of
from app.common.figures import listed as joined
from app.common.macros import tag
from app.common.tables import Page, Sort, page_number, paginate
from app.enterprises import queries
from app.enterprises.facts import area_words
from app.enterprises.models import Enterprise
from app.enterprises.rules import WHOLE_CITY, Level, Verification, shown_batch, shown_district
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
    """What a visitor looks for. What is unknown in the address is not used, and named."""

    text: str = ""
    district: str = ""
    batch_id: int | None = None
    level: Level | None = None
    ignored: tuple = ()
    """Labels of conditions whose value nobody understands."""

    @classmethod
    def from_address(cls, arguments) -> "Filters":
        batch, level, district = (arguments.get(key, "").strip() for key in ("batch", "level", "district"))
        batch_id = int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 10 else None
        is_served = not district or district in (*queries.districts_in_use(), WHOLE_CITY)
        unknown = {
            _("服务区域"): not is_served,
            _("推荐批次"): batch and batch_id is None,
            _("资质等级"): level and level not in set(Level),
        }
        return cls(
            text=arguments.get("q", "").strip()[:100],
            district=district if is_served else "",
            batch_id=batch_id,
            level=Level(level) if level in set(Level) else None,
            ignored=tuple(label for label, is_unknown in unknown.items() if is_unknown),
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


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words. A directory is drawn often and long, so what repeats from row to row is worded once."""

    id: int
    name: str
    uscc: str
    level: str
    batch: str
    pending: Markup | str
    """A tag for those that are not verified."""
    districts: str
    area: str
    stated: Markup | str
    projects: str
    staff: str
    credibility: str
    records: str
    capacity: str


@dataclass(frozen=True)
class Directory:
    page: Page
    """Its items are Line."""
    city_mean: Decimal


def read_directory(filters: Filters, sort: Sort, now: datetime) -> Directory:
    """One page of the directory; the number of queries does not grow with its rows."""
    scores = queries.credibility_scores(now)
    if sort.key in ("credibility", "capacity"):
        page = _page_by_score(filters, sort, scores, now)
    elif sort.key == "name":
        page = _page_by_name(filters, sort)
    else:
        page = paginate(filters.select().order_by(*sort.order_by(Enterprise.id)), per_page=PER_PAGE)
    lines = in_words(_listed(page.items, scores, now))
    return Directory(Page(lines, page.number, page.per_page, page.total), scores.city_mean)


def in_words(listed: Sequence[Listed]) -> list[Line]:
    once = _Once()
    return [
        Line(
            id=e.id,
            name=e.name,
            uscc=e.uscc,
            level=once(_level_words, e.level) if e.level else "",
            batch=str(shown_batch(e.batch.name)) if e.batch else "",
            pending="" if e.verification is Verification.VERIFIED else once(tag, e.verification),
            districts=joined(map(shown_district, e.district_names)) or NOTHING,
            area=area_words(e.managed_area_centi),
            stated=once(_stated_words, e.stated_on) if e.stated_on else "",
            projects=count_text(e.projects_count),
            staff=count_text(e.staff),
            credibility=str(one.credibility),
            records=once(_records_words, one.records),
            capacity=str(one.capacity),
        )
        for one in listed
        for e in (one.enterprise,)
    ]


class _Once:
    """Words for each different value, looked up once a page."""

    def __init__(self):
        self._known: dict = {}

    def __call__(self, words, value):
        key = words, value
        if key not in self._known:
            self._known[key] = words(value)
        return self._known[key]


def _level_words(level: Level) -> str:
    return _("资质%(level)s", level=level.label)


def _stated_words(day: date) -> Markup:
    return Markup(_("截至 %(day)s", day=day_of(day, weekday=False)))


def _records_words(count: int) -> str:
    return _("%(count)d 条有效记录", count=count) if count else _("没有有效记录")


def read_whole(filters: Filters, now: datetime) -> list[Listed]:
    """Every row that the filters leave, for a download, by name."""
    return _listed(_by_name(filters), queries.credibility_scores(now), now)


def _by_name(filters: Filters) -> list[Enterprise]:
    found = db.session.scalars(filters.select().order_by(Enterprise.id)).unique()
    return sorted(found, key=lambda e: pinyin_key(e.name))


def _listed(enterprises: Sequence[Enterprise], scores: queries.Scores, now: datetime) -> list[Listed]:
    capacities = queries.capacity_scores(enterprises, now)
    return [Listed(e, scores.of(e.id), capacities[e.id], scores.count(e.id)) for e in enterprises]


def pinyin_key(name: str) -> bytes:
    """Sorts names as Chinese readers expect. GB 2312 orders its 3,755 common characters by pinyin and the rare ones, after
    them, by radical; the databases here compare code points, which have no order that anybody knows."""
    return name.encode("gb18030", "replace")


def _page_by_name(filters: Filters, sort: Sort) -> Page:
    """Names are compared in the program, a city has some hundreds; only the page's own rows are loaded."""
    named = db.session.execute(filters.select().with_only_columns(Enterprise.id, Enterprise.name)).all()
    named.sort(key=lambda row: (pinyin_key(row.name), row.id), reverse=sort.is_descending)
    number = min(page_number(), max(1, ceil(len(named) / PER_PAGE)))
    ids = [row.id for row in named[(number - 1) * PER_PAGE : number * PER_PAGE]]
    place = {id_: n for n, id_ in enumerate(ids)}
    found = list(db.session.scalars(select(Enterprise).where(Enterprise.id.in_(ids)).order_by(Enterprise.id)).unique())
    return Page(sorted(found, key=lambda e: place[e.id]), number, PER_PAGE, len(named))


def _page_by_score(filters: Filters, sort: Sort, scores: queries.Scores, now: datetime) -> Page:
    """Sorted in the program, since the scores are not stored; equal scores stand in the order of names."""
    found = _by_name(filters)
    keys = {e.id: scores.of(e.id) for e in found} if sort.key == "credibility" else queries.capacity_scores(found, now)
    found.sort(key=lambda e: keys[e.id], reverse=sort.is_descending)
    number = min(page_number(), max(1, ceil(len(found) / PER_PAGE)))
    return Page(found[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(found))
