"""From the names of districts, streets and communities in a census to their codes. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from app.common.imports.cells import plain
from app.communities.rules import DivisionLevel

_STREET_END = re.compile(r"(街道办事处|街道筹备组|街道办|办事处|街道|街办|镇|乡)$")
_COMMUNITY_END = re.compile(r"(社区居民委员会|社区居委会|居民委员会|社区|居委会)$")
_DISTRICT_END = re.compile(r"(区|县|市)$")

FIRST_COMMUNITY, LAST_COMMUNITY = 1, 999


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    level: DivisionLevel
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


def street_stem(name: str) -> str:
    """ "曙光街街道办事处", "曙光街街道" and "曙光街" are one street, and so are "东工人镇街道" and "东工人镇"."""
    flat = plain(name)
    while (shorter := _STREET_END.sub("", flat)) and shorter != flat:
        flat = shorter
    return flat


def community_stem(name: str) -> str:
    flat = plain(name)
    return _COMMUNITY_END.sub("", flat) or flat


def district_stem(name: str) -> str:
    flat = plain(name)
    return _DISTRICT_END.sub("", flat) or flat


@dataclass
class Gazetteer:
    """The divisions of the register, by name."""

    districts: dict[str, Place] = field(default_factory=dict)
    streets: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    communities: dict[tuple[str, str], Place] = field(default_factory=dict)
    """(street code, stem) → community"""
    names: dict[str, str] = field(default_factory=dict)
    """Code → name."""
    surveyed: set[str] = field(default_factory=set)
    """Streets whose communities are known: a new one there is asked about."""
    _taken: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, places: Iterable[Place], day: date) -> "Gazetteer":
        found = cls()
        for place in places:
            found.names[place.code] = place.name
            if place.level is DivisionLevel.COMMUNITY:
                found._taken[place.code[:9]].add(int(place.code[9:]))
                found.surveyed.add(place.code[:9])
            if not place.is_valid(day):
                continue
            if place.level is DivisionLevel.DISTRICT:
                found.districts[district_stem(place.name)] = place
            elif place.level is DivisionLevel.STREET:
                found.streets[street_stem(place.name)].append(place)
            elif place.level is DivisionLevel.COMMUNITY:
                found.communities[(place.code[:9], community_stem(place.name))] = place
        return found

    def streets_named(self, name: str, district: Place | None) -> list[Place]:
        """Streets of that name, in the district when one is given; the exact name wins over its stem."""
        found = [p for p in self.streets.get(street_stem(name), ()) if district is None or p.code.startswith(district.code)]
        exact = [p for p in found if plain(p.name) == plain(name)]
        return exact or found

    def new_community(self, street_code: str, name: str) -> Place:
        """A community that the register lacks: the next free code in its street (001 onwards, GB/T 10114)."""
        taken = self._taken[street_code]
        number = max(taken, default=FIRST_COMMUNITY - 1) + 1
        if number > LAST_COMMUNITY:
            number = next(n for n in range(FIRST_COMMUNITY, LAST_COMMUNITY + 1) if n not in taken)
        taken.add(number)
        place = Place(f"{street_code}{number:03d}", name, DivisionLevel.COMMUNITY)
        self.communities[(street_code, community_stem(name))] = place
        self.names[place.code] = name
        return place
