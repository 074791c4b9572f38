"""Filing with four eyes, publishing on lawful dates, ending and repeating a tender."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.rules import Role
from app.common.audit import AuditEvent
from app.common.mail import OutboxMail
from app.common.refusal import Refused
from app.extensions import db
from app.log.models import LogEntry
from app.tenders.actions import filing, publishing, unsealing
from app.tenders.kinds import FailureCause, FilingOutcome
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import Filing, TenderCompound
from app.tenders.queries.tenders import phase_of
from tests import factories
from tests.factories import NOW
from tests.tenders import draft_stories as stories


@pytest.fixture(autouse=True)
def november(clock):
    clock.set(NOW)


def test_a_tender_is_submitted_confirmed_and_published(session):
    place = stories.city()
    tender, at = stories.published(place)
    assert tender.status is Status.PUBLISHED
    assert tender.published_at == at
    assert [(f.outcome, f.decided_by_id) for f in tender.filings] == [(FilingOutcome.CONFIRMED, place.officer.id)]
    assert all(c.is_claimed for c in tender.compounds)


def test_a_draft_with_gaps_can_not_be_submitted(session):
    place = stories.city()
    tender = stories.begin(place)
    with pytest.raises(Refused, match="没有达到法定要求"):
        filing.submit(tender, actor=place.me, now=NOW)


def test_a_return_names_the_corrections_and_tells_the_submitter(session):
    place = stories.city()
    tender = stories.submitted(place)
    with pytest.raises(Refused, match="没有写明改正意见"):
        filing.return_notice(tender, " ", actor=place.bureau, now=NOW)
    session.rollback()
    filing.return_notice(tender, "资格条件要求本地注册，依据实施条例第三十二条删去。", actor=place.bureau, now=NOW)
    session.commit()
    assert tender.status is Status.RETURNED and tender.submitted_at is None
    assert not any(c.is_claimed for c in tender.compounds)
    mail = session.scalar(db.select(OutboxMail).order_by(OutboxMail.id.desc()))
    assert "退回改正" in mail.subject and "本地注册" in mail.text and mail.to == place.manager.email
    filing.submit(tender, actor=place.me, now=NOW)
    session.commit()
    assert [f.outcome for f in tender.filings] == [FilingOutcome.RETURNED, FilingOutcome.PENDING]


def test_who_prepared_can_not_confirm(session):
    place = stories.city()
    tender = stories.submitted(place)
    factories.give_role(place.manager, place.officer.memberships[0].organisation, Role.BUREAU_OFFICER)
    from app.accounts.session import actor_of

    session.flush()
    session.refresh(place.manager)
    hat = next(m for m in place.manager.memberships if m.role is Role.BUREAU_OFFICER)
    with pytest.raises(Refused, match="不能由您办理"):
        filing.confirm_filing(tender, actor=actor_of(hat, ""), now=NOW)


def test_the_database_holds_the_four_eyes(session):
    place = stories.city()
    tender = stories.submitted(place)
    row = session.scalar(db.select(Filing).where(Filing.tender_id == tender.id))
    row.outcome, row.decided_at, row.decided_by_id = FilingOutcome.CONFIRMED, NOW, row.submitted_by_id
    with pytest.raises(IntegrityError, match="four_eyes"):
        session.flush()


def test_an_officer_of_another_district_can_not_confirm(session, client, sign_in):
    place = stories.city()
    tender = stories.submitted(place)
    with pytest.raises(Refused, match="您的身份不能办理"):
        filing.confirm_filing(tender, actor=factories.actor(Role.BUREAU_OFFICER, division_code="410403"), now=NOW)
    session.rollback()
    sign_in(client, Role.BUREAU_OFFICER, division_code="410403")
    client.get(f"/tenders/{tender.number}/filing", status=404)


def test_two_drafts_for_one_compound_and_only_the_first_is_submitted(session):
    place = stories.city()
    first, second = stories.complete(place, stories.begin(place)), stories.complete(place, stories.begin(place))
    filing.submit(first, actor=place.me, now=NOW)
    session.commit()
    with pytest.raises(Refused):
        filing.submit(second, actor=place.me, now=NOW)


def test_a_second_draft_for_a_compound_is_begun_knowing_the_first(session, client, sign_in):
    place = stories.city()
    first = stories.begin(place)
    sign_in(client, place.manager)
    page = client.get("/tenders/new")
    assert "本单位已经起草过这个楼院的招标，两份只能提交一份。" in page.main
    assert page.links[f"/tenders/{first.number}"] == f"查看 {first.number}"
    assert "补齐后，这一页会出现“提交备案”。" in client.get(f"/tenders/{first.number}/draft").main
    filing.submit(stories.complete(place, first), actor=place.me, now=NOW)
    session.commit()
    page = client.get("/tenders/new")
    assert "正在另一个项目" in page.main and page.links[f"/tenders/{first.number}"] == f"查看 {first.number}"


def test_an_overdue_line_of_the_desk_says_what_can_still_be_done(session, client, sign_in, clock):
    place = stories.city()
    tender = stories.filed(place)
    sign_in(client, place.manager)
    assert "仍可发布" not in client.get("/desk").main
    clock.set(NOW + timedelta(days=30))
    page = client.get("/desk").main
    assert "计划日期已过，仍可发布；投标截止不足 20 日的自动顺延。" in page
    assert page.count(tender.number) == 1


def test_publishing_before_the_day_names_it_and_says_to_come_back(session, client, sign_in):
    place = stories.city()
    tender = stories.filed(place)
    sign_in(client, place.manager)
    page = client.get(f"/tenders/{tender.number}/publish")
    assert "最早可于 2009年11月28日 发布。请到这一天或以后再发布。" in page.main
    assert not page.all(".//main//form")


def test_the_database_lets_one_running_tender_claim_a_compound(session):
    place = stories.city()
    stories.submitted(place)
    other = stories.begin(place, place.compounds[1])
    session.add(
        TenderCompound(
            tender_id=other.id, compound_id=place.compounds[0].id, position=9, name="x", area_centi=1, households=1, is_claimed=True
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_notice_is_published_ten_days_after_filing_at_the_earliest(session):
    place = stories.city()
    tender = stories.filed(place)
    with pytest.raises(Refused, match="最早可于 2009年11月28日 发布"):
        publishing.publish(tender, tender.bid_deadline_at, actor=place.me, now=NOW + timedelta(days=9))


def test_a_late_publication_moves_the_deadline_and_never_shortens_it(session):
    place = stories.city()
    tender = stories.filed(place)
    late = NOW + timedelta(days=30)
    proposed = publishing.proposed_deadline(tender, now=late)
    assert proposed.date().isoformat() == "2010-01-07"
    with pytest.raises(Refused, match="不足 20 日"):
        publishing.publish(tender, tender.bid_deadline_at, actor=place.me, now=late)
    session.rollback()
    publishing.publish(tender, proposed, actor=place.me, now=late)
    session.commit()
    assert tender.bid_deadline_at == proposed


def test_a_filed_deadline_can_not_be_brought_forward(session):
    place = stories.city()
    tender = stories.filed(place)
    tender.bid_deadline_at += timedelta(days=7)
    with pytest.raises(Refused, match="不能早于备案的时间"):
        publishing.publish(tender, tender.bid_deadline_at - timedelta(days=7), actor=place.me, now=NOW + timedelta(days=11))


def test_taking_back_frees_the_compounds_and_asks_for_a_new_filing(session):
    place = stories.city()
    tender = stories.filed(place)
    filing.take_back(tender, actor=place.me, now=NOW + timedelta(days=2))
    session.commit()
    assert tender.status is Status.DRAFT and tender.filed_at is None
    assert not any(c.is_claimed for c in tender.compounds)


def test_cancelling_needs_a_reason_and_ends_with_the_deadline(session):
    place = stories.city()
    tender, at = stories.published(place)
    with pytest.raises(Refused, match="理由"):
        publishing.cancel(tender, "", actor=place.me, now=at)
    session.rollback()
    with pytest.raises(Refused, match="已经截止"):
        publishing.cancel(tender, "资金未落实", actor=place.me, now=tender.bid_deadline_at)
    session.rollback()
    publishing.cancel(tender, "资金未落实", actor=place.me, now=at + timedelta(days=1))
    session.commit()
    assert tender.status is Status.CANCELLED and not tender.compounds[0].is_claimed


def test_what_was_never_published_is_given_up_without_a_public_leaf(session):
    """Its reason is nobody's business, and leaves that cost nothing would count what others do in the log."""
    place = stories.city()
    tender = stories.begin(place)
    publishing.cancel(tender, "业委会意见不一", actor=place.me, now=NOW)
    session.commit()
    assert tender.status is Status.CANCELLED
    assert session.scalars(select(LogEntry).where(LogEntry.tender_number == tender.number)).all() == []
    assert session.scalar(select(AuditEvent).where(AuditEvent.event == "tender.abandon")).facts["reason"] == "业委会意见不一"


def test_too_few_bids_is_derived_and_a_second_tender_begins_from_the_first(session):
    place = stories.city()
    tender, at = stories.published(place)
    assert phase_of(tender, tender.bid_deadline_at - timedelta(milliseconds=1)) is Phase.BIDDING
    assert phase_of(tender, tender.bid_deadline_at) is Phase.UNLISTED
    with pytest.raises(Refused, match="只有流标或者终止"):
        publishing.retender(tender, actor=place.me, now=at)
    session.rollback()
    with pytest.raises(Refused, match="截止清单还没有固定"):
        publishing.retender(tender, actor=place.me, now=tender.bid_deadline_at)
    session.rollback()
    unsealing.close_bidding(tender, actor=place.me, now=tender.bid_deadline_at + unsealing.IN_FLIGHT)
    assert phase_of(tender, tender.bid_deadline_at + unsealing.IN_FLIGHT) is Phase.TOO_FEW
    again = publishing.retender(tender, actor=place.me, now=tender.bid_deadline_at + unsealing.IN_FLIGHT)
    session.commit()
    assert (tender.status, tender.failure_cause) == (Status.FAILED, FailureCause.TOO_FEW_BIDS)
    assert again.retender_of_id == tender.id and again.status is Status.DRAFT
    assert again.ceiling_fen == tender.ceiling_fen and again.opening_place == tender.opening_place
    assert [(c.code, c.weight) for c in again.criteria] == [(c.code, c.weight) for c in tender.criteria]
    with pytest.raises(Refused, match=f"已经重新招标，编号 {again.number}"):
        publishing.retender(tender, actor=place.me, now=tender.bid_deadline_at)


# --- pages ---------------------------------------------------------------------------------------------------------------


def test_the_bureau_reads_returns_and_confirms(session, client, new_client, sign_in):
    place = stories.city()
    tender = stories.submitted(place)
    sign_in(client, place.officer)
    assert tender.title in client.get("/tenders/filings").main
    assert "审核招标备案" in client.get("/desk").main
    page = client.get(f"/tenders/{tender.number}/filing")
    assert "未发现问题" in page.main
    page = client.post(f"/tenders/{tender.number}/filing/return", {"corrections": ""}, status=200)
    assert "请写明改正意见" in page.errors[0]
    client.post(f"/tenders/{tender.number}/filing/return", {"corrections": "开标地点写明门牌。"})
    manager = new_client()
    sign_in(manager, place.manager)
    assert "按改正意见修改后重新提交" in manager.get("/desk").main
    page = manager.get(f"/tenders/{tender.number}/draft")
    assert "开标地点写明门牌" in page.main
    manager.post(f"/tenders/{tender.number}/submit")
    page = client.post(f"/tenders/{tender.number}/filing/confirm")
    assert "已备案" in page.main


def test_the_manager_publishes_and_everybody_reads(session, client, new_client, sign_in, clock):
    place = stories.city()
    tender = stories.filed(place)
    visitor = new_client()
    visitor.get(f"/tenders/{tender.number}", status=404)
    sign_in(client, place.manager)
    page = client.get(f"/tenders/{tender.number}/publish")
    assert "最早可于" in page.main
    clock.set(NOW + timedelta(days=11))
    assert "发布招标公告" in client.get("/desk").main
    page = client.get(f"/tenders/{tender.number}/publish")
    client.submit(page)
    page = visitor.get(f"/tenders/{tender.number}")
    assert "正在投标" in page.main and "周文" in page.main
    assert tender.title in visitor.get("/tenders").main
    history = visitor.get(f"/tenders/{tender.number}/history")
    assert "发布招标公告" in history.main and "192.0.2" not in history.main and "修改招标草稿" not in history.main


def test_cancelling_on_the_page_shows_the_reason_to_all(session, client, new_client, sign_in, clock):
    place = stories.city()
    tender, at = stories.published(place)
    clock.set(at + timedelta(days=1))
    sign_in(client, place.manager)
    page = client.get(f"/tenders/{tender.number}/cancel")
    client.submit(page, reason="资金未落实，另行安排。")
    assert "资金未落实" in new_client().get(f"/tenders/{tender.number}").main


def test_a_second_press_is_refused_with_a_way_back(session, client, sign_in):
    place = stories.city()
    tender = stories.submitted(place)
    sign_in(client, place.officer)
    client.post(f"/tenders/{tender.number}/filing/confirm")
    came_from = {"Referer": f"http://localhost/tenders/{tender.number}/filing"}
    page = client.post(f"/tenders/{tender.number}/filing/confirm", status=409, headers=came_from)
    office = place.officer.memberships[0].organisation.name
    assert f"{office}已于 2009" in page.main
    assert page.links[f"/tenders/{tender.number}/filing"] == "查看最新状态"


def test_a_return_from_a_second_tab_says_which_office_confirmed_and_when(session, client, sign_in):
    place = stories.city()
    tender = stories.submitted(place)
    sign_in(client, place.officer)
    client.post(f"/tenders/{tender.number}/filing/confirm")
    page = client.post(f"/tenders/{tender.number}/filing/return", {"corrections": "请补充合同期限"}, status=200)
    office = place.officer.memberships[0].organisation.name
    assert f"{office}已于 2009" in page.errors[0]
    assert "办理“确认备案”，不能再办理“退回改正”。" in page.errors[0]
    assert "请通知招标人在发布前撤回修改" in page.errors[0]


def test_two_officers_press_at_once_and_one_filing_is_confirmed(session, new_client, sign_in):
    from concurrent.futures import ThreadPoolExecutor

    place = stories.city()
    tender = stories.submitted(place)
    second = factories.person(Role.BUREAU_OFFICER, organisation=place.officer.memberships[0].organisation, name="王备")
    browsers = [new_client(), new_client()]
    for browser, officer in zip(browsers, (place.officer, second), strict=True):
        sign_in(browser, officer)
    address = f"/tenders/{tender.number}/filing/confirm"
    session.commit()
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda browser: browser.post(address, status=None, follow=False).status_code, browsers))
    assert sorted(codes) == [302, 409]
    session.expire_all()
    assert [f.outcome for f in session.scalars(db.select(Filing).where(Filing.tender_id == tender.id))] == [FilingOutcome.CONFIRMED]


def test_two_drafts_begun_at_once_get_two_numbers(session, new_client, sign_in):
    from concurrent.futures import ThreadPoolExecutor

    place = stories.city("甲院", "乙院")
    browsers = [new_client(), new_client()]
    for browser in browsers:
        sign_in(browser, place.manager)
    ids = [str(c.id) for c in place.compounds]
    session.commit()
    with ThreadPoolExecutor(2) as pool:
        pages = list(
            pool.map(lambda b: b[0].post("/tenders/new", {"compounds": b[1]}, follow=False, status=None), zip(browsers, ids, strict=True))
        )
    assert [page.status_code for page in pages] == [302, 302]
    assert len({page.location for page in pages}) == 2
