"""The pages of key holders: keys, rehearsals and losses as people meet them."""

import hashlib
import json
from datetime import timedelta

import pyrage
import pytest

from app.accounts.rules import Role
from app.tenders import holders as rules
from app.tenders.holders import HolderSeat
from app.tenders.queries import holders as asked
from tests import factories
from tests.factories import NOW
from tests.statements import counted_statements
from tests.tenders import draft_stories as stories
from tests.tenders import holder_stories as told


@pytest.fixture(autouse=True)
def november(clock):
    clock.set(NOW)


# --- pages -----------------------------------------------------------------------------------------------------------------


def test_a_holder_makes_a_key_offline_and_rehearses_without_script(session, client, sign_in):
    trio = told.city()
    tender = stories.begin(trio.place)
    told.choose(trio, tender)
    sign_in(client, trio.legal)
    assert "制作保管投标的密钥" in client.get("/desk").main
    assert "您还没有密钥" in client.get("/keys").main
    identity = pyrage.x25519.Identity.generate()
    page = client.get("/keys/new")
    refused = client.submit(page, "/keys/new", recipient=str(identity), status=200)
    assert "这是私钥" in refused.errors[0] and str(identity) not in refused.html
    page = client.submit(page, "/keys/new", recipient=str(identity.to_public()))
    assert "现在的密钥" in page.main
    page = client.get(f"/tenders/{tender.number}/rehearsal")
    page = client.submit(page, f"/tenders/{tender.number}/rehearsal/begin")
    capsule = client.look(f"/tenders/{tender.number}/rehearsal/capsule").data
    opened = pyrage.decrypt(capsule, [identity]).decode()
    assert f"age -d -i key.txt {tender.number}-rehearsal.age | sha256sum" in page.main
    wrong = client.submit(page, f"/tenders/{tender.number}/rehearsal", answer=opened, status=200)
    assert "这不是 SHA-256 校验值" in wrong.errors[0] and json.loads(opened)["answer"] not in wrong.html
    page = client.submit(page, f"/tenders/{tender.number}/rehearsal", answer=f"{hashlib.sha256(opened.encode()).hexdigest()}  -")
    assert "演练合格" in page.main
    assert "演练合格" in client.get("/keys").main


def test_everybody_reads_green_and_red_and_only_those_concerned_the_names(session, client, new_client, sign_in):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    page = client.get(f"/tenders/{tender.number}")
    assert "演练合格" in page.main and "任意 2 位一起解密" in page.main
    assert "钱法制" not in page.main and "孙街道" not in page.main
    assert "钱法制" not in client.get(f"/tenders/{tender.number}/history").main
    for person in (trio.place.manager, trio.place.officer):
        browser = new_client()
        sign_in(browser, person)
        assert "钱法制" in browser.get(f"/tenders/{tender.number}").main


def test_a_loss_is_reported_on_its_page_and_shown_on_the_tenders(session, client, new_client, sign_in):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    for person in (trio.legal, trio.street):
        browser = new_client()
        sign_in(browser, person)
        key = asked.standing_key(person.id)
        page = browser.get(f"/keys/{key.id}/lost")
        assert "靠其余保管人开标" in page.main and tender.number in page.main
        assert "已报失" in browser.submit(page, f"/keys/{key.id}/lost").main
        browser.get(f"/keys/{key.id}/lost", status=404)
    page = client.get(f"/tenders/{tender.number}")
    assert "密钥已报失 2 份，仍有 1 份可用" in page.main
    sign_in(client, trio.place.officer)
    assert "密钥报失，可用的不够开标" in client.get("/desk").main


def test_publication_is_refused_with_sentence_and_link(session, client, sign_in, clock):
    trio = told.city()
    tender = told.ready(trio)
    told.make_key(trio, trio.street, NOW + timedelta(days=3))
    clock.set(told.PUBLISH)
    sign_in(client, trio.place.manager)
    page = client.get(f"/tenders/{tender.number}/publish")
    assert "孙街道（未演练）" in page.main and f"/tenders/{tender.number}/holders" in page.links
    assert not page.all(".//main//form")
    page = client.get(f"/tenders/{tender.number}")
    assert "孙街道（未演练）" in page.main and f"/tenders/{tender.number}/holders" in page.links


def test_a_key_and_a_seat_are_nobody_elses(session, client, sign_in):
    trio = told.city()
    tender = told.ready(trio)
    key = asked.standing_key(trio.legal.id)
    sign_in(client, trio.street)
    client.get(f"/keys/{key.id}/lost", status=404)
    client.post(f"/keys/{key.id}/lost", status=404)
    stranger = factories.person(Role.COMMUNITY_MANAGER, division_code="410402001002")
    sign_in(client, stranger)
    client.get(f"/tenders/{tender.number}/holders", status=404)
    client.get(f"/tenders/{tender.number}/rehearsal", status=404)
    client.post(f"/tenders/{tender.number}/rehearsal/begin", status=404)


def test_pages_of_holders_ask_few_queries(session, app, client, sign_in):
    trio = told.city()
    tender = told.ready(trio)
    sign_in(client, trio.place.manager)
    own = f"/tenders/{tender.number}"
    for address in ("/keys", "/keys/new", own, f"{own}/holders", f"{own}/rehearsal"):
        with counted_statements(app) as counted:
            client.get(address)
        assert len(counted) <= 15, (address, len(counted))


@pytest.mark.parametrize("seat", HolderSeat)
def test_each_seat_has_roles(seat):
    assert rules.ROLES_OF_SEAT[seat] <= set(rules.HOLDING_ROLES)
