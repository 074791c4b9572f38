"""A server killed between two capsules: what was opened stays, nothing is half there, and whoever comes next goes on."""

import json
import re
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from datetime import timedelta

import pytest

from app.tenders.actions import unsealing
from app.tenders.capsule.unseal import unwrap
from app.tenders.models import BidContent, BidDocument, BidUnsealing
from app.tenders.queries.capsules import standing_capsules
from tests import factories
from tests.journeys.test_killed_server import Browser
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

BIDS = 6


def counts(session) -> tuple[int, int, int]:
    found = tuple(session.query(model).count() for model in (BidUnsealing, BidContent, BidDocument))
    session.commit()
    return found


@pytest.mark.parametrize("enough", [1, 3])
def test_an_opening_goes_on_after_a_kill(live_server, session, clock, enough):
    story = stories.published()
    for number in range(BIDS):
        story.bidders.append(stories.enterprise(number + 1, f"河南试验{number}物业服务有限公司"))
        pdf = b"%PDF-1.4\n" + bytes([number]) * 8_000_000
        files = (("letter", f"投标函{number}.pdf", pdf),)
        stories.submit(story, number, price_fen=60 + number, files=files, now=stories.PUBLISHED + timedelta(days=1, minutes=number))
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    stories.give_shares(story, 0)
    key = str(stories.key_of(story.holders[1]))
    shares = {one.sha256: b64encode(unwrap(one.header, key)).decode() for one in standing_capsules(story.tender)}
    room, email, manager = f"/tenders/{story.tender.number}/opening", story.holders[1].email, story.manager.email
    clock.set(AFTER)
    session.commit()

    legal = Browser(live_server.url)
    legal.post("/sign-in", legal.get("/sign-in"), email=email, password=factories.PASSWORD)
    token = re.search(r'data-token="([^"]+)"', legal.get(room))[1]

    def give() -> None:
        asked = urllib.request.Request(
            f"{live_server.url}{room}/shares",
            data=json.dumps({"shares": shares}).encode(),
            headers={"Content-Type": "application/json", "X-CSRFToken": token},
        )
        try:
            legal._opener.open(asked, timeout=60)
        except (OSError, urllib.error.URLError):
            pass  # the server is gone: that is the test

    holder = threading.Thread(target=give)
    holder.start()
    until = time.monotonic() + 60
    while counts(session)[0] < enough and time.monotonic() < until:
        time.sleep(0.005)
    live_server.kill()
    holder.join()
    before = counts(session)
    assert before[0] >= enough and before[0] == before[1] == before[2], "a bid is open with everything in it, or not at all"

    live_server.start()
    again = Browser(live_server.url)
    again.post("/sign-in", again.get("/sign-in"), email=manager, password=factories.PASSWORD)
    page = again.get(room)
    if before[0] < BIDS:
        assert "继续解密" in page
        again.post(f"{room}/continue", page)
    assert counts(session) == (BIDS, BIDS, BIDS)
    page = again.post(room, again.get(room), presided_by="周文")
    assert all(f"0.6{number}" in page for number in range(BIDS))
