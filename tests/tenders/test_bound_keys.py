"""Who may not hold two keys, keys that nobody swaps once they seal bids, and the publish leaf that names them."""

import json
from datetime import timedelta, timezone

import pyrage
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind, Role
from app.common import daily
from app.common.refusal import Refused
from app.extensions import db
from app.log.models import LogEntry
from app.log.verifying import verify
from app.tenders.actions import holders as actions
from app.tenders.actions import publishing
from app.tenders.queries import holders as asked
from app.tenders.queries.terms import documents_hash
from tests import factories
from tests.factories import NOW
from tests.tenders import bid_stories as bids
from tests.tenders import draft_stories as stories
from tests.tenders import holder_stories as told
from tests.tenders.holder_stories import PUBLISH, publish

BEIJING = timezone(timedelta(hours=8))


@pytest.fixture(autouse=True)
def november(clock):
    clock.set(NOW)


# --- one person, several hats ------------------------------------------------------------------------------------------------


def test_who_also_works_for_the_tenderer_sits_for_nobody_else(session):
    trio = told.city()
    tender = stories.begin(trio.place)
    factories.give_role(trio.legal, session.get(Organisation, tender.procuring_entity_id), Role.COMMUNITY_MANAGER)
    session.commit()
    with pytest.raises(Refused, match="同时在招标人任职"):
        told.choose(trio, tender)


def test_two_holders_who_share_a_house_under_other_hats_are_too_many(session):
    trio = told.city()
    tender = stories.begin(trio.place)
    factories.give_role(trio.street, trio.legal.memberships[0].organisation, Role.BUREAU_OFFICER)
    session.commit()
    with pytest.raises(Refused, match="有 2 位保管人，一个单位最多 1 位"):
        told.choose(trio, tender)


@pytest.mark.parametrize("where", ["tenderer", "enterprise", "house"])
def test_hats_given_after_choosing_keep_the_tender_from_publication(session, where):
    trio = told.city()
    tender = told.ready(trio)
    home, role, told_why = {
        "tenderer": (lambda: session.get(Organisation, tender.procuring_entity_id), Role.COMMUNITY_MANAGER, "同时在招标人任职"),
        "enterprise": (lambda: factories.organisation(OrganisationKind.ENTERPRISE), Role.ENTERPRISE_SIGNATORY, "在物业服务企业任职"),
        "house": (lambda: trio.legal.memberships[0].organisation, Role.BUREAU_OFFICER, "有 2 位保管人"),
    }[where]
    factories.give_role(trio.street, home(), role)
    session.commit()
    with pytest.raises(Refused, match=told_why):
        publish(trio, tender)


# --- nobody swaps a key ------------------------------------------------------------------------------------------------------

SWAPS = (
    "UPDATE holder_key SET recipient = 'age1other'",
    "UPDATE holder_key SET fingerprint = 'other'",
    "UPDATE holder_key SET user_id = user_id + 1",
    "DELETE FROM holder_key",
    "UPDATE tender_holder SET key_id = (SELECT min(id) FROM holder_key) WHERE position = 3",
    "UPDATE tender_holder SET key_id = NULL",
    "UPDATE tender_holder SET user_id = (SELECT min(id) FROM user_account) WHERE position = 3",
    "UPDATE tender_holder SET position = position + 2 WHERE position = 3",
    "DELETE FROM tender_holder",
)


@pytest.mark.parametrize("swap", SWAPS)
def test_the_database_lets_nobody_swap_a_key_or_a_seat(session, swap):
    trio = told.city()
    publish(trio, told.ready(trio))
    with pytest.raises(DBAPIError, match="does not allow this change|is append-only|permission denied"):
        session.execute(text(swap))


FOURTH = (
    "INSERT INTO tender_holder (tender_id, position, seat, organisation_id, user_id, key_id, chosen_at) "
    "SELECT tender_id, 4, 'further', organisation_id, :stranger, {key}, chosen_at FROM tender_holder WHERE position = 3"
)


@pytest.mark.parametrize("key", ["NULL", "key_id"])
def test_the_database_takes_no_further_holder_once_bids_are_sealed_to_the_others(session, key):
    trio = told.city()
    tender = told.ready(trio)
    add, stranger = text(FOURTH.format(key=key)), {"stranger": trio.place.bureau.user_id}
    session.execute(add, stranger)  # before the publication a seat may be added
    session.rollback()
    publish(trio, tender)
    session.commit()
    with pytest.raises(DBAPIError, match="tender_holder does not allow this change"):
        session.execute(add, stranger)


def test_the_database_binds_no_key_after_the_publication(session):
    trio = told.city()
    tender = told.ready(trio)
    bind = text("UPDATE tender_holder SET key_id = (SELECT min(id) FROM holder_key) WHERE position = 1")
    session.execute(bind)
    session.rollback()
    session.execute(text("UPDATE tender SET status = 'published', published_at = filed_at WHERE id = :id"), {"id": tender.id})
    with pytest.raises(DBAPIError, match="tender_holder does not allow this change"):
        session.execute(bind)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_keys_swapped_behind_the_guards_differ_from_the_publish_leaf(session, client):
    trio = told.city()
    tender = told.ready(trio)
    publish(trio, tender)
    entry = session.scalars(db.select(LogEntry).where(LogEntry.event == "tender.publish")).one()
    leaf = json.loads(entry.payload)
    assert leaf["recipients"] == asked.sealing_keys(tender) and leaf["threshold"] == 2 and verify().fault is None
    session.execute(text("DROP TRIGGER holder_key_no_update"))
    other = str(pyrage.x25519.Identity.generate().to_public())
    session.execute(text("UPDATE holder_key SET recipient = :r WHERE user_id = :u"), {"r": other, "u": trio.street.id})
    session.commit()
    fault = verify().fault
    assert fault.index == entry.leaf_index and tender.number in fault.what


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_publish_leaf_has_the_hash_that_the_documents_have_ever_after(session):
    """A deadline is typed in Beijing's time and read back in UTC."""
    trio = told.city()
    tender = told.ready(trio)
    deadline = publishing.proposed_deadline(tender, now=PUBLISH).astimezone(BEIJING)
    publishing.publish(tender, deadline, actor=trio.place.me, now=PUBLISH)
    session.commit()
    session.expire_all()
    entry = session.scalars(db.select(LogEntry).where(LogEntry.event == "tender.publish")).one()
    assert json.loads(entry.payload)["terms_sha256"] == documents_hash(tender)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_everybody_compares_the_keys_with_the_publish_leaf(session, client, new_client, sign_in, clock):
    trio = told.city()
    tender = told.ready(trio)
    publish(trio, tender)
    clock.set(PUBLISH + timedelta(days=1))
    page = client.get(f"/tenders/{tender.number}")
    (leaf,) = [address for address in page.links if address.startswith("/log/leaf/")]
    named = client.get(leaf).main
    for key in (holder.key for holder in tender.holders):
        assert key.fingerprint in page.main and key.fingerprint in named and key.recipient in named
    bidder = new_client()
    sign_in(bidder, bids.enterprise(1, bids.NAMES[0])[1])
    page = bidder.get(f"/tenders/{tender.number}/bid")
    assert leaf in page.links and all(holder.key.recipient in page.main for holder in tender.holders)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_threshold_differs_from_the_publish_leaf(session):
    trio = told.city()
    tender = told.ready(trio)
    publish(trio, tender)
    session.execute(text("UPDATE tender SET seal_threshold = 3"))
    session.commit()
    session.expire_all()
    assert tender.number in verify().fault.what


def test_whoever_rehearsed_weeks_ago_is_asked_again(session):
    trio = told.city()
    tender = told.ready(trio)
    publish(trio, tender)
    told.rehearse(trio, tender, trio.street, PUBLISH + timedelta(hours=2))
    assert daily.run(now=tender.bid_deadline_at - timedelta(hours=23)) == 3


def test_a_rehearsal_begun_and_not_passed_does_not_spare_the_reminder(session):
    trio = told.city()
    tender = told.ready(trio)
    publish(trio, tender)
    seat = told.seat_of(tender, trio.legal)
    actions.ask_rehearsal(seat, actor=factories.actor_for(trio.legal), now=PUBLISH + timedelta(days=1))
    at = tender.bid_deadline_at - timedelta(hours=23)
    told.rehearse(trio, tender, trio.street, at - timedelta(days=1))
    assert daily.run(now=at) == 2
    session.commit()
    assert daily.run(now=at + timedelta(hours=1)) == 0
    told.rehearse(trio, tender, trio.legal, at + timedelta(hours=2))
