"""The opening room's steps: the closing list, a holder's shares, what they opened; and receipts of refusals."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import Actor, actor, not_found, public, roles
from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.extensions import db
from app.log.queries import entries_about, receipt
from app.tenders.actions import unsealing as actions
from app.tenders.holders import HOLDING_ROLES
from app.tenders.kinds import CapsuleFault
from app.tenders.models import BidClosing, Tender
from app.tenders.pacing import REFUSALS_A_TENDER
from app.tenders.queries.bids import own_bid
from app.tenders.queries.capsules import closing_of, find_refusal, is_enough, own_holder, standing_capsules
from app.tenders.queries.opening_room import CLOSING, entry_of, log_proofs
from app.tenders.queries.refusals import sent_of
from app.tenders.queries.tenders import CONCERNED, find_tender, is_own, is_supervised
from app.tenders.views.bid_page import printed_code
from app.tenders.views.blueprint import bp

HOLDERS = HOLDING_ROLES
NOTHING_TO_OPEN = Reason(
    _l("截止清单还没有固定，没有可以解密的投标。"), _l("《电子招标投标办法》第三十条"), _l("请在投标截止后，从开标室的第一步开始。")
)
_log = logging.getLogger(__name__)


def _load(number: str) -> Tender:
    return find_tender(number, actor()) or not_found()


@bp.get("/tenders/<number>/closing.txt")
@public
def closing_text(number: str):
    """The closing list as it was hashed."""
    _tender, closing = _listed(number)
    return closing.statement, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/tenders/<number>/closing.tlog-proof")
@public
def closing_proof(number: str):
    """That the public log holds the list's hash, with a signed checkpoint."""
    tender, _closing = _listed(number)
    entry = entry_of(tender, *CLOSING) or not_found()
    name = f"closing-{tender.number}.tlog-proof"
    return receipt(entry), {"Content-Type": "text/plain; charset=utf-8", "Content-Disposition": f"attachment; filename={name}"}


def _listed(number: str) -> tuple[Tender, BidClosing]:
    """The list is everybody's; one with too few bids is theirs who handed one in, the tenderer's, the holders' and the supervisors':
    the bidder who is not on it must be able to see that."""
    tender, person = _load(number), actor()
    closing = closing_of(tender) or not_found()
    if is_enough(tender, closing) or (person is not None and _is_concerned(tender, person)):
        return tender, closing
    return not_found()


def _is_concerned(tender: Tender, person: Actor) -> bool:
    if is_own(tender, person) or (person.role in CONCERNED and is_supervised(tender, person)):
        return True
    return own_holder(tender, person.user_id) is not None or own_bid(tender, person) is not None


@bp.post("/tenders/<number>/opening/close")
@roles(*HOLDERS)
def close_bidding(number: str):
    tender = _load(number)
    _in_the_room(tender)
    in_flight = timedelta(0) if clock.is_demo() else actions.IN_FLIGHT
    actions.close_bidding(tender, in_flight=in_flight, actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("截止清单已经固定。"), "success")
    return redirect(url_for(".opening", number=number))


@bp.get("/tenders/<number>/opening/capsules.json")
@roles(*HOLDERS)
def capsules(number: str):
    """What a holder's program needs: the closing list, its place and the publication's in the public log, the header of each capsule on it."""
    tender = _load(number)
    holder = own_holder(tender, actor().user_id) or not_found()
    if reason := actions.why_not_release(tender, holder):
        return _told(reason), 409
    return jsonify(
        tender=tender.number,
        holder=holder.key.recipient,
        closing=closing_of(tender).statement,
        capsules=[{"sha256": one.sha256, "header": one.header_text} for one in standing_capsules(tender)],
        log=log_proofs(tender),
    )


@bp.post("/tenders/<number>/opening/shares")
@roles(*HOLDERS)
def release_shares(number: str):
    """JSON {"shares": {capsule hash: base64 or null}}. Opens what has enough shares by now."""
    tender = _load(number)
    sent = request.get_json(silent=True)
    shares = sent.get("shares") if isinstance(sent, dict) else None
    try:
        if not isinstance(shares, dict) or not all(isinstance(one, str | None) for one in shares.values()):
            raise Refused(actions.UNREADABLE_SHARES)
        rows = actions.release_shares(tender, shares, actor=actor(), now=clock.now())
        forged = sum(row.problem is CapsuleFault.FORGED_SHARE for row in rows)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return _told(refused.reason), 409
    open_what_is_ready(number, actor=actor(), now=clock.now())
    if forged:
        flash(_("交来的份额有 %(count)d 份与封存时的不符，不能使用，已经记录。", count=forged), "error")
    else:
        flash(_("份额已经交出并记录。"), "success")
    return jsonify(next=url_for(".opening", number=number)), 201


@bp.post("/tenders/<number>/opening/continue")
@roles(*HOLDERS)
def continue_opening(number: str):
    """Goes on where an opening was broken off."""
    tender = _load(number)
    _in_the_room(tender)
    if closing_of(tender) is None:
        raise Refused(NOTHING_TO_OPEN)
    shut = open_what_is_ready(number, actor=actor(), now=clock.now())
    if shut.missing:
        flash(_("有 %(count)d 份投标的密文在平台上不完整。请平台从备份恢复后再按“继续解密”。", count=len(shut.missing)), "error")
    if shut.broken:
        flash(_("有 %(count)d 份投标在平台解密时出错，已经记录。请平台排除故障后再按“继续解密”。", count=len(shut.broken)), "error")
    return redirect(url_for(".opening", number=number))


def _in_the_room(tender: Tender) -> None:
    """The tenderer's people and the tender's holders; the buttons do not exist for anybody else."""
    if not is_own(tender, actor()) and own_holder(tender, actor().user_id) is None:
        not_found()


@dataclass
class Shut:
    """Versions whose capsules have enough shares and which the platform could not open: of none of them is a fault written down yet."""

    missing: set[int] = field(default_factory=set)
    """A backup may yet bring their ciphertext."""
    broken: set[int] = field(default_factory=set)
    """Something went wrong that nobody had thought of."""

    @property
    def all(self) -> Collection[int]:
        return self.missing | self.broken


def open_what_is_ready(number: str, *, actor: Actor, now: datetime) -> Shut:
    """Opens every capsule that has enough shares, one after the other, holding no lock while it decrypts. None keeps the others shut."""
    shut = Shut()
    for one in actions.ready_capsules(_load(number)):
        db.session.rollback()
        try:
            found = actions.read_capsule(one)
            if found is CapsuleFault.OBJECT_MISSING:
                shut.missing.add(one.version_id)
                continue
            actions.keep_unsealed(_load(number), one.version_id, found, actor=actor, now=now)
            db.session.commit()
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a panic in pyrage is no Exception; it is logged and recorded
            _log.exception("capsule %s broke off while it was opened", one.header.sha256)
            db.session.rollback()
            actions.record_broken(one, type(error).__name__, actor=actor, now=now)
            db.session.commit()
            shut.broken.add(one.version_id)
    return shut


def _told(reason: Reason) -> dict:
    return {"text": str(reason.text), "next": str(reason.next), "basis": str(reason.basis)}


@bp.get("/tenders/<number>/bid/refusals/<token>")
@roles(Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)
def bid_refusal(number: str, token: str):
    tender = _load(number)
    refusal = find_refusal(tender, token, actor().organisation_id) or not_found()
    entry = db.session.scalars(entries_about(refusal)).first()
    leaf, sent = entry.leaf_index if entry else None, sent_of([refusal]).get(refusal.id)
    return render_template(
        "tenders/bid_refusal.html",
        tender=tender,
        refusal=refusal,
        entry=entry,
        code=printed_code(tender, "REFUSED", sha256=refusal.capsule_sha256 or sent, leaf=leaf, at=refusal.at),
        sent=sent,
        limit=REFUSALS_A_TENDER,
    )
