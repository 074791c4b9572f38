"""Opening: not early, not below three, all at once, with a public record that anyone can hash again."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import update

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.tenders.actions import bidding, opening, publishing, unsealing
from app.tenders.bidding import Post
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import BidContent
from app.tenders.queries.bids import opened_bids, viewer_for
from app.tenders.queries.evaluation import blind_bids
from app.tenders.queries.tenders import phase_of
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE


def test_all_bids_received_in_time_are_opened_in_order_of_receipt(session):
    story = stories.with_bids((71, 67, 76))
    record = stories.open_all(story)
    assert [(line.position, line.enterprise_name, line.price_fen) for line in record.lines] == [
        (n + 1, stories.NAMES[n], price) for n, price in enumerate((71, 67, 76))
    ]
    assert all(line.seal_intact for line in record.lines)
    assert story.tender.status is Status.OPENED and story.tender.opened_at == AFTER
    assert record.record_sha256 == sha256(opening.canonical_record(story.tender, record)).hexdigest()
    assert sorted(bid.blind_code for bid in story.tender.bids) == ["丙", "乙", "甲"]


def test_the_hash_of_each_bid_is_the_one_on_its_receipt(session):
    story = stories.with_bids()
    receipts = {bid.id: bid.versions[-1].content_sha256 for bid in story.tender.bids}
    assert {line.bid_id: line.content_sha256 for line in stories.open_all(story).lines} == receipts


@pytest.mark.parametrize("early", [timedelta(milliseconds=1), timedelta(days=3)])
def test_nobody_opens_before_the_deadline(session, early):
    story = stories.with_bids()
    with pytest.raises(Refused, match="尚未截止"):
        stories.open_all(story, now=DEADLINE - early)


def test_with_fewer_than_three_bids_nothing_is_opened(session):
    story = stories.with_bids((71, 67))
    with pytest.raises(Refused, match="不得开标"):
        stories.open_all(story)
    session.rollback()
    assert phase_of(story.tender, AFTER) is Phase.TOO_FEW
    assert opened_bids(story.tender, viewer_for(story.tender, story.manager_actor)) == []


def test_a_bid_that_came_in_time_is_taken_while_the_tender_may_not_fail_yet(session):
    """It waits for the tender's lock while the deadline passes: without the closing list nobody cuts it off."""
    story = stories.with_bids((71, 67))
    story.bidders.append(stories.enterprise(3, stories.NAMES[2]))
    with pytest.raises(Refused, match="截止清单还没有固定"):
        publishing.declare_failed(story.tender, actor=story.manager_actor, now=DEADLINE)
    session.rollback()
    stories.submit(story, 2)
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    with pytest.raises(Refused, match="没有可以登记流标的情形"):
        publishing.declare_failed(story.tender, actor=story.manager_actor, now=AFTER)


def test_a_bid_taken_back_is_not_opened_and_does_not_count(session):
    story = stories.with_bids((71, 67, 76))
    bidding.withdraw_bid(story.tender, actor=story.actor(1), now=DEADLINE - timedelta(seconds=1))
    session.commit()
    with pytest.raises(Refused, match="不得开标"):
        stories.open_all(story)


def test_the_last_version_is_the_one_opened(session):
    story = stories.with_bids((71, 67, 76))
    stories.submit(story, 0, price_fen=69, now=DEADLINE - timedelta(seconds=5))
    record = stories.open_all(story)
    assert {line.enterprise_name: line.price_fen for line in record.lines}[stories.NAMES[0]] == 69
    assert record.lines[-1].enterprise_name == stories.NAMES[0]


def test_content_changed_behind_the_bidders_back_shows_at_the_opening(session):
    """Between the unsealing and the reading out only the operator could; the hash of what was found stands against it."""
    story = stories.with_bids()
    stories.unseal_all(story)
    version = story.tender.bids[1].versions[-1]
    table = BidContent.__table__
    session.connection().execute(update(table).where(table.c.version_id == version.id).values(price_fen=10))
    session.commit()
    session.expire_all()
    record = opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=AFTER)
    assert [line.seal_intact for line in record.lines] == [True, False, True]


@pytest.mark.parametrize("role", [Role.LEGAL_OFFICER, Role.BUREAU_OFFICER, Role.COMMUNITY_MANAGER])
def test_only_the_tenderer_opens(session, role):
    story = stories.with_bids()
    with pytest.raises(Refused, match="身份"):
        opening.open_bids(story.tender, presided_by="某人", actor=factories.actor(role), now=AFTER)


def test_a_tender_is_opened_once(session):
    story = stories.with_bids()
    stories.open_all(story)
    with pytest.raises(Refused):
        stories.open_all(story, now=AFTER + timedelta(minutes=1))


def test_no_bid_is_taken_once_the_opening_is_recorded(session):
    """Even with an instant before the deadline: a request that waited behind the opening comes too late."""
    story = stories.with_bids()
    stories.open_all(story)
    with pytest.raises(Refused):
        stories.submit(story, 0, now=DEADLINE - timedelta(milliseconds=1))


def test_nothing_is_read_out_before_two_holders_have_come(session):
    story = stories.with_bids()
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    stories.give_shares(story, 2)
    assert unsealing.ready_capsules(story.tender) == []
    with pytest.raises(Refused, match="还没有全部解密"):
        opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=AFTER)


def test_a_bid_sealed_under_another_name_is_read_out_as_revoked_and_the_others_go_on(session):
    """Its own fault (电子招标投标办法第三十一条): the bidder put another enterprise's code inside."""
    story = stories.with_bids((71, 67, 76, 70))
    stories.submit(story, 1, price_fen=60, bidder=story.bidders[0][0].uscc, now=DEADLINE - timedelta(minutes=1))
    record = stories.open_all(story)
    found = {line.enterprise_name: (line.price_fen, line.seal_intact, "撤销" in line.remark) for line in record.lines}
    assert found[stories.NAMES[1]] == (None, False, True)
    assert [found[name] for name in (stories.NAMES[0], stories.NAMES[2], stories.NAMES[3])] == [
        (71, True, False), (76, True, False), (70, True, False),
    ]  # fmt: skip
    assert len(blind_bids(story.tender)) == 3


def test_nothing_of_a_blind_sheet_is_read_out(session, client):
    """Every word and number of the sheets, looked for beside the names in the public record."""
    story = stories.published()
    teams = ([("保洁组员", 137), ("水电工匠", 41)], [("门岗值守", 229)], [("绿化养护工", 311), ("巡楼员", 53), ("客服专员", 67)])
    for number, team in enumerate(teams):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
        staffing = tuple(Post(post, people, f"{post}证").as_data() for post, people in team)
        stories.submit(
            story,
            number,
            price_fen=70 + number,
            plan=f"第{number}份方案。{stories.PLAN}",
            staffing=staffing,
            answers={"difficulty": f"第{number}份难点，先摸清管网。"},
            project_manager=f"张负责{number}",
        )
    stories.open_all(story)
    seen = [one.seen for one in blind_bids(story.tender)]
    values = {text for one in seen for text in (one.plan, *one.answers.values())}
    values |= {row[key] for one in seen for row in one.staffing for key in ("post", "qualification")}
    numbers = {n for one in seen for n in (one.people, *(row["people"] for row in one.staffing))}
    counts = {f"{len(one.staffing)} 类" for one in seen} | {f"{n} 人" for n in numbers}
    lines = "".join(line.main_content for line in story.tender.opening.lines)
    public = {"json": client.get(f"/tenders/{story.tender.number}/opening.json").text}
    public["page"] = client.get(f"/tenders/{story.tender.number}/opening").main
    assert all(f"张负责{n}" in text for n in range(3) for text in public.values())
    for where, text in public.items():
        assert not [value for value in values | counts if value in text], where
    assert not [n for n in numbers if str(n) in lines]
    assert not [one for one in seen if one.project_manager is not None or one.price_fen is not None]
