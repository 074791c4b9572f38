"""What is asked about keys and their holders: a person's keys, a tender's holders, who may be chosen, what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.refusal import Reason
from app.extensions import db
from app.tenders import holders as rules
from app.tenders.holders import Candidate, HolderSeat, HolderState, Place, RetireReason, Standing
from app.tenders.lifecycle import PRIVATE, Status
from app.tenders.models import HolderKey, HolderRehearsal, Tender, TenderHolder

# --- a person's keys -----------------------------------------------------------------------------------------------------


def standing_key(user_id: int | None) -> HolderKey | None:
    return db.session.scalar(select(HolderKey).where(HolderKey.user_id == user_id, HolderKey.retired_at.is_(None)))


def keys_of(user_id: int | None) -> list[HolderKey]:
    """All of a person's keys, the newest first."""
    return list(db.session.scalars(select(HolderKey).where(HolderKey.user_id == user_id).order_by(HolderKey.id.desc())))


# --- a tender's holders --------------------------------------------------------------------------------------------------

PRESENT = aliased(HolderKey, name="present_key")


@dataclass(frozen=True)
class HolderLine:
    """A holder with the key that counts now and the last rehearsal that was passed with it."""

    holder: TenderHolder
    key: HolderKey | None
    passed_at: datetime | None
    has_left: bool
    is_asked: bool
    """A test capsule for that key waits to be opened."""
    is_published: bool

    @property
    def standing(self) -> Standing:
        return Standing(
            name=self.holder.user.name,
            seat=self.holder.seat,
            has_key=self.key is not None,
            is_rehearsed=self.passed_at is not None,
            has_left=self.has_left,
            is_lost=self.key is not None and self.key.reason is RetireReason.LOST,
        )

    @property
    def state(self) -> HolderState:
        return rules.state_of(self.standing, is_published=self.is_published)

    @property
    def next(self):
        if self.state is HolderState.LEFT and self.is_published:
            return rules.LEFT_BEHIND  # nobody is chosen anew once bids may be sealed to the keys
        return rules.NEXT_OF.get(self.state, "")

    @property
    def next_of_own(self):
        """The same, said to the holder."""
        return rules.OWN_NEXT_OF.get(self.state, self.next)

    @property
    def keeps_old_key(self) -> bool:
        """Bids are sealed to a key that its holder has replaced since."""
        return self.is_published and self.key is not None and self.key.reason is RetireReason.RENEWED


def _lines(*conditions) -> Select:
    """Holders with person, organisation, tender, bound and present key, the last pass of either, and whether they left; one query."""
    passed = (
        select(func.max(HolderRehearsal.passed_at))
        .where(
            HolderRehearsal.tender_holder_id == TenderHolder.id,
            HolderRehearsal.key_id == func.coalesce(TenderHolder.key_id, PRESENT.id),
        )
        .correlate(TenderHolder, PRESENT)
        .scalar_subquery()
    )
    waits = (
        select(HolderRehearsal.id)
        .where(
            HolderRehearsal.tender_holder_id == TenderHolder.id,
            HolderRehearsal.key_id == func.coalesce(TenderHolder.key_id, PRESENT.id),
            HolderRehearsal.passed_at.is_(None),
        )
        .correlate(TenderHolder, PRESENT)
        .exists()
    )
    return (
        select(TenderHolder, PRESENT, passed.label("passed_at"), _works().label("works"), waits.label("waits"))
        .join(TenderHolder.tender)
        .outerjoin(PRESENT, and_(PRESENT.user_id == TenderHolder.user_id, PRESENT.retired_at.is_(None)))
        .where(*conditions)
        .options(
            contains_eager(TenderHolder.tender),
            joinedload(TenderHolder.user),
            joinedload(TenderHolder.organisation),
            joinedload(TenderHolder.key),
        )
        .order_by(TenderHolder.tender_id, TenderHolder.position)
    )


def _works():
    """Whether a holder still is with the organisation, in an office that holds keys, and may sign in."""
    return (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.user_id == TenderHolder.user_id,
            Membership.organisation_id == TenderHolder.organisation_id,
            Membership.role.in_(rules.HOLDING_ROLES),
            Membership.ended_at.is_(None),
            User.active,
        )
        .correlate(TenderHolder)
        .exists()
    )


def _read(rows: Iterable) -> list[HolderLine]:
    lines = []
    for holder, present, passed_at, works, waits in rows:
        is_published = holder.tender.published_at is not None
        lines.append(HolderLine(holder, holder.key if is_published else present, passed_at, not works, waits, is_published))
    return lines


def lines_of(tender: Tender) -> list[HolderLine]:
    """A tender's holders in their order, in one query."""
    return _read(db.session.execute(_lines(TenderHolder.tender_id == tender.id)))


def standings_of(tender: Tender) -> list[Standing]:
    return [line.standing for line in lines_of(tender)]


def why_not_seal(tender: Tender):
    """What keeps a filed tender from publication, while sealing is required; who they work for is asked anew."""
    lines = lines_of(tender)
    return rules.why_not_seal([line.standing for line in lines]) or _why_not_now(tender, [line.holder for line in lines])


def _why_not_now(tender: Tender, holders: list[TenderHolder]) -> Reason | None:
    """Whether these people might still be chosen, with the hats that they have today."""
    hats = _hats_of([holder.user_id for holder in holders])
    places = []
    for holder in holders:
        own = [hat for hat in hats.get(holder.user_id, ()) if hat.organisation_id == holder.organisation_id]
        fitting = [hat for hat in own if hat.role in rules.ROLES_OF_SEAT[holder.seat]] or own
        places.append(Place(holder.seat, _candidate(fitting[0], hats[holder.user_id])))
    return rules.why_not_holders(
        places, tender.seal_threshold, procuring_entity_id=tender.procuring_entity_id, division_code=tender.division_code
    )


def sealing_keys(tender: Tender) -> list[str]:
    """The recipients to which bids of a published tender are sealed, in the holders' order."""
    rows = (
        select(HolderKey.recipient)
        .join(TenderHolder, TenderHolder.key_id == HolderKey.id)
        .where(TenderHolder.tender_id == tender.id)
        .order_by(TenderHolder.position)
    )
    return list(db.session.scalars(rows))


def find_holder(number: str, actor: Actor) -> TenderHolder | None:
    """This person's seat in the tender with this number."""
    statement = (
        select(TenderHolder)
        .join(TenderHolder.tender)
        .where(Tender.number == number, TenderHolder.user_id == actor.user_id)
        .options(contains_eager(TenderHolder.tender).joinedload(Tender.procuring_entity), joinedload(TenderHolder.key))
    )
    return db.session.scalar(statement)


UNOPENED = Tender.status.in_((*PRIVATE, Status.PUBLISHED))


def lines_of_person(user_id: int | None) -> list[HolderLine]:
    """The seats of a person in tenders whose bids are still to be opened."""
    return _read(db.session.execute(_lines(TenderHolder.user_id == user_id, UNOPENED)))


def lines_for_desk(actor: Actor) -> list[HolderLine]:
    """A holder's own seats, and every seat of published tenders that have lost a key or a holder and are this actor's to watch."""
    lost = select(TenderHolder.tender_id).join(TenderHolder.key).where(or_(HolderKey.reason == RetireReason.LOST, ~_works()))
    if actor.role is Role.BUREAU_OFFICER:
        watched = Tender.division_code.startswith(actor.division_code or "-", autoescape=True)
    else:
        watched = Tender.procuring_entity_id == actor.organisation_id
    endangered = and_(Tender.status == Status.PUBLISHED, TenderHolder.tender_id.in_(lost), watched)
    return _read(db.session.execute(_lines(UNOPENED, or_(TenderHolder.user_id == actor.user_id, endangered))))


# --- rehearsals ----------------------------------------------------------------------------------------------------------

REMINDED = "holder.remind"


def open_rehearsal(holder: TenderHolder, key: HolderKey | None) -> HolderRehearsal | None:
    """The newest rehearsal with this key that has not been passed."""
    if key is None:
        return None
    return db.session.scalar(
        select(HolderRehearsal)
        .where(HolderRehearsal.tender_holder_id == holder.id, HolderRehearsal.key_id == key.id, HolderRehearsal.passed_at.is_(None))
        .order_by(HolderRehearsal.id.desc())
        .limit(1)
    )


def passed_rehearsals(holder: TenderHolder) -> list[HolderRehearsal]:
    return list(
        db.session.scalars(
            select(HolderRehearsal)
            .where(HolderRehearsal.tender_holder_id == holder.id, HolderRehearsal.passed_at.is_not(None))
            .options(joinedload(HolderRehearsal.key))
            .order_by(HolderRehearsal.id.desc())
        )
    )


def due_for_reminder(*, opens_before: datetime, rehearsed_since: datetime, now: datetime) -> list[TenderHolder]:
    """Holders of published tenders that close soon who have passed no rehearsal of late, nor since the publication, and were not reminded yet."""
    of_it = HolderRehearsal.tender_holder_id == TenderHolder.id
    of_late = HolderRehearsal.passed_at > Tender.published_at, HolderRehearsal.passed_at > rehearsed_since
    passed = select(HolderRehearsal.id).where(of_it, *of_late).correlate(TenderHolder, Tender).exists()
    reminded = (
        select(AuditEvent.id)
        .where(
            AuditEvent.object_type == TenderHolder.__tablename__,
            AuditEvent.object_id == cast(TenderHolder.id, String),
            AuditEvent.event == REMINDED,
        )
        .correlate(TenderHolder)
        .exists()
    )
    return list(
        db.session.scalars(
            select(TenderHolder)
            .join(TenderHolder.tender)
            .join(TenderHolder.key)
            .where(
                Tender.status == Status.PUBLISHED,
                Tender.bid_deadline_at > now,
                Tender.bid_deadline_at <= opens_before,
                or_(HolderKey.reason.is_(None), HolderKey.reason != RetireReason.LOST),
                ~passed,
                ~reminded,
            )
            .options(contains_eager(TenderHolder.tender), contains_eager(TenderHolder.key), joinedload(TenderHolder.user))
            .order_by(TenderHolder.tender_id, TenderHolder.position)
        )
    )


# --- who may be chosen ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """One who may be chosen: their hat, and whether they have a key already."""

    who: Candidate
    membership_id: int
    has_key: bool


def choices(tender: Tender) -> list[Choice]:
    """Everybody who may hold a key of this tender, nearest places first."""
    code = tender.division_code
    officers = and_(
        Membership.role == Role.LEGAL_OFFICER,
        Organisation.kind == OrganisationKind.BUREAU,
        Organisation.division_code.in_([code[:n] for n in (2, 4, 6, 9, 12) if len(code) >= n]),
    )
    street = and_(
        Membership.role == Role.STREET_OFFICER,
        Organisation.kind == OrganisationKind.STREET_OFFICE,
        Organisation.division_code.startswith(code[: rules.DISTRICT_DIGITS], autoescape=True),
    )
    notary = and_(
        Membership.role == Role.NOTARY,
        Organisation.kind == OrganisationKind.NOTARY_OFFICE,
        Organisation.division_code.startswith(code[: rules.CITY_DIGITS], autoescape=True),
    )
    own = and_(Membership.role == Role.COMMUNITY_MANAGER, Membership.organisation_id == tender.procuring_entity_id)
    rows = db.session.execute(
        select(Membership, HolderKey.id)
        .join(Membership.organisation)
        .join(Membership.user)
        .outerjoin(HolderKey, and_(HolderKey.user_id == Membership.user_id, HolderKey.retired_at.is_(None)))
        .where(Membership.ended_at.is_(None), User.active, or_(own, officers, street, notary))
        .options(contains_eager(Membership.organisation), contains_eager(Membership.user))
        .order_by(Membership.id)
    ).all()
    hats = _hats_of([membership.user_id for membership, _key in rows])
    found = [Choice(_candidate(m, hats[m.user_id]), m.id, key is not None) for m, key in rows]
    return sorted(found, key=lambda choice: (-_nearness(choice.who.division_code, code), choice.membership_id))


def _candidate(membership: Membership, hats: list[Membership]) -> Candidate:
    """A person under one hat, who may have others."""
    home = membership.organisation
    return Candidate(
        membership.user_id,
        membership.user.name,
        membership.role,
        home.id,
        home.name,
        home.kind,
        home.division_code,
        serves_enterprise=any(hat.organisation.kind is OrganisationKind.ENTERPRISE for hat in hats),
        houses=frozenset(hat.organisation_id for hat in hats),
    )


def _hats_of(user_ids: list[int]) -> dict[int, list[Membership]]:
    """Every present membership of these people, in one query."""
    if not user_ids:
        return {}
    found: dict[int, list[Membership]] = {}
    rows = db.session.scalars(
        select(Membership)
        .where(Membership.user_id.in_(user_ids), Membership.ended_at.is_(None))
        .options(joinedload(Membership.organisation), joinedload(Membership.user))
        .order_by(Membership.id)
    )
    for hat in rows:
        found.setdefault(hat.user_id, []).append(hat)
    return found


def _nearness(one: str, other: str) -> int:
    return next((n for n in (12, 9, 6, 4, 2) if len(one) >= n and one[:n] == other[:n]), 0)


def may_take(choice: Choice, seat: HolderSeat, tender: Tender) -> bool:
    return (
        rules.why_not_hold(Place(seat, choice.who), procuring_entity_id=tender.procuring_entity_id, division_code=tender.division_code)
        is None
    )


def default_choices(tender: Tender, offered: list[Choice], *, prefer: int | None) -> dict[HolderSeat, Choice | None]:
    """The person who drafts; the only legal officer, else the district's; the officer of the tender's own street, else whoever is nearest."""
    found: dict[HolderSeat, Choice | None] = {}
    for seat in rules.BASE_SEATS:
        may = [choice for choice in offered if may_take(choice, seat, tender)]
        if seat is HolderSeat.TENDERER:
            may = [choice for choice in may if choice.who.user_id == prefer] or may
        found[seat] = may[0] if may else None
    return found


def alarming(lines: Iterable[HolderLine]) -> list[Tender]:
    """Of these seats' published tenders those whose usable keys are fewer than the opening needs; whole tenders are asked about."""
    grouped: dict[int, list[HolderLine]] = {}
    for line in lines:
        if line.is_published:
            grouped.setdefault(line.holder.tender_id, []).append(line)
    tenders = [(of_one[0].holder.tender, [line.standing for line in of_one]) for of_one in grouped.values()]
    return [tender for tender, standings in tenders if rules.is_alarming(standings, tender.seal_threshold)]
