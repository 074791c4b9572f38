"""A city with a contracted compound, everybody who touches its subsidy, and an active programme."""

import pytest

from app.accounts.models import User
from app.extensions import db
from tests.funding.things import Stage, build_stage


@pytest.fixture
def stage(session) -> Stage:
    made = build_stage()
    session.commit()
    return made


START = (2009, 11, 18, 9, 0)


@pytest.fixture
def at(stage, clock, sign_in, new_client):
    """`at("street")` is a browser in which the stage's street officer has signed in."""
    clock.set_local(*START)
    browsers = {}

    def enter(name: str):
        if name not in browsers:
            browsers[name] = new_client()
            sign_in(browsers[name], db.session.get(User, getattr(stage, name).user_id))
        return browsers[name]

    return enter
