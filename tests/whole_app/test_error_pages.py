"""When something goes wrong the page says what happened and what to do next, in the visitor's language."""

import logging

import pytest
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import TooManyRequests

from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from tests.client import Client

BY_A_VIEW = {
    409: Refused(Reason(_l("这一步现在不能办"), next=_l("请返回查看当前状态。"))),
    429: TooManyRequests(),
    500: ZeroDivisionError("a defect"),
}


@pytest.fixture
def failing(app):
    """Makes the home page raise what it is told to."""
    kept, propagate = app.view_functions["bureau.home"], app.config.get("PROPAGATE_EXCEPTIONS")

    def fail_with(error: Exception):
        def view():
            raise error

        view.access = kept.access
        app.view_functions["bureau.home"] = view
        app.config["PROPAGATE_EXCEPTIONS"] = False

    yield fail_with
    app.view_functions["bureau.home"] = kept
    app.config["PROPAGATE_EXCEPTIONS"] = propagate


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", [400, 404, 405, 409, 413, 429, 500])
def test_an_error_page_helps(app, failing, code, language):
    if code in BY_A_VIEW:
        failing(BY_A_VIEW[code])
    client = Client(app, language=language)
    page = ask(client, code)
    assert page.tree.get("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert len(page.main) > len(page.h1) + 10, "says what to do next"
    assert page.links, "offers a way on"
    if language == "en":
        assert not any("\u4e00" <= character <= "\u9fff" for character in page.h1), page.h1


def ask(client: Client, code: int):
    client.app.config["MAX_CONTENT_LENGTH"] = 1000
    if code == 400:
        return client._open("/sign-out", "POST", 400, data={"csrf_token": "stale"})
    if code == 404:
        return client.get("/no-such-page", 404)
    if code == 405:
        return client.get("/sign-out", 405)
    if code == 413:
        return client._open("/sign-in", "POST", 413, data={"email": "x" * 1001})
    return client.get("/", code)


def test_a_forbidden_page_says_which_hat_is_missing(client, session, sign_in):
    from app.accounts.rules import Role

    sign_in(client, Role.ENTERPRISE_CLERK)
    page = client.get("/organisations", 403)
    assert "身份" in page.main and "/hats" in page.links


def test_a_change_by_somebody_else_meanwhile_is_told_apart_from_a_defect(app, failing):
    failing(StaleDataError("another transaction was first"))
    page = Client(app).get("/", 409)
    assert "别人" in page.main


def test_a_defect_is_logged_with_the_address_and_shows_nothing_of_itself(app, failing, caplog):
    failing(ZeroDivisionError("the secret inside"))
    with caplog.at_level(logging.ERROR):
        page = Client(app).get("/", 500)
    assert "GET /" in caplog.text and "ZeroDivisionError" in caplog.text
    assert "secret" not in page.html and "Traceback" not in page.html


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_a_wrong_method_names_the_right_ones(client, method):
    page = client._open("/health", method, None, data={"csrf_token": client.csrf_token()})
    assert page.status_code == 405 and "GET" in page.headers["Allow"]
