"""Handing in a sealed bid: what is checked, what is kept, and the receipt of a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask_babel import force_locale
from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.audit import Done, label_events, record, record_all
from app.common.i18n import CHINESE, _l
from app.common.refusal import Reason, Refused, refuse_if
from app.common.together import LATER
from app.extensions import db
from app.tenders import bidding, pacing, uploads
from app.tenders.actions.bidding import SIGNATORY_ONLY, received_at, why_not_bid_at, why_not_second
from app.tenders.capsule.format import MAX_FILES, Header, Malformed
from app.tenders.capsule.seal import Terms
from app.tenders.handing_in import DAMAGED, NOT_A_CAPSULE, why_not_capsule
from app.tenders.models import Bid, BidCapsule, BidRefusal, BidVersion, Tender
from app.tenders.queries.capsules import lock_organisation, refused_in
from app.tenders.queries.handing_in import (
    Earlier,
    Standing,
    earlier_of,
    known_terms,
    lock_published,
    standings_of,
)

MORE_REFUSED = "bid.refuse_more"
"""A refusal beyond the ration: on record like the others and signed (queries/refusals.py), but without a leaf of the public log."""

label_events(
    {"bid.refuse": _l("不受理投标"), MORE_REFUSED: _l("不受理投标（签名声明，不写进日志）")},
    {"capsule": _l("封装校验值"), "sent_sha256": _l("收到内容的校验值")},
    objects={"bid_refusal": _l("不受理记录")},
    unnumbered=("bid_refusal",),
)


@dataclass(frozen=True)
class Looked:
    """What somebody hands in, looked at as far as no database is needed."""

    data: bytes
    header: Header | None
    fault: Refused | None
    """Why there is no header."""
    sizes: Mapping[str, int]
    """Of its objects that have arrived."""

    def by(self, actor: Actor, now: datetime) -> HandedIn:
        return HandedIn(self.data, self.header, self.fault, self.sizes, actor, now)


@dataclass(frozen=True)
class HandedIn(Looked):
    actor: Actor
    now: datetime
    """When the request reached the server."""

    @property
    def alone_with(self) -> frozenset:
        """Two of these that share one of them are told apart by what the first has left in the database."""
        capsule = {("capsule", self.header.sha256)} if self.header else set()
        return frozenset({("organisation", self.actor.organisation_id), ("user", self.actor.user_id), *capsule})


def look_at(header_bytes: bytes) -> Looked:
    """Asks the store of objects, and the database nothing."""
    try:
        header = parse_header(header_bytes)
    except Refused as fault:
        return Looked(header_bytes, None, fault, {})
    sizes = {one.sha256: size for one in header.objects[: MAX_FILES + 1] if (size := uploads.size_of(one.sha256)) is not None}
    return Looked(header_bytes, header, None, sizes)


def submit_capsule(tender: Tender, header_bytes: bytes, *, actor: Actor, now: datetime) -> BidVersion:
    """Accept a capsule whose objects have arrived, in place of what was handed in before. The same capsule again gives the same receipt.

    Raises Refused; the caller then records the refusal (record_refusal) in a transaction of its own."""
    (answer,) = submit_capsules(tender.number, lambda: [look_at(header_bytes).by(actor, now)])
    if isinstance(answer, Refused):
        raise answer
    return db.session.scalars(select(BidVersion).join(BidCapsule).where(BidCapsule.sha256 == answer.capsule)).one()


def submit_capsules(number: str, take: Callable[[], Sequence[HandedIn]]) -> list[Accepted | Refused | object]:
    """The same for several at once, with one question of each kind to the database for all of them.

    `take`: called under the tender's lock, it gives what has been handed in. LATER for one that shares a part of `alone_with` with one before
    it, so that no answer depends on another of the same transaction."""
    tender = lock_published(number)
    handed_in, present, met = take(), {}, frozenset()
    for place, one in enumerate(handed_in):
        if not met & one.alone_with:
            present[place] = one
        met |= one.alone_with
    desk, terms = Desk.read(tender, list(present.values())), known_terms(tender)
    answers: dict[int, Accepted | Refused | Entered] = {}
    for place, one in present.items():
        try:
            answers[place] = desk.answer(one, terms)
        except Refused as refused:
            answers[place] = refused
    _write([answer for answer in answers.values() if isinstance(answer, Entered)])
    done = {place: answer.accepted if isinstance(answer, Entered) else answer for place, answer in answers.items()}
    return [done.get(place, LATER) for place in range(len(handed_in))]


@dataclass(frozen=True)
class Accepted:
    tender_id: int
    capsule: str
    """Its hash."""


@dataclass(frozen=True)
class Entered:
    """A submission that nothing stands in the way of, and its bid as it will be."""

    one: HandedIn
    header: Header
    event: str
    bid: Bid
    is_first: bool
    """Of this bidder: its bid is new."""
    number: int
    now: datetime
    """At which it stands: when it came, and not before what it replaces."""

    @property
    def accepted(self) -> Accepted:
        return Accepted(self.bid.tender_id, self.header.sha256)

    @property
    def receipt(self) -> str:
        return bidding.receipt_number(self.header.sha256, self.now)

    @property
    def done(self) -> Done:
        facts = {"version": self.number, "receipt": self.receipt, "capsule": self.header.sha256}
        return Done(self.event, self.bid, self.one.actor, self.now, facts)


@dataclass(frozen=True)
class Desk:
    """What stands in the way of some that hand in for one tender, or not; read under its lock."""

    tender: Tender
    standings: Mapping[int, Standing]
    """By organisation."""
    earlier: Earlier

    @classmethod
    def read(cls, tender: Tender, handed_in: Sequence[HandedIn]) -> Desk:
        return cls(
            tender,
            standings_of(tender, {one.actor.organisation_id for one in handed_in} - {None}),
            earlier_of(
                tender, {one.actor.user_id for one in handed_in}, {one.header.sha256 for one in handed_in if one.header is not None}
            ),
        )

    def answer(self, one: HandedIn, terms: Terms) -> Accepted | Entered:
        """Raises Refused. The same capsule again has its receipt already."""
        own = self.standings.get(one.actor.organisation_id)
        header = self.check(one, own, terms)
        if own.version is not None and own.version.content_sha256 == header.sha256:
            return Accepted(self.tender.id, header.sha256)
        if header.sha256 in self.earlier.used:
            raise Refused(USED)
        refuse_if(why_not_again(own.versions, deadline_at=self.tender.bid_deadline_at, now=one.now))
        return _enter(self.tender, own, one, header)

    def check(self, one: HandedIn, own: Standing | None, terms: Terms) -> Header:
        """Raises Refused; for whom there is no Standing, always."""
        actor = one.actor
        if not actor.has(Role.ENTERPRISE_SIGNATORY):
            raise Refused(SIGNATORY_ONLY)
        enterprise = None if own is None else own.enterprise
        refuse_if(why_not_bid_at(self.tender, enterprise, has_served=actor.user_id in self.earlier.served, now=one.now))
        if enterprise.is_closed:
            raise Refused(bidding.CLOSED)
        hands = self.earlier.hands.get(actor.user_id, {})
        others = (name for organisation_id, name in hands.items() if organisation_id != actor.organisation_id)
        refuse_if(why_not_second(next(others, None)))
        if one.header is None:
            raise one.fault or Refused(DAMAGED)
        refuse_if(why_not_capsule(one.header, terms, one.sizes))
        return one.header


USED = Reason(_l("这份封装已经提交过，没有受理。请重新封装后再提交。"))
"""A capsule counts once: taken back or replaced, its content has to be sealed anew."""


def why_not_again(versions: Sequence[Row], *, deadline_at: datetime, now: datetime) -> Reason | None:
    """Why a bidder who has handed in so often within the hour has to wait."""
    again = pacing.again_at([version.submitted_at for version in versions], deadline_at=deadline_at, now=now)
    if again is None:
        return None
    return Reason(
        _l("同一项目一小时内最多提交 %(limit)d 次，截止前十分钟内每分钟最多 %(limit)d 次。本次没有受理。", limit=pacing.SUBMISSIONS),
        next=_l("请在 %(moment)s 以后再提交。此前已经取得回执的投标继续有效。", moment=bidding.at_exactly(again)),
    )


def _enter(tender: Tender, own: Standing, one: HandedIn, header: Header) -> Entered:
    if own.bid is not None:
        now, number = received_at(own.bid, one.now), own.versions[-1].number + 1
        set_committed_value(own.bid, "tender", tender)  # so that nobody asks for it again
        return Entered(one, header, "bid.replace" if own.version else "bid.submit", own.bid, False, number, now)
    whose = {"tender_id": tender.id, "enterprise_id": own.enterprise.id, "organisation_id": one.actor.organisation_id}
    bid = Bid(**whose, submitted_at=one.now, withdrawn_at=None, current_number=1)
    db.session.add(bid)
    set_committed_value(bid, "tender", tender)
    return Entered(one, header, "bid.submit", bid, True, 1, one.now)


def _write(entered: Sequence[Entered]) -> None:
    """Keep versions and capsules. Written as rows: an object for each would cost more than all that is asked before."""
    if not entered:
        return
    db.session.flush()
    db.session.execute(
        _INSERT_VERSIONS,
        [
            {
                "bid_id": new.bid.id,
                "number": new.number,
                "submitted_at": new.now,
                "submitted_by_id": new.one.actor.user_id,
                "content_sha256": new.header.sha256,
                "receipt": new.receipt,
            }
            for new in entered
        ],
    )
    db.session.execute(
        _INSERT_CAPSULES,
        [{"bid": new.bid.id, "of": new.number, "sha256": new.header.sha256, "header": new.one.data.decode()} for new in entered],
    )
    if again := [new for new in entered if not new.is_first]:
        db.session.execute(_REPLACE, [{"bid": new.bid.id, "submitted_at": new.now, "current_number": new.number} for new in again])
    for new in entered:
        db.session.expire(
            new.bid, ["versions"] if new.is_first else ["versions", "submitted_at", "withdrawn_at", "current_number", "version_id"]
        )
    record_all([new.done for new in entered])


_PRINTED_NOT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""A reason is signed and mailed in one line: whatever came with the refused bytes makes no line in it and turns none around."""

_VERSIONS = BidVersion.__table__
_INSERT_VERSIONS = insert(_VERSIONS)
_INSERT_CAPSULES = insert(BidCapsule.__table__).values(
    version_id=select(_VERSIONS.c.id)
    .where(_VERSIONS.c.bid_id == bindparam("bid"), _VERSIONS.c.number == bindparam("of"))
    .scalar_subquery(),
    sha256=bindparam("sha256"),
    header=bindparam("header"),
)
"""Its version is found by the database: to be told the ids of several rows makes an insert of another length each time."""
_REPLACE = (
    update(Bid.__table__)
    .where(Bid.__table__.c.id == bindparam("bid"))
    .values(
        submitted_at=bindparam("submitted_at"),
        withdrawn_at=None,
        current_number=bindparam("current_number"),
        version_id=Bid.__table__.c.version_id + 1,
    )
)
"""Under the tender's lock: nobody else has changed the bid since it was read."""


def parse_header(data: bytes) -> Header:
    """Raises Refused for bytes that are no header: a bid in clear among them."""
    if not data.lstrip().startswith(b"{") or b'"linli-capsule-1"' not in data:
        raise Refused(NOT_A_CAPSULE)
    try:
        return Header.from_bytes(data)
    except Malformed as error:
        raise Refused(DAMAGED) from error


def record_refusal(
    tender: Tender, reason: Reason, *, header_bytes: bytes = b"", sent_sha256: str | None = None, actor: Actor, now: datetime
) -> BidRefusal:
    """Write down that a submission was not accepted, so that the bidder holds a signed answer: for the first few within an hour in a leaf of
    the log, for the others in a signed statement. More leaves would let a bidder fill the log and count in its own receipts what others do.

    `sent_sha256`: of a whole file of which no header was read."""
    try:
        capsule = Header.from_bytes(header_bytes).sha256
    except Malformed:
        capsule = None
    with force_locale(CHINESE):
        text = _PRINTED_NOT.sub(" ", str(reason.text))[:400]
    refusal = BidRefusal(tender_id=tender.id, organisation_id=actor.organisation_id, at=now, reason=text, capsule_sha256=capsule)
    db.session.add(refusal)
    lock_organisation(actor.organisation_id)  # two at once count each other
    has_leaf = pacing.may_have_leaf(refused_in(actor.organisation_id, since=now - pacing.HOUR), tender.number)
    sent = sha256(header_bytes).hexdigest() if header_bytes else sent_sha256
    event = "bid.refuse" if has_leaf else MORE_REFUSED
    record(event, refusal, actor=actor, now=now, reason=refusal.reason, capsule=capsule, sent_sha256=sent)
    return refusal
