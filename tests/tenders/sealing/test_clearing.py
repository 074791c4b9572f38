"""Ciphertext that nobody needs: removed before handing in, never handed in, replaced or taken back; and what is never cleared."""

import json
import os
import time
from datetime import timedelta
from hashlib import sha256

import pytest
from pyrage import encrypt, x25519

from app.tenders import held, uploads
from app.tenders.actions import bidding, unsealing
from app.tenders.actions.clearing import clear_store, make_room
from app.tenders.capsule.format import pack
from app.tenders.queries.bids import own_bid
from tests.client import settle
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, IN_TIME, PUBLISHED
from tests.tenders.sealing.tus import PIECE, Program, seal_bid

DATA = encrypt(os.urandom(50_000), [x25519.Identity.generate().to_public()])
DIGEST = sha256(DATA).hexdigest()


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:3])]
    clock.set(IN_TIME - timedelta(hours=1))
    return found


@pytest.fixture
def program(story, client, sign_in) -> Program:
    sign_in(client, story.bidders[0][1])
    return Program(client)


@pytest.fixture
def folder(app, monkeypatch):
    monkeypatch.setattr(uploads, "ASIDE_SECONDS", -1)
    return app.config["DATA"]


def stored(folder) -> set[str]:
    return {path.name for path in (folder / "sealed").rglob("*") if path.is_file()}


def notes(folder) -> list[str]:
    return sorted(path.suffix for path in (folder / "uploads").iterdir())


def tick(app, times: int = 2) -> None:
    """What was set aside is thrown away the next time."""
    settle()
    for _ in range(times):
        result = app.test_cli_runner().invoke(args=["tick"])
        assert result.exit_code == 0, result.output


def close(story, session) -> None:
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()


def drop(program: Program, place: str):
    return program.ask("DELETE", place, headers={"Tus-Resumable": "1.0.0"})


# --- taken back by the bidder ------------------------------------------------------------------------------------------------


def test_a_removed_file_that_had_arrived_is_gone_at_once_and_can_come_again(program, folder, app):
    place = program.upload(DATA)
    assert drop(program, place).status_code == 204
    assert uploads.size_of(DIGEST) is None and notes(folder) == [".aside", ".held"]
    assert program.ask("HEAD", place).status_code == 404
    tick(app, 1)
    assert notes(folder) == []
    program.upload(DATA)
    assert uploads.read_object(DIGEST) == DATA


def test_a_removed_file_that_was_on_its_way_leaves_nothing(program, folder):
    place = program.begin(DATA).headers["Location"]
    program.piece(place, 0, DATA[:1000])
    assert drop(program, place).status_code == 204
    assert notes(folder) == []
    assert program.ask("PATCH", place, data=b"x", headers=PIECE | {"Upload-Offset": "1000"}).status_code == 404


def test_what_was_handed_in_cannot_be_taken_back(program, folder, story):
    """Not even by saying once more that one would send it."""
    bid = seal_bid(story)
    places = [program.upload(one) for one in bid.objects]
    assert program.submit(bid.header.to_bytes()).status_code == 201
    assert drop(program, places[0]).status_code == 404
    again = program.begin(bid.objects[0])
    assert again.headers["Upload-Offset"] == str(len(bid.objects[0]))
    assert drop(program, again.headers["Location"]).status_code == 204
    assert uploads.read_object(bid.header.objects[0].sha256) == bid.objects[0]


def test_nobody_takes_back_what_another_sent(program, story, new_client, sign_in, folder):
    place = program.upload(DATA)
    other = Program(new_client())
    sign_in(other.client, story.bidders[1][1])
    assert drop(other, place).status_code == 404
    same = other.begin(DATA).headers["Location"]
    assert drop(other, same).status_code == 204
    assert uploads.read_object(DIGEST) == DATA


def test_what_was_handed_in_while_it_was_being_taken_back_is_put_back(program, story, folder, app):
    """The look at the store came before, the acceptance after the file was set aside."""
    bid = seal_bid(story)
    for one in bid.objects:
        program.upload(one)
    program.submit(bid.header.to_bytes())
    uploads.set_aside(bid.header.objects[0].sha256)
    assert uploads.size_of(bid.header.objects[0].sha256) is None
    tick(app, 1)
    assert uploads.read_object(bid.header.objects[0].sha256) == bid.objects[0]


def test_what_lies_aside_waits_for_the_requests_that_saw_it(program, folder, monkeypatch):
    monkeypatch.undo()
    drop(program, program.upload(DATA))
    assert uploads.ASIDE_SECONDS >= 60 and uploads.lying_aside() == []


# --- after the closing -------------------------------------------------------------------------------------------------------


def left_behind(story, program, folder) -> tuple[set[str], set[str]]:
    """The objects of the bids that count, and the others: replaced, taken back, never handed in. A refused sealed file leaves none."""
    kept, others = set(), set()

    def hand_in(index: int, number: int):
        before = stored(folder)
        stories.submit(story, index, price_fen=60 + number, files=[("plan", "方案.pdf", b"%PDF-1.7 " + bytes([number]) * 5000)])
        return stored(folder) - before

    others |= hand_in(0, 1)
    kept |= hand_in(0, 2) | hand_in(1, 3)
    others |= hand_in(2, 4)
    bidding.withdraw_bid(story.tender, actor=story.actor(2), now=IN_TIME - timedelta(minutes=50))
    stories.db.session.commit()
    program.upload(DATA)
    refused = seal_bid(story, terms=stories.terms_of(stories.published(number="XH-2009-0009").tender))
    assert "refusals" in program.send_file(pack(refused.header, refused.objects)).location
    return kept, others | {DIGEST}


def test_before_the_closing_the_store_keeps_all_and_after_it_what_counts(program, story, folder, app, session, clock):
    kept, others = left_behind(story, program, folder)
    tick(app)
    assert stored(folder) == kept | others, "what is left before the closing would be the bids that count"
    clock.set(AFTER)
    tick(app)
    assert stored(folder) == kept | others, "the closing list is not made yet"
    close(story, session)
    tick(app)
    assert stored(folder) == kept and notes(folder) == []
    bid = own_bid(story.tender, story.actor(0))
    assert [version.capsule.sha256 == version.content_sha256 for version in bid.versions] == [True, True], "the older stay as hashes"


def test_another_tender_that_still_runs_keeps_what_was_sent_for_it(program, story, folder, app, session, clock):
    other = stories.published(number="XH-2009-0002", deadline=AFTER + timedelta(days=9))
    Program(program.client, "XH-2009-0002").upload(DATA)
    clock.set(AFTER)
    close(story, session)
    tick(app)
    assert stored(folder) == {DIGEST}
    clock.set(AFTER + timedelta(days=10))
    unsealing.close_bidding(other.tender, actor=other.manager_actor, now=AFTER + timedelta(days=10))
    session.commit()
    tick(app)
    assert stored(folder) == set()


def test_a_failed_tender_keeps_the_capsules_that_are_given_back(story, folder, session, clock):
    from app.tenders.actions.publishing import declare_failed

    stories.submit(story, 0)
    before = stored(folder)
    clock.set(AFTER)
    close(story, session)
    declare_failed(story.tender, note="投标人不足", actor=story.manager_actor, now=AFTER)
    session.commit()
    for _ in range(2):
        clear_store(now=AFTER)
    assert stored(folder) == before


def test_a_sealed_file_counts_towards_what_a_bidder_may_have_waiting(program, story, folder, monkeypatch):
    bid = seal_bid(story)
    monkeypatch.setattr(held, "BYTES", sum(len(one) for one in bid.objects) - 1)
    assert "refusals" in program.send_file(pack(bid.header, bid.objects)).location
    assert stored(folder) == set() and PUBLISHED < IN_TIME


# --- room for one bidder ------------------------------------------------------------------------------------------------------


def held_by(story, index: int = 0) -> dict[str, str]:
    owner = held.owner_of(story.tender.id, story.bidders[index][0].organisation_id)
    return {one["sha256"]: one["is"] for one in held.entries(owner).values()}


def test_what_was_removed_counts_until_it_is_gone_from_the_disk(program, story, folder, app, monkeypatch):
    monkeypatch.setattr(held, "BYTES", len(DATA) + 10)
    drop(program, program.upload(DATA))
    assert held_by(story) == {DIGEST: held.State.ASIDE}
    refused = program.begin(DATA[:20])
    assert refused.status_code == 403 and "8 GB" in refused.json["text"] and "十分钟" in refused.json["next"]
    tick(app, 1)
    assert held_by(story) == {} and program.begin(DATA[:20]).status_code == 201


def test_what_was_replaced_counts_and_makes_room_for_its_own_bidder_alone(program, story, folder, app, session, monkeypatch):
    bids = [seal_bid(story, price_fen=price) for price in (70, 69, 68)]
    stories.submit(story, 1)
    kept = stored(folder)
    size = sum(len(one) for one in bids[0].objects)

    def hand_in(bid):
        for one in bid.objects:
            program.upload(one)
        assert program.submit(bid.header.to_bytes()).status_code == 201
        return {one.sha256 for one in bid.header.objects}

    first, second = hand_in(bids[0]), hand_in(bids[1])
    assert held_by(story) == dict.fromkeys(first | second, held.State.HANDED)
    tick(app)
    assert stored(folder) == kept | first | second, "nothing goes by itself"
    monkeypatch.setattr(held, "BYTES", size * 3 + size // 2)
    third = hand_in(bids[2])
    assert [held_by(story)[one] for one in (*first, *second, *third)] == [held.State.ASIDE] * len(first) + [held.State.HANDED] * len(
        second | third
    )
    tick(app, 1)
    assert stored(folder) == kept | second | third
    assert set(held_by(story)) == second | third


def test_what_was_sent_and_not_handed_in_keeps_its_place_for_a_week(program, story, folder, monkeypatch):
    """Also when its bidder holds so much that room is made: a bid may be sealed on a Monday and handed in on a Friday."""
    other = encrypt(os.urandom(50_000), [x25519.Identity.generate().to_public()])
    program.upload(DATA)
    program.upload(other)
    whose = {"tender_id": story.tender.id, "organisation_id": story.bidders[0][0].organisation_id}
    monkeypatch.setattr(held, "BYTES", len(DATA) * 2)

    def days_pass(days: float) -> None:
        owner = held.owner_of(**whose)
        with held.changing(owner) as note:
            note["objects"][held.token_of(owner, DIGEST, len(DATA))]["at"] = time.time() - days * 24 * 3600

    days_pass(6.9)
    make_room(**whose)
    assert held_by(story) == {DIGEST: held.State.HERE, sha256(other).hexdigest(): held.State.HERE}
    days_pass(7.1)
    make_room(**whose)
    assert held_by(story) == {DIGEST: held.State.ASIDE, sha256(other).hexdigest(): held.State.HERE}


def test_a_refused_sealed_file_does_not_use_up_its_bidders_room(program, story, folder, app):
    refused = seal_bid(story, terms=stories.terms_of(stories.published(number="XH-2009-0009").tender))
    damaged = pack(refused.header, refused.objects)[:-1] + b"x"
    for data in (pack(refused.header, refused.objects), damaged):
        assert "refusals" in program.send_file(data).location
        assert stored(folder) == set()
        tick(app, 1)
        assert held_by(story) == {} and notes(folder) == []


# --- another secret key -------------------------------------------------------------------------------------------------------


def test_another_secret_key_takes_nothing_from_those_who_are_uploading(program, story, folder, app, session, clock):
    """Their notes have marks of tenders that nobody can make any more: they go when an upload that nobody goes on with goes."""
    program.upload(DATA)
    begun = program.begin(DATA[:20000], size=40000).headers["Location"]
    program.piece(begun, 0, DATA[:20000])
    there = notes(folder)
    app.config["SECRET_KEY"] = "another" * 8
    tick(app)
    assert stored(folder) == {DIGEST} and notes(folder) == there
    long_ago = time.time() - held.KEPT_SECONDS - 60
    for path in (folder / "uploads").glob("*.held"):
        note = json.loads(path.read_text())
        for one in note["objects"].values():
            one["at"] = long_ago
        path.write_text(json.dumps(note))
    tick(app)
    assert stored(folder) == set() and [one for one in notes(folder) if one != ".part"] == []


def test_what_was_announced_again_under_another_secret_key_stays(program, story, folder, app, sign_in, monkeypatch):
    program.upload(DATA)
    app.config["SECRET_KEY"] = "another" * 8
    whose = {"tender_id": story.tender.id, "organisation_id": story.bidders[0][0].organisation_id}
    uploads.begin(**whose, sha256=DIGEST, size=len(DATA))
    monkeypatch.setattr(held, "KEPT_SECONDS", -60)
    tick(app, 1)
    assert stored(folder) == {DIGEST}
