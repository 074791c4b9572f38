"""What the opening room shows: how far the opening has come, what each holder has given, which window runs. Nothing says whose bids they are."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import func, select

from app.extensions import db
from app.log.keys import log_keys
from app.log.models import LogEntry
from app.log.queries import receipt
from app.tenders.kinds import CapsuleFault
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import BidClosing, BidRecovery, BidUnsealing, OpeningRecord, RecoveryWindow, ShareRelease, Tender, TenderHolder
from app.tenders.queries.capsules import (
    all_releases_of,
    closing_of,
    is_enough,
    is_wanted,
    last_of_each,
    standing_capsules,
    unsealings_of,
)
from app.tenders.queries.holders import HolderLine, lines_of
from app.tenders.queries.terms import publish_receipt
from app.tenders.recovery import Standing


class Stage(StrEnum):
    """Where an opening stands; the room's page is another in each."""

    BIDDING = "bidding"
    TOO_FEW = "too_few"
    CLOSED = "closed"  # the deadline has passed, the list has not been made
    LISTED = "listed"  # holders are asked for
    UNSEALED = "unsealed"  # everything is open, or known why not; nothing was read out yet
    OPENED = "opened"  # the record is public
    ENDED = "ended"  # without an opening


RUNNING = (Stage.CLOSED, Stage.LISTED, Stage.UNSEALED)
"""Stages in which the page asks every few seconds how far it has come."""


@dataclass(frozen=True)
class Holding:
    """A holder in the room: who, and what has been given."""

    line: HolderLine
    released_at: datetime | None
    shares: int
    unusable: int
    forged: int
    replaced: int
    """Wrong ones in whose place the holder has given another since."""
    wanted: int
    """Capsules of which the holder may give a share, the first or in place of a wrong one."""

    @property
    def holder(self) -> TenderHolder:
        return self.line.holder

    @property
    def counts(self) -> bool:
        """Whether at least one share was good; a forged one brings nobody nearer."""
        return self.shares > 0


@dataclass(frozen=True)
class Room:
    stage: Stage
    threshold: int
    holdings: list[Holding]
    closing: BidClosing | None = None
    unsealed: int = 0
    faults: Counter | None = None
    """CapsuleFault → number of capsules."""
    ready: int = 0
    """Capsules with enough shares that are not open: an opening that was broken off."""
    short: int = 0
    """Capsules that have not enough usable shares although enough holders came."""
    windows: tuple[RecoveryWindow, ...] = ()
    recovered: int = 0
    listed_at: datetime | None = None
    """When the closing list was fixed; known also where too few bids stand on it and nothing else of it is told."""

    @property
    def bids(self) -> int:
        return self.closing.bids if self.closing else 0

    @property
    def present(self) -> int:
        return sum(holding.counts for holding in self.holdings)

    @property
    def has_enough(self) -> bool:
        return self.present >= self.threshold

    @property
    def closing_sha256(self) -> str:
        return sha256(self.closing.statement.encode()).hexdigest()

    @property
    def troubled(self) -> list[Holding]:
        return [holding for holding in self.holdings if holding.forged or holding.unusable or holding.replaced]

    @property
    def is_listing_holders(self) -> bool:
        """While they are asked for; afterwards the record names them, except who came later (`came_late`)."""
        return self.stage in RUNNING

    @property
    def window(self) -> RecoveryWindow | None:
        return self.windows[-1] if self.windows else None

    def runs(self, now: datetime) -> bool:
        """Whether bidders may hand in their recovery files now."""
        return self.stage is Stage.LISTED and self.window is not None and now < self.window.ends_at


def room_of(tender: Tender, phase: Phase) -> Room:
    """The whole room. Before the list is made nothing is asked about bids."""
    closing = closing_of(tender)
    lines, stage = lines_of(tender), _stage(tender, phase, closing)
    if closing is None or stage is Stage.TOO_FEW or not is_enough(tender, closing):
        nobody = [_holding(line, [], [], {}) for line in lines]
        return Room(stage, tender.seal_threshold, nobody, listed_at=closing.recorded_at if closing else None)
    unsealings, windows = unsealings_of(tender), windows_of(tender)
    standing, all_releases = standing_capsules(tender), all_releases_of(tender)
    holdings = [_holding(line, all_releases, [one.version_id for one in standing], unsealings) for line in lines]
    releases = last_of_each(all_releases)
    if stage is Stage.LISTED and len(unsealings) == closing.bids:
        stage = Stage.UNSEALED
    shares, asked = Counter(r.version_id for r in releases if r.share is not None), Counter(r.version_id for r in releases)
    waiting = [one.version_id for one in standing if one.version_id not in unsealings] if stage is Stage.LISTED else []
    return Room(
        stage,
        tender.seal_threshold,
        holdings,
        closing,
        unsealed=len(unsealings),
        faults=Counter(one.fault for one in unsealings.values() if one.fault),
        ready=sum(shares[key] >= tender.seal_threshold for key in waiting),
        short=sum(shares[key] < tender.seal_threshold <= asked[key] for key in waiting),
        windows=tuple(windows),
        recovered=sum(not unsealings[key].fault for key in recoveries_of(tender)) if windows else 0,
        listed_at=closing.recorded_at,
    )


def _stage(tender: Tender, phase: Phase, closing: BidClosing | None) -> Stage:
    if tender.opened_at is not None:
        return Stage.OPENED
    if phase is Phase.BIDDING:
        return Stage.BIDDING
    if phase is Phase.TOO_FEW:
        return Stage.TOO_FEW
    if tender.status is not Status.PUBLISHED:
        return Stage.ENDED
    return Stage.CLOSED if closing is None else Stage.LISTED


def _holding(line: HolderLine, releases: list[ShareRelease], standing: list[int], unsealings: dict[int, BidUnsealing]) -> Holding:
    every = [release for release in releases if release.holder_id == line.holder.id]
    own = last_of_each(every)
    of_version = {release.version_id: release for release in own}
    problems = Counter(release.problem for release in own if release.problem)
    return Holding(
        line,
        released_at=max(release.released_at for release in own) if own else None,
        shares=sum(release.share is not None for release in own),
        unusable=problems[CapsuleFault.BAD_SHARE],
        forged=problems[CapsuleFault.FORGED_SHARE],
        replaced=len(every) - len(own),
        wanted=sum(is_wanted(of_version.get(key), is_open=key in unsealings) for key in standing),
    )


# --- windows for recovery files ------------------------------------------------------------------------------------------


def windows_of(tender: Tender) -> list[RecoveryWindow]:
    return list(db.session.scalars(select(RecoveryWindow).where(RecoveryWindow.tender_id == tender.id).order_by(RecoveryWindow.id)))


def last_window(tender: Tender) -> RecoveryWindow | None:
    windows = windows_of(tender)
    return windows[-1] if windows else None


def recoveries_of(tender: Tender) -> dict[int, BidRecovery]:
    """version id → how its own bidder opened it."""
    rows = db.session.scalars(
        select(BidRecovery)
        .join(RecoveryWindow, RecoveryWindow.id == BidRecovery.window_id)
        .where(RecoveryWindow.tender_id == tender.id)
        .order_by(BidRecovery.version_id)
    )
    return {row.version_id: row for row in rows}


def recovery_standing(tender: Tender) -> Standing:
    """Plain values for the rules of recovery.py."""
    closing, window = closing_of(tender), last_window(tender)
    return Standing(
        is_listed=closing is not None and tender.status is Status.PUBLISHED,
        is_publishable=closing is not None and is_enough(tender, closing),
        waiting=closing.bids - len(unsealings_of(tender)) if closing else 0,
        window_ends_at=window.ends_at if window else None,
        is_opened=tender.opened_at is not None,
    )


def came_late(tender: Tender, record: OpeningRecord) -> dict[int, datetime]:
    """Place in the record → when a holder who had not come by then gave its shares after all. The record itself stays."""
    told = (record.proceedings or {}).get("holders", ())
    missing = [place for place, one in enumerate(told, start=1) if not one["released_at"]]
    if not missing:
        return {}
    given = (
        select(TenderHolder.position, func.max(ShareRelease.released_at))
        .join(ShareRelease, ShareRelease.holder_id == TenderHolder.id)
        .where(TenderHolder.tender_id == tender.id, TenderHolder.position.in_(missing))
        .group_by(TenderHolder.position)
    )
    return dict(db.session.execute(given).all())


# --- for the record and for a holder's program -----------------------------------------------------------------------------


CLOSING = ("tender.close_bidding", "tender.close_short")


def entry_of(tender: Tender, *events: str) -> LogEntry | None:
    """What the log says of the first of these events of a tender."""
    found = select(LogEntry).where(LogEntry.tender_number == tender.number, LogEntry.event.in_(events))
    return db.session.scalar(found.order_by(LogEntry.leaf_index).limit(1))


def log_proofs(tender: Tender) -> dict | None:
    """The places of the closing list and of the publication in the public log, both under one checkpoint, which a holder's program checks."""
    entry = entry_of(tender, *CLOSING)
    if entry is None:
        return None
    return {"key": str(log_keys().verifier), "closed": receipt(entry), "published": publish_receipt(tender, under=entry)}


def proceedings_of(tender: Tender, versions: list[tuple[int, BidUnsealing | None]]) -> dict:
    """How sealed bids were opened, for the opening record: plain JSON, hashed and kept with it. `versions` in the record's order."""
    room, recoveries = room_of(tender, Phase.CLOSED), recoveries_of(tender)
    return {
        "closing": {
            "closed_at": _instant(room.closing.closed_at),
            "recorded_at": _instant(room.closing.recorded_at),
            "sha256": room.closing_sha256,
            "capsules": list(room.closing.capsules),
        },
        "threshold": room.threshold,
        "holders": [
            {
                "seat": holding.holder.seat.value,
                "organisation": holding.holder.organisation.name,
                "key": holding.line.key.recipient if holding.line.key else None,
                "released_at": _instant(holding.released_at) if holding.released_at else None,
                "shares": holding.shares,
                "forged": holding.forged,
                "unusable": holding.unusable,
                "replaced": holding.replaced,
            }
            for holding in room.holdings
        ],
        "windows": [
            {"announced_at": _instant(one.announced_at), "ends_at": _instant(one.ends_at), "cause": one.cause} for one in room.windows
        ],
        "bids": [
            {
                "way": "recovery" if version_id in recoveries else "shares" if unsealing and not unsealing.fault else None,
                "fault": unsealing.fault.value if unsealing and unsealing.fault else None,
            }
            for version_id, unsealing in versions
        ],
    }


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
