"""Handing in, replacing and taking back bids: until the deadline to the millisecond, once for a double click, one bid an enterprise."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.audit import AuditEvent
from app.common.refusal import Refused
from app.enterprises.rules import Verification
from app.tenders.actions import bidding
from app.tenders.bidding import content_hash
from app.tenders.kinds import BidDocumentKind
from app.tenders.models import Bid, BidVersion
from app.tenders.queries.bids import canonical_of, content_of_version, own_bid, own_draft
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import DEADLINE, IN_TIME

PDF = b"%PDF-1.4 bid"


@pytest.fixture
def story(session):
    found = stories.published()
    found.bidders = [stories.enterprise(1, stories.NAMES[0]), stories.enterprise(2, stories.NAMES[1])]
    return found


def test_a_bid_is_received_with_number_hash_and_time(story, session):
    version = stories.submit(story, 0, now=IN_TIME)
    bid = own_bid(story.tender, story.actor(0))
    assert version.submitted_at == IN_TIME and version.receipt.startswith("TB") and version.number == 1
    assert sha256(canonical_of(story.tender, bid)).hexdigest() == version.content_sha256


def test_the_same_content_never_has_the_same_hash_twice(story, session):
    first = stories.submit(story, 0, now=IN_TIME - timedelta(days=1))
    stories.prepare(story, 0, now=IN_TIME - timedelta(hours=1))
    again = bidding.submit_bid(story.tender, actor=story.actor(0), now=IN_TIME)
    salts = {first.content.salt, again.content.salt}
    assert len(salts) == 2 and all(len(salt) == 64 for salt in salts)
    bid, uscc = own_bid(story.tender, story.actor(0)), story.bidders[0][0].uscc
    assert again.content.salt in canonical_of(story.tender, bid).decode()
    same = [content_hash(content_of_version(one), tender_number=story.tender.number, uscc=uscc, number=1) for one in (first, again)]
    assert same[0] == same[1], "without their salts they are the same bytes"


def test_a_receipt_of_before_there_were_salts_still_holds(story, session):
    version = stories.submit(story, 0, now=IN_TIME)
    content, bid = content_of_version(version), own_bid(story.tender, story.actor(0))
    version.content.salt = ""
    version.content_sha256 = content_hash(content, tender_number=story.tender.number, uscc=bid.enterprise.uscc, number=1)
    session.flush()
    assert sha256(canonical_of(story.tender, bid)).hexdigest() == version.content_sha256
    session.rollback()


def test_a_late_bid_is_refused_and_says_when_bidding_closed(story, session):
    stories.prepare(story, 0)
    with pytest.raises(Refused) as refused:
        bidding.submit_bid(story.tender, actor=story.actor(0), now=DEADLINE + timedelta(milliseconds=1))
    assert "2009年12月9日（周三）09:30:00.000" in str(refused.value.reason.text) and "09:30:00.001" in str(refused.value.reason.text)
    assert own_bid(story.tender, story.actor(0)) is None


def test_pressing_submit_twice_gives_the_same_receipt(story, session):
    first = stories.submit(story, 0)
    again = bidding.submit_bid(story.tender, actor=story.actor(0), now=IN_TIME)
    assert again.receipt == first.receipt
    assert len(session.scalars(select(BidVersion)).all()) == 1


def test_a_request_that_waited_behind_a_later_one_is_not_set_before_it(story, session):
    """On PostgreSQL a request takes its instant before it waits for the tender's lock."""
    actor, earlier = story.actor(0), IN_TIME - timedelta(seconds=2)
    stories.submit(story, 0, price_fen=75, now=IN_TIME)
    stories.prepare(story, 0, price_fen=70, now=earlier)
    second = bidding.submit_bid(story.tender, actor=actor, now=earlier)
    session.commit()
    bid = own_bid(story.tender, actor)
    assert (second.number, second.submitted_at, bid.submitted_at) == (2, IN_TIME, IN_TIME)
    bidding.withdraw_bid(story.tender, actor=actor, now=earlier)
    session.commit()
    assert own_bid(story.tender, actor).withdrawn_at == IN_TIME
    third = bidding.submit_bid(story.tender, actor=actor, now=earlier)
    session.commit()
    assert third.submitted_at == IN_TIME, "and it stays before the deadline, for what it follows was"


def test_a_replacement_takes_the_place_of_the_bid_before(story, session):
    first = stories.submit(story, 0, price_fen=75)
    second = stories.submit(story, 0, price_fen=70, now=IN_TIME)
    bid = own_bid(story.tender, story.actor(0))
    assert (bid.current_number, bid.submitted_at) == (2, IN_TIME)
    assert second.receipt != first.receipt and second.content.price_fen == 70
    assert len(session.scalars(select(Bid)).all()) == 1


def test_a_bid_taken_back_can_be_handed_in_again(story, session):
    stories.submit(story, 0)
    bidding.withdraw_bid(story.tender, actor=story.actor(0), now=IN_TIME - timedelta(hours=2))
    session.commit()
    assert own_bid(story.tender, story.actor(0)).withdrawn_at is not None
    bidding.submit_bid(story.tender, actor=story.actor(0), now=IN_TIME)
    session.commit()
    bid = own_bid(story.tender, story.actor(0))
    assert bid.withdrawn_at is None and bid.current_number == 2


@pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1)])
def test_after_the_deadline_a_bid_stays(story, session, late):
    stories.submit(story, 0)
    with pytest.raises(Refused, match="不能撤回"):
        bidding.withdraw_bid(story.tender, actor=story.actor(0), now=DEADLINE + late)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_fen": None}, "price"),
        ({"price_fen": 81}, "price"),
        ({"plan": "短"}, "plan"),
        ({"no_interest": False}, "no_interest"),
        ({"staffing": []}, "staffing"),
    ],
)
def test_an_incomplete_bid_is_kept_as_a_draft_and_not_taken(story, session, changes, field):
    stories.prepare(story, 0, **changes)
    with pytest.raises(Refused) as refused:
        bidding.submit_bid(story.tender, actor=story.actor(0), now=IN_TIME)
    assert refused.value.field == field


def test_a_clerk_prepares_and_may_not_hand_in(story, session):
    home = story.bidders[0][1].memberships[0].organisation
    clerk = factories.actor_for(factories.person(Role.ENTERPRISE_CLERK, organisation=home))
    stories.prepare(story, 0)
    assert own_draft(story.tender, clerk) is not None
    with pytest.raises(Refused, match="签章人"):
        bidding.submit_bid(story.tender, actor=clerk, now=IN_TIME)


def test_an_unverified_enterprise_is_told_how_to_be_verified(story, session):
    story.bidders.append(stories.enterprise(3, "河南新来物业服务有限公司", verification=Verification.PENDING))
    with pytest.raises(Refused, match="核验"):
        stories.prepare(story, 2)


def test_a_colleagues_later_change_is_not_overwritten(story, session):
    draft = stories.prepare(story, 0)
    seen = draft.version_id
    stories.prepare(story, 0, price_fen=66)
    with pytest.raises(Refused, match="别人已经改动"):
        stories.prepare(story, 0, price_fen=65, seen_version=seen)


def test_files_are_checked_by_content_and_go_with_the_bid(story, session):
    with pytest.raises(Refused, match="不是允许的类型"):
        stories.prepare(story, 0, files=[(BidDocumentKind.PLAN, "方案.pdf", b"MZ\x00\x01")])
    session.rollback()
    version = stories.submit(story, 0, files=[(BidDocumentKind.PLAN, "方案.pdf", PDF)])
    assert [d.title for d in version.documents] == ["方案.pdf"]
    assert sha256(PDF).hexdigest() in canonical_of(story.tender, version.bid).decode()


def test_too_many_files_are_refused(story, session):
    with pytest.raises(Refused, match="附件最多"):
        stories.prepare(story, 0, files=[(BidDocumentKind.OTHER, f"{n}.pdf", PDF + bytes([n])) for n in range(11)])


def test_the_audit_rows_of_a_bid_tell_nothing_of_its_content(story, session):
    stories.submit(story, 0, price_fen=77)
    rows = session.scalars(select(AuditEvent).where(AuditEvent.object_type.in_(("bid", "bid_draft")))).all()
    assert {row.event for row in rows} == {"bid.prepare", "bid.submit"}
    assert all(set(row.facts) <= {"version", "receipt"} for row in rows)


def test_the_tenders_own_row_does_not_change_when_bids_come_in(story, session):
    before = story.tender.version_id
    stories.submit(story, 0)
    stories.submit(story, 1)
    session.expire_all()
    assert story.tender.version_id == before
