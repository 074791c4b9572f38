"""The pages of the draw: what the public reads before and after the result, what each side does, and that the bundle verifies without the site."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.rules import OrganisationKind, Role
from app.common.imports.actions import import_at_once
from app.common.imports.states import ImportState
from app.common.refusal import Refused
from app.extensions import db
from app.tenders import draw
from app.tenders.actions import drawing, evaluating, publishing
from app.tenders.draw import Side, TieKind
from app.tenders.models import PoolExpert
from app.tenders.queries.draw_shown import draw_shown
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders import drawing_stories as draws
from tests.tenders.bid_stories import AFTER, DEADLINE, PUBLISHED
from tests.tenders.drawing_stories import EVENING, MORNING, VALUES

URL = "/tenders/XH-2009-0001"


@pytest.fixture
def frozen(session, clock):
    story, experts = draws.with_pool()
    clock.set(PUBLISHED + timedelta(days=4))
    return story, experts


@pytest.fixture
def drawn(session, clock):
    story, experts = draws.ready()
    draws.walk(story)
    clock.set(MORNING + timedelta(minutes=1))
    return story, experts


# --- the public ------------------------------------------------------------------------------------------------------------


def test_before_the_result_the_public_reads_numbers_and_no_names(drawn, client):
    _story, experts = drawn
    page = client.get(f"{URL}/draw")
    assert "入选" in page.main and "双方登记一致" in page.main and "第 4 位" in page.main
    text = page.html + client.get(f"{URL}/draw.json").html
    assert not [expert.user.name for expert in experts if f'{expert.user.name}"' in text or f">{expert.user.name}<" in text]
    assert client.get(f"{URL}/draw.json").json["rounds"][0]["opened"] is None


def test_after_the_result_the_names_and_salts_open(drawn, client):
    story, experts = drawn
    draws.award_it(story)
    page = client.get(f"{URL}/draw")
    assert "名单随之公开" in page.main and sum(f">{expert.user.name}<" in page.html for expert in experts) == 12
    assert len(client.get(f"{URL}/draw.json").json["rounds"][0]["opened"]) == 12


def test_a_frozen_pool_shows_its_commitments_before_the_deadline(frozen, client):
    story, _experts = frozen
    page = client.get(f"{URL}/draw")
    assert "双方提交承诺值" in page.main and "超级大乐透" in page.main and "还没有抽取" in page.main
    assert all(member.commitment in page.html for found in draw_shown(story.tender).rounds for member, _ in found.numbered)
    assert f"{URL}/draw" in client.get(URL).links


@pytest.mark.parametrize(("who", "said"), [("expert", "本人申请退出"), ("bureau", "由房管部门登记回避")])
def test_who_had_a_drawn_expert_leave_is_told_to_everybody(drawn, client, clock, who, said):
    story, _experts = drawn
    seat = story.tender.evaluators[1]
    actor = factories.actor_for(seat.user) if who == "expert" else draws.legal(story)
    evaluating.recuse_evaluator(story.tender, seat.id, reason="因病不能到场", actor=actor, now=MORNING)
    db.session.commit()
    assert said in client.get(f"{URL}/draw").main


def test_the_tenderer_finds_no_button_against_an_expert(drawn, client, sign_in):
    story, _experts = drawn
    seats = story.tender.evaluators
    for user, offered in ((story.manager, False), (story.holders[1], True)):
        sign_in(client, user)
        page = client.get(f"{URL}/evaluation")
        assert all((f"{URL}/evaluation/seats/{seat.id}/recuse" in page.html) is offered for seat in seats)


def test_the_tenders_history_tells_its_draw_and_a_number_only_once_it_counts(session, client, clock, sign_in):
    story, _experts = draws.with_pool()
    clock.set(EVENING)
    draws.enter(story, story.manager_actor)
    page = client.get(f"{URL}/history").main
    assert "冻结评标专家名单" in page and "登记公开号码" not in page
    for user in (story.holders[1], story.manager):
        sign_in(client, user)
        assert "03 07 12 18 25" not in client.get(f"{URL}/history").main, "the other side would read it before its own entry"


def test_after_the_draw_its_history_is_whole(drawn, client, sign_in):
    story, _experts = drawn
    page = client.get(f"{URL}/history").main
    assert all(words in page for words in ("冻结评标专家名单", "提交随机数的承诺值", "公开随机数", "登记公开号码", "按顺序抽取评标专家"))
    sign_in(client, story.manager)
    assert "03 07 12 18 25" in client.get(f"{URL}/history").main


def test_the_other_draws_of_the_city_are_not_in_it(drawn, client):
    other = stories.published(number="XH-2009-0002")
    page = client.get(f"/tenders/{other.tender.number}/history").main
    assert "发布招标公告" in page and "按顺序抽取评标专家" not in page


def test_a_draft_has_no_draw_page(session, client):
    assert client.get("/tenders/XH-2009-0009/draw", status=404)


# --- both sides --------------------------------------------------------------------------------------------------------------


def test_both_sides_commit_reveal_enter_and_draw_by_their_pages(frozen, client, clock, sign_in):
    story, _experts = frozen
    people = {Side.TENDERER: story.manager, Side.BUREAU: story.holders[1]}
    for side, user in people.items():
        sign_in(client, user)
        page = client.get(f"{URL}/draw")
        assert f"您代表{side.label}" in page.main and "data-promise" in page.html
        committed = draw.contribution_hash(story.tender.number, 1, side, VALUES[side])
        assert "承诺值已提交" in client.submit(page, f"{URL}/draw/commit", committed=committed).main
    clock.set(AFTER)
    stories.open_all(story)
    for side, user in people.items():
        sign_in(client, user)
        page = client.get(f"{URL}/draw")
        assert "不符" in client.post(f"{URL}/draw/reveal", {"value": "00" * 32}, status=200).main
        assert "随机数已公开" in client.submit(page, f"{URL}/draw/reveal", value=VALUES[side]).text
    clock.set(EVENING)
    for n, user in enumerate(people.values()):
        sign_in(client, user)
        page = client.get(f"{URL}/draw")
        assert "03 07" not in page.main, "the other side's entry is not shown before one's own"
        typed = {"issue": "09144", "drawn_on": "2009-12-09", "first": "3 7 12 18 25", "second": "9 11", "source": "体彩网"}
        assert ("双方登记的号码一致" if n else "等另一方登记") in client.submit(page, f"{URL}/draw/number", **typed).text
    clock.set(MORNING)
    sign_in(client, story.manager)
    assert "按顺序抽取" in client.get(f"{URL}/evaluation").main
    page = client.submit(client.get(f"{URL}/draw"), f"{URL}/draw/walk")
    assert "已按顺序抽取专家 4 名" in page.text
    page = client.get(f"{URL}/evaluation")
    assert "公开抽取" in page.main and "第 1 轮第 4 位" in page.main


def test_numbers_that_differ_are_shown_to_both_for_another_look(frozen, client, clock, sign_in):
    story, _experts = frozen
    clock.set(EVENING)
    draws.enter(story, story.manager_actor)
    draws.enter(story, draws.legal(story), numbers=("3 7 12 18 26", "9 11"))
    assert "双方登记不一致" in client.get(f"{URL}/draw").main
    sign_in(client, story.manager)
    page = client.get(f"{URL}/draw")
    assert "与另一方不一致" in page.main
    page = client.submit(
        page, f"{URL}/draw/number", issue="09144", drawn_on="2009-12-09", first="3 7 12 18 27", second="9 11", source="中国体彩网"
    ).text
    assert "号码已登记，但与另一方登记的不一致" in page and "等另一方登记同样的号码" not in page


@pytest.mark.parametrize("is_opened", [False, True])
def test_the_number_that_the_page_asks_for_stands_on_the_desk_until_it_is_entered(frozen, client, clock, sign_in, is_opened):
    story, _experts = frozen
    if is_opened:
        stories.open_all(story)
    clock.set(EVENING)
    sign_in(client, story.manager)
    assert "登记公开号码" in client.get(f"{URL}/draw").main and "登记评标专家抽取的公开号码" in client.get("/desk").main
    draws.enter(story, story.manager_actor)
    assert "登记评标专家抽取的公开号码" not in client.get("/desk").main


def test_a_visitor_and_a_bidder_are_offered_nothing(frozen, client, sign_in):
    story, _experts = frozen
    assert "接下来由您办理" not in client.get(f"{URL}/draw").main
    sign_in(client, story.bidders[0][1])
    assert "接下来由您办理" not in client.get(f"{URL}/draw").main


def test_a_pool_that_was_too_small_is_frozen_by_the_legal_officer(session, client, clock, sign_in):
    draws.pool(7)
    story = stories.published()
    clock.set(PUBLISHED + timedelta(days=1))
    sign_in(client, story.holders[1])
    page = client.get(f"{URL}/draw")
    assert "专家名单还没有冻结" in page.main
    page = client.get(f"{URL}/draw/freeze")
    assert "2009-12-09" in page.html
    assert "专家名单已冻结" in client.submit(page, f"{URL}/draw/freeze", reason="专家库已补充").text
    assert "不能再换" in client.get(f"{URL}/draw/freeze").main


def test_the_tenderer_plans_the_committee_before_the_notice(session, client, clock, sign_in):
    story = stories.published()
    sign_in(client, story.manager)
    assert "不能再改" in client.get(f"{URL}/draw/plan").main


# --- the expert pool -----------------------------------------------------------------------------------------------------------


def test_the_bureau_keeps_the_pool_and_others_do_not_see_it(session, client, clock, sign_in):
    clock.set(PUBLISHED)
    home = draws.pool(2)[0].organisation
    factories.person(Role.EVALUATOR, organisation=home, name="新专家")
    sign_in(client, Role.BUREAU_OFFICER)
    page = client.get("/experts")
    assert "1 个账号还没有登记" in page.main and "专家2" in page.main
    page = client.submit(client.get(f"/experts/new/{home.id}"), f"/experts/new/{home.id}", employer="平顶山学院", specialty="law")
    assert "新专家" in page.main and "平顶山学院" in page.main
    url = page.path
    page = client.submit(page, f"{url}/ties", kind="recusal", party="河南建业物业管理有限公司")
    assert "应回避" in page.main
    page = client.submit(page, url, employer="河南城建学院", specialty="law")
    assert "河南城建学院" in page.main and "曾任职" in page.main and "平顶山学院" in page.main
    void = next(form.get("action") for form in page.all(".//main//form") if form.get("action", "").endswith("/void"))
    page = client.submit(page, void, reason="登记错误")
    assert "已作废" in page.main
    page = client.submit(page, f"{url}/suspend", reason="被投诉，调查期间")
    assert "已暂停资格" in page.main
    assert "已恢复" in client.submit(page, f"{url}/resume").text
    client.post("/sign-out")
    sign_in(client, Role.AUDITOR)
    assert "登记专家" not in client.get("/experts").main
    client.post(f"{url}", {"employer": "x", "specialty": "law"}, status=404)
    client.post("/sign-out")
    sign_in(client, Role.BUREAU_OFFICER, organisation=factories.organisation(OrganisationKind.BUREAU, division_code="4105"))
    client.get(url, status=404)
    assert "还没有评标专家库" in client.get("/experts").main


def test_a_district_reads_the_citys_pool_and_does_not_write_it(session, client, clock, sign_in):
    clock.set(PUBLISHED)
    expert = draws.pool(1)[0]
    sign_in(client, Role.BUREAU_OFFICER, division_code="410402")
    assert "登记任职或者回避" not in client.get(f"/experts/{expert.id}").main
    client.post(f"/experts/{expert.id}/suspend", {"reason": "x"}, status=404)
    client.get(f"/experts/new/{expert.organisation_id}", status=404)


def test_a_past_post_needs_its_last_day(session, client, clock, sign_in):
    clock.set(DEADLINE)
    expert = draws.pool(1)[0]
    sign_in(client, Role.BUREAU_OFFICER)
    page = client.post(f"/experts/{expert.id}/ties", {"kind": TieKind.EMPLOYMENT.value, "party": "某公司"}, status=200)
    assert "写明离职日期" in page.main
    page = client.post(f"/experts/{expert.id}/ties", {"kind": "employment", "party": "某公司", "until_on": date(2009, 1, 1).isoformat()})
    assert "某公司" in page.main


def test_a_list_of_experts_is_imported_by_their_accounts(session, client, clock, sign_in):
    clock.set(PUBLISHED)
    stories.divisions()
    first = draws.pool(1)[0]
    second = factories.person(Role.EVALUATOR, organisation=first.organisation, name="钱专家")
    officer = factories.actor(Role.BUREAU_OFFICER)

    def table(*rows: str) -> bytes:
        return "\n".join(("邮箱,姓名,专业,工作单位,服务区域", *rows)).encode("utf-8-sig")

    def bring(*rows: str):
        job = import_at_once("experts", table(*rows), "专家.csv", actor=officer, now=PUBLISHED)
        session.commit()
        return job

    wrong = bring(f"{second.email},孙某,法律,某所,", "nobody@example.org,李某,法律,某所,", f"{first.user.email},专家1,法律,某所,火星区")
    assert sorted(problem["code"] for problem in wrong.reading["problems"]) == ["no_account", "other_name", "unknown_area"]
    done = bring(f"{second.email},钱专家,法律,河南鹰城律师事务所,新华区", f"{first.user.email},专家1,经济与造价,某所,")
    assert done.state is ImportState.DONE
    added = session.scalar(select(PoolExpert).where(PoolExpert.user_id == second.id))
    assert (added.specialty, added.employer, added.areas) == (draw.Specialty.LAW, "河南鹰城律师事务所", ["410402"])
    session.refresh(first)
    assert (first.specialty, first.employer) == (draw.Specialty.ECONOMICS, "某所")
    sign_in(client, officer_of(officer))
    assert "钱专家" in client.get("/experts").main and "/imports" in client.get("/experts").links


def officer_of(actor):
    return db.session.get(User, actor.user_id)


def test_one_side_fills_no_leaves_by_typing_numbers(session, clock):
    story, _experts = draws.with_pool()
    for _again in range(5):
        draws.enter(story, story.manager_actor)
    with pytest.raises(Refused, match="一小时内最多登记 5 次"):
        draws.enter(story, story.manager_actor)
    db.session.rollback()
    draws.enter(story, draws.legal(story))


def test_nothing_of_the_draw_goes_on_after_its_tender_has_ended(session, clock):
    story, _experts = draws.with_pool()
    publishing.cancel(story.tender, "小区改造", actor=story.manager_actor, now=PUBLISHED + timedelta(days=1))
    db.session.commit()
    committed = draw.contribution_hash(story.tender.number, 1, Side.TENDERER, VALUES[Side.TENDERER])
    with pytest.raises(Refused, match="不在抽取评委的阶段"):
        drawing.commit_value(story.tender, committed, actor=story.manager_actor, now=PUBLISHED + timedelta(days=2))
