"""A savepoint neither needs an audit row of its own nor makes the transaction forget that it needs one."""

import pytest

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind
from app.common.audit import record
from app.common.database import UnauditedChange
from tests import factories


def test_a_savepoint_may_be_audited_afterwards(session):
    home = factories.organisation(OrganisationKind.COMMUNITY)
    session.commit()
    with session.begin_nested():
        home.name = "改名"
    record("organisation.create", home, actor=factories.system_actor(), now=factories.NOW)
    session.commit()
    assert session.get(Organisation, home.id).name == "改名"


@pytest.mark.parametrize("ends", ["released", "rolled back"])
def test_what_a_savepoint_leaves_unaudited_is_refused(session, ends):
    home = factories.organisation(OrganisationKind.COMMUNITY)
    session.commit()
    home.name = "改名"
    session.flush()
    savepoint = session.begin_nested()
    savepoint.commit() if ends == "released" else savepoint.rollback()
    with pytest.raises(UnauditedChange):
        session.commit()
