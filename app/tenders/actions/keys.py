"""What a person can do with a key of their own: register its public half, replace it, report it lost."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import User
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.extensions import db
from app.tenders import holders as rules
from app.tenders.actions.letters import managers_of, officers_over, tell
from app.tenders.holders import RetireReason, fingerprint
from app.tenders.lifecycle import Status
from app.tenders.models import HolderKey
from app.tenders.queries.holders import HolderLine, lines_of_person, standing_key, standings_of
from app.tenders.rehearsal import read_recipient

label_events(
    {
        "key.register": _l("登记密钥（公钥）"),
        "key.renew": _l("更换密钥（公钥）"),
        "key.lost": _l("报失密钥"),
        "holder.key_lost": _l("投标的密钥报失"),
    },
    {"fingerprint": _l("密钥指纹"), "left": _l("仍可用的密钥"), "threshold": _l("开标需要的密钥")},
    objects={"holder_key": _l("密钥"), "tender_holder": _l("密钥保管人")},
    unnumbered=("holder_key", "tender_holder"),
)


def register_key(recipient: str, *, actor: Actor, now: datetime) -> HolderKey:
    """Keep the public half of a new key. An old one is retired: tenders already published stay sealed to it."""
    if actor.role not in rules.HOLDING_ROLES:
        raise Refused(Reason(_l("您的身份不保管投标的密钥。"), next=_l("请换成招标人、法制人员、街道经办人或者公证员的身份。")))
    recipient = read_recipient(recipient)
    _lock_person(actor)
    if db.session.scalar(select(HolderKey.id).where(HolderKey.recipient == recipient)) is not None:
        raise Refused(Reason(_l("这把公钥已经登记过。"), next=_l("请另做一把新的密钥。")), field="recipient")
    old = standing_key(actor.user_id)
    if old is not None:
        old.retired_at, old.reason = now, RetireReason.RENEWED
        db.session.flush()
    key = HolderKey(user_id=actor.user_id, recipient=recipient, fingerprint=fingerprint(recipient), made_at=now)
    db.session.add(key)
    record("key.renew" if old else "key.register", key, actor=actor, now=now, fingerprint=key.fingerprint)
    return key


def report_lost(key: HolderKey, *, actor: Actor, now: datetime) -> list[HolderLine]:
    """Take a key out of use. Gives the seats that it touches: bids sealed to it lean on the others' keys from now on."""
    _lock_person(actor)
    db.session.refresh(key)
    if key.user_id != actor.user_id:
        raise Refused(Reason(_l("这不是您的密钥。"), next=_l("请由保管人本人报失。")))
    if key.reason is RetireReason.LOST:
        raise Refused(Reason(_l("这把密钥已经报失。"), next=_l("请返回密钥页面查看。")))
    touched = touched_by(key, lines_of_person(actor.user_id))
    key.retired_at, key.reason = key.retired_at or now, RetireReason.LOST
    record("key.lost", key, actor=actor, now=now, fingerprint=key.fingerprint)
    for line in touched:
        _tell_of_loss(line, actor=actor, now=now)
    return touched


def touched_by(key: HolderKey, lines: Iterable[HolderLine]) -> list[HolderLine]:
    """The seats that count on this key: by binding, or because it is the person's present one."""
    return [line for line in lines if line.key is not None and line.key.id == key.id]


def _tell_of_loss(line: HolderLine, *, actor: Actor, now: datetime) -> None:
    """The tenderer's managers hear of it at once; once bids may be sealed to it, the bureau and the other holders too, with what is left."""
    tender = line.holder.tender
    if not line.is_published:
        text = _l("%(name)s的密钥已报失。请等其制作新的密钥并重新演练，或者改选保管人，然后才能发布。", name=line.holder.user.name)
        return tell(managers_of(tender), _l("密钥保管人报失密钥"), text, tender=tender, now=now)
    holders, threshold = standings_of(tender), tender.seal_threshold
    record("holder.key_lost", line.holder, actor=actor, now=now, left=rules.usable(holders), threshold=threshold)
    if tender.status is not Status.PUBLISHED:
        return None  # nothing is sealed to it any more
    told = rules.loss_told(holders, threshold)
    others = [holder.user for holder in tender.holders if holder.user_id != actor.user_id]
    tell([*managers_of(tender), *officers_over(tender), *others], _l("投标的密钥报失"), str(told), tender=tender, now=now)
    return None


def _lock_person(actor: Actor) -> None:
    """One key a person: two browsers that make one at once wait for each other."""
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())
