"""What people can do with enterprises, what is refused, and that each leaves its trace."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.rules import OrganisationKind, Role
from app.common import audit
from app.common.refusal import Refused
from app.enterprises import actions, queries
from app.enterprises.models import ConductRecord, Enterprise, EnterpriseFact
from app.enterprises.rules import ConductKind, FactName, FactSource, Verification, why_not_admitted
from tests import factories
from tests.factories import NOW

USCC = "91110000600037341L"


@pytest.fixture
def officer(session):
    return factories.actor(Role.BUREAU_OFFICER)


@pytest.fixture
def enterprise(officer):
    return actions.register_enterprise(uscc=" 91110000 60003734 1l", name="甲物业服务有限公司", actor=officer, now=NOW)


@pytest.fixture
def clerk(enterprise, officer):
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    actions.link_organisation(enterprise, home, actor=officer, now=NOW)
    return factories.actor(Role.ENTERPRISE_CLERK, organisation=home)


def good(**changes):
    return {
        "occurred_on": date(2009, 10, 1),
        "kind": ConductKind.GOOD,
        "matter": "接管无人管理楼院",
        "points": 2,
        "document_number": "平房管〔2009〕301号",
        "expires_on": date(2010, 10, 1),
    } | changes


def events(obj) -> list[str]:
    return [row.event for row in audit.db.session.scalars(audit.history(obj))]


def test_a_registered_enterprise_waits_for_verification(enterprise):
    assert (enterprise.uscc, enterprise.verification) == (USCC, Verification.PENDING)
    assert "尚在核验" in str(why_not_admitted(enterprise.verification).text)
    assert events(enterprise) == ["enterprise.register"]


def test_a_wrong_or_known_code_is_refused_at_its_field(enterprise, officer):
    for code, sentence in (("91110000600037341K", "第 18 位"), (USCC, "已经在名录中")):
        with pytest.raises(Refused, match=sentence) as refused:
            actions.register_enterprise(uscc=code, name="乙", actor=officer, now=NOW)
        assert refused.value.field == "uscc"


def test_verification_passes_once_and_a_refusal_says_why(enterprise, officer):
    with pytest.raises(Refused, match="没有写明核验意见"):
        actions.refuse_verification(enterprise, note=" ", actor=officer, now=NOW)
    actions.refuse_verification(enterprise, note="法定代表人与登记不符", actor=officer, now=NOW)
    assert "核验未通过" in str(why_not_admitted(enterprise.verification).text)
    actions.verify_enterprise(enterprise, actor=officer, now=NOW)
    assert why_not_admitted(enterprise.verification) is None and enterprise.verified_at == NOW
    with pytest.raises(Refused, match="已经核验通过"):
        actions.verify_enterprise(enterprise, actor=officer, now=NOW)
    with pytest.raises(Refused, match="不能再退回"):
        actions.refuse_verification(enterprise, note="迟了", actor=officer, now=NOW)


def test_an_organisation_acts_for_one_enterprise_only(enterprise, officer, clerk):
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    with pytest.raises(Refused, match="已经关联"):
        actions.link_organisation(enterprise, home, actor=officer, now=NOW)
    other = actions.register_enterprise(uscc="914403001922038216", name="乙", actor=officer, now=NOW)
    with pytest.raises(Refused, match="不是物业服务企业"):
        actions.link_organisation(other, factories.organisation(OrganisationKind.COMMUNITY), actor=officer, now=NOW)


def test_an_enterprise_states_its_facts_and_the_earlier_ones_stay(enterprise, clerk):
    said = {FactName.STAFF: 50, FactName.MANAGED_AREA: 10_000_000, FactName.SERVICE_AREA: ("湛河区",)}
    assert actions.state_facts(enterprise, said, as_of=date(2009, 9, 30), actor=clerk, now=NOW) == list(said)
    assert actions.state_facts(enterprise, said, as_of=date(2009, 9, 30), actor=clerk, now=NOW) == []
    actions.state_facts(enterprise, {FactName.STAFF: 60}, as_of=date(2009, 10, 31), actor=clerk, now=NOW)
    assert (enterprise.staff, enterprise.district_names) == (60, ("湛河区",))
    assert enterprise.stated_on == date(2009, 9, 30)  # the area was not stated anew, so contracts since then still count
    stated = [f for f in queries.facts_of(enterprise.id) if f.name is FactName.STAFF]
    assert [(f.value, f.source, f.source_text) for f in stated] == [
        ("60", FactSource.DECLARED, clerk.organisation_name),
        ("50", FactSource.DECLARED, clerk.organisation_name),
    ]


def test_facts_that_cannot_be_are_refused_at_their_field(enterprise, clerk):
    actions.state_facts(enterprise, {FactName.STAFF: 50}, as_of=date(2009, 9, 30), actor=clerk, now=NOW)
    for said, as_of, field in (
        ({FactName.MANAGERS: 51}, date(2009, 10, 1), "managers"),
        ({FactName.MANAGED_AREA: 1, FactName.RESIDENTIAL_AREA: 2}, date(2009, 10, 1), "residential_area_centi"),
        ({FactName.STAFF: 51}, date(2009, 11, 19), "as_of"),
        ({FactName.STAFF: 51}, date(2009, 9, 29), "as_of"),
    ):
        with pytest.raises(Refused) as refused:
            actions.state_facts(enterprise, said, as_of=as_of, actor=clerk, now=NOW)
        assert refused.value.field == field


def test_nobody_states_facts_of_another_enterprise(enterprise, clerk, officer):
    stranger = factories.actor(Role.ENTERPRISE_CLERK)
    for person in (stranger, officer):
        with pytest.raises(Refused, match="只能申报本企业"):
            actions.state_facts(enterprise, {FactName.STAFF: 1}, as_of=date(2009, 9, 30), actor=person, now=NOW)


def test_a_refused_enterprise_that_mends_its_facts_waits_again(enterprise, clerk, officer):
    actions.refuse_verification(enterprise, note="人数不符", actor=officer, now=NOW)
    actions.state_facts(enterprise, {FactName.STAFF: 50}, as_of=date(2009, 9, 30), actor=clerk, now=NOW)
    assert enterprise.verification is Verification.PENDING


def test_a_recorded_record_counts_at_once_and_a_revoked_one_no_more(enterprise, officer):
    before = queries.credibility_of([enterprise.id], NOW)[enterprise.id].score
    row = actions.record_conduct(enterprise, **good(), actor=officer, now=NOW)
    after = queries.credibility_of([enterprise.id], NOW)[enterprise.id].score
    assert after > before
    later = NOW + timedelta(days=1)
    actions.revoke_conduct(row, reason="平房管〔2009〕310号撤销", actor=officer, now=later)
    assert queries.credibility_of([enterprise.id], later)[enterprise.id].score == before
    assert queries.credibility_of([enterprise.id], NOW)[enterprise.id].score == after  # what was true then stays so
    with pytest.raises(Refused, match="已经撤销"):
        actions.revoke_conduct(row, reason="再来一次", actor=officer, now=later)
    assert events(enterprise)[:2] == ["conduct.revoke", "conduct.record"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": -2}, "points"),
        ({"points": 0}, "points"),
        ({"points": 101}, "points"),
        ({"occurred_on": date(2009, 11, 19)}, "occurred_on"),
        ({"expires_on": date(2009, 9, 30)}, "expires_on"),
    ],
)
def test_a_record_that_cannot_be_is_refused_at_its_field(enterprise, officer, changes, field):
    with pytest.raises(Refused) as refused:
        actions.record_conduct(enterprise, **good(**changes), actor=officer, now=NOW)
    assert refused.value.field == field


def test_the_same_record_twice_is_refused_by_the_rule_and_by_the_database(session, enterprise, officer):
    row = actions.record_conduct(enterprise, **good(), actor=officer, now=NOW)
    with pytest.raises(Refused, match="已有同一天"):
        actions.record_conduct(enterprise, **good(), actor=officer, now=NOW)
    session.flush()
    twin = {c.name: getattr(row, c.name) for c in ConductRecord.__table__.columns if c.name != "id"}
    session.add(ConductRecord(**twin))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": -2},
        {"expires_on": date(2009, 9, 30)},
        {"revoked_at": NOW},
        {"points": 101},
    ],
)
def test_the_database_itself_refuses_an_impossible_record(session, enterprise, wrong):
    session.add(
        ConductRecord(enterprise_id=enterprise.id, source_text="测试", recorded_at=NOW, **(good() | {"revoked_reason": ""} | wrong))
    )
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    "wrong", [{"staff": -1}, {"uscc": "91"}, {"managed_area_centi": 1, "residential_area_centi": 2}, {"verified_at": NOW}]
)
def test_the_database_itself_refuses_an_impossible_enterprise(session, wrong):
    session.add(Enterprise(**({"uscc": USCC, "name": "甲", "created_at": NOW, "verification": Verification.PENDING} | wrong)))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_stated_fact_can_be_neither_changed_nor_deleted(session, enterprise, clerk):
    actions.state_facts(enterprise, {FactName.STAFF: 50}, as_of=date(2009, 9, 30), actor=clerk, now=NOW)
    session.commit()
    fact = session.scalars(select(EnterpriseFact)).one()
    fact.value = "500"
    with pytest.raises(Exception, match="append-only|permission denied"):
        session.flush()


def test_a_contract_becomes_a_project_and_part_of_the_load(enterprise, clerk, officer):
    facts = {
        FactName.STAFF: 10,
        FactName.TECHNICIANS: 3,
        FactName.CERTIFIED_MANAGERS: 2,
        FactName.PROJECTS: 1,
        FactName.MANAGED_AREA: 2_000_000,
    }
    actions.state_facts(enterprise, facts, as_of=date(2009, 9, 30), actor=clerk, now=NOW)
    terms = {
        "reference": "WD-2009-0001",
        "name": "康居小区",
        "place": "卫东区东苑社区",
        "area_centi": 2_000_000,
        "signed_on": date(2009, 11, 18),
        "since_on": date(2009, 12, 1),
        "until_on": date(2011, 11, 30),
    }
    project = actions.note_contract(enterprise, **terms, actor=officer, now=NOW)
    assert actions.note_contract(enterprise, **terms, actor=officer, now=NOW) is project
    capacity = queries.capacity_of([enterprise.id], NOW)[enterprise.id]
    assert capacity.part("load").mark == 50  # 4,000 m² each: bound from the signature, before the service begins
    assert [s.key for s in capacity.part("load").sources][-1] == f"contract:{project.id}"
    actions.end_contract(project, ended_on=date(2009, 12, 31), actor=officer, now=NOW)
    assert queries.capacity_of([enterprise.id], datetime(2010, 1, 1, tzinfo=UTC))[enterprise.id].part("load").mark == 100
    with pytest.raises(Refused, match="不在合同期内"):
        actions.end_contract(project, ended_on=date(2009, 11, 30), actor=officer, now=NOW)
