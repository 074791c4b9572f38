"""Who works for an enterprise decides nothing about it, whatever else their hat allows."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.rules import OrganisationKind, Role
from app.accounts.session import actor_of
from app.common.imports.states import ImportState
from app.common.refusal import Refused
from app.enterprises import actions
from app.enterprises.models import ConductRecord
from app.enterprises.rules import ConductKind, Verification
from tests import factories
from tests.enterprises.conftest import AS_OF, import_file
from tests.factories import NOW

USCC = "91110000600037341L"
RECORD = {
    "occurred_on": date(2009, 11, 1),
    "kind": ConductKind.GOOD,
    "matter": "省优",
    "points": 50,
    "document_number": "豫建〔2009〕1号",
    "expires_on": date(2011, 1, 1),
}


@pytest.fixture
def other(session):
    return factories.actor(Role.BUREAU_OFFICER)


@pytest.fixture
def enterprise(other):
    return actions.register_enterprise(uscc=USCC, name="甲物业服务有限公司", actor=other, now=NOW)


@pytest.fixture
def insider(enterprise, other):
    """An officer of the bureau who also works for the enterprise."""
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    actions.link_organisation(enterprise, home, actor=other, now=NOW)
    user = factories.person(Role.ENTERPRISE_CLERK, organisation=home)
    hat = factories.give_role(user, factories.organisation(OrganisationKind.BUREAU), Role.BUREAU_OFFICER)
    factories.db.session.flush()
    return actor_of(hat, "192.0.2.7")


def test_an_officer_decides_nothing_about_an_enterprise_they_work_for(session, enterprise, insider, other):
    for decide, more in (
        (actions.verify_enterprise, {}),
        (actions.refuse_verification, {"note": "不符"}),
        (actions.record_conduct, RECORD),
    ):
        with pytest.raises(Refused, match="应当回避"):
            decide(enterprise, **more, actor=insider, now=NOW)
    assert enterprise.verification is Verification.PENDING
    row = actions.record_conduct(enterprise, **RECORD, actor=other, now=NOW)
    with pytest.raises(Refused, match="应当回避"):
        actions.revoke_conduct(row, reason="更正", actor=insider, now=NOW)
    assert row.revoked_at is None
    actions.revoke_conduct(row, reason="更正", actor=other, now=NOW)


def test_nor_does_a_file_let_them(session, enterprise, insider, other):
    record = f"统一社会信用代码,发生日期,类别,事项,分值,文号,有效期至\n{USCC},2009-11-01,良好,省优,50,豫建〔2009〕1号,2011-01-01\n".encode()
    listed = f"企业名称,统一社会信用代码,从业人员(人)\n甲物业服务有限公司,{USCC},900\n".encode()
    session.commit()
    for key, content, more in (("conduct", record, {}), ("recommended-list", listed, {"as_of": AS_OF})):
        job = import_file(key, Path("表.csv"), content=content, actor=insider, **more)
        assert (job.state, [p["code"] for p in job.reading["problems"]]) == (ImportState.BLOCKED, ["own_enterprise"])
        assert import_file(key, Path("表.csv"), content=content, actor=other, **more).state is ImportState.DONE
        assert import_file(key, Path("表.csv"), content=content, actor=insider, **more).state is ImportState.UNCHANGED
    assert session.scalar(select(func.count(ConductRecord.id))) == 1
