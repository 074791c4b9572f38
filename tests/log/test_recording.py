"""Audited events get their leaves when the transaction ends, and only those that were kept."""

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Organisation
from app.common import audit
from app.common.database import writing
from app.extensions import db
from app.log import actions, queries, recording
from app.log.keys import log_keys
from app.log.models import LogEntry
from app.log.notes import Proof
from app.log.recording import DECISIVE, LINKS, Decisive
from app.log.verifying import verify
from tests import factories
from tests.log.conftest import START
from tests.log.test_append import data_of


@pytest.fixture
def home(session, monkeypatch):
    about = factories.organisation(name="甲社区")
    session.commit()
    monkeypatch.setitem(DECISIVE, "organisation.create", Decisive(more=lambda obj, _row: {"file": obj.name}))
    return about


def happen(home, minutes: int = 0) -> audit.AuditEvent:
    return audit.record("organisation.create", home, actor=factories.system_actor(), now=START + timedelta(minutes=minutes))


def entries() -> list[LogEntry]:
    return list(db.session.scalars(sa.select(LogEntry).order_by(LogEntry.leaf_index)))


def test_a_decisive_event_gets_its_leaf_with_the_commit(home):
    happen(home)
    assert entries() == []
    db.session.commit()
    (entry,) = entries()
    assert (entry.event, entry.object_type, entry.object_id) == ("organisation.create", "organisation", str(home.id))
    assert json.loads(entry.payload)["file"] == "甲社区"


def test_an_action_may_have_its_receipt_before_the_commit(home):
    row = happen(home)
    recording.append_pending()
    (entry,) = entries()
    assert row.leaf == entry.leaf_index
    receipt = Proof.from_text(queries.receipt(entry))
    receipt.verify(data_of(receipt), log_keys().verifier)
    db.session.commit()
    assert len(entries()) == 1


def test_what_was_taken_back_gets_no_leaf(home):
    happen(home)
    db.session.rollback()
    happen(home, 1)
    savepoint = db.session.begin_nested()
    happen(home, 2)
    savepoint.rollback()
    with db.session.begin_nested():
        happen(home, 3)
    db.session.commit()
    assert [json.loads(entry.payload)["at"][14:16] for entry in entries()] == ["04", "06"]


def test_other_events_get_none(home):
    audit.record(
        "organisation.end" if "organisation.end" in audit.EVENT_LABELS else "sample.load", home, actor=factories.system_actor(), now=START
    )
    db.session.commit()
    assert entries() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_decisive_event_has_words_and_every_link_a_page(app):
    assert set(DECISIVE) <= set(audit.EVENT_LABELS)
    assert {fact for how in DECISIVE.values() for fact in how.facts} <= set(audit.FACT_LABELS)
    assert set(LINKS) <= set(audit.OBJECT_LABELS)
    assert {endpoint for endpoint, _ in LINKS.values()} <= set(app.view_functions)


PERSONAL = {"member", "presided_by", "witnessed_by", "corrections", "explanation", "grounds", "note"}


def test_no_public_leaf_names_a_person():
    """What people wrote freely, or are called, is in the audit trail; a public leaf has hashes, dates, money and enterprises."""
    assert not {(event, fact) for event, how in DECISIVE.items() for fact in how.facts if how.is_public and fact in PERSONAL}


def test_many_at_once_each_get_a_place_of_their_own(app, home):
    """Eight hands, five events each: nothing is lost, every receipt verifies, and the log is whole."""
    number, problems = home.id, []
    db.session.commit()

    def work(hand: int) -> None:
        try:
            with app.app_context(), writing():
                for step in range(5):
                    about = db.session.get(Organisation, number)
                    actions.append("tender.publish", about, now=START + timedelta(seconds=step), payload={"file": f"{hand}-{step}"})
                    db.session.commit()
        except Exception as error:  # noqa: BLE001 - shown by the test
            problems.append(error)

    hands = [threading.Thread(target=work, args=(hand,)) for hand in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert problems == []
    found = entries()
    assert len(found) == len({json.loads(entry.payload)["file"] for entry in found}) == 40
    for entry in found:
        receipt = Proof.from_text(queries.receipt(entry))
        receipt.verify(data_of(receipt), log_keys().verifier)
    assert verify().fault is None and verify().leaves == 40
