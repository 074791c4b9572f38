"""What pages, exports and tenders ask about enterprises. Scores for a whole list take one query each, never one a row."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from flask import url_for
from sqlalchemy import Select, and_, case, func, or_, select

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind
from app.common.desk import DeskItem
from app.common.i18n import _l
from app.enterprises.capacity import CAPACITY, CapacityFacts, CapacityRules, Contract, Fact, capacity_at, capacity_score, score_of_numbers
from app.enterprises.credibility import (
    CREDIBILITY,
    NO_RECORDS,
    CredibilityRules,
    Record,
    Standing,
    city_mean_of,
    credibility_at,
)
from app.enterprises.explained import Explained, local_day, years_before
from app.enterprises.facts import value_in
from app.enterprises.models import ConductRecord, Enterprise, EnterpriseFact, Project, RecommendedBatch, ServiceDistrict
from app.enterprises.permissions import OWN_FILE, may_verify
from app.enterprises.rules import LOAD, WHOLE_CITY, ConductKind, FactName, Level, ProjectSource, Verification
from app.extensions import db

LOAD_FACTS = (FactName.STAFF, FactName.TECHNICIANS, FactName.CERTIFIED_MANAGERS, FactName.PROJECTS, FactName.MANAGED_AREA)


def find_enterprises(*, text: str = "", district: str = "", batch_id: int | None = None, level: Level | None = None) -> Select:
    """The directory's select, unordered. `text` is looked for in names and codes; two characters are enough."""
    found = select(Enterprise)
    for word in unicodedata.normalize("NFKC", text).split()[:5]:
        pattern = f"%{_escape(word)}%"
        found = found.where(
            or_(Enterprise.name.ilike(pattern, escape="\\"), Enterprise.uscc.like(_escape(word.upper()) + "%", escape="\\"))
        )
    if district:
        serving = select(ServiceDistrict.enterprise_id).where(ServiceDistrict.name.in_((district, WHOLE_CITY)))
        found = found.where(Enterprise.id.in_(serving))
    if batch_id is not None:
        found = found.where(Enterprise.batch_id == batch_id)
    if level is not None:
        found = found.where(Enterprise.level == level)
    return found


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def find_by_uscc(uscc: str) -> Enterprise | None:
    return db.session.scalar(select(Enterprise).where(Enterprise.uscc == uscc))


def find_by_organisation(organisation_id: int | None) -> Enterprise | None:
    """The enterprise that an organisation (and so its people) acts for."""
    if organisation_id is None:
        return None
    return db.session.scalar(select(Enterprise).where(Enterprise.organisation_id == organisation_id))


def free_organisation(name: str, division_code: str) -> Organisation | None:
    """An enterprise's organisation of this name in the place that acts for no enterprise yet."""
    taken = select(Enterprise.organisation_id).where(Enterprise.organisation_id.is_not(None))
    return db.session.scalar(
        select(Organisation)
        .where(
            Organisation.kind == OrganisationKind.ENTERPRISE,
            Organisation.name == name,
            Organisation.division_code == division_code,
            Organisation.id.not_in(taken),
        )
        .order_by(Organisation.id)
    )


def districts_in_use() -> list[str]:
    """Districts that some enterprise names, for the filter; 全市 is no district."""
    names = select(ServiceDistrict.name).where(ServiceDistrict.name != WHOLE_CITY).distinct().order_by(ServiceDistrict.name)
    return list(db.session.scalars(names))


def batches() -> list[RecommendedBatch]:
    return list(db.session.scalars(select(RecommendedBatch).order_by(RecommendedBatch.as_of_on, RecommendedBatch.id)))


def batch_by_name(name: str) -> RecommendedBatch | None:
    return db.session.scalar(select(RecommendedBatch).where(RecommendedBatch.name == name))


def waiting_for_verification() -> list[Enterprise]:
    return list(
        db.session.scalars(
            select(Enterprise).where(Enterprise.verification == Verification.PENDING).order_by(Enterprise.created_at, Enterprise.id)
        )
    )


# --- facts ----------------------------------------------------------------------------------------------------------


def facts_of(enterprise_id: int) -> list[EnterpriseFact]:
    """Everything that was ever stated, newest first."""
    return list(
        db.session.scalars(select(EnterpriseFact).where(EnterpriseFact.enterprise_id == enterprise_id).order_by(EnterpriseFact.id.desc()))
    )


def present_facts(facts: Iterable[EnterpriseFact]) -> dict[FactName, EnterpriseFact]:
    """The newest statement of each fact, from a list that is newest first."""
    present: dict[FactName, EnterpriseFact] = {}
    for fact in facts:
        present.setdefault(fact.name, fact)
    return present


def stated_days(enterprise_ids: Iterable[int]) -> dict[int, dict[FactName, date]]:
    """As of which day each fact of these enterprises was last stated."""
    found: dict[int, dict[FactName, date]] = defaultdict(dict)
    rows = (
        select(EnterpriseFact.enterprise_id, EnterpriseFact.name, func.max(EnterpriseFact.as_of_on))
        .where(EnterpriseFact.enterprise_id.in_(list(enterprise_ids)))
        .group_by(EnterpriseFact.enterprise_id, EnterpriseFact.name)
        .order_by(EnterpriseFact.enterprise_id, EnterpriseFact.name)
    )
    for enterprise_id, name, day in db.session.execute(rows):
        found[enterprise_id][name] = day
    return found


def capacity_facts(stated: Mapping[FactName, EnterpriseFact]) -> CapacityFacts:
    """What the capacity rule needs, from statements alone: the enterprise's row knows only today and never speaks of an earlier instant."""
    load = [stated[name] for name in LOAD if name in stated]
    load_on = max(load, key=lambda fact: fact.id).as_of_on if load else None

    def fact(name: FactName) -> Fact:
        one = stated.get(name)
        value = value_in(name, one.value) if one else None
        if one is None or value is None:
            return Fact(None)
        return Fact(value, load_on if name in LOAD else one.as_of_on, one.source_text)

    area = stated.get(FactName.SERVICE_AREA)
    return CapacityFacts(
        {name: fact(name) for name in LOAD_FACTS},
        frozenset(value_in(FactName.SERVICE_AREA, area.value) if area else ()),
        area.as_of_on if area else None,
        area.source_text if area else "",
    )


def _row_facts(enterprise: Enterprise) -> CapacityFacts:
    """The same as it stands today, from the row, for long lists."""
    numbers = {name: Fact(getattr(enterprise, name.value), enterprise.stated_on) for name in LOAD_FACTS}
    return CapacityFacts(numbers, frozenset(enterprise.district_names))


# --- conduct and credibility ----------------------------------------------------------------------------------------


def conduct_of(enterprise_id: int) -> list[ConductRecord]:
    """An enterprise's records, newest first."""
    return list(
        db.session.scalars(
            select(ConductRecord)
            .where(ConductRecord.enterprise_id == enterprise_id)
            .order_by(ConductRecord.occurred_on.desc(), ConductRecord.id.desc())
        )
    )


def same_record(enterprise_id: int, occurred_on: date, document_number: str, matter: str) -> ConductRecord | None:
    """The standing record with this natural key."""
    return db.session.scalar(
        select(ConductRecord).where(
            ConductRecord.enterprise_id == enterprise_id,
            ConductRecord.occurred_on == occurred_on,
            ConductRecord.document_number == document_number,
            ConductRecord.matter == matter,
            ConductRecord.revoked_at.is_(None),
        )
    )


def as_record(row: ConductRecord, *, as_if_always_known: bool = False) -> Record:
    """A row as the rule sees it. `as_if_always_known` is for looking back to a time before it was published."""
    return Record(
        key=str(row.id),
        occurred_on=row.occurred_on,
        expires_on=row.expires_on,
        points=row.points,
        matter=row.matter,
        document=row.document_number,
        known_at=None if as_if_always_known else row.recorded_at,
        revoked_at=row.revoked_at,
    )


def standings_at(now: datetime, rules: CredibilityRules = CREDIBILITY) -> dict[int, Standing]:
    """Every enterprise with a record in force → its weighed records, in one query; equal to the rule's own sum."""
    day = local_day(now)
    percent = case(*((ConductRecord.occurred_on <= years_before(day, years), share) for years, share in reversed(rules.ageing)), else_=100)
    weight = func.abs(ConductRecord.points) * percent
    good = func.sum(case((ConductRecord.kind == ConductKind.GOOD, weight), else_=0))
    bad = func.sum(case((ConductRecord.kind == ConductKind.BAD, weight), else_=0))
    found = (
        select(ConductRecord.enterprise_id, good, bad, func.count())
        .where(
            ConductRecord.occurred_on <= day,
            ConductRecord.expires_on >= day,
            ConductRecord.recorded_at <= now,
            or_(ConductRecord.revoked_at.is_(None), ConductRecord.revoked_at > now),
        )
        .group_by(ConductRecord.enterprise_id)
        .order_by(ConductRecord.enterprise_id)
    )
    if not rules.regional_prizes_count:
        found = found.where(ConductRecord.is_regional_prize.is_(False))
    return {key: Standing(Decimal(int(g)) / 100, Decimal(int(b)) / 100, count) for key, g, b, count in db.session.execute(found)}


def city_mean_at(now: datetime, rules: CredibilityRules = CREDIBILITY) -> Decimal:
    """m: the city's published mean at an instant."""
    return city_mean_of(standings_at(now, rules).values(), rules)


def credibility_scores(now: datetime, rules: CredibilityRules = CREDIBILITY) -> "Scores":
    """Credibility of all enterprises at once."""
    standings = standings_at(now, rules)
    return Scores(standings, city_mean_of(standings.values(), rules), rules)


class Scores:
    """Credibility by enterprise id; those without a record in force have the same, between base and city mean."""

    def __init__(self, standings: dict[int, Standing], city_mean: Decimal, rules: CredibilityRules):
        self.standings, self.city_mean, self.rules = standings, city_mean, rules
        self.without_records = NO_RECORDS.score(city_mean, rules)

    def of(self, enterprise_id: int) -> Decimal:
        standing = self.standings.get(enterprise_id)
        return standing.score(self.city_mean, self.rules) if standing else self.without_records

    def count(self, enterprise_id: int) -> int:
        standing = self.standings.get(enterprise_id)
        return standing.count if standing else 0


def credibility_of(enterprise_ids: Iterable[int], now: datetime, rules: CredibilityRules = CREDIBILITY) -> dict[int, Explained]:
    """Credibility of these enterprises at an instant with every point explained, in two queries. For pages and for ranking."""
    ids = sorted(set(enterprise_ids))
    rows = db.session.scalars(select(ConductRecord).where(ConductRecord.enterprise_id.in_(ids)).order_by(ConductRecord.id))
    records: dict[int, list[Record]] = defaultdict(list)
    for row in rows:
        records[row.enterprise_id].append(as_record(row))
    mean = city_mean_at(now, rules)
    return {key: credibility_at(records[key], now, mean, rules=rules) for key in ids}


# --- projects and capacity ------------------------------------------------------------------------------------------


def projects_of(enterprise_id: int) -> list[Project]:
    """What an enterprise manages and managed, newest first."""
    return list(
        db.session.scalars(
            select(Project).where(Project.enterprise_id == enterprise_id).order_by(Project.since_on.desc(), Project.id.desc())
        )
    )


def project_by_reference(enterprise_id: int, reference: str) -> Project | None:
    """The project of a contract of this platform."""
    return db.session.scalar(
        select(Project).where(
            Project.enterprise_id == enterprise_id, Project.reference == reference, Project.source == ProjectSource.PLATFORM
        )
    )


def contracts_of(enterprise_ids: Iterable[int], now: datetime) -> dict[int, list[Contract]]:
    """Contracts of this platform known at an instant; declared projects are within the declared area already."""
    ids = list(enterprise_ids)
    found: dict[int, list[Contract]] = defaultdict(list)
    rows = db.session.scalars(
        select(Project)
        .where(Project.enterprise_id.in_(ids), Project.source == ProjectSource.PLATFORM, Project.recorded_at <= now)
        .order_by(Project.enterprise_id, Project.id)
    )
    for row in rows:
        found[row.enterprise_id].append(as_contract(row))
    return found


def as_contract(row: Project) -> Contract:
    return Contract(str(row.id), row.name, row.area_centi, row.binding_since, row.until_on, row.reference)


def capacity_scores(enterprises: Sequence[Enterprise], now: datetime, rules: CapacityRules = CAPACITY) -> dict[int, Decimal]:
    """Capacity of a page of enterprises today, in one query; for an earlier instant ask `capacity_of`."""
    contracts = contracts_of([e.id for e in enterprises], now)
    return {
        e.id: capacity_score(_row_facts(e), contracts[e.id], now, rules=rules)
        if e.id in contracts
        else score_of_numbers(e.staff, e.technicians, e.certified_managers, e.managed_area_centi, e.projects_count, rules)
        for e in enterprises
    }


def capacity_of(
    enterprise_ids: Iterable[int],
    now: datetime,
    *,
    districts: Sequence[str] = (),
    taking_centi: int = 0,
    rules: CapacityRules = CAPACITY,
) -> dict[int, Explained]:
    """Capacity of these enterprises at an instant with every point explained, from what had been stated by then. For pages and for ranking.

    `districts`: names of the tender's districts; `taking_centi`: its area.
    """
    ids = sorted(set(enterprise_ids))
    facts = _present_facts_of(ids, now)
    contracts = contracts_of(ids, now)
    return {
        key: capacity_at(capacity_facts(facts[key]), contracts[key], now, districts=districts, taking_centi=taking_centi, rules=rules)
        for key in ids
    }


def _present_facts_of(ids: Sequence[int], now: datetime) -> dict[int, dict[FactName, EnterpriseFact]]:
    newest = (
        select(func.max(EnterpriseFact.id))
        .where(and_(EnterpriseFact.enterprise_id.in_(ids), EnterpriseFact.recorded_at <= now))
        .group_by(EnterpriseFact.enterprise_id, EnterpriseFact.name)
    )
    found: dict[int, dict[FactName, EnterpriseFact]] = defaultdict(dict)
    for fact in db.session.scalars(select(EnterpriseFact).where(EnterpriseFact.id.in_(newest)).order_by(EnterpriseFact.id)):
        found[fact.enterprise_id][fact.name] = fact
    return found


def managed_on(projects: Iterable[Project], day: date) -> list[Project]:
    return [p for p in projects if p.since_on <= day and (p.until_on is None or day <= p.until_on)]


# --- the desk -------------------------------------------------------------------------------------------------------


def desk_items(actor, now: datetime) -> list[DeskItem]:
    """What waits for this hat: enterprises to verify, papers to mend, figures that have grown old."""
    if may_verify(actor):
        return [_to_verify(enterprise) for enterprise in waiting_for_verification()]
    enterprise = find_by_organisation(actor.organisation_id) if actor.role in OWN_FILE else None
    if enterprise is None:
        return []
    address = url_for("enterprises.state_facts")
    if enterprise.verification is Verification.REFUSED:
        return [DeskItem(enterprise.name, address, _l("按核验意见补正资料"), tag_label=enterprise.verification.label, tag_colour="soon")]
    if enterprise.stated_on is None or enterprise.stated_on <= years_before(local_day(now), 1):
        return [
            DeskItem(enterprise.name, address, _l("人员和在管面积已满一年没有更新，请重新申报"), tag_label=_l("待更新"), tag_colour="wait")
        ]
    return []


def _to_verify(enterprise: Enterprise) -> DeskItem:
    return DeskItem(
        title=enterprise.name,
        url=url_for("enterprises.verify", enterprise_id=enterprise.id),
        what=_l("核验企业资料"),
        tag_label=enterprise.verification.label,
        tag_colour=enterprise.verification.colour,
        since=enterprise.created_at,
    )
