"""Credibility: the conduct records in force at an instant, weighed, aged, and drawn toward the city's mean when they are few.

Every record is an observation: a good one of 100, a bad one of 0, as heavy as its points. The base is an observation of 80
that everybody begins with. A plain sum of base and points with a shrinkage by the *number* of records was rejected: there a
small commendation could lower a score, and a small penalty raise one. A weighted mean can do neither.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from app.common.i18n import _l
from app.enterprises.explained import Explained, Part, Source, apportion, local_day, plain, signed, two_places, years_before
from app.enterprises.rules import ConductKind, RecordState

FULL = Decimal(100)


@dataclass(frozen=True)
class CredibilityRules:
    """The published parameters. A tender keeps the version under which it was published."""

    version: str = "2009.1"
    base: Decimal = Decimal(80)
    base_weight: Decimal = Decimal(10)
    mean_weight: Decimal = Decimal(10)
    ageing: tuple[tuple[int, int], ...] = ((1, 70), (2, 40))
    """(full years since the day, percent that still counts), youngest first; before the first step 100 %."""
    show_years: int = 5
    regional_prizes_count: bool = True


CREDIBILITY = CredibilityRules()
CREDIBILITY_MUST_TENDER = replace(CREDIBILITY, regional_prizes_count=False)
"""Where tendering is obligatory or budget money pays: prizes of a province, city or district may bring no points (《招标投标法实施条例》第三十二条)."""

_REGIONAL_PRIZE = re.compile(r"(?:获|得|评为|授予).{0,4}?(?:省|自治区|市|县|区)级")
NOT_COUNTED_REGIONAL = _l("依法必须招标的项目不得以特定行政区域的奖项加分，只展示，不计分（《招标投标法实施条例》第三十二条）。")


def is_regional_prize(matter: str, points: int) -> bool:
    """A prize of a province, city or district, told from its words: 获得市级物业管理优秀项目."""
    return points > 0 and _REGIONAL_PRIZE.search(matter) is not None


@dataclass(frozen=True)
class Record:
    """One conduct record as the rule sees it. Points carry their sign: +3, −10."""

    key: str
    occurred_on: date
    expires_on: date
    """Last day on which it counts."""
    points: int
    matter: str
    document: str = ""
    known_at: datetime | None = None
    """When the platform published it; None counts as always known."""
    revoked_at: datetime | None = None

    @property
    def kind(self) -> ConductKind:
        return ConductKind.GOOD if self.points > 0 else ConductKind.BAD

    def is_scored(self, rules: CredibilityRules) -> bool:
        return rules.regional_prizes_count or not is_regional_prize(self.matter, self.points)


@dataclass(frozen=True)
class Standing:
    """An enterprise's weighed records: what the mean of the city is made of."""

    good: Decimal
    bad: Decimal
    count: int

    def own_mark(self, rules: CredibilityRules = CREDIBILITY) -> Decimal:
        """x̄ = (b·base + 100·good) / (b + good + bad): the enterprise by itself, before the city's mean is mixed in."""
        return (rules.base * rules.base_weight + FULL * self.good) / (rules.base_weight + self.good + self.bad)

    def score(self, city_mean: Decimal, rules: CredibilityRules = CREDIBILITY) -> Decimal:
        return two_places(self.exact_score(city_mean, rules))

    def exact_score(self, city_mean: Decimal, rules: CredibilityRules = CREDIBILITY) -> Decimal:
        """(n·x̄ + k·m) / (n + k) with n = b + good + bad, written as one division."""
        weight = rules.base_weight + self.good + self.bad + rules.mean_weight
        return (rules.base * rules.base_weight + FULL * self.good + city_mean * rules.mean_weight) / weight


NO_RECORDS = Standing(Decimal(0), Decimal(0), 0)


def state_at(record: Record, now: datetime) -> RecordState:
    """Counts from the day it happened (and was published) to the end of its last day; a revoked one from then on never."""
    day = local_day(now)
    if record.revoked_at is not None and record.revoked_at <= now:
        return RecordState.REVOKED
    if record.occurred_on > day or (record.known_at is not None and record.known_at > now):
        return RecordState.FUTURE
    return RecordState.EXPIRED if record.expires_on < day else RecordState.IN_FORCE


def is_shown(occurred_on: date, points: int, day: date, rules: CredibilityRules = CREDIBILITY) -> bool:
    """Bad conduct is shown to the public for at most five years, then kept in the archive (《河南省社会信用条例》第十九条)."""
    return points > 0 or occurred_on > years_before(day, rules.show_years)


def percent_counted(occurred_on: date, day: date, rules: CredibilityRules = CREDIBILITY) -> int:
    """How much of a record still counts, by the full years since it happened."""
    percent = 100
    for years, share in rules.ageing:
        if occurred_on <= years_before(day, years):
            percent = share
    return percent


def counted_points(record: Record, day: date, rules: CredibilityRules = CREDIBILITY) -> Decimal:
    """The record's weight: its points without their sign, aged."""
    return Decimal(abs(record.points) * percent_counted(record.occurred_on, day, rules)) / 100


def standing_at(records: Iterable[Record], now: datetime, rules: CredibilityRules = CREDIBILITY) -> Standing:
    day = local_day(now)
    good = bad = Decimal(0)
    count = 0
    for record in records:
        if state_at(record, now) is not RecordState.IN_FORCE or not record.is_scored(rules):
            continue
        count += 1
        if record.kind is ConductKind.GOOD:
            good += counted_points(record, day, rules)
        else:
            bad += counted_points(record, day, rules)
    return Standing(good, bad, count)


def city_mean_of(standings: Iterable[Standing], rules: CredibilityRules = CREDIBILITY) -> Decimal:
    """m: the mean of x̄ over the enterprises with a record in force, published with two decimals and used so; the base when there are none."""
    marks = [standing.own_mark(rules) for standing in standings if standing.count]
    return two_places(sum(marks, Decimal(0)) / len(marks)) if marks else two_places(rules.base)


def credibility_at(records: Sequence[Record], now: datetime, city_mean: Decimal, *, rules: CredibilityRules = CREDIBILITY) -> Explained:
    """The score from 0 to 100 and where each point comes from. Records may come in any order; those not in force have no effect."""
    day = local_day(now)
    in_force = sorted(
        (r for r in records if state_at(r, now) is RecordState.IN_FORCE), key=lambda r: (r.occurred_on, r.document, r.key), reverse=True
    )
    only_shown = [r for r in in_force if not r.is_scored(rules)]
    in_force = [r for r in in_force if r.is_scored(rules)]
    standing = standing_at(in_force, now, rules)
    exact = standing.exact_score(city_mean, rules)
    score = two_places(exact)
    weight = rules.base_weight + standing.good + standing.bad + rules.mean_weight
    shares = [rules.base * rules.base_weight, FULL * standing.good, Decimal(0), city_mean * rules.mean_weight]
    base, good, bad, mean = apportion([share / weight for share in shares], score)
    sources = {kind: _sources(in_force, kind, standing, exact, city_mean, day, rules) for kind in ConductKind}
    of_weight = _l("÷ 总权重 %(weight)s", weight=plain(weight))
    return Explained(
        score=score,
        at=now,
        version=rules.version,
        figures={
            "good": standing.good,
            "bad": standing.bad,
            "count": Decimal(standing.count),
            "own_mark": two_places(standing.own_mark(rules)),
            "evidence": rules.base_weight + standing.good + standing.bad,
            "city_mean": city_mean,
            "weight": weight,
        },
        formula=_l(
            "（%(base)s × %(base_weight)s ＋ 100 × %(good)s ＋ 0 × %(bad)s ＋ %(mean)s × %(mean_weight)s）÷ %(weight)s ＝ %(score)s",
            base=plain(rules.base),
            base_weight=plain(rules.base_weight),
            good=plain(standing.good),
            bad=plain(standing.bad),
            mean=city_mean,
            mean_weight=plain(rules.mean_weight),
            weight=plain(weight),
            score=score,
        ),
        parts=(
            Part(
                "base",
                _l("基础分"),
                base,
                _l("%(mark)s × %(own)s", mark=plain(rules.base), own=plain(rules.base_weight)) + " " + of_weight,
                mark=rules.base,
                weight=_percent(rules.base_weight, weight),
            ),
            Part(
                "good",
                _l("良好记录"),
                good,
                _l("100 × %(own)s", own=plain(standing.good)) + " " + of_weight,
                sources[ConductKind.GOOD],
                mark=FULL,
                weight=_percent(standing.good, weight),
                note="" if sources[ConductKind.GOOD] else _l("现在没有有效的良好记录。"),
            ),
            Part(
                "bad",
                _l("不良记录"),
                bad,
                _l("0 × %(own)s", own=plain(standing.bad)) + " " + of_weight,
                sources[ConductKind.BAD],
                mark=Decimal(0),
                weight=_percent(standing.bad, weight),
                note="" if sources[ConductKind.BAD] else _l("现在没有有效的不良记录。"),
            ),
            Part(
                "mean",
                _l("全市均值"),
                mean,
                _l("%(mark)s × %(own)s", mark=city_mean, own=plain(rules.mean_weight)) + " " + of_weight,
                mark=city_mean,
                weight=_percent(rules.mean_weight, weight),
                note=_l("记录越少，越靠近全市均值：没有记录既不是满分，也不是零分。"),
            ),
            *([_shown_only(only_shown)] if only_shown else []),
        ),
    )


def _shown_only(records: Sequence[Record]) -> Part:
    return Part(
        "regional",
        _l("地区奖项"),
        Decimal("0.00"),
        _l("不计分"),
        tuple(
            Source(
                f"conduct:{r.key}",
                r.matter,
                r.occurred_on,
                r.expires_on,
                r.document,
                _l("%(points)s 分", points=signed(r.points)),
                _l("不计"),
                Decimal("0.00"),
            )
            for r in records
        ),
        is_scored=False,
        note=NOT_COUNTED_REGIONAL,
    )


def _percent(own: Decimal, weight: Decimal) -> Decimal:
    return two_places(own * 100 / weight)


def _sources(records, kind, standing, exact, city_mean, day, rules) -> tuple[Source, ...]:
    sources = []
    for record in records:
        if record.kind is not kind:
            continue
        own = counted_points(record, day, rules)
        without = Standing(
            standing.good - own if kind is ConductKind.GOOD else standing.good,
            standing.bad - own if kind is ConductKind.BAD else standing.bad,
            standing.count - 1,
        )
        sources.append(
            Source(
                key=f"conduct:{record.key}",
                label=record.matter,
                on=record.occurred_on,
                until=record.expires_on,
                document=record.document,
                value=_l("%(points)s 分", points=signed(record.points)),
                counted=_l(
                    "%(points)s × %(percent)d%% ＝ %(own)s",
                    points=abs(record.points),
                    percent=percent_counted(record.occurred_on, day, rules),
                    own=plain(own),
                ),
                effect=two_places(exact - without.exact_score(city_mean, rules)),
            )
        )
    return tuple(sources)
