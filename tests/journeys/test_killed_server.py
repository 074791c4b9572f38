"""The server killed (kill -9) at each step of a bid: it is there whole with its receipt, or it is not there at all; an upload goes on.

The steps have names, not times: dying_site.py dies at them and leaves a mark, so that a step which is never met fails its test."""

import http.client
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from app.common.audit import AuditEvent
from app.common.mail import OutboxMail
from app.log.keys import log_keys
from app.log.models import LogEntry, LogLeaf
from app.log.notes import Proof
from app.log.verifying import verify
from app.tenders import held, uploads
from app.tenders.models import Bid, BidCapsule, BidVersion
from tests import factories
from tests.fixtures.servers import ROOT, STARTS_WITHIN_S, LiveServer
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import PIECE, seal_bid

URL = "/tenders/XH-2009-0001/bid"
SOON = stories.PUBLISHED + timedelta(minutes=20)
"""While the log is short: its padding up to the deadline would take longer than the test."""
ROWS = (Bid, BidVersion, BidCapsule, AuditEvent, LogLeaf, LogEntry, OutboxMail)
NOTHING, ALL, TWICE = (dict.fromkeys((model.__tablename__ for model in ROWS), count) for count in (0, 1, 2))
REPLACED = ALL | {"bid": 0}
"""Another version of the bid that was there."""

STEPS = {
    "before INSERT INTO bid": NOTHING,
    "before INSERT INTO bid_version": NOTHING,
    "before INSERT INTO bid_capsule": NOTHING,
    "before INSERT INTO audit_event": NOTHING,
    "before INSERT INTO log_leaf": NOTHING,
    "before INSERT INTO log_entry": NOTHING,
    "before INSERT INTO outbox_mail": NOTHING,
    "before commit": NOTHING,
    "before COMMIT": NOTHING,
    "after COMMIT": ALL,
    "after commit": ALL,
    "before replace": ALL,  # the note that the objects are handed in, a file
    "after replace": ALL,
    "answer made": ALL,
}
"""What is there after a kill at each step of handing in, in their order. COMMIT is the database's, commit the session's around it."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


class Browser:
    """Forms over real HTTP, with cookies and tokens."""

    def __init__(self, base: str):
        self.base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self.base + path, timeout=30) as response:
            return response.read().decode()

    def post(self, path: str, page: str, **sent: str) -> str:
        data = urllib.parse.urlencode({"csrf_token": token_in(page)} | sent).encode()
        with self._opener.open(self.base + path, data=data, timeout=30) as response:
            return response.read().decode()


def token_in(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


class Bidder(Browser):
    """Signed in; then it talks to the site as the bid page's program does."""

    def __init__(self, base: str, email: str):
        super().__init__(base)
        self._token = token_in(self.post("/sign-in", self.get("/sign-in"), email=email, password=factories.PASSWORD))

    def ask(self, method: str, path: str, data: bytes | None = None, **headers: str) -> Answer | None:
        """None when the connection broke: the bidder does not know, and looks again after the restart."""
        sent = {"X-CSRFToken": self._token} | {name.replace("_", "-"): text for name, text in headers.items()}
        asked = urllib.request.Request(self.base + path, data=data, headers=sent, method=method)
        try:
            with self._opener.open(asked, timeout=30) as found:
                return Answer(found.status, found.headers, found.read().decode())
        except urllib.error.HTTPError as refused:
            return Answer(refused.status, refused.headers, refused.read().decode())
        except (OSError, http.client.HTTPException):
            return None

    def hand_in(self, header: bytes) -> Answer | None:
        return self.ask("POST", f"{URL}/submit", urllib.parse.urlencode({"header": header.decode()}).encode())

    def begin(self, data: bytes) -> Answer | None:
        told = b64encode(sha256(data).hexdigest().encode()).decode()
        return self.ask("POST", f"{URL}/objects", b"", Upload_Length=str(len(data)), Upload_Metadata=f"sha256 {told}")

    def send(self, place: str, offset: int, piece: bytes) -> Answer | None:
        asked = {name.replace("-", "_"): text for name, text in PIECE.items()}
        return self.ask("PATCH", place, piece, **asked, Upload_Offset=str(offset))


class DyingServer(LiveServer):
    """The site of dying_site.py: started again and again from one process that has it imported."""

    def __init__(self, environment: dict[str, str], folder):
        super().__init__(environment, folder / "server.log")
        self._mark, self._serving = folder / "killed-at", 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.dying_site", str(self.port)],
                cwd=ROOT,
                env=self._environment | {"KILLED_AT": str(self._mark)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self, kill_at: str = "", *, together: int = 1) -> "DyingServer":
        self.end()
        self._mark.unlink(missing_ok=True)
        self._process.stdin.write(json.dumps({"KILL_AT": kill_at, "TOGETHER": str(together)}) + "\n")
        self._process.stdin.flush()
        self._serving = int(self._process.stdout.readline() or self._fail())
        until = time.monotonic() + STARTS_WITHIN_S
        while not self._answers():
            if time.monotonic() > until:
                self._fail()
            time.sleep(0.01)
        return self

    def _fail(self) -> None:
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def assert_it_killed_itself_at(self, step: str) -> None:
        assert self._mark.exists(), f"never met: {step}\n{self.log.read_text()[-3000:]}"
        assert self._mark.read_text() == step
        assert self._ended_with() == -signal.SIGKILL

    def _ended_with(self) -> int:
        self._serving = 0
        return int(self._process.stdout.readline())

    def end(self) -> None:
        if self._serving:
            try:
                os.killpg(self._serving, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it died by itself
            self._ended_with()


@pytest.fixture(scope="module")
def dying_servers(tmp_path_factory):
    """One for each database: where it lies is the same for every test."""
    made = {}
    yield (
        lambda database: (
            made.get(database.backend)
            or made.setdefault(database.backend, DyingServer(database.environment, tmp_path_factory.mktemp("dying")))
        )
    )
    for server in made.values():
        server.stop()


@pytest.fixture
def server(app, database, dying_servers):
    found = dying_servers(database)
    yield found
    found.end()


# --- what there is -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(number + 1, stories.NAMES[number]) for number in (0, 1)]
    clock.set(SOON)
    return found


def sealed_by(story, index: int, price_fen: int = 71) -> bytes:
    """The header of a bid whose objects have arrived, and are noted as this bidder's."""
    found = stories.sealed(story, index, price_fen=price_fen)
    uploads.expect(**whose(story, index), sizes={one.sha256: one.size for one in found.header.objects})
    return found.header.to_bytes()


def whose(story, index: int) -> dict[str, int]:
    return {"tender_id": story.tender.id, "organisation_id": story.bidders[index][0].organisation_id}


def email_of(story, index: int, session) -> str:
    """Nothing stays locked behind it: what comes next is the server's."""
    found = story.bidders[index][1].email
    session.commit()
    return found


def rows_there(session) -> dict[str, int]:
    found = {model.__tablename__: session.scalar(select(func.count()).select_from(model)) for model in ROWS}
    session.rollback()
    return found


def assert_new(session, before: dict[str, int], expected: dict[str, int]) -> None:
    """So many rows of each kind since then, and a log that verifies."""
    assert {name: count - before[name] for name, count in rows_there(session).items()} == expected
    assert verify().fault is None
    session.rollback()


def assert_in_with_receipt(session, bidder: Bidder, header: bytes, number: int = 1) -> None:
    """The capsule is the bid's current version, and its leaf's receipt, the page's and the mail's are of one submission."""
    capsule = sha256(header).hexdigest()
    version = session.scalars(select(BidVersion).where(BidVersion.content_sha256 == capsule)).one()
    assert version.number == session.get_one(Bid, version.bid_id).current_number == number
    assert session.scalars(select(BidCapsule).where(BidCapsule.version_id == version.id)).one().header.encode() == header
    told = [one for one in session.scalars(select(LogEntry)) if json.loads(one.payload).get("content_sha256") == capsule]
    (leaf,) = [one.leaf_index for one in told]
    assert version.receipt in session.scalars(select(OutboxMail).where(OutboxMail.receipt_leaf == leaf)).one().text
    shown = version.receipt
    session.rollback()
    assert shown in bidder.get(f"{URL}/receipt")
    receipt = Proof.from_text(bidder.get(f"/log/receipt/{leaf}"))
    opened = json.loads(receipt.extra)
    receipt.verify(sha256(b64decode(opened["salt"]) + opened["payload"].encode()).digest(), log_keys().verifier)
    assert json.loads(opened["payload"])["receipt"] == shown


# --- handing in --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "expected"), STEPS.items(), ids=STEPS)
def test_a_bid_is_whole_or_absent_after_a_kill(server, session, story, step, expected):
    """With its version, its capsule, its audit row, its leaf in the log and its mail, or without any of them."""
    header, mine = sealed_by(story, 0), whose(story, 0)
    email = email_of(story, 0, session)
    server.start(f"submit: {step}")
    bidder = Bidder(server.url, email)
    before = rows_there(session)
    assert bidder.hand_in(header) is None
    server.assert_it_killed_itself_at(f"submit: {step}")
    assert_new(session, before, expected)

    server.start()
    assert bidder.hand_in(header).status == 201  # the same capsule again gives the same receipt
    assert_new(session, before, ALL)
    assert_in_with_receipt(session, bidder, header)
    assert {one["is"] for one in held.entries(held.owner_of(**mine)).values()} == {held.State.HANDED}


REPLACING = {"before UPDATE bid": NOTHING, "before INSERT INTO audit_event": NOTHING, "before COMMIT": NOTHING, "after COMMIT": REPLACED}


@pytest.mark.parametrize(("step", "expected"), REPLACING.items(), ids=REPLACING)
def test_a_bid_is_replaced_or_stands_as_before_after_a_kill(server, session, story, step, expected):
    stories.submit(story, 0, price_fen=75, now=SOON)
    first, header = session.scalar(select(BidVersion.content_sha256)), sealed_by(story, 0)
    email = email_of(story, 0, session)
    server.start(f"submit: {step}")
    bidder = Bidder(server.url, email)
    before = rows_there(session)
    assert bidder.hand_in(header) is None
    server.assert_it_killed_itself_at(f"submit: {step}")
    assert_new(session, before, expected)
    current = select(BidVersion.content_sha256).join(Bid).where(BidVersion.number == Bid.current_number)
    assert session.scalars(current).all() == [first if expected is NOTHING else sha256(header).hexdigest()]
    session.rollback()

    server.start()
    assert bidder.hand_in(header).status == 201
    assert_new(session, before, REPLACED)
    assert_in_with_receipt(session, bidder, header, number=2)


@pytest.mark.parametrize("step", ["before INSERT INTO log_leaf", "before COMMIT", "after COMMIT"])
def test_bids_that_come_together_stand_or_fall_together(server, session, story, step):
    headers = [sealed_by(story, index) for index in (0, 1)]
    emails = [email_of(story, index, session) for index in (0, 1)]
    server.start(f"submit: {step}", together=2)
    bidders = [Bidder(server.url, email) for email in emails]
    before, answers = rows_there(session), []
    asking = [
        threading.Thread(target=lambda one=one, header=header: answers.append(one.hand_in(header)))
        for one, header in zip(bidders, headers, strict=True)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert answers == [None, None]
    server.assert_it_killed_itself_at(f"submit: {step}")
    assert_new(session, before, TWICE if STEPS[step] is ALL else NOTHING)

    server.start()
    assert [one.hand_in(header).status for one, header in zip(bidders, headers, strict=True)] == [201, 201]
    assert_new(session, before, TWICE)
    for one, header in zip(bidders, headers, strict=True):
        assert_in_with_receipt(session, one, header)


# --- uploading ---------------------------------------------------------------------------------------------------------------

PIECE_BYTES = 1000
UPLOADING = {
    "begin: before replace": (0, 0),  # of the note of what is to come
    "begin: after replace": (0, 0),
    "begin: answer made": (0, 0),
    "piece: half a piece written": (0, PIECE_BYTES // 2),
    "piece: answer made": (0, PIECE_BYTES),
    "piece: before fsync": (1, 0),  # every byte has come
    "piece: before replace": (1, 0),
    "piece: after replace": (1, 0),  # in the store, but its name may not be on the disk
}
"""How much of the object is there after a kill at each step: wholes and bytes."""


@pytest.mark.parametrize(("step", "there"), UPLOADING.items(), ids=UPLOADING)
def test_an_upload_goes_on_after_a_kill(app, server, session, story, step, there):
    found = seal_bid(story)
    data, header = found.objects[0], found.header.to_bytes()
    email = email_of(story, 0, session)
    server.start(step)
    bidder = Bidder(server.url, email)
    before, offset = rows_there(session), there[0] * len(data) + there[1]
    begun = bidder.begin(data)
    if begun is not None:
        place, at = begun.headers["Location"], 0
        while (answer := bidder.send(place, at, data[at : at + PIECE_BYTES if at == 0 else len(data)])) is not None:
            assert answer.status == 204
            at = int(answer.headers["Upload-Offset"])
    server.assert_it_killed_itself_at(step)

    server.start()
    if begun is not None:
        asked = bidder.ask("HEAD", place)
        assert (asked.status, asked.headers["Upload-Offset"]) == (200, str(offset))
    again = bidder.begin(data)
    assert (again.status, again.headers["Upload-Offset"]) == (201, str(offset))
    assert begun is None or again.headers["Location"] == place
    if offset < len(data):
        assert bidder.send(again.headers["Location"], offset, data[offset:]).status == 204
    digest = sha256(data).hexdigest()
    assert not list(app.config["DATA"].glob("uploads/*.part"))
    assert sha256((app.config["DATA"] / "sealed" / digest[:2] / digest).read_bytes()).hexdigest() == digest
    assert bidder.hand_in(header).status == 201
    assert_new(session, before, ALL)
    assert_in_with_receipt(session, bidder, header)
