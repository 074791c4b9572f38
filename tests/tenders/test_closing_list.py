"""The closing list: what stood at the deadline, by its hashes, and who may see it when too few have bid."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.common.refusal import Refused
from app.log.models import LogEntry
from app.log.notes import Proof
from app.tenders.actions import bidding
from tests.tenders import bid_stories as stories
from tests.tenders.test_opening_room import address, listed, room  # noqa: F401


def test_the_list_stands_in_the_public_log(session):
    story = stories.with_bids()
    closing = listed(story)
    entry = session.scalars(select(LogEntry).where(LogEntry.event == "tender.close_bidding")).one()
    told = json.loads(entry.payload)
    assert told["closing_sha256"] == sha256(closing.statement.encode()).hexdigest() and told["bids"] == 3
    assert entry.revealed_at is not None


def test_too_few_bids_are_listed_and_neither_told_nor_opened(session, room, client):  # noqa: F811
    story = stories.with_bids((71, 67))
    manager, legal = room(story.manager), room(story.holders[1])
    listed(story)
    assert not session.scalars(select(LogEntry).where(LogEntry.event == "tender.close_bidding")).all()
    client.get(f"/tenders/{story.tender.number}/closing.txt", status=404)
    assert legal.get(address(story, "/capsules.json"), status=409).json["text"].startswith("投标人少于 3 个")
    page = client.get(address(story))
    assert "不得开标" in page.main and "2" not in page.main.split("不足法定数量")[1][:40]
    assert "登记流标" in manager.get(address(story)).main
    bidder = room(story.bidders[0][1]).get(f"/tenders/{story.tender.number}/bid/receipt").main
    assert "流标：不足 3 家" in bidder and "您的投标不会解密" in bidder and "投标已收到" not in bidder
    bidder = room(story.bidders[0][1])
    mine = story.tender.bids[0].versions[-1].content_sha256
    listed_for_me = bidder.get(f"/tenders/{story.tender.number}/closing.txt").data
    assert mine.encode() in listed_for_me and "在清单上" in bidder.get(f"/tenders/{story.tender.number}/bid/receipt").main
    proof = Proof.from_text(bidder.get(f"/tenders/{story.tender.number}/closing.tlog-proof").data.decode())
    assert json.loads(json.loads(proof.extra)["payload"])["closing_sha256"] == sha256(listed_for_me).hexdigest()
    stranger = room(stories.enterprise(9, "河南新安物业服务有限公司")[1])
    for browser in (client, stranger):
        browser.get(f"/tenders/{story.tender.number}/closing.tlog-proof", status=404)
    hidden = session.scalars(select(LogEntry).where(LogEntry.event == "tender.close_short")).one()
    assert hidden.revealed_at is None and "bids" not in json.loads(hidden.payload), "how many is for the list's readers alone"
    capsule = bidder.get(f"/tenders/{story.tender.number}/bid/capsule.sealed").data
    assert sha256(capsule.split(b"\n")[1]).hexdigest() == story.tender.bids[0].versions[-1].content_sha256


def test_nothing_is_taken_back_once_the_list_is_made(session):
    """A withdrawal that waited meanwhile would leave a bid on the list that never opens."""
    story = stories.with_bids((71, 67, 76, 70))
    listed(story)
    with pytest.raises(Refused, match="截止清单已经固定"):
        bidding.withdraw_bid(story.tender, actor=story.actor(0), now=stories.IN_TIME)
