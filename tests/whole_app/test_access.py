"""Every address against a table written by hand: who may open it, tried with a visitor and with every role."""

import re
from pathlib import Path

import pytest

from app.accounts.rules import Role
from app.common.access import FRAMEWORK, declared
from tests.client import Client, settle
from tests.page_rules import check_page

TABLE = Path(__file__).with_name("access.txt")
ANYBODY, SIGNED_IN = "anybody", "anybody who has signed in"


def read_table() -> dict[str, str | frozenset[Role]]:
    """`METHOD address` to who: anybody, anybody who has signed in, or the roles named in the heading above it."""
    table, who = {}, None
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            heading = line.strip("[]")
            who = heading if heading in (ANYBODY, SIGNED_IN) else frozenset(Role(name) for name in heading.split())
        elif line:
            found = re.fullmatch(r"((?:(?:GET|POST|PUT|PATCH|DELETE) +)+)(/.*)", line)
            assert who is not None and found, f"access.txt line {number}"
            rule = found[2]
            for method in found[1].split():
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
    faults = [f"{address} is in the table, and there is no such address" for address in sorted(set(table) - set(declared_by_views))]
    for address, who in declared_by_views.items():
        if address not in table:
            faults.append(f"{address} is not in the table; its view says {shown(who)}")
        elif table[address] != who:
            faults.append(f"{address} is for {shown(table[address])}, and its view says {shown(who)}")
    assert not faults, "\n".join(faults)


def shown(who: str | frozenset[Role]) -> str:
    return who if isinstance(who, str) else " ".join(sorted(role.value for role in who))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_views_that_ask_themselves_are_known_by_name(app):
    """Each has tests of its own of whom it turns away (sealing/test_rush.py)."""
    assert {endpoint for endpoint, view in app.view_functions.items() if getattr(view, "asks_itself", False)} == {"tenders.bid_submit"}


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
    client, faults = Client(app), []
    if role:
        sign_in(client, role)
    for address in addresses:
        if address.endpoint == "accounts.sign_out" or str(address) not in table:
            continue  # the one would end the walk; of the other the comparison with the table tells
        who = table[str(address)]
        may = who == ANYBODY or (role is not None and (who == SIGNED_IN or role in who))
        try:
            answer = ask(client, address)
        except AssertionError as unsound:
            faults.append(str(unsound))
        else:
            faults += why_wrong(answer, address, role, may)
    assert not faults, "\n".join(faults)
    assert client.get("/account", 200 if role else 302).path == "/account", "still the same person"


def why_wrong(answer, address, role, may: bool):
    sent_away = answer.status_code == 302 and answer.location.startswith("/sign-in")
    if may and (sent_away or answer.status_code in (401, 403, 500)):
        yield f"{address} is not opened: {answer.status_code}"
    elif not may and role is None and not sent_away:
        yield f"a visitor gets {answer.status_code} at {address}"
    elif not may and role is not None and answer.status_code != 403:
        yield f"{address} answers {answer.status_code}"


def ask(client: Client, address):
    if address.method == "GET":
        page = client._open(address.path, "GET", None)
        if page.status_code == 200 and page.response.mimetype == "text/html":
            check_page(page, client.app)
        return page
    settle()
    return client._open(address.path, address.method, None, data={"csrf_token": client.csrf_token()})
