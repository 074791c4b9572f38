"""The sample city's own log: months of it, made by the loader through the real actions."""

import re

import pytest
import sqlalchemy as sa

from app.common import clock as app_clock
from app.extensions import db
from app.log import queries
from app.log.models import LogEntry, LogLeaf
from app.log.verifying import verify
from app.tenders.models import Tender
from tests.verify_alone import run

pytestmark = pytest.mark.parametrize("database", ["city"], indirect=True)


def names(*where) -> set[str]:
    return set(db.session.scalars(sa.select(LogEntry.event).where(*where)))


def test_its_log_is_whole_and_long(city, session):
    verdict = verify()
    assert verdict.fault is None and verdict.leaves > 200 and verdict.size > 1_000_000


def test_bids_are_hidden_until_their_tender_is_opened(city, session):
    waiting = session.scalars(sa.select(Tender.number).where(Tender.published_at.is_not(None), Tender.opened_at.is_(None))).all()
    hidden = LogEntry.revealed_at.is_(None)
    assert not names(LogEntry.tender_number.in_(waiting), ~hidden) & {"bid.submit", "bid.replace", "bid.withdraw"}
    assert "bid.submit" in names(LogEntry.tender_number.in_(waiting), hidden)
    for tender in session.scalars(sa.select(Tender).where(Tender.opened_at.is_not(None))):
        standing = [str(bid.id) for bid in tender.bids if bid.withdrawn_at is None]
        of_it = LogEntry.event.in_(("bid.submit", "bid.replace")), LogEntry.object_id.in_(standing)
        assert session.scalar(sa.select(sa.func.count()).select_from(LogEntry).where(*of_it, hidden)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(LogEntry).where(*of_it)) >= len(standing)


def test_members_of_committees_and_withdrawn_bids_stay_hidden(city, session):
    shown = names(LogEntry.revealed_at.is_not(None))
    assert not shown & {"committee.seat", "committee.declare", "committee.recuse", "bid.withdraw"}
    assert "bid.withdraw" in names(LogEntry.revealed_at.is_(None))


def test_nobody_who_reads_the_public_log_meets_a_hidden_event(city, session):
    """Neither the pages nor the download hold a word of what is hidden."""
    hidden = session.scalars(sa.select(LogEntry).where(LogEntry.revealed_at.is_(None))).all()
    client = city.client()
    client.get("/log")
    content = client.look("/log/download").data
    assert hidden and all(entry.salt not in content and entry.payload not in content for entry in hidden)
    log = queries.public_log(app_clock.now())
    assert len(log.opened()) == content.count(b'"payload"')
    for entry in hidden[:3]:
        assert "没有公开的内容" in client.get(f"/log/leaf/{entry.leaf_index}").main or entry.leaf_index >= log.size


def test_its_download_verifies_without_the_site(city, session, tmp_path):
    client = city.client()
    (tmp_path / "log").write_bytes(client.look("/log/download").data)
    (tmp_path / "key").write_bytes(client.look("/log/key").data)
    entry = session.scalars(sa.select(LogEntry).join(LogLeaf).order_by(LogEntry.leaf_index).limit(1)).one()
    (tmp_path / "receipt").write_text(queries.receipt(entry), encoding="utf-8")
    done = run("log", tmp_path / "log", "--key", tmp_path / "key", "--older", tmp_path / "receipt")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_receipt_is_put_into_words_by_the_page_from_disk(city, app, session, chromium, tmp_path, language):
    kept = tmp_path / "linli-verify.html"
    kept.write_bytes(app.test_client().get("/log/verify.html", headers={"Accept-Language": language}).data)
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(kept.as_uri())
    met: dict[str, str] = {}
    for entry in session.scalars(sa.select(LogEntry).where(LogEntry.erased_at.is_(None)).order_by(LogEntry.leaf_index.desc())):
        if entry.event in met:
            continue
        page.fill("#receipt-text", queries.receipt(entry))
        page.click("main form button")
        assert page.is_visible("[data-result=good]"), entry.event
        met[entry.event] = "\n".join(page.locator("[data-told] dt").all_inner_texts())
        values = page.locator("[data-told] dd").all_inner_texts()
        raw = [value for value in values if re.fullmatch(r"[a-z]+([._][a-z_]+)+|true|false|null|undefined|.*T[0-9:]{8}.*", value)]
        assert not raw, (entry.event, raw)
    context.close()
    unnamed = {(event, name) for event, names_of in met.items() for name in names_of.splitlines() if re.fullmatch(r"[a-z0-9_]+", name)}
    assert len(met) > 20 and not unnamed, unnamed
