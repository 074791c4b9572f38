"""Evaluation: a lawful committee, blind sheets, rejections on the law's grounds, a report from signed sheets only."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.accounts.rules import OrganisationKind, Role
from app.common.refusal import Refused
from app.tenders.actions import evaluating
from app.tenders.kinds import RejectionGround, RejectionVoice, Seat
from app.tenders.lifecycle import Status
from app.tenders.queries import evaluation as asked
from app.tenders.queries.results import result_of
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE

D = Decimal


@pytest.fixture
def story(session):
    found = stories.with_bids((71, 67, 76))
    stories.open_all(found)
    return found


@pytest.fixture
def seated(story):
    stories.seat(story)
    return story


def give(story, user, blind, now=AFTER, **points):
    full = {c.code: D(c.weight) for c in asked.judged_criteria(story.tender.criteria)}
    return evaluating.save_sheet(story.tender, blind.bid.id, points={**full, **points}, actor=factories.actor_for(user), now=now)


def test_before_the_opening_nobody_is_seated(session):
    sealed = stories.with_bids(number="XH-2009-0009")
    user = factories.person(Role.EVALUATOR)
    with pytest.raises(Refused, match="不在评标阶段"):
        evaluating.seat_evaluator(sealed.tender, user, seat=Seat.EXPERT, reason="抽取", actor=sealed.manager_actor, now=DEADLINE)


def seat_one(story, user, seat=Seat.EXPERT):
    session = story.tender
    return evaluating.seat_evaluator(session, user, seat=seat, reason="抽取", actor=story.manager_actor, now=AFTER)


def test_people_who_may_not_sit(story, session):
    expert = factories.person(Role.EVALUATOR, name="李专家")
    factories.give_role(expert, story.bidders[0][1].memberships[0].organisation, Role.ENTERPRISE_CLERK)
    with pytest.raises(Refused, match="回避"):
        seat_one(story, expert)
    officer = factories.person(Role.EVALUATOR, name="王监督")
    factories.give_role(officer, factories.organisation(OrganisationKind.BUREAU), Role.BUREAU_OFFICER)
    with pytest.raises(Refused, match="监督"):
        seat_one(story, officer)
    with pytest.raises(Refused, match="评委身份"):
        seat_one(story, factories.person(Role.STREET_OFFICER, name="路人"))
    insider = factories.person(Role.EVALUATOR, name="自己人")
    factories.give_role(insider, story.manager.memberships[0].organisation, Role.COMMUNITY_MANAGER)
    with pytest.raises(Refused, match="招标人代表"):
        seat_one(story, insider)
    assert seat_one(story, insider, Seat.TENDERER).seat is Seat.TENDERER


def test_nobody_is_seated_twice_and_the_recused_do_not_come_back(seated, session):
    with pytest.raises(Refused, match="已经在评标委员会里"):
        seat_one(seated, seated.evaluators[0])
    assignment = asked.committee(seated.tender)[0]
    evaluating.recuse_evaluator(seated.tender, assignment.id, reason="亲属任职", actor=factories.actor(Role.LEGAL_OFFICER), now=AFTER)
    session.commit()
    assert len(asked.committee(seated.tender)) == 4
    with pytest.raises(Refused):
        seat_one(seated, seated.evaluators[0])


def test_four_members_can_not_begin(story, session):
    stories.seat(story, 4)
    with pytest.raises(Refused, match="至少要 5 人"):
        give(story, story.evaluators[0], asked.blind_bids(story.tender)[0])


def test_the_blind_view_holds_no_name_no_price_and_no_file(seated):
    for blind in asked.blind_bids(seated.tender):
        assert blind.seen.plan and blind.seen.staffing
        assert blind.seen.enterprise is None and blind.seen.price_fen is None and blind.seen.documents is None
        assert blind.seen.project_manager is None and blind.seen.position is None and blind.seen.received_at is None


def test_points_outside_the_range_are_refused_at_their_field(seated, session):
    with pytest.raises(Refused) as refused:
        give(seated, seated.evaluators[0], asked.blind_bids(seated.tender)[0], plan=D("30.01"))
    assert refused.value.field == "points_plan"


def test_an_undeclared_evaluator_does_not_score(story, session):
    stories.seat(story)
    asked.committee(story.tender)[0].declared_at = None
    with pytest.raises(Refused, match="声明"):
        give(story, story.evaluators[0], asked.blind_bids(story.tender)[0])
    session.rollback()


def test_a_stranger_does_not_score(seated, session):
    with pytest.raises(Refused, match="不是这个项目的评委"):
        give(seated, factories.person(Role.EVALUATOR), asked.blind_bids(seated.tender)[0])


def test_signing_needs_every_line_and_is_final(seated, session):
    first, *_ = seated.evaluators
    actor = factories.actor_for(first)
    blind = asked.blind_bids(seated.tender)
    give(seated, first, blind[0])
    with pytest.raises(Refused, match="还有没打分"):
        evaluating.sign_sheets(seated.tender, actor=actor, now=AFTER)
    for one in blind:
        give(seated, first, one)
    give(seated, first, blind[2], plan=None)
    with pytest.raises(Refused, match="投标人丙"):
        evaluating.sign_sheets(seated.tender, actor=actor, now=AFTER)
    give(seated, first, blind[2])
    evaluating.sign_sheets(seated.tender, actor=actor, now=AFTER)
    session.commit()
    with pytest.raises(Refused, match="不能再改"):
        give(seated, first, blind[0], plan=D(1))


def test_the_report_waits_for_every_signature(seated, session):
    with pytest.raises(Refused, match="5 名评委没有签署"):
        stories.close(seated)
    stories.score_all(seated)
    ranking = stories.close(seated)
    assert seated.tender.status is Status.EVALUATED
    assert [row.rank for row in ranking.rows] == [1, 2, 3] and all(row.is_candidate for row in ranking.rows)


def test_only_the_tenderer_hands_in_the_report(seated, session):
    stories.score_all(seated)
    with pytest.raises(Refused, match="身份"):
        evaluating.close_evaluation(seated.tender, actor=factories.actor(Role.LEGAL_OFFICER), now=AFTER)


def test_the_ranking_is_what_the_hand_computes(seated, session):
    stories.score_all(seated, points=lambda evaluator, bidder, weight: D(weight) * (D("0.8") if bidder else D("0.9")))
    stories.close(seated)
    result = result_of(seated.tender, seated.manager_actor)
    first = result.rows[0]
    points = {line.code: line.points for line in first.lines}
    assert first.name == stories.NAMES[0]
    assert points["price"] == D("18.87")  # 20 × 67 ÷ 71
    assert (points["plan"], points["staffing"], points["difficulty"], points["defence"]) == (D("27.00"), D("13.50"), D("4.50"), D("9.00"))
    assert points["record"] == D("0.00")
    assert first.total == sum(points.values())
    assert first.lines[1].source["given"] == [[str(n), "27.00"] for n in range(1, 6)]
    assert result.rows[1].lines[0].points == D("20.00") and result.rows[1].lines[0].behind == D("-1.13")
    assert result.stability.evaluators == 5 and not result.stability.without


def propose(story, bid, *, why="缺页", ground=RejectionGround.NO_RESPONSE):
    return evaluating.propose_rejection(story.tender, bid.id, ground=ground, explanation=why, actor=story.manager_actor, now=AFTER)


def vote(story, user, bid, voice=RejectionVoice.AGREED):
    return evaluating.vote_on_rejection(story.tender, bid.blind_code, voice, actor=factories.actor_for(user), now=AFTER)


def test_a_rejected_bid_is_not_ranked_and_does_not_set_the_lowest_price(seated, session):
    cheap = next(bid for bid in seated.tender.bids if bid.enterprise.name == stories.NAMES[1])
    with pytest.raises(Refused, match="具体事实"):
        propose(seated, cheap, why=" ")
    with pytest.raises(Refused, match="企业名称"):
        propose(seated, cheap, why=f"{stories.NAMES[1]}低于成本")
    stories.reject(seated, cheap, ground=RejectionGround.PRICE, why="低于成本且不能说明")
    assert len(asked.blind_bids(seated.tender)) == 2
    stories.score_all(seated)
    stories.close(seated)
    result = result_of(seated.tender, seated.manager_actor)
    assert {row.name: row.lines[0].points for row in result.rows}[stories.NAMES[0]] == D("20.00")
    assert [(row.name, row.ground) for row in result.rejected] == [(stories.NAMES[1], RejectionGround.PRICE)]


def test_before_the_committee_is_lawful_nothing_can_be_rejected_and_no_report_handed_in(story, session):
    with pytest.raises(Refused, match="至少要 5 人"):
        propose(story, story.tender.bids[0])
    with pytest.raises(Refused, match="至少要 5 人"):
        stories.close(story)
    stories.seat(story, 4)
    with pytest.raises(Refused, match="至少要 5 人"):
        propose(story, story.tender.bids[0])


def test_a_rejection_counts_when_more_than_half_of_the_seats_agreed(seated, session):
    bid = seated.tender.bids[0]
    stories.reject(seated, bid, agree=2)
    assert len(asked.blind_bids(seated.tender)) == 3
    with pytest.raises(Refused, match="没有表决完"):
        stories.score_all(seated)
        stories.close(seated)
    vote(seated, seated.evaluators[2], bid)
    session.commit()
    assert len(asked.blind_bids(seated.tender)) == 2
    vote(seated, seated.evaluators[2], bid, RejectionVoice.REFUSED)
    session.commit()
    assert len(asked.blind_bids(seated.tender)) == 3
    for user in seated.evaluators[3:]:
        vote(seated, user, bid, RejectionVoice.REFUSED)
    session.commit()
    assert len(stories.close(seated).rows) == 3


def test_only_members_decide_and_only_they_undo_it(seated, session):
    bid = seated.tender.bids[0]
    propose(seated, bid)
    session.commit()
    for stranger in (seated.manager_actor, factories.actor(Role.EVALUATOR), factories.actor(Role.LEGAL_OFFICER)):
        with pytest.raises(Refused, match="不是这个项目的评委"):
            evaluating.vote_on_rejection(seated.tender, bid.blind_code, RejectionVoice.AGREED, actor=stranger, now=AFTER)
    evaluating.withdraw_rejection(seated.tender, bid.id, reason="已按要求澄清", actor=seated.manager_actor, now=AFTER)
    session.commit()
    stories.reject(seated, bid)
    with pytest.raises(Refused, match="经办人不能撤销"):
        evaluating.withdraw_rejection(seated.tender, bid.id, reason="改主意了", actor=seated.manager_actor, now=AFTER)


def test_a_member_who_leaves_takes_the_voice_along(seated, session):
    bid = seated.tender.bids[0]
    stories.reject(seated, bid, agree=3)
    evaluating.recuse_evaluator(
        seated.tender, asked.committee(seated.tender)[0].id, reason="亲属", actor=factories.actor(Role.LEGAL_OFFICER), now=AFTER
    )
    session.commit()
    assert len(asked.blind_bids(seated.tender)) == 3


def test_when_all_bids_are_rejected_the_report_says_so(seated, session):
    for bid in seated.tender.bids:
        stories.reject(seated, bid)
    ranking = stories.close(seated)
    assert [row.rank for row in ranking.rows] == [None] * 3


def test_a_member_votes_on_the_scoring_page_and_meets_no_name(seated, session, client, sign_in):
    bid = seated.tender.bids[0]
    propose(seated, bid, why="没有响应主出入口值守的要求")
    session.commit()
    sign_in(client, seated.evaluators[0])
    url = f"/tenders/{seated.tender.number}/scoring"
    page = client.get(url)
    assert f"同意否决投标人{bid.blind_code}" in page.main and "没有响应主出入口值守的要求" in page.main
    assert bid.enterprise.name not in page.main
    client.post(f"{url}/rejections/{bid.blind_code}", {"voice": "agreed"})
    assert "同意否决" in client.get(url).main
    assert asked.load_case(seated.tender).proposed[0].count.agreed == 1
    client.post(f"{url}/rejections/{bid.blind_code}", {"voice": "perhaps"}, status=404)


def test_once_anybody_signed_the_tenderer_dismisses_nobody(story, session):
    stories.seat(story, 7)
    stories.score_all(story)
    seat = seat_one(story, factories.person(Role.COMMUNITY_MANAGER, organisation=story.manager.memberships[0].organisation), Seat.TENDERER)
    with pytest.raises(Refused, match="已有评委签署评分表"):
        evaluating.recuse_evaluator(story.tender, seat.id, reason="不合适", actor=story.manager_actor, now=AFTER)
    own, other = asked.committee(story.tender)[1:3]
    evaluating.recuse_evaluator(story.tender, own.id, reason="亲属任职", actor=factories.actor_for(story.evaluators[1]), now=AFTER)
    legal = factories.actor(Role.LEGAL_OFFICER)
    evaluating.recuse_evaluator(story.tender, other.id, reason="亲属任职", actor=legal, now=AFTER)
    session.commit()
    assert len(asked.committee(story.tender)) == 6


def test_who_holds_a_seat_does_not_organise(story, session, client, sign_in):
    home = story.manager.memberships[0].organisation
    second = factories.person(Role.COMMUNITY_MANAGER, organisation=home, name="副主任")
    with pytest.raises(Refused, match="不能确定自己"):
        seat_one(story, story.manager, Seat.TENDERER)
    stories.seat(story, 4)
    seat_one(story, second, Seat.TENDERER)
    session.commit()
    actor = factories.actor_for(second)
    expert, bid = asked.committee(story.tender)[0], story.tender.bids[0]
    acts = (
        lambda: evaluating.seat_evaluator(
            story.tender, factories.person(Role.EVALUATOR), seat=Seat.EXPERT, reason="抽取", actor=actor, now=AFTER
        ),
        lambda: evaluating.recuse_evaluator(story.tender, expert.id, reason="不合适", actor=actor, now=AFTER),
        lambda: evaluating.propose_rejection(
            story.tender, bid.id, ground=RejectionGround.NO_RESPONSE, explanation="缺页", actor=actor, now=AFTER
        ),
        lambda: evaluating.close_evaluation(story.tender, actor=actor, now=AFTER),
    )
    for act in acts:
        with pytest.raises(Refused, match="您是这个项目的评委"):
            act()
    session.rollback()
    sign_in(client, second)
    page = client.get(f"/tenders/{story.tender.number}/evaluation")
    assert "您是这个项目的评委" in page.main and "还缺专家" not in page.main


def test_a_recused_members_points_do_not_count(seated, session):
    stories.score_all(seated)
    assignment = asked.committee(seated.tender)[0]
    evaluating.recuse_evaluator(seated.tender, assignment.id, reason="发现亲属任职", actor=factories.actor(Role.LEGAL_OFFICER), now=AFTER)
    session.commit()
    with pytest.raises(Refused, match="至少要 5 人"):
        stories.close(seated)
    pool_member = factories.person(Role.EVALUATOR, name="替补专家")
    evaluating.seat_evaluator(seated.tender, pool_member, seat=Seat.EXPERT, reason="替补", actor=seated.manager_actor, now=AFTER)
    session.commit()
    evaluating.declare_no_interest(seated.tender, actor=factories.actor_for(pool_member), now=AFTER)
    session.commit()
    for blind in asked.blind_bids(seated.tender):
        give(seated, pool_member, blind)
    evaluating.sign_sheets(seated.tender, actor=factories.actor_for(pool_member), now=AFTER)
    session.commit()
    stories.close(seated)
    assert result_of(seated.tender, seated.manager_actor).evaluators == 5


def test_records_count_as_of_the_deadline_not_as_of_the_report(seated, session):
    stories.score_all(seated)
    stories.close(seated, now=AFTER + timedelta(days=9))
    line = next(line for line in result_of(seated.tender, seated.manager_actor).rows[0].lines if line.code == "credibility")
    assert line.source["at"].startswith(DEADLINE.isoformat()[:16])


def test_alarms_for_low_prices_and_common_heads(session):
    story = stories.published()
    for number, price in enumerate((71, 67, 30)):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number], legal="同一人" if number < 2 else ""))
        stories.submit(story, number, price_fen=price)
    stories.open_all(story)
    bids = sorted(story.tender.bids, key=lambda b: b.id)
    assert [(link.one.id, link.other.id) for link in asked.links_between(bids)] == [(bids[0].id, bids[1].id)]
    assert list(asked.low_prices(story.tender, {b.id: p for b, p in zip(bids, (71, 67, 30), strict=True)})) == [bids[2].id]


def test_the_published_inputs_are_enough_to_compute_the_ranking_again(seated, session):
    from app.tenders.ranking import Criterion, Measure, RecordScore, ValidBid, rank

    stories.score_all(seated)
    ranking = stories.close(seated)
    inputs = ranking.inputs
    card = [Criterion(c["code"], Measure(c["formula"]), D(c["weight"]), D(c["full"])) for c in inputs["card"]]
    bids = [
        ValidBid(
            str(b["position"]),
            b["price_fen"],
            {code: {e: D(v) for e, v in given.items()} for code, given in b["judged"].items()},
            {code: RecordScore(D(v)) for code, v in b["recorded"].items()},
        )
        for b in inputs["bids"]
    ]
    again = rank(card, bids, plan=inputs["tie_rule"]["plan"], draw_seed=inputs["tie_rule"]["draw_seed"])
    names = {b["position"]: b["bidder"] for b in inputs["bids"]}
    result = result_of(seated.tender, seated.manager_actor)
    assert [(names[int(row.code)], row.total) for row in again.rows] == [(row.name, row.total) for row in result.rows]


def test_the_result_is_closed_to_the_public_until_the_candidates_are_announced(seated, session):
    stories.score_all(seated)
    stories.close(seated)
    assert result_of(seated.tender, None) is None
    assert result_of(seated.tender, seated.actor(0)) is None
    assert result_of(seated.tender, factories.actor(Role.LEGAL_OFFICER)) is not None
