"""Handing in a sealed bid, from the request to receipt and log on disk, against one plain durable insert of the same size."""

import sqlite3
import statistics
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer

from app import create_app
from app.common.clock import DemoClock
from app.extensions import db

BIDS = 60
BETWEEN = timedelta(minutes=7)
"""A bidder may hand in ten times an hour for one tender."""


def measure_bids(folder: Path, accounts: list[dict]) -> dict:
    """Milliseconds for one bid and for one insert, taken in turns; each waits until the disk has it."""
    app = create_app(DATA=folder, SECRET_KEY="a key for benchmarks")
    number, uscc, email = open_bid(app)
    password = next(account["password"] for account in accounts if account["email"] == email)
    client, token = signed_in(app, email, password)
    headers = sealed_headers(app, number, uscc, BIDS)
    plain = PlainInsert(folder / "plain.db", headers[0])
    ours, baseline = [], []
    for header in headers:
        move_clock(app, BETWEEN)
        started = time.perf_counter()
        answer = client.post(f"/tenders/{number}/bid/submit", data={"csrf_token": token, "header": header})
        ours.append(time.perf_counter() - started)
        if answer.status_code != 201:
            raise RuntimeError(f"a bid was not accepted: {answer.status_code} {answer.text}")
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


def move_clock(app, by: timedelta) -> None:
    table = DemoClock.__table__
    with app.app_context(), db.engine.begin() as connection:
        at = connection.scalar(sa.select(table.c.at))
        connection.execute(sa.update(table).values(at=at + by))


def open_bid(app) -> tuple[str, str, str]:
    """A bidder in a tender that is still open: the tender's number, the bidder's code and its signatory's sign-in name."""
    from app.accounts.models import Membership, User
    from app.accounts.rules import Role
    from app.enterprises.models import Enterprise
    from app.tenders.lifecycle import Status
    from app.tenders.models import Bid, Tender

    with app.app_context():
        found = db.session.execute(
            sa.select(Tender.number, Enterprise.uscc, User.email)
            .join(Bid, Bid.tender_id == Tender.id)
            .join(Enterprise, Enterprise.id == Bid.enterprise_id)
            .join(Membership, Membership.organisation_id == Bid.organisation_id)
            .join(User, User.id == Membership.user_id)
            .where(
                Tender.status == Status.PUBLISHED,
                Tender.bid_deadline_at > sa.select(DemoClock.at).scalar_subquery(),
                Membership.role == Role.ENTERPRISE_SIGNATORY,
                Membership.ended_at.is_(None),
            )
            .order_by(Bid.id)
            .limit(1)
        ).one()
        return tuple(found)


def sealed_headers(app, number: str, uscc: str, count: int) -> list[str]:
    """Headers of bids whose ciphertext has been uploaded: what the page's last small request sends."""
    from app.tenders import uploads
    from app.tenders.capsule.format import Manifest
    from app.tenders.capsule.seal import seal
    from app.tenders.models import Tender
    from app.tenders.queries.terms import terms_of

    with app.app_context():
        terms = terms_of(db.session.scalars(sa.select(Tender).where(Tender.number == number)).one())
        bid = Manifest("", "", uscc, 1, 52, "测量", "每日清扫两次。" * 100, (), {"difficulty": "先摸清管网。"}, True)
        capsules = [seal(terms, bid) for _ in range(count)]
        for capsule in capsules:
            for one in capsule.objects:
                uploads.store_object(one)
    return [capsule.header.to_bytes().decode() for capsule in capsules]


def signed_in(app, email: str, password: str):
    client, token = app.test_client(), URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("b" * 40)
    for _ in range(2):  # signing in begins a new session; the token is put into it again afterwards
        with client.session_transaction() as kept:
            kept["csrf_token"] = "b" * 40
        answer = client.get("/desk")
        if answer.status_code == 302:
            client.post("/sign-in", data={"csrf_token": token, "email": email, "password": password})
    return client, token


class PlainInsert:
    """One row with the header's text, committed to a file with synchronous=FULL."""

    def __init__(self, path: Path, text: str):
        self._text = text
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE bid (id INTEGER PRIMARY KEY, content TEXT)")

    def insert(self) -> None:
        self._connection.execute("INSERT INTO bid (content) VALUES (?)", (self._text,))
