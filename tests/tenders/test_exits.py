"""No evaluation is stuck: a member who can't go on, and rejections that leave fewer than three bids, each have a lawful way on."""

from datetime import timedelta

import pytest

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.tenders.actions import award, evaluating, publishing
from app.tenders.kinds import FailureCause, Regime, RejectionGround, RejectionVoice, Seat
from app.tenders.lifecycle import Status
from app.tenders.queries import evaluation as asked
from app.tenders.queries.award import candidate_lines
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

DAY = timedelta(days=1)


def evaluated(session, regime: Regime):
    """Three bids, one of them rejected."""
    story = stories.with_bids((71, 67, 76), regime=regime, number="XH-2009-0777")
    stories.open_all(story)
    stories.seat(story)
    stories.reject(story, story.tender.bids[0])
    session.refresh(story.tender)
    return story


def test_who_can_not_go_on_is_replaced_even_after_others_have_signed(session):
    story = stories.with_bids((71, 67, 76))
    stories.open_all(story)
    stories.seat(story)
    absent = story.evaluators.pop()
    stories.score_all(story)
    with pytest.raises(Refused, match="没有签署"):
        stories.close(story)
    seat = next(one for one in asked.committee(story.tender) if one.user_id == absent.id)
    legal = factories.actor(Role.LEGAL_OFFICER)
    evaluating.recuse_evaluator(story.tender, seat.id, reason="因病不能继续评标", actor=legal, now=AFTER)
    successor = factories.person(Role.EVALUATOR, organisation=absent.memberships[0].organisation, name="替补专家")
    evaluating.seat_evaluator(story.tender, successor, seat=Seat.EXPERT, reason="随机抽取递补", actor=legal, now=AFTER)
    session.commit()
    evaluating.declare_no_interest(story.tender, actor=factories.actor_for(successor), now=AFTER)
    signed, story.evaluators = story.evaluators, [successor]
    stories.score_all(story)
    assert len(signed) == 4
    stories.close(story)
    assert story.tender.status is Status.EVALUATED


def test_under_budget_money_two_valid_bids_end_the_tender_and_a_new_one_begins(session):
    story = evaluated(session, Regime.PUBLIC)
    assert "应予废标" in str(asked.load_case(story.tender).shortage.next)
    stories.score_all(story)
    stories.close(story)
    with pytest.raises(Refused, match="有效投标只有 2 家，不足 3 家"):
        award.publish_candidates(story.tender, actor=story.manager_actor, now=AFTER + DAY)
    publishing.declare_failed(story.tender, actor=story.manager_actor, now=AFTER + DAY)
    session.commit()
    assert story.tender.failure_cause is FailureCause.TOO_FEW_BIDS
    again = publishing.retender(story.tender, actor=story.manager_actor, now=AFTER + 2 * DAY)
    session.commit()
    assert again.status is Status.DRAFT


@pytest.mark.parametrize("regime", [Regime.COMMUNITY, Regime.OWNERS])
def test_elsewhere_the_committee_goes_on_while_it_finds_competition(session, regime):
    story = evaluated(session, regime)
    assert "仍有竞争的，继续评分" in str(asked.load_case(story.tender).shortage.next)
    stories.score_all(story)
    stories.close(story)
    award.publish_candidates(story.tender, actor=story.manager_actor, now=AFTER + DAY)
    session.commit()
    assert len(candidate_lines(story.tender)) == 2


def test_a_committee_that_finds_no_competition_rejects_all_that_is_left_and_never_a_part(session):
    story = evaluated(session, Regime.COMMUNITY)
    second, third = story.tender.bids[1:]
    stories.reject(story, second, ground=RejectionGround.NO_COMPETITION, why="仅剩两家且报价接近限价")
    with pytest.raises(Refused, match="缺乏竞争为由的否决不能成立"):
        stories.close(story)
    session.rollback()
    stories.reject(story, third, ground=RejectionGround.NO_COMPETITION, why="仅剩两家且报价接近限价")
    stories.close(story)
    with pytest.raises(Refused, match="全部投标被否决"):
        award.publish_candidates(story.tender, actor=story.manager_actor, now=AFTER + DAY)
    publishing.declare_failed(story.tender, actor=story.manager_actor, now=AFTER + DAY)
    session.commit()
    assert story.tender.failure_cause is FailureCause.ALL_REJECTED


def test_want_of_competition_is_no_ground_while_three_bids_are_left(session):
    story = stories.with_bids((71, 67, 76))
    stories.open_all(story)
    stories.seat(story)
    with pytest.raises(Refused, match="不能以缺乏竞争为由否决") as refused:
        stories.reject(story, story.tender.bids[0], ground=RejectionGround.NO_COMPETITION, why="竞争不足")
    assert refused.value.field == "ground"


def test_a_rejection_undone_takes_the_want_of_competition_along(session):
    story = evaluated(session, Regime.COMMUNITY)
    for bid in story.tender.bids[1:]:
        stories.reject(story, bid, ground=RejectionGround.NO_COMPETITION, why="仅剩两家")
    first = story.tender.bids[0]
    for user in story.evaluators:
        actor = factories.actor_for(user)
        evaluating.vote_on_rejection(story.tender, first.blind_code, RejectionVoice.REFUSED, actor=actor, now=AFTER)
    session.commit()
    with pytest.raises(Refused, match="缺乏竞争为由的否决不能成立"):
        stories.close(story)
