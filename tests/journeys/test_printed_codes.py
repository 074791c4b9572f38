"""What is printed can be read back: the QR codes of a holder's card and of a receipt hold exactly what a phone must find there."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
import zxingcpp
from PIL import Image

from app.extensions import db
from app.log.models import LogEntry
from app.tenders.actions.bidding import withdraw_bid
from app.tenders.models import BidVersion
from tests import factories
from tests.factories import NOW
from tests.journeys.test_key_holders import PASSPHRASE
from tests.journeys.test_signing_in import sign_in
from tests.tenders import bid_stories as stories
from tests.tenders import holder_stories

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def codes_on(page) -> list[str]:
    """What a decoder reads from the whole page as it is drawn."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def codes_on_paper(page) -> list[str]:
    page.emulate_media(media="print")
    found = codes_on(page)
    page.emulate_media(media="screen")
    return found


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_cards_code_is_the_secret_key_and_nothing_else(browser, session, clock, tmp_path, width):
    clock.set(NOW)
    email = holder_stories.city().legal.email
    session.commit()
    page = browser.person(width=width)
    sign_in(page, email)
    page.goto("/keys/new")
    page.get_by_label("口令", exact=True).fill(PASSPHRASE)
    page.get_by_label("再输一遍口令").fill(PASSPHRASE)
    page.get_by_role("button", name="生成密钥").click()
    page.get_by_role("img", name="私钥的二维码").wait_for()
    shown, printed = codes_on(page), codes_on_paper(page)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="下载密钥文件").click()
    downloading.value.save_as(tmp_path / "key")
    text = pyrage.passphrase.decrypt(Path(tmp_path / "key").read_bytes(), PASSPHRASE).decode()
    assert shown == printed == re.findall("AGE-SECRET-KEY-1[0-9A-Z]{58}", text)


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_receipts_code_names_the_capsule_its_leaf_and_its_time(browser, session, clock, width):
    story = stories.published()
    story.bidders.append(stories.enterprise(1, stories.NAMES[0]))
    at = stories.PUBLISHED + timedelta(days=3, milliseconds=217)
    stories.submit(story, 0, now=at)
    clock.set(at)
    version = db.session.scalars(db.select(BidVersion)).one()
    leaf = db.session.scalars(db.select(LogEntry.leaf_index).where(LogEntry.event == "bid.submit")).one()
    wanted = "\n".join(
        (
            f"LINLI {story.tender.number}",
            version.receipt,
            f"SHA-256 {version.content_sha256}",
            f"LEAF {leaf}",
            version.submitted_at.isoformat(),
        )
    )
    email, address = story.bidders[0][1].email, f"/tenders/{story.tender.number}/bid/receipt"
    session.commit()
    page = browser.person(width=width)
    sign_in(page, email)
    page.goto(address)
    assert codes_on(page) == codes_on_paper(page) == [wanted]


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_codes_of_a_withdrawal_and_of_a_refusal_are_their_own(browser, session, clock, width):
    story = stories.published()
    story.bidders.append(stories.enterprise(1, stories.NAMES[0]))
    sent_at = stories.PUBLISHED + timedelta(days=3)
    stories.submit(story, 0, now=sent_at)
    at = sent_at + timedelta(hours=1, milliseconds=217)
    clock.set(at)
    signatory = factories.actor_for(story.bidders[0][1])
    withdraw_bid(story.tender, actor=signatory, now=at)
    session.commit()
    version = db.session.scalars(db.select(BidVersion)).one()
    leaf = db.session.scalars(db.select(LogEntry.leaf_index).where(LogEntry.event == "bid.withdraw")).one()
    wanted = [
        f"LINLI {story.tender.number}",
        "WITHDRAWN",
        version.receipt,
        f"SHA-256 {version.content_sha256}",
        f"LEAF {leaf}",
        at.isoformat(),
    ]
    email, address = story.bidders[0][1].email, f"/tenders/{story.tender.number}/bid"
    session.commit()
    page = browser.person(width=width)
    sign_in(page, email)
    page.goto(f"{address}/receipt")
    assert codes_on(page) == codes_on_paper(page) == ["\n".join(wanted)]
    page.goto(address)
    page.get_by_text("不在网页里填写").click()
    page.set_input_files("#sealed", {"name": "bid.sealed", "mimeType": "application/octet-stream", "buffer": b"in clear"})
    page.get_by_role("button", name="提交 .sealed 文件").click()
    page.get_by_role("heading", name="投标没有受理").wait_for()
    leaf = db.session.scalars(db.select(LogEntry.leaf_index).where(LogEntry.event == "bid.refuse")).one()
    shown, printed = codes_on(page), codes_on_paper(page)
    assert (
        shown == printed
        and len(shown) == 1
        and shown[0].startswith(f"LINLI {story.tender.number}\nREFUSED\n")
        and f"LEAF {leaf}" in shown[0]
    )
