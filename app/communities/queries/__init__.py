"""What pages ask about divisions and compounds."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import and_, case, func, or_, select

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind
from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.common.imports.models import ImportJob
from app.common.imports.queries import waiting_jobs
from app.common.imports.states import ImportState
from app.communities.coverage import ITEMS, STEP_MODES, Basis, Item, Step
from app.communities.models import Compound, CompoundRevision, Division
from app.communities.rules import DivisionLevel, ManagementMode, code_range
from app.communities.search import like_pattern, search_terms
from app.extensions import db

# --- divisions -----------------------------------------------------------------------------------------------------


def within(column, code: str):
    """Rows whose code lies in a division; a range, so that the index serves on both databases."""
    if not code:
        return column.is_not(None)
    low, high = code_range(code)
    return and_(column >= low, column < high)


def divisions_with_compounds() -> dict[str, str]:
    """Code → name of every division down to streets that has compounds, and of those above it."""
    streets = select(func.substr(Compound.division_code, 1, 9).label("code")).distinct().subquery()
    codes = set(db.session.scalars(select(streets.c.code)))
    wanted = {code[:length] for code in codes for length in (4, 6, 9)}
    query = select(Division.code, Division.name).where(Division.level != DivisionLevel.COMMUNITY).order_by(Division.code)
    return {code: name for code, name in db.session.execute(query) if code in wanted}


def place_path(code: str) -> list[Division]:
    """City, district, street, community down to a code."""
    codes = [code[:length] for length in (4, 6, 9, 12) if length <= len(code)]
    return list(db.session.scalars(select(Division).where(Division.code.in_(codes)).order_by(Division.code)))


# --- coverage ------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What a division's compounds add up to."""

    compounds: int = 0
    households: int = 0
    area_centi: int = 0
    modes: dict[ManagementMode, int] = field(default_factory=lambda: defaultdict(int))
    mode_households: dict[ManagementMode, int] = field(default_factory=lambda: defaultdict(int))
    mode_area_centi: dict[ManagementMode, int] = field(default_factory=lambda: defaultdict(int))
    steps: dict[tuple[Basis, Step], int] = field(default_factory=lambda: defaultdict(int))
    items: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    """Item → met and recorded, met and presumed, not met."""
    lacking: dict[tuple[str, ManagementMode], int] = field(default_factory=lambda: defaultdict(int))
    """Item and mode → compounds of that mode found to lack it."""
    earliest: date | None = None
    latest: date | None = None
    placed: int = 0
    """Compounds with a position."""
    box: tuple[int, int, int, int] | None = None
    """West, south, east, north in micro-degrees."""

    def add(self, row) -> None:
        self.compounds += row.compounds
        self.households += row.households
        self.area_centi += row.area_centi
        self.modes[row.mode] += row.compounds
        self.mode_households[row.mode] += row.households
        self.mode_area_centi[row.mode] += row.area_centi
        for step in Step:
            if row.mode in STEP_MODES[step]:
                self.steps[(Basis.MODE, step)] += row.compounds
            self.steps[(Basis.CHECKED, step)] += getattr(row, f"step_{step.value}")
        for item in ITEMS:
            known = getattr(row, f"known_{item.key}") if item.column else row.compounds
            presumed = row.compounds - known if row.mode in item.modes else 0
            if not item.column:
                recorded = row.compounds if row.mode in item.modes else 0
            else:
                recorded = known if item.is_amount else getattr(row, f"true_{item.key}")
            counts = self.items[item.key]
            counts[0] += recorded
            counts[1] += presumed
            counts[2] += row.compounds - recorded - presumed
            if row.mode in item.modes:
                self.lacking[(item.key, row.mode)] += row.compounds - recorded - presumed
        self.earliest = min(filter(None, (self.earliest, row.earliest)), default=None)
        self.latest = max(filter(None, (self.latest, row.latest)), default=None)
        if row.placed:
            self.placed += row.placed
            boxes = [self.box] if self.box else []
            boxes.append((row.west, row.south, row.east, row.north))
            self.box = (
                min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes),
            )  # fmt: skip


def _is_met(item: Item):
    """The SQL twin of `coverage.find_items`; a test holds them together."""
    presumed = Compound.mode.in_(sorted(item.modes))
    if not item.column:
        return presumed
    column = getattr(Compound, item.column)
    if item.is_amount:
        return or_(column.is_not(None), presumed)
    return case((column.is_not(None), column), else_=presumed)


def _reaches(step: Step):
    steps = list(Step)
    needed = steps[: steps.index(step) + 1]
    return and_(*(_is_met(item) for item in ITEMS if item.step in needed))


def tallies(code: str, lengths: tuple[int, ...]) -> dict[str, Tally]:
    """A tally for each division inside `code` at the given code lengths, in one query (0: the whole)."""
    columns = [
        Compound.division_code, Compound.mode, func.count().label("compounds"), func.sum(Compound.households).label("households"),
        func.sum(Compound.area_centi).label("area_centi"), func.min(Compound.census_on).label("earliest"),
        func.max(Compound.census_on).label("latest"), func.count(Compound.longitude_e6).label("placed"),
        func.min(Compound.longitude_e6).label("west"), func.max(Compound.longitude_e6).label("east"),
        func.min(Compound.latitude_e6).label("south"), func.max(Compound.latitude_e6).label("north"),
    ]  # fmt: skip
    columns += [func.count().filter(_reaches(step)).label(f"step_{step.value}") for step in Step]
    for item in ITEMS:  # rows are grouped by mode, and what is presumed follows from it
        if item.column:
            column = getattr(Compound, item.column)
            columns.append(func.count(column).label(f"known_{item.key}"))
            if not item.is_amount:
                columns.append(func.count().filter(column.is_(True)).label(f"true_{item.key}"))
    query = select(*columns).where(within(Compound.division_code, code)).group_by(Compound.division_code, Compound.mode)
    found: dict[str, Tally] = defaultdict(Tally)
    for row in db.session.execute(query.order_by(Compound.division_code, Compound.mode)):
        for length in lengths:
            found[row.division_code[:length]].add(row)
    return dict(found)


def points(code: str, tally: Tally, most: int) -> list[tuple[float, float, ManagementMode, int, str]]:
    """Positions to draw: (longitude, latitude, mode, how many, name). Many compounds are gathered by the database into cells."""
    where = (within(Compound.division_code, code), Compound.longitude_e6.is_not(None))
    if tally.placed <= most:
        query = select(Compound.longitude_e6, Compound.latitude_e6, Compound.mode, Compound.name).where(*where).order_by(Compound.id)
        return [(lon / 1e6, lat / 1e6, mode, 1, name) for lon, lat, mode, name in db.session.execute(query)]
    west, south, east, north = tally.box
    cell = max(int((max(east - west, 1) * max(north - south, 1) / most) ** 0.5), 1)
    across, up = (Compound.longitude_e6 - west) // cell, (Compound.latitude_e6 - south) // cell
    query = (
        select(
            across.label("across"),
            up.label("up"),
            Compound.mode,
            func.count().label("number"),
            func.avg(Compound.longitude_e6),
            func.avg(Compound.latitude_e6),
        )
        .where(*where)
        .group_by("across", "up", Compound.mode)
        .order_by("across", "up", Compound.mode)
    )
    best: dict[tuple, tuple] = {}
    totals: dict[tuple, int] = defaultdict(int)
    for x, y, mode, number, lon, lat in db.session.execute(query):
        totals[(x, y)] += number
        if (x, y) not in best or number > best[(x, y)][0]:
            best[(x, y)] = (number, float(lon) / 1e6, float(lat) / 1e6, mode)
    return [(lon, lat, mode, totals[key], "") for key, (_, lon, lat, mode) in best.items()]


# --- the register --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What the register page can be narrowed by; empty means all."""

    text: str = ""
    place: str = ""
    mode: ManagementMode | None = None
    year_from: int | None = None
    year_to: int | None = None
    has_committee: bool | None = None
    ignored: tuple = ()
    """Labels of conditions whose value made no sense."""

    @property
    def is_active(self) -> bool:
        return any((self.text, self.place, self.mode, self.year_from, self.year_to, self.has_committee is not None))


def compounds(filters: Filters):
    """The select of compounds; the page adds its order."""
    query = select(Compound)
    if filters.place:
        query = query.where(within(Compound.division_code, filters.place))
    if filters.mode is not None:
        query = query.where(Compound.mode == filters.mode)
    if filters.year_from is not None:
        query = query.where(Compound.built_year >= filters.year_from)
    if filters.year_to is not None:
        query = query.where(Compound.built_year <= filters.year_to)
    if filters.has_committee is not None:
        query = query.where(Compound.has_committee.is_(filters.has_committee))
    for term in search_terms(filters.text):
        query = query.where(Compound.search_text.like(like_pattern(term), escape="\\"))
    return query


SORTS = {
    "name": Compound.name,
    "place": Compound.division_code,
    "households": Compound.households,
    "area": Compound.area_centi,
    "year": Compound.built_year,
    "fee": Compound.fee_fen,
}


def place_names(codes) -> dict[str, str]:
    """Code → name of divisions and of those above them."""
    wanted = {code[:length] for code in codes for length in (4, 6, 9, 12)}
    if not wanted:
        return {}
    return dict(db.session.execute(select(Division.code, Division.name).where(Division.code.in_(sorted(wanted)))).all())


def bureau_over(division_code: str) -> str:
    """Name of the housing bureau that answers for a community: its district's, else the city's; empty where none is known."""
    query = (
        select(Organisation.name)
        .where(Organisation.kind == OrganisationKind.BUREAU, Organisation.division_code.in_((division_code[:6], division_code[:4])))
        .order_by(Organisation.division_code.desc(), Organisation.id)
        .limit(1)
    )
    return db.session.scalar(query) or ""


def neighbours(compound: Compound, most: int = 300) -> list[tuple]:
    """(longitude_e6, latitude_e6, id, name) of the compounds of the same community that have a position."""
    query = (
        select(Compound.longitude_e6, Compound.latitude_e6, Compound.id, Compound.name)
        .where(Compound.division_code == compound.division_code, Compound.longitude_e6.is_not(None))
        .order_by(Compound.id)
        .limit(most)
    )
    return [tuple(row) for row in db.session.execute(query)]


def compounds_of_community(code: str):
    """All compounds of a community or a larger division, by place and name: for choosing those of a tender."""
    return select(Compound).where(within(Compound.division_code, code)).order_by(Compound.division_code, Compound.name, Compound.id)


def revisions(compound: Compound) -> list[CompoundRevision]:
    query = select(CompoundRevision).where(CompoundRevision.compound_id == compound.id).order_by(CompoundRevision.id.desc()).limit(50)
    return list(db.session.scalars(query))


def audit_rows(compound: Compound) -> list[AuditEvent]:
    query = (
        select(AuditEvent)
        .where(AuditEvent.object_type == Compound.__tablename__, AuditEvent.object_id == str(compound.id))
        .order_by(AuditEvent.id.desc())
        .limit(50)
    )
    return list(db.session.scalars(query))


def import_job(job_id: int | None) -> ImportJob | None:
    return db.session.get(ImportJob, job_id) if job_id else None


# --- the desk ------------------------------------------------------------------------------------------------------


def desk_items(actor: Actor, now: datetime) -> list[DeskItem]:
    """Census files that wait for this officer to confirm or mend them."""
    return [
        DeskItem(
            title=job.filename,
            url=f"/imports/{job.id}",
            what=_l("核对后导入底数文件") if job.state is ImportState.READY else _l("改正底数文件后重新上传"),
            tag_label=job.state.label,
            tag_colour=job.state.colour,
            since=job.uploaded_at,
        )
        for job in waiting_jobs(actor)
        if job.kind == "census"
    ]
