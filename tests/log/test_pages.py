"""The log's pages, its addresses for programs, and what verifies them without the site."""

import base64
import json
from datetime import timedelta

import pytest

from app.accounts.rules import Role
from app.extensions import db
from app.log import actions, queries
from app.log.models import LogEntry
from app.log.padding import TILE, fold
from app.log.program import whole_program
from app.log.tree import leaf_hash, verify_consistency
from tests import factories
from tests.log.conftest import START
from tests.statements import counted_statements
from tests.verify_alone import run

LATER = START + timedelta(hours=6)


@pytest.fixture
def site(log, clock):
    """A log with a public and a hidden event, and the clock six hours on."""
    log.append(START, bid_deadline_at="2009-12-09T01:30:00+00:00")
    log.append(START + timedelta(minutes=3), event="bid.submit", is_public=False, version=1)
    clock.set(LATER)
    return log


def test_the_page_says_what_the_log_is_and_shows_the_newest(client, site):
    page = client.get("/log")
    assert page.h1 == "公开日志"
    assert "发布招标公告" in page.main and "4104-1" in page.main
    assert "提交投标" not in page.main
    assert f"/log/leaf/{site.entries[0].leaf_index}" in page.links and f"/log/leaf/{site.entries[1].leaf_index}" not in page.links


def test_a_tenders_own_leaves_are_found_however_many_others_came_after(client, site, clock):
    own = site.append(LATER, event="tender.open", tender="4104-7", bids=3)
    others = [site.append(LATER + timedelta(minutes=1 + n), event="tender.open", tender="4104-2", bids=n) for n in range(21)]
    clock.set(LATER + timedelta(hours=1))
    first, second, found = (client.get(f"/log{query}") for query in ("", "?page=2", "?tender=4104-7"))
    assert f"/log/leaf/{others[-1].leaf_index}" in first.links and f"/log/leaf/{own.leaf_index}" not in first.links
    assert f"/log/leaf/{own.leaf_index}" in second.links
    assert [link for link in found.links if "/log/leaf/" in link] == [f"/log/leaf/{own.leaf_index}"]
    hidden = site.entries[1].leaf_index
    assert f"/log/leaf/{hidden}" not in client.get("/log?tender=4104-1").links
    assert "没有项目 4104-9 的公开事项" in client.get("/log?tender=4104-9").main


def test_before_the_first_event_the_page_says_so(client):
    assert "日志还没有开始" in client.get("/log").main
    client.get("/log/verify")
    for address in ("/log/checkpoint", "/log/key", "/log/download", "/log/leaf/0", "/log/tile/0/000"):
        assert client.look(address).status_code == 404


def test_a_leaf_shows_its_content_or_nothing(client, site):
    public, hidden = (client.get(f"/log/leaf/{entry.leaf_index}") for entry in site.entries)
    assert "投标截止" in public.main and site.entries[0].payload.decode() in public.main
    assert "没有公开的内容" in hidden.main and "bid" not in hidden.main
    assert client.look(f"/log/leaf/{queries.public_log(LATER).size}").status_code == 404


def test_an_erased_leaf_says_so(client, site):
    two = {"actor": factories.actor(Role.ADMINISTRATOR), "approver": factories.actor(Role.LEGAL_OFFICER)}
    actions.erase(site.entries[0], **two, now=LATER, reason="本人申请")
    db.session.commit()
    assert "内容已按规定删除" in client.get(f"/log/leaf/{site.entries[0].leaf_index}").main
    assert "内容已删除" in client.get("/log").main


def test_the_pages_ask_little(app, client, site):
    for address in ("/log", "/log/checkpoint", f"/log/leaf/{site.entries[0].leaf_index}", f"/log/proof/{site.entries[0].leaf_index}"):
        with counted_statements(app) as sent:
            client.look(address)
        assert len(sent) <= 9, (address, sent)


def test_tiles_and_entries_are_the_tree(client, site):
    """C2SP tlog-tiles: hashes of 256 leaves, the leaves themselves behind their length, and a tile higher the hash of both."""
    hashes = client.look("/log/tile/0/000").data
    entries = client.look("/log/tile/entries/000").data
    assert len(hashes) == TILE * 32 and len(entries) == TILE * 34
    leaves = [entries[at + 2 : at + 34] for at in range(0, len(entries), 34)]
    assert entries[:2] == b"\x00\x20"
    assert [leaf_hash(leaf) for leaf in leaves] == [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert client.look("/log/tile/1/000.p/1").data == fold([leaf_hash(leaf) for leaf in leaves])
    assert "immutable" in client.look("/log/tile/0/000").headers["Cache-Control"]
    assert len(client.look("/log/tile/0/001.p/7").data) == 7 * 32


@pytest.mark.parametrize(
    "name",
    ["0/999", "0/x001/000", "0/1", "0/000.p/256", "0/000.p/0", "9/000", "1/000", "entries/999", "0/../000", "entries/00a"]
    + ["0/" + "x001/" * 1500 + "001", "entries/" + "x001/" * 1500 + "001", "0/" + "x000/" * 5 + "000", "0/٠٠٠"],
    ids=lambda name: name[:20],
)
def test_a_tile_that_is_not_there_is_404(client, site, name):
    assert client.look(f"/log/tile/{name}").status_code == 404


def test_consistency_is_given_up_to_the_public_size(client, site):
    size = queries.public_log(LATER).size
    answer = client.look(f"/log/consistency?from=100&to={size}").get_json()
    first, second = queries.public_log(START + timedelta(minutes=20)), queries.public_log(LATER)
    answer = client.look(f"/log/consistency?from={first.size}&to={second.size}").get_json()
    verify_consistency(first.size, first.root, second.size, second.root, [bytes.fromhex(one) for one in answer["hashes"]])
    for query in ("", "?from=1", f"?from=1&to={size + 1}", "?from=5&to=4", "?from=-1&to=4", "?from=x&to=4"):
        assert client.look(f"/log/consistency{query}").status_code == 404


def test_a_receipt_is_its_owners(client, new_client, site):
    own, other = factories.person(Role.COMMUNITY_MANAGER, organisation=site.about), factories.person(Role.COMMUNITY_MANAGER)
    db.session.commit()
    hidden = f"/log/receipt/{site.entries[1].leaf_index}"
    assert "/sign-in" in client.look(hidden).headers["Location"]
    for user, status in ((own, 200), (other, 404)):
        browser = new_client()
        browser.post("/sign-in", {"email": user.email, "password": factories.PASSWORD}, follow=False)
        assert browser.look(hidden).status_code == status
        assert browser.look(f"/log/receipt/{site.entries[0].leaf_index}").status_code == 200


# --- without the site ------------------------------------------------------------------------------------------------


@pytest.fixture
def files(client, site, tmp_path):
    """What a careful bidder keeps: receipts, the key, an older checkpoint, a download."""
    db.session.commit()
    for number, entry in enumerate(site.entries):
        (tmp_path / f"receipt-{number}").write_text(queries.receipt(entry))
    (tmp_path / "key").write_bytes(client.look("/log/key").data)
    (tmp_path / "older").write_text(queries.public_log(START + timedelta(hours=1)).checkpoint)
    (tmp_path / "log").write_bytes(client.look("/log/download").data)
    return tmp_path


def test_receipts_verify_without_the_site(files):
    for number in (0, 1):
        done = run("receipt", files / f"receipt-{number}", "--key", files / "key", "--log", files / "log")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "everything holds" in done.stdout and '"event":' in done.stdout


def test_the_whole_log_verifies_without_the_site(files):
    kept = [files / "older", files / "receipt-0", files / "receipt-1"]
    done = run("log", files / "log", "--key", (files / "key").read_text().strip(), "--older", *kept)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("begins with the older checkpoint") == 3 and "1 opened entries" in done.stdout


def test_a_download_that_ends_before_what_is_checked_neither_holds_nor_contradicts(files, site, client, clock):
    clock.set(START + timedelta(days=2))
    (files / "later").write_bytes(client.look("/log/checkpoint").data)
    done = run("log", files / "log", "--key", files / "key", "--older", files / "later")
    assert done.returncode == 5 and "cannot be checked yet" in done.stdout and "DOES NOT HOLD" not in done.stdout


def test_a_changed_leaf_whose_content_is_open_is_named(files, site):
    index = site.entries[0].leaf_index
    whole = (files / "log").read_bytes()
    head = whole.index(whole.split(b"\n", 3)[3]) + int(whole.split(b"\n", 3)[2])
    changed(files / "log", head + 32 * index)
    done = run("log", files / "changed", "--key", files / "key")
    assert done.returncode == 1 and f"entry {index} is not what its leaf commits to" in done.stdout


def test_what_is_no_receipt_is_said_to_be_none(files):
    (files / "a.pdf").write_bytes(b"%PDF-1.7\n\xda\xff")
    done = run("receipt", files / "a.pdf", "--key", files / "key")
    assert done.returncode == 1 and "no receipt, log or draw data" in done.stdout


def test_without_a_key_nothing_is_vouched_for(files):
    for arguments in (("receipt", files / "receipt-0"), ("log", files / "log")):
        done = run(*arguments)
        assert done.returncode == 3 and "not checked" in done.stdout and "everything holds" not in done.stdout


def changed(path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.with_name("changed").write_bytes(content)


def test_a_changed_download_or_receipt_does_not_hold(files):
    size = (files / "log").stat().st_size
    for at in (0, 30, 120, 250, 400, size // 2, size - 300, size - 120):
        changed(files / "log", at)
        done = run("log", files / "changed", "--key", files / "key")
        assert done.returncode == 1 and "DOES NOT HOLD" in done.stdout, (at, done.stdout + done.stderr)
    length = (files / "receipt-1").stat().st_size
    for at in (3, 40, 200, length // 2, length - 130, length - 40):
        changed(files / "receipt-1", at)
        done = run("receipt", files / "changed", "--key", files / "key")
        assert done.returncode == 1 and "DOES NOT HOLD" in done.stdout, (at, done.stdout + done.stderr)


def test_another_logs_key_does_not_hold(files):
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert run("receipt", files / "receipt-0", "--key", other).returncode == 1
    assert run("receipt", files / "receipt-0", "--key", "no+key").returncode == 1
    assert run("receipt", files / "missing", "--key", files / "key").returncode == 1


def test_a_log_without_an_event_contradicts_its_receipt(files, site):
    """The operator leaves a bid out and signs anew: the bidder's receipt shows it."""
    content = (files / "log").read_bytes()
    index = site.entries[1].leaf_index
    leaf = site.entries[1].leaf.data
    at = content.index(leaf)
    forged = content[:at] + bytes(32) + content[at + 32 :]
    (files / "forged").write_bytes(resigned(forged, index))
    assert run("log", files / "forged", "--key", files / "key").returncode == 0
    done = run("log", files / "forged", "--key", files / "key", "--older", files / "receipt-1")
    assert done.returncode == 1 and "contradicts" in done.stdout
    assert run("receipt", files / "receipt-1", "--key", files / "key", "--log", files / "forged").returncode == 1


def resigned(content: bytes, _index: int) -> bytes:
    """The same file with a checkpoint over its leaves, signed with the log's own key."""
    from app.log.keys import log_keys
    from app.log.notes import Checkpoint
    from app.log.tree import node_of_leaves, root

    head, key, length, rest = content.split(b"\n", 3)
    note, rest = rest[: int(length)].decode(), rest[int(length) :]
    size = int(note.split("\n")[1])
    leaves = [leaf_hash(rest[at : at + 32]) for at in range(0, 32 * size, 32)]
    note = log_keys().signer.sign(str(Checkpoint(log_keys().verifier.name, size, root(size, node_of_leaves(leaves))))).encode()
    return b"\n".join([head, key, b"%d" % len(note), note + rest])


def test_what_was_revealed_is_in_the_download(client, site):
    actions.reveal(LogEntry.event == "bid.submit", now=LATER - timedelta(hours=1))
    db.session.commit()
    content = client.look("/log/download").data
    lines = [json.loads(line) for line in content[content.rindex(b'{"index": %d,' % site.entries[0].leaf_index) :].splitlines()]
    assert [line["index"] for line in lines] == [entry.leaf_index for entry in site.entries]
    assert [base64.b64decode(line["salt"]) for line in lines] == [entry.salt for entry in site.entries]


def test_the_program_and_the_page_can_be_taken_along(client, site):
    assert client.look("/log/verify.py").text == whole_program()
    page = client.look("/log/verify.html")
    assert "attachment" in page.headers["Content-Disposition"]
    assert b"src=" not in page.data and b"href=" not in page.data and b"<style>" in page.data
    assert client.get("/log/verify").h1 == "核对回执"
