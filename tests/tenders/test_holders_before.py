"""What a manager and a newcomer read about holders before anything is published."""

import pytest

from tests.factories import NOW
from tests.tenders import draft_stories as stories
from tests.tenders import holder_stories as told


@pytest.fixture(autouse=True)
def november(clock):
    clock.set(NOW)


def test_chosen_holders_are_not_complete_before_they_have_rehearsed(session, client, sign_in):
    trio = told.city()
    tender = stories.begin(trio.place)
    for person in trio.people:
        told.make_key(trio, person)
    told.choose(trio, tender)
    sign_in(client, trio.place.manager)
    page = client.get(f"/tenders/{tender.number}/draft").main
    assert "已选定，3 人未演练" in page and "可以提交备案；发布前每位保管人须演练合格。" in page


def test_the_sample_city_says_where_its_keys_lie(session, client, sign_in, clock):
    trio = told.city()
    clock.set(NOW)
    sign_in(client, trio.legal)
    page = client.get("/keys").main
    assert "sample-accounts.json" in page and "sample-keys" in page and "--data" in page


def test_the_manager_chooses_on_the_page_that_the_draft_leads_to(session, client, sign_in):
    trio = told.city()
    tender = stories.begin(trio.place)
    sign_in(client, trio.place.manager)
    page = client.get(f"/tenders/{tender.number}/draft")
    assert f"/tenders/{tender.number}/holders" in page.links and "没有选定密钥保管人" in page.main
    page = client.get(f"/tenders/{tender.number}/holders")
    assert "钱法制" in page.main and "还没有密钥" in page.main
    page = client.submit(page, f"/tenders/{tender.number}/holders")
    assert "未制作密钥" in page.main and "请通知其登录平台" in page.main
    assert page.main.count("请您打开“密钥”页面制作密钥") == 1, "the manager's own row speaks to the manager"
    assert "3 人没有密钥" in client.get(f"/tenders/{tender.number}/draft").main
    page = client.submit(page, f"/tenders/{tender.number}/holders", scheme="5", status=200)
    assert "不是本平台的密封方式" not in page.main and page.errors
