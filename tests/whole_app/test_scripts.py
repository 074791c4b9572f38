"""script/server sets up, says what is in the way, stops cleanly, and goes on after a kill."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.config import ROOT
from tests.fixtures.servers import STARTS_WITHIN_S, free_port

sys.path.insert(0, str(ROOT / "script"))

import _data_folder  # noqa: E402
import _setup  # noqa: E402

SERVER = ROOT / "script" / "server"


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([SERVER, *map(str, arguments)], env=clean(), stdin=subprocess.DEVNULL, capture_output=True, text=True)


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}


@contextmanager
def started(*arguments: object, log: Path):
    """The script in a process of its own; whatever happens, it is gone afterwards."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [SERVER, *map(str, arguments)], env=clean(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(log: Path, words: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while words not in log.read_text():
        assert process.poll() is None and time.monotonic() < until, log.read_text()
        time.sleep(0.02)


def test_the_newest_migration_is_found_without_starting_the_app():
    assert _data_folder.newest_migration() == ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def test_an_empty_site_is_made_served_and_stopped(tmp_path):
    data, log, port = tmp_path / "data", tmp_path / "log", free_port()
    for start in ("first", "second"):
        with started("--empty", "--data", data, "--port", port, log=log) as process:
            wait_for(log, "running at", process)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                assert answer.status == 200
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everybody in the foreground
            assert process.wait(20) == 0
        said = log.read_text()
        assert "accounts create-administrator" in said and f"http://127.0.0.1:{port}/" in said
        assert ("Making the database" in said) == (start == "first")
        assert "Traceback" not in said and "Sample accounts" not in said
    assert (data / "secret-key").stat().st_mode & 0o077 == 0
    assert {entry.name for entry in data.iterdir()} <= {
        "linli.db",
        "linli.db-wal",
        "linli.db-shm",
        "secret-key",
        "log-key",
        "files",
        ".lock",
        ".programs-published",
    }


def test_a_start_that_was_killed_half_way_is_made_again(tmp_path):
    data, log, port = tmp_path / "data", tmp_path / "log", free_port()
    with started("--empty", "--data", data, "--port", port, log=log) as process:
        wait_for(log, "Making the database", process)
        process.kill()
        process.wait()
    assert not (data / "linli.db").exists()
    with started("--empty", "--data", data, "--port", port, log=log) as process:
        wait_for(log, "running at", process)
        assert "making it again" in log.read_text()
    with closing(sqlite3.connect(data / "linli.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_lost_worker_is_replaced_and_a_killed_script_leaves_nothing_behind(tmp_path):
    log, port = tmp_path / "log", free_port()
    with started("--empty", "--data", tmp_path / "data", "--port", port, log=log) as process:
        wait_for(log, "running at", process)
        (server,) = children_of(process.pid)
        lost = children_of(server)[0]
        os.kill(lost, signal.SIGKILL)
        wait_until(lambda: lost not in children_of(server) and len(children_of(server)) >= 2)
        wait_until(lambda: answers(port))
        process.kill()
        process.wait()
        wait_until(lambda: not Path(f"/proc/{server}").exists())


def children_of(parent: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until(holds) -> None:
    until = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("--data", tmp_path / "data", "--port", port)
    assert done.returncode == 1 and f"127.0.0.1:{port}" in done.stderr and "--port" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_folder_with_somebodys_files_is_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    done = run("--data", tmp_path, "--port", free_port())
    assert done.returncode == 1 and "not empty" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize("content", [b"", b"not a database at all, but text of some length"])
def test_a_file_that_is_no_database_of_ours_is_refused(tmp_path, content):
    (tmp_path / "linli.db").write_bytes(content)
    done = run("--data", tmp_path, "--port", free_port())
    assert done.returncode == 1 and "is not a Linli database" in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "linli.db").read_bytes() == content


@pytest.mark.parametrize("arguments", [("--port", "0"), ("--port", "70000"), ("--port", "many"), ("--nonsense",)])
def test_a_wrong_argument_is_explained(arguments):
    done = run(*arguments)
    assert done.returncode == 2 and "usage: script/server" in done.stderr


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A copy of what a start runs, whose built programs a test may change."""
    tree = tmp_path / "checkout"
    for folder in ("app", "migrations"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "wsgi.py", tree)
    monkeypatch.setattr(_setup, "ROOT", tree)
    monkeypatch.setattr(_data_folder, "ROOT", tree)
    monkeypatch.setattr(_data_folder, "BUILD_STAMP", tree / "app" / "static" / "build" / "stamp")
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        monkeypatch.delenv(name)
    return tree


def test_the_sealing_programs_are_in_the_log_once_and_again_after_another_build(checkout, tmp_path, monkeypatch):
    data = _data_folder.DataFolder(tmp_path / "data", site_url="http://127.0.0.1:8000")
    asked = []
    monkeypatch.setattr(data, "_flask", lambda *command, **more: asked.append(command) or type(data)._flask(data, *command, **more))
    monkeypatch.setattr(data, "_ask_for_administrator", lambda: None)
    build = checkout / "app" / "static" / "build"

    data.make_ready(with_sample=False)
    first = published(data)
    assert {"linli-seal.html", "linli_seal.whl", "bid.js", "bid-worker.js", "opening.js"} <= first.keys() and set(first.values()) == {1}
    data.make_ready(with_sample=False)
    assert published(data) == first and asked.count(("seal", "publish")) == 1

    stamp = build / "stamp"
    stamp.write_text(stamp.read_text() + "again")
    data.make_ready(with_sample=False)
    assert published(data) == first, "the same programs, built again"
    changed = build / json.loads((build / "manifest.json").read_text())["bid.js"]
    changed.write_bytes(changed.read_bytes() + b"\n")
    stamp.write_text(stamp.read_text() + "anew")
    data.make_ready(with_sample=False)
    assert published(data) == first | {"bid.js": 2} and asked.count(("seal", "publish")) == 3


@pytest.mark.parametrize("is_sample", [True, False])
def test_a_sample_city_of_an_earlier_version_is_said_to_have_ended(checkout, tmp_path, monkeypatch, capsys, is_sample):
    data = _data_folder.DataFolder(tmp_path / "data", site_url="http://127.0.0.1:8000")
    data.path.mkdir()
    data._flask("db", "upgrade", "0012")
    if is_sample:
        (data.path / _data_folder.ACCOUNTS).write_text("[]")
    monkeypatch.setattr(data, "_ask_for_administrator", lambda: None)
    for is_first in (True, False):
        data.make_ready(with_sample=True)
        assert ("made by an earlier version" in capsys.readouterr().out) is (is_sample and is_first)
    assert _data_folder.schema_version(data.database) == _data_folder.newest_migration()


def published(data) -> Counter:
    with closing(sqlite3.connect(data.database)) as database:
        rows = database.execute("SELECT payload FROM log_entry WHERE event = 'program.publish'").fetchall()
    return Counter(json.loads(payload)["program"] for (payload,) in rows)
