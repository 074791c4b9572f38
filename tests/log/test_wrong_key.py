"""A process with another key or name than the log began with gives out and signs nothing: its answers would be a second log."""

import subprocess
import sys

import pytest

from app.accounts.rules import Role
from app.extensions import db
from app.log import actions, queries
from app.log.keys import WrongLogKey, log_keys
from app.log.statements import sign_statement
from app.tenders.actions.receipts import receipt_text
from tests import factories
from tests.fixtures.databases import ROOT
from tests.log.conftest import START
from tests.statements import counted_statements
from tests.tenders import bid_stories

OTHER = {"LOG_KEY": "another key, just as long as the first one", "LOG_NAME": "example.org/another-log"}

PAGES = ("/log", "/log/checkpoint", "/log/key", "/log/download", "/log/leaf/0", "/log/tile/0/000.p/1", "/log/tile/entries/000.p/1",
         "/log/proof/0", "/log/consistency?from=1&to=2", "/log/verify", "/log/verify.html")  # fmt: skip


@pytest.mark.parametrize("setting", OTHER)
def test_nothing_is_served_or_signed(log, app, client, clock, setting):
    entry = log.append()
    clock.set(START.replace(hour=9))
    assert "linli" in client.look("/log/checkpoint").text
    app.config[setting] = OTHER[setting]
    for address in PAGES:
        answer = client.look(address)
        assert answer.status_code == 503 and "log-key" in answer.text and "\n— " not in answer.text, address
    for signed in (
        log_keys,
        lambda: queries.public_log(START),
        lambda: queries.checkpoint(START),
        lambda: queries.receipt(entry),
        lambda: sign_statement({"event": "bid.refuse"}),
    ):
        with pytest.raises(WrongLogKey, match="log-key"):
            signed()
    with pytest.raises(LookupError, match="log-key"):
        receipt_text(entry.leaf_index)
    assert client.look("/health").status_code == 200


def test_a_tender_is_not_sealed_for_under_another_key(session, app, client, clock, sign_in):
    story = bid_stories.published()
    clock.set(bid_stories.PUBLISHED.replace(day=19))
    address = f"/tenders/{story.tender.number}/sealing.json"
    assert client.look(address).status_code == 200
    app.config["LOG_KEY"] = OTHER["LOG_KEY"]
    assert client.look(address).status_code == 503
    sign_in(client, factories.person(Role.ENTERPRISE_SIGNATORY))
    assert client.look(f"/tenders/{story.tender.number}").status_code == 200, "pages without the log work"


def test_the_commands_say_what_to_do(log, app):
    log.append()
    app.config["LOG_KEY"] = OTHER["LOG_KEY"]
    for command in ("verify", "checkpoint"):
        done = app.test_cli_runner().invoke(args=["log", command])
        assert done.exit_code == 1 and "put the first key back" in done.output


def test_the_server_says_so_when_it_starts(log, database):
    def start(**changed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=database.environment | changed, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert "log" not in start(LINLI_LOG_KEY=OTHER["LOG_KEY"]), "a log that has not begun may begin with any key"
    log.append()
    assert "put the first key back" not in start()
    assert "the public log stands still: " in start(LINLI_LOG_KEY=OTHER["LOG_KEY"])
    assert "put the first key back" in start(LINLI_LOG_NAME=OTHER["LOG_NAME"])


def test_the_beginning_is_asked_for_once_and_not_remembered_from_a_transaction_that_was_undone(log, app):
    actions.append("tender.open", log.about, now=START, payload={})
    log_keys()
    db.session.rollback()
    with counted_statements(app) as undone:
        log_keys()
    log.append()
    log_keys()
    with counted_statements(app) as remembered:
        log_keys()
    assert len(undone) == 1 and not remembered
