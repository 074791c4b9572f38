"""Signing in as people see it: in Chromium, wide and narrow, with and without JavaScript, by keyboard alone."""

import pytest

from app.accounts.rules import Role
from tests import factories


@pytest.fixture
def manager(session):
    person = factories.person(Role.COMMUNITY_MANAGER, name="赵敏")
    email = person.email
    session.commit()
    return email


def sign_in(page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(factories.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk")


@pytest.mark.parametrize("width", ["desk", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_signing_in_and_out(browser, manager, width, javascript):
    page = browser.person(width=width, javascript=javascript)
    sign_in(page, manager)
    assert "赵敏" in page.locator("header").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(f"{browser.url}/")
    page.goto("/desk")
    assert "/sign-in" in page.url


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_keyboard_is_enough(browser, manager):
    page = browser.person()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.get_by_label("邮箱").focus()
    page.keyboard.type(manager)
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_language_follows_the_browser_and_can_be_switched(browser):
    page = browser.person(language="en-GB")
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("header").get_by_role("link", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
