"""The home page before anything has happened, and the three doors."""

import pytest

from app.accounts.rules import Role


def test_an_empty_city_has_a_home_page_that_says_what_is_missing(client):
    page = client.get("/")
    assert "现在没有正在招标的项目" in page.main and "还没有导入楼院底数" in page.main and "还没有启用的补贴" in page.main


@pytest.mark.parametrize("name", ["community", "enterprise", "bureau"])
def test_each_door_says_the_steps_and_leads_in(client, name):
    page = client.get(f"/start/{name}")
    assert page.all(".//ol/li") and "/sign-in?next=/desk" in page.links


def test_a_door_leads_those_who_are_in_to_their_desk(client, sign_in):
    sign_in(client, Role.BUREAU_OFFICER)
    assert client.get("/start/bureau", status=302).location == "/desk"


def test_there_is_no_fourth_door(client):
    client.get("/start/vault", status=404)


def test_the_desk_of_every_role_says_that_nothing_waits(new_client, session, sign_in):
    for role in Role:
        client = new_client()
        sign_in(client, role)
        page = client.get("/desk")
        assert str(role.label) in page.text, role


def test_the_trail_is_for_auditors_and_keeps_bids_out(client, new_client, session, sign_in):
    sign_in(client, Role.AUDITOR)
    page = client.get("/trail")
    assert "授予身份" in page.main
    assert "在此之前对任何人保密" in page.main
    other = new_client()
    sign_in(other, Role.BUREAU_OFFICER)
    other.get("/trail", status=403)


def test_an_administrator_corrects_the_calendar(client, session, sign_in):
    sign_in(client, Role.ADMINISTRATOR)
    page = client.submit(client.get("/calendar?year=2009"), date="2009-11-20", is_workday=None, note="平政办〔2009〕1号")
    assert "2009年11月20日" in page.main and "平政办〔2009〕1号" in page.main
