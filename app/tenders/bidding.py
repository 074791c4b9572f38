"""What a bid must hold, when it may be handed in or taken back, and the hash that its receipt states."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from opencc import OpenCC

from app.common.figures import day_text
from app.common.i18n import LazyText, _l
from app.common.money import yuan
from app.common.refusal import Reason
from app.tenders.capsule.format import MAX_PLAN as MAX_PLAN

ZONE = ZoneInfo("Asia/Shanghai")
MAX_FILES = 10
MAX_PRICE_FEN = 100_000
"""A thousand yuan per m² and month: more is a slip of the finger."""
MIN_PLAN = 50


@dataclass(frozen=True)
class Post:
    """One line of the staffing table."""

    post: str
    people: int
    qualification: str = ""

    def as_data(self) -> dict:
        return {"post": self.post, "people": self.people, "qualification": self.qualification}


@dataclass(frozen=True)
class Attachment:
    kind: str
    title: str
    sha256: str
    size: int

    def as_data(self) -> dict:
        return {"kind": self.kind, "title": self.title, "sha256": self.sha256, "size": self.size}


@dataclass(frozen=True)
class Content:
    """The sealed part of a bid. `answers`: criterion code → the passage that answers it."""

    price_fen: int | None
    project_manager: str = ""
    plan: str = ""
    staffing: tuple[Post, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    no_interest: bool = False
    documents: tuple[Attachment, ...] = ()

    @property
    def people(self) -> int:
        return sum(post.people for post in self.staffing)


def canonical(content: Content, *, tender_number: str, uscc: str, number: int) -> bytes:
    """The bytes by which an opened bid's content is known again: JSON, sorted keys, no blanks, UTF-8."""
    data = {
        "tender": tender_number,
        "bidder": uscc,
        "version": number,
        "price_fen": content.price_fen,
        "project_manager": content.project_manager,
        "plan": content.plan,
        "staffing": [post.as_data() for post in content.staffing],
        "answers": dict(content.answers),
        "no_interest": content.no_interest,
        "documents": [document.as_data() for document in content.documents],
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(content: Content, *, tender_number: str, uscc: str, number: int) -> str:
    return sha256(canonical(content, tender_number=tender_number, uscc=uscc, number=number)).hexdigest()


def receipt_number(content_sha256: str, received_at: datetime) -> str:
    """From the content and the instant: unlike a running number it tells nobody how many bids there are."""
    return f"TB{sha256(f'{content_sha256}:{received_at.isoformat()}'.encode()).hexdigest()[:16].upper()}"


def exact_time(instant: datetime) -> str:
    """Local time to the millisecond, which decides whether a bid was in time: 2009年12月8日（周二）09:30:00.000."""
    here = instant.astimezone(ZONE)
    day = day_text(here.date())
    gap = "" if day.endswith("）") else " "
    return f"{day}{gap}{here:%H:%M:%S}.{here.microsecond // 1000:03d}"


def at_exactly(instant: datetime) -> LazyText:
    """The same within a sentence, put into words when that is shown: who finds a reason may be answering for others, whose language is another."""
    return LazyText(exact_time, instant)


def why_not_bid(
    *,
    is_published: bool,
    is_over: bool,
    deadline_at: datetime | None,
    now: datetime,
    not_admitted: Reason | None,
    is_tenderer: bool,
    is_handed_in: bool = True,
) -> Reason | None:
    """Why this enterprise may not prepare, hand in or replace a bid at this instant. The deadline itself is too late.

    `not_admitted`: the answer of enterprises.rules.why_not_admitted; `is_handed_in`: something was, and not only asked."""
    if is_over:
        return Reason(_l("这个项目已经终止，不再接收投标。"), next=_l("请查看其他正在招标的项目。"))
    if not is_published or deadline_at is None:
        return Reason(_l("这个项目还没有发布招标公告，不能投标。"), next=_l("请在公告发布后再来。"))
    if now >= deadline_at and not is_handed_in:
        return Reason(
            _l("投标已于 %(deadline)s 截止，现在是 %(now)s，不能再投标或者修改。", deadline=at_exactly(deadline_at), now=at_exactly(now)),
            _l("《招标投标法》第二十八条"),
            _l("截止前已经提交并取得回执的投标继续有效；其他项目请在截止前提交。"),
        )
    if now >= deadline_at:
        return Reason(
            _l(
                "投标已于 %(deadline)s 截止，服务器收到的时间是 %(received)s，本次提交没有受理。",
                deadline=at_exactly(deadline_at),
                received=at_exactly(now),
            ),
            _l("《招标投标法》第二十八条"),
            _l("截止前已经提交并取得回执的投标继续有效；其他项目请在截止前提交。"),
        )
    if is_tenderer:
        return Reason(_l("招标人不能参加自己项目的投标。"), _l("《招标投标法实施条例》第三十四条"), _l("请由其他企业投标。"))
    return not_admitted


CLOSED = Reason(
    _l("截止清单已经固定，本次提交没有受理。"),
    _l("《招标投标法》第二十八条"),
    _l("截止前已经提交并取得回执的投标继续有效。"),
)
"""A request that waited until the closing list had been made can't change it any more."""


def why_not_withdraw(*, deadline_at: datetime, now: datetime, is_submitted: bool) -> Reason | None:
    """Taking a bid back (撤回) is free until the deadline; afterwards it stays for its validity (招标投标法 §29)."""
    if not is_submitted:
        return Reason(_l("没有可以撤回的投标。"), next=_l("请返回查看投标状态。"))
    if now >= deadline_at:
        return Reason(
            _l("投标已于 %(deadline)s 截止，截止后不能撤回。", deadline=at_exactly(deadline_at)),
            _l("《招标投标法》第二十九条"),
            _l("如确实不能履约，请书面告知招标人。"),
        )
    return None


PRICE_MISSING = Reason(_l("还没有填写报价。"), next=_l("请填写每平方米每月的单价，以元为单位。"))
MANAGER_MISSING = Reason(_l("还没有填写项目负责人。"), next=_l("请填写拟派项目负责人的姓名。"))
PLAN_SHORT = Reason(_l("服务方案不足 %(least)d 个字。", least=MIN_PLAN), next=_l("请按评分标准逐项写明服务内容和做法。"))
STAFFING_MISSING = Reason(_l("还没有填写人员配备。"), next=_l("请至少填写一个岗位和人数。"))
DECLARATION_MISSING = Reason(
    _l("还没有作出无利害关系声明。"), _l("《招标投标法实施条例》第三十四条"), _l("请核对后勾选声明；有利害关系的不能投标。")
)


def above_ceiling(price: str, ceiling: str) -> Reason:
    """Both in yuan, as text: the bid page's script puts its own numbers in."""
    return Reason(
        _l("报价 %(price)s 元高于最高限价 %(ceiling)s 元。", price=price, ceiling=ceiling),
        _l("《招标投标法实施条例》第五十一条"),
        _l("请把报价改到最高限价以内，否则投标会被否决。"),
    )


def passage_missing(label: str) -> Reason:
    return Reason(_l("“%(label)s”还没有写。", label=label), next=_l("请写明这一项的做法。"))


def named_in_blind_part(name: str) -> Reason:
    return Reason(
        _l("这一部分由评委匿名评审，里面出现了“%(name)s”。", name=name),
        next=_l("请改用“本企业”“项目负责人”等称呼，不要写出名称和姓名。"),
    )


def gaps(
    content: Content, *, ceiling_fen: int | None, answers_needed: Sequence[tuple[str, str]], bidder_name: str, legal_head: str = ""
) -> list[tuple[str, Reason]]:
    """What is still missing or wrong before the bid may be handed in: (field, reason), in the order of the form.

    `answers_needed`: (criterion code, label) of the further passages that the card asks for."""
    found: list[tuple[str, Reason]] = []
    if content.price_fen is None or content.price_fen <= 0:
        found.append(("price", PRICE_MISSING))
    elif ceiling_fen is not None and content.price_fen > ceiling_fen:
        found.append(("price", above_ceiling(yuan(content.price_fen), yuan(ceiling_fen))))
    if not content.project_manager.strip():
        found.append(("project_manager", MANAGER_MISSING))
    if len(content.plan.strip()) < MIN_PLAN:
        found.append(("plan", PLAN_SHORT))
    for code, label in answers_needed:
        if not content.answers.get(code, "").strip():
            found.append((f"answer_{code}", passage_missing(label)))
    if not content.people:
        found.append(("staffing", STAFFING_MISSING))
    if not content.no_interest:
        found.append(("no_interest", DECLARATION_MISSING))
    found.extend(_names_in_blind_parts(content, bidder_name, legal_head))
    return found


def _names_in_blind_parts(content: Content, bidder_name: str, legal_head: str) -> list[tuple[str, Reason]]:
    """The evaluators read plan and staffing without knowing whose they are: a name in them would break the blind."""
    names = names_to_avoid(bidder_name, legal_head, content.project_manager)
    parts = [("plan", (content.plan,))]
    parts += [(f"answer_{code}", (text,)) for code, text in sorted(content.answers.items())]
    parts += [("staffing", tuple(text for post in content.staffing for text in (post.post, post.qualification)))]
    found = []
    for name_of_field, texts in parts:
        met = sorted(name for plain, name in names.items() if any(plain in letters(text) for text in texts))
        if met:
            found.append((name_of_field, named_in_blind_part(met[-1])))
    return found


def names_to_avoid(bidder_name: str, *people: str) -> dict[str, str]:
    """What would tell an evaluator whose a bid is: as it reads in any script (`letters`) → as people write it."""
    shown = {bidder_name, short_name(bidder_name), *(name.strip() for name in people), *telling_names(bidder_name)}
    return {letters(name): name for name in sorted(shown) if len(letters(name)) >= 2}


MASK = "■■"


def mask_names(text: str, names: Collection[str]) -> str:
    """The text with every stretch that reads as one of these names (keys of names_to_avoid) blotted out, signs between its characters too.

    A name that can be read across what was blotted out takes the whole text with it: nobody is to guess."""
    if not is_named_in(text, names):
        return text
    spots = [(place, sign) for place, character in enumerate(text) for sign in letters(character)]
    stream = "".join(sign for _place, sign in spots)
    hidden: set[int] = set()
    for name in names:
        at = stream.find(name) if name else -1
        while at >= 0:
            hidden.update(range(spots[at][0], spots[at + len(name) - 1][0] + 1))
            at = stream.find(name, at + 1)
    parts, was_hidden = [], False
    for place, character in enumerate(text):
        if place not in hidden:
            parts.append(character)
        elif not was_hidden:
            parts.append(MASK)
        was_hidden = place in hidden
    masked = "".join(parts)
    return MASK if is_named_in(masked, names) else masked


def masked(content: Content, bidder_name: str, legal_head: str) -> Content:
    """What an evaluator reads: names that a bidder left in the blind parts, past its own program's check, are blotted out."""
    names = names_to_avoid(bidder_name, legal_head, content.project_manager)
    return replace(
        content,
        plan=mask_names(content.plan, names),
        answers={code: mask_names(text, names) for code, text in content.answers.items()},
        staffing=tuple(
            replace(one, post=mask_names(one.post, names), qualification=mask_names(one.qualification, names)) for one in content.staffing
        ),
    )


def is_named_in(text: str, names: Collection[str]) -> bool:
    plain = letters(text)
    return any(name in plain for name in names)


def letters(text: str) -> str:
    """What of a text reads as a name: compatible and traditional forms made one, blanks, signs and invisible characters left out."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LN").casefold()
    return "".join(map(_simplified, plain))


@cache
def _simplified(character: str) -> str:
    """A traditional character's simplified form, whatever stands beside it: a name is met in every context."""
    return character if character < "\u3400" else _to_simplified().convert(character)


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


PROVINCES = "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆"
TRADES = ("物业", "公司", "服务", "管理", "企业", "集团")


def telling_names(name: str) -> set[str]:
    """The distinctive part of an enterprise's name, without place and trade. A short one is also an ordinary word (常绿灌木):
    it tells only together with a word of the trade (常绿物业)."""
    core = re.sub(rf"^(({PROVINCES})省?)?([^省市]{{1,6}}市)?", "", short_name(letters(name)))
    core = re.sub(rf"({'|'.join(TRADES)})+$", "", core)
    if len(core) < 2:
        return set()
    return {core} if len(core) > 2 else {core + trade for trade in TRADES}


def short_name(name: str) -> str:
    """The part of an enterprise's name that people know it by: without the legal form and the trade."""
    return re.sub(r"(物业(服务|管理)?)?(股份)?(有限(责任)?)?公司$", "", name.strip())
