"""How the bid page looks and what it says where it can't be used: on a phone, in English, without script, on plain http, near the deadline."""

from datetime import timedelta

import pytest

from tests.tenders import bid_stories as stories
from tests.tenders.sealing import bid_browser as browser
from tests.tenders.sealing import documents
from tests.tenders.sealing.test_bid_page import complaints, recorder, sealed, site, visit  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def too_wide(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_every_step_fits_the_screen_and_every_field_has_its_name(sealed, visit, width, tmp_path):  # noqa: F811
    page = visit(sealed.emails[0], width=width)
    browser.open_bid(page, sealed.url)
    unnamed = page.evaluate(
        """[...document.querySelectorAll('main input:not([type=hidden]), main textarea, main select')]
        .filter(e => !e.labels?.length && !e.ariaLabel).map(e => e.outerHTML)"""
    )
    assert unnamed == [] and not too_wide(page)
    named = page.evaluate("[...document.querySelectorAll('[data-bid=form] [name]')].map(e => e.outerHTML)")
    assert named == [], "a field without a name can't be sent by a form"
    page.get_by_role("button", name="检查", exact=True).click()
    assert page.locator(".govuk-error-summary li").count() >= 6 and not too_wide(page)
    browser.fill(page)
    browser.attach(page, (f"{'很长的文件名' * 12}.pdf", documents.pdf()), ("证书.png", documents.png()))
    browser.arrived(page, "证书.png")
    assert not too_wide(page)
    names = page.locator("[data-bid=file-list] .file-name").evaluate_all("all => all.map(one => one.clientWidth || one.offsetWidth)")
    posts = page.locator("[data-bid=staffing] input").evaluate_all("all => all.map(one => one.offsetWidth)")
    assert min(names) > 100 and min(posts) > (300 if width == 390 else 100), "nothing is squeezed into a column of letters"
    browser.check(page)
    assert page.locator(".govuk-error-summary").count() == 0 and not too_wide(page)
    assert page.evaluate("document.activeElement.id") == "review-title"
    browser.recovery(page, tmp_path)
    browser.submit(page)
    assert not too_wide(page)


def test_a_restored_draft_is_counted_below_its_field(sealed, visit):  # noqa: F811
    bidder = visit(sealed.emails[0])
    browser.open_bid(bidder, sealed.url)
    browser.fill(bidder)
    bidder.locator("[data-bid=draft-state]", has_text="草稿已保存在本机").wait_for()
    bidder.wait_for_timeout(800)
    browser.open_bid(bidder, sealed.url)
    counted = bidder.locator("#plan ~ .govuk-character-count__status")
    assert f"{20_000 - len(stories.PLAN):,}" in counted.inner_text()


def test_the_page_speaks_english(sealed, visit, tmp_path):  # noqa: F811
    page = visit_in_english(visit, sealed)
    page.locator("#price").fill("9.00")
    page.locator("[data-bid=check]").click()
    page.locator("[data-error=price] .govuk-error-message").wait_for()
    said = page.locator("[data-bid=form]").inner_text()
    assert page.locator("html").get_attribute("lang") == "en" and "%(" not in said and "9.00" in said


def visit_in_english(visit, sealed):  # noqa: F811
    page = visit(sealed.emails[0])
    page.goto(sealed.url)
    page.locator(".site-tools a[lang=en]").click()
    page.goto("/desk")  # the first window's lock is let go
    browser.open_bid(page, sealed.url)
    return page


def test_without_script_the_page_says_so_and_takes_a_sealed_file(sealed, visit):  # noqa: F811
    page = visit(sealed.emails[0], java_script_enabled=False)
    page.goto(sealed.url)
    assert page.get_by_text("本页需要 JavaScript").is_visible() and not page.locator("#price").is_visible()
    page.locator("summary", has_text=".sealed").click()
    assert (
        page.get_by_role("button", name="提交 .sealed 文件").is_visible() and page.get_by_role("link", name="下载离线封标工具").is_visible()
    )
    page.locator("#sealed").set_input_files({"name": "投标.sealed", "mimeType": "text/plain", "buffer": "报价 0.71 元".encode()})
    page.get_by_role("button", name="提交 .sealed 文件").click()
    assert page.locator("h1").inner_text() == "投标没有受理" and "不是加密封装的投标" in page.locator("main").inner_text()


def test_on_plain_http_the_page_says_why_it_can_not_encrypt(sealed, visit):  # noqa: F811
    page = visit(sealed.emails[0])
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto(sealed.url)
    page.get_by_text("不能在这里加密").wait_for()
    assert not page.locator("#price").is_visible() and page.locator("[data-bid=offline]").get_attribute("open") is not None


def test_the_last_ten_minutes_are_said_in_plain_words(sealed, visit, clock):  # noqa: F811
    clock.set(stories.DEADLINE - timedelta(minutes=9, seconds=30))
    page = visit(sealed.emails[0])
    browser.open_bid(page, sealed.url)
    assert page.locator("[data-bid=countdown]").inner_text() == "距投标截止只剩 9 分 30 秒，请尽快检查并提交。"
    page.locator("[data-bid=announcements]", has_text="不到 10 分钟").wait_for(state="attached")
    clock.set(stories.DEADLINE - timedelta(days=2, hours=3))
