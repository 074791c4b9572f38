"""The two lists: read, refused with a sentence, written once, and not again."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.rules import OrganisationKind, Role
from app.common.imports.kinds import find_kind
from app.common.imports.states import ImportState
from app.common.refusal import Refused
from app.enterprises import actions
from app.enterprises.models import ConductRecord, Enterprise, EnterpriseFact, RecommendedBatch
from app.enterprises.queries import conduct_of, credibility_of, facts_of, find_by_uscc, present_facts
from app.enterprises.queries.page import looking_back
from app.enterprises.rules import ConductKind, FactName, FactSource, Level, Verification
from tests import factories
from tests.enterprises.conftest import AS_OF, CONDUCT, LIST, import_file
from tests.factories import NOW

HEADER = [
    "企业名称",
    "统一社会信用代码",
    "资质等级",
    "成立日期",
    "注册资本(万元)",
    "从业人员(人)",
    "管理人员(人)",
    "在管面积(万㎡)",
    "其中住宅(万㎡)",
    "服务区域",
    "联系电话",
]
SOUND = ["甲物业服务有限公司", "91110000600037341L", "二级", "2003-02-10", "500", "610", "76", "143.9", "96.2", "湛河区", "0375-4907723"]
CONDUCT_HEADER = ["统一社会信用代码", "企业名称", "发生日期", "类别", "事项", "分值", "文号", "有效期至"]
CHANGLV = "91410400LF8390KCXA"
RECORD = [CHANGLV, "平顶山市常绿物业服务有限公司", "2009-06-01", "良好", "接管无人管理楼院", "2", "平房管〔2009〕300号", "2010-06-01"]


def csv_of(header: list[str], *rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")


def problems_of(job) -> list[tuple]:
    return [(p["code"], p["row"], p["column"]) for p in job.reading["problems"]]


def but(row: list[str], header: list[str], **changes: str) -> list[str]:
    return [changes.get(name, cell) for name, cell in zip(header, row, strict=True)]


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def import_list(content: bytes, name: str = "名单.csv", **more):
    return import_file("recommended-list", Path(name), content=content, **{"as_of": AS_OF, **more})


def import_conduct(*rows: list[str], **more):
    return import_file("conduct", Path("记录.csv"), content=csv_of(CONDUCT_HEADER, *rows), **more)


def test_the_sample_files_give_25_enterprises_and_140_records(directory):
    assert count(directory, Enterprise) == 25
    assert count(directory, ConductRecord) == 140
    assert directory.scalars(select(RecommendedBatch.name)).all() == ["第一批"]


def test_an_enterprise_is_stored_in_whole_units(directory):
    changlv = find_by_uscc(CHANGLV)
    assert (changlv.name, changlv.level, changlv.founded_on) == ("平顶山市常绿物业服务有限公司", Level.SECOND, date(2004, 9, 3))
    assert (changlv.capital_fen, changlv.revenue_fen) == (300_000_000, 572_300_000)
    assert (changlv.managed_area_centi, changlv.residential_area_centi) == (67_000_000, 54_500_000)
    assert changlv.district_names == ("卫东区", "新华区")
    assert (changlv.verification, changlv.verified_at, changlv.stated_on) == (Verification.VERIFIED, NOW, AS_OF)


def test_every_fact_says_where_it_came_from(directory):
    facts = present_facts(facts_of(find_by_uscc(CHANGLV).id))
    assert set(facts) == set(FactName)
    staff = facts[FactName.STAFF]
    assert (staff.value, staff.as_of_on, staff.source) == ("209", AS_OF, FactSource.BUREAU_LIST)
    assert staff.source_text == "第一批推荐物业服务企业名单.xlsx 第 4 行"


def test_a_record_is_stored_with_its_dates_and_document(directory):
    row = directory.scalars(select(ConductRecord).where(ConductRecord.document_number == "平房管〔2008〕79号")).one()
    assert (row.kind, row.points, row.occurred_on, row.expires_on) == (ConductKind.GOOD, 8, date(2008, 10, 7), date(2011, 10, 7))
    assert row.enterprise.name == "平顶山市华庭物业服务有限公司"
    assert (
        count(directory, ConductRecord)
        - directory.scalar(select(func.count()).select_from(ConductRecord).where(~ConductRecord.is_regional_prize))
        == 35
    )  # 18 of the city, 17 of the province


def test_a_second_import_changes_nothing(directory):
    facts = count(directory, EnterpriseFact)
    for key, path, more in (("recommended-list", LIST, {"as_of": AS_OF}), ("conduct", CONDUCT, {})):
        job = import_file(key, path, now=NOW + timedelta(hours=1), **more)
        assert job.state is ImportState.UNCHANGED
        assert (job.plan["new"], job.plan["changed"]) == (0, 0)
    assert (count(directory, Enterprise), count(directory, ConductRecord), count(directory, EnterpriseFact)) == (25, 140, facts)


def test_a_corrected_list_shows_what_would_change_and_keeps_the_earlier_fact(directory):
    row = ["平顶山市常绿物业服务有限公司", CHANGLV, "二级", "2004-09-03", "300", "215", "29", "67", "54.5", "全市", "0375-7378678"]
    job = import_list(csv_of(HEADER, row))
    assert job.state is ImportState.DONE
    assert job.plan["changed_entries"][0]["changes"] == [["staff", 209, 215], ["service_area", ("卫东区", "新华区"), ("全市",)]]
    changlv = find_by_uscc(CHANGLV)
    assert changlv.staff == 215 and changlv.district_names == ("全市",)
    assert changlv.batch.name == "第一批"  # the corrected file names no batch and takes none away
    assert [f.value for f in facts_of(changlv.id) if f.name is FactName.STAFF] == ["215", "209"]


def test_an_older_list_does_not_override_what_was_stated_since(directory):
    row = ["平顶山市常绿物业服务有限公司", CHANGLV, "二级", "2004-09-03", "300", "100", "29", "67", "54.5", "全市", "0375-7378678"]
    assert import_list(csv_of(HEADER, row), as_of=date(2008, 1, 1)).state is ImportState.UNCHANGED
    assert find_by_uscc(CHANGLV).staff == 209


def test_a_list_older_than_one_fact_that_the_enterprise_stated_leaves_that_fact_alone(directory):
    changlv = find_by_uscc(CHANGLV)
    bureau = factories.actor(Role.BUREAU_OFFICER)
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    actions.link_organisation(changlv, home, actor=bureau, now=NOW)
    clerk = factories.actor(Role.ENTERPRISE_CLERK, organisation=home)
    actions.state_facts(changlv, {FactName.STAFF: 230}, as_of=date(2009, 11, 1), actor=clerk, now=NOW)
    row = ["平顶山市常绿物业服务有限公司", CHANGLV, "二级", "2004-09-03", "300", "215", "35", "67", "54.5", "全市", "0375-7378678"]
    job = import_list(csv_of(HEADER, row), as_of=date(2009, 10, 15))
    assert [change[0] for change in job.plan["changed_entries"][0]["changes"]] == ["managers", "service_area"]
    assert (changlv.staff, changlv.managers) == (230, 35)


def test_the_same_figures_as_of_a_later_day_are_a_new_statement(directory):
    job = import_file("recommended-list", LIST, as_of=date(2009, 10, 31))
    assert (job.state, job.plan["changed"]) == (ImportState.DONE, 25)
    assert find_by_uscc(CHANGLV).stated_on == date(2009, 10, 31)


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"统一社会信用代码": "91110000600037341O"}, "uscc", "B"),
        ({"统一社会信用代码": "91110000600037341K"}, "uscc", "B"),
        ({"统一社会信用代码": "91110000600037342L"}, "uscc", "B"),
        ({"统一社会信用代码": "9111000060003734"}, "uscc", "B"),
        ({"统一社会信用代码": ""}, "missing", "B"),
        ({"企业名称": ""}, "missing", "A"),
        ({"资质等级": "特级"}, "not_choice", "C"),
        ({"成立日期": "2010-01-01"}, "founded_later", "D"),
        ({"成立日期": "去年"}, "not_date", "D"),
        ({"注册资本(万元)": "五百"}, "not_number", "E"),
        ({"从业人员(人)": "61.5"}, "not_whole", "F"),
        ({"从业人员(人)": "-1"}, "negative", "F"),
        ({"管理人员(人)": "611"}, "more_than_staff", "G"),
        ({"其中住宅(万㎡)": "200"}, "residential_over_managed", "I"),
        ({"联系电话": "见附件"}, "phone", "K"),
    ],
)
def test_each_defect_of_a_row_is_named_with_its_place(session, changes, code, column):
    job = import_list(csv_of(HEADER, but(SOUND, HEADER, **changes)))
    assert problems_of(job) == [(code, 2, column)]
    kind = find_kind("recommended-list").problem_kind(code)
    assert str(kind.text) and str(kind.mend)
    assert job.state is (ImportState.READY if code == "phone" else ImportState.BLOCKED)
    assert count(session, Enterprise) == 0


def test_the_same_code_twice_and_the_same_name_twice(session):
    other = but(SOUND, HEADER, 统一社会信用代码="914403001922038216")
    job = import_list(csv_of(HEADER, SOUND, but(SOUND, HEADER, 企业名称="乙物业服务有限公司"), other))
    assert problems_of(job) == [("uscc_twice", 3, "B"), ("name_twice", 4, "A")]


def test_a_list_without_its_day_is_refused(session):
    job = import_list(csv_of(HEADER, SOUND), as_of=None)
    assert problems_of(job) == [("no_as_of", 0, "")]
    assert job.state is ImportState.BLOCKED


def test_a_district_that_the_city_does_not_have_is_asked_about(session):
    division = Enterprise.metadata.tables["division"]
    city = {"code": "4104", "name": "平顶山市", "level": "city", "parent_code": None, "is_provisional": False}
    session.execute(division.insert(), [city, city | {"code": "410411", "name": "湛河区", "level": "district", "parent_code": "4104"}])
    job = import_list(csv_of(HEADER, but(SOUND, HEADER, 服务区域="湛河区、卧龙区")))
    assert problems_of(job) == [("unknown_district", 2, "J")]
    assert job.state is ImportState.READY
    assert import_list(csv_of(HEADER, but(SOUND, HEADER, 服务区域="全市"))).state is ImportState.DONE


def test_codes_are_read_as_people_type_them(session):
    job = import_list(csv_of(HEADER, but(SOUND, HEADER, 统一社会信用代码="９１１１００００ 60003734-1 l")))
    assert job.state is ImportState.DONE
    assert find_by_uscc("91110000600037341L").name == "甲物业服务有限公司"


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"统一社会信用代码": "91110000600037341L"}, "unknown_enterprise", "A"),
        ({"统一社会信用代码": "91410400LF8390KCXB"}, "uscc", "A"),
        ({"企业名称": "别的公司"}, "name_differs", "B"),
        ({"发生日期": "2009-11-19"}, "occurred_later", "C"),
        ({"类别": "一般"}, "not_choice", "D"),
        ({"类别": "不良"}, "points_sign", "F"),
        ({"分值": "0"}, "points_sign", "F"),
        ({"分值": "101"}, "too_large", "F"),
        ({"文号": ""}, "missing", "G"),
        ({"有效期至": "2009-05-31"}, "expires_before", "H"),
    ],
)
def test_each_defect_of_a_record_is_named_with_its_place(directory, changes, code, column):
    job = import_conduct(but(RECORD, CONDUCT_HEADER, **changes))
    assert problems_of(job) == [(code, 2, column)]
    assert job.state is (ImportState.READY if code == "name_differs" else ImportState.BLOCKED)
    assert count(directory, ConductRecord) == 140


def test_the_same_record_twice_in_one_file_is_refused(directory):
    assert problems_of(import_conduct(RECORD, RECORD)) == [("record_twice", 3, "G")]


def test_a_corrected_record_is_changed_and_not_added(directory):
    assert import_conduct(RECORD).state is ImportState.DONE
    job = import_conduct(but(RECORD, CONDUCT_HEADER, 分值="3", 有效期至="2011-06-01"))
    assert job.plan["changed_entries"][0]["changes"] == [["points", 2, 3], ["expires_on", "2010-06-01", "2011-06-01"]]
    assert directory.scalar(select(func.count()).select_from(ConductRecord).where(ConductRecord.revoked_at.is_(None))) == 141


def test_only_the_bureaus_officers_import(session):
    with pytest.raises(Refused, match="不能导入"):
        import_file("conduct", CONDUCT, actor=factories.actor(Role.ENTERPRISE_CLERK))


def test_a_correction_counts_from_now_on_and_the_published_record_stays_for_every_earlier_instant(directory):
    changlv, at, later = find_by_uscc(CHANGLV), NOW + timedelta(days=20), NOW + timedelta(days=21)
    assert import_conduct(RECORD, now=NOW + timedelta(hours=1)).state is ImportState.DONE
    before = credibility_of([changlv.id], at)[changlv.id].as_dict()
    corrected = but(RECORD, CONDUCT_HEADER, 分值="30")
    assert import_conduct(corrected, now=later).state is ImportState.DONE
    directory.expire_all()
    assert credibility_of([changlv.id], at)[changlv.id].as_dict() == before
    assert credibility_of([changlv.id], later)[changlv.id].score > credibility_of([changlv.id], at)[changlv.id].score
    earlier, standing = directory.scalars(
        select(ConductRecord).where(ConductRecord.document_number == RECORD[6]).order_by(ConductRecord.id)
    ).all()
    assert (earlier.points, earlier.revoked_at, earlier.revoked_reason) == (2, later, "更正：以 记录.csv 第 2 行 为准")
    assert (standing.points, standing.recorded_at, standing.revoked_at) == (30, later, None)
    assert import_conduct(corrected, now=later + timedelta(hours=1)).state is ImportState.UNCHANGED
    assert count(directory, ConductRecord) == 142
    months = looking_back(conduct_of(changlv.id), later + timedelta(hours=1))
    assert months[-2].count == months[-1].count  # the corrected record is looked back on once, not twice


def test_a_revoked_record_does_not_come_back_with_a_file(directory):
    assert import_conduct(RECORD).state is ImportState.DONE
    row = directory.scalars(select(ConductRecord).where(ConductRecord.document_number == RECORD[6])).one()
    actions.revoke_conduct(row, reason="决定已撤销", actor=factories.actor(Role.BUREAU_OFFICER), now=NOW + timedelta(hours=1))
    directory.commit()
    assert import_conduct(RECORD, now=NOW + timedelta(hours=2)).state is ImportState.UNCHANGED
    job = import_conduct(but(RECORD, CONDUCT_HEADER, 分值="3"), now=NOW + timedelta(hours=3))
    assert problems_of(job) == [("record_revoked", 2, "G")]
    assert count(directory, ConductRecord) == 141
