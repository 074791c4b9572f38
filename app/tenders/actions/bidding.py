"""What a bidder can do until the deadline: prepare, hand in, replace, take back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from app.accounts.queries import organisation_ids_of
from app.accounts.rules import Role
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.errors import STALE
from app.common.files import store_file
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.enterprises.models import Enterprise
from app.enterprises.queries import find_by_organisation
from app.enterprises.rules import why_not_admitted
from app.extensions import db
from app.tenders import bidding
from app.tenders.bidding import MAX_FILES, Post
from app.tenders.kinds import BidDocumentKind
from app.tenders.lifecycle import ENDED, Status
from app.tenders.models import Bid, BidContent, BidDocument, BidDraft, BidDraftDocument, BidVersion, Tender
from app.tenders.queries.bids import content_of_draft, criteria_of, current_version, further_passages, own_bid, own_draft

label_events(
    {
        "bid.prepare": _l("保存投标草稿"),
        "bid.drop_file": _l("删除投标草稿的附件"),
        "bid.submit": _l("提交投标"),
        "bid.replace": _l("重新提交投标"),
        "bid.withdraw": _l("撤回投标"),
    },
    {"version": _l("第几次提交"), "receipt": _l("回执号")},
    objects={"bid": _l("投标"), "bid_draft": _l("投标草稿")},
    unnumbered=("bid", "bid_draft"),
)

SIGNATORY_ONLY = Reason(
    _l("提交和撤回投标要由企业签章人办理。"), _l("《招标投标法》第二十七条"), _l("请保存草稿，通知本企业签章人登录后提交。")
)


def lock_tender(tender: Tender) -> Tender:
    """Wait for whoever changes this tender's bids or state, and read it again."""
    return db.session.scalars(
        select(Tender).where(Tender.id == tender.id).with_for_update(key_share=True, of=Tender).execution_options(populate_existing=True)
    ).one()


def received_at(bid: Bid | None, now: datetime) -> datetime:
    """When what the bidder now does counts as received: when the request reached the server (电子招标投标办法 §27), however long it then
    waited behind another's lock; but never before what the same bidder did before it. That was in time, so this is too."""
    return max(now, *(at for at in (bid.submitted_at, bid.withdrawn_at) if at is not None)) if bid is not None else now


SERVED_THE_TENDERER = Reason(
    _l("您在招标人单位任职或者曾经任职，不能为投标人办理本项目的投标。"),
    _l("《招标投标法实施条例》第三十四条"),
    _l("请由本企业的其他人员办理。"),
)


def why_not_bid(tender: Tender, enterprise: Enterprise | None, *, actor: Actor, now: datetime) -> Reason | None:
    """Why the enterprise, or this person for it, may not prepare or hand in a bid in this tender now."""
    if enterprise is None:
        return Reason(_l("您的单位还没有企业档案，不能投标。"), next=_l("请先登记企业档案并提交核验。"))
    if enterprise.organisation_id != tender.procuring_entity_id and tender.procuring_entity_id in organisation_ids_of(actor.user_id):
        return SERVED_THE_TENDERER
    return bidding.why_not_bid(
        is_published=tender.status is Status.PUBLISHED,
        is_over=tender.status in ENDED,
        deadline_at=tender.bid_deadline_at,
        now=now,
        not_admitted=why_not_admitted(enterprise.verification),
        is_tenderer=enterprise.organisation_id == tender.procuring_entity_id,
    )


def save_draft(
    tender: Tender,
    *,
    price_fen: int | None,
    project_manager: str = "",
    plan: str = "",
    staffing: Iterable[Post] = (),
    answers: Mapping[str, str] | None = None,
    no_interest: bool = False,
    files: Sequence[tuple[BidDocumentKind, str, bytes]] = (),
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> BidDraft:
    """Keep what has been written so far; nothing is handed in. `files` are added to those already there.

    `seen_version`: the draft's version_id that the person had before them; another one is refused."""
    tender = lock_tender(tender)
    enterprise = find_by_organisation(actor.organisation_id)
    refuse_if(why_not_bid(tender, enterprise, actor=actor, now=now))
    draft = own_draft(tender, actor)
    if draft is not None and seen_version is not None and draft.version_id != seen_version:
        raise Refused(STALE)
    if draft is None:
        draft = BidDraft(tender_id=tender.id, organisation_id=actor.organisation_id, enterprise_id=enterprise.id, documents=[])
        db.session.add(draft)
    if len(draft.documents) + len(files) > MAX_FILES:
        raise Refused(
            Reason(_l("附件最多 %(most)d 个。", most=MAX_FILES), next=_l("请先删除不需要的附件，或者合并成一个文件。")), field="files"
        )
    draft.price_fen = price_fen
    draft.project_manager = project_manager.strip()
    draft.plan = plan.strip()
    draft.staffing = [post.as_data() for post in staffing]
    draft.answers = {code: text.strip() for code, text in (answers or {}).items() if text.strip()}
    draft.no_interest = no_interest
    for kind, filename, content in files:
        try:
            stored = store_file(content, filename, now=now)
        except Refused as refused:
            raise Refused(refused.reason, field="files") from refused
        draft.documents.append(BidDraftDocument(kind=kind, title=stored.filename, file=stored))
    draft.saved_at, draft.saved_by_id, draft.submitted_at = now, actor.user_id, None
    record("bid.prepare", draft, actor=actor, now=now)
    return draft


def drop_file(tender: Tender, position: int, *, seen_version: int | None = None, actor: Actor, now: datetime) -> BidDraft | None:
    """Take a file out of the draft by its place in the list; what was handed in before keeps its own. None when it is not there.

    `seen_version`: the draft whose list the person had before them; after a change the place may be another file's."""
    tender = lock_tender(tender)
    refuse_if(why_not_bid(tender, find_by_organisation(actor.organisation_id), actor=actor, now=now))
    draft = own_draft(tender, actor)
    if draft is not None and seen_version is not None and draft.version_id != seen_version:
        raise Refused(STALE)
    if draft is None or not 1 <= position <= len(draft.documents):
        return None
    document = draft.documents[position - 1]
    draft.documents.remove(document)
    draft.saved_at, draft.saved_by_id, draft.submitted_at = now, actor.user_id, None
    record("bid.drop_file", draft, actor=actor, now=now)
    return draft


def find_gaps(tender: Tender, draft: BidDraft | None, enterprise: Enterprise) -> list[tuple[str, Reason]]:
    """What the draft still lacks before it may be handed in: (field, reason)."""
    if draft is None:
        return [("price", Reason(_l("还没有填写投标内容。"), next=_l("请先填写并保存草稿。")))]
    return bidding.gaps(
        content_of_draft(draft),
        ceiling_fen=tender.ceiling_fen,
        answers_needed=[(c.code, c.label) for c in further_passages(criteria_of(tender))],
        bidder_name=enterprise.name,
        legal_head=enterprise.legal_representative or "",
    )


def submit_bid(tender: Tender, *, seen_version: int | None = None, salt: str | None = None, actor: Actor, now: datetime) -> BidVersion:
    """Hand in the draft, in place of what was handed in before. Pressing twice gives the same receipt.

    `salt`: a rehearsed one for the sample city; random unless given."""
    tender = lock_tender(tender)
    enterprise = find_by_organisation(actor.organisation_id)
    if not actor.has(Role.ENTERPRISE_SIGNATORY):
        raise Refused(SIGNATORY_ONLY)
    refuse_if(why_not_bid(tender, enterprise, actor=actor, now=now))
    refuse_second_enterprise(tender, actor)
    draft, bid = own_draft(tender, actor), own_bid(tender, actor)
    if draft is not None and seen_version is not None and draft.version_id != seen_version and draft.submitted_at is None:
        raise Refused(STALE)
    if draft is not None and draft.submitted_at is not None and bid is not None and bid.withdrawn_at is None:
        return current_version(bid)
    for field, reason in find_gaps(tender, draft, enterprise):
        raise Refused(reason, field=field)

    now = received_at(bid, now)
    is_first = bid is None or bid.withdrawn_at is not None
    number = len(bid.versions) + 1 if bid else 1
    if bid is None:
        bid = Bid(tender_id=tender.id, enterprise_id=enterprise.id, organisation_id=actor.organisation_id, versions=[])
        db.session.add(bid)
    bid.submitted_at, bid.withdrawn_at, bid.current_number = now, None, number
    content = content_of_draft(draft)
    salt = salt or bidding.new_salt()
    sha = bidding.content_hash(content, tender_number=tender.number, uscc=enterprise.uscc, number=number, salt=salt)
    version = BidVersion(
        number=number,
        submitted_at=now,
        submitted_by_id=actor.user_id,
        content_sha256=sha,
        receipt=bidding.receipt_number(sha, now),
        content=BidContent(
            price_fen=draft.price_fen,
            project_manager=draft.project_manager,
            plan=draft.plan,
            staffing=draft.staffing,
            answers=draft.answers,
            no_interest=draft.no_interest,
            salt=salt,
        ),
        documents=[
            BidDocument(position=position, kind=document.kind, title=document.title, file_id=document.file_id)
            for position, document in enumerate(draft.documents, start=1)
        ],
    )
    bid.versions.append(version)
    draft.submitted_at = now
    record("bid.submit" if is_first else "bid.replace", bid, actor=actor, now=now, version=number, receipt=version.receipt)
    return version


def refuse_second_enterprise(tender: Tender, actor: Actor) -> None:
    """One person hands in for one enterprise. It tells the person of nobody's bid but that of their own hand."""
    other = db.session.scalar(
        select(Enterprise.name)
        .join(Bid, Bid.enterprise_id == Enterprise.id)
        .join(BidVersion, BidVersion.bid_id == Bid.id)
        .where(
            Bid.tender_id == tender.id,
            Bid.withdrawn_at.is_(None),
            Bid.organisation_id != actor.organisation_id,
            BidVersion.submitted_by_id == actor.user_id,
        )
        .order_by(Bid.id)
        .limit(1)
    )
    if other is not None:
        raise Refused(
            Reason(
                _l("您已经为“%(name)s”提交本项目的投标，不能再为另一家企业提交。", name=other),
                _l("《招标投标法实施条例》第三十四条、第四十条"),
                _l("请由本企业的另一名签章人办理。"),
            )
        )


def withdraw_bid(tender: Tender, *, actor: Actor, now: datetime) -> Bid:
    """Take the bid back before the deadline (撤回). The draft stays, so that it can be handed in again."""
    tender = lock_tender(tender)
    if not actor.has(Role.ENTERPRISE_SIGNATORY):
        raise Refused(SIGNATORY_ONLY)
    bid = own_bid(tender, actor)
    is_submitted = bid is not None and bid.withdrawn_at is None and tender.status is Status.PUBLISHED
    refuse_if(bidding.why_not_withdraw(deadline_at=tender.bid_deadline_at, now=now, is_submitted=is_submitted))
    bid.withdrawn_at = now = received_at(bid, now)
    draft = own_draft(tender, actor)
    if draft is not None:
        draft.submitted_at = None
    record("bid.withdraw", bid, actor=actor, now=now, version=bid.current_number, receipt=current_version(bid).receipt)
    return bid
