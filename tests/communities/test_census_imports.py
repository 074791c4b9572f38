"""A census from upload to result: all or nothing, idempotent, corrected, confirmed, cut off and begun again."""

import io
import time
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from app.accounts.rules import Role
from app.common.access import system_actor
from app.common.files import read_file
from app.common.imports.models import ImportJob
from app.common.imports.states import ImportState
from app.communities.actions import correct_compound, record_management
from app.communities.models import Compound, CompoundRevision
from app.communities.rules import ManagementMode
from app.extensions import db
from tests.common.test_imports_guards import PNG, repacked, workbook
from tests.communities.conftest import DEFECTS, WEIDONG, XINHUA, ZHANHE, census_bytes
from tests.factories import NOW, actor_for

HEADER = ["街道", "社区", "楼院名称", "户数", "建筑面积", "管理方式"]


@pytest.fixture(autouse=True)
def patient(app, clock):
    """Requests wait for their worker, so that pages show the result."""
    app.config["IMPORT_WAIT_SECONDS"] = 60
    clock.set(NOW)


@pytest.fixture
def officer(client, sign_in, divisions):
    return sign_in(client, Role.BUREAU_OFFICER)


def send(client, content: bytes, name: str, status: int = 302, **fields):
    return client.post(
        "/imports/new/census", {"file": (io.BytesIO(content), name), **fields}, status=status, content_type="multipart/form-data"
    )


def table(*rows) -> bytes:
    return workbook(HEADER, *rows)


def row(name="一号院", households=10, community="安居社区", street="曙光街街道", mode="失管"):
    return [street, community, name, households, 900, mode]


def job() -> ImportJob:
    db.session.expire_all()
    return db.session.scalar(select(ImportJob).order_by(ImportJob.id.desc()).limit(1))


def compounds() -> int:
    return db.session.scalar(select(func.count(Compound.id)))


def test_the_three_files_make_the_citys_register(client, officer):
    for name in (XINHUA, WEIDONG, ZHANHE):
        page = send(client, census_bytes(name), name, as_of="2009-06-30")
        assert "等待确认" in page.main
        page = client.submit(page, f"/imports/{job().id}/confirm")
        assert "已导入" in page.main
    assert compounds() == 1115
    assert job().result["new"] == 315
    assert job().sha256 == job().file.sha256
    assert read_file(job().file) == census_bytes(ZHANHE)


def test_the_same_file_again_changes_nothing_and_says_so(client, officer, load_census):
    load_census(XINHUA)
    page = send(client, census_bytes(XINHUA), XINHUA)
    assert "没有写入任何内容" in page.main
    assert "曾经导入过" in page.main
    assert job().state is ImportState.UNCHANGED


def test_defects_are_listed_with_place_and_mending_and_nothing_is_written(client, officer):
    page = send(client, census_bytes(DEFECTS), DEFECTS)
    assert job().state is ImportState.BLOCKED
    assert compounds() == 0
    for words in ("第 14 行", "单元格是公式", "#REF!", "约一百二", "不存在街道", "填反了", "2190"):
        assert words in page.main
    assert not page.all(".//main//script")
    listed = client.get(f"/imports/{job().id}/problems.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(listed.data)).active
    assert sheet.max_row == 16
    assert not any(cell.data_type == "f" for cells in sheet.iter_rows() for cell in cells)
    client.post(f"/imports/{job().id}/confirm", {})
    assert compounds() == 0


def test_a_name_with_markup_is_stored_as_it_stands_and_shown_harmless(client, officer):
    page = send(client, table(row("<script>alert(1)</script>")), "底数.xlsx")
    client.submit(page, f"/imports/{job().id}/confirm")
    compound = db.session.scalar(select(Compound))
    assert compound.name == "<script>alert(1)</script>"
    page = client.get(f"/compounds/{compound.id}")
    assert page.h1 == compound.name
    assert not page.all(".//main//script")


def test_warnings_must_be_ticked(client, officer):
    page = send(client, table(row(), row()), "底数.xlsx")
    assert "完全相同" in page.main
    page = client.post(f"/imports/{job().id}/confirm", {})
    assert "没有确认" in page.text
    assert compounds() == 0
    client.post(f"/imports/{job().id}/confirm", {"accept": "repeated"})
    assert compounds() == 1
    assert job().accepted_warnings == ["repeated"]


def test_a_corrected_file_shows_what_would_change_before_it_does(client, officer):
    page = send(client, table(row(), row("二号院")), "底数.xlsx")
    client.submit(page, f"/imports/{job().id}/confirm")
    page = send(client, table(row(households=12), row("二号院")), "底数.xlsx")
    assert "户数：10 → 12" in page.main
    assert db.session.scalar(select(Compound.households).where(Compound.name == "一号院")) == 10
    client.submit(page, f"/imports/{job().id}/confirm")
    compound = db.session.scalar(select(Compound).where(Compound.name == "一号院"))
    assert (compound.households, compound.version) == (12, 2)
    assert db.session.scalar(select(CompoundRevision.changes)) == [["households", 10, 12]]
    assert "户数：10 → 12" in client.get(f"/compounds/{compound.id}/history").main


def test_a_person_corrects_how_a_column_was_read(client, officer):
    header = ["街道", "社区", "楼院名称", "户数", "大小", "管理方式"]
    page = send(client, workbook(header, ["曙光街街道", "安居社区", "一号院", 100, 0.9, "失管"]), "底数.xlsx")
    assert job().state is ImportState.BLOCKED
    page = client.get(f"/imports/{job().id}/layout")
    (key,) = [layout["key"] for layout in job().reading["layouts"]]
    page = client.submit(page, **{f"{key}-4-field": "area_centi"})
    assert "户均面积" in page.main
    page = client.submit(client.get(f"/imports/{job().id}/layout"), **{f"{key}-4-unit": "wan_m2"})
    assert job().state is ImportState.READY
    client.submit(page, f"/imports/{job().id}/confirm")
    assert db.session.scalar(select(Compound.area_centi)) == 900_000


def test_a_wrong_header_row_is_refused_with_a_sentence(client, officer):
    send(client, table(row()), "底数.xlsx")
    page = client.get(f"/imports/{job().id}/layout")
    (key,) = [layout["key"] for layout in job().reading["layouts"]]
    page = client.submit(page, status=200, **{f"{key}-first": "0"})
    assert "行号不对" in page.main


def test_what_changed_after_the_preview_must_be_seen_again(client, officer):
    page = send(client, table(row(), row("二号院")), "底数.xlsx")
    first = job().id
    other = send(client, table(row()), "另一份.xlsx")
    client.submit(other, f"/imports/{job().id}/confirm")
    page = client.submit(page, f"/imports/{first}/confirm")
    assert "又有了变化" in page.main
    assert compounds() == 1
    page = client.submit(page, f"/imports/{first}/confirm")
    assert "已导入" in page.main
    assert compounds() == 2


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (PNG, "底数.csv", "PNG"),
        (repacked(workbook(["a"]), **{"xl/x.bin": bytes(4_000_000)}), "底数.xlsx", "解压"),
        (b"", "底数.csv", "空的"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field_and_not_kept(client, officer, content, name, words):
    page = send(client, content, name, status=200)
    assert any(words in error for error in page.errors)
    assert job() is None


def test_a_file_beyond_its_limit_is_refused_at_the_field(client, officer):
    page = send(client, bytes(21 * 1024 * 1024), "底数.csv", status=200)
    assert "20 MB" in page.errors[0]


def test_a_request_beyond_all_limits_is_413(app, client, officer):
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    page = send(client, bytes(2 * 1024 * 1024), "底数.csv", status=413)
    assert "太大" in page.h1


def test_a_day_in_the_future_is_refused(client, officer):
    page = send(client, table(row()), "底数.xlsx", status=200, as_of="2010-01-01")
    assert any("将来" in error for error in page.errors)


def test_older_figures_are_asked_about_in_words(client, officer):
    page = send(client, table(row()), "底数.xlsx", as_of="2009-06-30")
    client.submit(page, f"/imports/{job().id}/confirm")
    page = send(client, table(row(households=12)), "底数.xlsx", as_of="2008-06-30")
    assert "2008年6月30日" in page.main
    assert "早于" in page.main


def settled_since(officer, client):
    """One compound, imported as of June; a contract and a correction of its lamps since."""
    client.submit(send(client, table(row()), "底数.xlsx", as_of="2009-06-30"), f"/imports/{job().id}/confirm")
    compound = db.session.scalar(select(Compound))
    record_management(compound, mode=ManagementMode.PROFESSIONAL, source="XH-2009-0001", fee_fen=45, actor=system_actor(), now=NOW)
    db.session.flush()
    correct_compound(
        compound, {"longitude_e6": 113_290_000, "latitude_e6": 33_740_000}, reason="入户核对", version=compound.version,
        actor=actor_for(officer), now=NOW,
    )  # fmt: skip
    db.session.commit()
    return compound.id


def test_an_older_census_does_not_take_back_what_a_contract_or_a_correction_recorded(client, officer):
    compound_id = settled_since(officer, client)
    content = workbook([*HEADER, "经度", "纬度"], [*row(households=12), 113.3, 33.74])
    page = send(client, content, "底数.xlsx", as_of="2009-06-30")
    assert "没有发现问题" not in page.main
    for words in (
        "“一号院”的管理方式自 2009年11月18日",
        "XH-2009-0001 的合同登记为“专业物业”",
        "无人管理",
        "入户核对",
        "113.290000",
        "1 个楼院此后有合同或更正",
    ):
        assert words in page.main, words
    assert "没有确认" in client.post(f"/imports/{job().id}/confirm", {}).text, "a person confirms that they stay"
    client.post(f"/imports/{job().id}/confirm", {"accept": ["kept_contract", "kept_correction"]})
    db.session.expire_all()
    kept = db.session.get(Compound, compound_id)
    assert (kept.mode, kept.fee_fen, kept.longitude_e6, kept.households) == (ManagementMode.PROFESSIONAL, 45, 113_290_000, 12)


def test_where_nothing_else_differs_the_page_says_that_the_rest_stays(client, officer):
    settled_since(officer, client)
    page = send(client, workbook([*HEADER, "经度", "纬度"], [*row(), 113.3, 33.74]), "底数.xlsx", as_of="2009-06-30")
    assert "没有写入任何内容" in page.main and "1 个楼院此后有合同或更正的登记" in page.main
    assert "需要处理的行" not in page.main, "nothing is left to do"


def test_newer_figures_update_what_a_contract_recorded(client, clock, officer):
    compound_id = settled_since(officer, client)
    clock.set(NOW + timedelta(days=60))
    page = send(client, table(row()), "底数.xlsx", as_of="2009-12-31")
    assert "专业物业 → 无人管理" in page.main
    client.submit(page, f"/imports/{job().id}/confirm")
    db.session.expire_all()
    assert db.session.get(Compound, compound_id).mode is ManagementMode.NONE


def test_giving_up_writes_nothing(client, officer):
    send(client, table(row()), "底数.xlsx")
    client.post(f"/imports/{job().id}/withdraw")
    assert job().state is ImportState.WITHDRAWN
    client.post(f"/imports/{job().id}/confirm", {})
    assert compounds() == 0


def test_who_may_not_sees_nothing(client, new_client, sign_in, officer):
    send(client, table(row()), "底数.xlsx")
    number = job().id
    for role in (Role.COMMUNITY_MANAGER, Role.ENTERPRISE_CLERK, Role.STREET_OFFICER):
        other = new_client()
        sign_in(other, role)
        other.get("/imports/new/census", status=404)
        other.get(f"/imports/{number}", status=404)
        other.post(f"/imports/{number}/confirm", status=404)
    auditor = new_client()
    sign_in(auditor, Role.AUDITOR)
    assert "底数.xlsx" in auditor.get(f"/imports/{number}").main
    auditor.post(f"/imports/{number}/confirm", status=404)
    auditor.get("/imports/new/census", status=404)


def test_an_officer_of_one_district_imports_no_other(client, sign_in, divisions):
    sign_in(client, Role.BUREAU_OFFICER, division_code="410403")
    page = send(client, table(row()), "底数.xlsx")
    assert "管辖" in page.main
    assert compounds() == 0


def test_a_small_town_waits_for_its_page_to_refresh(app, client, officer):
    """A request that does not wait shows a progress page, which refreshes until the worker is done."""
    app.config["IMPORT_WAIT_SECONDS"] = 0
    send(client, census_bytes(WEIDONG), WEIDONG)
    for _ in range(200):
        page = client.get(f"/imports/{job().id}")
        if "正在" not in page.main:
            break
        assert page.all(".//*[@id='import-progress']")
        time.sleep(0.05)
    assert job().state is ImportState.READY
    answer = client.get(f"/imports/{job().id}", headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
