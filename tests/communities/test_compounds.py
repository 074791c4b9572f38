"""The public register, a compound's page and its correction; coverage pages and downloads."""

import csv
import io

import openpyxl
import pytest
from sqlalchemy import event, select

from app.accounts.rules import OrganisationKind, Role
from app.common.access import system_actor
from app.common.audit import AuditEvent
from app.common.refusal import Refused
from app.communities import actions
from app.communities.models import Compound, Division
from app.communities.records import why_not_correct
from app.communities.rules import DivisionLevel, ManagementMode
from app.extensions import db
from tests import factories
from tests.communities.conftest import WEIDONG, XINHUA, ZHANHE
from tests.factories import NOW


@pytest.fixture
def city(clock, divisions, load_census):
    clock.set(NOW)
    load_census(XINHUA, WEIDONG, ZHANHE)


@pytest.fixture
def compound(clock, session, divisions):
    clock.set(NOW)
    session.add(Division(code="410402001001", name="安居社区", level=DivisionLevel.COMMUNITY, parent_code="410402001"))
    session.flush()
    made = actions.new_compound(
        division_code="410402001001", name="一号院", households=10, area_centi=90_000, mode=ManagementMode.NONE, now=NOW
    )  # fmt: skip
    session.flush()
    actions.record("compound.correct", made, actor=system_actor(), now=NOW)
    session.commit()
    return made


def test_the_public_sees_the_citys_coverage(client, city):
    page = client.get("/coverage")
    for words in ("1,115 个楼院", "73.90%", "59.01%", "15.78%", "43.23%", "14.89%", "26.10%", "74.3%"):
        assert words in page.main
    for name in ("新华区", "卫东区", "湛河区"):
        assert name in page.main


@pytest.mark.parametrize(("code", "words"), [("410402", "曙光街街道"), ("410402001", "安居社区"), ("410402001001", "安居社区")])
def test_coverage_goes_down_to_the_community(client, city, code, words):
    assert words in client.get(f"/coverage/{code}").main


def test_coverage_by_record_counts_what_was_surveyed(client, city):
    page = client.get("/coverage?basis=checked")
    assert "29.78%" in page.main
    assert "14.89%" in page.main


def test_a_place_that_is_not_registered_is_404(client, city):
    client.get("/coverage/410499", status=404)
    client.get("/coverage/x", status=404)


def test_an_empty_city_says_what_comes(client, clock):
    clock.set(NOW)
    assert "还没有楼院资料" in client.get("/coverage").main
    assert "没有查到楼院" in client.get("/compounds").main


def test_the_coverage_table_downloads_in_both_forms(client, city):
    text = client.get("/coverage.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + 1 + 3 + 29 + 94
    assert rows[1][:5] == ["4104", "市", "平顶山市", "2009-06-30", "1115"]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/coverage.xlsx").data)).active
    assert sheet.max_row == len(rows)
    client.get("/coverage.pdf", status=404)


def test_two_characters_find_compounds(client, city):
    page = client.get("/compounds?q=绿城")
    assert "共 8 个楼院" in page.main
    assert all("绿城" in name for name in page.texts(".//main//tbody//td[@class='lead']"))
    assert "共 2 个楼院" in client.get("/compounds?q=绿城 新华").main or "绿城" in client.get("/compounds?q=绿城 新华").main
    assert "没有查到" in client.get("/compounds?q=%25").main


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("place=410402", "376"),
        ("mode=professional", "176"),
        ("place=410403&mode=none", "119"),
        ("committee=yes&place=410402", "41"),
        ("", "1,115"),
    ],
)
def test_filters(client, city, query, count):
    assert f"共 {count} 个楼院" in client.get(f"/compounds?{query}").main


def test_sorting_pages_and_nonsense_in_the_address(client, city):
    page = client.get("/compounds?sort=-households")
    households = [int(text.replace(",", "")) for text in page.texts(".//main//td[@data-label='户数']")]
    assert households == sorted(households, reverse=True)
    for query in ("page=23", "page=9999", "sort=password", "mode=x", "place=abc", "from=19&to=zzzz", "committee=maybe", "q=" + "长" * 300):
        client.get(f"/compounds?{query}")


def test_the_register_downloads_what_was_found(client, city):
    text = client.get("/compounds.csv?place=410402&mode=professional").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 71


def test_no_page_asks_more_than_fifteen_queries(client, city):
    asked = []
    listen = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        for url in ("/coverage", "/coverage/410402", "/compounds?q=绿城", "/compounds/1", "/compounds/1/history"):
            asked.clear()
            client.get(url)
            selects = [statement for statement in asked if statement.lstrip().upper().startswith("SELECT")]
            assert len(selects) <= 15, (url, selects)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def test_a_compounds_page_shows_its_facts_and_where_they_come_from(client, city):
    compound = db.session.scalar(select(Compound).where(Compound.name == "绿城花苑一期", Compound.division_code.like("410402001%")))
    page = client.get(f"/compounds/{compound.id}")
    for words in ("410 户", "28,218.70 m²", "2007", "0.40 元/m²·月", "专业物业", "2009年6月30日", XINHUA, "曙光街街道", "安居社区"):
        assert words in page.main
    assert f"/tenders?compound={compound.id}" in page.links
    client.get("/compounds/999999", status=404)


def test_the_community_corrects_its_own_compound(client, sign_in, compound):
    sign_in(client, Role.COMMUNITY_MANAGER, division_code="410402001001")
    page = client.get(f"/compounds/{compound.id}/correct")
    page = client.submit(
        page, buildings="2", mode="cleaning_only", is_cleaned="yes", longitude_e6="113.29", latitude_e6="33.74", reason="入户核对"
    )
    assert "已更正" in page.text
    db.session.expire_all()
    found = db.session.get(Compound, compound.id)
    assert (found.buildings, found.mode, found.is_cleaned, found.longitude_e6, found.version) == (
        2,
        ManagementMode.CLEANING_ONLY,
        True,
        113_290_000,
        2,
    )
    row = db.session.scalar(select(AuditEvent).where(AuditEvent.event == "compound.correct").order_by(AuditEvent.id.desc()).limit(1))
    assert ["buildings", None, 2] in row.facts["changes"]
    history = client.get(f"/compounds/{compound.id}/history").main
    for words in ("楼栋数：— → 2", "无人管理 → 简单保洁", "入户核对"):
        assert words in history


def test_the_figures_that_money_depends_on_are_corrected_by_the_bureau_alone(client, sign_in, compound):
    factories.organisation(OrganisationKind.BUREAU, name="新华区房产管理局", division_code="410402")
    sign_in(client, Role.COMMUNITY_MANAGER, division_code="410402001001")
    page = client.get(f"/compounds/{compound.id}/correct")
    assert not page.all(".//main//input[@name='area_centi']") and not page.all(".//main//input[@name='households']")
    for words in ("10 户", "900.00 m²", "新华区房产管理局的经办人"):
        assert words in page.main
    typed = {"version": "1", "mode": "none", "buildings": "2", "reason": "核对", "area_centi": "9000", "households": "100"}
    client.post(f"/compounds/{compound.id}/correct", typed)
    db.session.expire_all()
    found = db.session.get(Compound, compound.id)
    assert (found.buildings, found.households, found.area_centi) == (2, 10, 90_000)


@pytest.mark.parametrize("version", ["9" * 5000, "²", "-1", ""])
def test_a_record_of_no_such_version_is_not_corrected(client, sign_in, compound, version):
    sign_in(client, Role.COMMUNITY_MANAGER, division_code="410402001001")
    page = client.post(
        f"/compounds/{compound.id}/correct", {"version": version, "mode": "none", "buildings": "2", "reason": "核对"}, status=200
    )
    assert page.errors, "somebody else may have changed it meanwhile"
    db.session.expire_all()
    assert db.session.get(Compound, compound.id).buildings is None


@pytest.mark.parametrize("values", [{"area_centi": 95_000}, {"households": 11}])
def test_no_community_changes_them_another_way(session, compound, values):
    factories.organisation(OrganisationKind.BUREAU, name="新华区房产管理局", division_code="410402")
    community = factories.actor(Role.COMMUNITY_MANAGER, division_code="410402001001")
    with pytest.raises(Refused) as refused:
        actions.correct_compound(compound, values, reason="核对", version=compound.version, actor=community, now=NOW)
    assert "新华区房产管理局的经办人" in str(refused.value.reason.next)
    assert (compound.households, compound.area_centi) == (10, 90_000)


def test_an_unusual_area_a_household_is_confirmed_by_the_officer(client, sign_in, compound):
    sign_in(client, Role.BUREAU_OFFICER)
    page = client.get(f"/compounds/{compound.id}/correct")
    page = client.submit(page, status=200, area_centi="11040", reason="实测报告第 3 号")
    assert any("1,104.00 m²" in error for error in page.errors)
    db.session.expire_all()
    assert db.session.get(Compound, compound.id).area_centi == 90_000
    client.submit(page, area_centi="11040", reason="实测报告第 3 号", is_checked="y")
    db.session.expire_all()
    assert db.session.get(Compound, compound.id).area_centi == 1_104_000
    history = client.get(f"/compounds/{compound.id}/history").main
    assert "实测报告第 3 号" in history and "11,040.00 m²" in history


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("households", "-1", "整数"), ("built_year", "2190", ""), ("area_centi", "0", "0.01"), ("latitude_e6", "33.74", "坐标"),
        ("reason", "", "填写"), ("mode", "great", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(client, sign_in, compound, field, value, words):
    sign_in(client, Role.BUREAU_OFFICER)
    page = client.get(f"/compounds/{compound.id}/correct")
    page = client.submit(page, status=200, **{"households": "12", "reason": "核对", field: value})
    assert any(words in error for error in page.errors)
    db.session.expire_all()
    assert db.session.get(Compound, compound.id).households == 10


def test_a_correction_of_a_record_that_changed_meanwhile_is_refused(client, sign_in, compound):
    sign_in(client, Role.BUREAU_OFFICER)
    page = client.get(f"/compounds/{compound.id}/correct")
    client.submit(page, households="12", reason="核对")
    page = client.submit(page, status=200, households="13", reason="核对")
    assert any("别人改了" in error for error in page.errors)


def test_other_communities_and_other_roles_get_404_or_403(new_client, sign_in, compound):
    for role, place, status in (
        (Role.COMMUNITY_MANAGER, "410402001002", 404), (Role.BUREAU_OFFICER, "410403", 404), (Role.ENTERPRISE_CLERK, "", 403),
        (Role.AUDITOR, "", 403),
    ):  # fmt: skip
        browser = new_client()
        sign_in(browser, role, division_code=place)
        browser.get(f"/compounds/{compound.id}/correct", status=status)
        browser.post(f"/compounds/{compound.id}/correct", {"households": "1"}, status=status)


def test_an_owners_committee_corrects_its_own_compound_alone(session, compound):
    home = factories.organisation(OrganisationKind.OWNERS_COMMITTEE, division_code="410402001001")
    person = factories.actor(Role.COMMUNITY_MANAGER, organisation=home)
    assert why_not_correct(person, division_code=compound.division_code, owners_committee_id=None) is not None
    actions.set_owners_committee(compound, home, actor=system_actor(), now=NOW)
    assert why_not_correct(person, division_code=compound.division_code, owners_committee_id=compound.owners_committee_id) is None


def test_a_contract_changes_who_manages(session, compound):
    actions.record_management(
        compound,
        mode=ManagementMode.PROFESSIONAL,
        source="XH-2009-0001",
        fee_fen=45,
        has_filed_contract=True,
        actor=system_actor(),
        now=NOW,
    )
    session.commit()
    assert (compound.mode, compound.fee_fen, compound.has_filed_contract) == (ManagementMode.PROFESSIONAL, 45, True)


def test_the_history_reads_a_fee_in_the_readers_language(client, session, compound):
    actions.record_management(compound, mode=ManagementMode.PROFESSIONAL, source="XH-2009-0001", fee_fen=38, actor=system_actor(), now=NOW)
    session.commit()
    assert "0.38 元" in client.get(f"/compounds/{compound.id}/history").main
    english = client.get(f"/compounds/{compound.id}/history", headers={"Accept-Language": "en-GB"}).main
    assert "0.38 yuan" in english and "元" not in english


def test_nothing_changed_is_said(session, compound):
    officer = factories.actor(Role.BUREAU_OFFICER)
    with pytest.raises(Refused):
        actions.correct_compound(compound, {"households": 10}, reason="核对", version=compound.version, actor=officer, now=NOW)


def test_divisions_are_added_renamed_and_checked(session, divisions):
    assert actions.load_divisions([("4104", "平顶山市")], actor=system_actor(), now=NOW) == (0, 0)
    assert actions.load_divisions([("410402001", "曙光街道"), ("41", "河南省")], actor=system_actor(), now=NOW) == (0, 1)
    for wrong in ([("41040", "某区")], [("419900", "孤区")]):
        with pytest.raises(Refused):
            actions.load_divisions(wrong, actor=system_actor(), now=NOW)
    session.rollback()


def test_a_renamed_street_finds_its_compounds(client, session, compound):
    compound.search_text = "一号院 安居社区 曙光街街道 新华区"
    actions.load_divisions([("410402001", "朝霞街道")], actor=system_actor(), now=NOW)
    session.commit()
    assert "共 1 个楼院" in client.get("/compounds?q=朝霞 一号").main
    assert "没有查到" in client.get("/compounds?q=曙光").main


def test_an_auditor_and_an_officer_find_the_import_from_their_desk(new_client, sign_in, clock):
    clock.set(NOW)
    officer, auditor = new_client(), new_client()
    sign_in(officer, Role.BUREAU_OFFICER)
    sign_in(auditor, Role.AUDITOR)
    assert "导入楼院底数" in officer.get("/census", status=200, follow=True).h1
    assert "导入表格" in auditor.get("/census", status=200, follow=True).h1


def test_figures_of_now_and_of_the_census_each_bear_their_own_day(client, session, city):
    compound = session.scalars(select(Compound).where(Compound.mode == ManagementMode.NONE).order_by(Compound.id)).first()
    actions.record_management(compound, mode=ManagementMode.PROFESSIONAL, source="XH-2009-0001", actor=system_actor(), now=NOW)
    session.commit()
    page = client.get("/coverage")
    for words in ("73.99%", "73.90%", "177", "176", "291", "290", "2009年11月18日", "底数截至 2009年6月30日", "74.3%"):
        assert words in page.main, words
    assert "177 个；按逐项记录是" in page.main, "the tile says what the other way of counting gives"
    home = client.get("/").main
    assert home.index("73.99%") < home.index("2009年11月18日") < home.index("底数截至 2009年6月30日") < home.index("73.90%")
    table = list(csv.DictReader(io.StringIO(client.get("/coverage.csv").data.decode("utf-8-sig"))))
    city_row = table[0]
    assert (city_row["登记日期"], city_row["专业物业"], city_row["初级覆盖（按管理方式）%"]) == ("2009-11-18", "177", "73.99")
    assert (city_row["底数日期"], city_row["底数：专业物业"], city_row["底数：初级覆盖 %"]) == ("2009-06-30", "176", "73.90")


def test_a_census_without_changes_has_one_day(client, city):
    page = client.get("/coverage").main
    assert "截至 2009年6月30日" in page and "2009年11月18日" not in page


@pytest.mark.parametrize("query", ["mode=xyz", "place=9", "committee=maybe", "from=19x9", "built_from=abc"])
def test_a_condition_that_makes_no_sense_is_named(client, city, query):
    assert "没有采用" in client.get(f"/compounds?{query}").main
    assert "没有采用" not in client.get("/compounds?mode=none&q=院").main


def test_a_control_character_is_named_in_the_refusal(client):
    assert "NUL" in client.get("/compounds?q=%00", status=400).main
