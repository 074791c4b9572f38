"""A lost connection while the files of a bid are on their way: said of each, and mended by itself."""

import pytest
from playwright.sync_api import expect

from tests.tenders.sealing import bid_browser as browser
from tests.tenders.sealing import documents
from tests.tenders.sealing.test_bid_page import bidder, complaints, recorder, sealed, site, visit  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def test_a_lost_connection_is_said_and_mended(bidder, recorder):  # noqa: F811
    lost = {"now": True}
    recorder.interrupt = lambda method, _path, _environ: (
        "503 Service Unavailable" if lost["now"] and method in ("POST", "PATCH", "HEAD") else None
    )
    browser.attach(bidder, ("证书.png", documents.png()))
    bidder.locator(".meta", has_text="网络中断，恢复后自动继续").wait_for()
    lost["now"] = False
    bidder.evaluate("dispatchEvent(new Event('online'))")
    browser.arrived(bidder, "证书.png")


def test_without_a_network_no_file_only_waits(bidder):  # noqa: F811
    browser.attach(bidder, (browser.LETTER, documents.pdf()))
    browser.arrived(bidder, browser.LETTER)
    bidder.context.set_offline(True)
    browser.attach(bidder, ("证书.png", documents.png()), ("方案.pdf", documents.pdf(2)))
    expect(bidder.locator(".meta", has_text="网络中断，恢复后自动继续")).to_have_count(2)
    assert bidder.get_by_text("等待上传").count() == 0
    bidder.context.set_offline(False)
    for name in ("证书.png", "方案.pdf"):
        browser.arrived(bidder, name)
