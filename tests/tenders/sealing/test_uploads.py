"""Ciphertext on its way: pieces that break off and go on, pieces that are wrong, others' uploads, and a process that dies at any point."""

import json
import os
import signal
import sys
import threading
import time
from base64 import b64encode
from hashlib import sha256

import pytest
from pyrage import encrypt, x25519

from app.common.refusal import Refused
from app.tenders import held, sealed_file, uploads
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import PIECE, Program

DATA = encrypt(os.urandom(300_000), [x25519.Identity.generate().to_public()])
DIGEST = sha256(DATA).hexdigest()
OWNER = {"tender_id": 7, "organisation_id": 3}


@pytest.fixture
def files(app):
    """The upload and object folders alone."""
    with app.app_context():
        yield app.config["DATA"]


only_files = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What happens in files is the same beside either database."""


def names_in(folder) -> list[str]:
    return sorted(path.suffix for path in (folder / "uploads").iterdir()) if (folder / "uploads").exists() else []


def test_an_upload_goes_on_where_it_broke_off(program, files):
    place = program.begin(DATA).headers["Location"]
    assert program.piece(place, 0, DATA[:100_000]).status_code == 204
    assert program.offset(place) == 100_000
    again = program.begin(DATA)
    assert (again.status_code, again.headers["Location"], again.headers["Upload-Offset"]) == (201, place, "100000")
    last = program.piece(place, 100_000, DATA[100_000:])
    assert (last.status_code, last.headers["Upload-Offset"], last.headers["Tus-Resumable"]) == (204, str(len(DATA)), "1.0.0")
    assert uploads.read_object(DIGEST) == DATA
    assert program.begin(DATA).headers["Upload-Offset"] == str(len(DATA)), "what is there need not come again"
    assert program.piece(place, len(DATA), b"").status_code == 204


def test_a_piece_at_the_wrong_place_changes_nothing(program):
    place = program.begin(DATA).headers["Location"]
    program.piece(place, 0, DATA[:1000])
    for offset in (0, 999, 1001, 300_000):
        refused = program.piece(place, offset, DATA[:10])
        assert refused.status_code == 409 and "重新连接" in refused.json["next"]
    assert program.offset(place) == 1000


@pytest.mark.parametrize("offset", ["-1", "", "x", "²", "1.5", "9" * 5000], ids=lambda text: text[:9])
def test_a_piece_without_a_sound_place_is_refused(program, offset):
    place = program.begin(DATA).headers["Location"]
    answer = program.ask("PATCH", place, data=b"x", headers=PIECE | {"Upload-Offset": offset})
    assert answer.status_code == 400 and answer.json["text"]
    form = program.ask("PATCH", place, data=b"x", headers={"Upload-Offset": "0", "Content-Type": "text/plain"})
    assert form.status_code == 400


def test_what_is_not_its_hash_is_thrown_away(program, files):
    place = program.begin(DATA).headers["Location"]
    refused = program.piece(place, 0, DATA[:1000] + bytes(len(DATA) - 1000))
    assert refused.status_code == 460 and "校验值不符" in refused.json["text"]
    assert uploads.size_of(DIGEST) is None and names_in(files) == []
    program.upload(DATA)
    assert uploads.read_object(DIGEST) == DATA


def test_more_than_was_announced_is_refused(program):
    place = program.begin(DATA[:1000], size=1000).headers["Location"]
    assert program.piece(place, 0, DATA[:1001]).status_code == 413
    assert program.offset(place) == 0
    large = program.ask("PATCH", place, data=bytes(uploads.PIECE_LIMIT + 1), headers=PIECE | {"Upload-Offset": "0"})
    assert large.status_code == 413


@pytest.mark.parametrize("size", [0, uploads.OBJECT_LIMIT + 1], ids=str)
def test_an_object_of_an_impossible_size_is_refused(program, size):
    refused = program.begin(DATA, size=size)
    assert refused.status_code == 413 and "200 MB" in refused.json["text"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "5"},
        {"Upload-Length": "9" * 5000, "Upload-Metadata": "sha256 " + b64encode(DIGEST.encode()).decode()},
        {"Upload-Length": "x", "Upload-Metadata": "sha256 " + b64encode(DIGEST.encode()).decode()},
        {"Upload-Length": "5", "Upload-Metadata": "sha256 " + b64encode(b"../../../etc/passwd").decode()},
        {"Upload-Length": "5", "Upload-Metadata": "sha256 %%%"},
    ],
    ids=["nothing", "no hash", "too many digits", "no number", "a path", "no base64"],
)
def test_an_upload_must_say_what_it_is(program, headers):
    assert program.ask("POST", f"{program.url}/objects", headers=headers).status_code == 400


def test_further_metadata_are_let_be(program):
    told = f"filename {b64encode(b'x').decode()}, sha256 {b64encode(DIGEST.encode()).decode()}"
    assert program.ask("POST", f"{program.url}/objects", headers={"Upload-Length": "9", "Upload-Metadata": told}).status_code == 201


def test_an_object_that_lies_there_with_another_size_is_refused(program, files):
    uploads.store_object(DATA)
    assert program.begin(DATA, size=5).status_code == 460


def test_another_bidders_upload_does_not_exist(program, story, new_client, sign_in):
    place = program.begin(DATA).headers["Location"]
    other = Program(new_client())
    sign_in(other.client, story.bidders[1][1])
    assert other.ask("HEAD", place).status_code == 404
    assert other.piece(place, 0, DATA[:10]).status_code == 404
    assert other.begin(DATA).headers["Location"] != place
    assert program.offset(place) == 0


@pytest.mark.parametrize("token", ["0" * 32, "x", "..%2f..%2flinli.db", "４" * 32])
def test_an_invented_token_does_not_exist(program, token):
    assert program.ask("HEAD", f"{program.url}/objects/{token}").status_code == 404


def test_after_the_deadline_nothing_is_taken_any_more(program, clock):
    place = program.begin(DATA).headers["Location"]
    clock.set(stories.DEADLINE)
    for refused in (program.begin(DATA[:9]), program.piece(place, 0, DATA[:10])):
        assert refused.status_code == 403 and "截止" in refused.json["text"]


def test_a_piece_needs_the_csrf_token(program):
    place = program.begin(DATA).headers["Location"]
    assert program.ask("PATCH", place, data=b"x", headers=PIECE | {"Upload-Offset": "0", "X-CSRFToken": "no"}).status_code == 400


def test_pieces_and_questions_do_not_wait_for_the_writer(program, app, database):
    """SQLite has one writer: while somebody hands in a bid, others' pieces go on."""
    import sqlalchemy as sa

    from app.extensions import db

    place = program.begin(DATA).headers["Location"]
    if database.backend == "sqlite":
        writer = sa.create_engine(db.engine.url).raw_connection()
        writer.isolation_level = None
        writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    assert program.piece(place, 0, DATA[:1000]).status_code == 204
    assert program.offset(place) == 1000
    assert time.monotonic() - started < 5
    if database.backend == "sqlite":
        writer.execute("ROLLBACK")
        writer.close()


@only_files
def test_two_who_send_the_same_piece_at_once_write_it_once(files, app):
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    barrier, answers = threading.Barrier(8), []

    def send() -> None:
        with app.app_context():
            barrier.wait()
            try:
                answers.append(uploads.append(upload, 0, DATA).offset)
            except Refused as refused:
                answers.append(refused.reason)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(len(DATA)) == 1 and answers.count(uploads.WRONG_PLACE) == 7
    assert uploads.read_object(DIGEST) == DATA


@only_files
def test_a_stored_object_is_never_written_again(files):
    """Who waited for the lock holds the very file that has become the object."""
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    with uploads._part(upload.token).open("r+b"):
        uploads.append(upload, 0, DATA)
        with pytest.raises(Refused) as refused:
            uploads.append(upload, len(DATA), b"more")
    assert refused.value.reason is uploads.WRONG_PLACE and uploads.read_object(DIGEST) == DATA


def dies(work) -> None:
    """Runs in a process of its own that is to kill itself."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def kill(*_arguments, **_named) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@only_files
@pytest.mark.parametrize("step", ["fsync", "replace", "_sync_folder"])
def test_a_process_killed_at_the_last_piece_leaves_nothing_half_kept(files, monkeypatch, step):
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    uploads.append(upload, 0, DATA[:200_000])

    def last_piece() -> None:
        monkeypatch.setattr(uploads if step == "_sync_folder" else os, step, kill)
        uploads.append(upload, 200_000, DATA[200_000:])

    dies(last_piece)
    assert uploads.read_object(DIGEST) in (None, DATA)
    found = uploads.find(upload.token, **OWNER)
    assert found.is_complete and uploads.read_object(DIGEST) == DATA, "the next question finishes it"


@only_files
def test_a_process_killed_between_pieces_loses_none(files):
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))

    def first_piece() -> None:
        uploads.append(upload, 0, DATA[:1000])
        kill()

    dies(first_piece)
    assert uploads.find(upload.token, **OWNER).offset == 1000
    uploads.append(upload, 1000, DATA[1000:])
    assert uploads.read_object(DIGEST) == DATA


@only_files
def test_a_process_killed_while_it_keeps_a_sealed_file_leaves_no_object(files, monkeypatch):
    def store() -> None:
        monkeypatch.setattr(os, "replace", kill)
        uploads.store_object(DATA)

    dies(store)
    assert uploads.size_of(DIGEST) is None and names_in(files) == [".whole"]
    assert uploads.sweep(older_than=-1) == 0 and names_in(files) == []


@only_files
def test_the_last_bytes_wrong_after_a_power_cut_are_sent_again(files):
    """A length that survived and bytes that did not: the hash shows it, and the upload begins anew."""
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    uploads._part(upload.token).write_bytes(bytes(len(DATA)))
    assert uploads.find(upload.token, **OWNER).offset == 0
    again = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    assert uploads.append(again, 0, DATA).is_complete


@only_files
def test_sweeping_takes_what_nobody_went_on_with(files):
    old = uploads.begin(**OWNER, sha256="0" * 64, size=100)
    kept = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    other = DATA + b"done"
    done = uploads.begin(**OWNER, sha256=sha256(other).hexdigest(), size=len(other))
    uploads.append(done, 0, other)
    long_ago = time.time() - held.KEPT_SECONDS - 60
    note = files / "uploads" / f"{old.token[:16]}.held"
    told = json.loads(note.read_text())
    for one in told["objects"].values():
        one["at"] = long_ago
    note.write_text(json.dumps(told))
    os.utime(uploads._part(old.token), (long_ago, long_ago))
    assert uploads.sweep() == 1
    assert uploads.find(old.token, **OWNER) is None
    assert uploads.find(kept.token, **OWNER).offset == 0, "one that goes on for days is no old one"
    assert names_in(files) == [".held", ".part"]
    assert set(held.entries(held.owner_of(**OWNER))) == {kept.token, done.token}, "what is in the store counts as long as it is there"
    assert uploads.read_object(done.sha256) == other


@only_files
def test_the_tick_sweeps(app, files):
    old = uploads.begin(**OWNER, sha256=DIGEST, size=9)
    for path in (files / "uploads").iterdir():
        os.utime(path, (0, 0))
    result = app.test_cli_runner().invoke(args=["tick"])
    assert result.exit_code == 0, result.output
    assert uploads.find(old.token, **OWNER) is None


@only_files
def test_one_bidder_cannot_fill_the_disk_not_even_by_handing_in(files, monkeypatch):
    monkeypatch.setattr(held, "BYTES", 500)
    first = uploads.begin(**OWNER, sha256="1" * 64, size=300)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            uploads.begin(**OWNER, sha256="2" * 64, size=300)
        assert refused.value.reason is held.TOO_MUCH and "移除" in str(held.TOO_MUCH.next)
        uploads.release(**OWNER, sizes={first.sha256: first.size})
    uploads.begin(tender_id=7, organisation_id=4, sha256="2" * 64, size=300)
    uploads.discard(first.token)
    uploads.begin(**OWNER, sha256="2" * 64, size=300)


@only_files
def test_several_uploads_begun_at_once_do_not_pass_the_limit_together(files, app, monkeypatch):
    monkeypatch.setattr(held, "BYTES", 500)
    rounds, barrier, begun = 150, threading.Barrier(8), []

    def begin(number: int) -> None:
        with app.app_context():
            for turn in range(rounds):
                barrier.wait()
                try:
                    begun.append(uploads.begin(tender_id=7, organisation_id=turn, sha256=f"{number:064x}", size=300))
                except Refused as refused:
                    assert refused.reason is held.TOO_MUCH

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == rounds


@only_files
def test_uploads_of_one_bidder_are_bounded_and_others_do_not_slow_them(files):
    """However small the objects: a note is read as a whole, so it may not grow, and nobody's grows with another's."""
    for number in range(held.RECORDS):
        uploads.begin(**OWNER, sha256=f"{number:064x}", size=1)
    with pytest.raises(Refused) as refused:
        uploads.begin(**OWNER, sha256="f" * 64, size=1)
    assert refused.value.reason is held.TOO_MANY and str(held.RECORDS) in str(held.TOO_MANY.text)
    uploads.begin(**OWNER, sha256=f"{0:064x}", size=1)  # one that is known goes on
    opened = []
    sys.addaudithook(lambda name, args: opened.append(str(args[0])) if name in ("open", "os.scandir", "os.listdir") else None)
    uploads.begin(tender_id=7, organisation_id=4, sha256="f" * 64, size=1)
    seen = [path for path in opened if path.startswith(str(files / "uploads"))]
    assert 0 < len(seen) < 10 and not [path for path in seen if held.owner_of(**OWNER) in path]


@only_files
def test_a_note_without_its_bytes_costs_its_bidder_nothing(files):
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    uploads.append(upload, 0, DATA)
    (files / "uploads" / f"{upload.token[:16]}.held").write_bytes(b"")
    assert uploads.find(upload.token, **OWNER) is None
    assert uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA)).is_complete


@only_files
def test_what_was_set_aside_while_it_was_handed_in_is_there_at_once(files):
    """No opening comes between the acceptance and the next tick."""
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    uploads.append(upload, 0, DATA)
    uploads.set_aside(DIGEST)
    uploads.release(**OWNER, sizes={DIGEST: len(DATA)})
    assert uploads.read_object(DIGEST) == DATA and not uploads.is_aside(DIGEST)


@only_files
def test_nobody_else_on_the_machine_reads_the_folders(files):
    upload = uploads.begin(**OWNER, sha256=DIGEST, size=len(DATA))
    uploads.append(upload, 0, DATA)
    for folder in ("uploads", "sealed"):
        assert (files / folder).stat().st_mode & 0o077 == 0
    assert DIGEST not in " ".join(path.name for path in (files / "uploads").iterdir())


@only_files
@pytest.mark.parametrize(
    "begin", [b"%PDF-1.7 the price is 0.62", b"linli-sealed-2\n", b"linli", b""], ids=["a pdf", "other", "short", "empty"]
)
def test_a_file_that_is_no_sealed_one_never_reaches_the_disk(files, begin, monkeypatch):
    monkeypatch.setattr(sealed_file, "IN_MEMORY", 10)
    arriving = sealed_file.Arriving(uploads.temporary_folder())
    for at in range(0, len(begin), 3):
        arriving.write(begin[at : at + 3])
    arriving.write(DATA if len(begin) > 15 else b"")
    arriving.seek(0)
    assert arriving.read() == b""


@only_files
def test_a_sealed_file_arrives_whole_however_it_is_cut(files):
    whole = sealed_file.MAGIC + DATA
    for step in (1, 7, 15, 16, 4096):
        arriving = sealed_file.Arriving(uploads.temporary_folder())
        for at in range(0, 5000, step):
            arriving.write(whole[at : min(at + step, 5000)])
        arriving.seek(0)
        assert arriving.read() == whole[:5000]
