"""Who may hold a tender's keys, how many must come together, and what still keeps the bids from being sealed to them. Pure."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.accounts.rules import OrganisationKind, Role
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason

SCHEMES = {3: 2, 5: 3}
"""Number of holders → how many of them open the bids together."""

MOST_HOLDERS = max(SCHEMES)
PLATFORM = _l("本平台规则：投标由多人共同解密")


class HolderSeat(LabelledEnum):
    """On whose side a holder sits."""

    TENDERER = "tenderer", _l("招标人"), "badge"
    LEGAL = "legal", _l("房管部门法制人员"), "info"
    THIRD_PARTY = "third_party", _l("第三方"), "wait"
    FURTHER = "further", _l("增设保管人"), "done"


FURTHER_LABELS = {4: _l("增设保管人（一）"), 5: _l("增设保管人（二）")}


def seat_label(seat: HolderSeat, position: int):
    """What a seat is called among five: `position` from 1."""
    return FURTHER_LABELS.get(position, seat.label) if seat is HolderSeat.FURTHER else seat.label


class RetireReason(LabelledEnum):
    """Why a key was taken out of use."""

    RENEWED = "renewed", _l("已换新"), "done"
    LOST = "lost", _l("已报失"), "soon"


class HolderState(LabelledEnum):
    """What everybody reads about a holder; green is only who can open today."""

    READY = "ready", _l("演练合格"), "open"
    NO_KEY = "no_key", _l("未制作密钥"), "soon"
    NOT_REHEARSED = "not_rehearsed", _l("未演练"), "soon"
    LEFT = "left", _l("已不在该单位任职"), "soon"
    LOST = "lost", _l("密钥已报失"), "soon"
    UNBOUND = "unbound", _l("发布时没有密钥"), "done"


ROLES_OF_SEAT = {
    HolderSeat.TENDERER: frozenset({Role.COMMUNITY_MANAGER}),
    HolderSeat.LEGAL: frozenset({Role.LEGAL_OFFICER}),
    HolderSeat.THIRD_PARTY: frozenset({Role.STREET_OFFICER, Role.NOTARY}),
    HolderSeat.FURTHER: frozenset({Role.COMMUNITY_MANAGER, Role.LEGAL_OFFICER, Role.STREET_OFFICER, Role.NOTARY}),
}
HOLDING_ROLES = (Role.COMMUNITY_MANAGER, Role.LEGAL_OFFICER, Role.STREET_OFFICER, Role.NOTARY)
"""Roles whose people may be asked to hold a key."""

CITY_DIGITS, DISTRICT_DIGITS = 4, 6
"""Of a division code. A notary office practises in its whole city (公证执业区域), a street office answers for a part of its district."""

BASE_SEATS = (HolderSeat.TENDERER, HolderSeat.LEGAL, HolderSeat.THIRD_PARTY)


@dataclass(frozen=True)
class Candidate:
    """A person with one hat, as the rules see them."""

    user_id: int
    name: str
    role: Role
    organisation_id: int
    organisation_name: str
    organisation_kind: OrganisationKind
    division_code: str
    serves_enterprise: bool = False
    """Works for a property service enterprise under any hat."""
    houses: frozenset[int] = frozenset()
    """Every organisation for which this person works now, under any hat."""

    @property
    def all_houses(self) -> frozenset[int]:
        return self.houses | {self.organisation_id}


@dataclass(frozen=True)
class Place:
    """A candidate on a seat."""

    seat: HolderSeat
    who: Candidate


def fingerprint(recipient: str) -> str:
    """What people compare of a public key: the first 16 hexadecimal digits of its SHA-256, in groups of four."""
    digits = hashlib.sha256(recipient.encode()).hexdigest()[:16]
    return " ".join(digits[n : n + 4] for n in range(0, 16, 4))


def why_not_scheme(threshold: int, count: int) -> Reason | None:
    """One holder alone could open early; if all are needed, one lost key loses every bid."""
    if threshold <= 1:
        return Reason(_l("只要 1 人就能解密，等于没有密封。"), basis=PLATFORM, next=_l("请选择 3 人中的 2 人或者 5 人中的 3 人。"))
    wanted = next((most for most, least in SCHEMES.items() if least == threshold), 0)
    if threshold == SCHEMES[MOST_HOLDERS] and count < wanted:
        return Reason(
            _l(
                "选择 %(wanted)d 人中的 %(threshold)d 人的，要选定 %(wanted)d 位保管人，现在只有 %(count)d 位。",
                wanted=wanted,
                threshold=threshold,
                count=count,
            ),
            basis=PLATFORM,
            next=_l("请把增设保管人选齐，或者改为 3 人中的 2 人。"),
        )
    if threshold >= count:
        return Reason(
            _l("要求全部保管人到场的，丢一份密钥就开不了标。"), basis=PLATFORM, next=_l("请选择 3 人中的 2 人或者 5 人中的 3 人。")
        )
    if SCHEMES.get(count) != threshold:
        return Reason(
            _l("%(count)d 人中的 %(threshold)d 人不是本平台的密封方式。", count=count, threshold=threshold),
            basis=PLATFORM,
            next=_l("请选择 3 人中的 2 人或者 5 人中的 3 人。"),
        )
    return None


def most_of_one_organisation(threshold: int, count: int) -> int:
    """So many that one organisation alone can neither open the bids early nor keep them shut."""
    return min(threshold - 1, count - threshold)


def may_take(seat: HolderSeat, who: Candidate, *, procuring_entity_id: int, division_code: str) -> bool:
    """The tenderer's own; a legal officer of a bureau over the place; a street officer of the tender's district or a notary of its city."""
    if who.role not in ROLES_OF_SEAT[seat]:
        return False
    if who.role is Role.COMMUNITY_MANAGER:
        return who.organisation_id == procuring_entity_id
    if who.role is Role.LEGAL_OFFICER:
        return who.organisation_kind is OrganisationKind.BUREAU and division_code.startswith(who.division_code)
    if who.role is Role.NOTARY:
        return who.organisation_kind is OrganisationKind.NOTARY_OFFICE and who.division_code.startswith(division_code[:CITY_DIGITS])
    return who.organisation_kind is OrganisationKind.STREET_OFFICE and who.division_code.startswith(division_code[:DISTRICT_DIGITS])


def why_not_holders(places: Sequence[Place], threshold: int, *, procuring_entity_id: int, division_code: str) -> Reason | None:
    """Whether these people may hold the keys of one tender together."""
    if wrong := why_not_scheme(threshold, len(places)):
        return wrong
    for seat in BASE_SEATS:
        if sum(place.seat is seat for place in places) != 1:
            return Reason(_l("没有选定“%(seat)s”的保管人。", seat=seat.label), basis=PLATFORM, next=_l("请选择一人。"))
    if len({place.who.user_id for place in places}) < len(places):
        return Reason(_l("同一个人只能保管一份密钥。"), basis=PLATFORM, next=_l("请换一位保管人。"))
    for place in places:
        if wrong := why_not_hold(place, procuring_entity_id=procuring_entity_id, division_code=division_code):
            return wrong
    return _why_not_together(places, most_of_one_organisation(threshold, len(places)))


def why_not_hold(place: Place, *, procuring_entity_id: int, division_code: str) -> Reason | None:
    """Whether this person may sit on this seat."""
    who = place.who
    if who.serves_enterprise:
        return Reason(
            _l("%(name)s在物业服务企业任职，不能保管投标的密钥。", name=who.name),
            basis=_l("《招标投标法》第三十八条、《电子招标投标办法》第二十七条"),
            next=_l("请换一位保管人。"),
        )
    if not may_take(place.seat, who, procuring_entity_id=procuring_entity_id, division_code=division_code):
        return Reason(
            _l("%(name)s不能作为“%(seat)s”保管密钥。", name=who.name, seat=place.seat.label),
            basis=PLATFORM,
            next=_l("请从列出的人员中选择。"),
        )
    if is_two_faced(who, procuring_entity_id=procuring_entity_id):
        return Reason(
            _l("%(name)s同时在招标人任职，不能作为“%(seat)s”保管密钥。", name=who.name, seat=place.seat.label),
            basis=PLATFORM,
            next=_l("请换一位不在招标人任职的保管人。"),
        )
    return None


def is_two_faced(who: Candidate, *, procuring_entity_id: int) -> bool:
    """Whether the person would sit for another side while working for the tenderer under another hat."""
    return who.organisation_id != procuring_entity_id and procuring_entity_id in who.houses


def _why_not_together(places: Sequence[Place], most: int) -> Reason | None:
    organisations = Counter(house for place in places for house in place.who.all_houses)
    crowded = next(((place.who, house) for place in places for house in sorted(place.who.all_houses) if organisations[house] > most), None)
    if crowded is None:
        return None
    who, house = crowded
    names = {place.who.organisation_id: place.who.organisation_name for place in places}
    return Reason(
        _l(
            "“%(name)s”有 %(count)d 位保管人，一个单位最多 %(most)d 位。",
            name=names.get(house) or names[who.organisation_id],
            count=organisations[house],
            most=most,
        ),
        basis=PLATFORM,
        next=_l("请换一个单位的人员，使任何一个单位都不能单独解密，也不能单独阻止解密。"),
    )


@dataclass(frozen=True)
class Standing:
    """One holder of a tender, in plain values."""

    name: str
    seat: HolderSeat
    has_key: bool
    is_rehearsed: bool
    """Passed with the key that counts: the present one, or from publication on the bound one."""
    has_left: bool = False
    is_lost: bool = False
    """The bound key has been reported lost."""


def state_of(holder: Standing, *, is_published: bool) -> HolderState:
    """Before publication the person's present key counts; afterwards the one to which bids are sealed."""
    if is_published:
        if not holder.has_key:
            return HolderState.UNBOUND
        if holder.is_lost or holder.has_left:
            return HolderState.LOST if holder.is_lost else HolderState.LEFT
        return HolderState.READY if holder.is_rehearsed else HolderState.NOT_REHEARSED
    if holder.has_left:
        return HolderState.LEFT
    if not holder.has_key:
        return HolderState.NO_KEY
    return HolderState.READY if holder.is_rehearsed else HolderState.NOT_REHEARSED


NEXT_OF: dict[HolderState, Any] = {
    HolderState.NO_KEY: _l("请通知其登录平台，打开“密钥”页面制作密钥，再做一次演练。"),
    HolderState.NOT_REHEARSED: _l("请通知其登录平台，用现在的密钥做一次演练。"),
    HolderState.LEFT: _l("请在密钥保管人页面改选。"),
}
"""What is to be done about a holder who is not ready, as the tenderer reads it."""

LEFT_BEHIND = _l("请通知其单位恢复其账号和身份，使其开标时能登录；其余保管人够数的，照常开标。")

OWN_NEXT_OF: dict[HolderState, Any] = {
    HolderState.NO_KEY: _l("请您打开“密钥”页面制作密钥，再做一次演练。"),
    HolderState.NOT_REHEARSED: _l("请您用现在的密钥做一次演练。"),
}
"""The same where the holder is the one who reads it."""


def why_not_chosen(count: int) -> Reason | None:
    """The gap of a draft without holders; also asked at publication."""
    if count:
        return None
    return Reason(
        _l("没有选定密钥保管人，投标无法密封。"),
        basis=_l("《电子招标投标办法》第二十六条、第二十七条"),
        next=_l("请在密钥保管人页面选定 3 人或者 5 人。"),
    )


def why_not_seal(holders: Sequence[Standing]) -> Reason | None:
    """What still keeps a filed tender from publication: each holder opens a test capsule with the present key first."""
    if missing := why_not_chosen(len(holders)):
        return missing
    waiting = [(holder, state_of(holder, is_published=False)) for holder in holders]
    waiting = [(holder, state) for holder, state in waiting if state is not HolderState.READY]
    if not waiting:
        return None
    return Reason(
        _l(
            "还有 %(count)d 位密钥保管人没有准备好：%(who)s。",
            count=len(waiting),
            who="、".join(f"{h.name}（{s.label}）" for h, s in waiting),
        ),
        basis=_l("《电子招标投标办法》第二十七条；本平台规则：发布前每位保管人须演练合格"),
        next=NEXT_OF[waiting[0][1]]
        if len(waiting) == 1
        else _l("请通知他们登录平台：没有密钥的先制作密钥，再各做一次演练。逐人的情况见密钥保管人页面。"),
    )


def usable(holders: Sequence[Standing]) -> int:
    """Keys of a published tender that can still open: neither reported lost, nor of somebody who has left the office."""
    return sum(holder.has_key and not holder.is_lost and not holder.has_left for holder in holders)


def loss_told(holders: Sequence[Standing], threshold: int) -> Reason | None:
    """What the page of a published tender says once a bound key was reported lost, or its holder has left."""
    lost, gone = sum(holder.is_lost for holder in holders), sum(holder.has_left and not holder.is_lost for holder in holders)
    if not lost and not gone:
        return None
    left = usable(holders)
    if gone:
        told = _l(
            "密钥已报失 %(lost)d 份，另有 %(gone)d 名保管人已不在任，仍有 %(left)d 份可用，开标需要 %(threshold)d 份。",
            lost=lost,
            gone=gone,
            left=left,
            threshold=threshold,
        )
    else:
        told = _l("密钥已报失 %(lost)d 份，仍有 %(left)d 份可用，开标需要 %(threshold)d 份。", lost=lost, left=left, threshold=threshold)
    if left >= threshold:
        return Reason(told, next=_l("投标照常进行。请其余保管人妥善保管密钥。"))
    return Reason(
        told,
        basis=_l("《电子招标投标办法》第三十一条"),
        next=_l(
            "可用的密钥不够开标。请报失的保管人找回密钥卡或者密钥文件，请已不在任的保管人的单位恢复其账号；都不能的，用投标人自己的恢复文件开标，或者重新招标。"
        ),
    )


def is_alarming(holders: Sequence[Standing], threshold: int) -> bool:
    return any(holder.is_lost or holder.has_left for holder in holders) and usable(holders) < threshold
