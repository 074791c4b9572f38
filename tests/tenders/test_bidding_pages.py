"""A bidder's pages as the server draws them: nothing is asked for in clear, the receipt, taking back, the list and the desk."""

import json

import pytest

from app.accounts.rules import Role
from app.log.notes import Proof
from tests import factories
from tests.tenders import bid_stories as stories

URL = "/tenders/XH-2009-0001/bid"


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(1, stories.NAMES[0]), stories.enterprise(2, stories.NAMES[1])]
    clock.set(stories.PUBLISHED.replace(day=20))
    return found


@pytest.fixture
def bidder(story, client, sign_in):
    sign_in(client, story.bidders[0][1])
    return client


def hand_in(client, story, index: int = 0, **changes):
    return client.post(f"{URL}/submit", {"header": stories.sealed(story, index, **changes).header.to_bytes().decode()}, status=201)


def test_no_form_of_the_page_can_send_anything_of_a_bid_in_clear(bidder):
    page = bidder.get(URL)
    assert page.h1 == "填写投标" and "在本机加密后才上传" in page.main
    sent = {field.get("name") for form in page.all(".//main//form[@action]") for field in form.iter() if field.get("name")}
    assert sent <= {"csrf_token", "sealed"}


def test_from_the_sealed_bid_to_the_receipt(story, bidder):
    answer = hand_in(bidder, story)
    page = bidder.get(answer.json["receipt"])
    assert page.h1 == "投标回执" and "第 1 次" in page.main and "TB" in page.main
    assert stories.PLAN[:12] not in page.main, "the server could not show it"
    assert "我的投标" in bidder.get("/bids").h1


def test_a_late_submission_is_told_the_closing_time(story, bidder, clock):
    header = stories.sealed(story, 0).header.to_bytes().decode()
    clock.set_local(2009, 12, 9, 9, 30)
    answer = bidder.post(f"{URL}/submit", {"header": header}, status=409)
    assert "2009年12月9日（周三）09:30:00.000" in answer.json["text"]
    assert "2009年12月9日（周三）09:30:00.000" in bidder.get(URL).main


def test_a_bid_is_taken_back_and_handed_in_again(story, bidder):
    hand_in(bidder, story)
    for place in (URL, f"{URL}/receipt"):
        assert f"{URL}/withdraw" in bidder.get(place).links and not bidder.get(place).all(f".//form[@action='{URL}/withdraw']")
    asked = bidder.get(f"{URL}/withdraw")
    assert asked.h1 == "撤回投标" and "不再有效" in asked.main and "回执" in asked.main
    page = bidder.submit(asked, f"{URL}/withdraw")
    assert page.path == f"{URL}/receipt" and "投标已撤回" in page.main and "下载撤回回执" in page.main
    for place in (URL, "/bids"):
        assert f"{URL}/receipt" in bidder.get(place).links, "whoever took back finds the receipt of it"
    bidder.get(f"{URL}/withdraw", status=409)
    hand_in(bidder, story)
    page = bidder.get(f"{URL}/receipt")
    told = [" ".join("".join(row.itertext()).split()) for row in page.all(".//main//tbody/tr")]
    assert ["第 1 次提交 已撤回" in told[0], "撤回第 1 次提交" in told[1], "第 2 次提交" in told[2]] == [
        True
    ] * 3 and "已被替换" not in page.main
    for row, event in zip(page.all(".//main//tbody/tr"), ["bid.submit", "bid.withdraw", "bid.submit"], strict=True):
        (link,) = row.findall(".//a")
        proof = Proof.from_text(bidder.get(link.get("href")).data.decode())
        assert json.loads(json.loads(proof.extra)["payload"])["event"] == event


def test_a_clerk_is_asked_to_call_the_signatory(story, client, sign_in):
    home = story.bidders[0][1].memberships[0].organisation
    sign_in(client, factories.person(Role.ENTERPRISE_CLERK, organisation=home))
    assert "请本企业签章人提交" in client.get(URL).main
    header = stories.sealed(story, 0).header.to_bytes().decode()
    assert "签章人" in client.post(f"{URL}/submit", {"header": header}, status=409).json["text"]


def test_another_enterprise_finds_nothing(story, bidder, new_client, sign_in):
    hand_in(bidder, story)
    other = new_client()
    sign_in(other, story.bidders[1][1])
    for place in ("receipt", "capsule.sealed"):
        other.get(f"{URL}/{place}", status=404)
    assert "本企业已经投标" not in other.get(URL).main


def test_the_desk_has_nothing_more_to_be_done_once_a_bid_is_in(story, bidder):
    hand_in(bidder, story)
    desk = bidder.get("/desk").main
    assert desk.index("等待中") < desk.index("截止前可以修改或者撤回"), "nothing is to be done: it does not stand among what waits for them"
    assert "现在没有等您办理的事项" in desk
