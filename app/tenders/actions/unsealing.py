"""From the deadline to open bids: the closing list, the holders' shares, and what each capsule holds.

Opening many large files takes long, so `read_capsule` works without the database and `keep_unsealed` writes one bid at a time:
whoever comes next goes on where a broken-off opening stopped."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import BinaryIO

from flask_babel import force_locale
from sqlalchemy import select

from app.common.access import Actor, system_actor
from app.common.audit import label_events, record
from app.common.files import DOCUMENTS, HEAD, Kept, add_row, clean_filename, keep_stream, why_not_keep
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.common.scanning import Scan, scan
from app.enterprises.models import Enterprise
from app.extensions import db
from app.tenders import uploads
from app.tenders.actions.bidding import lock_tender
from app.tenders.bidding import at_exactly
from app.tenders.capsule.format import MAX_FILE, MAX_MANIFEST, File, Header, Malformed, Manifest, age_size, exact_base64, padded_size
from app.tenders.capsule.unseal import Unopened, check_secret, combine_shares, is_share_of, open_file, open_manifest
from app.tenders.handing_in import closing_statement
from app.tenders.kinds import BidDocumentKind, CapsuleFault
from app.tenders.lifecycle import Status
from app.tenders.models import Bid, BidClosing, BidContent, BidDocument, BidUnsealing, BidVersion, ShareRelease, Tender, TenderHolder
from app.tenders.queries.bids import hash_of_rows
from app.tenders.queries.capsules import (
    Standing,
    closing_of,
    is_enough,
    is_wanted,
    own_holder,
    releases_of,
    standing_capsules,
    unsealings_of,
)
from app.tenders.queries.situations import sheet_of
from app.tenders.queries.tenders import is_own
from app.tenders.queries.terms import holders_of

label_events(
    {
        "tender.close_bidding": _l("固定截止清单"),
        "tender.close_short": _l("固定截止清单，投标不足法定数量"),
        "tender.release_shares": _l("保管人交出份额"),
        "tender.refuse_share": _l("保管人交来的份额不符"),
        "tender.replace_shares": _l("保管人重新交出份额"),
        "bid.unseal": _l("解密投标"),
        "bid.not_unsealed": _l("投标无法解密"),
        "bid.unseal_broken": _l("解密投标时平台出错"),
    },
    {
        "holder": _l("保管人"),
        "closing_sha256": _l("截止清单校验值"),
        "shares": _l("份额数"),
        "unusable": _l("不能用的份额数"),
        "forged": _l("不符的份额数"),
        "replaced": _l("替换的份额数"),
        "fault": _l("原因"),
        "trouble": _l("故障"),
    },
    enums={"fault": CapsuleFault},
    objects={"bid_version": _l("投标")},
    unnumbered=("bid_version",),
)

MEGABYTE = 1024 * 1024


IN_FLIGHT = timedelta(minutes=1)
"""How long a bid that arrived in time may still be on its way to the disk when many come at once."""


def close_bidding(tender: Tender, *, in_flight: timedelta = IN_FLIGHT, actor: Actor, now: datetime) -> BidClosing:
    """List what stood at the deadline, once; nothing that comes later changes it. The tenderer or any holder may be the first to do it.

    `in_flight`: how long after the deadline the list waits; nothing under a demonstration clock, which stands still meanwhile."""
    tender = lock_tender(tender)
    if not is_own(tender, actor) and own_holder(tender, actor.user_id) is None:
        raise Refused(Reason(_l("只有招标人和密钥保管人能固定截止清单。"), next=_l("请等他们办理；本页会自动更新。")))
    known = closing_of(tender)
    if known is not None:
        return known
    if tender.status is not Status.PUBLISHED or now < tender.bid_deadline_at:
        raise Refused(Reason(_l("投标尚未截止。"), _l("《招标投标法》第三十四条"), _l("请在投标截止时间到达后办理。")))
    if now < tender.bid_deadline_at + in_flight:
        told = at_exactly(tender.bid_deadline_at + in_flight)
        raise Refused(Reason(_l("截止前到达的投标可能还在写入。"), next=_l("请在 %(moment)s 以后固定截止清单。", moment=told)))
    capsules = [one.sha256 for one in standing_capsules(tender)]
    closing = BidClosing(
        tender_id=tender.id,
        closed_at=tender.bid_deadline_at,
        recorded_at=now,
        bids=len(capsules),
        capsules=capsules,
        statement=closing_statement(tender.number, tender.bid_deadline_at, capsules),
    )
    db.session.add(closing)
    event = "tender.close_bidding" if is_enough(tender, closing) else "tender.close_short"  # too few are not told to the public
    record(event, tender, actor=actor, now=now, bids=len(capsules), closing_sha256=sha256(closing.statement.encode()).hexdigest())
    return closing


def why_not_release(tender: Tender, holder: TenderHolder | None) -> Reason | None:
    """Why this person can't give shares now."""
    closing = closing_of(tender)
    if holder is None or holder.key is None:
        return Reason(_l("您不是本项目的密钥保管人。"), next=_l("请由公布的保管人办理。"))
    if closing is None:
        return Reason(_l("截止清单还没有固定，不能交出份额。"), _l("《电子招标投标办法》第三十条"), _l("请在截止后从开标室开始。"))
    if not is_enough(tender, closing):
        return Reason(
            _l("投标人少于 %(count)d 个，不得开标，投标不解密。", count=sheet_of(tender)["min_bids"]),
            _l("《招标投标法》第二十八条、《招标投标法实施条例》第四十四条"),
            _l("请登记流标，分析原因后重新招标。"),
        )
    if tender.status not in (Status.PUBLISHED, Status.OPENED):
        return Reason(_l("本项目已经不在开标阶段。"), next=_l("请查看项目页面的最新状态。"))
    return None


def release_shares(tender: Tender, shares: Mapping[str, str | None], *, actor: Actor, now: datetime) -> list[ShareRelease]:
    """A holder gives its share of every capsule on the closing list at once; again, where the last was wrong and its capsule is not open.

    `shares`: capsule hash → base64, or None where the holder's program found the part unusable. A share that is not the one
    dealt is written down with its holder's name and counts for nothing. Raises Refused when a capsule is left out or a share is no base64."""
    tender = lock_tender(tender)
    holder = own_holder(tender, actor.user_id)
    refuse_if(why_not_release(tender, holder))
    standing = standing_capsules(tender)
    if set(shares) != {one.sha256 for one in standing}:
        raise Refused(Reason(_l("交来的份额与截止清单不一致。"), next=_l("请刷新开标室后重新解锁密钥，一次交出全部份额。")))
    found = {name: _decoded(share) for name, share in shares.items()}
    given = {release.version_id: release for release in releases_of(tender) if release.holder_id == holder.id}
    opened = unsealings_of(tender)
    asked = [one for one in standing if is_wanted(given.get(one.version_id), is_open=one.version_id in opened)]
    rows = [_release(holder, one, found[one.sha256], given.get(one.version_id), actor=actor, now=now) for one in asked]
    if not rows:
        return []
    db.session.add_all(rows)
    forged, unusable = (sum(row.problem is kind for row in rows) for kind in (CapsuleFault.FORGED_SHARE, CapsuleFault.BAD_SHARE))
    replaced = sum(row.attempt > 1 for row in rows)
    record(
        "tender.refuse_share" if forged else "tender.replace_shares" if replaced else "tender.release_shares",
        tender,
        actor=actor,
        now=now,
        holder=f"{holder.position} {holder.organisation.name}",
        shares=sum(row.share is not None for row in rows),
        **({"forged": forged} if forged else {}),
        **({"unusable": unusable} if unusable else {}),
        **({"replaced": replaced} if replaced else {}),
    )
    return rows


def _release(
    holder: TenderHolder, capsule: Standing, share: bytes | None, before: ShareRelease | None, *, actor: Actor, now: datetime
) -> ShareRelease:
    problem = None if share is not None else CapsuleFault.BAD_SHARE
    if share is not None and not is_share_of(capsule.header, holder.key.recipient, share):
        share, problem = None, CapsuleFault.FORGED_SHARE
    return ShareRelease(
        holder_id=holder.id,
        version_id=capsule.version_id,
        attempt=before.attempt + 1 if before else 1,
        share=None if share is None else b64encode(share).decode(),
        problem=problem,
        released_at=now,
        released_by_id=actor.user_id,
    )


UNREADABLE_SHARES = Reason(_l("交来的份额不完整，读不了，没有记录。"), next=_l("请刷新本页，打开密钥后重新交出。"))


def _decoded(share: str | None) -> bytes | None:
    """What is no base64 is a broken request, whoever spelled it so, and nobody's forgery."""
    try:
        return None if share is None else exact_base64(share)
    except Malformed as error:
        raise Refused(UNREADABLE_SHARES) from error


@dataclass(frozen=True)
class Ready:
    """A capsule that has enough shares and has not been opened: everything that opening it needs, as plain values."""

    version_id: int
    bidder: str
    header: Header
    secret: str | None
    """Given by the bidder's own recovery file; else the shares are put together."""
    shares: Mapping[str, bytes]


@dataclass(frozen=True)
class Given:
    """What holders have handed in for one capsule."""

    shares: Mapping[str, bytes]
    """By the holder's key."""
    unusable: int
    """Holders who found the part that the bidder dealt them unusable."""


def given_shares(tender: Tender) -> dict[int, Given]:
    """version id → what its holders have given."""
    keys = {holder.id: holder.key.recipient for holder in holders_of(tender) if holder.key}
    found: dict[int, Given] = {}
    for release in releases_of(tender):
        known = found.get(release.version_id, Given({}, 0))
        shares = known.shares | ({keys[release.holder_id]: b64decode(release.share)} if release.share is not None else {})
        found[release.version_id] = Given(shares, known.unusable + (release.problem is CapsuleFault.BAD_SHARE))
    return found


def waiting_capsules(tender: Tender) -> list[Standing]:
    """The capsules of which nothing has come yet."""
    opened = unsealings_of(tender)
    return [one for one in standing_capsules(tender) if one.version_id not in opened]


def ready_capsules(tender: Tender) -> list[Ready]:
    """What can be opened now, by the shares that holders have given."""
    given = given_shares(tender)
    enough = [one for one in waiting_capsules(tender) if one.version_id in given]
    enough = [one for one in enough if len(given[one.version_id].shares) >= tender.seal_threshold]
    bidders = _bidders([one.version_id for one in enough])
    return [Ready(one.version_id, bidders[one.version_id], one.header, None, given[one.version_id].shares) for one in enough]


def _bidders(version_ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(BidVersion.id, Enterprise.uscc)
        .join(Bid, Bid.id == BidVersion.bid_id)
        .join(Enterprise, Enterprise.id == Bid.enterprise_id)
        .where(BidVersion.id.in_(version_ids))
    )
    return dict(rows.all())


@dataclass(frozen=True)
class Unsealed:
    """A bid out of its capsule, its files looked at."""

    manifest: Manifest
    files: tuple[Kept | None, ...]
    """In the manifest's order, in the store of files; None for one that is not kept."""
    remarks: tuple[str, ...]
    """What everybody must know about its files, in Chinese, as the record keeps it."""


@dataclass(frozen=True)
class Misshapen:
    """A bid of which one part has another form than bids have; the whole can't be read then."""

    part: str
    """As the manifest calls it."""


PARTS = {
    "price_fen": _l("报价"),
    "project_manager": _l("项目负责人"),
    "plan": _l("服务方案"),
    "staffing": _l("人员配备"),
    "answers": _l("按评分标准逐项写的内容"),
    "no_interest": _l("无利害关系声明"),
    "files": _l("附件"),
}
"""What the bidder typed; the rest is written by its program."""


def read_capsule(ready: Ready) -> Unsealed | CapsuleFault | Misshapen:
    """The content, or why there is none. Uses no database: it may take long. Holds one piece of a file in memory, however large the bid.

    Nothing is kept before the whole capsule was found sound: until then its files lie in nameless ones that end with the process."""
    try:
        secret = check_secret(ready.header, ready.secret) if ready.secret else combine_shares(ready.header, ready.shares)
        if not all(uploads.is_sound(one.sha256) for one in ready.header.objects):
            return CapsuleFault.OBJECT_MISSING
        with ExitStack() as opened:
            first, *others = (opened.enter_context(uploads.open_object(one.sha256)) for one in ready.header.objects)
            if ready.header.objects[0].size > LARGEST_MANIFEST:
                return CapsuleFault.UNREADABLE
            manifest = open_manifest(ready.header, first.read(), secret, bidder=ready.bidder)
            plain = [opened.enter_context(TemporaryFile(dir=uploads.temporary_folder())) for _file in manifest.files]
            for file, sealed, into in zip(manifest.files, others, plain, strict=True):
                open_file(file, sealed, into, secret)
            looked = [_look_at(number, *one) for number, one in enumerate(zip(manifest.files, plain, strict=True), start=1)]
    except Unopened as unopened:
        return Misshapen(unopened.part) if unopened.part in PARTS else CapsuleFault(unopened.fault.value)
    return Unsealed(manifest, tuple(kept for kept, _remark in looked), tuple(remark for _kept, remark in looked if remark))


def record_broken(ready: Ready, trouble: str, *, actor: Actor, now: datetime) -> None:
    """That opening broke off on something unforeseen. No fault is written down for the bid: it can be tried again."""
    version = db.session.get_one(BidVersion, ready.version_id)
    record("bid.unseal_broken", version, actor=actor, now=now, capsule=ready.header.sha256, trouble=trouble)


LARGEST_MANIFEST = age_size(padded_size(2 * MAX_MANIFEST))


def _look_at(number: int, file: File, plain: BinaryIO) -> tuple[Kept | None, str]:
    """A file of a bid is hostile until it was looked at: what is kept of it, and the remark."""
    plain.seek(0)
    head, name, limit = plain.read(HEAD), clean_text(file.name), MAX_FILE // MEGABYTE
    with force_locale("zh_CN"):
        if why_not_keep(head, clean_filename(name), allowed=DOCUMENTS, limit_mb=limit, whole=plain, size=file.size) is not None:
            return None, str(_l("第 %(number)d 个附件的类型不在允许之列或者与名称不符，没有收入。", number=number))
        found = scan(plain)
        if found is Scan.INFECTED:
            return None, str(_l("第 %(number)d 个附件查出恶意程序，没有收入。", number=number))
        remark = str(_l("第 %(number)d 个附件没有能够查毒。", number=number)) if found is Scan.FAILED else ""
    return keep_stream(plain, sha256=file.sha256, size=file.size), remark


def clean_text(text: str) -> str:
    """What a bidder's own program wrote, as a database can keep it: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def keep_unsealed(
    tender: Tender, version_id: int, found: Unsealed | CapsuleFault | Misshapen, *, actor: Actor | None = None, now: datetime
) -> BidUnsealing:
    """Write down what a capsule held. The same twice changes nothing."""
    tender = lock_tender(tender)
    known = unsealings_of(tender).get(version_id)
    if known is not None:
        return known
    version = db.session.get_one(BidVersion, version_id)
    who = actor or system_actor()
    if isinstance(found, CapsuleFault | Misshapen):
        fault, remark = (CapsuleFault.UNREADABLE, _misshapen(found)) if isinstance(found, Misshapen) else (found, "")
        unsealing = BidUnsealing(version_id=version_id, at=now, fault=fault, remark=remark)
        db.session.add(unsealing)
        record("bid.not_unsealed", version, actor=who, now=now, fault=fault)
        return unsealing
    _keep_content(version, found, now=now)
    unsealing = BidUnsealing(version_id=version_id, at=now, content_sha256=hash_of_rows(version), remark="".join(found.remarks)[:400])
    db.session.add(unsealing)
    record("bid.unseal", version, actor=who, now=now, capsule=version.content_sha256)
    return unsealing


def _misshapen(found: Misshapen) -> str:
    """Kept in Chinese, as it is read out."""
    with force_locale("zh_CN"):
        return str(_l("“%(part)s”一栏的格式或者长度不符合要求。", part=PARTS[found.part]))


def _keep_content(version: BidVersion, found: Unsealed, *, now: datetime) -> None:
    """The content as rows and files."""
    bid = found.manifest
    version.content = BidContent(
        price_fen=bid.price_fen,
        project_manager=clean_text(bid.project_manager),
        plan=clean_text(bid.plan),
        staffing=[{key: clean_text(value) if isinstance(value, str) else value for key, value in post.items()} for post in bid.staffing],
        answers={clean_text(code): clean_text(text) for code, text in bid.answers.items()},
        no_interest=bid.no_interest,
    )
    for file, kept in zip(bid.files, found.files, strict=True):
        if kept is None:
            continue
        kind = BidDocumentKind(file.kind) if file.kind in {one.value for one in BidDocumentKind} else BidDocumentKind.OTHER
        stored = add_row(kept, clean_text(file.name), now=now)
        version.documents.append(BidDocument(position=len(version.documents) + 1, kind=kind, title=stored.filename, file=stored))
