"""What is asked about sealed bids between the deadline and the opening record: what stands, who gave which share, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.tenders.capsule.format import Header
from app.tenders.models import Bid, BidCapsule, BidClosing, BidRefusal, BidUnsealing, BidVersion, ShareRelease, Tender, TenderHolder
from app.tenders.parameters import sheet_for


@dataclass(frozen=True)
class Standing:
    """A capsule that counts. Whose it is does not belong here: a holder's page must not tell."""

    version_id: int
    sha256: str
    header_text: str

    @property
    def header(self) -> Header:
        return Header.from_bytes(self.header_text.encode())


def is_sealed(tender: Tender) -> bool:
    """Whether this tender's bids come as capsules: it was published with holders."""
    return db.session.scalar(select(TenderHolder.id).where(TenderHolder.tender_id == tender.id).limit(1)) is not None


def standing_capsules(tender: Tender) -> list[Standing]:
    """The capsules that count, by their hash. For actions after the deadline; before it nobody asks."""
    rows = db.session.execute(
        select(BidCapsule.version_id, BidCapsule.sha256, BidCapsule.header)
        .join(BidVersion, BidVersion.id == BidCapsule.version_id)
        .join(Bid, (Bid.id == BidVersion.bid_id) & (Bid.current_number == BidVersion.number))
        .where(Bid.tender_id == tender.id, Bid.withdrawn_at.is_(None))
        .order_by(BidCapsule.sha256)
    )
    return [Standing(*row) for row in rows]


def closing_of(tender: Tender) -> BidClosing | None:
    return db.session.get(BidClosing, tender.id)


def is_enough(tender: Tender, closing: BidClosing) -> bool:
    """Whether as many bids stand on the list as the law asks for; below that nothing is opened and their number is not told."""
    return closing.bids >= sheet_for(tender.regime, tender.regime_version)["min_bids"]


def releases_of(tender: Tender) -> list[ShareRelease]:
    """Every share and every problem that holders handed in, in order."""
    return list(
        db.session.scalars(
            select(ShareRelease)
            .join(TenderHolder, TenderHolder.id == ShareRelease.holder_id)
            .where(TenderHolder.tender_id == tender.id)
            .order_by(ShareRelease.id)
        )
    )


def unsealings_of(tender: Tender) -> dict[int, BidUnsealing]:
    """version id → what came of the capsule."""
    rows = db.session.scalars(
        select(BidUnsealing)
        .join(BidVersion, BidVersion.id == BidUnsealing.version_id)
        .join(Bid, (Bid.id == BidVersion.bid_id) & (Bid.current_number == BidVersion.number))
        .where(Bid.tender_id == tender.id)
        .order_by(BidUnsealing.version_id)
    )
    return {row.version_id: row for row in rows}


def own_holder(tender: Tender, user_id: int) -> TenderHolder | None:
    """The seat that this person holds in this tender."""
    return db.session.scalar(
        select(TenderHolder)
        .where(TenderHolder.tender_id == tender.id, TenderHolder.user_id == user_id)
        .options(joinedload(TenderHolder.key), joinedload(TenderHolder.organisation))
    )


@dataclass(frozen=True)
class Progress:
    """How far the unsealing has come, without telling whose bids they are."""

    bids: int
    threshold: int
    given: Sequence[int]
    """Ids of the holders who have given their shares."""
    unsealed: int

    @property
    def is_done(self) -> bool:
        return self.unsealed == self.bids

    @property
    def has_enough(self) -> bool:
        return len(self.given) >= self.threshold


def progress_of(tender: Tender) -> Progress | None:
    """None before the closing list was made."""
    closing = closing_of(tender)
    if closing is None:
        return None
    given = sorted({release.holder_id for release in releases_of(tender)})
    return Progress(closing.bids, tender.seal_threshold, given, len(unsealings_of(tender)))


def find_refusal(tender: Tender, refusal_id: int, organisation_id: int | None) -> BidRefusal | None:
    """A refusal that this bidder was given; another's does not exist."""
    refusal = db.session.get(BidRefusal, refusal_id)
    if refusal is None or (refusal.tender_id, refusal.organisation_id) != (tender.id, organisation_id):
        return None
    return refusal
