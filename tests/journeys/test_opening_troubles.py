"""Openings that do not go smoothly, in real browsers: a card instead of the file, a forged share, too few holders and bidders' own files."""

import json
import re
from base64 import b64encode
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.accounts.rules import Role
from app.sample.keys import ALPHABET, words_of
from app.tenders.models import BidRecovery, ShareRelease
from tests import factories
from tests.journeys.test_opening_room import Person, count
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER
from tests.tenders.test_recovery import CAUSE, story_with_files

TITLE = "康居小区物业服务"


class Room:
    """What a test knows in plain values: a row that is looked at would hold the database while the browser acts."""

    def __init__(self, story, secrets):
        self.address = f"/tenders/{story.tender.number}/opening"
        self.recovery = f"/tenders/{story.tender.number}/bid/recovery"
        self.holders = [user.email for user in story.holders]
        self.organisations = [holder.organisation.name for holder in story.tender.holders]
        self.keys = [str(stories.key_of(user)) for user in story.holders]
        self.bidders = [signatory.email for _enterprise, signatory in story.bidders]
        self.officer = factories.person(Role.BUREAU_OFFICER, division_code="410402").email
        self.secrets = secrets


@pytest.fixture
def room(clock, session):
    """A listed tender with three bids, of which the test has the recovery files."""
    story, secrets = story_with_files()
    clock.set(AFTER)
    found = Room(story, secrets)
    session.commit()
    return found


def characters_of(identity: str) -> str:
    """The card of a key (BIP-39), from its bech32 form without the checksum."""
    bits = "".join(f"{ALPHABET.index(one):05b}" for one in identity.lower().removeprefix("age-secret-key-1")[:-6])
    return words_of(int(bits[:256], 2).to_bytes(32))


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_holder_without_the_file_types_the_cards_24_characters(room, session, browser, width):
    legal = Person(browser, room.holders[1], width=width)
    legal.page.goto(room.address)
    card = characters_of(room.keys[1])
    slip = card[:9] + ("的" if card[9] != "的" else "一") + card[10:]
    legal.unlock(slip)
    expect(legal.page.locator("[data-unlock-error]")).to_contain_text("第 10 个字写错了", timeout=20_000)
    typed = legal.page.locator("[data-unlock-text]")
    assert typed.get_attribute("aria-invalid") == "true" and legal.page.locator("[data-unlock-error]").get_attribute("id") in (
        typed.get_attribute("aria-describedby").split()
    )
    assert count(session, ShareRelease) == 0
    legal.unlock("\n".join(" ".join(card[n : n + 6]) for n in range(0, 24, 6)))
    expect(legal.page.locator("#opening-room")).to_contain_text("已交出 3 份", timeout=20_000)
    sent = "\n".join(legal.sent)
    assert card[:6] not in sent and room.keys[1][16:40] not in sent
    assert count(session, ShareRelease) == 3


def test_a_forged_share_is_named_with_its_holder_and_given_anew(room, session, browser):
    onlooker = Person(browser)
    onlooker.page.goto(room.address)
    legal, street = (Person(browser, email) for email in room.holders[1:])

    def forge(route):
        shares = json.loads(route.request.post_data)["shares"]
        shares[min(shares)] = b64encode(b"\1" * 75).decode()
        route.continue_(post_data=json.dumps({"shares": shares}))

    legal.page.route("**/opening/shares", forge)
    legal.page.goto(room.address)
    legal.unlock(room.keys[1])
    expect(legal.page.locator("body")).to_contain_text("交来的份额有 1 份与封存时的不符")
    named = f"{room.organisations[1]}（房管部门法制人员）"
    expect(onlooker.page.locator("#opening-room")).to_contain_text(f"{named}交来的份额与投标封存时登记的校验值不符", timeout=15_000)

    street.page.goto(room.address)
    street.unlock(room.keys[2])
    expect(street.page.locator("#opening-room")).to_contain_text("已处理 2 份，共 3 份投标", timeout=20_000)

    legal.page.unroute("**/opening/shares")
    legal.page.goto(room.address)
    expect(legal.page.locator("main")).to_contain_text("您交来的份额有 1 份有误")
    legal.unlock(room.keys[1])
    expect(legal.page.locator("#opening-room")).to_contain_text("已处理 3 份，共 3 份投标", timeout=20_000)
    expect(legal.page.locator("#opening-room")).to_contain_text(f"{named}曾有 1 份份额有误，已经重新交出")
    assert count(session, ShareRelease) == 7


def test_bidders_open_their_own_bids_in_an_announced_window(room, session, browser, clock, tmp_path):
    manager = Person(browser, room.holders[0])
    manager.page.goto(room.address)
    manager.page.get_by_role("link", name="保管人不够时怎么办").click()
    manager.page.get_by_label("保管人不足的原因").fill(CAUSE)
    manager.press("公布并通知投标人")
    expect(manager.page.locator("main")).to_contain_text("投标人可以补救解密")

    def recovery_file(index: int):
        path = tmp_path / f"linli-recovery-{index}.txt"
        path.write_text(f"# 邻里 恢复文件\n{room.secrets[index]}\n", encoding="utf-8")
        return path

    for index, width in ((0, "desk"), (1, "phone")):
        bidder = Person(browser, room.bidders[index], width=width)
        bidder.page.goto(room.address)
        bidder.page.get_by_role("link", name="提交恢复文件").click()
        bidder.page.get_by_label("恢复文件", exact=True).set_input_files(recovery_file(1 - index))
        bidder.press("解密我的投标")
        expect(bidder.page.locator("main")).to_contain_text("这份恢复文件不是最后一次提交的投标的")
        bidder.page.get_by_label("恢复文件", exact=True).set_input_files(recovery_file(index))
        bidder.press("解密我的投标")
        expect(bidder.page.locator("main")).to_contain_text("您的投标已经解密")
        assert room.secrets[index][16:40] not in bidder.page.content()
        assert bidder.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert count(session, BidRecovery) == 2
    expect(manager.page.locator("main")).not_to_contain_text("0.71")

    clock.set(AFTER + timedelta(hours=3))
    session.commit()
    late = Person(browser, room.bidders[2])
    late.page.goto(room.recovery)
    expect(late.page.locator("main")).to_contain_text("补救解密的时间已经结束")
    manager.page.goto(f"{room.address}/ladder")
    expect(manager.page.locator("main")).to_contain_text("等房管部门结束解密")
    officer = Person(browser, room.officer)
    officer.page.get_by_role("link", name=TITLE).first.click()
    officer.press("结束解密")
    expect(officer.page.locator("body")).to_contain_text("解密已经结束")
    manager.page.goto(room.address)
    manager.press("开标")
    shown = manager.page.locator("main")
    expect(shown).to_contain_text("0.71")
    expect(shown).to_contain_text("0.67")
    expect(shown).not_to_contain_text("0.76")
    assert len(re.findall("投标人自己解密", shown.inner_text())) >= 2
