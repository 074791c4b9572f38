"""Capacity: today's load against the people who must carry it. Ratios, never size: a small enterprise with a small load is as capable.

Where budget money pays, capital, staff numbers, revenue and area may be neither demanded nor scored (财政部令第87号 §17,
公平竞争审查规则 §7): with `CAPACITY_PUBLIC` the parts that are built from them are shown and bring no points.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from app.common.i18n import _l
from app.enterprises.explained import Explained, Part, Source, apportion, local_day, plain, two_places
from app.enterprises.rules import FACT_SHAPES, WHOLE_CITY, FactName

FULL = Decimal(100)
CENTI_PER_HUNDRED_THOUSAND_M2 = 10_000_000
CENTI_PER_WAN_M2 = 1_000_000


@dataclass(frozen=True)
class CapacityRules:
    """The published parameters. A tender keeps the version under which it was published."""

    version: str = "2009.1"
    load_weight: Decimal = Decimal(40)
    managers_weight: Decimal = Decimal(25)
    technicians_weight: Decimal = Decimal(15)
    area_weight: Decimal = Decimal(20)
    light_load_m2: Decimal = Decimal(2000)
    """m² a head up to which the load has full marks."""
    heavy_load_m2: Decimal = Decimal(6000)
    """m² a head from which it has none; linear between."""
    managers_each: Decimal = Decimal(1)
    """Certified project managers a project for full marks."""
    technicians_each: Decimal = Decimal(3)
    """Technicians for every 100,000 m² for full marks."""
    scale_is_scored: bool = True


CAPACITY = CapacityRules()
CAPACITY_PUBLIC = replace(CAPACITY, scale_is_scored=False)
"""Where budget money pays (regime PUBLIC): parts built from staff numbers and area are shown and bring no points."""

NOT_SCORED_IN_PUBLIC = _l(
    "使用财政资金的采购不得以从业人员、面积等规模条件评分，只展示，不计分（《政府采购货物和服务招标投标管理办法》第十七条）。"
)
NO_TENDER = _l("与具体招标项目所在区对照时才计分；这里只展示。")
NOT_STATED = _l("企业没有申报这一项，按 0 分计；申报后即重新计算。")


@dataclass(frozen=True)
class Fact:
    """A stated number with its day and who stated it; value None when it was never stated."""

    value: int | None
    on: date | None = None
    source: str = ""


@dataclass(frozen=True)
class CapacityFacts:
    numbers: Mapping[FactName, Fact]
    """STAFF, TECHNICIANS, CERTIFIED_MANAGERS, PROJECTS, MANAGED_AREA; others are ignored."""
    districts: frozenset[str] = frozenset()
    """Names of the districts served; 全市 serves all."""
    districts_on: date | None = None
    districts_source: str = ""

    def number(self, name: FactName) -> Fact:
        return self.numbers.get(name, Fact(None))


@dataclass(frozen=True)
class Contract:
    """A compound or bundle in the enterprise's hands, as the platform knows it."""

    key: str
    name: str
    area_centi: int
    since_on: date
    """From the signature, since staff is bound from then."""
    until_on: date | None = None
    """Last day; None while open-ended."""
    reference: str = ""

    def is_running(self, day: date) -> bool:
        return self.since_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True)
class Load:
    """What the enterprise carries on a day: what it stated, plus what it took on since, less what ended since."""

    area_centi: int | None
    projects: int | None
    added: tuple[Contract, ...] = ()
    ended: tuple[Contract, ...] = ()
    taking_centi: int = 0


def load_on(facts: CapacityFacts, contracts: Sequence[Contract], day: date, taking_centi: int = 0) -> Load:
    """`taking_centi` is the area of the tender at hand, counted as one project more; 0 leaves it out."""
    area, projects = facts.number(FactName.MANAGED_AREA), facts.number(FactName.PROJECTS)
    stated_on = area.on or projects.on
    ordered = sorted(contracts, key=lambda c: (c.since_on, c.key))
    added = tuple(c for c in ordered if c.is_running(day) and (stated_on is None or c.since_on > stated_on))
    ended = tuple(c for c in ordered if stated_on and c.since_on <= stated_on and c.until_on and stated_on <= c.until_on < day)
    total = count = None  # what was never stated stays unknown, whatever was added since
    if area.value is not None:
        total = max(0, area.value + sum(c.area_centi for c in added) - sum(c.area_centi for c in ended)) + taking_centi
    if projects.value is not None:
        count = max(0, projects.value + len(added) - len(ended)) + bool(taking_centi)
    return Load(total, count, added, ended, taking_centi)


@dataclass(frozen=True)
class _Marks:
    load: Decimal | None
    managers: Decimal | None
    technicians: Decimal | None
    area: Decimal | None
    """None: cannot be told (not stated), or for `area` no tender to compare with."""


def _marks(facts: CapacityFacts, load: Load, districts: Collection[str], rules: CapacityRules) -> _Marks:
    return _marks_of(
        facts.number(FactName.STAFF).value,
        facts.number(FactName.TECHNICIANS).value,
        facts.number(FactName.CERTIFIED_MANAGERS).value,
        load.area_centi,
        load.projects,
        _served(facts.districts, districts) if districts else None,
        rules,
    )


def _marks_of(staff, technicians, managers, area_centi, projects, served, rules: CapacityRules) -> _Marks:
    return _Marks(
        load=None if staff is None or area_centi is None else _load_mark(area_centi, staff, rules),
        managers=None if managers is None or projects is None else _share(managers, rules.managers_each * projects),
        technicians=None
        if technicians is None or area_centi is None
        else _share(technicians, rules.technicians_each * area_centi / CENTI_PER_HUNDRED_THOUSAND_M2),
        area=served,
    )


def _load_mark(area_centi: int, staff: int, rules: CapacityRules) -> Decimal:
    if staff == 0:
        return Decimal(0)
    each = Decimal(area_centi) / 100 / staff
    return two_places(max(Decimal(0), min(FULL, FULL * (rules.heavy_load_m2 - each) / (rules.heavy_load_m2 - rules.light_load_m2))))


def _share(have: int, need: Decimal) -> Decimal:
    """Full marks when there are as many as needed; with nothing to look after one is enough."""
    if need == 0:
        return FULL if have > 0 else Decimal(0)
    return two_places(min(FULL, FULL * have / need))


def _served(served: frozenset[str], wanted: Collection[str]) -> Decimal:
    if WHOLE_CITY in served:
        return FULL
    return two_places(FULL * len(served & set(wanted)) / len(set(wanted)))


def _weights(has_tender: bool, rules: CapacityRules) -> dict[str, Decimal]:
    """Weights of the scored parts; they need not sum to 100, the mean divides by their sum."""
    weights = {"managers": rules.managers_weight}
    if rules.scale_is_scored:
        weights |= {"load": rules.load_weight, "technicians": rules.technicians_weight}
        if has_tender:
            weights["area"] = rules.area_weight
    return weights


def capacity_score(
    facts: CapacityFacts,
    contracts: Sequence[Contract],
    now: datetime,
    *,
    districts: Collection[str] = (),
    taking_centi: int = 0,
    rules: CapacityRules = CAPACITY,
) -> Decimal:
    """The score alone; equal to `capacity_at(...).score`."""
    marks = _marks(facts, load_on(facts, contracts, local_day(now), taking_centi), districts, rules)
    return _weigh(marks, _weights(bool(districts), rules))


def score_of_numbers(
    staff: int | None,
    technicians: int | None,
    managers: int | None,
    area_centi: int | None,
    projects: int | None,
    rules: CapacityRules = CAPACITY,
) -> Decimal:
    """The same from bare numbers, for a long list of enterprises without contracts since their statement."""
    return _weigh(_marks_of(staff, technicians, managers, area_centi, projects, None, rules), _weights(False, rules))


def _weigh(marks: _Marks, weights: dict[str, Decimal]) -> Decimal:
    total = sum(weight * (getattr(marks, key) or 0) for key, weight in weights.items())
    return two_places(total / sum(weights.values()))


def capacity_at(
    facts: CapacityFacts,
    contracts: Sequence[Contract],
    now: datetime,
    *,
    districts: Collection[str] = (),
    taking_centi: int = 0,
    rules: CapacityRules = CAPACITY,
) -> Explained:
    """The score from 0 to 100 and where each point comes from.

    `districts`: names of the districts of the tender at hand; `taking_centi`: its area, so that the load is the one after
    taking it. `rules=CAPACITY_PUBLIC` for the regime PUBLIC.
    """
    load = load_on(facts, contracts, local_day(now), taking_centi)
    marks = _marks(facts, load, districts, rules)
    weights = _weights(bool(districts), rules)
    whole = sum(weights.values())
    exact = {key: weight * (getattr(marks, key) or 0) / whole for key, weight in weights.items()}
    score = two_places(sum(exact.values(), Decimal(0)))
    values = dict(zip(exact, apportion(list(exact.values()), score), strict=True))

    def part(key: str, label, formula, sources, *, not_scored) -> Part:
        mark = getattr(marks, key)
        is_scored = key in weights
        note = "" if mark is not None else NOT_STATED
        return Part(
            key,
            label,
            values.get(key, Decimal("0.00")),
            formula,
            sources,
            mark=mark if mark is not None else (Decimal(0) if is_scored else None),
            weight=two_places(weights[key] * 100 / whole) if is_scored else None,
            is_scored=is_scored,
            note=note if is_scored else not_scored,
        )

    return Explained(
        score=score,
        at=now,
        version=rules.version,
        figures={
            "area_centi": Decimal(load.area_centi or 0),
            "projects": Decimal(load.projects or 0),
            "staff": Decimal(facts.number(FactName.STAFF).value or 0),
        },
        formula=_sum_in_words(weights, marks, whole, score),
        parts=(
            part("load", _l("人均在管面积"), _load_words(facts, load, rules), _load_sources(facts, load), not_scored=NOT_SCORED_IN_PUBLIC),
            part(
                "managers",
                _l("每个项目的持证负责人"),
                _l(
                    "%(managers)s 人 ÷ %(projects)s 个项目，达到每个项目 %(each)s 人为满分",
                    managers=_or_dash(facts.number(FactName.CERTIFIED_MANAGERS).value),
                    projects=_or_dash(load.projects),
                    each=plain(rules.managers_each),
                ),
                (
                    *_stated(facts, FactName.CERTIFIED_MANAGERS, FactName.PROJECTS),
                    *_contract_sources(load),
                ),
                not_scored=NOT_STATED,
            ),
            part(
                "technicians",
                _l("每 10 万 m² 的工程技术人员"),
                _l(
                    "%(technicians)s 人 ÷ %(area)s 万 m² × 10，达到 %(each)s 人为满分",
                    technicians=_or_dash(facts.number(FactName.TECHNICIANS).value),
                    area=_wan(load.area_centi),
                    each=plain(rules.technicians_each),
                ),
                (
                    *_stated(facts, FactName.TECHNICIANS, FactName.MANAGED_AREA),
                    *_contract_sources(load),
                ),
                not_scored=NOT_SCORED_IN_PUBLIC,
            ),
            part(
                "area",
                _l("服务区域"),
                _l("服务 %(served)s；项目在 %(wanted)s", served=_names(facts.districts), wanted=_names(districts))
                if districts
                else _l("服务 %(served)s", served=_names(facts.districts)),
                (
                    Source(
                        "fact:service_area",
                        FactName.SERVICE_AREA.label,
                        facts.districts_on,
                        document=facts.districts_source,
                        value=_names(facts.districts),
                    ),
                ),
                not_scored=NOT_SCORED_IN_PUBLIC if districts else NO_TENDER,
            ),
        ),
    )


def _sum_in_words(weights: dict[str, Decimal], marks: _Marks, whole: Decimal, score: Decimal):
    terms = " ＋ ".join(f"{plain(getattr(marks, key) or 0)} × {plain(weight)}" for key, weight in _in_order(weights))
    return _l("（%(terms)s）÷ %(whole)s ＝ %(score)s", terms=terms, whole=plain(whole), score=score)


def _in_order(weights: dict[str, Decimal]):
    return [(key, weights[key]) for key in ("load", "managers", "technicians", "area") if key in weights]


def _load_words(facts: CapacityFacts, load: Load, rules: CapacityRules):
    return _l(
        "%(area)s 万 m² ÷ %(staff)s 人 ＝ %(each)s m²；不超过 %(light)s m² 满分，达到 %(heavy)s m² 为零分，其间按直线计",
        area=_wan(load.area_centi),
        staff=_or_dash(facts.number(FactName.STAFF).value),
        each=_each(load.area_centi, facts.number(FactName.STAFF).value),
        light=f"{rules.light_load_m2:,}",
        heavy=f"{rules.heavy_load_m2:,}",
    )


def _load_sources(facts: CapacityFacts, load: Load) -> tuple[Source, ...]:
    return (*_stated(facts, FactName.STAFF, FactName.MANAGED_AREA), *_contract_sources(load))


def _contract_sources(load: Load) -> tuple[Source, ...]:
    added = [
        Source(f"contract:{c.key}", c.name, c.since_on, c.until_on, c.reference, _l("＋%(area)s 万 m²", area=_wan(c.area_centi)))
        for c in load.added
    ]
    ended = [
        Source(f"contract:{c.key}", c.name, c.since_on, c.until_on, c.reference, _l("−%(area)s 万 m²", area=_wan(c.area_centi)))
        for c in load.ended
    ]
    taking = (
        [Source("tender", _l("本次招标项目"), None, value=_l("＋%(area)s 万 m²", area=_wan(load.taking_centi)))]
        if load.taking_centi
        else []
    )
    return (*added, *ended, *taking)


def _stated(facts: CapacityFacts, *names: FactName) -> tuple[Source, ...]:
    return tuple(_stated_one(name, facts.number(name)) for name in names)


def _stated_one(name: FactName, fact: Fact) -> Source:
    if fact.value is None:
        words = _l("未申报")
    elif name is FactName.MANAGED_AREA:
        words = _l("%(area)s 万 m²", area=_wan(fact.value))
    else:
        words = f"{fact.value:,} {FACT_SHAPES[name].unit}"
    return Source(f"fact:{name}", name.label, fact.on, document=fact.source, value=words)


def _names(districts: Collection[str]) -> str:
    return "、".join(sorted(districts)) or "—"


def _or_dash(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def _wan(area_centi: int | None) -> str:
    return "—" if area_centi is None else plain(two_places(Decimal(area_centi) / CENTI_PER_WAN_M2))


def _each(area_centi: int | None, staff: int | None) -> str:
    return "—" if area_centi is None or not staff else f"{two_places(Decimal(area_centi) / 100 / staff):,}"
