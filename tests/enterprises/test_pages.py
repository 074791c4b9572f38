"""The pages as people meet them: visitors, the enterprise's own people, the bureau."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import event, select

from app.accounts.rules import OrganisationKind, Role
from app.enterprises import actions, queries
from app.enterprises.models import ConductRecord, Enterprise
from app.extensions import db
from tests import factories
from tests.enterprises.conftest import LIST
from tests.factories import NOW

CHANGLV = "平顶山市常绿物业服务有限公司"


def named(session, name: str) -> Enterprise:
    return session.scalars(select(Enterprise).where(Enterprise.name == name)).unique().one()


def names(page) -> list[str]:
    return [words for address, words in page.links.items() if words.endswith("公司")]


@pytest.fixture
def own(directory, client, sign_in):
    """A clerk of 常绿, signed in."""
    home = factories.organisation(OrganisationKind.ENTERPRISE, name=CHANGLV)
    directory.flush()
    actions.link_organisation(named(directory, CHANGLV), home, actor=factories.actor(Role.BUREAU_OFFICER), now=NOW)
    return sign_in(client, Role.ENTERPRISE_CLERK, organisation=home)


def test_the_directory_shows_everybody_with_both_scores(directory, client):
    page = client.get("/enterprises")
    assert page.h1 == "企业名录"
    assert len(names(page)) == 25
    assert "全市信用均值 64.30" in page.main and "第 1–25 项，共 25 项" in page.main


def test_an_empty_directory_says_what_will_stand_there(client):
    assert "名录里还没有企业" in client.get("/enterprises").main


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=常绿", 1),
        ("q=不存在", 0),
        ("district=湛河区", 19),
        ("district=湛河区&level=first", 2),
        ("level=second", 7),
        ("level=nonsense", 25),
        ("batch=1", 25),
        ("batch=999", 0),
        ("batch=x&page=999", 25),
    ],
)
def test_filters(directory, client, query, found):
    page = client.get(f"/enterprises?{query}")
    assert len(names(page)) == found
    assert found or "没有符合条件的企业" in page.main


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("-credibility", "平顶山市宜家园物业服务有限公司"),
        ("credibility", "平顶山市永安居物业服务有限公司"),
        ("-capacity", "平顶山市瑞居物业服务有限公司"),
        ("-area", "河南建业物业管理有限公司"),
        ("-staff", "河南建业物业管理有限公司"),
        ("founded", "平顶山市和谐物业服务有限公司"),
        ("nonsense; DROP TABLE", "河南建业物业管理有限公司"),
    ],
)
def test_sorting(directory, client, sort, first):
    assert names(client.get("/enterprises", query_string={"sort": sort}))[0] == first


def test_names_stand_in_the_order_of_pinyin(directory, client):
    short = [name.removeprefix("平顶山市")[:2] for name in names(client.get("/enterprises"))]
    assert short[:6] == ["河南", "安禾", "博雅", "常绿", "东方", "和谐"]
    assert names(client.get("/enterprises?sort=-name")) == names(client.get("/enterprises"))[::-1]


@pytest.mark.parametrize(("query", "label"), [("level=nonsense", "资质等级"), ("batch=x", "推荐批次"), ("district=无此区", "服务区域")])
def test_a_condition_that_makes_no_sense_is_named(directory, client, query, label):
    page = client.get(f"/enterprises?{query}").main
    assert f"没有采用：{label}。" in page
    assert "没有采用" not in client.get("/enterprises?level=second&district=湛河区").main


def test_an_english_reader_meets_no_chinese_word_for_a_batch_or_the_whole_city(directory, client):
    page = client.get("/enterprises", headers={"Accept-Language": "en-GB"}).main
    assert "Batch 1" in page and "第一批" not in page and "全市" not in page


def test_markup_in_a_search_is_shown_as_text(directory, client):
    page = client.get("/enterprises", query_string={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.html and "没有符合条件的企业" in page.main


def test_the_downloads_hold_what_the_filters_leave(directory, client):
    text = client.get("/enterprises/export/csv?district=湛河区").data.decode("utf-8-sig")
    assert len(text.splitlines()) == 20 and text.startswith("企业名称,统一社会信用代码")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/enterprises/export/xlsx?q=常绿").data))
    header, row = book.active.iter_rows(values_only=True)
    found = dict(zip(header, row, strict=True))
    assert found["统一社会信用代码"] == "91410400LF8390KCXA" and found["在管面积（m²）"] == 670_000 and found["信用分"] == 46.15
    client.get("/enterprises/export/pdf", 404)


def test_a_name_that_looks_like_a_formula_stays_text_in_the_downloads(session, client):
    actions.register_enterprise(uscc="91110000600037341L", name="=HYPERLINK(1)", actor=factories.actor(Role.BUREAU_OFFICER), now=NOW)
    assert "'=HYPERLINK(1)" in client.get("/enterprises/export/csv").data.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/enterprises/export/xlsx").data))
    assert book.active["A2"].data_type == "s"


def test_an_enterprise_opens_every_point_to_a_dated_record(directory, client):
    anhe = named(directory, "平顶山市安禾物业服务有限公司")
    page = client.get(f"/enterprises/{anhe.id}")
    assert page.h1 == anhe.name and "推荐企业 · 第一批" in page.main
    credibility = queries.credibility_of([anhe.id], NOW)[anhe.id]
    assert str(credibility.formula) in page.main and "71.67" in page.main
    ids = {element.get("id") for element in page.tree.iter()}
    for explained in (credibility, queries.capacity_of([anhe.id], NOW)[anhe.id]):
        for part in explained.parts:
            for source in part.sources:
                assert f"#{source.key.replace(':', '-')}" in page.links, source
                assert source.key.replace(":", "-") in ids, source
    assert "平房管〔2009〕117号" in page.main and "第一批推荐物业服务企业名单.xlsx 第 7 行" in page.main
    assert "/enterprises/method#credibility" in page.links


def test_states_of_records_follow_the_clock(directory, client, clock):
    huimin = named(directory, "平顶山市惠民物业服务有限公司")
    key = directory.scalar(select(ConductRecord.id).where(ConductRecord.document_number == "平房管〔2009〕18号"))

    def state():
        row = next(e for e in client.get(f"/enterprises/{huimin.id}").tree.iter("tr") if e.get("id") == f"conduct-{key}")
        return "".join(row.itertext())

    assert "有效" in state() and "100%" in state()
    clock.set_local(2009, 11, 19, 0, 0)
    assert "已过期" in state()


def test_old_bad_records_are_archived_for_visitors_and_shown_to_the_bureau(directory, client, clock, sign_in):
    clock.set_local(2013, 11, 18, 9, 0)
    yongan = named(directory, "平顶山市永安居物业服务有限公司")
    page = client.get(f"/enterprises/{yongan.id}")
    assert "归档不再公开" in page.main and "平房管〔2008〕94号" not in page.main
    sign_in(client, Role.AUDITOR)
    assert "平房管〔2008〕94号" in client.get(f"/enterprises/{yongan.id}").main


def test_an_enterprise_without_records_or_facts_still_has_a_page(session, client):
    bare = actions.register_enterprise(uscc="91110000600037341L", name="甲物业", actor=factories.actor(Role.BUREAU_OFFICER), now=NOW)
    page = client.get(f"/enterprises/{bare.id}")
    assert "没有信用记录" in page.main and "还没有申报资料" in page.main and "待核验" in page.main
    assert "80.00" in page.main  # nobody has records: the base
    client.get("/enterprises/999999", 404)


def test_the_method_page_states_formula_parameters_and_a_worked_example(directory, client):
    page = client.get("/enterprises/method")
    assert "（n·x̄ ＋ k·m）÷（n ＋ k）" in page.main
    assert "第十七条" in page.main and "第三十二条" in page.main and "第十九条" in page.main
    assert "＝ 75.16" in page.main and "＝ 72.00" in page.main and "＝ 80.00" in page.main
    client.get("/enterprises/method", headers={"Accept-Language": "en"})


def test_the_pages_do_not_ask_more_the_more_they_show(directory, client):
    anhe = named(directory, "平顶山市安禾物业服务有限公司")
    for address in (
        "/enterprises",
        "/enterprises?sort=-credibility",
        "/enterprises?sort=-capacity&district=湛河区",
        f"/enterprises/{anhe.id}",
        "/enterprises/method",
    ):
        asked = []
        listen = lambda *args: asked.append(args[2])  # noqa: E731, B023
        event.listen(db.engine, "before_cursor_execute", listen)
        client.get(address)
        event.remove(db.engine, "before_cursor_execute", listen)
        selects = [s for s in asked if s.lstrip().upper().startswith("SELECT")]
        assert len(selects) <= 15, (address, len(selects))


def test_an_enterprises_clerk_sees_and_updates_its_own_file(own, client, directory):
    page = client.get("/enterprises/mine", follow=True)
    assert page.h1 == CHANGLV and "更新本企业资料" in page.main and "操作记录" in page.main
    form = client.get("/enterprises/mine/facts")
    assert form.fields()["staff"] == ["209"]
    page = client.submit(form, as_of="2009-11-01", staff="230")
    assert "已保存 1 项变化" in page.text and "230 人" in page.main
    directory.expire_all()
    assert (named(directory, CHANGLV).staff, named(directory, CHANGLV).stated_on) == (230, date(2009, 9, 30))


def test_wrong_input_comes_back_with_what_was_typed(own, client):
    form = client.get("/enterprises/mine/facts")
    page = client.submit(form, status=200, staff="很多", managed_area_centi="1.234", as_of="2010-01-01")
    assert {"请填写整数。", "面积最多两位小数。请改为两位小数。"} <= set(page.errors)
    assert page.fields()["staff"] == ["很多"]
    page = client.submit(form, status=200, certified_managers="300")
    assert page.errors == ["持证项目负责人多于从业人员。请核对人数。"]


def test_a_clerk_whose_organisation_is_not_linked_is_told_what_to_do(session, client, sign_in):
    sign_in(client, Role.ENTERPRISE_SIGNATORY)
    assert "还没有关联" in client.get("/enterprises/mine").main
    client.get("/enterprises/mine/facts", 404)


def test_another_enterprises_page_has_no_buttons_and_no_history(own, client, directory):
    other = named(directory, "平顶山市安禾物业服务有限公司")
    page = client.get(f"/enterprises/{other.id}")
    assert "更新本企业资料" not in page.main and "操作记录" not in page.main
    client.get(f"/enterprises/{other.id}/conduct/new", 403)
    client.get("/enterprises/new", 403)


def test_the_bureau_registers_verifies_records_and_revokes(directory, client, sign_in):
    sign_in(client, Role.BUREAU_OFFICER)
    page = client.submit(client.get("/enterprises/new"), status=200, uscc="91110000600037341K", name="甲物业")
    assert "第 18 位" in page.errors[0]
    page = client.submit(client.get("/enterprises/new"), uscc="91110000600037341L", name="甲物业")
    key = named(directory, "甲物业").id
    assert "核验企业资料" in client.get("/desk").main
    verify = client.get(f"/enterprises/{key}/verification")
    page = client.submit(verify, status=200, decision="refuse", note="")
    assert page.errors == ["没有写明核验意见。请写明哪一项与登记不符，企业才知道怎样补正。"]
    page = client.submit(verify, decision="pass", note="")
    assert "已核验" in page.main
    form = client.get(f"/enterprises/{key}/conduct/new")
    typed = {
        "kind": "bad",
        "matter": "擅自提高收费标准",
        "occurred_on": "2009-11-01",
        "document_number": "平房管〔2009〕320号",
        "expires_on": "2010-11-01",
    }
    page = client.submit(form, status=200, **typed, points="-5")
    assert page.errors == ["请填写 1 到 100 之间的整数，不写正负号。"]
    page = client.submit(form, **typed, points="5")
    assert "−5" in page.main and "擅自提高收费标准" in page.main
    page = client.submit(form, status=200, **typed, points="5")
    assert "已有同一天" in page.errors[0]
    row = directory.scalar(select(ConductRecord.id).where(ConductRecord.document_number == "平房管〔2009〕320号"))
    other = named(directory, CHANGLV).id
    client.get(f"/enterprises/{other}/conduct/{row}/revoke", 404)
    page = client.submit(client.get(f"/enterprises/{key}/conduct/{row}/revoke"), reason="平房管〔2009〕321号撤销")
    assert "已撤销" in page.main and "平房管〔2009〕321号撤销" in page.main


def test_the_administrator_opens_an_account_for_an_enterprise(directory, client, sign_in):
    sign_in(client, Role.ADMINISTRATOR)
    key = named(directory, CHANGLV).id
    page = client.submit(client.get(f"/enterprises/{key}"), f"/enterprises/{key}/account")
    assert page.h1.endswith(CHANGLV) and "请邀请企业的签章人" in page.text
    directory.expire_all()
    assert named(directory, CHANGLV).organisation_id is not None
    assert "企业的账号和人员" in client.get(f"/enterprises/{key}").main
    client.post(f"/enterprises/{key}/account", status=409)
    sign_in(client, Role.BUREAU_OFFICER)
    client.post(f"/enterprises/{key}/account", status=403)


def test_the_list_is_imported_in_the_browser(session, client, clock, sign_in):
    clock.set(NOW)
    sign_in(client, Role.BUREAU_OFFICER)
    client.get("/imports/new/recommended-list")
    upload = {"file": (io.BytesIO(LIST.read_bytes()), LIST.name), "as_of": "2009-09-30"}
    page = client.post("/imports/new/recommended-list", upload, content_type="multipart/form-data")
    assert "25" in page.main and "第一批" in page.main
    confirm = next(f.get("action") for f in page.all(".//main//form") if (f.get("action") or "").endswith("/confirm"))
    client.post(confirm, {})
    assert len(names(client.get("/enterprises"))) == 25


def test_the_words_exist_in_english(directory, new_client):
    client = new_client()
    client.language = "en"
    assert client.get("/enterprises").status_code == 200
    assert client.get(f"/enterprises/{named(directory, CHANGLV).id}").status_code == 200
