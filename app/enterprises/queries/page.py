"""What the page of one enterprise shows, gathered in a fixed number of queries; and the method page's worked examples."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.common.i18n import _l
from app.enterprises import queries
from app.enterprises.capacity import CapacityFacts, Fact, capacity_at
from app.enterprises.credibility import (
    Record,
    credibility_at,
    is_shown,
    percent_counted,
    standing_at,
    state_at,
)
from app.enterprises.explained import ZONE, Explained, local_day, signed, two_places, years_before
from app.enterprises.facts import words
from app.enterprises.models import ConductRecord, Enterprise, EnterpriseFact, Project
from app.enterprises.rules import FactName, RecordState

MONTHS_SHOWN = 24


@dataclass(frozen=True)
class ShownFact:
    name: FactName
    words: str
    as_of_on: date
    source: Any
    source_text: str


@dataclass(frozen=True)
class ShownRecord:
    row: ConductRecord
    state: RecordState
    percent: int | None
    """How much of it counts now; None when it does not."""
    points: str


@dataclass(frozen=True)
class Month:
    """How the enterprise stood at a month's end, looking back with today's records."""

    day: date
    good: Decimal
    bad: Decimal
    count: int
    own_mark: Decimal

    @property
    def label(self) -> str:
        return f"{self.day:%Y-%m}"


@dataclass(frozen=True)
class EnterprisePage:
    facts: list[ShownFact]
    earlier: list[ShownFact]
    """Statements that newer ones have replaced."""
    credibility: Explained
    capacity: Explained
    records: list[ShownRecord]
    archived: int
    """Bad records too old to be shown to the public."""
    months: list[Month]
    projects: list[Project]
    managed_now: int

    def stated_on(self, name: str) -> date | None:
        """The day of a fact, by its name."""
        return next((fact.as_of_on for fact in self.facts if fact.name == name), None)


def read_page(enterprise: Enterprise, now: datetime, *, sees_archive: bool = False) -> EnterprisePage:
    day = local_day(now)
    facts = queries.facts_of(enterprise.id)
    present = queries.present_facts(facts)
    rows = queries.conduct_of(enterprise.id)
    shown = [row for row in rows if sees_archive or is_shown(row.occurred_on, row.points, day)]
    projects = queries.projects_of(enterprise.id)
    contracts = queries.contracts_of([enterprise.id], now)[enterprise.id]
    kept = {fact.id for fact in present.values()}
    return EnterprisePage(
        facts=[_shown_fact(present[name]) for name in FactName if name in present],
        earlier=[_shown_fact(fact) for fact in facts if fact.id not in kept],
        credibility=credibility_at([queries.as_record(row) for row in rows], now, queries.city_mean_at(now)),
        capacity=capacity_at(queries.capacity_facts(present), contracts, now),
        records=[_shown_record(row, now) for row in shown],
        archived=len(rows) - len(shown),
        months=looking_back(rows, now) if rows else [],
        projects=projects,
        managed_now=len(queries.managed_on(projects, day)),
    )


def _shown_fact(fact: EnterpriseFact) -> ShownFact:
    return ShownFact(fact.name, words(fact.name, fact.value), fact.as_of_on, fact.source, fact.source_text)


def _shown_record(row: ConductRecord, now: datetime) -> ShownRecord:
    state = state_at(queries.as_record(row), now)
    percent = percent_counted(row.occurred_on, local_day(now)) if state is RecordState.IN_FORCE else None
    return ShownRecord(row, state, percent, signed(row.points))


def looking_back(rows: list[ConductRecord], now: datetime, months: int = MONTHS_SHOWN) -> list[Month]:
    """The standing at the last `months` month ends and today, oldest first; records count as if they had always been known."""
    newest = {(row.occurred_on, row.document_number, row.matter): row for row in sorted(rows, key=lambda row: row.id)}
    records = [queries.as_record(row, as_if_always_known=True) for row in newest.values()]  # a corrected one only as corrected
    today = local_day(now)
    days = [today]
    while len(days) <= months:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return [_month(records, day) for day in reversed(days)]


def _month(records: list[Record], day: date) -> Month:
    standing = standing_at(records, datetime.combine(day, time(23, 59), ZONE))
    return Month(day, standing.good, standing.bad, standing.count, two_places(standing.own_mark()))


@dataclass(frozen=True)
class Examples:
    credibility: Explained
    without_records: Explained
    capacity: Explained


EXAMPLE_MEAN = Decimal("64.00")


def worked_examples(now: datetime) -> Examples:
    """Made-up figures, computed by the very rules, so that the page can never say something else than the program does."""
    day = local_day(now)
    a_year_ago = years_before(day, 1) - timedelta(days=30)
    three_months_ago, later = day - timedelta(days=90), day + timedelta(days=365)
    records = [
        Record("1", a_year_ago, later, 8, str(_l("获得国家级物业管理示范项目")), str(_l("示例一号"))),
        Record("2", three_months_ago, later, 3, str(_l("获得市级物业管理优秀项目")), str(_l("示例二号"))),
        Record("3", three_months_ago, later, -2, str(_l("未按合同约定提供保洁服务")), str(_l("示例三号"))),
    ]
    numbers = {
        FactName.STAFF: 100,
        FactName.TECHNICIANS: 6,
        FactName.CERTIFIED_MANAGERS: 4,
        FactName.PROJECTS: 5,
        FactName.MANAGED_AREA: 30_000_000,
    }
    facts = CapacityFacts(
        {name: Fact(value, day, str(_l("示例"))) for name, value in numbers.items()}, frozenset({"湛河区"}), day, str(_l("示例"))
    )
    return Examples(
        credibility_at(records, now, EXAMPLE_MEAN),
        credibility_at([], now, EXAMPLE_MEAN),
        capacity_at(facts, [], now, districts=("湛河区",)),
    )
