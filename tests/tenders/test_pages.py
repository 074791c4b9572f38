"""The public list, the tender page by phase, the rules; and how much each asks of the database."""

import re
from datetime import timedelta

import pytest

from app.tenders.actions import award, unsealing
from tests.factories import NOW
from tests.statements import counted_statements
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE, IN_TIME
from tests.tenders.calendars import keep_calendar

BUDGET = 15


@pytest.fixture(autouse=True)
def november(clock, session):
    keep_calendar(2009, 2010)
    session.commit()
    clock.set(NOW)


def test_the_list_is_narrowed_searched_and_sorted(session, client):
    first = stories.published(number="XH-2009-0001")
    second = stories.published(number="XH-2009-0002", deadline=DEADLINE + timedelta(days=3))
    second.tender.title, second.tender.area_centi = "矿工路六十三号院物业服务", 2_000_000
    from app.common.access import system_actor
    from app.common.audit import record

    record("tender.edit", second.tender, actor=system_actor(), now=NOW)
    session.commit()
    titles = [first.tender.title, second.tender.title]
    assert list(client.get("/tenders").links.values())[-2:] == titles or all(t in client.get("/tenders").main for t in titles)
    for query, expected in (
        ("q=矿工", [titles[1]]),
        ("q=xh-2009-0001", [titles[0]]),
        ("q=康居小区0002", [titles[1]]),
        ("size=small", [titles[1]]),
        ("size=middle", [titles[0]]),
        ("state=bidding", titles),
        ("state=failed", []),
        ("due=3", []),
        ("due=30", titles),
        ("district=410402", titles),
        ("district=410403", []),
        (f"compound={first.tender.compounds[0].compound_id}", [titles[0]]),
        ("state=nonsense&size=x&due=9&district=%25&compound=%25", titles),
    ):
        shown = client.get(f"/tenders?{query}").texts(".//td[@class='lead']/a")
        assert sorted(shown) == sorted(expected), query
    assert client.get("/tenders?sort=-area").texts(".//td[@class='lead']/a") == titles
    assert client.get("/tenders?sort=area").texts(".//td[@class='lead']/a") == titles[::-1]
    assert "没有符合条件" in client.get("/tenders?state=cancelled").main


def test_an_empty_list_says_what_will_come(client):
    assert "还没有招标项目" in client.get("/tenders").main


def test_before_the_deadline_nothing_tells_how_many_bid(session, client, new_client, sign_in, clock):
    empty, busy = stories.published(number="XH-2009-0001"), stories.with_bids((71, 67, 76), number="XH-2009-0002")
    clock.set(IN_TIME)
    sign_in(client, busy.manager)
    for browser in (client, new_client()):
        pages = []
        for story in (empty, busy):
            page = browser.get(f"/tenders/{story.tender.number}")
            shown = re.sub(r"(东苑社区居委会|市房管局|曙光街街道办)000[12]", r"\1", page.main.replace(story.tender.number, "N"))
            pages.append(re.sub(r"密钥指纹( [0-9a-f]{4}){4}|公开日志第 \d+ 格", "K", shown))
            browser.get(f"/tenders/{story.tender.number}/history")
        if browser is not client:
            assert pages[0].replace("康居小区0001", "C") == pages[1].replace("康居小区0002", "C")


def test_the_page_changes_with_the_clock(session, client, clock):
    few, enough = stories.with_bids((71, 67), number="XH-2009-0001"), stories.published(number="XH-2009-0002")
    for number in range(3):
        enough.bidders.append(stories.enterprise(number + 10, f"河南甲{number}物业服务有限公司"))
        stories.submit(enough, number)
    clock.set(DEADLINE)
    for story in (few, enough):
        assert "投标已截止，等待固定截止清单" in client.get(f"/tenders/{story.tender.number}").main
        unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
        session.commit()
    page = client.get(f"/tenders/{few.tender.number}")
    assert "不足 3 家" in page.main and "重新招标" in page.main
    assert "投标已截止，待开标" in client.get(f"/tenders/{enough.tender.number}").main
    assert client.get("/tenders?state=failed").texts(".//td[@class='lead']/a") == [few.tender.title]
    assert client.get("/tenders?state=evaluating").texts(".//td[@class='lead']/a") == [enough.tender.title]


def test_the_manager_of_a_failed_tender_begins_again_with_one_press(session, client, sign_in, clock):
    story = stories.with_bids((71, 67), number="XH-2009-0900")
    clock.set(AFTER)
    sign_in(client, story.manager)
    assert "登记流标或者重新招标" not in client.get("/desk").main
    page = client.get(f"/tenders/{story.tender.number}")
    assert not [form for form in page.all(".//main//form") if form.get("action", "").endswith("/retender")]
    assert f"/tenders/{story.tender.number}/opening" in page.links
    page = client.submit(client.get(f"/tenders/{story.tender.number}/opening"), f"/tenders/{story.tender.number}/opening/close")
    assert "登记流标或者重新招标" in client.get("/desk").main
    page = client.get(f"/tenders/{story.tender.number}")
    page = client.submit(page, f"/tenders/{story.tender.number}/retender")
    assert "重新招标" in page.main and page.path.endswith("/draft")


def test_a_bidder_is_shown_where_to_bid_and_a_visitor_where_to_sign_in(session, client, new_client, sign_in):
    story = stories.published()
    story.bidders.append(stories.enterprise(1, stories.NAMES[0]))
    assert "登录投标" in client.get(f"/tenders/{story.tender.number}").main
    bidder = new_client()
    sign_in(bidder, story.bidders[0][1])
    assert f"/tenders/{story.tender.number}/bid" in bidder.get(f"/tenders/{story.tender.number}").links


def test_the_rules_name_each_number_and_its_article(client):
    page = client.get("/rules")
    assert "20 日" in page.main and "《招标投标法》第二十四条" in page.main
    assert "2026 年第 1 版规则" in page.main and "2/3" in page.main


def test_a_tender_that_nobody_knows_is_not_found(client):
    client.get("/tenders/XH-2009-9999", status=404)
    client.get("/tenders/XH-2009-9999/history", status=404)
    client.get("/tenders/XH-2009-9999/objections", status=404)


def test_no_page_asks_more_than_its_budget(session, app, client, new_client, sign_in, clock):
    story = stories.with_bids((71, 67, 76, 75))
    for number in range(2, 12):
        stories.published(number=f"XH-2009-{number:04d}")
    stories.open_all(story)
    stories.seat(story)
    stories.score_all(story)
    stories.close(story)
    shown = AFTER + timedelta(hours=6)
    award.publish_candidates(story.tender, actor=story.manager_actor, now=shown)
    session.commit()
    clock.set(shown)
    number = story.tender.number
    manager = new_client()
    sign_in(manager, story.manager)
    asked = {}
    for who, browser in (("visitor", client), ("manager", manager)):
        for address in ("/tenders", f"/tenders/{number}", f"/tenders/{number}/history", f"/tenders/{number}/objections", "/rules"):
            browser.get(address)
            with counted_statements(app) as sent:
                browser.get(address)
            asked[who, address] = len(sent)
    for address in ("/tenders/mine", "/desk", f"/tenders/{number}/award"):
        with counted_statements(app) as sent:
            manager.get(address)
        asked["manager", address] = len(sent)
    assert {key: count for key, count in asked.items() if count > BUDGET} == {}, asked


def test_the_rules_of_the_sample_city_say_that_its_dates_are_old_and_its_rules_are_not(client, clock):
    clock.set_local(2009, 11, 18, 9, 0)
    assert "期限和条款一律按现行法律计算" in client.get("/rules").main
