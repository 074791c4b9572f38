"""Nothing is changed for a page of another site: each POST asks for the token first."""

import pytest

from tests.client import Client


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", [None, "", "a-token-of-nobody"])
def test_a_post_without_this_sessions_token_is_refused(app, addresses, token):
    posts = [address for address in addresses if address.method != "GET"]
    assert posts
    for address in posts:
        client = Client(app)
        page = client._open(address.path, address.method, None, data={} if token is None else {"csrf_token": token})
        assert page.status_code == 400, f"{address}: {page.status_code}"
        assert "刷新" in page.main


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_sessions_token_is_refused(app):
    theirs = Client(app).csrf_token()
    mine = Client(app)
    mine.csrf_token()
    with mine.browser.session_transaction() as kept:
        kept["csrf_token"] = "0" * 40
    assert mine._open("/sign-out", "POST", None, data={"csrf_token": theirs}).status_code == 400
