"""Opening: the one act that breaks the seals, in one transaction with the record of what was read out."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from flask_babel import force_locale

from app.accounts.queries import organisation_ids_of
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import CHINESE, LazyText, _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders import bidding
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.letters import BIDDERS, people_of, tell
from app.tenders.kinds import CapsuleFault
from app.tenders.lifecycle import make_move, why_not
from app.tenders.models import Bid, OpeningLine, OpeningRecord, Tender
from app.tenders.queries.bids import content_of_version, current_version, hash_of_rows, standing_bids
from app.tenders.queries.capsules import is_unsealed
from app.tenders.queries.concluded import canonical_record
from app.tenders.queries.opening_room import proceedings_of
from app.tenders.queries.situations import situation
from app.tenders.scoring import blind_code

label_events(
    {"tender.open": _l("开标")},
    {"bids": _l("投标数量"), "record_sha256": _l("开标记录校验值"), "presided_by": _l("主持人")},
)


MANAGER_READ_OUT = "项目负责人"
"""What stands before the name in a record; pages in another language say it in theirs."""

SERVED_A_BIDDER = Reason(
    _l("您与本项目的投标人有任职关系，不能由您开标。"),
    _l("《招标投标法》第五条、《招标投标法实施条例》第三十四条"),
    _l("请由招标人的另一名经办人开标。"),
)


def open_bids(
    tender: Tender, *, presided_by: str, witnessed_by: str = "", note: str = "", shuffle=None, actor: Actor, now: datetime
) -> OpeningRecord:
    """Break the seals of all standing bids and record what was read out (招标投标法 §34-36). Below the legal minimum nothing is opened.

    `shuffle` permutes the blind codes; the system's own random source unless a rehearsed one is given."""
    tender = lock_tender(tender)
    refuse_if(why_not("open", situation(tender, actor=actor, now=now)))
    refuse_if(why_not_read_out(tender))
    bids = standing_bids(tender)
    if organisation_ids_of(actor.user_id) & {bid.organisation_id for bid in bids}:
        raise Refused(SERVED_A_BIDDER)
    opening = OpeningRecord(
        tender_id=tender.id,
        opened_at=now,
        opened_by_id=actor.user_id,
        presided_by=presided_by.strip(),
        witnessed_by=witnessed_by.strip(),
        place=tender.opening_place,
        note=note.strip(),
        lines=[_read_out(bid, position) for position, bid in enumerate(bids, start=1)],
        proceedings=proceedings_of(tender, [(v.id, v.unsealing) for v in map(current_version, bids)]),
    )
    opening.record_sha256 = sha256(canonical_record(tender, opening)).hexdigest()
    db.session.add(opening)
    _give_blind_codes(bids, shuffle or secrets.SystemRandom().shuffle)
    make_move(tender, "open", now=now)
    _tell_shut_out(tender, bids, now=now)
    record(
        "tender.open", tender, actor=actor, now=now, bids=len(bids), record_sha256=opening.record_sha256, presided_by=opening.presided_by
    )
    return opening


def why_not_read_out(tender: Tender) -> Reason | None:
    """Every bid has been opened, or it is known why it can't be, before any is read out."""
    if is_unsealed(tender):
        return None
    return Reason(
        _l("投标还没有全部解密。"),
        _l("《电子招标投标办法》第三十条"),
        _l("请密钥保管人在开标室解锁密钥；够 %(threshold)d 人即可解密全部投标。", threshold=tender.seal_threshold),
    )


def _read_out(bid: Bid, position: int) -> OpeningLine:
    """The capsule's hash is the one of the receipt; its content still has the hash that it had when it was opened."""
    version = current_version(bid)
    fault = version.unsealing.fault
    content = None if fault else content_of_version(version)
    return OpeningLine(
        position=position,
        bid_id=bid.id,
        bid_version_id=version.id,
        enterprise_name=bid.enterprise.name,
        price_fen=content.price_fen if content else None,
        received_at=version.submitted_at,
        content_sha256=version.content_sha256,
        seal_intact=fault is None and hash_of_rows(version) == version.unsealing.content_sha256,
        main_content=main_content(content) if content else "",
        remark=(_remark(fault) if fault else "") + version.unsealing.remark,
    )


def remark_of(fault: CapsuleFault) -> LazyText:
    """Why a bid was not opened, and what that is in law: whose fault decides it. A record keeps it in Chinese, as it was said."""
    if fault.is_bidders:
        return _l("%(fault)s。因投标人原因未能解密，视为撤销投标文件（《电子招标投标办法》第三十一条）。", fault=fault.label)
    return _l(
        "%(fault)s。因投标人以外的原因未能解密，视为撤回投标文件，投标人有权要求责任方赔偿（《电子招标投标办法》第三十一条）。",
        fault=fault.label,
    )


def _remark(fault: CapsuleFault) -> str:
    with force_locale(CHINESE):
        return str(remark_of(fault))


def split_remark(remark: str) -> tuple[LazyText | None, str]:
    """What a record says of a bid that was not opened, in our words where they are ours, and the rest as it stands."""
    for fault in CapsuleFault:
        if remark.startswith(ours := _remark(fault)):
            return remark_of(fault), remark.removeprefix(ours)
    return None, remark


def _tell_shut_out(tender: Tender, bids: Sequence[Bid], *, now: datetime) -> None:
    """Those whose bids were not opened hear of it, and each only of its own."""
    for bid in bids:
        if (fault := current_version(bid).unsealing.fault) is not None:
            told = _l(
                "开标时您的投标没有打开，不进入评标。原因：%(remark)s收到投标时的回执仍然有效，证明平台收到了您的封装。对开标有异议的，请在开标现场当场提出；其他情况见本项目的开标记录。",
                remark=_remark(fault),
            )
            tell(people_of([bid.organisation_id], *BIDDERS), _l("您的投标没有打开，不进入评标"), told, tender=tender, now=now)


def main_content(content: bidding.Content) -> str:
    """What is read out beside name and price. Kept as it was said, in Chinese.

    Nothing that stands on a blind sheet: posts and people beside a name would tell the evaluators whose sheet it is."""
    return f"{MANAGER_READ_OUT}{content.project_manager}"


def _give_blind_codes(bids: Sequence[Bid], shuffle) -> None:
    order = list(range(len(bids)))
    shuffle(order)
    for bid, position in zip(bids, order, strict=True):
        bid.blind_code = blind_code(position)
