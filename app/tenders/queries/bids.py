"""What pages ask about bids. The content of a bid is read here and nowhere else, and never past `sealing.may_see`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.files import StoredFile
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders.bidding import MASK, Attachment, Content, Post, content_hash, masked
from app.tenders.kinds import CriterionKind
from app.tenders.lifecycle import ENDED
from app.tenders.likeness import Likeness, Offer, find_alike
from app.tenders.models import (
    Bid,
    BidDocument,
    BidRejection,
    BidVersion,
    OpeningLine,
    OpeningRecord,
    ScoreCriterion,
    Tender,
    TenderDocument,
)
from app.tenders.queries.tenders import is_own
from app.tenders.sealing import Seal, Standing, Viewer, What, may_see, seal_of

ENTERPRISE_ROLES = (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)
SUPERVISING_ROLES = (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.AUDITOR)


def seal_of_tender(tender: Tender) -> Seal:
    is_over = tender.status in ENDED
    return seal_of(
        is_opened=tender.opened_at is not None,
        is_ranked=tender.evaluated_at is not None,
        is_published=tender.candidates_public_at is not None or (is_over and tender.evaluated_at is not None),
        is_over=_failed_after_the_deadline(tender),
    )


def _failed_after_the_deadline(tender: Tender) -> bool:
    """Cancelled before it, a tender stays sealed: otherwise cancelling would be a way to learn how many had bid."""
    return tender.failed_at is not None and tender.bid_deadline_at is not None and tender.failed_at >= tender.bid_deadline_at


def viewer_for(tender: Tender, actor: Actor | None) -> Viewer:
    """How this person looks at this tender's bids on ordinary pages; a scoring page makes its own, blind viewer."""
    standings = {Standing.PUBLIC}
    if actor is None:
        return Viewer(None, frozenset(standings))
    if is_own(tender, actor):
        standings.add(Standing.TENDERER)
    if actor.role in SUPERVISING_ROLES and actor.covers(tender.division_code):
        standings.add(Standing.SUPERVISOR)
    own = actor.organisation_id if actor.role in ENTERPRISE_ROLES else None
    return Viewer(own, frozenset(standings))


def is_seen(tender: Tender, actor: Actor | None, what: What, owner: int | None = None) -> bool:
    return may_see(viewer_for(tender, actor), owner, seal_of_tender(tender), what)


# --- one's own ---------------------------------------------------------------------------------------------------------


def own_bid(tender: Tender, actor: Actor) -> Bid | None:
    """The bid of the actor's own enterprise, withdrawn or not."""
    return db.session.scalar(
        select(Bid).where(Bid.tender_id == tender.id, Bid.organisation_id == actor.organisation_id).options(selectinload(Bid.versions))
    )


def own_bids(actor: Actor) -> list[Bid]:
    """Everything that the actor's enterprise has handed in, nearest deadline last."""
    bids = db.session.scalars(
        select(Bid)
        .join(Bid.tender)
        .where(Bid.organisation_id == actor.organisation_id)
        .options(contains_eager(Bid.tender), selectinload(Bid.versions).joinedload(BidVersion.unsealing))
        .order_by(Tender.bid_deadline_at.desc(), Tender.id.desc())
    )
    return list(bids)


# --- the door to the content -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeenBid:
    """One bid as a viewer may see it; what is not granted is None."""

    bid_id: int
    position: int | None
    received_at: datetime | None
    content_sha256: str | None
    enterprise: Enterprise | None
    price_fen: int | None
    plan: str | None
    answers: dict | None
    staffing: list | None
    project_manager: str | None
    documents: list[BidDocument] | None
    rejection: BidRejection | None = None

    @property
    def is_masked(self) -> bool:
        """Whether names were blotted out in what the evaluators read."""
        posts = [post[key] for post in self.staffing or () for key in ("post", "qualification")]
        return any(MASK in text for text in (self.plan or "", *(self.answers or {}).values(), *posts))

    @property
    def people(self) -> int | None:
        return None if self.staffing is None else sum(post["people"] for post in self.staffing)


def current_version(bid: Bid) -> BidVersion:
    return next(v for v in bid.versions if v.number == bid.current_number)


def content_of_version(version: BidVersion) -> Content:
    """The sealed part of a version as plain values. Callers: the bidder's own pages, the opening, and `see`."""
    stored = version.content
    return Content(
        price_fen=stored.price_fen,
        project_manager=stored.project_manager,
        plan=stored.plan,
        staffing=posts(stored.staffing),
        answers=dict(stored.answers),
        no_interest=stored.no_interest,
        documents=tuple(Attachment(d.kind.value, d.title, d.file.sha256, d.file.size) for d in version.documents),
    )


def hash_of_rows(version: BidVersion) -> str:
    """The hash of an opened bid's content as its rows hold it now; the one it was unsealed with stands in BidUnsealing."""
    bid = version.bid
    return content_hash(content_of_version(version), tender_number=bid.tender.number, uscc=bid.enterprise.uscc, number=version.number)


def posts(rows: Any) -> tuple[Post, ...]:
    return tuple(Post(row["post"], row["people"], row.get("qualification", "")) for row in rows or ())


def see(tender: Tender, viewer: Viewer, bid: Bid, line: OpeningLine | None = None, rejection: BidRejection | None = None) -> SeenBid | None:
    """What this viewer may know of this bid, or None when not even that it exists."""
    seal = seal_of_tender(tender)

    def granted(what: What) -> bool:
        return may_see(viewer, bid.organisation_id, seal, what)

    if not granted(What.EXISTENCE):
        return None
    version = current_version(bid)
    plan, staffing = granted(What.PLAN), granted(What.STAFFING)
    content = content_of_version(version) if is_readable(bid) and (plan or staffing or granted(What.PRICE)) else None
    named = granted(What.BIDDER_NAME)
    if content and not named:
        content = masked(content, bid.enterprise.name, bid.enterprise.legal_representative or "")
    return SeenBid(
        bid_id=bid.id,
        position=line.position if line and named else None,
        received_at=version.submitted_at if named else None,
        content_sha256=version.content_sha256 if named else None,
        enterprise=bid.enterprise if named else None,
        price_fen=content.price_fen if content and granted(What.PRICE) else None,
        plan=content.plan if content and plan else None,
        answers=dict(content.answers) if content and plan else None,
        staffing=[post.as_data() for post in content.staffing] if content and staffing else None,
        project_manager=content.project_manager if content and staffing and named else None,
        documents=list(version.documents) if granted(What.DOCUMENTS) else None,
        rejection=rejection,
    )


def is_readable(bid: Bid) -> bool:
    """Whether the bid could be opened; one that could not is read out as such and not evaluated (电子招标投标办法第三十一条)."""
    return current_version(bid).content is not None


def standing_bids(tender: Tender) -> list[Bid]:
    """The bids that count, in order of receipt, with everything that opening and evaluation read. For actions, not for pages."""
    return list(
        db.session.scalars(
            select(Bid)
            .join(BidVersion, (BidVersion.bid_id == Bid.id) & (BidVersion.number == Bid.current_number))
            .where(Bid.tender_id == tender.id, Bid.withdrawn_at.is_(None))
            .options(
                joinedload(Bid.enterprise).lazyload(Enterprise.districts),
                selectinload(Bid.versions).joinedload(BidVersion.content),
                selectinload(Bid.versions).joinedload(BidVersion.unsealing),
                selectinload(Bid.versions).selectinload(BidVersion.documents).joinedload(BidDocument.file),
            )
            .order_by(BidVersion.submitted_at, Bid.id)
        )
    )


def opened_bids(
    tender: Tender, viewer: Viewer, *, bids: list[Bid] | None = None, rejected: dict[int, BidRejection] | None = None
) -> list[SeenBid]:
    """The bids of an opened tender as this viewer may see them, in the order in which they were read out; else nothing.

    `bids`, `rejected`: when the caller has read them already; bids that are not among them are left out."""
    if not may_see(viewer, None, seal_of_tender(tender), What.COUNT):
        return []
    record = opening_record(tender)
    if record is None:
        return []
    by_id = {bid.id: bid for bid in (standing_bids(tender) if bids is None else bids)}
    rejected = rejections(tender) if rejected is None else rejected
    lines = (line for line in record.lines if line.bid_id in by_id)
    seen = (see(tender, viewer, by_id[line.bid_id], line, rejected.get(line.bid_id)) for line in lines)
    return [one for one in seen if one is not None]


def shut_lines(tender: Tender) -> list[OpeningLine]:
    """What was read out of the bids that could not be opened: they are not evaluated."""
    record = opening_record(tender)
    return [line for line in record.lines if line.price_fen is None] if record is not None else []


@dataclass(frozen=True)
class AlikeBids:
    one: Bid
    other: Bid
    kind: Likeness
    percent: int | None


def may_read_plans(tender: Tender, viewer: Viewer) -> bool:
    """Whether this viewer reads other people's plans now, by name or blind."""
    return may_see(viewer, None, seal_of_tender(tender), What.PLAN)


def alike_bids(tender: Tender, viewer: Viewer, bids: Sequence[Bid]) -> list[AlikeBids]:
    """Which of these opened bids agree abnormally, for who may read their plans. `bids`: of standing_bids.

    Who reads blind is not told of equal prices: prices are public by name, and would tell whose the codes are."""
    if not may_read_plans(tender, viewer):
        return []
    by_id = {bid.id: bid for bid in bids}
    contents = {bid.id: content_of_version(current_version(bid)) for bid in bids}
    offers = [
        Offer(
            key,
            (content.plan, *content.answers.values()),
            frozenset(document.sha256 for document in content.documents),
            content.price_fen,
            content.staffing,
        )
        for key, content in contents.items()
    ]
    found = find_alike(offers, known_texts=_texts_of(tender), known_files=_forms_among(tender, offers))
    is_named = may_see(viewer, None, seal_of_tender(tender), What.BIDDER_NAME)
    return [
        AlikeBids(by_id[pair.one], by_id[pair.other], pair.kind, pair.percent)
        for pair in found
        if is_named or pair.kind is not Likeness.PRICE_AND_STAFFING
    ]


def _texts_of(tender: Tender) -> list[str]:
    """What the tender documents say, which every bidder may repeat."""
    card = (text for criterion in tender.criteria for text in (criterion.label, criterion.guidance))
    return [tender.title, tender.service_content, tender.eligibility, tender.bid_instructions, tender.contract_terms, *card]


def _forms_among(tender: Tender, offers: Sequence[Offer]) -> list[str]:
    """Which of the files that more than one bid holds are the tender documents' own; asked only when there are any."""
    held = Counter(sha for offer in offers for sha in offer.files)
    shared = [sha for sha, bids in held.items() if bids > 1]
    if not shared:
        return []
    own = select(StoredFile.sha256).join(TenderDocument, TenderDocument.file_id == StoredFile.id)
    return list(db.session.scalars(own.where(TenderDocument.tender_id == tender.id, StoredFile.sha256.in_(shared))))


def opened_document(tender: Tender, viewer: Viewer, position: int, place: int) -> BidDocument | None:
    """A document of an opened bid by its places in the opening record and in the bid, for those who may see documents."""
    statement = (
        select(BidDocument, Bid.organisation_id)
        .join(OpeningLine, OpeningLine.bid_version_id == BidDocument.version_id)
        .join(OpeningRecord, OpeningRecord.id == OpeningLine.record_id)
        .join(Bid, Bid.id == OpeningLine.bid_id)
        .where(OpeningRecord.tender_id == tender.id, OpeningLine.position == position, BidDocument.position == place)
        .options(joinedload(BidDocument.file))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None or not may_see(viewer, row.organisation_id, seal_of_tender(tender), What.DOCUMENTS):
        return None
    return row.BidDocument


def opening_record(tender: Tender) -> OpeningRecord | None:
    """The record with its lines, in one query and once for each tender object: a page asks for it from several parts."""
    if tender.__dict__.get("opening") is not None:
        return tender.opening
    lines = joinedload(OpeningRecord.lines).joinedload(OpeningLine.bid).joinedload(Bid.enterprise).lazyload(Enterprise.districts)
    record = db.session.scalars(select(OpeningRecord).where(OpeningRecord.tender_id == tender.id).options(lines)).unique().one_or_none()
    if record is not None:
        set_committed_value(tender, "opening", record)
    return record


def proposed_rejections(tender: Tender) -> dict[int, BidRejection]:
    """bid id → the proposal to reject it, agreed to by the committee or not."""
    rows = db.session.scalars(
        select(BidRejection)
        .join(Bid)
        .where(Bid.tender_id == tender.id)
        .options(selectinload(BidRejection.voices))
        .order_by(BidRejection.id)
    )
    return {row.bid_id: row for row in rows}


def rejections(tender: Tender) -> dict[int, BidRejection]:
    """bid id → the rejection that the committee decided."""
    return {bid_id: row for bid_id, row in proposed_rejections(tender).items() if row.decided_at is not None}


def criteria_of(tender: Tender) -> list[ScoreCriterion]:
    return list(tender.criteria)


def plan_criterion(criteria: Sequence[ScoreCriterion]) -> ScoreCriterion | None:
    """The line of the card that the service plan as a whole answers: the first judged plan."""
    return next((c for c in criteria if c.kind is CriterionKind.SCORED_PLAN), None)


def further_passages(criteria: Sequence[ScoreCriterion]) -> list[ScoreCriterion]:
    """The other plans that the card asks for; each gets a passage of its own."""
    return [c for c in criteria if c.kind is CriterionKind.SCORED_PLAN][1:]
