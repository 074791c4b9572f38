"""Through the whole sample city by its links, as a visitor and in every role: sound pages, no dead link, few queries, no stranger's object."""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.accounts.rules import Role
from tests.client import Client, Page
from tests.statements import counted_statements

MOST_QUERIES = 15
OF_ONE_VIEW = 4
"""How many pages of one view a walk opens; each link is checked for leading somewhere all the same."""
OF_ONE_KIND = 12
"""The same where pages are only asked for, not read."""
HANDED_BACK = {"common.language", "accounts.sign_out"}

on_the_city = pytest.mark.parametrize("database", ["city"], indirect=True)


def endpoint_of(app, address: str) -> tuple[str, dict]:
    return app.url_map.bind("localhost").match(urlsplit(address).path, "GET")


def walk(client: Client, start: str, faults: list[str]):
    """Yields (address, page, statements) for each page found; what is wrong with a page or a link goes to `faults`."""
    seen, opened, waiting = {start}, Counter(), deque([start])
    while waiting:
        address = waiting.popleft()
        try:
            with counted_statements(client.app) as statements:
                page = client._open(address, "GET", None)
        except AssertionError as unsound:
            faults.append(str(unsound))
            continue
        yield address, page, statements
        for target in links_of(page):
            if target in seen:
                continue
            seen.add(target)
            if reason := why_leads_nowhere(client.app, target):
                faults.append(f"{address} links to {target}: {reason}")
                continue
            endpoint, _values = endpoint_of(client.app, target)
            opened[endpoint] += 1
            if endpoint not in HANDED_BACK and opened[endpoint] <= OF_ONE_VIEW:
                waiting.append(target)


def links_of(page: Page):
    """Addresses of this site that a page leads to."""
    if page.location:
        found = [page.location]
    else:
        found = [a.get("href") for a in page.all(".//a[@href]")] if page.response.mimetype == "text/html" else []
    for link in found:
        parts = urlsplit(link)
        if parts.path.startswith("/") and not parts.netloc:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def why_leads_nowhere(app, address: str) -> str:
    try:
        endpoint_of(app, address)
    except RequestRedirect as redirect:
        return f"it moves to {redirect.new_url}"
    except HTTPException as error:
        return f"there is no such page ({error.code})"
    return ""


def check_walk(client: Client, start: str = "/") -> Counter:
    """Everything linked opens, and opens with few queries. Returns how often each view was seen."""
    faults, seen = [], Counter()
    for address, page, statements in walk(client, start, faults):
        endpoint = endpoint_of(client.app, address)[0]
        seen[endpoint] += 1
        if page.status_code >= 400:
            faults.append(f"{address}: {page.status_code}")
        if len(statements) > MOST_QUERIES:
            most = Counter(statements).most_common(3)
            faults.append(f"{address} ({endpoint}): {len(statements)} queries, most of all {most[0][1]} times {most[0][0][:90]!r}")
    assert not faults, "\n".join(faults)
    return seen


@on_the_city
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_visitor_walks_through_every_public_page(city, language):
    seen = check_walk(city.client(language=language))
    assert seen.total() > 40 and len(seen) > 12


@on_the_city
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_each_role_walks_from_its_desk(city, role):
    seen = check_walk(city.client(first_of(city, role)), "/desk")
    assert seen["bureau.desk"] == 1 and seen.total() > 20


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["city-postgresql"], indirect=True)
@pytest.mark.parametrize("role", [None, Role.COMMUNITY_MANAGER, Role.ENTERPRISE_SIGNATORY, Role.BUREAU_OFFICER, Role.AUDITOR], ids=str)
def test_the_walks_on_postgresql(city, role):
    check_walk(city.client(first_of(city, role) if role else None), "/desk" if role else "/")


def first_of(city, role: Role) -> dict[str, str]:
    accounts = city.of_role(str(role.label))
    assert accounts, f"the sample city has nobody in the role {role.value}"
    return accounts[0]


@on_the_city
@pytest.mark.parametrize("role", [Role.COMMUNITY_MANAGER, Role.ENTERPRISE_SIGNATORY, Role.STREET_OFFICER], ids=lambda role: role.value)
def test_what_is_another_organisations_does_not_exist(city, role):
    """Whatever one organisation's desk leads to and a visitor may not see is 404 for the next organisation of the same kind.

    Pages of a view without a part in its address (my bids, my desk) show everybody their own and are left out; so are
    pages that both are party to, which the next organisation's own walk leads to as well. So are receipts: anybody who
    has signed in may have one once everybody may read what it stands for (tests/log/test_pages.py holds who may before).
    """
    ours, theirs = accounts_of_two_organisations(city, role)
    own, known_to_stranger = reached(city.client(ours)), reached(city.client(theirs))
    visitor, stranger = city.client(), city.client(theirs)
    tried = 0
    for address in sorted(own - known_to_stranger):
        endpoint, values = endpoint_of(city.app, address)
        if not values or endpoint == "log.receipt" or status_of(visitor, address) == 200:
            continue
        tried += 1
        status = status_of(stranger, address)
        assert status == 404, f"{address} of {ours['organisation']} is {status} for {theirs['organisation']}"
    assert tried > 0, "the walk met nothing that is an organisation's own"


def reached(client: Client) -> set[str]:
    """What this person's desk leads to, by its links alone: whether the pages are sound is another test's question."""
    found, seen, opened, waiting = set(), {"/desk"}, Counter(), deque(["/desk"])
    while waiting:
        address = waiting.popleft()
        answer = client.look(address)
        if answer.status_code != 200:
            continue
        found.add(address)
        links = re.findall(r'<a\b[^>]*?href="(/[^"#]*)', answer.get_data(as_text=True)) if answer.mimetype == "text/html" else []
        for target in {unescape(link) for link in links} - seen:
            seen.add(target)
            endpoint = "" if why_leads_nowhere(client.app, target) else endpoint_of(client.app, target)[0]
            opened[endpoint] += 1
            if endpoint and endpoint not in HANDED_BACK and opened[endpoint] <= OF_ONE_KIND:
                waiting.append(target)
    return found


def status_of(client: Client, address: str) -> int:
    return client.look(address).status_code


def accounts_of_two_organisations(city, role: Role):
    """The first two with something of their own: those whose desks lead furthest."""
    by_organisation = {account["organisation"]: account for account in city.of_role(str(role.label))}
    accounts = sorted(by_organisation.values(), key=lambda account: -reach(city.client(account)))
    assert len(accounts) >= 2
    return accounts[0], accounts[1]


def reach(client: Client) -> int:
    page = client.get("/desk")
    return len(page.all(".//main//a[@href]"))
