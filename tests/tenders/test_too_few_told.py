"""Too few bids: nobody is told before the closing list says so, and then everybody concerned is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.common.mail import OutboxMail
from app.tenders.actions import bidding, publishing, unsealing
from app.tenders.kinds import FailureCause
from app.tenders.lifecycle import Phase
from app.tenders.queries.tenders import ListFilter, State, count_public, phase_of
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE


@pytest.fixture
def enter(session, clock, sign_in, new_client):
    """Clients of people, just after the deadline: `enter(user)`; without a user a visitor's."""
    clock.set(AFTER)

    def client_of(user=None, language="zh"):
        client = new_client()
        if user is not None:
            sign_in(client, user)
        client.language = language
        return client

    return client_of


def address(story, rest: str = "") -> str:
    return f"/tenders/{story.tender.number}{rest}"


def close(story) -> None:
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    stories.db.session.commit()


def test_nothing_says_too_few_before_the_closing_list_is_fixed(enter):
    story, visitor = stories.with_bids((71,)), enter()
    assert phase_of(story.tender, DEADLINE) is phase_of(story.tender, AFTER) is Phase.UNLISTED
    manager, bidder = enter(story.manager), enter(story.bidders[0][1])
    for client in (visitor, manager, bidder, enter(story.holders[1])):
        for page in (address(story), address(story, "/opening"), "/tenders"):
            told = client.get(page).main
            assert not [word for word in ("不足 3 家", "不足法定数量", "没有打开", "不得开标") if word in told], page
        assert "投标已截止，等待固定截止清单" in client.get(address(story)).main
    assert [count_public(ListFilter(state=state), AFTER) for state in (State.FAILED, State.EVALUATING)] == [0, 1]
    assert "固定截止清单" in manager.get("/desk").main and "固定截止清单" in manager.get(address(story, "/opening")).main
    english = enter(language="en").get(address(story)).main
    assert "Bidding closed, closing list to be fixed" in english and "Failed" not in english
    close(story)
    assert phase_of(story.tender, AFTER) is Phase.TOO_FEW
    assert [count_public(ListFilter(state=state), AFTER) for state in (State.FAILED, State.EVALUATING)] == [1, 0]
    assert "流标：不足 3 家" in visitor.get(address(story)).main


def test_the_fixed_list_is_a_step_done_and_holders_are_asked_for_nothing(enter):
    story = stories.with_bids((71,))
    holder, visitor = enter(story.holders[1]), enter()
    assert "到开标室交出份额" in holder.get("/desk").main
    close(story)
    assert "到开标室交出份额" not in holder.get("/desk").main
    steps = visitor.get(address(story, "/opening")).main
    assert "截止清单（已完成）" in steps
    assert "/ 1" not in steps and "1 份" not in steps


def fail(story) -> None:
    publishing.declare_failed(story.tender, actor=story.manager_actor, now=AFTER)
    stories.db.session.commit()


def test_each_bidder_hears_that_its_own_bid_comes_back_sealed(session, enter):
    story = stories.with_bids((71, 67, 76))
    bidding.withdraw_bid(story.tender, actor=story.actor(2), now=DEADLINE - timedelta(seconds=1))
    session.commit()
    close(story)
    bidder = enter(story.bidders[0][1])
    assert "已提交" in bidder.get("/bids").main and "已原封退回" not in bidder.get("/bids").main
    fail(story)
    letters = session.scalars(select(OutboxMail).where(OutboxMail.subject.contains("原封退回"))).all()
    assert sorted(one.to for one in letters) == sorted(user.email for _row, user in story.bidders[:2]), "who took its bid back has none"
    for one in letters:
        assert "没有开标" in one.text and "2 份" not in one.text and "2 家" not in one.text
        assert not [name for name in stories.NAMES if name in one.text]
    assert "已原封退回" in bidder.get("/bids").main and "已提交" not in bidder.get("/bids").main
    receipt = bidder.get(address(story, "/bid/receipt")).main
    assert "投标已原封退回" in receipt and "投标已收到" not in receipt
    assert "已原封退回" not in enter(story.bidders[2][1]).get("/bids").main
    english = enter(story.bidders[0][1], language="en")
    assert "Returned sealed" in english.get("/bids").main
    assert "Your bid has been returned sealed" in english.get(address(story, "/bid/receipt")).main


def test_bidders_whose_bids_were_opened_hear_of_the_failure_alone(session):
    story = stories.with_bids((71, 67))
    story.bidders.append(stories.enterprise(3, stories.NAMES[2]))
    stories.submit(story, 2, bidder="91410402MA0000099X")
    stories.open_all(story)
    fail(story)
    assert story.tender.failure_cause is FailureCause.UNREADABLE
    letters = session.scalars(select(OutboxMail).where(OutboxMail.subject == "项目流标")).all()
    assert {one.to for one in letters} == {user.email for _row, user in story.bidders}
    assert not [one for one in letters if "退回" in one.text]
