"""A bidder's pages, as a bidder sees them: fill in, check, hand in, receipt, take back; refusals on the field or with a way back."""

from datetime import timedelta

import pytest

from app.accounts.rules import Role
from app.tenders.kinds import BidDocumentKind
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


FIELDS = {
    "price": "0.71",
    "project_manager": "王建国",
    "plan": stories.PLAN,
    "answer_difficulty": "先摸清管网，分三年更换。",
    "staffing-0-post": "保洁员",
    "staffing-0-people": "１２",
    "no_interest": "y",
}


def test_a_bid_from_an_empty_form_to_the_receipt(bidder):
    page = bidder.get(URL)
    assert page.h1 == "填写投标" and "开标前谁也看不到" in page.main
    page = bidder.submit(page, URL, **FIELDS, check="1")
    assert page.h1 == "检查投标" and "人民币柒角壹分" in page.main and "12 人" in page.main
    page = bidder.submit(page, f"{URL}/submit")
    assert page.h1 == "投标回执" and "第 1 次" in page.main
    assert "我的投标" in bidder.get("/bids").h1
    assert bidder.get(f"{URL}/canonical.json").json["price_fen"] == 71


def test_a_draft_is_kept_with_its_gaps_and_says_what_is_missing(bidder):
    page = bidder.submit(bidder.get(URL), URL, price="0.81", plan="短")
    assert "草稿已保存" in page.text
    page = bidder.get(f"{URL}/check")
    assert "高于最高限价" in page.main and "还没有作出无利害关系声明" in page.main
    page = bidder.post(f"{URL}/submit", status=409, follow=False)
    assert "高于最高限价" in page.main


def test_what_is_typed_wrong_is_named_on_its_field(bidder):
    page = bidder.submit(bidder.get(URL), URL, status=200, **{**FIELDS, "price": "七角", "staffing-0-people": "很多"})
    assert any("金额不是数字" in error for error in page.errors) and any("整数" in error for error in page.errors)


def test_a_late_submission_is_told_the_closing_time(bidder, clock):
    bidder.submit(bidder.get(URL), URL, **FIELDS)
    clock.set_local(2009, 12, 9, 9, 30)
    page = bidder.post(f"{URL}/submit", status=409, follow=False)
    assert "2009年12月9日（周三）09:30:00.000" in page.main
    assert "2009年12月9日（周三）09:30:00.000" in bidder.get(URL).main


def test_a_bid_is_taken_back_and_handed_in_again(bidder):
    bidder.submit(bidder.get(URL), URL, **FIELDS)
    page = bidder.submit(bidder.get(f"{URL}/check"), f"{URL}/submit")
    page = bidder.submit(page, f"{URL}/withdraw")
    assert "已撤回" in page.text
    page = bidder.submit(bidder.get(f"{URL}/check"), f"{URL}/submit")
    assert "第 2 次" in page.main


def test_a_clerk_is_asked_to_call_the_signatory(story, client, sign_in):
    home = story.bidders[0][1].memberships[0].organisation
    sign_in(client, factories.person(Role.ENTERPRISE_CLERK, organisation=home))
    client.submit(client.get(URL), URL, **FIELDS)
    assert "请本企业签章人登录后提交" in client.get(f"{URL}/check").main
    client.post(f"{URL}/submit", status=403, follow=False)


def test_another_enterprise_finds_nothing(story, bidder, new_client, sign_in):
    bidder.submit(bidder.get(URL), URL, **FIELDS)
    bidder.submit(bidder.get(f"{URL}/check"), f"{URL}/submit")
    other = new_client()
    sign_in(other, story.bidders[1][1])
    other.get(f"{URL}/receipt", status=404)
    other.get(f"{URL}/canonical.json", status=404)
    assert "0.71" not in other.get(URL).main


def test_the_desk_says_what_is_still_to_be_handed_in(bidder):
    bidder.submit(bidder.get(URL), URL, **FIELDS)
    assert "核对并提交投标" in bidder.get("/desk").main
    bidder.submit(bidder.get(f"{URL}/check"), f"{URL}/submit")
    desk = bidder.get("/desk").main
    assert desk.index("等待中") < desk.index("截止前可以修改或者撤回"), "nothing is to be done: it does not stand among what waits for them"
    assert "现在没有等您办理的事项" in desk


def test_files_are_added_downloaded_and_dropped(bidder):
    from io import BytesIO

    data = bidder.get(URL).fields(URL) | FIELDS | {"files": (BytesIO(b"%PDF-1.4 x"), "投标函.pdf")}
    page = bidder.post(URL, data)
    assert "投标函.pdf" in page.main
    link = next(href for href in page.links if "/files/" in href)
    assert bidder.get(link).data == b"%PDF-1.4 x"
    drop = next(f.get("action") for f in page.all(".//main//form") if f.get("action", "").endswith("/drop"))
    assert "投标函.pdf" not in bidder.post(drop).main
    data = bidder.get(URL).fields(URL) | FIELDS | {"files": (BytesIO(b"MZ\x00"), "投标函.pdf")}
    page = bidder.post(URL, data, status=200)
    assert any("不是允许的类型" in error for error in page.errors)


def test_files_are_addressed_by_their_place_and_numbers_beyond_reason_are_words(session, client, sign_in, clock):
    clock.set(stories.PUBLISHED + timedelta(days=2))
    story = stories.published()
    for number in range(2):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
    other = [(BidDocumentKind.LETTER, f"{n}.pdf", b"%PDF-1.4 other " + str(n).encode()) for n in range(3)]
    stories.prepare(story, 1, files=other)
    own = [(BidDocumentKind.LETTER, f"自{n}.pdf", b"%PDF-1.4 own " + str(n).encode()) for n in range(2)]
    stories.prepare(story, 0, files=own)
    url = f"/tenders/{story.tender.number}/bid"
    sign_in(client, story.bidders[0][1])
    page = client.get(url)
    links = [link.get("href") for link in page.all(".//main//ul[@class='documents']//a")]
    assert links == [f"{url}/files/1", f"{url}/files/2"]
    client.get(f"{url}/files/3", status=404)
    client.post(f"{url}/files/1/drop", {"seen_version": "99"}, status=409)
    page = client.submit(client.get(url), f"{url}/files/1/drop")
    assert "自1.pdf" in page.main and "自0.pdf" not in page.main
    page = client.post(url, {"seen_version": "²", "price": "99999999"}, status=200)
    assert "不能大于 1000.00" in page.main
    client.post(f"{url}/submit", {"seen_version": "²"})
    assert "回执号" in client.get(f"{url}/receipt").main
