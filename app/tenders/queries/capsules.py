"""What is asked about sealed bids between the deadline and the opening record: what stands, who gave which share, what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Organisation
from app.extensions import db
from app.log.keys import log_keys
from app.log.models import LogEntry, LogLeaf
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


def all_releases_of(tender: Tender) -> list[ShareRelease]:
    """Every share and every problem that holders handed in, in order; also what they replaced."""
    return list(
        db.session.scalars(
            select(ShareRelease)
            .join(TenderHolder, TenderHolder.id == ShareRelease.holder_id)
            .where(TenderHolder.tender_id == tender.id)
            .order_by(ShareRelease.id)
        )
    )


def last_of_each(releases: Iterable[ShareRelease]) -> list[ShareRelease]:
    """What counts: the last that each holder handed in for each capsule. Given in order."""
    return list({(one.holder_id, one.version_id): one for one in releases}.values())


def is_wanted(release: ShareRelease | None, *, is_open: bool) -> bool:
    """Whether a holder may give a share of a capsule: the first, or one in place of a wrong one while the capsule is shut."""
    return release is None or (release.problem is not None and not is_open)


def releases_of(tender: Tender) -> list[ShareRelease]:
    """The share or the problem of each holder and capsule that counts."""
    return last_of_each(all_releases_of(tender))


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


def is_unsealed(tender: Tender) -> bool:
    """Whether every capsule on the closing list has been opened, or it is known why it can't be."""
    closing = closing_of(tender)
    return closing is not None and len(unsealings_of(tender)) == closing.bids


def refusal_token(refusal_id: int) -> str:
    """A refusal's address: its running number would count the others'. It stays the same as long as the log's key does."""
    return log_keys().seal(b"bid refusal", str(refusal_id).encode()).hex()[:32]


def find_refusal(tender: Tender, token: str, organisation_id: int | None) -> BidRefusal | None:
    """A refusal that this bidder was given; another's does not exist."""
    own = BidRefusal.tender_id == tender.id, BidRefusal.organisation_id == organisation_id
    for refusal_id in db.session.scalars(select(BidRefusal.id).where(*own).order_by(BidRefusal.id.desc())):
        if compare_digest(refusal_token(refusal_id).encode(), token.encode()):
            return db.session.get(BidRefusal, refusal_id)
    return None


def lock_organisation(organisation_id: int | None) -> None:
    """Wait for whoever records something that is counted by organisation."""
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True))


def refused_in(organisation_id: int | None, *, since: datetime) -> list[str]:
    """The numbers of the tenders in which an organisation's refusals got leaves of the log since then, one for each."""
    of_it = LogEntry.organisation_id == organisation_id, LogEntry.event == "bid.refuse", LogLeaf.at > since
    found = select(LogEntry.tender_number).join(LogLeaf, LogLeaf.leaf_index == LogEntry.leaf_index).where(*of_it)
    return list(db.session.scalars(found.order_by(LogEntry.leaf_index)))
