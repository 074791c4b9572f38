"""Receipts checked in a real browser: on the site's page, and by a file on disk with no network at all."""

import json
import threading
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from app.extensions import db
from app.log import queries
from app.log.notes import Proof
from app.log.statements import sign_statement
from tests.log.conftest import START

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


@pytest.fixture
def address(app, log, clock):
    log.append(START + timedelta(minutes=1), words="第一件")
    log.append(START + timedelta(hours=2), is_public=False, event="bid.submit", version=1)
    clock.set(START + timedelta(hours=5))
    db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def receipts(address, log) -> list[str]:
    return [queries.receipt(entry) for entry in log.entries]


@pytest.fixture
def visit(chromium):
    contexts = []

    def open_page(url: str, width: int = 1280, **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def verdict(page, text: str) -> str:
    page.fill("#receipt-text", text)
    page.click("main form button")
    return page.inner_text("[data-verdict]")


def forged(receipt: str) -> str:
    """Another content under the same signature."""
    proof = Proof.from_text(receipt)
    opened = json.loads(proof.extra)
    opened["payload"] = opened["payload"].replace("2009", "2010", 1)
    return receipt.replace(b64encode(proof.extra).decode(), b64encode(json.dumps(opened).encode()).decode())


def opened_as(text: str, change) -> str:
    """The same receipt, with its content and salt carried otherwise."""
    extra = Proof.from_text(text).extra
    opened = json.loads(extra)
    moved = json.dumps(change(opened["payload"], b64decode(opened["salt"]))).encode()
    return text.replace(b64encode(extra).decode(), b64encode(moved).decode())


def moved_into_salt(payload: str, salt: bytes) -> dict:
    return {"payload": payload[20:], "salt": b64encode(salt + payload[:20].encode()).decode()}


FAULTS = {
    "salt": (lambda text: opened_as(text, moved_into_salt), "这不是回执"),
    "half a character": (
        lambda text: opened_as(text, lambda payload, salt: {"payload": "\ud800", "salt": b64encode(salt).decode()}),
        "这不是回执",
    ),
    "empty": (lambda text: "  ", "没有回执"),
    "form": (lambda text: "c2sp.org/tlog-proof@v2" + text[22:], "这不是回执"),
    "cut": (lambda text: text[:200], "这不是回执"),
    "content": (forged, "内容不在检查点之下"),
    "bare": (
        lambda text: str(Proof(Proof.from_text(text).index, Proof.from_text(text).hashes, Proof.from_text(text).checkpoint)),
        "不带内容",
    ),
    "index": (
        lambda text: text.replace(f"index {Proof.from_text(text).index}", f"index {Proof.from_text(text).index - 1}"),
        "内容不在检查点之下",
    ),
    "signature": (lambda text: text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:], "签名不是这把公钥的"),
    "root": (
        lambda text: text.replace(f"\n{Proof.from_text(text).index + 1}\n", f"\n{Proof.from_text(text).index + 2}\n"),
        "签名不是这把公钥的",
    ),
}


def check_everything(page, receipts: list[str], tmp_path) -> None:
    assert page.inner_text("[data-verdict]").strip() == ""
    for receipt in receipts:
        found = verdict(page, receipt)
        assert "通过：回执是真的" in found and "不通过" not in found
        assert json.loads(Proof.from_text(receipt).extra)["payload"] == page.text_content("[data-fact=payload]")
        assert page.locator("[data-told] dt").all_inner_texts()[:2] == ["事项", "时间"]
    for name, (change, words) in FAULTS.items():
        found = verdict(page, change(receipts[0]))
        assert words in found and "回执是真的" not in found, (name, found)
    key = page.input_value("#log-key")
    page.fill("#log-key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert "签名不是这把公钥的" in verdict(page, receipts[0])
    page.fill("#log-key", key[:-6])
    assert "日志公钥不对" in verdict(page, receipts[0])
    page.fill("#log-key", key)
    file = tmp_path / "receipt.tlog-proof"
    file.write_bytes(receipts[1].replace("\n", "\r\n").encode())  # as a mail program may have kept it
    page.set_input_files("#receipt-file", file)
    page.wait_for_selector("[data-result=good]:visible")
    told = page.inner_text("[data-told]")
    assert "提交投标" in told and "2009年11月18日（周三）11:0" in told and "bid.submit" not in told, told
    assert page.evaluate("document.activeElement.matches('[data-verdict]')"), "a reader of the page hears the answer and goes on from there"
    assert page.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_tells_true_receipts_from_false(visit, address, receipts, tmp_path, width):
    page = visit(f"{address}/log/verify", width)
    check_everything(page, receipts, tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_file_on_disk_needs_neither_site_nor_network(visit, app, address, receipts, tmp_path):
    kept = tmp_path / "linli-verify.html"
    kept.write_bytes(app.test_client().get("/log/verify.html").data)
    page = visit(kept.as_uri(), 390, offline=True)
    check_everything(page, receipts, tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_runs_out_of_the_logs_pages(visit, address, log, width):
    for path in ("/log", f"/log/leaf/{log.entries[0].leaf_index}", "/log/leaf/0", "/log/verify"):
        page = visit(f"{address}{path}", width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.complaints == []


def test_a_signed_statement_is_told_from_a_receipt(address, visit):
    page, note = visit(f"{address}/log/verify"), sign_statement({"event": "bid.refuse", "reason": "不是加密封装的投标"})
    told = verdict(page, note)
    assert "签名声明是真的" in told and "不是加密封装的投标" in told and "回执是真的" not in told
    assert "签名不是这把公钥的" in verdict(page, note.replace("不是加密", "是加密"))
    assert "不是回执" in verdict(page, note.replace("@v1", "@v2")) and page.complaints == []


def test_a_whole_log_is_told_from_a_receipt_before_it_is_read(visit, address, tmp_path):
    page = visit(f"{address}/log/verify")
    (tmp_path / "linli-log-9.bin").write_bytes(b"linli-log-download@v1\n" + bytes(2_000_000))
    page.set_input_files("#receipt-file", tmp_path / "linli-log-9.bin")
    page.get_by_text("文件超过 1 MB，不是回执").wait_for()
    assert page.input_value("#receipt-text") == "" and not page.complaints


def test_the_saved_page_fits_a_telephone_whatever_the_receipt_says(visit, app, address, log, tmp_path):
    log.append(START + timedelta(hours=3), recipients=["age1" + "q" * 58] * 3, documents="ab" * 32, price_fen=62, files=[])
    kept = tmp_path / "linli-verify.html"
    kept.write_bytes(app.test_client().get("/log/verify.html").data)
    page = visit(kept.as_uri(), 390, offline=True)
    assert "通过" in verdict(page, queries.receipt(log.entries[-1])) and "0.62 元/m²·月" in page.inner_text("[data-told]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
