"""Journeys run in Chromium against a running site; what the browser complains of fails the test."""

from urllib.parse import urlsplit

import pytest

WIDTHS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


class Browser:
    """Opens pages as different people, each in a context of their own, and remembers every complaint."""

    def __init__(self, chromium, url: str):
        self._chromium = chromium
        self.url = url
        self.complaints: list[str] = []
        self._contexts = []

    def person(self, *, width: str = "desk", language: str = "zh-CN", javascript: bool = True):
        """A fresh browser for one person; returns a Playwright page whose addresses are relative to the site."""
        context = self._chromium.new_context(
            base_url=self.url, viewport=WIDTHS[width], locale=language, timezone_id="Asia/Shanghai", java_script_enabled=javascript
        )
        context.set_default_timeout(30_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._hear(page, message))
        page.on("request", lambda request: self._look(page, request))
        return page

    def _hear(self, page, message) -> None:
        expected = "status of 4" in message.text  # a refusal's own status is no complaint
        if message.type == "error" and not expected:
            self.complaints.append(f"{page.url}: {message.text}")

    def _look(self, page, request) -> None:
        host = urlsplit(request.url).hostname
        if host not in (None, urlsplit(self.url).hostname):
            self.complaints.append(f"{page.url} asks another site: {request.url}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def browser(chromium, live_server):
    """`browser.person()` for each person of the story; complaints of the browser fail the test at its end."""
    opened = Browser(chromium, live_server.url)
    yield opened
    opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)
