"""Nothing is changed for a page of another site: each POST asks for the token first."""

import pytest

from app.accounts.rules import Role
from tests.client import Client

LOOKED_UP_FIRST = {"tenders.submit_sealed"}
"""Whoever may not hand in sends gigabytes in vain: who it is and for which tender is asked before the body with its token is read."""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", [None, "", "a-token-of-nobody"])
def test_a_post_without_this_sessions_token_is_refused(app, addresses, sign_in, token):
    """A stranger is sent to sign in before anything is read; whoever has signed in is told to load the page again."""
    posts = [address for address in addresses if address.method != "GET"]
    assert posts
    data = {} if token is None else {"csrf_token": token}
    member = Client(app)
    sign_in(member, Role.ENTERPRISE_SIGNATORY)
    for address in posts:
        is_public = app.view_functions[address.endpoint].access.kind == "public"
        page = Client(app)._open(address.path, address.method, None, data=data)
        if is_public:
            assert page.status_code == 400 and "刷新" in page.main, f"{address}: {page.status_code}"
        else:
            assert (page.status_code, page.location) == (302, "/sign-in"), f"{address}: {page.status_code}"
        page = member._open(address.path, address.method, None, data=data)
        if page.status_code == 403:  # a body of unknown length: whose page it is not learns that first
            assert token is None, f"{address}: {page.status_code}"
        elif address.endpoint in LOOKED_UP_FIRST:
            assert page.status_code == 404, f"{address}: {page.status_code}"
        else:
            assert page.status_code == 400 and "刷新" in page.main, f"{address}: {page.status_code}"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_sessions_token_is_refused(app):
    theirs = Client(app).csrf_token()
    mine = Client(app)
    mine.csrf_token()
    with mine.browser.session_transaction() as kept:
        kept["csrf_token"] = "0" * 40
    assert mine._open("/sign-out", "POST", None, data={"csrf_token": theirs}).status_code == 400
