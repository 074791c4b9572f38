"""Scores as of an instant: nothing that is stated, corrected or ended later changes what they were then."""

from datetime import date, timedelta

import pytest

from app.accounts.rules import OrganisationKind, Role
from app.common.refusal import Refused
from app.enterprises import actions, queries
from app.enterprises.rules import FactName
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)
DEADLINE = NOW + 20 * DAY
STATED = {
    FactName.STAFF: 50,
    FactName.TECHNICIANS: 5,
    FactName.CERTIFIED_MANAGERS: 2,
    FactName.PROJECTS: 4,
    FactName.MANAGED_AREA: 20_000_000,
    FactName.SERVICE_AREA: ("湛河区",),
}
BETTER = {
    FactName.STAFF: 900,
    FactName.TECHNICIANS: 100,
    FactName.CERTIFIED_MANAGERS: 60,
    FactName.PROJECTS: 3,
    FactName.MANAGED_AREA: 1_000_000,
    FactName.SERVICE_AREA: ("全市",),
}
CONTRACT = {
    "reference": "WD-2009-0001",
    "name": "康居小区",
    "place": "卫东区",
    "area_centi": 5_000_000,
    "signed_on": date(2009, 11, 25),
    "since_on": date(2009, 12, 1),
    "until_on": date(2011, 11, 30),
}


@pytest.fixture
def officer(session):
    return factories.actor(Role.BUREAU_OFFICER)


@pytest.fixture
def enterprise(officer):
    return actions.register_enterprise(uscc="91110000600037341L", name="甲物业服务有限公司", actor=officer, now=NOW)


@pytest.fixture
def clerk(enterprise, officer):
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    actions.link_organisation(enterprise, home, actor=officer, now=NOW)
    return factories.actor(Role.ENTERPRISE_CLERK, organisation=home)


def capacity(enterprise, at, districts=("新华区", "湛河区")) -> dict:
    return queries.capacity_of([enterprise.id], at, districts=districts, taking_centi=7_000_000)[enterprise.id].as_dict()


def test_figures_stated_after_the_deadline_do_not_change_the_capacity_at_the_deadline(session, enterprise, clerk, officer):
    actions.state_facts(enterprise, STATED, as_of=date(2009, 11, 18), actor=clerk, now=NOW)
    actions.note_contract(enterprise, **CONTRACT, actor=officer, now=NOW + 7 * DAY)
    session.commit()
    before = capacity(enterprise, DEADLINE)
    assert "contract:" in str(before)  # signed since the load was stated, so it counts on top
    actions.state_facts(enterprise, BETTER, as_of=date(2009, 12, 9), actor=clerk, now=DEADLINE + DAY)
    session.commit()
    session.expire_all()
    assert capacity(enterprise, DEADLINE) == before
    after = capacity(enterprise, DEADLINE + DAY)
    assert float(after["score"]) > float(before["score"])
    assert "contract:" not in str(after)


def test_what_was_not_stated_by_then_brings_no_points(session, enterprise, clerk):
    actions.state_facts(enterprise, STATED, as_of=date(2009, 11, 18), actor=clerk, now=NOW)
    session.commit()
    assert float(capacity(enterprise, NOW)["score"]) > 0
    earlier = capacity(enterprise, NOW - DAY)
    assert earlier["score"] == "0.00"
    assert {s["value"] for p in earlier["parts"] for s in p["sources"] if s["key"] == "fact:staff"} == {"未申报"}


def test_today_the_list_and_the_statements_agree(session, enterprise, clerk):
    for said, as_of, now in ((STATED, date(2009, 11, 18), NOW), (BETTER, date(2009, 12, 9), DEADLINE + DAY)):
        actions.state_facts(enterprise, said, as_of=as_of, actor=clerk, now=now)
        session.commit()
        explained = queries.capacity_of([enterprise.id], now)[enterprise.id]
        assert queries.capacity_scores([enterprise], now) == {enterprise.id: explained.score}


def test_a_contract_does_not_end_in_the_past(session, enterprise, clerk, officer):
    actions.state_facts(enterprise, STATED, as_of=date(2009, 11, 18), actor=clerk, now=NOW)
    project = actions.note_contract(enterprise, **CONTRACT, actor=officer, now=NOW + 7 * DAY)
    before = capacity(enterprise, DEADLINE)["score"]
    with pytest.raises(Refused, match="早于今天"):
        actions.end_contract(project, ended_on=date(2009, 12, 7), actor=officer, now=DEADLINE + DAY)
    actions.end_contract(project, ended_on=date(2009, 12, 9), actor=officer, now=DEADLINE + DAY)
    session.commit()
    assert capacity(enterprise, DEADLINE)["score"] == before
