"""Opening takes no more memory than a piece, however large a bid is, and keeps nothing of one that is not sound."""

import os
import tracemalloc
from dataclasses import replace
from hashlib import sha256

import pytest

from app.common.files import read_file
from app.tenders import uploads
from app.tenders.actions import unsealing
from app.tenders.capsule import seal as sealing_side
from app.tenders.kinds import CapsuleFault
from app.tenders.models import BidDocument
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

MEGABYTE = 1024 * 1024
LARGE = b"%PDF-1.7 " + os.urandom(MEGABYTE) * 40


def ready(story) -> unsealing.Ready:
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    stories.db.session.commit()
    for holder in (0, 1):
        stories.give_shares(story, holder)
    return next(one for one in unsealing.ready_capsules(story.tender) if one.bidder == story.bidders[0][0].uscc)


def kept_files(app) -> list[str]:
    return sorted(path.name for path in (app.config["DATA"] / "files").rglob("*") if path.is_file())


@pytest.fixture
def story(session):
    found = stories.published()
    found.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:3])]
    for index in (1, 2):
        stories.submit(found, index)
    return found


def test_a_large_bid_opens_in_little_memory(story, app, session):
    stories.submit(story, 0, files=[("plan", "方案.pdf", LARGE), ("other", "证书.pdf", LARGE[: 3 * MEGABYTE])])
    one = ready(story)
    tracemalloc.start()
    found = unsealing.read_capsule(one)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * MEGABYTE
    assert [kept.sha256 for kept in found.files] == [sha256(LARGE).hexdigest(), sha256(LARGE[: 3 * MEGABYTE]).hexdigest()]
    unsealing.keep_unsealed(story.tender, one.version_id, found, now=AFTER)
    session.commit()
    documents = session.query(BidDocument).order_by(BidDocument.position).all()
    assert [document.title for document in documents] == ["方案.pdf", "证书.pdf"] and read_file(documents[0].file) == LARGE
    assert list((app.config["DATA"] / "uploads").iterdir()) == [], "what was decrypted on the way lies nowhere"


def test_nothing_is_kept_of_a_capsule_whose_last_file_is_not_sound(story, app, session, monkeypatch):
    right = sealing_side.padded_size
    monkeypatch.setattr(sealing_side, "padded_size", lambda size: right(size) + (4096 if size == 77 else 0))
    stories.submit(story, 0, files=[("plan", "方案.pdf", LARGE[:MEGABYTE]), ("other", "证书.pdf", LARGE[:77])])
    monkeypatch.undo()
    assert unsealing.read_capsule(ready(story)) is CapsuleFault.UNREADABLE
    assert kept_files(app) == []


def test_a_manifest_too_large_to_be_one_is_not_read(story, session, monkeypatch):
    stories.submit(story, 0)
    one = ready(story)
    monkeypatch.setattr(uploads, "is_sound", lambda _sha256: True)
    first, *others = one.header.objects
    larger = replace(one.header, objects=(replace(first, size=unsealing.LARGEST_MANIFEST + 1), *others))
    assert unsealing.read_capsule(replace(one, header=larger)) is CapsuleFault.UNREADABLE
