"""Who is in the pool of one tender, under which commitment, who may not sit, and how large a committee is."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason
from app.tenders.scoring import MIN_COMMITTEE, why_not_committee

YEARS_APART = 3
"""Who worked for a bidder within these years does not judge it."""

SPARE = 2
"""A pool has at least so many more than the seats it fills; with fewer there would be hardly anything to draw."""

BASIS = _l("《招标投标法》第三十七条")


class Specialty(LabelledEnum):
    """What an expert is an expert of."""

    PROPERTY = "property", _l("物业管理"), "badge"
    ENGINEERING = "engineering", _l("工程与设施设备"), "info"
    ECONOMICS = "economics", _l("经济与造价"), "info"
    LAW = "law", _l("法律"), "info"
    ENVIRONMENT = "environment", _l("园林环卫"), "info"
    OTHER = "other", _l("其他"), "done"


JUDGES_SERVICE = (Specialty.PROPERTY, Specialty.ENGINEERING, Specialty.ECONOMICS, Specialty.LAW, Specialty.ENVIRONMENT)
"""Asked for unless the tenderer chose otherwise: technical and economic experts (招标投标法 §37)."""


class TieKind(LabelledEnum):
    """What an expert has declared about an organisation."""

    EMPLOYMENT = "employment", _l("曾任职"), "wait"
    RECUSAL = "recusal", _l("应回避"), "soon"


class Exclusion(LabelledEnum):
    """Why somebody of the pool does not sit; the public reads this word, not the name."""

    SUSPENDED = "suspended", _l("暂停资格"), "done"
    AREA = "area", _l("不在服务区域"), "done"
    SPECIALTY = "specialty", _l("专业不符"), "done"
    TENDERER = "tenderer", _l("与招标人有任职关系"), "soon"
    SUPERVISOR = "supervisor", _l("行政监督部门人员"), "soon"
    BIDDER = "bidder", _l("在投标人任职"), "soon"
    PAST_BIDDER = "past_bidder", _l("三年内曾在投标人任职"), "soon"
    RECUSAL = "recusal", _l("登记有应回避的关系"), "soon"
    INVOLVED = "involved", _l("已参与本项目"), "soon"
    GONE = "gone", _l("已离开专家库"), "done"


class Drawn(LabelledEnum):
    """What came of a place in the sequence."""

    SEATED = "seated", _l("入选"), "open"
    SKIPPED = "skipped", _l("回避，顺延"), "wait"


@dataclass(frozen=True)
class Tie:
    """A past employer, or somebody whose matters the expert keeps out of."""

    kind: TieKind
    organisation: str
    until_on: date | None = None


@dataclass(frozen=True)
class ExpertFacts:
    """An expert as the rules see them."""

    person: int
    name: str
    employer: str
    specialty: Specialty
    areas: tuple[str, ...] = ()
    """Division codes that the expert serves; none for the whole area of the pool."""
    is_suspended: bool = False
    serves: frozenset[int] = frozenset()
    """Organisations of which the expert is a member on this platform today."""
    served: tuple[tuple[int, date], ...] = ()
    """Those that the expert has left, and when."""
    ties: tuple[Tie, ...] = ()
    is_supervisor: bool = False
    """Belongs to the authority that supervises this tender (实施条例 §46)."""


@dataclass(frozen=True)
class Bidder:
    """A bidder, or the tenderer, as a conflict of interest may name it."""

    organisation_id: int | None
    name: str


def unfit_for(
    expert: ExpertFacts, *, tenderer: Bidder, division_code: str, specialties: Collection[Specialty], on: date
) -> Exclusion | None:
    """What is known before anybody knows the bidders."""
    if expert.is_suspended:
        return Exclusion.SUSPENDED
    if expert.is_supervisor:
        return Exclusion.SUPERVISOR
    if expert.areas and not any(division_code.startswith(code) for code in expert.areas):
        return Exclusion.AREA
    if expert.specialty not in specialties:
        return Exclusion.SPECIALTY
    found = conflict_of(expert, [tenderer], on=on)
    return Exclusion.TENDERER if found in (Exclusion.BIDDER, Exclusion.PAST_BIDDER) else found


def conflict_of(expert: ExpertFacts, parties: Iterable[Bidder], *, on: date) -> Exclusion | None:
    """The nearest relation to any of the parties on that day: a present post, a recusal, a post within three years."""
    parties = list(parties)
    ids = {party.organisation_id for party in parties if party.organisation_id is not None}
    names = {plain_name(party.name) for party in parties}
    if expert.serves & ids or (expert.employer and plain_name(expert.employer) in names):
        return Exclusion.BIDDER
    named = [tie for tie in expert.ties if plain_name(tie.organisation) in names]
    if any(tie.kind is TieKind.RECUSAL and (tie.until_on is None or tie.until_on >= on) for tie in named):
        return Exclusion.RECUSAL
    since = years_before(on, YEARS_APART)
    posts = [tie.until_on or on for tie in named if tie.kind is TieKind.EMPLOYMENT]
    posts += [left for organisation, left in expert.served if organisation in ids]
    return Exclusion.PAST_BIDDER if any(left >= since for left in posts) else None


def years_before(day: date, years: int) -> date:
    """29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def plain_name(name: str) -> str:
    """An organisation's name without the blanks, widths and brackets by which people write it differently."""
    return re.sub(r"[\s()（）·.]", "", unicodedata.normalize("NFKC", name)).casefold()


# --- commitments -------------------------------------------------------------------------------------------------------


def canonical_line(expert: ExpertFacts, pool: str) -> str:
    """The line that a member's commitment stands for: JSON, keys sorted, no blanks."""
    fixed = {"employer": expert.employer, "name": expert.name, "person": expert.person, "pool": pool, "specialty": expert.specialty.value}
    return json.dumps(fixed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def commitment_of(salt: bytes, line: str) -> str:
    return sha256(salt + line.encode()).hexdigest()


def pool_digest(numbered: Iterable[str], excluded: Iterable[str]) -> str:
    """One hash over the whole frozen pool: the numbered commitments in order, a blank line, those left out in order."""
    return sha256(("\n".join(sorted(numbered)) + "\n\n" + "\n".join(sorted(excluded)) + "\n").encode()).hexdigest()


# --- seats -------------------------------------------------------------------------------------------------------------


def why_not_plan(seats: int, representatives: int, specialties: Sequence[Specialty], *, minimum: int = MIN_COMMITTEE) -> Reason | None:
    """At least five, odd, experts at least two thirds (招标投标法 §37)."""
    if representatives < 0:
        return Reason(_l("招标人代表的人数不能小于 0。"), BASIS, _l("请重新填写。"))
    if not specialties:
        return Reason(_l("没有选择评标专家的专业。"), BASIS, _l("请至少选择一个专业。"))
    return why_not_committee(seats, seats - representatives, minimum=minimum)


def why_not_pool(numbered: int, experts: int) -> Reason | None:
    """Whether the pool is large enough for the experts' seats."""
    if numbered >= experts + SPARE:
        return None
    return Reason(
        _l(
            "专家库里符合条件的专家只有 %(found)d 名，抽取 %(experts)d 名至少要有 %(needed)d 名。",
            found=numbered,
            experts=experts,
            needed=experts + SPARE,
        ),
        BASIS,
        _l("请房管部门补充专家库，或者放宽专业要求，再冻结名单。"),
    )
