"""A bidder's own program may put anything into the parts that it deals: that is the loss of its bid, and of no holder and no other bidder."""

import json
import subprocess
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from pyrage import encrypt, x25519
from sqlalchemy import select

from app.common.refusal import Refused
from app.log.models import LogEntry
from app.tenders.actions import recovery, unsealing
from app.tenders.capsule.format import Malformed, Wrapped, canonical, exact_base64
from app.tenders.capsule.seal import Sealed
from app.tenders.capsule.unseal import unwrap
from app.tenders.kinds import CapsuleFault
from app.tenders.models import ShareRelease
from app.tenders.queries.capsules import all_releases_of, standing_capsules, unsealings_of
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER
from tests.tenders.sealing.test_capsule import node
from tests.tenders.sealing.test_hostile_capsules import only_files, with_one_more
from tests.tenders.test_recovery import supervisor

HOLDER_SIDE = Path(__file__).parent / "holder_side.mjs"
SHARE = bytes(range(75))
CODE = b64encode(SHARE).decode()
OTHER = "age1" + "q" * 58


def changed(**change):
    """The inside of a part as sealers write it, but for this; None leaves a field out."""
    return lambda inside: canonical({name: value for name, value in (inside | change).items() if value is not None})


PARTS = {
    "null": lambda _inside: b"null",
    "a text": lambda _inside: b'"share"',
    "a number": lambda _inside: b"5",
    "a list": lambda _inside: b"[null]",
    "no JSON": lambda _inside: b"{",
    "no UTF-8": lambda _inside: b'"\xff"',
    "nothing": lambda _inside: b"",
    "no share": changed(share=None),
    "a share that is a number": changed(share=7),
    "a share that is null": lambda inside: canonical(inside | {"share": None}),
    "a share that is an object": changed(share={}),
    "a share that is no base64": changed(share="***"),
    "a share outside ASCII": changed(share="封" * 100),
    "a share with a blank": changed(share=CODE[:50] + " " + CODE[50:]),
    "a share with a line's end": changed(share=CODE + "\n"),
    "no holder": changed(holder=None),
    "another holder": changed(holder=OTHER),
    "a holder that is a list": changed(holder=[OTHER]),
    "another key": changed(key=OTHER),
    "documents that are null": lambda inside: canonical(inside | {"documents": None}),
    "one field more": changed(more="x"),
    "a prototype": changed(__proto__="x"),
}
LENGTHS = {"an empty share": b"", "a byte too few": SHARE[:-1], "a byte too many": SHARE + b"\0"}


def dealt(write, share: bytes = SHARE):
    """What turns an honest capsule into one whose every part is written so, each share rightly named in the header."""

    def change(made: Sealed) -> Sealed:
        def wrapped(one: Wrapped) -> Wrapped:
            fixed = {"documents": made.header.documents, "key": made.header.key, "tender": made.header.tender}
            inside = write(fixed | {"holder": one.holder, "share": b64encode(share).decode()})
            return Wrapped(one.holder, sha256(share).hexdigest(), encrypt(inside, [x25519.Recipient.from_str(one.holder)]))

        return replace(made, header=replace(made.header, holders=tuple(map(wrapped, made.header.holders))))

    return change


HOSTILE = {name: dealt(write) for name, write in PARTS.items()} | {name: dealt(canonical, share) for name, share in LENGTHS.items()}


def browser_shares(given: list[dict], secret: str) -> dict:
    """What a holder's browser finds: { shares, unusable }."""
    task = json.dumps({"capsules": given, "secret": secret})
    done = subprocess.run([node(), str(HOLDER_SIDE)], input=task, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def found_by(story, holder: int) -> dict:
    given = [{"sha256": one.sha256, "header": one.header_text} for one in standing_capsules(story.tender)]
    return browser_shares(given, str(stories.key_of(story.holders[holder])))


def give(story, holder: int, shares: dict) -> list[ShareRelease]:
    return unsealing.release_shares(story.tender, shares, actor=factories.actor_for(story.holders[holder]), now=AFTER)


@only_files
def test_a_hostile_part_is_of_its_capsule_alone(session):
    story = stories.with_bids()
    honest, secret = standing_capsules(story.tender)[0], str(stories.key_of(story.holders[0]))
    made = {name: change(stories.sealed(story, 0)).header for name, change in HOSTILE.items()}
    given = [{"sha256": name, "header": header.to_bytes().decode()} for name, header in made.items()]
    found = browser_shares([*given, {"sha256": "honest", "header": honest.header_text}], secret)
    assert found["shares"] == dict.fromkeys(made) | {"honest": b64encode(unwrap(honest.header, secret)).decode()}
    assert len(found["unusable"]) == len(made)
    for name, header in made.items():
        with pytest.raises(Malformed):
            pytest.fail(f"{name}: {unwrap(header, secret)}")


@only_files
def test_a_part_without_the_documents_as_an_older_program_sealed_it_is_given(session):
    story = stories.with_bids()
    header = dealt(changed(documents=None))(stories.sealed(story, 0)).header
    secret = str(stories.key_of(story.holders[0]))
    assert unwrap(header, secret) == SHARE
    assert browser_shares([{"sha256": "old", "header": header.to_bytes().decode()}], secret)["shares"] == {"old": CODE}


@pytest.mark.parametrize("what", ["null", "a share with a blank", "a byte too many"])
@only_files
def test_no_holder_is_named_for_what_a_bidder_dealt_and_the_others_open(session, clock, what):
    story, evil = with_one_more(session, HOSTILE[what])
    clock.set(AFTER)
    for holder in (0, 1, 2):
        found = found_by(story, holder)
        assert found["unusable"] == [evil[:8]]
        give(story, holder, found["shares"])
        session.commit()
    problems = {row.problem for row in all_releases_of(story.tender)}
    assert problems == {None, CapsuleFault.BAD_SHARE}
    assert not session.scalars(select(LogEntry).where(LogEntry.event == "tender.refuse_share")).all()
    for ready in unsealing.ready_capsules(story.tender):
        unsealing.keep_unsealed(story.tender, ready.version_id, unsealing.read_capsule(ready), now=AFTER)
    session.commit()
    assert len(unsealings_of(story.tender)) == 3
    recovery.announce_recovery(
        story.tender, ends_at=AFTER + timedelta(minutes=31), cause="份额不能用", actor=story.manager_actor, now=AFTER
    )
    session.commit()
    rows = recovery.end_unsealing(story.tender, actor=supervisor(), now=AFTER + timedelta(minutes=32))
    assert [row.fault for row in rows] == [CapsuleFault.WRONG_KEY] and rows[0].fault.is_bidders


@pytest.mark.parametrize(
    "spell", [lambda code: code[:50] + " " + code[50:], lambda code: code + "\n", lambda _code: "份", lambda _code: "A"]
)
@only_files
def test_a_share_in_another_spelling_is_a_broken_request_and_no_forgery(session, spell):
    story, _evil = with_one_more(session, lambda made: made)
    shares = stories.shares_of(story, 0)
    first = min(shares)
    with pytest.raises(Refused) as refused:
        give(story, 0, shares | {first: spell(shares[first])})
    assert refused.value.reason is unsealing.UNREADABLE_SHARES
    session.rollback()
    assert not all_releases_of(story.tender)
    assert [row.problem for row in give(story, 0, shares)] == [None] * 4


@pytest.mark.parametrize("text", ["QR==", "QQ", "Q Q==", "QQ==\n", None, 5])
def test_bytes_have_one_spelling_alone(text):
    """Two spellings of one share would be one share to one program and a forgery to another."""
    assert exact_base64("QQ==") == b"A"
    with pytest.raises(Malformed):
        exact_base64(text)
