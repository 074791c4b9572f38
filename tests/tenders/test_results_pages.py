"""Opening room, evaluators' pages and the public result, as each person meets them."""

import csv
import io
import re

import pytest

from app.accounts.rules import Role
from app.tenders.actions import award
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE

URL = "/tenders/XH-2009-0001"


@pytest.fixture
def sealed(session, clock):
    found = stories.with_bids((71, 67, 76))
    clock.set(DEADLINE)
    return found


@pytest.fixture
def opened(sealed, clock):
    stories.open_all(sealed)
    clock.set(AFTER)
    return sealed


@pytest.fixture
def ranked(opened):
    stories.seat(opened)
    stories.score_all(opened)
    stories.close(opened, now=AFTER)
    return opened


@pytest.fixture
def announced(ranked, session):
    award.publish_candidates(ranked.tender, actor=ranked.manager_actor, now=AFTER)
    session.commit()
    return ranked


def test_the_manager_makes_the_record_once_all_is_unsealed(sealed, client, sign_in):
    stories.unseal_all(sealed)
    sign_in(client, sealed.manager)
    page = client.get(f"{URL}/opening")
    assert "可以制作开标记录了" in page.main and stories.NAMES[0] not in page.main
    page = client.submit(page, f"{URL}/opening", witnessed_by="法制科 李明")
    for name, price in zip(stories.NAMES, ("0.71", "0.67", "0.76"), strict=False):
        assert name in page.main and price in page.main
    assert "下一步请组织评标" in page.text and page.links[f"{URL}/evaluation"] == "组织评标"
    assert "李明" in client.get(f"{URL}/opening").main


def test_everybody_reads_the_opening_record_and_nobody_before(sealed, client, clock):
    page = client.get(f"{URL}/opening")
    assert "等待固定截止清单" in page.main and not any(name in page.main for name in stories.NAMES)
    client.get(f"{URL}/opening.json", status=404)
    client.get(f"{URL}/result", status=404)
    stories.open_all(sealed)
    page = client.get(f"{URL}/opening")
    assert all(name in page.main for name in stories.NAMES[:3]) and "柒角壹分" in page.main
    assert client.get(f"{URL}/opening.json").json["lines"][1]["price_fen"] == 67
    assert "柒角壹分" in client.get(URL).main


def test_too_few_bids_are_not_opened_and_the_next_step_is_offered(session, client, clock, sign_in):
    story = stories.with_bids((71, 67))
    clock.set(DEADLINE)
    sign_in(client, story.manager)
    page = client.get(f"{URL}/opening")
    assert "等待固定截止清单" in page.main and f"{URL}/fail" not in page.links
    assert "截止清单还没有固定" in client.get(f"{URL}/fail").main
    clock.set(AFTER)
    page = client.submit(page, f"{URL}/opening/close")
    assert "不得开标" in page.main and f"{URL}/fail" in page.links
    assert "柒角壹分" not in page.main and "固定截止清单" not in page.main.replace("截止清单已经固定", "")
    client.post(f"{URL}/opening", {"presided_by": "周文"}, status=409, follow=False)


def test_the_organiser_seats_a_committee_and_sees_alarms(opened, client, sign_in):
    deputy = factories.person(Role.COMMUNITY_MANAGER, organisation=opened.tender.procuring_entity, name="孙代表")
    sign_in(client, opened.manager)
    page = client.get(f"{URL}/evaluation")
    assert "至少要 5 人" in page.main and "还缺专家 4 名" in page.main
    page = client.submit(page, f"{URL}/evaluation/seats", person=str(deputy.id))
    assert "孙代表" in page.main and "招标人指定" in page.main
    assert not [form for form in page.all(".//main//form") if form.get("action", "").endswith("/rejections")]
    stories.seat(opened, 4)
    page = client.get(f"{URL}/evaluation")
    page = client.submit(page, f"{URL}/evaluation/rejections", explanation="缺少投标函", ground="no_response")
    assert "提请否决，待表决" in page.main and "缺少投标函" in page.main and "已否决" not in page.main
    withdraw = next(f.get("action") for f in page.all(".//main//form") if f.get("action", "").endswith("/withdraw"))
    assert "缺少投标函" not in client.post(withdraw, {"reason": "已澄清"}).main


def test_the_tenderer_does_not_see_plans_while_the_committee_works(opened, client, sign_in):
    sign_in(client, opened.manager)
    assert "没有附件" not in client.get(f"{URL}/evaluation").main
    legal = client
    sign_in(legal, Role.LEGAL_OFFICER)
    assert "没有附件" in legal.get(f"{URL}/evaluation").main


def test_an_evaluator_declares_scores_and_signs(opened, client, sign_in, session):
    stories.seat(opened)
    user = opened.evaluators[0]
    opened.tender.evaluators[0].declared_at = None
    from app.common.access import system_actor
    from app.common.audit import record

    record("committee.declare", opened.tender.evaluators[0], actor=system_actor(), now=AFTER)
    session.commit()
    sign_in(client, user)
    assert "康居小区物业服务" in client.get("/scoring").main
    page = client.get(f"{URL}/scoring")
    assert stories.NAMES[0] in page.main and "投标人甲" not in page.main
    page = client.submit(page, f"{URL}/scoring/declare")
    assert "投标人甲" in page.main and stories.NAMES[0] not in page.main
    for code in "甲乙丙":
        page = client.get(f"{URL}/scoring/{code}")
        assert stories.PLAN in page.main and not any(name in page.main for name in stories.NAMES) and "0.67" not in page.main
        versions = [version for bid in opened.tender.bids for version in bid.versions]
        assert not any(secret in page.text for one in versions for secret in (one.receipt, one.content_sha256))
        page = client.submit(
            page, page.form().get("action"), points_plan="２６.5", points_staffing="12", points_difficulty="4", points_defence="8"
        )
    page = client.submit(page, f"{URL}/scoring/sign")
    assert "您已签署评分表" in page.main
    assert "已签署" in client.get(f"{URL}/scoring/甲").main


def test_points_out_of_range_come_back_on_their_field(opened, client, sign_in):
    stories.seat(opened)
    sign_in(client, opened.evaluators[0])
    page = client.get(f"{URL}/scoring/甲")
    page = client.submit(page, page.form().get("action"), status=200, points_plan="31", points_staffing="十二")
    assert any("分数不是数字" in error for error in page.errors)
    page = client.submit(page, page.form().get("action"), status=200, points_plan="31", points_staffing="12")
    assert any("超出了这一项的范围" in error for error in page.errors)


def test_the_evaluators_pages_do_not_exist_for_others(opened, client, sign_in):
    stories.seat(opened)
    sign_in(client, Role.EVALUATOR)
    client.get(f"{URL}/scoring", status=404)
    client.get(f"{URL}/scoring/甲", status=404)
    sign_in(client, opened.bidders[0][1])
    client.get(f"{URL}/scoring", status=403)


def test_the_report_is_handed_in_and_the_result_waits_for_the_announcement(opened, client, new_client, sign_in, session):
    stories.seat(opened)
    stories.score_all(opened)
    sign_in(client, opened.manager)
    page = client.submit(client.get(f"{URL}/evaluation"), f"{URL}/evaluation/close")
    assert page.h1 == "评标结果" and "尚未公示" in page.main
    new_client().get(f"{URL}/result", status=404)


def test_everybody_reads_every_point_of_the_result(announced, client):
    page = client.get(f"{URL}/result")
    for words in (
        "最低有效报价 0.67 元 ÷ 本报价 0.71 元",
        "评委 1",
        "5 人平均",
        "截止时刻的记录得",
        "这个结果有多稳",
        "比第一名少",
        "肯德尔",
    ):
        assert words in page.main, words
    assert len(page.all(".//main//table")) >= 4
    rows = list(csv.reader(io.StringIO(client.get(f"{URL}/result.csv").data.decode("utf-8-sig"))))
    assert len(rows) == 4 and rows[1][0] == "1"
    data = client.get(f"{URL}/result.json").json
    assert [row["rank"] for row in data["rows"]] == [1, 2, 3] and data["inputs"]["tender"] == "XH-2009-0001"
    assert "每一分从哪里来" in client.get(URL).main


def test_a_losers_own_row_is_marked_and_opened(announced, client, sign_in):
    sign_in(client, announced.bidders[0][1])
    assert "本企业" in client.get(f"{URL}/result").main


def test_the_result_page_reads_the_same_in_english(announced, app):
    from tests.client import Client

    assert Client(app, language="en").get(f"{URL}/result").status_code == 200


def test_a_result_with_a_single_valid_bid_can_be_read(opened, client, session):
    stories.seat(opened)
    for bid in opened.tender.bids[:2]:
        stories.reject(opened, bid)
    stories.score_all(opened)
    stories.close(opened, now=AFTER)
    award.publish_candidates(opened.tender, actor=opened.manager_actor, now=AFTER)
    session.commit()
    page = client.get(f"{URL}/result")
    assert "被否决的投标" in page.main and "没有响应服务标准" in page.main and "比第二名" not in page.main


HAN = re.compile("[\u3400-\u9fff]")


def unmarked_chinese(element, lang: str = "en"):
    """Every Chinese text below an element that no lang says is Chinese."""
    lang = element.get("lang", lang)
    for text in (element.text, *(child.tail for child in element)):
        if text and HAN.search(text) and not lang.startswith("zh"):
            yield text.strip()
    for child in element:
        yield from unmarked_chinese(child, lang)


def test_an_english_reader_reads_english_where_nobody_typed_it(announced, client):
    client.get("/language/en", status=302)
    page = client.get(f"{URL}/result")
    assert page.tree.get("lang") == "en"
    explained = page.all(".//details[@class='why']")
    assert explained and "There are no valid good conduct records now." in page.main, "how a record came to its score is told in English"
    left = [text for part in explained for text in unmarked_chinese(part) if not any(name in text for name in stories.NAMES)]
    assert left == [], "names of enterprises are names"
    opening = client.get(f"{URL}/opening")
    assert "Project manager" in opening.main
    lines = client.get(f"{URL}/result.json").json["rows"][0]["lines"]
    assert any("良好" in str(line["source"]) for line in lines), "the record itself stays as it was made"
