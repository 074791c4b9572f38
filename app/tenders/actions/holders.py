"""Choosing a tender's key holders, their rehearsals, and binding their keys at publication."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.common.access import Actor, system_actor
from app.common.audit import label_events, record
from app.common.daily import each_day
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders import holders as rules
from app.tenders.actions.bidding import lock_tender
from app.tenders.actions.letters import tell
from app.tenders.holders import HolderSeat, Place
from app.tenders.lifecycle import PRIVATE, Status
from app.tenders.models import HolderKey, HolderRehearsal, Tender, TenderHolder
from app.tenders.queries.holders import REMINDED, choices, due_for_reminder, lines_of, open_rehearsal, standing_key
from app.tenders.queries.tenders import is_own
from app.tenders.rehearsal import answer_in, kept_of, make_capsule

REMIND_BEFORE = timedelta(days=1)
RECENT = timedelta(days=2)

label_events(
    {
        "tender.choose_holders": _l("选定密钥保管人"),
        "holder.ask": _l("取得演练密封件"),
        "holder.remind": _l("提醒截止前再演练"),
        "holder.rehearse": _l("密钥演练合格"),
    },
    {"holders": _l("密钥保管人")},
)


def why_not_choose(tender: Tender, *, actor: Actor) -> Reason | None:
    if not is_own(tender, actor):
        return Reason(_l("只有招标人能选定密钥保管人。"), next=_l("请由招标单位的经办人办理。"))
    if tender.status not in PRIVATE:
        return Reason(
            _l("公告已经发布，投标按现在的密钥密封，保管人不能再改。"),
            basis=rules.PLATFORM,
            next=_l("有密钥丢失的，请其本人在密钥页面报失；其余保管人够数的，照常开标。"),
        )
    return None


def choose_holders(
    tender: Tender, chosen: Sequence[tuple[HolderSeat, int]], threshold: int, *, actor: Actor, now: datetime
) -> list[TenderHolder]:
    """Put people on the seats: pairs of seat and membership, in order. Who stays keeps the rehearsal."""
    tender = lock_tender(tender)
    refuse_if(why_not_choose(tender, actor=actor))
    offered = {choice.membership_id: choice for choice in choices(tender)}
    if unknown := [seat for seat, key in chosen if key not in offered]:
        raise Refused(
            Reason(_l("选中的“%(seat)s”不在可选人员之中。", seat=unknown[0].label), next=_l("请刷新页面后重新选择。")),
            field=unknown[0].value,
        )
    places = [Place(seat, offered[key].who) for seat, key in chosen]
    refuse_if(rules.why_not_holders(places, threshold, procuring_entity_id=tender.procuring_entity_id, division_code=tender.division_code))
    tender.seal_threshold = threshold
    new = _seat(tender, places, now)
    record(
        "tender.choose_holders",
        tender,
        actor=actor,
        now=now,
        threshold=threshold,
        holders=[f"{place.who.organisation_name} {place.who.name}" for place in places],
    )
    have_key = {choice.who.user_id for choice in offered.values() if choice.has_key}
    _ask_for_keys([holder for holder in new if holder.user_id not in have_key], tender, now)
    if tender.status is Status.FILED:
        ask_to_rehearse(tender, now=now)
    return tender.holders


def _seat(tender: Tender, places: Sequence[Place], now: datetime) -> list[TenderHolder]:
    """Rows that are as before stay; gives the new ones."""
    wanted = {n: (place.seat, place.who.user_id, place.who.organisation_id) for n, place in enumerate(places, start=1)}
    standing = {h.position for h in tender.holders if wanted.get(h.position) == (h.seat, h.user_id, h.organisation_id)}
    for holder in [h for h in tender.holders if h.position not in standing]:
        tender.holders.remove(holder)
    db.session.flush()
    new = [
        TenderHolder(position=n, seat=seat, user_id=user_id, organisation_id=organisation_id, chosen_at=now)
        for n, (seat, user_id, organisation_id) in wanted.items()
        if n not in standing
    ]
    tender.holders.extend(new)
    db.session.flush()
    return new


def _ask_for_keys(holders: Iterable[TenderHolder], tender: Tender, now: datetime) -> None:
    tell(
        [holder.user for holder in holders],
        _l("请为保管投标密钥制作一把密钥"),
        _l("您被选为下面这个项目的密钥保管人。请登录平台，打开“密钥”页面制作密钥，几分钟即可。发布公告前还要做一次演练。"),
        tender=tender,
        now=now,
    )


def ask_to_rehearse(tender: Tender, *, now: datetime) -> None:
    """Once the notice is filed: mail to those who have not opened a test capsule with their present key."""
    waiting = [line.holder.user for line in lines_of(tender) if line.passed_at is None]
    tell(
        waiting,
        _l("请用密钥做一次演练"),
        _l("招标备案已确认，发布前每位密钥保管人须打开一次演练密封件。请登录平台，在工作台上打开“密钥演练”；还没有密钥的，请先制作密钥。"),
        tender=tender,
        now=now,
    )


NO_ANSWER = Reason(
    _l("这不是 SHA-256 校验值。"),
    next=_l("请只填 64 个十六进制字符的校验值；打开后的内容本身不要交给任何人，也不要粘贴到网页。"),
)


# --- rehearsals ----------------------------------------------------------------------------------------------------------


def counting_key(holder: TenderHolder) -> HolderKey | None:
    """The key that a rehearsal is made for: the person's present one, from publication on the bound one."""
    return holder.key if holder.tender.published_at is not None else standing_key(holder.user_id)


def why_not_rehearse(holder: TenderHolder, key: HolderKey | None, *, actor: Actor) -> Reason | None:
    if holder.user_id != actor.user_id:
        return Reason(_l("您不是这一席的密钥保管人。"), next=_l("请由保管人本人演练。"))
    if holder.tender.status not in (*PRIVATE, Status.PUBLISHED):
        return Reason(_l("项目已经开标或者结束，不用再演练。"), next=_l("请返回项目页面。"))
    if key is None:
        return Reason(_l("您还没有密钥。"), next=_l("请先打开“密钥”页面制作密钥。"))
    return None


def ask_rehearsal(holder: TenderHolder, *, anew: bool = False, actor: Actor, now: datetime) -> HolderRehearsal:
    """A test capsule for the key that counts; one that waits already is taken again, unless another is wanted in its place."""
    key = counting_key(holder)
    refuse_if(why_not_rehearse(holder, key, actor=actor))
    waiting = open_rehearsal(holder, key)
    if waiting is not None and not anew:
        return waiting
    return _new_rehearsal(holder, key, "holder.ask", actor=actor, now=now)


def _new_rehearsal(holder: TenderHolder, key: HolderKey, event: str, *, actor: Actor, now: datetime) -> HolderRehearsal:
    capsule, digest = make_capsule(key.recipient, holder.tender.number)
    rehearsal = HolderRehearsal(holder=holder, key=key, capsule=capsule, answer_sha256=digest, asked_at=now)
    db.session.add(rehearsal)
    record(event, holder, actor=actor, now=now, number=holder.tender.number, fingerprint=key.fingerprint)
    return rehearsal


def answer_rehearsal(holder: TenderHolder, typed: str, *, actor: Actor, now: datetime) -> HolderRehearsal:
    """The hash of what was in the capsule: only who has the secret half can know it."""
    key = counting_key(holder)
    refuse_if(why_not_rehearse(holder, key, actor=actor))
    rehearsal = open_rehearsal(holder, key)
    if rehearsal is None:
        raise Refused(Reason(_l("没有等待打开的演练密封件。"), next=_l("请按“开始演练”取得一份。")))
    answer = answer_in(typed)
    if answer is None:
        raise Refused(NO_ANSWER, field="answer")
    if kept_of(answer) != rehearsal.answer_sha256:
        raise Refused(
            Reason(_l("演练结果不对。"), next=_l("请用现在登记的密钥打开本页的演练密封件，再按本页的命令算出校验值。")), field="answer"
        )
    rehearsal.passed_at = now
    record("holder.rehearse", holder, actor=actor, now=now, number=holder.tender.number, fingerprint=key.fingerprint)
    return rehearsal


# --- publication and the day before closing --------------------------------------------------------------------------------


def bind_keys(tender: Tender) -> None:
    """From publication on bids are sealed to these keys, whatever their holders do later. The caller audits the publication."""
    for line in lines_of(tender):
        line.holder.key_id = line.key.id if line.key is not None else None
    db.session.flush()  # before the publication itself: afterwards the database takes no more keys


@each_day
def remind_holders(*, now: datetime) -> int:
    """A day before closing every holder is asked to rehearse again, unless they have within two days, while a lost key can still be told in time."""
    due = due_for_reminder(opens_before=now + REMIND_BEFORE, rehearsed_since=now - RECENT, now=now)
    for holder in due:
        _new_rehearsal(holder, holder.key, REMINDED, actor=system_actor(), now=now)
        tell(
            [holder.user],
            _l("投标即将截止，请再做一次密钥演练"),
            _l("请登录平台，用保管的密钥再打开一次演练密封件，确认开标时能用。密钥找不到的，请马上在“密钥”页面报失。"),
            tender=holder.tender,
            now=now,
        )
    return len(due)
