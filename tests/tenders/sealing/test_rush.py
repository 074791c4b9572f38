"""Bids that are handed in at the same moment and wait for the same lock: who they are, when they came, and what becomes of each."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import actions as accounts
from app.accounts.models import Membership, Organisation, User
from app.common.clock import wall
from app.common.database import writing
from app.common.mail import OutboxMail
from app.extensions import db
from app.log.models import LogEntry, LogLeaf
from app.tenders import uploads
from app.tenders.actions import unsealing
from app.tenders.capsule.format import pack
from app.tenders.models import BidRefusal, BidVersion
from app.tenders.queries.handing_in import lock_published
from app.tenders.views import sealing as views
from tests import factories
from tests.client import Client
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import Program, seal_bid


@pytest.fixture
def bidders(app, sign_in) -> Callable[[stories.Story], list[Program]]:
    def signed_in(story: stories.Story) -> list[Program]:
        programs = [Program(Client(app)) for _one in story.bidders]
        for program, (_enterprise, user) in zip(programs, story.bidders, strict=True):
            sign_in(program.client, user)
        return programs

    return signed_in


@contextmanager
def locked(number: str):
    """While somebody else has the tender."""
    db.session.commit()
    try:
        with writing():
            lock_published(number)
            yield
    finally:
        db.session.rollback()


def uploaded(story: stories.Story, program: Program, index: int, **changes) -> bytes:
    bid = seal_bid(story, index, **changes)
    for one in bid.objects:
        program.upload(one)
    return bid.header.to_bytes()


def wait_in_line(app, many: int) -> None:
    until = time.monotonic() + 20
    while sum(len(line) for line in app.extensions["together"]._lines.values()) < many:
        assert time.monotonic() < until, "they never came"
        time.sleep(0.01)


def versions(session) -> list[BidVersion]:
    session.commit()
    return list(session.scalars(select(BidVersion).order_by(BidVersion.id)))


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:3])]
    clock.set(stories.IN_TIME)
    return found


def second_signatory(home: Organisation) -> User:
    return factories.person(stories.Role.ENTERPRISE_SIGNATORY, organisation=home, name="副签章人")


def test_who_came_before_the_deadline_and_waited_beyond_it_is_in_time(app, session, bidders):
    """By a real clock: each bid stands with the instant at which it came, not with the one at which its turn was."""
    story = stories.published(at=wall() - timedelta(days=1), deadline=wall() + timedelta(seconds=5))
    story.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:3])]
    deadline, number = story.tender.bid_deadline_at, story.tender.number
    programs = bidders(story)
    ready = [program.about_to_submit(uploaded(story, program, index)) for index, program in enumerate(programs)]
    with ThreadPoolExecutor(3) as threads:
        with locked(number):
            began = wall()
            assert began < deadline - timedelta(seconds=0.5), "the test itself was too slow"
            early = [threads.submit(one) for one in ready[:2]]
            wait_in_line(app, 2)
            came = wall()
            time.sleep(max(0.0, (deadline - wall()).total_seconds()) + 0.2)
            late = threads.submit(ready[2])
            wait_in_line(app, 3)
        answers = [one.result(30) for one in (*early, late)]
    assert [one.status_code for one in answers] == [201, 201, 409], [one.data for one in answers]
    at = [one.submitted_at for one in versions(session)]
    assert all(began <= one <= came + timedelta(seconds=0.3) for one in at), (began, came, at)
    assert "09:30" not in answers[2].json["text"] and "截止" in answers[2].json["text"]


def test_the_closing_list_that_was_made_meanwhile_is_seen(app, session, bidders):
    """Three came in time and waited for the tender's lock while its holder made the list: what the list lacks is not accepted."""
    story = stories.published(at=wall() - timedelta(days=1), deadline=wall() + timedelta(seconds=5))
    story.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:3])]
    deadline, number = story.tender.bid_deadline_at, story.tender.number
    programs = bidders(story)
    ready = [program.about_to_submit(uploaded(story, program, index)) for index, program in enumerate(programs)]
    manager = story.manager_actor
    with ThreadPoolExecutor(3) as threads:
        with locked(number):
            asked = [threads.submit(one) for one in ready]
            wait_in_line(app, 3)
            assert wall() < deadline, "the test itself was too slow"
            time.sleep((deadline - wall()).total_seconds() + 0.1)
            made = unsealing.close_bidding(story.tender, actor=manager, now=wall(), in_flight=timedelta(0))
            assert made.bids == 0
            db.session.commit()
        answers = [one.result(30) for one in asked]
    assert [one.status_code for one in answers] == [409, 409, 409], [one.data for one in answers]
    assert all("截止清单已经固定" in one.json["text"] for one in answers) and versions(session) == []


def test_the_leaf_of_one_refused_together_with_others_is_placed_when_it_is_written(app, session, bidders):
    """Not when it came: it may have waited for longer than leaves are placed ahead."""
    story = stories.published(at=wall() - timedelta(days=1), deadline=wall() + timedelta(seconds=3))
    story.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:3])]
    deadline, number = story.tender.bid_deadline_at, story.tender.number
    programs = bidders(story)
    ready = [program.about_to_submit(uploaded(story, program, index)) for index, program in enumerate(programs)]
    with ThreadPoolExecutor(3) as threads:
        with locked(number):
            time.sleep(max(0.0, (deadline - wall()).total_seconds()) + 0.1)
            asked = [threads.submit(one) for one in ready]
            wait_in_line(app, 3)
            time.sleep(2)
            released = wall()
        assert [one.result(30).status_code for one in asked] == [409, 409, 409]
    session.commit()
    refused = select(LogLeaf.at).join(LogEntry, LogEntry.leaf_index == LogLeaf.leaf_index).where(LogEntry.event == "bid.refuse")
    placed = session.scalars(refused.order_by(LogLeaf.leaf_index)).all()
    assert len(placed) == 3 and min(placed) >= released, [(at - released).total_seconds() for at in placed]


@pytest.mark.parametrize("were_met", [True, False])
def test_one_who_may_not_hand_in_takes_nobody_with_it(app, session, story, bidders, were_met):
    """Whether this process has let them in before, when they join the line, or not."""
    programs = bidders(story)
    if were_met:
        assert [program.submit(b"x").status_code for program in programs] == [409] * 3
    headers = [uploaded(story, program, index) for index, program in enumerate(programs)]
    ready = [program.about_to_submit(header) for program, header in zip(programs, headers, strict=True)]
    (left,) = session.scalars(select(Membership).where(Membership.user_id == story.bidders[0][1].id))
    accounts.end_membership(left, actor=factories.actor_for(second_signatory(left.organisation)), now=stories.IN_TIME)
    story.bidders[1][1].active = False
    session.commit()
    with ThreadPoolExecutor(3) as threads:
        with locked(story.tender.number):
            asked = [threads.submit(one) for one in ready]
            wait_in_line(app, len(ready) if were_met else 1)
        answers = [one.result(30) for one in asked]
    assert [one.status_code for one in answers] == [403, 302, 201], [one.data for one in answers]
    assert answers[1].location == "/sign-in"
    assert [one.submitted_by_id for one in versions(session)] == [story.bidders[2][1].id]


def test_two_people_of_one_bidder_come_one_after_the_other(app, session, story, bidders, sign_in):
    """In whatever order: both have their receipts, the later replaces the earlier."""
    enterprise, first = story.bidders[0]
    second = second_signatory(session.get(Organisation, enterprise.organisation_id))
    programs = [*bidders(story)[:1], Program(Client(app))]
    sign_in(programs[1].client, second)
    headers = [uploaded(story, program, 0, price_fen=price) for program, price in zip(programs, (70, 60), strict=True)]
    ready = [program.about_to_submit(header) for program, header in zip(programs, headers, strict=True)]
    with ThreadPoolExecutor(2) as threads:
        with locked(story.tender.number):
            asked = [threads.submit(one) for one in ready]
            wait_in_line(app, 2)
        assert [one.result(30).status_code for one in asked] == [201, 201]
    found = versions(session)
    assert [one.number for one in found] == [1, 2] and {one.submitted_by_id for one in found} == {first.id, second.id}
    mails = session.scalars(select(OutboxMail).where(OutboxMail.receipt_leaf.is_not(None)).order_by(OutboxMail.receipt_leaf)).all()
    assert [one.to for one in mails] == [{first.id: first.email, second.id: second.email}[one.submitted_by_id] for one in found]
    assert len({one.receipt_leaf for one in mails}) == 2


def test_who_never_may_hand_in_does_not_wait_for_those_who_do(app, session, story, sign_in):
    """The wait would tell whether bids come in just now."""
    program = Program(Client(app))
    sign_in(program.client, stories.Role.EVALUATOR)
    ready = program.about_to_submit(b"{}")
    with ThreadPoolExecutor(1) as threads, locked(story.tender.number):
        assert threads.submit(ready).result(10).status_code == 403


def test_what_came_with_a_sealed_file_goes_when_its_sender_has_left_meanwhile(app, session, story, bidders, monkeypatch):
    (program, *_others), bid = bidders(story), seal_bid(story, 0)
    (left,) = session.scalars(select(Membership).where(Membership.user_id == story.bidders[0][1].id))
    colleague, hat = factories.actor_for(second_signatory(left.organisation)), left.id
    session.commit()
    arrive = views.keep_sealed_file

    def arrive_and_leave(*given, **named):
        found = arrive(*given, **named)
        db.session.rollback()
        with writing():
            accounts.end_membership(db.session.get(Membership, hat), actor=colleague, now=stories.IN_TIME)
            db.session.commit()
        return found

    monkeypatch.setattr(views, "keep_sealed_file", arrive_and_leave)
    assert program.send_file(pack(bid.header, bid.objects)).status_code == 403
    assert [one.sha256 for one in bid.header.objects if uploads.size_of(one.sha256) is not None] == [] and versions(session) == []


@pytest.mark.parametrize("when", [timedelta(hours=-5), timedelta(seconds=1)], ids=["too often", "too late"])
def test_everybody_reads_the_same_in_their_own_language_whoever_came_with_them(app, session, story, bidders, clock, when):
    """Or a bidder would read from its own refusal that another hands in just then; and what is kept of it is Chinese."""
    first, second = bidders(story)[:2]
    for price in range(50, 60):
        assert second.submit(uploaded(story, second, 1, price_fen=price)).status_code == 201
    assert first.submit(b"x").status_code == 409  # met by this process: joins the line at once
    another, refused = uploaded(story, first, 0), uploaded(story, second, 1, price_fen=60)
    clock.set(story.tender.bid_deadline_at + when)
    alone = second.submit(refused).json
    first.client.language = "en"
    asked = [first.about_to_submit(another), second.about_to_submit(refused)]
    with ThreadPoolExecutor(2) as threads:
        with locked(story.tender.number):
            running = []
            for number, one in enumerate(asked, start=1):
                running.append(threads.submit(one))
                wait_in_line(app, number)
        _leader, follower = [one.result(30) for one in running]
    assert follower.status_code == 409 and (follower.json["text"], follower.json["next"]) == (alone["text"], alone["next"])
    session.commit()
    assert not [one.reason for one in session.scalars(select(BidRefusal)) if "December" in one.reason or "closed" in one.reason]


def test_the_same_capsule_again_and_again_keeps_nobody_waiting(session, story, bidders):
    one, other = bidders(story)[:2]
    headers = [uploaded(story, program, index) for index, program in enumerate((one, other))]
    codes = [one.submit(headers[0]).status_code for _again in range(31)]
    assert codes == [201] * 30 + [429]
    assert other.submit(headers[1]).status_code == 201
    assert len(session.scalars(select(BidVersion)).all()) == 2
