"""A server killed in the middle of a bid: the bid is there whole with its receipt, or it is not there at all."""

import http.cookiejar
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from sqlalchemy import func, select

from app.common.audit import AuditEvent
from app.log.models import LogEntry
from app.tenders.models import Bid, BidCapsule, BidVersion
from tests import factories
from tests.tenders import bid_stories as stories

URL = "/tenders/XH-2009-0001/bid"


class Browser:
    """Forms over real HTTP, with cookies and tokens."""

    def __init__(self, base: str):
        self.base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self.base + path, timeout=30) as response:
            return response.read().decode()

    def post(self, path: str, page: str, **sent: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        data = urllib.parse.urlencode({"csrf_token": token} | sent).encode()
        with self._opener.open(self.base + path, data=data, timeout=30) as response:
            return response.read().decode()


def hand_in(browser: Browser, page: str, header: str, outcome: list) -> None:
    try:
        outcome.append(browser.post(f"{URL}/submit", page, header=header))
    except (OSError, urllib.error.URLError):
        outcome.append("")  # the connection broke: the bidder does not know, and looks again after the restart


@pytest.mark.parametrize("after_ms", [0, 4, 8, 12, 20])
def test_a_bid_is_whole_or_absent_after_a_kill(live_server, session, clock, after_ms):
    """Whatever the instant: with its capsule, its audit row and its leaf in the log, or without any of them."""
    story = stories.published()
    story.bidders.append(stories.enterprise(1, stories.NAMES[0]))
    header = stories.sealed(story, 0, price_fen=71).header.to_bytes().decode()
    clock.set(stories.DEADLINE.replace(hour=0))
    email = story.bidders[0][1].email
    session.commit()
    session.remove()
    browser = Browser(live_server.url)
    browser.post("/sign-in", browser.get("/sign-in"), email=email, password=factories.PASSWORD)
    page, outcome = browser.get(URL), []
    bidder = threading.Thread(target=hand_in, args=(browser, page, header, outcome))
    bidder.start()
    time.sleep(after_ms / 1000)
    live_server.kill()
    bidder.join()

    live_server.start()
    rows = {model: session.scalar(select(func.count()).select_from(model)) for model in (Bid, BidVersion, BidCapsule)}
    audited = session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.event == "bid.submit"))
    leaves = session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.event == "bid.submit"))
    assert set(rows.values()) | {audited, leaves} in ({0}, {1}), rows
    session.remove()
    if outcome[0]:
        assert audited == 1, "the bidder was told that the bid is in"
    else:
        browser.post(f"{URL}/submit", browser.get(URL), header=header)  # the same capsule again gives the same receipt
    assert session.scalar(select(func.count()).select_from(BidVersion)) == 1
    assert session.scalar(select(BidVersion.receipt)) in browser.get(f"{URL}/receipt")
