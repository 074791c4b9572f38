"""A city with a contracted compound, everybody who touches its subsidy, and an active programme."""

import pytest

from tests.funding.things import Stage, build_stage


@pytest.fixture
def stage(session) -> Stage:
    made = build_stage()
    session.commit()
    return made
