"""Every refusal is signed: beyond the ration of leaves by a statement that stands in no log, and that the platform can't deny."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.common.mail import OutboxMail
from app.log.keys import derive_keys, log_keys
from app.log.models import LogEntry
from app.log.notes import NoteError, open_checkpoint
from app.log.statements import HEAD, sign_statement
from app.tenders.capsule.format import MAGIC
from app.tenders.handing_in import NOT_A_CAPSULE
from app.tenders.pacing import REFUSALS_A_TENDER
from tests import verify_alone
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import Program, seal_bid

MORE = 2


@pytest.fixture
def places(program) -> list[str]:
    """The addresses of more refusals than get leaves."""
    return [program.submit(b"{}").json["refusal"] for _ in range(REFUSALS_A_TENDER + MORE)]


def content(note: str) -> dict:
    head, line = log_keys().verifier.open(note).splitlines()
    assert head == HEAD
    return json.loads(line)


def test_every_refusal_has_something_signed(program, places, session, story):
    assert len(session.scalars(select(LogEntry).where(LogEntry.event == "bid.refuse")).all()) == REFUSALS_A_TENDER
    for place in places[:REFUSALS_A_TENDER]:
        program.client.get(f"{place}/statement", 404)
    for place in places[REFUSALS_A_TENDER:]:
        told = content(program.client.look(f"{place}/statement").text)
        assert told == {
            "event": "bid.refuse",
            "at": stories.IN_TIME.isoformat(),
            "tender": story.tender.number,
            "bidder": story.bidders[0][0].name,
            "reason": str(NOT_A_CAPSULE.text),
            "capsule": None,
            "sent_sha256": sha256(b"{}").hexdigest(),
        }
    assert program.client.look(f"{places[-1]}/statement").data == program.client.look(f"{places[-1]}/statement").data


def test_a_statement_names_the_capsule_that_was_refused(program, places, story):
    bid = seal_bid(story)
    header = bid.header.to_bytes()
    told = content(program.client.look(f"{program.submit(header).json['refusal']}/statement").text)
    assert told["capsule"] == bid.header.sha256 == told["sent_sha256"]


@pytest.mark.parametrize("data", [b"%PDF-1.7 in clear" * 99, MAGIC + b"{}\n"], ids=["in clear", "damaged"])
def test_a_statement_names_the_file_that_was_refused_even_if_none_of_it_was_kept(program, places, data):
    assert content(program.client.look(f"{program.send_file(data).location}/statement").text)["sent_sha256"] == sha256(data).hexdigest()


def test_the_list_has_them_all_and_the_mail_leads_there(program, places, session, story, new_client, sign_in):
    page = program.client.get(f"{program.url}/refusals")
    assert [place for place in places if place not in page.links] == []
    assert page.main.count(sha256(b"{}").hexdigest()[:8]) == len(places), "what tells apart several of one moment"
    assert sha256(b"{}").hexdigest() in program.client.get(places[0]).main
    assert sum("/log/receipt/" in link for link in page.links) == REFUSALS_A_TENDER
    assert sum(link.endswith("/statement") for link in page.links) == MORE
    last = session.scalars(select(OutboxMail).where(OutboxMail.receipt_leaf.is_not(None)).order_by(OutboxMail.id.desc())).first()
    assert "每一次的签名回执都在投标页面的“不受理记录”里" in last.text
    assert f"{program.url}/refusals" in program.client.get(program.url).links
    other = Program(new_client())
    sign_in(other.client, story.bidders[1][1])
    assert "没有不受理的提交" in other.client.get(f"{program.url}/refusals").main
    other.client.get(f"{places[-1]}/statement", 404)


def test_verify_py_checks_a_statement(program, places, tmp_path):
    note, file, key = program.client.look(f"{places[-1]}/statement").text, tmp_path / "refusal.txt", str(log_keys().verifier)
    file.write_text(note, encoding="utf-8")
    good = verify_alone.run("receipt", file, "--key", key)
    assert good.returncode == 0 and str(NOT_A_CAPSULE.text) in good.stdout and "beside the log" in good.stdout
    assert verify_alone.run("receipt", file).returncode == 3
    assert verify_alone.run("receipt", file, "--key", key, "--log", file).returncode == 1
    other = str(derive_keys("x" * 32, log_keys().verifier.name).verifier)
    assert verify_alone.run("receipt", file, "--key", other).returncode == 1
    for false in (note.replace("2009", "2010", 1), note.replace("\n\n", "\n{}\n\n", 1), note.rpartition("\n\n")[0] + "\n\n", HEAD):
        file.write_text(false, encoding="utf-8")
        answer = verify_alone.run("receipt", file, "--key", key)
        assert (answer.returncode, answer.stderr) == (1, "") and "DOES NOT HOLD" in answer.stdout


def test_a_statement_is_no_checkpoint(session):
    with pytest.raises(NoteError):
        open_checkpoint(sign_statement({"event": "bid.refuse"}), log_keys().verifier)
