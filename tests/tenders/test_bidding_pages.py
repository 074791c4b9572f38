"""A bidder's pages as the server draws them: nothing is asked for in clear, the receipt, taking back, the list and the desk."""

import pytest

from app.accounts.rules import Role
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
    page = bidder.submit(bidder.get(f"{URL}/receipt"), f"{URL}/withdraw")
    assert "已撤回" in page.text
    hand_in(bidder, story)
    assert "第 2 次" in bidder.get(f"{URL}/receipt").main


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
