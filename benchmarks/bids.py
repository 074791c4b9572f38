"""Handing in a bid, from the request to the receipt on disk, against one plain durable insert of the same size."""

import json
import sqlite3
import statistics
import time
from pathlib import Path

import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer

from app import create_app
from app.common.clock import DemoClock
from app.extensions import db

BIDS = 60


def measure_bids(folder: Path, accounts: list[dict]) -> dict:
    """Milliseconds for one bid and for one insert, taken in turns; each waits until the disk has it."""
    app = create_app(DATA=folder, SECRET_KEY="a key for benchmarks")
    number, draft_id, email = open_bid(app)
    password = next(account["password"] for account in accounts if account["email"] == email)
    client, token = signed_in(app, email, password)
    plain = PlainInsert(folder / "plain.db", app, draft_id)
    ours, baseline = [], []
    for _ in range(BIDS):
        reopen(app, draft_id)
        started = time.perf_counter()
        answer = client.post(f"/tenders/{number}/bid/submit", data={"csrf_token": token})
        ours.append(time.perf_counter() - started)
        if answer.status_code != 302 or not answer.location.endswith("/receipt"):
            raise RuntimeError(f"a bid was not accepted: {answer.status_code} {answer.location}")
        started = time.perf_counter()
        plain.insert()
        baseline.append(time.perf_counter() - started)
    with app.app_context():
        db.engine.dispose()
    own, theirs = statistics.median(ours), statistics.median(baseline)
    slow = sorted(ours)[int(BIDS * 0.95)]
    return {
        "bids": BIDS,
        "ours_ms": round(own * 1000, 2),
        "ours_ms_95": round(slow * 1000, 2),
        "baseline_ms": round(theirs * 1000, 2),
        "ratio": round(theirs / own, 3),
    }


def open_bid(app) -> tuple[str, int, str]:
    """A bid in a tender that is still open: the tender's number, the draft and its signatory's sign-in name."""
    from app.accounts.models import Membership, User
    from app.accounts.rules import Role
    from app.tenders.lifecycle import Status
    from app.tenders.models import BidDraft, Tender

    with app.app_context():
        found = db.session.execute(
            sa.select(Tender.number, BidDraft.id, User.email)
            .join(BidDraft, BidDraft.tender_id == Tender.id)
            .join(Membership, Membership.organisation_id == BidDraft.organisation_id)
            .join(User, User.id == Membership.user_id)
            .where(
                Tender.status == Status.PUBLISHED,
                Tender.bid_deadline_at > sa.select(DemoClock.at).scalar_subquery(),
                BidDraft.submitted_at.is_not(None),
                Membership.role == Role.ENTERPRISE_SIGNATORY,
                Membership.ended_at.is_(None),
            )
            .order_by(BidDraft.id)
            .limit(1)
        ).one()
        return tuple(found)


def signed_in(app, email: str, password: str):
    client, token = app.test_client(), URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("b" * 40)
    for _ in range(2):  # signing in begins a new session; the token is put into it again afterwards
        with client.session_transaction() as kept:
            kept["csrf_token"] = "b" * 40
        answer = client.get("/desk")
        if answer.status_code == 302:
            client.post("/sign-in", data={"csrf_token": token, "email": email, "password": password})
    return client, token


def reopen(app, draft_id: int) -> None:
    """Make the draft one that has not been handed in, outside the measured time."""
    from app.tenders.models import BidDraft

    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.update(BidDraft.__table__).where(BidDraft.id == draft_id).values(submitted_at=None))


class PlainInsert:
    """One row with the bid's own text, committed to a file with synchronous=FULL."""

    def __init__(self, path: Path, app, draft_id: int):
        from app.tenders.models import BidDraft

        with app.app_context():
            draft = db.session.get(BidDraft, draft_id)
            self._text = json.dumps([draft.price_fen, draft.plan, draft.staffing, draft.answers], ensure_ascii=False)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE bid (id INTEGER PRIMARY KEY, content TEXT)")

    def insert(self) -> None:
        self._connection.execute("INSERT INTO bid (content) VALUES (?)", (self._text,))
