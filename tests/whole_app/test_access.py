"""Every address against a table written by hand: who may open it, tried with a visitor and with every role."""

from pathlib import Path

import pytest

from app.accounts.rules import Role
from app.common.access import FRAMEWORK, declared
from tests import factories
from tests.client import Client, settle
from tests.page_rules import check_page

TABLE = Path(__file__).with_name("access.txt")
ANYBODY, SIGNED_IN = "anybody", "anybody who has signed in"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def read_table() -> dict[str, str | frozenset[Role]]:
    """`METHOD address` to who: anybody, anybody who has signed in, or the roles named in the heading above it."""
    table, who = {}, None
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            heading = line.strip("[]")
            who = heading if heading in (ANYBODY, SIGNED_IN) else frozenset(Role(name) for name in heading.split())
        elif line:
            *methods, rule = line.split()
            assert who is not None and methods and set(methods) <= METHODS, f"access.txt line {number}"
            for method in methods:
                assert f"{method} {rule}" not in table, f"access.txt line {number}: {method} {rule} stands twice"
                table[f"{method} {rule}"] = who
    return table


def who_may(app, endpoint: str) -> str | frozenset[Role]:
    access = declared(app, endpoint)
    return {"public": ANYBODY, "signed_in": SIGNED_IN}.get(access.kind, access.roles)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_table_and_the_views_say_the_same(app, addresses):
    declared_by_views = {str(address): who_may(app, address.endpoint) for address in addresses}
    table = read_table()
    assert sorted(set(table) - set(declared_by_views)) == [], "in the table, and no such address"
    assert sorted(set(declared_by_views) - set(table)) == [], "not in the table"
    for address, who in declared_by_views.items():
        assert table[address] == who, f"{address} is for {table[address]}, and its view says {who}"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_exceptions_for_the_frameworks_own_views_are_needed(app):
    assert set(FRAMEWORK) <= set(app.view_functions)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_app_refuses_to_start_with_a_view_that_does_not_say_who_may_open_it(app):
    from app.common.access import check_declared

    app.view_functions["undeclared"] = lambda: "hello"
    try:
        with pytest.raises(RuntimeError, match="undeclared"):
            check_declared(app)
    finally:
        del app.view_functions["undeclared"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "visitor")
def test_each_address_opens_for_whom_the_table_names_and_for_nobody_else(app, session, addresses, sign_in, role):
    """On an empty city, so that every page also shows that it can be empty."""
    table = read_table()
    user = sign_in(Client(app), role) if role else None
    for address in addresses:
        if address.endpoint == "accounts.sign_out":
            continue  # it would end the walk
        client = Client(app)
        if user:
            client.post("/sign-in", {"email": user.email, "password": factories.PASSWORD}, follow=False)
        answer = ask(client, address)
        who = table[str(address)]
        if who == ANYBODY or (role and (who == SIGNED_IN or role in who)):
            assert answer.status_code not in (401, 403, 500), f"{role} may not open {address}: {answer.status_code}"
            assert not is_sent_to_sign_in(answer), f"{role} is sent away from {address}"
        elif role is None:
            assert is_sent_to_sign_in(answer), f"a visitor gets {answer.status_code} at {address}"
        else:
            assert answer.status_code == 403, f"{role} gets {answer.status_code} at {address}"


def ask(client: Client, address):
    if address.method == "GET":
        page = client._open(address.path, "GET", None)
        if page.status_code == 200 and page.response.mimetype == "text/html":
            check_page(page, client.app)
        return page
    settle()
    return client._open(address.path, address.method, None, data={"csrf_token": client.csrf_token()})


def is_sent_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer.location.startswith("/sign-in")
