"""Drafting: what the record knows is filled in, gaps are named, and only one's own compounds can be tendered."""

from datetime import timedelta

import pytest

from app.accounts.rules import OrganisationKind, Role
from app.common.refusal import Refused
from app.extensions import db
from app.tenders.actions import drafting
from app.tenders.gaps import Section
from app.tenders.kinds import DocumentKind, Regime
from app.tenders.lifecycle import Status
from app.tenders.models import Tender
from app.tenders.scorecard import Criterion, default_card
from tests import factories
from tests.factories import NOW
from tests.tenders import draft_stories as stories


@pytest.fixture(autouse=True)
def november(clock):
    clock.set(NOW)


def test_a_draft_is_filled_in_from_the_record(session):
    place = stories.city()
    tender = stories.begin(place, *place.compounds)
    assert tender.number == "XH-2009-0001"
    assert tender.title == "康居小区等 2 个楼院打包物业服务"
    assert (tender.area_centi, tender.households) == (3_500_000, 500)
    assert [(c.name, c.area_centi) for c in tender.compounds] == [("康居小区", 1_500_000), ("矿工路63号院", 2_000_000)]
    assert sum(c.weight for c in tender.criteria) == 100
    assert tender.publish_on.isoformat() == "2009-11-30", "a working day: the 29th is a Sunday"
    assert tender.bid_deadline_at.date().isoformat() == "2009-12-21"
    assert tender.status is Status.DRAFT


def test_numbers_run_by_district_and_year(session):
    place = stories.city()
    numbers = [stories.begin(place).number for _ in range(3)]
    assert numbers == ["XH-2009-0001", "XH-2009-0002", "XH-2009-0003"]


def test_the_card_is_kept_in_chinese_whatever_language_its_writer_reads(session, app):
    from flask_babel import force_locale

    place = stories.city()
    with force_locale("en"):
        tender = stories.begin(place)
    assert tender.criteria[0].label == "报价"


def test_gaps_are_named_until_nothing_is_missing(session, client, sign_in):
    place = stories.city()
    tender = stories.begin(place)
    sign_in(client, place.manager)
    page = client.get(f"/tenders/{tender.number}/draft")
    assert "没有最高投标限价" in page.main and "《招标投标法实施条例》第二十七条" in page.main
    assert "提交备案" not in page.texts(".//main//button")
    stories.complete(place, tender)
    page = client.get(f"/tenders/{tender.number}/draft")
    assert "已经达到法定要求" in page.main
    assert "提交备案" in page.texts(".//main//button")


def test_another_communitys_compound_can_not_be_tendered(session):
    place = stories.city()
    stranger = factories.actor(Role.COMMUNITY_MANAGER, division_code="410403001001")
    with pytest.raises(Refused, match="不在您的范围内"):
        drafting.begin_draft([place.compounds[0].id], actor=stranger, now=NOW)


def test_one_compound_is_in_one_running_tender(session):
    place = stories.city()
    first = stories.submitted(place)
    with pytest.raises(Refused, match=f"正在另一个项目（{first.number}）中招标"):
        stories.begin(place)


def test_an_owners_committee_tenders_for_its_own_compounds_under_the_owners_decision(session):
    place = stories.city(kind=OrganisationKind.OWNERS_COMMITTEE)
    tender = stories.begin(place)
    assert tender.regime is Regime.OWNERS
    stories.complete(place, tender)
    from app.common.calendar_days import load_calendar
    from app.tenders.queries.drafting import gaps_of

    gaps = gaps_of(tender, now=NOW, calendar=load_calendar())
    assert [gap.section for gap in gaps] == [Section.DOCUMENTS]
    drafting.attach(tender, DocumentKind.MANDATE, "", "决议.pdf", b"%PDF-1.4 x", actor=place.me, now=NOW)
    session.commit()
    assert gaps_of(tender, now=NOW, calendar=load_calendar()) == []


def test_a_year_without_a_calendar_is_a_gap_with_a_sentence(session):
    from app.common.calendar_days import load_calendar
    from app.tenders.queries.drafting import gaps_of

    place = stories.city()
    tender = stories.complete(place, stories.begin(place))
    far = tender.publish_on.replace(year=2031)
    drafting.save_section(
        tender, Section.SCHEDULE, {"publish_on": far, "bid_deadline_at": tender.bid_deadline_at.replace(year=2032)}, actor=place.me, now=NOW
    )
    session.commit()
    gaps = gaps_of(tender, now=NOW, calendar=load_calendar())
    assert any("2032 年的工作日历还没有录入" in str(gap.reason.text) for gap in gaps)


def test_a_submitted_draft_can_not_be_changed(session):
    place = stories.city()
    tender = stories.submitted(place)
    with pytest.raises(Refused, match="不能修改"):
        drafting.save_card(tender, default_card(Regime.COMMUNITY), actor=place.me, now=NOW)


def test_a_section_writes_only_its_own_columns(session):
    place = stories.city()
    tender = stories.begin(place)
    with pytest.raises(KeyError):
        drafting.save_section(tender, Section.PRICE, {"status": Status.PUBLISHED}, actor=place.me, now=NOW)


def test_lines_without_points_leave_the_card(session):
    place = stories.city()
    tender = stories.begin(place)
    card = [
        Criterion("price", default_card(Regime.COMMUNITY)[0].kind, "报价", 100),
        Criterion("x", default_card(Regime.COMMUNITY)[1].kind, "方案", 0),
    ]
    drafting.save_card(tender, card, actor=place.me, now=NOW)
    session.commit()
    session.refresh(tender)
    assert [(c.code, c.weight) for c in tender.criteria] == [("price", 100)]


# --- pages ---------------------------------------------------------------------------------------------------------------


def test_a_manager_drafts_in_the_browser_from_compound_to_filing(session, client, sign_in):
    place = stories.city()
    sign_in(client, place.manager)
    page = client.get(f"/tenders/new?compound={place.compounds[0].id}")
    page = client.submit(page, compounds=[str(place.compounds[0].id)])
    number = page.path.split("/")[2]
    base = f"/tenders/{number}/draft"
    client.submit(client.get(f"{base}/basics"), title="康居小区物业服务")
    client.submit(client.get(f"{base}/compounds"))
    client.submit(client.get(f"{base}/service"), service_level="2")
    client.submit(client.get(f"{base}/price"), ceiling="0.80", term_months="36")
    client.submit(client.get(f"{base}/bidders"))
    client.submit(client.get(f"{base}/card"))
    client.submit(client.get(f"{base}/contract"))
    client.submit(client.get(f"{base}/schedule"), opening_place="社区会议室", contact_phone="０３７５－1234567", defence_on="")
    client.submit(client.get(f"/tenders/{number}/holders"))
    page = client.get(base)
    assert "已经达到法定要求" in page.main
    page = client.post(f"/tenders/{number}/submit")
    assert "待备案" in page.main
    tender = session.scalar(db.select(Tender).where(Tender.number == number))
    assert tender.title == "康居小区物业服务" and tender.ceiling_fen == 80 and len(tender.criteria) == 7


def test_wrong_input_comes_back_with_its_sentence(session, client, sign_in):
    place = stories.city()
    tender = stories.begin(place)
    sign_in(client, place.manager)
    base = f"/tenders/{tender.number}/draft"
    page = client.submit(client.get(f"{base}/price"), ceiling="六毛", status=200)
    assert "金额不是数字" in page.errors[0]
    page = client.submit(client.get(f"{base}/schedule"), bid_validity_days="7", status=200)
    assert "30 到 365" in page.errors[0]
    page = client.post(f"{base}/compounds", {}, status=200)
    assert "请至少选择一个楼院" in page.errors[0]


def test_the_card_page_adds_a_line_and_restores_the_default(session, client, sign_in):
    place = stories.city()
    tender = stories.begin(place)
    sign_in(client, place.manager)
    address = f"/tenders/{tender.number}/draft/card"
    page = client.get(address)
    client.submit(page, **{"lines-1-weight": "30", "lines-7-label": "保洁样板", "lines-7-weight": "10", "lines-7-kind": "scored_plan"})
    session.refresh(tender)
    assert {c.label: c.weight for c in tender.criteria}["保洁样板"] == 10
    assert sum(c.weight for c in tender.criteria) == 100
    page = client.get(f"{address}?default=1")
    client.submit(page)
    session.refresh(tender)
    assert "保洁样板" not in {c.label for c in tender.criteria}


def test_attachments_are_added_and_dropped(session, client, sign_in):
    import io

    place = stories.city()
    tender = stories.begin(place)
    sign_in(client, place.manager)
    address = f"/tenders/{tender.number}/draft/documents"
    client.post(address, {"kind": "drawing", "title": "总平面图", "file": (io.BytesIO(b"%PDF-1.4 plan"), "plan.pdf")})
    page = client.get(address)
    assert "总平面图" in page.main
    document = tender.documents[0]
    assert client.get(f"/tenders/{tender.number}/documents/{document.id}").data == b"%PDF-1.4 plan"
    page = client.post(address, {"kind": "drawing", "title": "", "file": (io.BytesIO(b"\x00\x01"), "x.pdf")}, status=200)
    assert "不是允许的类型" in page.errors[0]
    client.post(f"{address}/{document.id}/drop")
    session.refresh(tender)
    assert tender.documents == []


def test_a_draft_is_nobody_elses(session, client, new_client, sign_in):
    place = stories.city()
    tender = stories.begin(place)
    other = factories.person(Role.COMMUNITY_MANAGER, division_code="410403001001")
    for browser, who in ((client, None), (new_client(), other), (new_client(), place.officer)):
        if who:
            sign_in(browser, who)
        browser.get(f"/tenders/{tender.number}", status=404)
        browser.get(f"/tenders/{tender.number}/history", status=404)
    own = new_client()
    sign_in(own, place.manager)
    assert "公众看不到这一页" in own.get(f"/tenders/{tender.number}").main
    stranger = new_client()
    sign_in(stranger, other)
    stranger.get(f"/tenders/{tender.number}/draft", status=404)
    stranger.post(f"/tenders/{tender.number}/submit", status=404)


def test_the_own_list_and_an_empty_one(session, client, new_client, sign_in):
    place = stories.city()
    tender = stories.begin(place, now=NOW - timedelta(days=1))
    sign_in(client, place.manager)
    assert tender.title in client.get("/tenders/mine").main
    empty = new_client()
    sign_in(empty, Role.COMMUNITY_MANAGER, division_code="410403001001")
    assert "名下还没有楼院" in empty.get("/tenders/mine").main
    assert "名下还没有楼院" in empty.get("/tenders/new").main


def test_markup_in_what_people_wrote_is_shown_harmless(session, client, sign_in):
    place = stories.city("<b>院</b>")
    tender = stories.begin(place)
    hostile = "100% <script>alert(1)</script>"
    card = [Criterion("price", default_card(Regime.COMMUNITY)[0].kind, hostile, 100, hostile)]
    drafting.save_card(tender, card, actor=place.me, now=NOW)
    drafting.save_section(tender, Section.BASICS, {"title": hostile}, actor=place.me, now=NOW)
    drafting.save_section(tender, Section.SERVICE, {"service_content": hostile}, actor=place.me, now=NOW)
    session.commit()
    sign_in(client, place.manager)
    for address in (f"/tenders/{tender.number}", f"/tenders/{tender.number}/draft", "/tenders/mine", "/tenders/new"):
        page = client.get(address)
        assert "<script>alert" not in page.html and "<b>院" not in page.html
    assert hostile in client.get(f"/tenders/{tender.number}").main


def test_the_schedule_is_computed_again_from_today(session, client, sign_in, clock):
    place = stories.city()
    tender = stories.begin(place)
    clock.set(NOW + timedelta(days=20))
    sign_in(client, place.manager)
    address = f"/tenders/{tender.number}/draft/schedule"
    page = client.get(f"{address}?fresh=1")
    client.submit(page)
    session.refresh(tender)
    assert tender.publish_on.isoformat() == "2009-12-21", "a working day: the 19th is a Saturday"


def test_the_hint_names_the_days_that_the_dates_follow(session, client, sign_in, clock):
    place = stories.city()
    tender = stories.begin(place)
    clock.set(NOW)
    sign_in(client, place.manager)
    page = client.get(f"/tenders/{tender.number}/draft/schedule").main
    assert "最早可于 2009年11月28日（周六）" in page and "建议 2009年11月30日（周一）" in page
    session.refresh(tender)
    assert tender.publish_on.isoformat() == "2009-11-30"
