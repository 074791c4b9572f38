"""The command line program as bidders get it: a wheel, run in a process of its own, and what it says when something is wrong."""

import json
import os
import pty
import re
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from app.log.notes import Signer
from app.tenders.capsule.format import unpack
from app.tenders.capsule.unseal import combine_shares, open_capsule, unwrap
from tests.tenders.bid_stories import PLAN
from tests.tenders.sealing.proofs import SIGNER, proved

ROOT = Path(__file__).resolve().parents[3]
MAKER = ROOT / "tools" / "linli_seal" / "wheel_maker.py"
HOLDERS = [x25519.Identity.generate() for _ in range(3)]
UNPROVED = {
    "format": "linli-terms-1",
    "tender": "XH-2026-0001",
    "title": "康居小区物业服务",
    "documents": "ab" * 32,
    "threshold": 2,
    "holders": [
        {"key": str(one.to_public()), "seat": seat, "organisation": home}
        for one, seat, home in zip(HOLDERS, ("招标人", "法制", "第三方"), ("东苑社区", "市房管局", "曙光街街道办"), strict=True)
    ],
    "deadline_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
    "ceiling_fen": 80,
    "plan": {"label": "服务方案", "guidance": ""},
    "passages": [{"code": "difficulty", "label": "重点难点", "guidance": ""}],
    "kinds": [{"value": "letter", "label": "投标函"}, {"value": "other", "label": "其他材料"}],
    "limits": {"files": 10, "file_bytes": 209715200, "plan": 20000, "plan_min": 50},
}
TERMS = proved(UNPROVED)
OTHERS = [str(x25519.Identity.generate().to_public()) for _ in range(3)]
UNLIKE = [
    ({"recipients": OTHERS}, "密钥保管人与公开日志里公告的不一致"),
    ({"recipients": [UNPROVED["holders"][n]["key"] for n in (1, 0, 2)]}, "密钥保管人与公开日志里公告的不一致"),
    ({"threshold": 3}, "密钥保管人与公开日志里公告的不一致"),
    ({"bid_deadline_at": "2026-01-02T01:30:00+00:00"}, "投标截止时间与公开日志里公告的不一致"),
    ({"bid_deadline_at": None}, "投标截止时间与公开日志里公告的不一致"),
    ({"terms_sha256": "cd" * 32}, "招标文件与公开日志里公告的不一致"),
    ({"tender": "XH-2026-0002"}, "另一条记录"),
    ({"event": "tender.cancel"}, "另一条记录"),
]
"""What the log may say otherwise than the terms, and what the sealers then say."""
UNPROVEN = {
    "no proof": (UNPROVED, "没有公告在公开日志中的证明"),
    "another place": (
        TERMS | {"log": TERMS["log"] | {"published": TERMS["log"]["published"].replace("index 0", "index 1")}},
        "公开日志里没有本项目的公告",
    ),
    "another key": (
        TERMS | {"log": TERMS["log"] | {"key": str(Signer.from_seed("linli.test/log", b"\1" * 32).verifier)}},
        "公开日志里没有本项目的公告",
    ),
    "no key": (TERMS | {"log": TERMS["log"] | {"key": "linli"}}, "公开日志里没有本项目的公告"),
}
BID = {
    "bidder": "91410402MA0000001A",
    "price": "0.62",
    "project_manager": "王建国",
    "no_interest": True,
    "plan": PLAN,
    "staffing": [{"post": "保洁员", "people": 12, "qualification": "健康证"}],
    "answers": {"difficulty": "先摸清管网，分三年更换。"},
}
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, MAKER, folder], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def place(tmp_path) -> Path:
    (tmp_path / "sealing.json").write_text(json.dumps(TERMS))
    (tmp_path / "bid.json").write_text(json.dumps(BID))
    (tmp_path / "投标函.pdf").write_bytes(PDF)
    return tmp_path


@pytest.fixture
def run(wheel, place):
    def call(*arguments: str, stdin=subprocess.DEVNULL, **environment) -> subprocess.CompletedProcess:
        """linli-seal in the folder of the bid; the wheel alone is on its path, and no part of the application."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "linli_seal", *arguments],
            cwd=place,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel), "PYTHONUTF8": "1", "LANG": "zh_CN.UTF-8", **environment},
            stdin=stdin,
            capture_output=True,
            text=True,
        )

    return call


SEAL = ("seal", "--terms", "sealing.json", "--bid", "bid.json", "--file", "letter=投标函.pdf", "--out", "bid.sealed", "--recovery", "r.txt")


def opened(whole: bytes):
    header, objects = unpack(whole)
    shares = {str(one.to_public()): unwrap(header, str(one)) for one in HOLDERS[1:]}
    return open_capsule(header, objects, combine_shares(header, shares), bidder=BID["bidder"])


def test_a_bid_that_was_sealed_on_the_command_line_is_opened_by_two_holders(run, place):
    done = run(*SEAL)
    assert done.returncode == 0, done.stderr
    found = opened((place / "bid.sealed").read_bytes())
    assert (found.manifest.price_fen, found.manifest.plan, found.manifest.answers) == (62, BID["plan"], BID["answers"])
    assert found.files == (PDF,)
    assert "0.62" in done.stdout and "陆角贰分" in done.stdout
    for name in ("bid.sealed", "r.txt"):
        assert stat.S_IMODE((place / name).stat().st_mode) == 0o600
    assert b"AGE-SECRET-KEY" not in (place / "bid.sealed").read_bytes()
    assert sorted(path.name for path in place.iterdir()) == ["bid.json", "bid.sealed", "r.txt", "sealing.json", "投标函.pdf"]


def test_check_shows_what_the_bureau_will_read_in_both_languages(run, place):
    run(*SEAL)
    shown = run("check", "bid.sealed", "--recovery", "r.txt", "--terms", "sealing.json")
    assert shown.returncode == 0 and "与现在的封标参数一致" in shown.stdout
    for told in (TERMS["title"], "投标函：投标函.pdf，", "重点难点：12 个字"):
        assert told in shown.stdout, told
    english = run("--lang", "en", "check", "bid.sealed", "--recovery", "r.txt")
    assert "Bid price: 0.62 yuan per m² and month (in words: RMB 陆角贰分)" in english.stdout
    assert run("check", "bid.sealed", "--recovery", "r.txt", LANG="en_GB.UTF-8").stdout == english.stdout


def test_toml_says_the_same_as_json(run, place):
    (place / "bid.toml").write_text(
        f'bidder = "{BID["bidder"]}"\nprice = 0.62\nproject_manager = "王建国"\nno_interest = true\nplan = """\n{PLAN}\n"""\n'
        '[[staffing]]\npost = "保洁员"\npeople = 12\n[answers]\ndifficulty = "先摸清管网，分三年更换。"\n'
    )
    done = run("seal", "--terms", "sealing.json", "--bid", "bid.toml", "--out", "b.sealed", "--recovery", "r.txt")
    assert done.returncode == 0, done.stderr
    assert opened((place / "b.sealed").read_bytes()).manifest.price_fen == 62


def test_terms_are_shown_with_the_holders_fingerprints(run, place):
    shown = run("terms", "sealing.json")
    assert shown.returncode == 0 and "XH-2026-0001" in shown.stdout and "任意 2 人" in shown.stdout
    from app.tenders.holders import fingerprint

    for one in TERMS["holders"]:
        assert f"{fingerprint(one['key'])}  {one['seat']}  {one['organisation']}" in shown.stdout
    assert run("terms", "http://127.0.0.1:9/tenders/x").returncode == 3


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"price": "0.81"}, "高于最高限价"),
        ({"plan": "太短"}, "服务方案（plan）"),
        ({"answers": {}}, "没有写“重点难点”"),
        ({"staffing": []}, "没有人员配备"),
        ({"no_interest": False}, "没有作出无利害关系声明"),
        ({"bidder": "914104"}, "18 位"),
        ({"bidder": "9141040000000000XX"}, "最后一位是校验位"),
        ({"price": "0.625"}, "最多两位小数"),
        ({"price": "0"}, "正数"),
        ({"prise": "0.62"}, "不认识的字段"),
        ({"answers": ["一"]}, "字段的格式不对：answers。"),
        ({"staffing": 5, "version": "二"}, "字段的格式不对：staffing, version。"),
        ({"plan": "字" * 20_001}, "plan 最多 20000 个字"),
        ({"answers": {**BID["answers"], "difficulty": "字" * 20_001}}, "最多 20000 个字，现在 20001 个"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bid_with_gaps_is_not_sealed(run, place, change, says):
    (place / "bid.json").write_text(json.dumps(BID | change))
    done = run(*SEAL)
    assert done.returncode == 1 and says in done.stderr
    assert not (place / "bid.sealed").exists() and not (place / "r.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("seal",), "还缺：--terms, --bid, --out, --recovery。"),
        (("terms", "sealing.json", "--trems"), "不认识的部分：--trems。"),
        (("terms", "--log-key"), "--log-key 后面没有写内容。"),
        (("open",), "不能是 'open'。"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_was_typed_wrongly_is_said_in_the_bidders_language(run, arguments, says):
    done = run(*arguments)
    assert done.returncode == 2 and says in done.stderr and "用法：linli-seal" in done.stderr and "--help" in done.stderr
    english = run(*arguments, LANG="en_GB.UTF-8")
    assert english.returncode == 2 and "usage: linli-seal" in english.stderr and "How to write" in english.stderr


@pytest.mark.parametrize("command", [(), ("terms",), ("seal",), ("check",)], ids=" ".join)
def test_help_is_in_chinese_throughout(run, command):
    told = run(*command, "--help").stdout
    assert told.startswith("用法：") and "选项" in told and "显示这份说明" in told
    assert not re.search(r"usage|options|positional|show this", told), told


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda place: (place / "bid.json").unlink(), "没有这个文件或者文件夹"),
        (lambda place: (place / "bid.json").write_text('{"bidder": "914",\n "plan" 5}'), "第 2 行第 9 个字符"),
        (lambda place: (place / "r.txt").mkdir(), "这是一个文件夹"),
    ],
    ids=["no file", "no JSON", "a folder"],
)
def test_what_the_system_says_is_said_in_chinese(run, place, prepare, says):
    prepare(place)
    done = run(*SEAL, "--yes")
    assert done.returncode in (1, 3) and says in done.stderr, done.stderr
    assert not (place / "bid.sealed").exists()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("空.pdf", b"", "是空的"),
        ("图.pdf", b"\x89PNG\r\n\x1a\n", "与名称不符"),
        ("密.pdf", b"%PDF-1.7\ntrailer<</Encrypt 5 0 R>>", "设了密码"),
        ("密.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "设了密码"),
        ("程序.exe", b"MZ\x90\0", "不是允许的类型"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_the_committee_could_not_read_is_refused(run, place, name, data, says):
    (place / name).write_bytes(data)
    done = run(*SEAL, "--file", f"other={name}")
    assert done.returncode == 1 and says in done.stderr


def test_nothing_is_overwritten_without_being_asked(run, place):
    (place / "r.txt").write_text("an older recovery file")
    refused = run(*SEAL)
    assert refused.returncode == 4 and "没有覆盖" in refused.stderr
    assert (place / "r.txt").read_text() == "an older recovery file" and not (place / "bid.sealed").exists()
    assert run(*SEAL, "--yes").returncode == 0


@pytest.mark.parametrize(("answer", "code"), [("n\n", 4), ("y\n", 0)])
def test_a_person_is_asked_before_a_file_is_overwritten(run, place, answer, code):
    (place / "bid.sealed").write_text("older")
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    try:
        done = run(*SEAL, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == code and "覆盖吗" in done.stdout


def test_a_damaged_capsule_a_foreign_recovery_file_and_moved_terms_are_told_apart(run, place):
    run(*SEAL)
    whole = (place / "bid.sealed").read_bytes()
    (place / "broken.sealed").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "被改动过" in run("check", "broken.sealed", "--recovery", "r.txt").stderr
    (place / "other.txt").write_text(str(x25519.Identity.generate()))
    assert "不是这份封装的" in run("check", "bid.sealed", "--recovery", "other.txt").stderr
    (place / "none.txt").write_text("nothing")
    assert "没有恢复密钥" in run("check", "bid.sealed", "--recovery", "none.txt").stderr
    assert run("check", "missing.sealed", "--recovery", "r.txt").returncode == 3
    (place / "moved.json").write_text(json.dumps(proved(TERMS | {"documents": "cd" * 32})))
    moved = run("check", "bid.sealed", "--recovery", "r.txt", "--terms", "moved.json")
    assert moved.returncode == 1 and "招标文件后来有改动" in moved.stderr
    assert run().returncode == 2


@pytest.mark.parametrize(
    "change",
    [{"threshold": 1}, {"threshold": 3}, {"format": "other"}, {"documents": "no"}, {"deadline_at": "2026-01-01T00:00:00"}],
    ids=str,
)
def test_terms_that_would_not_protect_a_bid_are_refused(run, place, change):
    (place / "sealing.json").write_text(json.dumps(TERMS | change))
    done = run(*SEAL)
    assert done.returncode == 1 and "不是邻里的封标参数" in done.stderr


@pytest.mark.parametrize(("change", "says"), UNLIKE, ids=[next(iter(change)) + str(n) for n, (change, _says) in enumerate(UNLIKE)])
def test_nothing_is_sealed_for_terms_that_the_public_log_does_not_have(run, place, change, says):
    (place / "sealing.json").write_text(json.dumps(proved(UNPROVED, **change)))
    done = run(*SEAL)
    assert done.returncode == 1 and says in done.stderr and not (place / "bid.sealed").exists()
    assert run("terms", "sealing.json").returncode == 1


@pytest.mark.parametrize("what", UNPROVEN)
def test_nothing_is_sealed_without_a_proof_that_holds(run, place, what):
    terms, says = UNPROVEN[what]
    (place / "sealing.json").write_text(json.dumps(terms))
    done = run(*SEAL)
    assert done.returncode == 1 and says in done.stderr and not (place / "bid.sealed").exists()


def test_another_log_than_the_bidder_knows_is_refused(run, place):
    shown = run("terms", "sealing.json").stdout
    assert "公开日志第 0 格（公告）一致" in shown and SIGNER.verifier.fingerprint in shown
    for known in (str(SIGNER.verifier), SIGNER.verifier.fingerprint):
        assert run("terms", "sealing.json", "--log-key", known).returncode == 0
    refused = run(*SEAL, "--log-key", "0123 4567 89ab cdef")
    assert refused.returncode == 1 and "日志公钥与您给出的不同" in refused.stderr and not (place / "bid.sealed").exists()


def test_the_wheel_is_the_same_bytes_each_time_and_installs(wheel, tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    subprocess.run([sys.executable, MAKER, again], check=True)
    assert (again / wheel.name).read_bytes() == wheel.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for shared in ("format", "seal", "unseal"):
            own = (ROOT / "app" / "tenders" / "capsule" / f"{shared}.py").read_bytes()
            assert archive.read(f"linli_seal/capsule/{shared}.py") == own
    assert {"linli_seal/amounts.py", "linli_seal/notes.py", "linli_seal/tree.py", "linli_seal/__main__.py"} <= names
    quiet = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "--target", tmp_path / "site", MAKER.parent], check=True)
    assert (tmp_path / "site" / "linli_seal" / "capsule" / "seal.py").exists()
    assert (tmp_path / "site" / "bin" / "linli-seal").exists()
