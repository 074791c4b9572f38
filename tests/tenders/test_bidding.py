"""Handing in, replacing and taking back bids: until the deadline to the millisecond, once for a double click, one bid an enterprise."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.audit import AuditEvent
from app.common.refusal import Refused
from app.enterprises.rules import Verification
from app.tenders.actions import bidding, sealing, unsealing
from app.tenders.capsule.format import Header
from app.tenders.models import Bid, BidContent, BidVersion
from app.tenders.queries.bids import own_bid
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import DEADLINE, IN_TIME


@pytest.fixture
def story(session):
    found = stories.published()
    found.bidders = [stories.enterprise(1, stories.NAMES[0]), stories.enterprise(2, stories.NAMES[1])]
    return found


def hand_in(story, header: Header, *, index: int = 0, now=IN_TIME, actor=None):
    return sealing.submit_capsule(story.tender, header.to_bytes(), actor=actor or story.actor(index), now=now)


def test_a_bid_is_received_with_number_hash_and_time(story, session):
    header = stories.sealed(story, 0).header
    version = hand_in(story, header)
    assert version.submitted_at == IN_TIME and version.receipt.startswith("TB") and version.number == 1
    assert version.content_sha256 == header.sha256 == own_bid(story.tender, story.actor(0)).versions[0].capsule.sha256


def test_what_is_handed_in_cannot_be_read(story, session):
    stories.submit(story, 0)
    assert session.scalars(select(BidContent)).all() == []


def test_the_same_content_never_has_the_same_hash_twice(story, session):
    assert stories.sealed(story, 0).header.sha256 != stories.sealed(story, 0).header.sha256


def test_a_late_bid_is_refused_and_says_when_bidding_closed(story, session):
    header = stories.sealed(story, 0).header
    with pytest.raises(Refused) as refused:
        hand_in(story, header, now=DEADLINE + timedelta(milliseconds=1))
    assert "2009年12月9日（周三）09:30:00.000" in str(refused.value.reason.text) and "09:30:00.001" in str(refused.value.reason.text)
    assert own_bid(story.tender, story.actor(0)) is None


def test_pressing_submit_twice_gives_the_same_receipt(story, session):
    header = stories.sealed(story, 0).header
    first, again = hand_in(story, header, now=IN_TIME - timedelta(hours=1)), hand_in(story, header)
    assert again.receipt == first.receipt
    assert len(session.scalars(select(BidVersion)).all()) == 1


def test_a_request_that_waited_behind_a_later_one_is_not_set_before_it(story, session):
    """On PostgreSQL a request takes its instant before it waits for the tender's lock."""
    actor, earlier = story.actor(0), IN_TIME - timedelta(seconds=2)
    stories.submit(story, 0, price_fen=75, now=IN_TIME)
    second = stories.submit(story, 0, price_fen=70, now=earlier)
    bid = own_bid(story.tender, actor)
    assert (second.number, second.submitted_at, bid.submitted_at) == (2, IN_TIME, IN_TIME)
    bidding.withdraw_bid(story.tender, actor=actor, now=earlier)
    session.commit()
    assert own_bid(story.tender, actor).withdrawn_at == IN_TIME
    third = stories.submit(story, 0, now=earlier)
    assert third.submitted_at == IN_TIME, "and it stays before the deadline, for what it follows was"


def test_a_replacement_takes_the_place_of_the_bid_before(story, session):
    first = stories.submit(story, 0, price_fen=75)
    second = stories.submit(story, 0, price_fen=70, now=IN_TIME)
    bid = own_bid(story.tender, story.actor(0))
    assert (bid.current_number, bid.submitted_at) == (2, IN_TIME)
    assert second.receipt != first.receipt
    assert len(session.scalars(select(Bid)).all()) == 1


def test_a_bid_taken_back_can_be_handed_in_again_but_not_the_same_capsule(story, session):
    header = stories.sealed(story, 0).header
    hand_in(story, header, now=IN_TIME - timedelta(hours=3))
    bidding.withdraw_bid(story.tender, actor=story.actor(0), now=IN_TIME - timedelta(hours=2))
    session.commit()
    assert own_bid(story.tender, story.actor(0)).withdrawn_at is not None
    with pytest.raises(Refused, match="已经提交过"):
        hand_in(story, header)
    session.rollback()
    stories.submit(story, 0, now=IN_TIME)
    bid = own_bid(story.tender, story.actor(0))
    assert bid.withdrawn_at is None and bid.current_number == 2


@pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1)])
def test_after_the_deadline_a_bid_stays(story, session, late):
    stories.submit(story, 0)
    with pytest.raises(Refused, match="不能撤回"):
        bidding.withdraw_bid(story.tender, actor=story.actor(0), now=DEADLINE + late)


def test_a_clerk_may_not_hand_in(story, session):
    home = story.bidders[0][1].memberships[0].organisation
    clerk = factories.actor_for(factories.person(Role.ENTERPRISE_CLERK, organisation=home))
    with pytest.raises(Refused, match="签章人"):
        hand_in(story, stories.sealed(story, 0).header, actor=clerk)


def test_an_unverified_enterprise_is_told_how_to_be_verified(story, session):
    story.bidders.append(stories.enterprise(3, "河南新来物业服务有限公司", verification=Verification.PENDING))
    with pytest.raises(Refused, match="核验"):
        stories.submit(story, 2)


def test_no_capsule_comes_in_once_the_closing_list_is_made(story, session):
    """A request whose instant lies before the deadline, but which waited until the list was made."""
    header = stories.sealed(story, 0).header
    with pytest.raises(Refused, match="可能还在写入"):
        unsealing.close_bidding(story.tender, actor=story.manager_actor, now=DEADLINE)
    session.rollback()
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=DEADLINE + unsealing.IN_FLIGHT)
    session.commit()
    with pytest.raises(Refused, match="截止清单已经固定"):
        hand_in(story, header, now=IN_TIME)


def test_the_audit_rows_of_a_bid_tell_nothing_of_its_content(story, session):
    stories.submit(story, 0, price_fen=77)
    rows = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "bid")).all()
    assert [row.event for row in rows] == ["bid.submit"]
    assert all(set(row.facts) <= {"version", "receipt", "capsule"} for row in rows)


def test_the_tenders_own_row_does_not_change_when_bids_come_in(story, session):
    before = story.tender.version_id
    stories.submit(story, 0)
    stories.submit(story, 1)
    session.expire_all()
    assert story.tender.version_id == before
