"""The draw computed again in a real browser: on the draw's page, and by a file on disk without network; what was changed is named in red."""

import copy
import json
import threading
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from app.tenders import draw_words
from app.tenders.queries.draw_bundle import bundle
from tests.tenders import drawing_stories as draws
from tests.tenders.draw_files import Checker, replaced
from tests.tenders.drawing_stories import MORNING
from tests.tenders.test_draw_recomputed import SAME

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
PATH = "/tenders/XH-2009-0001/draw"


@pytest.fixture
def result(session, clock):
    story, _members = replaced()
    clock.set(MORNING + timedelta(hours=1))
    draws.award_it(story)
    return bundle(story.tender)


def other(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def _swap(part: dict, key, found) -> None:
    part[key] = found


CHANGES = {
    "a number of the lottery": ("numbers", lambda first: _swap(first["public_number"]["numbers"][0], 0, 99), "这种彩票开不出这些号码"),
    "another ball": ("key", lambda first: _swap(first["public_number"]["numbers"][0], 0, 4), "种子串与各项种子不符"),
    "the tenderer's value": (
        "value-committed",
        lambda first: _swap(first["contributions"][0], "value", other(first["contributions"][0]["value"])),
        "招标人公开的随机数与承诺值不符",
    ),
    "the closing digest": (
        "key",
        lambda first: _swap(first["closing"], "digest", other(first["closing"]["digest"])),
        "种子串与各项种子不符",
    ),
    "a person of the pool": ("pool-digest", lambda first: first["pool"].pop(), "名单与冻结时公布的校验值不符"),
    "the order of the pool": ("pool-order", lambda first: first["pool"].reverse(), "名单没有按承诺值排列"),
    "why somebody was passed over": (
        "walk-digest",
        lambda first: _swap(first["sequence"][1], "reason", "bidder"),
        "抽取的依据或者顺序被改动",
    ),
    "who came up": (
        "place-other",
        lambda first: _swap(first["sequence"][2], "position", first["sequence"][2]["position"] % 12 + 1),
        "第 3 位应是名单上的",
    ),
    "a replacement": ("walk-full", lambda first: _swap(first["sequence"][2], "left_at", None), "席位已满"),
    "a name": ("opens", lambda first: _swap(first["opened"][0], "line", first["opened"][0]["line"].replace("专家", "亲友")), "打不开"),
    "the day of the lottery": ("announced", lambda first: _swap(first, "reason", "改期"), "冻结时公告的内容被改动"),
}
"""What somebody changed → word of the sentence, the change, how the page names it."""


@pytest.fixture
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(chromium, served):
    contexts = []

    def open_page(url: str, width: int = 1280, locale: str = "zh-CN", **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(url if "://" in url else served + url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def chosen(page, data: dict) -> str:
    """What the page says of this file."""
    page.evaluate("document.querySelector('[data-verdict]').replaceChildren()")
    page.set_input_files("#draw-file", {"name": "draw.json", "mimeType": "application/json", "buffer": json.dumps(data).encode()})
    page.wait_for_selector("[data-result]")
    return page.inner_text("[data-verdict]")


def check_everything(page, result: dict, check: Checker) -> None:
    told = chosen(page, result)
    assert "一致" in told and "不一致" not in told and check(result) == ""
    assert page.locator("[data-step=order] tbody tr").count() == 6
    assert "递补" in page.inner_text("[data-step=order]") and "第 2 次" in page.inner_text("[data-step=walks]")
    for what, (word, change, sentence) in CHANGES.items():
        data = copy.deepcopy(result)
        change(data["rounds"][0])
        told = chosen(page, data)
        assert page.get_attribute("[data-result]", "data-result") == "bad" and "不一致" in told and sentence in told, (what, told)
        assert SAME[word] in check(data), what
        assert page.locator("li[data-state=bad]").count() == 1 and sentence in page.inner_text("li[data-state=bad]"), what
    for text in ("print('no draw')", "", "[]", json.dumps({"format": "linli-sealing-1"}), "\x00\xff"):
        page.set_input_files("#draw-file", {"name": "别的.py", "mimeType": "text/plain", "buffer": text.encode("latin-1")})
        page.wait_for_selector("[data-result=other]")
        told = page.inner_text("[data-verdict]")
        assert "这不是抽取记录文件" in told and ".json" in told and "监督部门" not in told, text
        chosen(page, result)
    half = json.dumps(result)[:-200].encode()
    page.set_input_files("#draw-file", {"name": "draw.json", "mimeType": "application/json", "buffer": half})
    page.wait_for_selector("[data-result=bad]")
    assert "文件不完整" in page.inner_text("[data-verdict]"), "a draw's file that was cut off is no other file"
    assert page.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_computes_its_own_draw_and_names_what_was_changed(visit, result, tmp_path, width):
    page = visit(PATH, width)
    page.get_by_role("button", name="核算公布的数据").click()
    page.wait_for_selector("[data-result=good]")
    check_everything(page, result, Checker(tmp_path))
    assert "不是本页的项目" in chosen(page, other_tender(result, tmp_path))
    for details in page.locator("[data-steps] details").all():
        details.evaluate("one => one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def other_tender(result: dict, tmp_path) -> dict:
    """A draw of another tender that holds; nobody promised anything there."""
    data = copy.deepcopy(result) | {"tender": "XH-2009-0007", "seated": 0, "names": "closed"}
    first = data["rounds"][0]
    first |= {"contributions": [dict.fromkeys(one, None) | {"side": one["side"]} for one in first["contributions"]], "opened": None}
    first |= {"sequence": [], "walks": [], "public_number": None, "closing": None, "key_string": None}
    return Checker(tmp_path).sealed(data)


def test_a_file_on_disk_computes_a_draw_without_site_or_network(visit, app, result, tmp_path):
    kept = tmp_path / "linli-draw.html"
    kept.write_bytes(app.test_client().get("/tenders/draw.html").data)
    page = visit(kept.as_uri(), 390, offline=True)
    check_everything(page, result, Checker(tmp_path))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_reader_of_english_reads_every_step_in_english(visit, result):
    page = visit(PATH, locale="en-GB")
    page.locator("[data-recompute]").click()
    page.wait_for_selector("[data-result=good]")
    names = {part["name"] for part in map(json.loads, (one["line"] for one in result["rounds"][0]["opened"]))}
    told = page.inner_text("[data-steps]")
    for name in names | {"中国体彩网开奖公告"}:
        told = told.replace(name, "")
    assert not [line for line in told.splitlines() if any("一" <= letter <= "鿿" for letter in line)]


def test_without_javascript_the_page_gives_the_command(visit, result):
    page = visit(PATH, java_script_enabled=False)
    told = page.inner_text("#recompute")
    assert "需要打开 JavaScript" in told and "verify.py draw draw-XH-2009-0001.json" in told
    assert page.locator("[data-recompute]:visible, #draw-file:visible").count() == 0


def test_every_fault_has_its_sentence(result):
    assert set(draw_words.FAULTS) == {*SAME, "broken"}
