"""Capsules that a bidder's own program made so that they break what opens them: one is its bidder's loss and keeps no other shut."""

import logging
import os
import time
import zipfile
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest
from pyrage import encrypt, x25519
from sqlalchemy import select

from app.common.audit import AuditEvent
from app.tenders import uploads
from app.tenders.actions import sealing, unsealing
from app.tenders.capsule.format import AGE, AGE_HEADER, MAX_PLAN, Object, Share, Wrapped, has_age_header, pack
from app.tenders.capsule.seal import Sealed
from app.tenders.capsule.unseal import Fault, Unopened, combine_shares, open_file, open_manifest
from app.tenders.kinds import CapsuleFault
from app.tenders.queries.capsules import standing_capsules, unsealings_of
from app.tenders.views.unsealing import open_what_is_ready
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER
from tests.tenders.sealing.tus import Program, seal_bid

BASE = bytes(range(74))
DEALT = {
    "the same share": [BASE + b"\1"] * 3,
    "one coordinate": [BASE + b"\1", BASE[::-1] + b"\1", b"a" * 74 + b"\1"],
    "coordinate zero": [BASE + b"\0", BASE[::-1] + b"\0", BASE + b"\2"],
    "empty": [b""] * 3,
    "one byte": [b"\1", b"\2", b"\3"],
    "other lengths": [BASE + b"\1", BASE[:10] + b"\2", BASE],
}
only_files = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def bomb(stanzas: int) -> bytes:
    def word() -> bytes:
        return b64encode(os.urandom(32)).rstrip(b"=")

    return AGE + (b"-> X25519 " + word() + b"\n" + word() + b"\n") * stanzas + b"--- " + word() + b"\n" + os.urandom(116)


def dealt(made: Sealed, shares: list[bytes]) -> Sealed:
    """The capsule with these shares in the place of those that were split, each rightly named in the header."""

    def wrapped(one: Wrapped, share: bytes) -> Wrapped:
        inside = Share(one.holder, made.header.key, made.header.tender, made.header.documents, share).to_bytes()
        return Wrapped(one.holder, sha256(share).hexdigest(), encrypt(inside, [x25519.Recipient.from_str(one.holder)]))

    return replace(made, header=replace(made.header, holders=tuple(map(wrapped, made.header.holders, shares))))


def with_one_more(session, change) -> tuple[stories.Story, str]:
    """Three honest bids and one that is changed so; the hash of its capsule."""
    story = stories.with_bids()
    story.bidders.append(stories.enterprise(9, "河南捣乱物业有限公司"))
    header = change(stories.sealed(story, 3)).header
    sealing.submit_capsule(story.tender, header.to_bytes(), actor=story.actor(3), now=stories.IN_TIME)
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    return story, header.sha256


def opened_by_two(session, story, clock) -> dict[str, CapsuleFault | None]:
    """Capsule → fault, after two holders gave what the header promised."""
    clock.set(AFTER)
    for holder in (0, 1):
        stories.give_shares(story, holder)
    session.commit()
    open_what_is_ready(story.tender.number, actor=story.manager_actor, now=AFTER)
    return faults_of(story)


def faults_of(story) -> dict[str, CapsuleFault | None]:
    found = unsealings_of(story.tender)
    return {one.sha256: found[one.version_id].fault for one in standing_capsules(story.tender) if one.version_id in found}


@pytest.mark.parametrize("shares", DEALT.values(), ids=DEALT)
@only_files
def test_shares_that_fit_no_other_are_the_bidders_fault(session, shares):
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    header = dealt(seal_bid(story), shares).header
    given = {one.holder: share for one, share in zip(header.holders[:2], shares, strict=False)}
    with pytest.raises(Unopened) as refused:
        combine_shares(header, given)
    assert refused.value.fault is Fault.WRONG_KEY


@only_files
def test_a_capsule_whose_shares_are_one_keeps_no_other_shut(app, session, clock, monkeypatch):
    """The holders' own program leaves such a share to the server: it is of the right length."""
    story, evil = with_one_more(session, lambda made: dealt(made, DEALT["the same share"]))
    with app.test_request_context():
        monkeypatch.setattr("app.tenders.views.unsealing._load", lambda number: story.tender)
        found = opened_by_two(session, story, clock)
    assert found.pop(evil) is CapsuleFault.WRONG_KEY
    assert len(found) == 3 and set(found.values()) == {None}


class Panic(BaseException):
    """As pyrage's own is: no Exception."""


@pytest.mark.parametrize("trouble", [KeyError("x"), Panic("x")], ids=["an error", "a panic"])
@only_files
def test_what_nobody_thought_of_stops_one_capsule_and_is_written_down(app, session, clock, monkeypatch, caplog, trouble):
    story, evil = with_one_more(session, lambda made: made)
    honest = unsealing.read_capsule

    def read(ready):
        if ready.header.sha256 == evil:
            raise trouble
        return honest(ready)

    with app.test_request_context(), caplog.at_level(logging.ERROR):
        monkeypatch.setattr("app.tenders.views.unsealing._load", lambda number: story.tender)
        monkeypatch.setattr(unsealing, "read_capsule", read)
        found = opened_by_two(session, story, clock)
        assert set(found.values()) == {None} and len(found) == 3 and evil not in found, "no fault is written down: it can be tried again"
        assert evil in caplog.text
        event = session.scalars(select(AuditEvent).where(AuditEvent.event == "bid.unseal_broken")).one()
        assert event.facts == {"capsule": evil, "trouble": type(trouble).__name__}
        monkeypatch.setattr(unsealing, "read_capsule", honest)
        assert not open_what_is_ready(story.tender.number, actor=story.manager_actor, now=AFTER).all
    assert faults_of(story)[evil] is None


@only_files
def test_a_full_disk_is_not_the_bidders_fault(session):
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    made = seal_bid(story, files=[("letter", "a.pdf", b"%PDF-1.7 x")])
    file = open_manifest(made.header, made.objects[0], made.secret, bidder=None).files[0]

    class Full(BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        open_file(file, BytesIO(made.objects[1]), Full(), made.secret)


def test_our_sealers_headers_leave_room_and_a_bombs_does_not():
    recipient = x25519.Identity.generate().to_public()
    made = [encrypt(b"x", [recipient]) for _ in range(300)]
    assert all(has_age_header(one[:AGE_HEADER]) for one in made)
    assert max(one.index(b"\n", one.index(b"\n--- ") + 1) for one in made) < AGE_HEADER / 2
    assert has_age_header(bomb(1)) and not has_age_header(bomb(20))
    for other in (b"", AGE, AGE + b"--- " + b"A" * 43 + b"\n", b"%PDF-1.7", AGE + b"-> a b\n" + b"A" * 2000, AGE + b"-> " + b"a " * 900):
        assert not has_age_header(other)


@only_files
def test_a_bomb_that_is_in_the_store_already_is_not_given_to_age(app, session, monkeypatch):
    """Neither as the manifest nor as a file: 1.5 MB of header would hold the process for most of a minute."""
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    made, evil = seal_bid(story, files=[("letter", "a.pdf", b"%PDF-1.7 x")]), bomb(16_000)
    file = open_manifest(made.header, made.objects[0], made.secret, bidder=None).files[0]
    began = time.monotonic()
    for opens in (
        lambda: open_manifest(made.header, evil, made.secret, bidder=None),
        lambda: open_file(file, BytesIO(evil), BytesIO(), made.secret),
    ):
        with pytest.raises(Unopened) as refused:
            opens()
        assert refused.value.fault is Fault.UNREADABLE
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("text", ["字" * (MAX_PLAN + 1), "\ufdfa" * MAX_PLAN], ids=["too long", "swells"])
@pytest.mark.parametrize("place", ["plan", "answers"])
@only_files
def test_a_text_longer_than_the_page_allows_is_no_bid(session, text, place):
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    made = seal_bid(story, **{place: text if place == "plan" else {"difficulty": text}})
    with pytest.raises(Unopened) as refused:
        open_manifest(made.header, made.objects[0], made.secret, bidder=None)
    assert refused.value.fault is Fault.UNREADABLE
    longest = seal_bid(story, plan="字" * MAX_PLAN, answers={"difficulty": "字" * MAX_PLAN})
    assert open_manifest(longest.header, longest.objects[0], longest.secret, bidder=None).plan == "字" * MAX_PLAN


@only_files
def test_more_passages_than_criteria_are_no_bid(session):
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    made = seal_bid(story, answers={f"c{number}": "字" for number in range(21)})
    with pytest.raises(Unopened):
        open_manifest(made.header, made.objects[0], made.secret, bidder=None)


# --- what is kept at all -------------------------------------------------------------------------------------------------


@pytest.fixture
def program(session, clock, client, sign_in) -> Program:
    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    clock.set(stories.IN_TIME)
    sign_in(client, story.bidders[0][1])
    found = Program(client)
    found.story = story
    return found


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 " + bytes(3000), b"%PDF", bomb(20), AGE + bytes(2000)], ids=["PDF", "few bytes", "bomb", "zeros"]
)
@pytest.mark.parametrize("step", [10, 700, 5000])
@only_files
def test_the_server_keeps_no_piece_of_what_is_no_ciphertext(app, program, data, step):
    place, answer = program.begin(data).headers["Location"], None
    for at in range(0, min(len(data), 1100), step):
        answer = program.piece(place, at, data[at : at + step])
        if answer.status_code != 204:
            break
    assert answer.status_code == 415 and "不是加密文件" in answer.json["text"] and "《电子招标投标办法》" in answer.json["basis"]
    assert uploads.size_of(sha256(data).hexdigest()) is None
    assert [path for path in (app.config["DATA"] / "uploads").iterdir() if path.suffix in (".part", ".held")] == []


@pytest.mark.parametrize("data", [b"%PDF-1.7 " + bytes(3000), bomb(20)], ids=["PDF", "bomb"])
@only_files
def test_a_sealed_file_with_something_else_inside_is_refused_and_recorded(app, program, data):
    made = seal_bid(program.story, files=[("letter", "a.pdf", b"%PDF-1.7 x")])
    header = replace(made.header, objects=(made.header.objects[0], Object(sha256(data).hexdigest(), len(data))))
    answer = program.send_file(pack(header, [made.objects[0], data]))
    assert "/bid/refusals/" in answer.headers["Location"]
    assert "不是加密文件" in program.ask("GET", answer.headers["Location"]).text
    assert uploads.size_of(sha256(data).hexdigest()) is None


@only_files
def test_an_archive_of_anything_under_an_office_name_is_not_kept(app, session, clock):
    def archive(*names: str) -> bytes:
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as found:
            for name in names:
                found.writestr(name, "x")
        return file.getvalue()

    story = stories.published()
    story.bidders = [stories.enterprise(1, stories.NAMES[0])]
    files = (("other", "方案.docx", archive("run.exe")), ("other", "正本.docx", archive("[Content_Types].xml", "word/document.xml")))
    made = stories.sealed(story, 0, files=files)
    ready = unsealing.Ready(1, story.bidders[0][0].uscc, made.header, made.secret, {})
    found = unsealing.read_capsule(ready)
    assert [kept is None for kept in found.files] == [True, False] and "第 1 个附件的类型不在允许之列" in found.remarks[0]
