"""Whoever holds the database alone changes nothing of a published tender or a bid that `flask log verify` does not name, the tender open or not."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.extensions import db
from app.log import actions
from app.log.models import LogEntry
from app.log.verifying import verify
from app.tenders.actions import bidding, publishing
from app.tenders.queries import terms
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders import holder_stories as told
from tests.tenders.behind import behind
from tests.tenders.holder_stories import PUBLISH
from tests.tenders.test_bound_keys import BEIJING

FIRST = "(SELECT min(id) FROM bid)"
OF_FIRST = "(SELECT min(id) FROM bid_version)"
CHANGES = {
    "the documents": ("UPDATE tender SET bid_instructions = 'x'", "whose hash this leaf published"),
    "the ceiling": ("UPDATE tender SET ceiling_fen = ceiling_fen + 1", "whose hash this leaf published"),
    "the deadline": ("UPDATE tender SET bid_deadline_at = '2009-12-30 01:30:00.000000'", "the deadline is not the one"),
    "taken back": (f"UPDATE bid SET withdrawn_at = submitted_at WHERE id = {FIRST}", "taken back without a leaf"),
    "another bidder": (f"UPDATE bid SET organisation_id = (SELECT max(id) FROM organisation) WHERE id = {FIRST}", "for another "),
    "another instant": (
        f"UPDATE bid SET submitted_at = (SELECT max(submitted_at) FROM bid_version) WHERE id = {FIRST}",
        "what counts of this bid",
    ),
    "the bid is gone": (
        f"DELETE FROM bid_capsule WHERE version_id = {OF_FIRST}; DELETE FROM bid_version WHERE bid_id = {FIRST}; DELETE FROM bid WHERE id = {FIRST}",
        "not there any more",
    ),
    "the version is gone": (
        f"DELETE FROM bid_capsule WHERE version_id = {OF_FIRST}; DELETE FROM bid_version WHERE id = {OF_FIRST}",
        "handed in is not there any more",
    ),
    "a version is put in": (
        "INSERT INTO bid_version (bid_id, number, submitted_at, submitted_by_id, content_sha256, receipt) "
        f"SELECT bid_id, 2, submitted_at, submitted_by_id, content_sha256, 'other' FROM bid_version WHERE id = {OF_FIRST}",
        "something was put in for its bid",
    ),
    "its hash": (f"UPDATE bid_version SET content_sha256 = '{'0' * 64}' WHERE id = {OF_FIRST}", "the kept hash"),
    "its instant": (
        f"UPDATE bid_version SET submitted_at = '2009-11-20 01:00:00.000000' WHERE id = {OF_FIRST}",
        "another instant",
    ),
    "its receipt": (f"UPDATE bid_version SET receipt = 'other' WHERE id = {OF_FIRST}", "another receipt"),
    "the capsule is gone": (f"DELETE FROM bid_capsule WHERE version_id = {OF_FIRST}", "the capsule that this leaf received was removed"),
    "the capsule's header": (
        f"UPDATE bid_capsule SET header = replace(header, 'a', 'b') WHERE version_id = {OF_FIRST}",
        "the capsule is not the one",
    ),
    "the capsule's name": (f"UPDATE bid_capsule SET sha256 = '{'0' * 64}' WHERE version_id = {OF_FIRST}", "the capsule is not the one"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_named(session, database, app, what):
    story = stories.with_bids()
    assert verify().fault is None
    statements, sentence = CHANGES[what]
    behind(database, *statements.split("; "))
    fault = verify().fault
    assert fault is not None and sentence in fault.what and story.tender.number in fault.what
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=["log", "verify"])
    assert done.exit_code == 1 and len(done.output.splitlines()) == 1, "the first fault alone is named"


def test_a_bid_that_was_put_in_is_named_without_its_place(session, database):
    story = stories.with_bids()
    extra = stories.enterprise(9, stories.NAMES[3])[0]
    behind(
        database,
        "INSERT INTO bid (tender_id, enterprise_id, organisation_id, submitted_at, current_number, version_id) "
        f"SELECT tender_id, {extra.id}, {extra.organisation_id}, submitted_at, 1, 1 FROM bid WHERE id = {FIRST}",
    )
    fault = verify().fault
    published = session.scalar(sa.select(LogEntry.leaf_index).where(LogEntry.event == "tender.publish"))
    assert fault.index == published and fault.what == f"tender {story.tender.number}: a bid was put in that no leaf has"


def test_taken_back_and_handed_in_again_is_whole_and_a_bid_does_not_come_back_by_itself(session, database):
    story = stories.with_bids()
    at = stories.PUBLISHED + timedelta(days=4)
    for index in (0, 1):
        bidding.withdraw_bid(story.tender, actor=story.actor(index), now=at)
        session.commit()
    stories.submit(story, 0, now=at + timedelta(hours=1), version=2)
    stories.submit(story, 2, now=at + timedelta(hours=2), version=2)
    assert verify().fault is None
    entry = session.scalars(sa.select(LogEntry).where(LogEntry.event == "bid.withdraw").order_by(LogEntry.leaf_index.desc())).first()
    index, bid = entry.leaf_index, int(entry.object_id)
    behind(database, "UPDATE bid SET withdrawn_at = submitted_at WHERE id = :bid", bid=bid)
    assert (verify().fault.index, "another instant" in verify().fault.what) == (index, True)
    behind(database, "UPDATE bid SET withdrawn_at = NULL WHERE id = :bid", bid=bid)
    assert (verify().fault.index, "stands again" in verify().fault.what) == (index, True)


def test_verification_goes_on_after_the_opening(session, database):
    story = stories.with_bids()
    stories.open_all(story)
    assert verify().fault is None
    behind(database, *CHANGES["its hash"][0].split("; "))
    assert "the kept hash" in verify().fault.what


AFTER_THE_OPENING = {
    "another enterprise": f"UPDATE bid SET enterprise_id = (SELECT max(id) FROM enterprise) WHERE id = {FIRST}",
    "a shorter list": "UPDATE bid_closing SET bids = 2",
    "another list": "UPDATE bid_closing SET statement = 'x'",
    "no list": "DELETE FROM bid_closing",
    "the price read out": "UPDATE opening_line SET price_fen = price_fen - 1 WHERE position = 1",
    "who presided": "UPDATE opening_record SET presided_by = 'x'",
    "another record": "UPDATE opening_record SET record_sha256 = content_sha256 FROM bid_version",
    "it was cancelled": "UPDATE tender SET status = 'cancelled', cancelled_at = opened_at, cancel_reason = 'x', opened_at = NULL",
}


@pytest.mark.parametrize("change", AFTER_THE_OPENING)
def test_how_a_tender_ended_is_compared_with_its_leaves(session, database, change):
    story = stories.with_bids()
    stories.open_all(story)
    stories.enterprise(9, stories.NAMES[3])
    assert verify().fault is None
    behind(database, AFTER_THE_OPENING[change])
    assert verify().fault.what.startswith(f"tender {story.tender.number}: ")


def test_a_list_that_leaves_bids_out_is_named_before_anything_is_opened(session, database):
    story = stories.with_bids()
    row = "INSERT INTO bid_closing (tender_id, closed_at, recorded_at, bids, capsules, statement) SELECT id, {at}, {at}, 2, '[]', 'x' FROM tender"
    behind(database, row.format(at="bid_deadline_at"))
    assert "does not name the bids that stood" in verify().fault.what
    assert story.tender.number in verify().fault.what


# --- an erasure has its own leaf ------------------------------------------------------------------------------------------------


def erase(entry: LogEntry, now) -> None:
    people = {"actor": factories.actor(Role.ADMINISTRATOR), "approver": factories.actor(Role.LEGAL_OFFICER)}
    actions.erase(entry, **people, now=now, reason="本人申请")
    db.session.commit()


@pytest.mark.parametrize("event", ["tender.publish", "tender.open"])
def test_what_programs_compare_is_not_erased(session, event):
    stories.open_all(stories.with_bids())
    entry = session.scalars(sa.select(LogEntry).where(LogEntry.event == event)).one()
    with pytest.raises(Refused, match="不能删除"):
        erase(entry, stories.AFTER)


def first_bid(session) -> LogEntry:
    return session.scalars(sa.select(LogEntry).where(LogEntry.event == "bid.submit").order_by(LogEntry.leaf_index)).first()


def test_an_invented_erasure_is_named(session, database):
    stories.with_bids()
    index = first_bid(session).leaf_index
    behind(
        database,
        "UPDATE log_entry SET salt = NULL, payload = NULL, erased_at = (SELECT max(at) FROM audit_event) WHERE leaf_index = :index",
        "INSERT INTO audit_event (at, event, object_type, object_id, user_name, organisation_name, address, facts) "
        "SELECT max(at), 'log.erase', 'log_entry', CAST(:index AS varchar), 'x', '', '', '{}' FROM audit_event",
        index=index,
    )
    fault = verify().fault
    assert fault.index == index and "no leaf says" in fault.what


def test_an_erasure_is_told_by_a_public_leaf_without_a_word_about_anybody(session, client, clock):
    story = stories.with_bids()
    stories.open_all(story)
    index = first_bid(session).leaf_index
    at = clock.set(stories.AFTER + timedelta(hours=1))
    erase(session.get(LogEntry, index), at)
    assert verify().fault is None
    entry = session.scalars(sa.select(LogEntry).where(LogEntry.event == "log.erase")).one()
    assert json.loads(entry.payload) == {
        "at": at.isoformat(), "event": "log.erase", "leaf_index": index, "object": f"log_entry {index}",
    }  # fmt: skip
    assert entry.revealed_at == at
    clock.set(at + timedelta(hours=1))
    page = client.get(f"/log/leaf/{entry.leaf_index}")
    assert "删除日志中的个人信息" in page.main and f"/log/leaf/{index}" in page.links and "本人申请" not in page.main
    with pytest.raises(actions.Refused, match="没有个人信息"):
        erase(session.get(LogEntry, entry.leaf_index), at + timedelta(hours=1))


def test_what_an_erased_leaf_handed_in_is_still_compared(session, database):
    story = stories.with_bids()
    stories.open_all(story)
    erase(first_bid(session), stories.AFTER + timedelta(hours=1))
    assert verify().fault is None
    behind(database, *CHANGES["its hash"][0].split("; "))
    assert "the capsule is not the one" in verify().fault.what


# --- publications of an older version --------------------------------------------------------------------------------------------


def test_a_publication_that_hashed_the_deadline_as_typed_is_called_old_and_any_other_fault_comes_first(session, database, monkeypatch):
    trio = told.city()
    tender = told.ready(trio)
    deadline = publishing.proposed_deadline(tender, now=PUBLISH).astimezone(BEIJING)
    monkeypatch.setattr(terms, "_instant", lambda at: at.isoformat() if at else None)
    publishing.publish(tender, deadline, actor=trio.place.me, now=PUBLISH)
    session.commit()
    monkeypatch.undo()
    session.expire_all()
    fault = verify().fault
    assert fault.is_old and "older version" in fault.what and "publish it anew" in fault.what and tender.number in fault.what
    behind(database, "UPDATE tender SET contact_name = contact_name, bid_instructions = 'x' WHERE published_at IS NOT NULL")
    fault = verify().fault
    assert not fault.is_old and "whose hash this leaf published" in fault.what
