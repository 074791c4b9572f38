"""What every answer carries to keep browsers from being used against people."""

import pytest

from app import create_app
from app.accounts.rules import Role
from tests import factories
from tests.client import Client

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def secure_app(database, app):
    """The same database behind https, as in production."""
    return create_app(**database.settings | {"HTTPS": True, "PROXIES": 1, "SITE_URL": "https://linli.example"})


@pytest.mark.parametrize("path", ["/", "/sign-in", "/health", "/no-such-page", "/static/favicon.svg"])
def test_every_answer_is_protected(app, client, path):
    answer = client._open(path, "GET", None)
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value, name
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'"
    for directive in ("script-src", "style-src"):
        assert policy[directive] == "'self'", directive
    assert "Strict-Transport-Security" not in answer.headers, "a site reached by http must stay reachable"


def test_over_https_the_browser_is_told_to_stay_there(secure_app):
    answer = Client(secure_app)._open("/sign-in", "GET", 200, base_url="https://linli.example")
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(app, session):
    assert_cookies(Client(app), factories.person(Role.STREET_OFFICER).email, secure=False)


def test_over_https_cookies_travel_over_nothing_else(secure_app, session):
    assert_cookies(Client(secure_app), factories.person(Role.STREET_OFFICER).email, secure=True)


def assert_cookies(client: Client, email: str, *, secure: bool) -> None:
    https = {"base_url": "https://linli.example"} if secure else {}
    token = client.csrf_token() if not secure else None
    if secure:
        with client.browser.session_transaction(**https) as kept:
            kept["csrf_token"] = "0" * 40
        from itsdangerous import URLSafeTimedSerializer

        token = URLSafeTimedSerializer(client.app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("0" * 40)
    sent = {"csrf_token": token, "email": email, "password": factories.PASSWORD}
    answers = [
        client._open("/sign-in", "POST", 302, data=sent, **https),
        client._open("/language/en", "GET", 302, **https),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 2
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert "httponly" in attributes and "samesite=lax" in attributes, cookie
        assert ("secure" in attributes) == secure, cookie
