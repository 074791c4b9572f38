"""Finding tenders: one by its number for somebody, the public list, a tenderer's own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, case, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.communities.models import Division
from app.extensions import db
from app.tenders.kinds import FilingOutcome
from app.tenders.lifecycle import Phase, Status, phase
from app.tenders.models import BidClosing, Filing, Tender, TenderCompound, TenderDocument

SUPERVISORS = (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.STREET_OFFICER)


class State(LabelledEnum):
    """What the public list can be narrowed to."""

    BIDDING = "bidding", _l("正在投标"), "open"
    EVALUATING = "evaluating", _l("开标与评标"), "info"
    NOTICE = "notice", _l("候选人公示"), "wait"
    AWARDED = "awarded", _l("已定标"), "info"
    CONTRACTED = "contracted", _l("已签合同"), "badge"
    FAILED = "failed", _l("流标"), "done"
    CANCELLED = "cancelled", _l("已终止"), "done"


class Size(LabelledEnum):
    """Bands of floor area, in 0.01 m²."""

    SMALL = "small", _l("3 万 m² 以下"), "info"
    MIDDLE = "middle", _l("3 万至 10 万 m²"), "info"
    LARGE = "large", _l("10 万 m² 以上"), "info"


SIZE_BANDS = {Size.SMALL: (0, 3_000_000), Size.MIDDLE: (3_000_000, 10_000_000), Size.LARGE: (10_000_000, None)}


class Due(LabelledEnum):
    """How soon bidding closes."""

    THREE_DAYS = "3", _l("3 日内截止"), "soon"
    WEEK = "7", _l("7 日内截止"), "open"
    MONTH = "30", _l("30 日内截止"), "open"


# --- who may see -------------------------------------------------------------------------------------------------------


def is_own(tender: Tender, actor: Actor | None) -> bool:
    return actor is not None and actor.role == Role.COMMUNITY_MANAGER and actor.organisation_id == tender.procuring_entity_id


def supervises(tender: Tender, actor: Actor | None) -> bool:
    """The bureau's officer over the tender's place."""
    return actor is not None and actor.role == Role.BUREAU_OFFICER and actor.covers(tender.division_code)


def is_visible(tender: Tender, actor: Actor | None) -> bool:
    """A published tender is public; before that the tenderer, its supervisors once it was submitted, and the auditor see it."""
    if tender.published_at is not None:
        return True
    if actor is None:
        return False
    if is_own(tender, actor):
        return True
    if actor.role == Role.AUDITOR:
        return actor.covers(tender.division_code)
    return actor.role in SUPERVISORS and actor.covers(tender.division_code) and was_submitted(tender)


def was_submitted(tender: Tender) -> bool:
    return tender.submitted_at is not None or db.session.scalar(select(Filing.id).where(Filing.tender_id == tender.id).limit(1)) is not None


def find_tender(number: str, actor: Actor | None, *, with_documents: bool = False) -> Tender | None:
    """The tender with this number, or None when it does not exist for this person."""
    statement = select(Tender).where(Tender.number == number).options(joinedload(Tender.procuring_entity))
    if with_documents:
        statement = statement.options(joinedload(Tender.documents).joinedload(TenderDocument.file), joinedload(Tender.compounds))
    tender = db.session.scalars(statement).unique().one_or_none()
    return tender if tender is not None and is_visible(tender, actor) else None


def find_own_tender(number: str, actor: Actor) -> Tender | None:
    tender = db.session.scalar(select(Tender).where(Tender.number == number).options(joinedload(Tender.procuring_entity)))
    return tender if tender is not None and is_own(tender, actor) else None


def find_supervised_tender(number: str, actor: Actor) -> Tender | None:
    """For the bureau: a tender of its place that has been submitted, and not its own organisation's."""
    tender = find_tender(number, actor)
    return tender if tender is not None and is_supervised(tender, actor) else None


CONCERNED = (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.STREET_OFFICER, Role.AUDITOR)
"""Who reads more of a tender of their place than the public."""


def is_supervised(tender: Tender, actor: Actor) -> bool:
    """Of the actor's place, and not its own; the role is the caller's to ask, for enterprises have a place too."""
    return actor.covers(tender.division_code) and tender.procuring_entity_id != actor.organisation_id


# --- the number of bids, only of a fixed closing list --------------------------------------------------------------------


def standing_bid_counts(tenders: list[Tender], now: datetime) -> dict[int, int]:
    """Tender → number of bids on its closing list, for those alone whose list is fixed and which nobody has opened."""
    closed = [t.id for t in tenders if t.status is Status.PUBLISHED and t.bid_deadline_at is not None and now >= t.bid_deadline_at]
    if not closed:
        return {}
    return dict(db.session.execute(select(BidClosing.tender_id, BidClosing.bids).where(BidClosing.tender_id.in_(closed))).all())


def phases(tenders: list[Tender], now: datetime) -> dict[int, Phase]:
    """What readers are told of each tender, with one query."""
    counts = standing_bid_counts(tenders, now)
    return {
        t.id: phase(t.status, now, bid_deadline_at=t.bid_deadline_at, notice_ends_at=t.notice_ends_at, standing_bids=counts.get(t.id))
        for t in tenders
    }


def phase_of(tender: Tender, now: datetime) -> Phase:
    return phases([tender], now)[tender.id]


# --- the public list -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListFilter:
    """What a reader asked for in the address; unknown values are ignored."""

    division_code: str = ""
    state: State | None = None
    size: Size | None = None
    due: Due | None = None
    words: str = ""
    compound_id: int | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.division_code or self.state or self.size or self.due or self.words or self.compound_id)


MIN_BIDS = 3
"""All regimes share the minimum today; a tender's own page asks its own sheet."""


def public_tenders(wanted: ListFilter, now: datetime) -> Select:
    """Published tenders as asked; the caller adds order and page."""
    statement = select(Tender).where(Tender.published_at.is_not(None)).options(joinedload(Tender.procuring_entity))
    if wanted.division_code:
        statement = statement.where(Tender.division_code.startswith(wanted.division_code, autoescape=True))
    if wanted.state:
        statement = statement.where(_in_state(wanted.state, now))
    if wanted.size:
        least, below = SIZE_BANDS[wanted.size]
        statement = statement.where(Tender.area_centi >= least)
        if below is not None:
            statement = statement.where(Tender.area_centi < below)
    if wanted.due:
        statement = statement.where(_in_state(State.BIDDING, now), Tender.bid_deadline_at <= now + timedelta(days=int(wanted.due.value)))
    for word in wanted.words.split():
        statement = statement.where(_holds(word))
    if wanted.compound_id:
        statement = statement.where(Tender.compounds.any(TenderCompound.compound_id == wanted.compound_id))
    return statement


def _holds(word: str):
    return or_(
        Tender.title.contains(word, autoescape=True),
        Tender.number.contains(word.upper(), autoescape=True),
        Tender.compounds.any(TenderCompound.name.contains(word, autoescape=True)),
    )


def _in_state(state: State, now: datetime):
    short = select(BidClosing.tender_id).where(BidClosing.bids < MIN_BIDS)
    closed = and_(Tender.status == Status.PUBLISHED, Tender.bid_deadline_at <= now)
    conditions = {
        State.BIDDING: and_(Tender.status == Status.PUBLISHED, Tender.bid_deadline_at > now),
        State.EVALUATING: or_(and_(closed, Tender.id.not_in(short)), Tender.status.in_((Status.OPENED, Status.EVALUATED))),
        State.NOTICE: Tender.status == Status.CANDIDATES_PUBLIC,
        State.AWARDED: Tender.status.in_((Status.AWARDED, Status.AWARD_FILED)),
        State.CONTRACTED: Tender.status == Status.CONTRACTED,
        State.FAILED: or_(and_(closed, Tender.id.in_(short)), Tender.status == Status.FAILED),
        State.CANCELLED: Tender.status == Status.CANCELLED,
    }
    return conditions.get(state, false())


SORTS = {"deadline": Tender.bid_deadline_at, "published": Tender.published_at, "area": Tender.area_centi, "ceiling": Tender.ceiling_fen}


def open_first(now: datetime):
    """Open tenders before all others, the soonest deadline first among them, the latest first among the others."""
    is_open = and_(Tender.status == Status.PUBLISHED, Tender.bid_deadline_at > now)
    return (
        case((is_open, 0), else_=1),
        case((is_open, Tender.bid_deadline_at)),
        Tender.bid_deadline_at.desc(),
        Tender.id.desc(),
    )


def open_tenders(now: datetime, *, limit: int) -> list[Tender]:
    """For the home page: what can be bid on, soonest deadline first."""
    statement = public_tenders(ListFilter(state=State.BIDDING), now).order_by(Tender.bid_deadline_at, Tender.id).limit(limit)
    return list(db.session.scalars(statement))


def count_public(wanted: ListFilter, now: datetime) -> int:
    return db.session.scalar(select(func.count()).select_from(public_tenders(wanted, now).subquery())) or 0


def latest_results(*, limit: int) -> list[Tender]:
    """For the home page: tenders whose candidates are public, newest first."""
    statement = (
        select(Tender)
        .where(Tender.candidates_public_at.is_not(None))
        .options(joinedload(Tender.procuring_entity))
        .order_by(Tender.candidates_public_at.desc(), Tender.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


# --- a tenderer's own --------------------------------------------------------------------------------------------------


def own_tenders(actor: Actor) -> Select:
    return (
        select(Tender)
        .where(Tender.procuring_entity_id == actor.organisation_id)
        .options(selectinload(Tender.compounds))
        .order_by(Tender.status.in_((Status.CONTRACTED, Status.CANCELLED, Status.FAILED)), Tender.id.desc())
    )


def submitted_tenders(actor: Actor) -> Select:
    """For the bureau: what waits for it in its place, the oldest submission first."""
    return (
        select(Filing)
        .join(Filing.tender)
        .where(Filing.outcome == FilingOutcome.PENDING, Tender.division_code.startswith(actor.division_code or "-", autoescape=True))
        .options(joinedload(Filing.tender).joinedload(Tender.procuring_entity), joinedload(Filing.submitted_by))
        .order_by(Filing.submitted_at, Filing.id)
    )


# --- names of places ---------------------------------------------------------------------------------------------------


def place_names(codes) -> dict[str, list[Division]]:
    """Division code → the divisions from its district down, for all codes in one query."""
    wanted = {code[:length] for code in codes for length in (6, 9, 12) if len(code) >= length}
    found = {d.code: d for d in db.session.scalars(select(Division).where(Division.code.in_(sorted(wanted))))} if wanted else {}
    return {code: [found[code[:n]] for n in (6, 9, 12) if len(code) >= n and code[:n] in found] for code in codes}


def districts_with_tenders() -> list[Division]:
    codes = {code[:6] for code in db.session.scalars(select(Tender.division_code).where(Tender.published_at.is_not(None)).distinct())}
    return list(db.session.scalars(select(Division).where(Division.code.in_(sorted(codes))).order_by(Division.code))) if codes else []


def has_rows(statement: Select) -> bool:
    return db.session.execute(statement.order_by(None).limit(1)).first() is not None


def retenders_of(tender: Tender) -> list[Tender]:
    """Published tenders that began again what this one left unfinished."""
    return list(
        db.session.scalars(select(Tender).where(Tender.retender_of_id == tender.id, Tender.published_at.is_not(None)).order_by(Tender.id))
    )
