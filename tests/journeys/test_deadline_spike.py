"""The last ten seconds: fifty bidders hand in five hundred bids at once, and each of them has a receipt that anybody can verify."""

import http.client
import json
import threading
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from app.log import queries
from app.log.keys import log_keys
from app.log.models import LogEntry
from app.log.verifying import verify
from app.tenders.models import BidCapsule, BidVersion
from tests import factories, verify_alone
from tests.client import Client
from tests.tenders import bid_stories as stories

BIDDERS, EACH = 50, 10


@pytest.fixture
def told(app, session, clock):
    """Fifty signed-in bidders, each with ten sealed bids whose ciphertext lies in the store; ten seconds are left."""
    story = stories.published()
    story.bidders = [stories.enterprise(n + 1, f"平顶山市试验{n}物业服务有限公司") for n in range(BIDDERS)]
    headers = [[stories.sealed(story, n, price_fen=60 + k).header.to_bytes().decode() for k in range(EACH)] for n in range(BIDDERS)]
    number, emails = story.tender.number, [user.email for _enterprise, user in story.bidders]
    clock.set(stories.DEADLINE - timedelta(seconds=10))
    session.commit()
    session.remove()
    return number, headers, [signed_in(app, email) for email in emails]


def signed_in(app, email: str) -> tuple[str, str]:
    """Cookie and token of a browser that has signed in."""
    client = Client(app)
    client.post("/sign-in", {"email": email, "password": factories.PASSWORD}, follow=False)
    token = client.csrf_token()  # writes into the session: before the cookie is read
    return "; ".join(f"{one.key}={one.value}" for one in client.browser._cookies.values()), token


class Bidder(threading.Thread):
    """Hands in one bid after the other on a connection of its own, each of them the moment the last was answered."""

    def __init__(self, port: int, address: str, headers: list[str], cookie: str, token: str, gate: threading.Barrier):
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._address, self._headers, self._cookie, self._token, self._gate = address, headers, cookie, token, gate
        self.answers: list[tuple[int, str]] = []

    def run(self) -> None:
        self._connection.connect()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        self._gate.wait()
        for header in self._headers:
            self._connection.request("POST", self._address, urlencode({"header": header, "csrf_token": self._token}), sent)
            answer = self._connection.getresponse()
            self.answers.append((answer.status, answer.read().decode()))
        self._connection.close()


def test_five_hundred_bids_in_the_last_seconds_are_all_kept_and_every_receipt_holds(told, live_server, app, session):
    number, headers, people = told
    gate = threading.Barrier(BIDDERS)
    bidders = [
        Bidder(live_server.port, f"/tenders/{number}/bid/submit", own, cookie, token, gate)
        for own, (cookie, token) in zip(headers, people, strict=True)
    ]
    for bidder in bidders:
        bidder.start()
    for bidder in bidders:
        bidder.join()
    answers = Counter(answer for bidder in bidders for answer in bidder.answers)
    assert {status for status, _told in answers} == {201}, answers.most_common(3)

    sent = {header for own in headers for header in own}
    assert set(session.scalars(select(BidCapsule.header))) == sent
    versions = Counter(session.scalars(select(BidVersion.bid_id)))
    assert (len(versions), set(versions.values())) == (BIDDERS, {EACH})
    entries = session.scalars(select(LogEntry).where(LogEntry.event.in_(("bid.submit", "bid.replace"))).order_by(LogEntry.leaf_index)).all()
    assert len({entry.leaf_index for entry in entries}) == len(sent)
    check = verify_alone.as_module()
    key = check.Key(str(log_keys().verifier))
    proved = set()
    for entry in entries:
        receipt = check.Receipt(queries.receipt(entry))
        receipt.check(key)
        proved.add(json.loads(receipt.payload)["content_sha256"])
    assert proved == set(session.scalars(select(BidCapsule.sha256))), "each receipt names the capsule that was handed in"
    assert verify().fault is None
