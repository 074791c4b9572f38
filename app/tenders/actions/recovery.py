"""When fewer holders come than it takes: the window for recovery files, a bidder's own opening, and going on without the rest."""

from collections.abc import Collection
from datetime import datetime

from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders import recovery as rules
from app.tenders import uploads
from app.tenders.actions.bidding import SIGNATORY_ONLY, lock_tender
from app.tenders.actions.letters import BIDDERS, people_of, tell
from app.tenders.actions.unsealing import Misshapen, Ready, Unsealed, given_shares, keep_unsealed, waiting_capsules
from app.tenders.bidding import at_exactly
from app.tenders.capsule.unseal import Unopened, check_secret
from app.tenders.kinds import CapsuleFault
from app.tenders.models import Bid, BidRecovery, BidUnsealing, RecoveryWindow, Tender
from app.tenders.queries.bids import current_version, own_bid, standing_bids
from app.tenders.queries.capsules import unsealings_of
from app.tenders.queries.opening_room import last_window, recovery_standing
from app.tenders.queries.tenders import is_own, supervises
from app.tenders.queries.terms import holders_of

label_events(
    {
        "tender.announce_recovery": _l("公布补救解密的时间"),
        "tender.end_unsealing": _l("结束解密"),
        "bid.recover": _l("投标人补救解密"),
    },
    {"ends_at": _l("结束时间"), "not_opened": _l("未能解密的投标数")},
)

TENDERER_ONLY = Reason(_l("只有招标人能办理。"), next=_l("请由招标单位的经办人办理。"))
SUPERVISOR_ONLY = Reason(_l("结束解密须由项目所在地的房管经办人办理。"), basis=rules.RULE, next=_l("请联系项目所在地的房管部门。"))
ANOTHER_PERSON = Reason(_l("补救解密的时间是您公布的，不能再由您结束解密。"), basis=rules.RULE, next=_l("请由另一位房管经办人办理。"))


def announce_recovery(tender: Tender, *, ends_at: datetime, cause: str, actor: Actor, now: datetime) -> RecoveryWindow:
    """Tell everybody why the holders are too few, and every bidder until when it can open its bid itself (电子招标投标办法第三十一条)."""
    tender = lock_tender(tender)
    if not is_own(tender, actor):
        raise Refused(TENDERER_ONLY)
    refuse_if(rules.why_not_announce(recovery_standing(tender), ends_at, now=now), field="ends_at")
    if not cause.strip():
        raise Refused(Reason(_l("没有写明保管人不足的原因。"), next=_l("请写明谁没有到、为什么，将随开标记录公开。")), field="cause")
    window = RecoveryWindow(tender_id=tender.id, announced_at=now, announced_by_id=actor.user_id, ends_at=ends_at, cause=cause.strip())
    db.session.add(window)
    record("tender.announce_recovery", tender, actor=actor, now=now, ends_at=ends_at.isoformat(), reason=window.cause)
    tell(
        people_of([bid.organisation_id for bid in standing_bids(tender)], *BIDDERS),
        _l("保管人不足，请用恢复文件解密您的投标"),
        _l(
            "开标时到场的密钥保管人不足，不能解密。请在 %(until)s 前登录平台，在本项目的“补救解密”页面提交封装投标时下载的恢复文件。没有恢复文件的，不影响您要求责任方赔偿。",
            until=at_exactly(ends_at),
        ),
        tender=tender,
        now=now,
    )
    return window


def sealed_bid_of(tender: Tender, actor: Actor) -> Bid:
    """The actor's standing bid in its capsule. Raises Refused."""
    bid = own_bid(tender, actor)
    if bid is None or bid.withdrawn_at is not None or current_version(bid).capsule is None:
        raise Refused(Reason(_l("您的单位没有需要解密的投标。"), next=_l("请查看“我的投标”。")))
    return bid


def prepare_recovery(tender: Tender, typed: str, *, actor: Actor, now: datetime) -> Ready:
    """The actor's capsule with the key from its recovery file, checked; what to give to read_capsule."""
    refuse_if(rules.why_not_recover(recovery_standing(tender), now=now))
    if actor.role not in BIDDERS:
        raise Refused(SIGNATORY_ONLY)
    bid = sealed_bid_of(tender, actor)
    version = current_version(bid)
    if version.unsealing is not None:
        raise Refused(Reason(_l("您的投标已经解密，不用再提交。"), next=_l("请等开标记录公布。")))
    capsule = next(one for one in waiting_capsules(tender) if one.version_id == version.id)
    secret = rules.find_secret(typed)
    if not secret:
        raise Refused(
            Reason(_l("没有找到投标的密钥。"), next=_l("请选择恢复文件，或者粘贴其中以 AGE-SECRET-KEY-1 开头的一行。")), field="secret"
        )
    try:
        check_secret(capsule.header, secret)
    except Unopened:
        raise Refused(
            Reason(
                _l("这份恢复文件不是最后一次提交的投标的。"),
                next=_l("每次提交都有自己的恢复文件，请选择与最后一次回执对应的那一份。"),
            ),
            field="secret",
        ) from None
    return Ready(version.id, bid.enterprise.uscc, capsule.header, secret, {})


def keep_recovered(
    tender: Tender, version_id: int, found: Unsealed | CapsuleFault | Misshapen, *, actor: Actor, now: datetime
) -> BidUnsealing:
    """Write down what the bidder's own key opened, and that it came that way."""
    tender = lock_tender(tender)
    refuse_if(rules.why_not_recover(recovery_standing(tender), now=now))
    if found is CapsuleFault.OBJECT_MISSING:
        raise Refused(
            Reason(
                _l("平台上的密文不完整，暂时不能解密。责任不在您。"),
                next=_l("请联系平台从备份恢复后重试；平台不能恢复的，由平台承担责任。"),
            )
        )
    known = unsealings_of(tender).get(version_id)
    if known is not None:
        return known
    db.session.add(BidRecovery(version_id=version_id, window_id=last_window(tender).id, at=now, by_id=actor.user_id))
    record("bid.recover", own_bid(tender, actor), actor=actor, now=now)
    return keep_unsealed(tender, version_id, found, actor=actor, now=now)


def end_unsealing(
    tender: Tender, *, missing: Collection[int] = (), broken: Collection[int] = (), actor: Actor, now: datetime
) -> list[BidUnsealing]:
    """What is still shut after the bidders' window stays shut; each with its cause, which says whose fault it was.

    The tenderer announced the window; another side ends it, so that nobody alone can keep honest holders' shares from counting.

    Versions that the platform has just tried to open and could not, though nothing is wanting on anybody else's side: `missing` for want of
    their ciphertext, `broken` because something went wrong on the platform."""
    tender = lock_tender(tender)
    if not supervises(tender, actor):
        raise Refused(SUPERVISOR_ONLY)
    refuse_if(rules.why_not_give_up(recovery_standing(tender), now=now))
    if actor.user_id == last_window(tender).announced_by_id:
        raise Refused(ANOTHER_PERSON)
    given, keys = given_shares(tender), sum(holder.key is not None for holder in holders_of(tender))
    rows = []
    for one in waiting_capsules(tender):
        known = given.get(one.version_id)
        fault = CapsuleFault.TOO_FEW_SHARES
        if one.version_id in missing or any(uploads.size_of(part.sha256) != part.size for part in one.header.objects):
            fault = CapsuleFault.OBJECT_MISSING
        elif one.version_id in broken:
            fault = CapsuleFault.GIVEN_UP
        elif known is not None and known.unusable > keys - tender.seal_threshold:
            fault = CapsuleFault.WRONG_KEY
        elif known is not None and len(known.shares) >= tender.seal_threshold:
            raise Refused(Reason(_l("还有投标可以解密。"), next=_l("请先在开标室按“继续解密”。")))
        rows.append(keep_unsealed(tender, one.version_id, fault, actor=actor, now=now))
    record("tender.end_unsealing", tender, actor=actor, now=now, not_opened=len(rows))
    return rows
