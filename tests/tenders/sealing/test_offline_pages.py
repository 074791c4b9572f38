"""The page that gives out the offline sealers, and the public record of their hashes."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.common.access import system_actor
from app.common.files import StoredFile, read_file
from app.log.models import LogEntry
from app.tenders.actions.programs import publish_programs
from app.tenders.queries import programs as asked
from tests.tenders import bid_stories as stories


@pytest.fixture
def story(session, clock):
    clock.set(stories.PUBLISHED + timedelta(days=1))
    return stories.published()


def publish(session):
    changed = publish_programs(actor=system_actor(), now=stories.PUBLISHED + timedelta(days=1))
    session.commit()
    return changed


def test_the_page_says_when_and_gives_the_file_its_hash_and_the_terms(client, story):
    page = client.get("/seal")
    assert page.h1 == "离线封标" and "还没有写入" in page.main
    given = client.look("/seal/linli-seal.html")
    assert given.headers["Content-Disposition"].startswith("attachment") and given.mimetype == "application/octet-stream"
    assert sha256(given.data).hexdigest() in page.main
    assert b"default-src 'none'" in given.data
    terms = "/tenders/XH-2009-0001/sealing.json"
    assert terms in page.links and client.look(terms).json["format"] == "linli-terms-1"


def test_the_command_line_program_is_given_under_the_name_that_pip_expects(client, story):
    address = next(link for link in client.get("/seal").links if link.endswith(".whl"))
    given = client.look(address)
    assert address == "/seal/linli_seal-1.2.1-py3-none-any.whl" and given.data.startswith(b"PK")
    assert sha256(given.data).hexdigest() in client.get("/seal").main
    client.get("/seal/other-1.0.0-py3-none-any.whl", 404)


def test_a_tender_that_takes_no_bids_any_more_is_not_offered(client, story, clock):
    clock.set(stories.DEADLINE)
    assert "现在没有可以封装投标的项目" in client.get("/seal").main


def test_hashes_go_into_the_public_log_once_and_again_when_a_program_changes(client, story, session, clock, monkeypatch, tmp_path):
    sealing = {"linli-seal.html", "linli_seal.whl", "bid.js", "bid-worker.js", "bid-inspect.js"}
    assert {one.name for one in publish(session)} == sealing | {"keys.js", "rehearsal.js", "opening.js"}
    assert publish(session) == []
    entries = session.scalars(select(LogEntry).where(LogEntry.event == "program.publish")).all()
    assert len(entries) == 8 and all(entry.revealed_at for entry in entries)
    page = client.get("/seal")
    assert "还没有写入" not in page.main and "随下一个检查点公开" in page.main
    clock.set(stories.PUBLISHED + timedelta(days=1, minutes=20))
    links = [link for link in client.get("/seal").links if link.startswith("/log/leaf/")]
    assert len(links) == 8 and all("封标程序" in client.get(link).main for link in links)

    changed = tmp_path / "seal.html"
    changed.write_bytes(b"another page")
    found = asked.programs()
    monkeypatch.setattr(
        "app.tenders.actions.programs.programs", lambda: [asked.Program(found[0].name, found[0].label, changed), *found[1:]]
    )
    assert [one.sha256 for one in publish(session)] == [sha256(b"another page").hexdigest()]
    newest = json.loads(session.scalars(select(LogEntry).order_by(LogEntry.leaf_index.desc())).first().payload)
    assert newest["program_sha256"] == sha256(b"another page").hexdigest()
    assert asked.publications()["linli-seal.html"].sha256 == newest["program_sha256"]
    kept = session.scalars(select(StoredFile).where(StoredFile.sha256 == newest["program_sha256"])).one()
    assert read_file(kept) == b"another page", "every version that was given out can be examined later"
    assert "还没有写入" in client.get("/seal").main, "what is given out now is not what was published last"


def test_the_command_publishes(app, story, session):
    first = app.test_cli_runner().invoke(args=["seal", "publish"])
    assert first.exit_code == 0 and "linli-seal.html" in first.output
    assert "nothing has changed" in app.test_cli_runner().invoke(args=["seal", "publish"]).output


def test_before_the_first_build_the_page_says_so(client, story, app, tmp_path, monkeypatch):
    monkeypatch.setattr(asked, "programs", list)
    monkeypatch.setattr("app.tenders.views.offline.programs", list)
    assert "网页还没有生成" in client.get("/seal").main
    client.get("/seal/linli-seal.html", 404)
