"""A sealed file from somebody who may not hand it in: refused before a byte of it is written anywhere."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import Role
from app.common import bodies
from app.common.database import writing
from app.extensions import db
from app.tenders import held
from app.tenders.capsule.format import MAGIC, pack
from app.tenders.models import BidRefusal, BidVersion
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import Program, seal_bid

SIZE = 12 * 1024 * 1024
NOTHING = 1024 * 1024
"""Bytes: what a request writes anyhow, into the database and its log."""
WRITTEN = Path("/proc/self/io")

pytestmark = pytest.mark.skipif(not WRITTEN.exists(), reason="what a process wrote is counted by Linux")


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(1, stories.NAMES[0])]
    clock.set(stories.IN_TIME)
    return found


def written() -> int:
    return int(dict(line.split(": ") for line in WRITTEN.read_text().splitlines())["wchar"])


def send(program: Program, number: str = "XH-2009-0001"):
    """A file that begins as a sealed one; and how many bytes the process wrote meanwhile."""
    token = program.client.csrf_token()
    head = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="sealed"; filename="a.sealed"\r\n\r\n'
    )
    body = head.encode() + MAGIC + bytes(SIZE) + b"\r\n--x--\r\n"
    before = written()
    answer = program.ask("POST", f"/tenders/{number}/bid/sealed", data=body, content_type="multipart/form-data; boundary=x")
    return answer, written() - before


def test_a_file_of_a_bidder_is_written_down(story, client, sign_in):
    """So that the measure measures."""
    sign_in(client, story.bidders[0][1])
    answer, count = send(Program(client))
    assert "refusals" in answer.location and count > SIZE


def test_another_role_is_refused_before_the_file_is_read(story, client, sign_in):
    sign_in(client, story.manager)
    answer, count = send(Program(client))
    assert answer.status_code == 403 and count < NOTHING


def test_a_stranger_writes_nothing(story, client):
    answer, count = send(Program(client))
    assert answer.status_code in (302, 413) and count < NOTHING


def test_a_tender_that_is_not_there_is_404(story, client, sign_in):
    sign_in(client, story.bidders[0][1])
    answer, count = send(Program(client), "XH-2009-0404")
    assert answer.status_code == 404 and count < NOTHING


@pytest.mark.parametrize("why", ["late", "clerk", "full"])
def test_a_bidder_who_may_not_hand_in_gets_the_signed_refusal_of_it(story, client, sign_in, clock, session, monkeypatch, why):
    enterprise, person = story.bidders[0]
    if why == "clerk":
        person = factories.person(Role.ENTERPRISE_CLERK, organisation=session.get(Organisation, enterprise.organisation_id), name="经办员")
        session.commit()
    sign_in(client, person)
    if why == "late":
        clock.set(stories.DEADLINE)
    if why == "full":
        monkeypatch.setattr(held, "BYTES", SIZE)
    answer, count = send(Program(client))
    words = {"late": "截止", "clerk": "签章人", "full": str(held.TOO_MUCH.text)}[why]
    assert "refusals" in answer.location and words in session.scalars(select(BidRefusal.reason)).one()
    assert count < NOTHING


def test_a_file_that_arrives_over_the_deadline_is_late(story, client, sign_in, clock, session, monkeypatch):
    """It is received when all of it has arrived, not when its sender was looked at."""
    from app.tenders.views import sealing as views

    sign_in(client, story.bidders[0][1])
    bid, program = seal_bid(story), Program(client)
    looked = views._unwelcome

    def look_then_pass(number):
        found = looked(number)
        clock.set(stories.DEADLINE)
        return found

    monkeypatch.setattr(views, "_unwelcome", look_then_pass)
    assert "refusals" in program.send_file(pack(bid.header, bid.objects)).location
    assert session.scalars(select(BidVersion)).all() == []
    assert "截止" in session.scalars(select(BidRefusal.reason)).one()


@pytest.mark.parametrize("what", ["membership", "account"])
def test_who_is_taken_out_while_the_file_arrives_hands_in_nothing(story, client, sign_in, session, monkeypatch, what):
    from app.tenders import sealed_file

    person = story.bidders[0][1]
    sign_in(client, person)
    bid, program, write = seal_bid(story), Program(client), sealed_file.Arriving.write
    change = (
        update(User).where(User.id == person.id).values(active=False)
        if what == "account"
        else update(Membership).where(Membership.user_id == person.id).values(ended_at=stories.IN_TIME)
    )

    def take_out(self, data):
        if not done:
            with writing(), db.engine.begin() as connection:
                connection.execute(change)
            done.append(what)
        return write(self, data)

    done: list[str] = []
    monkeypatch.setattr(sealed_file.Arriving, "write", take_out)
    answer = program.send_file(pack(bid.header, bid.objects))
    assert done and (answer.status_code == 403 or "/sign-in" in answer.location)
    assert session.scalars(select(BidVersion)).all() == [] and session.scalars(select(BidRefusal)).all() == []


def test_two_sealed_files_of_one_person_at_once_and_no_more(story, client, sign_in, app, session, monkeypatch):
    monkeypatch.setattr(bodies, "WAIT_S", 0)
    sign_in(client, story.bidders[0][1])
    bid, program = seal_bid(story), Program(client)
    with client.browser.session_transaction() as cookie:
        who = cookie["_user_id"]
    place = ((who, "tenders.submit_sealed"), 2)
    with app.extensions["bodies"].one(place), app.extensions["bodies"].one(place):
        answer = program.send_file(pack(bid.header, bid.objects))
        assert answer.status_code == 429 and "正在接收的上传太多" in answer.get_data(as_text=True)
    assert session.scalars(select(BidVersion)).all() == []
    assert program.send_file(pack(bid.header, bid.objects)).location.endswith("/receipt")


def test_pieces_are_counted_too(story, client, sign_in, app, monkeypatch):
    monkeypatch.setattr(bodies, "WAIT_S", 0)
    sign_in(client, story.bidders[0][1])
    program, data = Program(client), seal_bid(story).objects[0]
    place = program.begin(data).headers["Location"]
    with client.browser.session_transaction() as cookie:
        who = cookie["_user_id"]
    with ExitStack() as held_open:
        for _ in range(bodies.OF_A_PERSON):
            held_open.enter_context(app.extensions["bodies"].one((who, bodies.OF_A_PERSON)))
        assert program.piece(place, 0, data).status_code == 429
    assert program.piece(place, 0, data).status_code == 204
