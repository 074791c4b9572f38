"""The offline sealer in a real browser, opened from disk: it seals what linli-seal and the server open, opens what they seal, and can reach nothing."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from app.tenders import bidding
from app.tenders.capsule.format import Manifest, pack, unpack
from app.tenders.capsule.seal import Terms, seal
from tests.fixtures.servers import ROOT
from tests.tenders.bid_stories import PLAN
from tests.tenders.sealing.proofs import SIGNER, proved
from tests.tenders.sealing.test_linli_seal import BID, HOLDERS, PDF, TERMS, UNLIKE, UNPROVED, UNPROVEN, opened, wheel  # noqa: F401

BUILT = ROOT / "app" / "static" / "build"


def sealer() -> Path:
    name = json.loads((BUILT / "manifest.json").read_text())["seal.html"]
    return BUILT / name


def one_page_pdf() -> bytes:
    """The smallest whole PDF: a catalogue, a tree of pages and one page."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"]
    whole, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(whole))
        whole += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(whole)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    return whole + b"xref\n0 4\n0000000000 65535 f \n" + rows + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


@pytest.fixture
def page(chromium, tmp_path):
    """The file copied to another folder and opened from there, with every address that it asks for written down."""
    copy = tmp_path / "linli-seal.html"
    copy.write_bytes(sealer().read_bytes())
    context = chromium.new_context(accept_downloads=True, locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(copy.as_uri())
    yield page
    assert [url for url in page.asked if not url.startswith(("file://", "blob:"))] == []
    assert page.said == []
    context.close()


def choose(page, field: str, name: str, data: bytes) -> None:
    page.set_input_files(field, {"name": name, "mimeType": "application/octet-stream", "buffer": data})


def fill(page) -> None:
    choose(page, "#terms", "sealing.json", json.dumps(TERMS).encode())
    page.fill("#enterprise", "平顶山市常绿物业服务有限公司")
    page.fill("#bidder", BID["bidder"])
    page.fill("#price", BID["price"])
    page.fill("#project_manager", BID["project_manager"])
    page.fill("#plan", PLAN)
    page.fill("#answer_difficulty", BID["answers"]["difficulty"])
    page.fill("#staffing-0-post", "保洁员")
    page.fill("#staffing-0-people", "12")
    page.check("#no_interest")


def save(page, button: str) -> bytes:
    with page.expect_download() as waiting:
        page.click(button)
    return Path(waiting.value.path()).read_bytes()


@pytest.mark.browser
def test_what_the_page_seals_the_holders_and_the_command_line_open(page, tmp_path, wheel):  # noqa: F811
    fill(page)
    pdf = one_page_pdf()
    choose(page, "#file", "投标函.pdf", pdf)
    page.wait_for_selector("#files li:has-text('1 页')")
    page.click("#make")
    page.wait_for_selector("#save-recovery:visible")
    shown = page.inner_text("#read")
    assert (
        "重点难点" in shown
        and "0.62 元" in shown
        and "人民币陆角贰分（每平方米每月）" in shown
        and "投标函.pdf" in shown
        and "1 页" in shown
    )
    assert page.is_disabled("#save-sealed"), "the recovery file comes first"
    (tmp_path / "r.txt").write_bytes(save(page, "#save-recovery"))
    (tmp_path / "bid.sealed").write_bytes(save(page, "#save-sealed"))
    found = opened((tmp_path / "bid.sealed").read_bytes())
    assert (found.manifest.price_fen, found.manifest.plan, found.manifest.bidder) == (62, PLAN, BID["bidder"])
    assert [(file.kind, file.name) for file in found.manifest.files] == [("letter", "投标函.pdf")] and found.files == (pdf,)
    environment = {"PYTHONPATH": str(wheel), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-m", "linli_seal", "--lang", "zh", "check", "bid.sealed", "--recovery", "r.txt"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "大写：人民币陆角贰分" in done.stdout, done.stderr


@pytest.mark.browser
def test_what_python_seals_the_page_opens(page):
    keys = tuple(str(one.to_public()) for one in HOLDERS)
    content = {name: BID[name] for name in ("bidder", "project_manager", "plan", "answers", "no_interest")}
    manifest = Manifest("", "00" * 32, version=3, price_fen=62, staffing=tuple(BID["staffing"]), **content)
    sealed = seal(Terms(TERMS["tender"], TERMS["documents"], 2, keys), manifest, [("letter", "投标函.pdf", one_page_pdf())])
    whole = pack(sealed.header, sealed.objects)
    assert unpack(whole)[0] == sealed.header
    choose(page, "#check-sealed", "bid.sealed", whole)
    choose(page, "#check-recovery", "r.txt", f"# 说明\n{sealed.secret}\n".encode())
    page.click("#check-open")
    page.wait_for_selector("#check-read dl")
    shown = page.inner_text("#check-read")
    assert "0.62" in shown and "第 3 次" in shown and PLAN in shown and sealed.header.sha256 in shown
    choose(page, "#check-sealed", "bid.sealed", whole[:-1] + bytes([whole[-1] ^ 1]))
    page.click("#check-open")
    page.wait_for_selector("#check-error:has-text('改动过')")
    choose(page, "#check-sealed", "bid.sealed", whole)
    choose(page, "#check-recovery", "r.txt", seal(Terms(TERMS["tender"], TERMS["documents"], 2, keys), manifest).secret.encode())
    page.click("#check-open")
    page.wait_for_selector("#check-error:has-text('不是这份封装的')")


@pytest.mark.browser
def test_gaps_are_named_at_once_and_nothing_is_sealed(page):
    choose(page, "#terms", "sealing.json", json.dumps(TERMS).encode())
    page.fill("#price", "0.9")
    page.fill("#bidder", "9141040000000000XX")
    page.fill("#enterprise", "平顶山市常绿物业服务有限公司")
    page.fill("#staffing-1-people", "3")
    page.fill("#plan", PLAN + "平顶山市常绿物业服务有限公司为您服务。")
    page.click("#make")
    told = page.inner_text("#errors")
    for words in (
        "18 位，最后一位是校验位",
        "高于最高限价 0.80 元",
        "项目负责人",
        "“重点难点”还没有写",
        "人员配备第 2 行：有人数的一行没有写岗位",
        "利害关系声明",
        "匿名评审",
    ):
        assert words in told
    assert page.is_hidden("#result")
    page.click("#language")
    assert "Seal a bid offline" in page.inner_text("h1")
    page.click("#make")
    assert "above the ceiling price of 0.80 yuan" in page.inner_text("#errors")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("locale", "title", "other"),
    [("en-GB", "Seal a bid offline", "离线封标"), ("zh-CN", "离线封标", "Seal a bid offline"), ("ja-JP", "离线封标", "Seal a bid offline")],
)
def test_the_page_opens_in_the_readers_language_and_keeps_the_switch(chromium, locale, title, other):
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    page.goto(sealer().as_uri())
    assert title in page.inner_text("h1") and page.get_attribute("html", "lang") == ("en" if title[0] == "S" else "zh-CN")
    page.click("#language")
    assert other in page.inner_text("h1")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "data", "says"),
    [("空.pdf", b"", "是空的"), ("图.pdf", b"\x89PNG\r\n\x1a\n", "内容是 PNG"), ("坏.pdf", b"%PDF-1.7 nothing", "打不开"), ("a.exe", b"MZ\0", "不是允许")],
    ids=["empty", "png", "damaged", "program"],
)  # fmt: skip
def test_a_file_that_could_not_be_read_is_refused(page, name, data, says):
    choose(page, "#terms", "sealing.json", json.dumps(TERMS).encode())
    choose(page, "#file", name, data)
    page.wait_for_selector(f"#file-error:has-text('{says}')")
    assert page.inner_text("#files") == ""


@pytest.mark.browser
def test_each_of_several_bad_files_is_named(page):
    choose(page, "#terms", "sealing.json", json.dumps(TERMS).encode())
    page.set_input_files("#file", [{"name": name, "mimeType": "application/pdf", "buffer": b""} for name in ("一.pdf", "二.pdf")])
    page.wait_for_selector("#file-error:has-text('二.pdf')")
    assert "一.pdf" in page.inner_text("#file-error")


@pytest.mark.browser
def test_terms_that_would_not_protect_a_bid_are_refused(page):
    choose(page, "#terms", "sealing.json", json.dumps(TERMS | {"threshold": 1}).encode())
    page.wait_for_selector("#terms-error:has-text('不是邻里的封标参数')")
    assert page.is_hidden("#form")


@pytest.mark.browser
def test_nothing_is_sealed_for_terms_that_the_public_log_does_not_have(page):
    for terms, says in [*((proved(UNPROVED, **change), says) for change, says in UNLIKE), *UNPROVEN.values()]:
        choose(page, "#terms", "sealing.json", json.dumps(terms).encode())
        page.wait_for_selector(f"#terms-error:has-text('{says}')")
        assert page.is_hidden("#form")
    choose(page, "#terms", "sealing.json", json.dumps(TERMS).encode())
    page.wait_for_selector("#terms-shown:has-text('公开日志第 0 格（公告）一致')")
    assert SIGNER.verifier.fingerprint in page.inner_text("#terms-shown")


@pytest.mark.browser
def test_another_log_than_the_bidder_knows_is_refused_and_nothing_typed_is_lost(page):
    fill(page)
    page.fill("#log-key", "0123 4567 89ab cdef")
    page.press("#log-key", "Tab")
    page.wait_for_selector("#terms-error:has-text('日志公钥不是您填写的')")
    assert page.is_hidden("#form")
    page.fill("#log-key", SIGNER.verifier.fingerprint.upper())
    page.press("#log-key", "Tab")
    page.wait_for_selector("#form:visible")
    assert page.input_value("#answer_difficulty") == BID["answers"]["difficulty"] and page.input_value("#staffing-0-people") == "12"
    page.click("#make")
    page.wait_for_selector("#save-recovery:visible")


def test_the_page_is_one_file_that_may_open_no_connection():
    text = sealer().read_text(encoding="utf-8")
    script = re.search(r'<script type="module">(.*)</script>', text, re.DOTALL)[1]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]

    def allowed(part: str) -> str:
        return f"'sha256-{b64encode(sha256(part.encode()).digest()).decode()}'"

    assert policy == f"default-src 'none'; script-src {allowed(script)}; style-src {allowed(style)}; form-action 'none'; base-uri 'none'"
    head = text[: text.index("<style>")] + text[text.index("</style>") : text.index('<script type="module">')]
    assert not re.findall(r"\s(?:src|href|action)=", head), "nothing is fetched"


def test_the_pages_sentences_about_gaps_are_the_servers():
    words = (ROOT / "assets" / "offline" / "words.js").read_text(encoding="utf-8")
    told = (bidding.PRICE_MISSING, bidding.MANAGER_MISSING, bidding.PLAN_SHORT, bidding.STAFFING_MISSING, bidding.DECLARATION_MISSING)
    open_places = (bidding.above_ceiling("{price}", "{ceiling}"), bidding.passage_missing("{label}"), bidding.named_in_blind_part("{name}"))
    for reason in (*told, *open_places):
        assert re.sub(r"\d+", "{least}", str(reason)) in words
