"""A site that lies to a holder's browser: whatever it invents, and whichever log's key it holds, no share goes out."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from playwright.sync_api import expect

from app.log.keys import log_keys
from app.log.notes import Signer
from app.tenders.actions import unsealing
from app.tenders.capsule.format import canonical
from app.tenders.handing_in import closing_statement
from app.tenders.models import ShareRelease
from tests.journeys.test_opening_room import Person, Told, count
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE
from tests.tenders.sealing.proofs import entry_of, proofs_of

EARLIER = DEADLINE - timedelta(days=3)
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LIAR = Signer.from_seed("linli.local/log", b"\3" * 32)
"""The log's name, and a key made by somebody else."""


@pytest.fixture
def told(clock, session) -> Told:
    """A listed tender with three bids."""
    story = stories.with_bids()
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    clock.set(AFTER)
    found = Told(story, story.tender.number, [user.email for user in story.holders], [str(stories.key_of(user)) for user in story.holders])
    session.commit()
    log_keys()  # its first use looks at the database, and would hold it while the browser acts
    session.commit()
    return found


@dataclass
class Lie:
    """What the site says in place of the truth, by the end of the address."""

    terms: dict
    documents: dict
    given: dict

    @classmethod
    def beside(cls, holder: Person, told: Told) -> "Lie":
        ask = holder.page.request.get
        terms, documents, given = (
            ask(f"/tenders/{told.number}/{name}").json() for name in ("sealing.json", "terms.json", "opening/capsules.json")
        )
        return cls(terms, documents, given)

    def tell(self, holder: Person) -> None:
        for name, body in (("sealing.json", self.terms), ("terms.json", self.documents), ("opening/capsules.json", self.given)):
            holder.page.route(f"**/{name}", answering(canonical(body)))

    def invent(self, *, deadline: datetime, signer: Signer, closed_at: datetime | None = None) -> None:
        """Everything anew and all of one piece, with these bidders' own parts: the hostile server's best."""
        self.documents["bid_deadline_at"] = deadline.isoformat()
        self.terms |= {"documents": sha256(canonical(self.documents)).hexdigest(), "deadline_at": deadline.isoformat()}
        for one in self.given["capsules"]:
            header = canonical(json.loads(one["header"]) | {"documents": self.terms["documents"]})
            one |= {"header": header.decode(), "sha256": sha256(header).hexdigest()}
        self.list(deadline, signer, closed_at)

    def list(self, deadline: datetime, signer: Signer, closed_at: datetime | None = None) -> None:
        """The closing list, and a log of its own that has it and the publication."""
        names = [one["sha256"] for one in self.given["capsules"]]
        self.given["closing"] = closing_statement(self.terms["tender"], deadline, names)
        closed = {
            "event": "tender.close_bidding",
            "tender": self.terms["tender"],
            "at": (closed_at or deadline).isoformat(),
            "closing_sha256": sha256(self.given["closing"].encode()).hexdigest(),
        }
        published, proof = proofs_of([entry_of(self.terms), closed], signer)
        self.given["log"] = {"key": str(signer.verifier), "published": published, "closed": proof}


def answering(body: bytes):
    return lambda route: route.fulfill(body=body, content_type="application/json")


def key_file(identity: str, log_key: str) -> dict:
    """As the key page makes it, without its passphrase."""
    text = f"# Linli\n# log key: {log_key}\n{identity}\n"
    return {"name": "me.key", "mimeType": "text/plain", "buffer": text.encode()}


def by_file(holder: Person, told: Told, log_key: str, *, again: bool = False) -> None:
    if not again:
        holder.page.goto(told.room)
    holder.page.set_input_files("#opening-file", key_file(told.keys[1], log_key))
    holder.press("核对并交出份额")


def nothing_went_out(holder: Person, session) -> bool:
    return count(session, ShareRelease) == 0 and not [line for line in holder.sent if "/opening/shares" in line]


def other_deadline(lie: Lie) -> None:
    lie.terms["deadline_at"] = EARLIER.isoformat()
    lie.given["closing"] = lie.given["closing"].replace(
        DEADLINE.isoformat(timespec="milliseconds"), EARLIER.isoformat(timespec="milliseconds")
    )


def other_documents(lie: Lie) -> None:
    log = lie.given["log"]
    lie.invent(deadline=EARLIER, signer=LIAR)
    lie.given["log"] = log


def other_holder(lie: Lie) -> None:
    lie.terms["holders"].reverse()


def two_trees(lie: Lie) -> None:
    lie.given["log"]["published"] = lie.terms["log"]["published"]


def changed(**change):
    def lie_so(lie: Lie) -> None:
        for name, swap in change.items():
            lie.given[name] = swap(lie.given[name])

    return lie_so


def invented(lie: Lie) -> None:
    lie.invent(deadline=EARLIER, signer=LIAR)


def closed_early(lie: Lie) -> None:
    lie.list(DEADLINE, log_keys().signer, closed_at=EARLIER)


LIES = {
    "list of another tender": (changed(closing=lambda text: text.replace("XH-2009-0001", "XH-2009-0002")), "不是本项目的"),
    "capsule left out": (changed(capsules=lambda found: found[1:]), "与截止清单不一致"),
    "header changed": (
        changed(capsules=lambda found: [one | {"header": one["header"].replace('"threshold":2', '"threshold":3')} for one in found]),
        "校验值不一致",
    ),
    "no proof": (changed(log=lambda _log: None), "没有给出截止清单在公开日志中的证明"),
    "wrong place in the log": (
        changed(log=lambda log: log | {"closed": log["closed"].replace("index ", "index 1")}),
        "公开日志里没有这份截止清单",
    ),
    "no publication": (changed(log=lambda log: log | {"published": log["closed"]}), "不是本项目的公告"),
    "another deadline": (other_deadline, "投标截止时间与招标文件里的不一致"),
    "another deadline in other documents": (other_documents, "招标文件与公开日志里公告的不一致"),
    "holders swapped": (other_holder, "密钥保管人与公开日志里公告的不一致"),
    "another threshold": (lambda lie: lie.terms.update(threshold=3), "密钥保管人与公开日志里公告的不一致"),
    "publication in another tree": (two_trees, "不在同一本公开日志里"),
    "another log": (invented, "与密钥文件里保存的不同"),
    "the true log's key, closed too early": (closed_early, "截止清单早于投标截止时间"),
}


@pytest.mark.parametrize("lie_so", LIES)
def test_a_lying_site_gets_no_share(told, session, browser, lie_so):
    tell, words = LIES[lie_so]
    legal = Person(browser, told.emails[1])
    lie = Lie.beside(legal, told)
    tell(lie)
    lie.tell(legal)
    by_file(legal, told, str(log_keys().verifier))
    refusal = legal.page.locator("[data-refusal]")
    expect(refusal).to_contain_text(words)
    expect(refusal).to_contain_text("没有交出任何份额")
    assert nothing_went_out(legal, session)


def test_a_second_attempt_shows_nothing_of_the_first(told, session, browser):
    legal = Person(browser, told.emails[1])
    legal.page.route("**/opening/shares", lambda route: route.fulfill(status=409, json={"text": "现在不能办。"}))
    by_file(legal, told, str(log_keys().verifier))
    expect(legal.page.locator("[data-refusal]")).to_contain_text("现在不能办")
    expect(legal.page.locator("[data-checked]")).to_contain_text("都核对无误")
    tell, words = LIES["no publication"]
    lie = Lie.beside(legal, told)
    tell(lie)
    lie.tell(legal)
    by_file(legal, told, str(log_keys().verifier), again=True)
    expect(legal.page.locator("[data-refusal]")).to_contain_text(words)
    assert legal.page.locator("[data-checked]").text_content() == "", "what was in order then says nothing of now"


@pytest.mark.parametrize("name", ["capsules", "closing"])
def test_what_nobody_thought_of_is_said_and_no_share_goes_out(told, session, browser, name):
    legal = Person(browser, told.emails[1])
    lie = Lie.beside(legal, told)
    lie.given[name] = None
    lie.tell(legal)
    by_file(legal, told, str(log_keys().verifier))
    expect(legal.page.locator("[data-refusal]")).to_contain_text("本页出了意外（TypeError）")
    expect(legal.page.locator("[data-work]")).to_be_hidden()
    assert nothing_went_out(legal, session)
    legal.page.unroute_all()
    by_file(legal, told, str(log_keys().verifier))
    expect(legal.page.locator("#opening-room")).to_contain_text("已交出 3 份")


def test_not_even_who_holds_the_logs_key_gets_a_share_for_an_invented_deadline(told, session, browser):
    """Each part names the tender documents, and they the deadline: what bidders sealed for cannot be closed earlier."""
    legal = Person(browser, told.emails[1])
    lie = Lie.beside(legal, told)
    lie.invent(deadline=datetime(2009, 11, 20, tzinfo=UTC), signer=log_keys().signer)
    lie.tell(legal)
    by_file(legal, told, str(log_keys().verifier))
    expect(legal.page.locator("[data-unusable]")).to_contain_text("不能用")
    assert nothing_went_out(legal, session)


def test_without_a_key_file_the_logs_key_is_compared_once_and_remembered(told, session, browser):
    legal = Person(browser, told.emails[1])
    lie = Lie.beside(legal, told)
    lie.invent(deadline=EARLIER, signer=LIAR)
    lie.tell(legal)
    legal.page.goto(told.room)
    legal.page.fill("#opening-text", told.keys[1])
    legal.press("核对并交出份额")
    compare = legal.page.locator("[data-compare]")
    expect(compare).to_contain_text(LIAR.verifier.fingerprint)
    expect(legal.page.locator("[data-go-on]")).to_be_hidden()
    assert nothing_went_out(legal, session)

    legal.page.unroute_all()
    legal.page.goto(told.room)
    legal.page.fill("#opening-text", told.keys[1])
    legal.press("核对并交出份额")
    expect(compare).to_contain_text(log_keys().verifier.fingerprint)
    compare.get_by_role("button").click()
    expect(legal.page.locator("#opening-room")).to_contain_text("已交出 3 份")
    assert legal.page.evaluate("localStorage.getItem('linli-log-key')") == str(log_keys().verifier)


def test_a_log_that_has_changed_is_said_before_anything_goes_out(told, session, browser):
    legal = Person(browser, told.emails[1])
    legal.page.goto(told.room)
    legal.page.evaluate("key => localStorage.setItem('linli-log-key', key)", str(LIAR.verifier))
    legal.page.fill("#opening-text", told.keys[1])
    legal.press("核对并交出份额")
    compare = legal.page.locator("[data-compare]")
    for fingerprint in (LIAR.verifier.fingerprint, log_keys().verifier.fingerprint):
        expect(compare).to_contain_text(fingerprint)
    assert nothing_went_out(legal, session)


def test_an_honest_site_gets_the_shares_of_a_key_file_without_a_question(told, session, browser):
    legal = Person(browser, told.emails[1])
    by_file(legal, told, str(log_keys().verifier))
    expect(legal.page.locator("#opening-room")).to_contain_text("已交出 3 份")
    assert count(session, ShareRelease) == 3
