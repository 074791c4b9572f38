"""One person, several hats: who has served one side decides, opens or bids nothing on the other."""

from datetime import timedelta

import pytest

from app.accounts.rules import Role
from app.accounts.session import actor_of
from app.common.audit import record
from app.common.refusal import Refused
from app.tenders.actions import award, bidding, filing, opening, sealing
from app.tenders.gaps import Section
from app.tenders.kinds import PassReason
from app.tenders.queries.award import candidate_lines
from app.tenders.queries.bids import is_seen
from app.tenders.queries.evaluation import links_between
from app.tenders.queries.situations import situation
from app.tenders.scoring import InterestLink
from app.tenders.sealing import What
from tests import factories
from tests.factories import NOW
from tests.tenders import bid_stories as stories
from tests.tenders import draft_stories
from tests.tenders.bid_stories import AFTER, PUBLISHED

DAY = timedelta(days=1)


def hat(user, number):
    return actor_of(sorted(user.memberships, key=lambda one: one.id)[number], "192.0.2.1")


def shown(story):
    stories.open_all(story)
    stories.seat(story)
    stories.score_all(story)
    stories.close(story)
    award.publish_candidates(story.tender, actor=story.manager_actor, now=AFTER + DAY)
    return story.tender.notice_ends_at + timedelta(hours=1)


def test_who_ever_served_the_tenderer_confirms_none_of_its_filings(session, clock):
    clock.set(NOW)
    place = draft_stories.city()
    tender = draft_stories.submitted(place)
    bureau = place.officer.memberships[0].organisation
    former = factories.person(Role.COMMUNITY_MANAGER, organisation=tender.procuring_entity, name="前经办人")
    factories.give_role(former, bureau, Role.BUREAU_OFFICER)
    former.memberships[0].ended_at = NOW
    session.flush()
    officer = hat(former, 1)
    for act in (filing.confirm_filing, lambda *a, **k: filing.return_notice(*a, "请改正", **k)):
        with pytest.raises(Refused, match="不能由您办理备案"):
            act(tender, actor=officer, now=NOW)


def test_whoever_had_a_hand_in_an_earlier_round_is_a_preparer(session):
    story = stories.with_bids()
    legal = factories.person(Role.LEGAL_OFFICER, name="兼职")
    factories.give_role(legal, legal.memberships[0].organisation, Role.BUREAU_OFFICER)
    session.flush()
    stories.open_all(story)
    expert = factories.person(Role.EVALUATOR)
    from app.tenders.actions import evaluating
    from app.tenders.kinds import Seat
    from app.tenders.queries.situations import is_preparer

    assert not is_preparer(story.tender, hat(legal, 1))
    evaluating.seat_evaluator(story.tender, expert, seat=Seat.EXPERT, reason="抽取", actor=hat(legal, 0), now=AFTER)
    session.commit()
    assert is_preparer(story.tender, hat(legal, 1))


def test_a_returned_decision_takes_its_reasons_along(session):
    story = stories.with_bids()
    now = shown(story)
    first, second = candidate_lines(story.tender)[:2]
    with pytest.raises(Refused, match="公示尚未期满"):
        award.pass_over(story.tender, first.bid.id, PassReason.GAVE_UP, "书面放弃", actor=story.manager_actor, now=AFTER + DAY)
    award.pass_over(story.tender, first.bid.id, PassReason.GAVE_UP, "编造的理由", actor=story.manager_actor, now=now)
    award.award(story.tender, second.bid.id, actor=story.manager_actor, now=now)
    session.commit()
    award.return_award(story.tender, "第一名没有放弃", actor=factories.actor(Role.BUREAU_OFFICER), now=now)
    session.commit()
    assert situation(story.tender, actor=story.manager_actor, now=now).candidates_left == 3
    with pytest.raises(Refused, match="尚未依法排除"):
        award.award(story.tender, second.bid.id, actor=story.manager_actor, now=now)
    assert award.award(story.tender, first.bid.id, actor=story.manager_actor, now=now).rank == 1


def test_a_reason_can_be_recorded_again_after_the_return(session):
    story = stories.with_bids()
    now = shown(story)
    first, second = candidate_lines(story.tender)[:2]
    for _round in range(2):
        award.pass_over(story.tender, first.bid.id, PassReason.GAVE_UP, "书面放弃", actor=story.manager_actor, now=now)
        award.award(story.tender, second.bid.id, actor=story.manager_actor, now=now)
        session.commit()
        award.return_award(story.tender, "请附书面材料", actor=factories.actor(Role.BUREAU_OFFICER), now=now)
        session.commit()


def test_cancelling_before_the_deadline_tells_nobody_how_many_had_bid(session):
    from app.tenders.actions import publishing

    story = stories.with_bids()
    publishing.cancel(story.tender, "计划调整", actor=story.manager_actor, now=PUBLISHED + 5 * DAY)
    session.commit()
    for actor in (story.manager_actor, factories.actor(Role.LEGAL_OFFICER), factories.actor(Role.AUDITOR), None):
        assert not is_seen(story.tender, actor, What.COUNT)


def test_a_tender_that_failed_after_its_deadline_tells_the_tenderer_how_many_had_bid(session):
    from app.tenders.actions import publishing, unsealing

    story = stories.with_bids((71, 67))
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    publishing.declare_failed(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    assert is_seen(story.tender, story.manager_actor, What.COUNT) and not is_seen(story.tender, None, What.COUNT)


def test_one_person_hands_in_for_one_enterprise(session):
    story = stories.published()
    for number in range(2):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
    both = story.bidders[0][1]
    factories.give_role(both, story.bidders[1][1].memberships[0].organisation, Role.ENTERPRISE_SIGNATORY)
    session.commit()
    stories.submit(story, 0)
    header = stories.sealed(story, 1).header.to_bytes()
    with pytest.raises(Refused, match="已经为“平顶山市常绿物业服务有限公司”提交过"):
        sealing.submit_capsule(story.tender, header, actor=hat(both, 1), now=PUBLISHED + 3 * DAY)
    session.rollback()
    sealing.submit_capsule(story.tender, header, actor=story.actor(1), now=PUBLISHED + 4 * DAY)
    session.commit()


def test_taking_a_bid_back_does_not_free_its_hand_for_another_bidder(session):
    """A colleague hands in anew what was taken back: two bids would stand, and one person would have served both."""
    story = stories.published()
    for number in range(2):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
    both, home = story.bidders[0][1], story.bidders[0][1].memberships[0].organisation
    factories.give_role(both, story.bidders[1][1].memberships[0].organisation, Role.ENTERPRISE_SIGNATORY)
    colleague = factories.person(Role.ENTERPRISE_SIGNATORY, organisation=home, name="同事")
    session.commit()
    stories.submit(story, 0)
    bidding.withdraw_bid(story.tender, actor=hat(both, 0), now=PUBLISHED + 4 * DAY)
    session.commit()
    header = stories.sealed(story, 1).header.to_bytes()
    with pytest.raises(Refused, match="即使已经撤回"):
        sealing.submit_capsule(story.tender, header, actor=hat(both, 1), now=PUBLISHED + 5 * DAY)
    session.rollback()
    again = stories.sealed(story, 0).header.to_bytes()
    sealing.submit_capsule(story.tender, again, actor=factories.actor_for(colleague), now=PUBLISHED + 6 * DAY)
    sealing.submit_capsule(story.tender, header, actor=story.actor(1), now=PUBLISHED + 6 * DAY)
    session.commit()
    hands = [{version.submitted_by_id for version in bid.versions} for bid in story.tender.bids]
    assert len(hands) == 2 and not hands[0] & hands[1]


def test_who_served_the_tenderer_hands_in_no_bid_in_its_tender(session):
    story = stories.published()
    story.bidders.append(stories.enterprise(1, stories.NAMES[0]))
    factories.give_role(story.bidders[0][1], story.tender.procuring_entity, Role.COMMUNITY_MANAGER)
    session.commit()
    with pytest.raises(Refused, match="招标人单位任职"):
        stories.submit(story, 0)


def test_who_served_a_bidder_does_not_open_and_is_not_told_which(session):
    story = stories.with_bids()
    second = factories.person(Role.COMMUNITY_MANAGER, organisation=story.tender.procuring_entity)
    clerk = factories.give_role(second, story.bidders[1][1].memberships[0].organisation, Role.ENTERPRISE_CLERK)
    clerk.ended_at = PUBLISHED
    session.flush()
    stories.unseal_all(story)
    with pytest.raises(Refused, match="任职关系") as refused:
        opening.open_bids(story.tender, presided_by="某人", actor=hat(second, 0), now=AFTER)
    assert stories.NAMES[1] not in str(refused.value.reason)


def test_bids_handed_in_by_one_person_are_an_alarm(session):
    story = stories.with_bids()
    one, other = sorted(story.tender.bids, key=lambda bid: bid.id)[:2]
    other.versions[0].submitted_by_id = one.versions[0].submitted_by_id
    assert [link.kind for link in links_between([one, other])] == [InterestLink.SAME_SUBMITTER]
    session.rollback()


def reads_why_in_place_of_the_buttons(client, address) -> bool:
    page = client.get(address)
    return "您参与过本项目，或者曾在招标人任职，不能由您办理备案。请由另一名备案人员办理。" in page.main and not page.all(".//main//form")


def test_an_officer_who_had_a_hand_in_it_finds_no_buttons_on_the_filing(session, client, sign_in):
    place = draft_stories.city()
    tender = draft_stories.submitted(place)
    sign_in(client, place.officer)
    assert client.get(f"/tenders/{tender.number}/filing").all(".//main//form")
    record("tender.edit", tender, actor=place.bureau, now=NOW, section=Section.BASICS)
    assert reads_why_in_place_of_the_buttons(client, f"/tenders/{tender.number}/filing")


def test_an_officer_who_had_a_hand_in_it_finds_no_buttons_on_the_filing_of_the_award(session, clock, client, sign_in):
    story = stories.with_bids()
    now = shown(story)
    award.award(story.tender, candidate_lines(story.tender)[0].bid.id, actor=story.manager_actor, now=now)
    officer = factories.person(Role.BUREAU_OFFICER, division_code=factories.DISTRICT)
    record("tender.edit", story.tender, actor=factories.actor_for(officer), now=now, section=Section.BASICS)
    session.commit()
    clock.set(now)
    sign_in(client, officer)
    assert reads_why_in_place_of_the_buttons(client, f"/tenders/{story.tender.number}/award-filing")
