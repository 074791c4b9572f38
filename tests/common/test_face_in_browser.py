"""The gallery in a real browser: what only a browser can show of the style sheet and the script."""

import threading

import pytest
from werkzeug.serving import make_server

from tests.common.gallery import create_gallery

pytestmark = pytest.mark.browser

PAGES = ("home?demo&actor", "tender?demo&actor", "form?errors&flash", "parts", "error")


@pytest.fixture(scope="module")
def address():
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(chromium, address):
    contexts = []

    def open_page(path: str, width: int = 1280, **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_out_of_the_page_and_the_strict_policy_stops_nothing(visit, path, width):
    page = visit(path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []


@pytest.mark.parametrize("width", [320, 360, 390, 430])
def test_the_day_of_the_week_in_the_demonstration_clock_stays_in_one_piece(visit, width):
    rows = """() => {
        const text = document.querySelector(".demo-clock p").firstChild, range = document.createRange();
        const at = text.data.indexOf("（");
        range.setStart(text, at);
        range.setEnd(text, text.data.indexOf("）") + 1);
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    }"""
    assert visit("home?demo", width).evaluate(rows) == 1


def test_on_a_phone_the_menu_opens_and_escape_closes_it(visit):
    page = visit("home", 390)
    nav, button = page.locator("#site-nav"), page.locator(".menu-button")
    assert not nav.is_visible() and button.get_attribute("aria-expanded") == "false"
    button.click()
    assert nav.is_visible() and page.locator("#site-tools").is_visible() and button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not nav.is_visible() and button.evaluate("e => e === document.activeElement")


@pytest.mark.parametrize("width", [390, 1280])
def test_without_script_the_navigation_stands_open(visit, width):
    page = visit("home", width, java_script_enabled=False)
    assert page.locator("#site-nav a").first.is_visible() and page.locator("#site-tools a").first.is_visible()
    assert not page.locator(".menu-button").is_visible()


def test_errors_take_the_focus_and_lead_to_the_field(visit):
    page = visit("form?errors")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    page.click(".govuk-error-summary a[href='#ceiling']")
    assert page.evaluate("document.activeElement.id") == "ceiling"


def test_a_textarea_tells_in_chinese_how_much_is_left(visit):
    page = visit("form")
    page.fill("#plan", "保洁")
    page.locator(".govuk-character-count__status:not(.govuk-visually-hidden)", has_text="还可输入 498 字").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_every_target_is_large_enough_to_hit(visit, width):
    page = visit("form?demo&actor", width)
    small = page.evaluate(
        """[...document.querySelectorAll('a, button, input, select, summary, textarea')]
        .filter(e => e.offsetParent && !e.closest('p, td, .govuk-skip-link'))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([name]) => name)"""
    )
    assert small == []


def test_a_line_of_text_holds_at_most_forty_characters(visit):
    page = visit("tender")
    wide = page.evaluate(
        """[...document.querySelectorAll('main p:not([class])')]
        .map(e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize)).filter(em => em > 40.01)"""
    )
    assert wide == []


def test_on_a_phone_a_table_folds_and_each_value_keeps_its_name(visit):
    page = visit("tender", 390)
    cell = page.locator("table.stack tbody td[data-label='报价']").first
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == '"报价"'
    assert page.locator("table.stack tbody tr").first.evaluate("e => getComputedStyle(e).display") == "block"


def test_on_paper_a_table_does_not_fold_and_the_whys_are_open(visit):
    page = visit("tender", 680)
    page.emulate_media(media="print")
    assert page.locator("table.stack tbody tr").first.evaluate("e => getComputedStyle(e).display") == "table-row"
    assert not page.locator("#site-nav").is_visible()
    assert page.locator(".why-text").last.evaluate("e => e.getBoundingClientRect().height") > 10
