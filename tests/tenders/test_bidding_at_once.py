"""Two people at once, on both databases: one bid, one opening, nothing half done."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.common.database import writing
from app.common.refusal import Refused
from app.extensions import db
from app.tenders.actions import bidding, evaluating, opening, sealing, unsealing
from app.tenders.models import Bid, BidContent, BidUnsealing, BidVersion, OpeningRecord, Ranking, ShareRelease, Tender
from tests import factories
from tests.statements import counted_statements
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, IN_TIME


def at_once(app, *works) -> list[str]:
    """Each work in a thread and transaction of its own, started together: its answer, or the refusal's sentence."""
    barrier, answers = threading.Barrier(len(works)), [""] * len(works)

    def run(index: int, work) -> None:
        with app.app_context(), writing():
            barrier.wait()
            try:
                answers[index] = work()
                db.session.commit()
            except Refused as refused:
                db.session.rollback()
                answers[index] = str(refused.reason.text)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def tender_again() -> Tender:
    return db.session.scalars(select(Tender)).one()


def count(model) -> int:
    db.session.commit()
    return db.session.scalar(select(func.count()).select_from(model))


def test_two_clicks_on_submit_make_one_bid_with_one_receipt(app, session):
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    header, actor = stories.sealed(story, 0).header.to_bytes(), story.actor(0)
    session.commit()

    def submit() -> str:
        return sealing.submit_capsule(tender_again(), header, actor=actor, now=IN_TIME).receipt

    receipts = at_once(app, submit, submit, submit)
    assert len(set(receipts)) == 1 and receipts[0].startswith("TB")
    assert (count(Bid), count(BidVersion)) == (1, 1)


def test_two_presses_on_open_make_one_record(app, session):
    story = stories.with_bids()
    stories.unseal_all(story)
    actor = story.manager_actor
    session.commit()

    def press() -> str:
        return opening.open_bids(tender_again(), presided_by="周文", actor=actor, now=AFTER).presided_by

    answers = at_once(app, press, press)
    assert answers.count("周文") == 1 and any("不能办理" in answer for answer in answers)
    assert count(OpeningRecord) == 1


def test_a_bid_that_meets_the_closing_is_either_listed_or_refused(app, session):
    story = stories.with_bids()
    manager, bidder, header = story.manager_actor, story.actor(0), stories.sealed(story, 0, price_fen=60).header
    session.commit()

    def close() -> str:
        return " ".join(unsealing.close_bidding(tender_again(), actor=manager, now=AFTER).capsules)

    def submit() -> str:
        return sealing.submit_capsule(tender_again(), header.to_bytes(), actor=bidder, now=IN_TIME).receipt

    listed, receipt = at_once(app, close, submit)
    assert len(listed.split()) == 3
    assert (header.sha256 in listed) == receipt.startswith("TB")
    db.session.commit()
    newest = db.session.scalars(select(Bid).order_by(Bid.id)).first()
    assert len(newest.versions) == (2 if receipt.startswith("TB") else 1)


def test_two_holders_give_their_shares_at_once_and_each_bid_is_opened_once(app, session):
    story = stories.with_bids()
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    actors = [factories.actor_for(user) for user in story.holders[:2]]
    shares = [stories.shares_of(story, holder) for holder in (0, 1)]
    session.commit()

    def give(holder: int):
        def work() -> str:
            unsealing.release_shares(tender_again(), shares[holder], actor=actors[holder], now=AFTER)
            db.session.commit()
            for ready in unsealing.ready_capsules(tender_again()):
                db.session.rollback()
                found = unsealing.read_capsule(ready)
                unsealing.keep_unsealed(tender_again(), ready.version_id, found, now=AFTER)
                db.session.commit()
            return "given"

        return work

    assert at_once(app, give(0), give(1)) == ["given", "given"]
    assert (count(ShareRelease), count(BidUnsealing), count(BidContent)) == (6, 3, 3)


def test_a_withdrawal_that_came_first_and_waited_behind_a_replacement_is_not_set_before_it(app, session):
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    stories.submit(story, 0)
    header = stories.sealed(story, 0, price_fen=60).header.to_bytes()
    actor, earlier = story.actor(0), IN_TIME - timedelta(seconds=3)
    session.commit()

    def replace() -> str:
        return sealing.submit_capsule(tender_again(), header, actor=actor, now=IN_TIME).receipt

    def withdraw() -> str:
        return str(bidding.withdraw_bid(tender_again(), actor=actor, now=earlier).withdrawn_at is not None)

    receipt, is_withdrawn = at_once(app, replace, withdraw)
    db.session.commit()
    bid = db.session.scalars(select(Bid)).one()
    assert receipt.startswith("TB") and is_withdrawn == "True"
    assert [one.submitted_at for one in bid.versions] == sorted(one.submitted_at for one in bid.versions)
    assert bid.withdrawn_at in (None, IN_TIME), "handed in after it, or taken back at the instant of what it took back"


def test_two_presses_on_the_report_make_one_ranking(app, session):
    story = stories.with_bids()
    stories.open_all(story)
    stories.seat(story)
    stories.score_all(story)
    actor = story.manager_actor
    session.commit()

    def press() -> str:
        return evaluating.close_evaluation(tender_again(), actor=actor, now=AFTER + timedelta(hours=1)).inputs_sha256

    answers = at_once(app, press, press)
    assert len([a for a in answers if len(a) == 64]) == 1
    assert count(Ranking) == 1


@pytest.mark.parametrize("moment", [AFTER])
def test_two_organisers_seat_the_same_person(app, session, moment):
    story = stories.with_bids()
    stories.open_all(story)
    expert = factories.person(stories.Role.EVALUATOR, name="孙专家")
    actor, user_id = story.manager_actor, expert.id
    session.commit()

    def seat() -> str:
        user = db.session.get(stories.User, user_id)
        return evaluating.seat_evaluator(tender_again(), user, seat=stories.Seat.EXPERT, reason="抽取", actor=actor, now=moment).reason

    answers = at_once(app, seat, seat)
    assert sorted(a == "抽取" for a in answers) == [False, True] and any("已经在评标委员会里" in a for a in answers)


@pytest.mark.parametrize("again", [False, True], ids=["first bids", "replacements"])
def test_many_bids_ask_no_more_of_the_database_than_two(app, session, again):
    """Handed in together they share their questions; writing rows of a kind may take a statement for each."""
    story = stories.published()
    story.bidders = [stories.enterprise(n + 1, f"试验{n}物业服务有限公司") for n in range(8)]
    if again:
        for index in range(8):
            stories.submit(story, index)
    session.commit()

    def asked(indexes) -> list[str]:
        handed_in = [
            sealing.look_at(stories.sealed(story, index, price_fen=60).header.to_bytes()).by(story.actor(index), IN_TIME)
            for index in indexes
        ]
        session.commit()
        with counted_statements(app) as sent:
            answers = sealing.submit_capsules(story.tender.number, lambda: handed_in)
            session.commit()
        assert all(isinstance(answer, sealing.Accepted) for answer in answers)
        return [statement for statement in sent if statement.startswith("SELECT")]

    asked([7])  # what is known of a tender afterwards
    two, five = asked([0, 1]), asked([2, 3, 4, 5, 6])
    assert len(five) <= len(two) <= 14, five
