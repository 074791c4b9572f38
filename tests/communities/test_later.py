"""What an older census leaves alone: which fields a contract, a correction and a committee settle, and since which day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.common.access import system_actor
from app.common.audit import record
from app.communities.census.planning import Later
from app.communities.models import Compound
from app.communities.queries.later import recorded_later
from app.communities.rules import ManagementMode
from app.extensions import db
from tests.factories import COMMUNITY, NOW
from tests.tenders.bid_stories import divisions

LATE = datetime(2009, 11, 20, 16, 30, tzinfo=UTC)
"""Half past midnight of the 21st in Beijing."""


@pytest.fixture
def compound(session):
    divisions()
    made = Compound(
        division_code=COMMUNITY, name="一号院", households=10, area_centi=100_000, mode=ManagementMode.NONE, search_text="一号院", updated_at=NOW
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def happens(event: str, compound: Compound, now: datetime = NOW, **facts) -> dict[str, Later]:
    """What is settled once this was recorded as well."""
    record(event, compound, actor=system_actor(), now=now, **facts)
    db.session.commit()
    return recorded_later()[compound.id]


def test_a_contract_settles_who_manages_and_at_which_fee_even_where_nothing_changed(compound):
    settled = Later(date(2009, 11, 21), "XH-2009-0001", True)
    found = happens("compound.manage", compound, LATE, mode=ManagementMode.PROFESSIONAL, source="XH-2009-0001")
    assert found == {"mode": settled, "fee_fen": settled}


def test_half_of_a_place_settles_the_place(compound):
    found = happens("compound.correct", compound, changes=[["latitude_e6", None, 33_740_000]], reason="入户核对")
    assert set(found) == {"latitude_e6", "longitude_e6"} and not found["longitude_e6"].is_contract


def test_a_committee_settles_that_there_is_one(compound):
    assert set(happens("compound.committee", compound, committee="一号院业主委员会")) == {"has_committee"}


def test_the_last_record_of_a_field_counts(compound):
    happens("compound.manage", compound, mode=ManagementMode.PROFESSIONAL, source="XH-2009-0001")
    found = happens(
        "compound.correct", compound, LATE + timedelta(days=1), changes=[["mode", "professional", "custody"]], reason="合同已经终止"
    )
    assert found["mode"] == Later(date(2009, 11, 22), "合同已经终止", False) and found["fee_fen"].source == "XH-2009-0001"
