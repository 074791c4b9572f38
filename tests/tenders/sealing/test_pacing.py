"""One bidder cannot fill the log and count in its own receipts what others do: leaves are rationed, answers and records are not."""

from datetime import timedelta

from sqlalchemy import func, select

from app.common.audit import AuditEvent
from app.log.models import LogEntry
from app.log.verifying import verify
from app.tenders import pacing
from app.tenders.actions import bidding
from app.tenders.models import BidRefusal, BidVersion
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import Program, seal_bid

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIMIT = pacing.SUBMISSIONS
EARLIER = stories.DEADLINE - timedelta(days=2)


def leaves(session, event: str) -> int:
    return session.scalar(select(func.count()).where(LogEntry.event == event))


def test_only_the_first_refusals_of_an_hour_get_leaves(program, story, session, clock, new_client, sign_in):
    places = [program.submit(b"{}").json["refusal"] for _ in range(pacing.REFUSALS_A_TENDER + 3)]
    assert leaves(session, "bid.refuse") == pacing.REFUSALS_A_TENDER
    assert len(session.scalars(select(BidRefusal)).all()) == len(places), "every one is on record"
    assert session.scalar(select(func.count()).where(AuditEvent.event == "bid.refuse_more")) == 3
    first, last = (program.client.get(place) for place in (places[0], places[-1]))
    assert any("/log/receipt/" in link for link in first.links) and not any("/log/receipt/" in link for link in last.links)
    assert "只有前 5 次写进日志" in last.main and "只有前 5 次写进日志" not in first.main
    assert any(link.endswith("/statement") for link in last.links) and not any(link.endswith("/statement") for link in first.links)
    other = Program(new_client())
    sign_in(other.client, story.bidders[1][1])
    other.submit(b"{}")
    assert leaves(session, "bid.refuse") == pacing.REFUSALS_A_TENDER + 1, "another bidder has a ration of its own"
    clock.set(stories.IN_TIME + HOUR + MINUTE)
    program.submit(b"{}")
    assert leaves(session, "bid.refuse") == pacing.REFUSALS_A_TENDER + 2, "an hour later there is room again"
    assert verify().fault is None


def test_long_after_the_deadline_the_ration_holds_too(program, story, session, clock):
    clock.set(stories.AFTER + timedelta(days=90))
    for _ in range(20):
        assert program.submit(b"{}").status_code == 409
    assert leaves(session, "bid.refuse") == pacing.REFUSALS_A_TENDER


def test_a_refusals_address_counts_nothing(program, story, session, new_client, sign_in):
    found = [program.submit(b"{}").json["refusal"].rsplit("/", 1)[1] for _ in range(3)]
    assert len(set(found)) == 3 and all(len(token) == 32 for token in found)
    program.client.get(f"{program.url}/refusals/1", 404)
    program.client.get(f"{program.url}/refusals/一", 404)


def test_who_hands_in_too_often_waits_and_is_told_until_when(program, story, session, clock):
    for number in range(LIMIT):
        bid = seal_bid(story, price_fen=60 + number % 9)
        for one in bid.objects:
            program.upload(one)
        clock.set(EARLIER + number * MINUTE)
        assert program.submit(bid.header.to_bytes()).status_code == 201
    late = seal_bid(story, price_fen=50)
    for one in late.objects:
        program.upload(one)
    answer = program.submit(late.header.to_bytes())
    assert answer.status_code == 409 and "一小时内最多提交 10 次" in answer.json["text"]
    assert "以后再提交" in answer.json["next"] and leaves(session, "bid.replace") == LIMIT - 1
    bidding.withdraw_bid(story.tender, actor=story.actor(0), now=EARLIER + LIMIT * MINUTE)  # never rationed
    session.commit()
    clock.set(EARLIER + HOUR)
    assert program.submit(late.header.to_bytes()).status_code == 201
    assert len(session.scalars(select(BidVersion)).all()) == LIMIT + 1


DEADLINE = stories.DEADLINE


def test_the_last_ten_minutes_count_by_themselves():
    last = DEADLINE - 10 * MINUTE
    tried = [last - (LIMIT - number) * MINUTE for number in range(LIMIT)]

    def again(handed_in, now):
        return pacing.again_at(handed_in, deadline_at=DEADLINE, now=now)

    assert again(tried, last - timedelta(seconds=1)) == last, "no later than then"
    assert again(tried, last) is None
    busy = [last + timedelta(seconds=number) for number in range(1, LIMIT + 1)]
    assert again(tried + busy, last + timedelta(seconds=30)) == busy[0] + MINUTE
    assert again(tried + busy, busy[0] + MINUTE) is None
    assert again(tried[:-1], last - MINUTE) is None
    hasty = [last - timedelta(seconds=number) for number in range(LIMIT, 0, -1)]
    assert again(hasty, last + timedelta(seconds=1)) is None, "what came within the minute, but before them, does not count either"


def test_the_ration_of_all_tenders_together():
    five, ten = pacing.REFUSALS_A_TENDER, pacing.REFUSALS_IN_ALL
    assert pacing.may_have_leaf([], "1") and pacing.may_have_leaf(["1"] * (five - 1), "1")
    assert not pacing.may_have_leaf(["1"] * five, "1") and pacing.may_have_leaf(["1"] * five, "2")
    assert not pacing.may_have_leaf([str(number) for number in range(ten)], "1000")
