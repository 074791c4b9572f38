"""One now a request, never before what was already done; the demonstration clock goes forward only."""

from datetime import timedelta
from time import monotonic

import pytest

from app.accounts import actions
from app.accounts.rules import OrganisationKind
from app.common import clock as app_clock
from app.common.access import system_actor
from tests import factories


def note(at):
    actions.create_organisation(kind=OrganisationKind.BUREAU, name=f"局{at}", division_code="41", actor=system_actor(), now=at)


def test_now_is_the_same_all_through_a_request(app, session):
    with app.test_request_context("/"):
        assert app_clock.now() == app_clock.now()


def test_now_never_lies_before_the_last_audit_row(session):
    ahead = app_clock.wall() + timedelta(hours=2)
    note(ahead)
    session.commit()
    app_clock.forget_now()
    assert app_clock.now() == ahead


def test_what_has_waited_stands_at_the_instant_at_which_it_came(app, session):
    came = monotonic()
    before = app_clock.wall()
    app_clock.forget_now()
    assert app_clock.instant_of(came - 3) < before - timedelta(seconds=2.9)
    assert before - timedelta(seconds=0.1) < app_clock.instant_of(came) <= app_clock.now()
    assert app_clock.instant_of(came + 60) == app_clock.now(), "nothing comes in the future"


def test_a_clock_that_was_put_back_gives_no_time_for_waiting(session):
    ahead = app_clock.wall() + timedelta(hours=2)
    note(ahead)
    session.commit()
    app_clock.forget_now()
    assert app_clock.instant_of(monotonic() - 60) == ahead


def test_the_demonstration_clock_gives_no_time_for_waiting(clock, session):
    at = clock.set_local(2009, 11, 18, 9, 0)
    app_clock.forget_now()
    assert app_clock.instant_of(monotonic() - 60) == at


def test_the_demonstration_clock_stands_still(clock, session):
    at = clock.set_local(2009, 11, 18, 9, 0)
    app_clock.forget_now()
    assert app_clock.now() == at and app_clock.is_demo()


def test_the_control_moves_the_clock_and_says_so(clock, client):
    clock.set_local(2009, 11, 18, 9, 0)
    page = client.post("/demo/clock", {"step": "3"})
    assert "2009年11月21日" in page.text
    page = client.post("/demo/clock", {"step": "to", "to": "2009-12-01T10:30"})
    assert "2009年12月1日（周二）10:30" in page.text


@pytest.mark.parametrize("to", ["2009-11-17T09:00", "", "soon", "2050-01-01T00:00"])
def test_it_cannot_be_moved_back_or_beyond_reason(clock, client, to):
    clock.set_local(2009, 11, 18, 9, 0)
    page = client.post("/demo/clock", {"step": "to", "to": to}, status=200)
    assert page.errors and "2009年11月18日" in page.text


def test_a_real_city_has_no_such_control(client):
    client.get("/demo/clock", status=404)
    assert "演示时钟" not in client.get("/sign-in").text


def test_production_refuses_a_demonstration_clock(app, session):
    app.config["PRODUCTION"] = True
    with pytest.raises(RuntimeError):
        app_clock.set_demo(factories.NOW)


def test_production_ignores_a_demonstration_clock_that_is_there(clock, app, session):
    clock.set_local(2009, 11, 18, 9, 0)
    app.config["PRODUCTION"] = True
    app_clock.forget_now()
    assert not app_clock.is_demo() and app_clock.now().year > 2009


def test_production_without_https_does_not_start():
    from app.config import flask_config, read_settings

    with pytest.raises(SystemExit, match="LINLI_HTTPS"):
        flask_config(read_settings({"LINLI_PRODUCTION": "1"}))
