"""What a bidder and the public read of the tenders in which an enterprise has bid: nothing early, then place, points and outcome."""

import pytest

from app.accounts.rules import Role
from app.tenders.actions import award
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE
from tests.tenders.calendars import keep_calendar

URL = "/tenders/XH-2009-0001"


@pytest.fixture
def story(session, clock):
    keep_calendar(2009, 2010)
    found = stories.with_bids((71, 67, 76))
    clock.set(DEADLINE)
    return found


def announce(story, session, clock) -> None:
    stories.open_all(story)
    stories.seat(story)
    stories.score_all(story)
    stories.close(story, now=AFTER)
    award.publish_candidates(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    clock.set(AFTER)


def decide(story, session, clock) -> int:
    """The first candidate's enterprise."""
    winner = next(row.bid for row in story.tender.ranking.rows if row.rank == 1)
    clock.set(story.tender.notice_ends_at)
    award.award(story.tender, winner.id, actor=story.manager_actor, now=story.tender.notice_ends_at)
    session.commit()
    return winner.enterprise_id


def test_own_bids_tell_their_state_and_once_public_their_outcome(story, session, clock, client, sign_in):
    sign_in(client, story.bidders[0][1])
    page = client.get("/bids")
    assert "已提交" in page.main and "投标已截止，等待固定截止清单" in page.main and f"{URL}/result" not in page.links
    announce(story, session, clock)
    page = client.get("/bids")
    assert "待定标" in page.main and " 名，" in page.main and f"{URL}/result" in page.links
    winner = decide(story, session, clock)
    for enterprise, user in story.bidders:
        sign_in(client, user)
        words = client.get("/bids").main
        assert ("未中标" in words) == (enterprise.id != winner) and "中标" in words
        assert ("定标还没有备案" in words) == (enterprise.id == winner)


def test_an_enterprises_page_leads_to_its_tenders_and_nobody_reads_them_before_the_opening(story, session, clock, client):
    enterprise = story.bidders[0][0]
    url = f"/enterprises/{enterprise.id}/tenders"
    assert url in client.get(f"/enterprises/{enterprise.id}").links
    assert "还没有已经开标的项目" in client.get(url).main
    stories.open_all(story)
    clock.set(AFTER)
    page = client.get(url)
    assert URL in page.links and "还没有公布" in page.main


def test_the_won_tenders_are_a_list_of_their_own(story, session, clock, client):
    announce(story, session, clock)
    winner = decide(story, session, clock)
    officer = factories.person(Role.BUREAU_OFFICER, division_code=factories.DISTRICT, name="李备")
    award.confirm_award(story.tender, actor=factories.actor_for(officer), now=story.tender.notice_ends_at)
    session.commit()
    for enterprise, _user in story.bidders:
        page = client.get(f"/enterprises/{enterprise.id}/tenders?won=1")
        assert (URL in page.links) == (enterprise.id == winner)
        assert ("还没有中标的项目" in page.main) == (enterprise.id != winner)
    client.get("/enterprises/99999/tenders", status=404)
