"""The sealed canary: while bids are sealed, nobody but the bidder meets anything of them, on any page, download, mail, log or error.

Two nets. Unmistakable words and a price that must occur nowhere; and, since a number of bids is a secret as well, every answer to
everybody else must be the same, byte for byte, with no bid at all and with many.
"""

import io
import json
import logging
import re
import zipfile
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select, text

from app.accounts.rules import Role
from app.common.access import FRAMEWORK
from app.common.mail import deliver
from app.tenders.actions import bidding
from app.tenders.capsule.format import canonical
from app.tenders.kinds import BidDocumentKind
from app.tenders.models import BidVersion
from tests import factories
from tests.client import Client, _apart, settle
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import DEADLINE, PUBLISHED
from tests.tenders.sealing.tus import Program, seal_bid

PRICE_FEN, PRICE = 683, ("6.83", "683", "６.８３", "陆元捌角叁分")
MARKER, MANAGER_NAME, FILE_NAME, POST = "鸬鹚七四二八", "仇一笑", "獬豸九一三七.pdf", "鳑鲏值守员"
FILE = b"%PDF-1.4 bid of the cormorant 7428"
WORDS = (MARKER, MANAGER_NAME, "獬豸九一三七", POST, *PRICE[2:])
FIGURES = re.compile(r"(?<![A-Za-z\d.,+/])(?:6\.83|683)(?![A-Za-z\d+])")
"""The price as figures, standing alone: hashes, sizes and ciphertext may hold the same digits."""

VARYING = re.compile(rb'name="csrf_token" value="[^"]*"|"csrf(?:_token)?": "[^"]*"|nonce-[\w+/=-]+|<dcterms:[^>]*>[^<]*</dcterms:\w+>')
JSON_CHARACTER = re.compile(rb"\\u([0-9a-f]{4})")
NUMBER = "XH-2009-0007"


@pytest.fixture
def story(session, clock):
    found = stories.published(number=NUMBER, ceiling_fen=888)
    for number, name in enumerate((*stories.NAMES, "平顶山市最后物业服务有限公司"), start=1):
        found.bidders.append(stories.enterprise(number, name))
    clock.set(DEADLINE - timedelta(hours=1))
    return found


def bid_all(story) -> None:
    """The canary's own bid, two others, one taken back, and a capsule that was never handed in; replaced once, too."""
    plan = f"{MARKER}。{stories.PLAN}"
    files = [(BidDocumentKind.PLAN.value, FILE_NAME, FILE)]
    canary = {
        "plan": plan,
        "project_manager": MANAGER_NAME,
        "staffing": (stories.Post(POST, 7).as_data(),),
        "answers": {"difficulty": f"{MARKER}的难点"},
        "files": files,
    }
    stories.submit(story, 0, price_fen=PRICE_FEN, now=PUBLISHED + timedelta(days=2), **canary)
    stories.submit(story, 0, price_fen=PRICE_FEN, now=PUBLISHED + timedelta(days=3), **{**canary, "files": []})
    stories.submit(story, 1, price_fen=PRICE_FEN, **{**canary, "files": []})
    stories.submit(story, 2, price_fen=PRICE_FEN, **{**canary, "files": []})
    bidding.withdraw_bid(story.tender, actor=story.actor(2), now=PUBLISHED + timedelta(days=4))
    stories.sealed(story, 3, price_fen=PRICE_FEN, **canary)


def onlookers(app, story, sign_in) -> dict[str, Client]:
    """A visitor, every role, the tenderer's manager, and an enterprise that did not bid."""
    found = {"visitor": Client(app), "english": Client(app, language="en")}
    for role in Role:
        found[role.value] = Client(app)
        sign_in(
            found[role.value], role, **({"division_code": "4104"} if factories.kind_of(role) is factories.OrganisationKind.BUREAU else {})
        )
    for name, user in {"tenderer": story.manager, "other enterprise": story.bidders[4][1]}.items():
        found[name] = Client(app)
        sign_in(found[name], user)
    return found


def addresses(app) -> list[str]:
    """Every GET address, its parts filled with what exists: this tender's number, the first of anything numbered, each listed word."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in FRAMEWORK:
            continue
        choices = [_values(name, rule._converters[name]) for name in sorted(rule.arguments)]
        for values in product(*choices):
            found.add(rule.build(dict(zip(sorted(rule.arguments), values, strict=True)))[1])
    return sorted(found)


def _values(name: str, converter) -> list:
    if items := sorted(getattr(converter, "items", ())):
        return items
    return [1] if type(converter).__name__ == "IntegerConverter" else [{"number": NUMBER, "code": "甲"}.get(name, "1")]


def words_of(response) -> bytes:
    """What a reader could read in an answer: the body, unpacked if it is a workbook, and the headers."""
    body = response.get_data()
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in sorted(book.namelist()))
    body = JSON_CHARACTER.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), body)
    headers = {k: v for k, v in response.headers.items() if k not in ("Set-Cookie", "Date", "Content-Length", "ETag", "Last-Modified")}
    return VARYING.sub(b"", body) + json.dumps(headers, ensure_ascii=False, sort_keys=True).encode()


def ask(client: Client, method: str, path: str, **options):
    """As the inspecting client asks, without its inspection: here any answer will do, a broken page as well."""
    settle()
    return _apart(lambda: client.browser.open(path, method=method, headers={"Accept-Language": client.language}, **options))


def read_everything(app, clients: dict[str, Client], paths: list[str]) -> dict[tuple[str, str], bytes]:
    found = {}
    for name, client in clients.items():
        for path in paths:
            response = ask(client, "GET", path)
            found[name, path] = b"%d " % response.status_code + words_of(response)
    return found


def assert_nothing_of_the_bid(where: str, answer: str) -> None:
    for word in WORDS:
        assert word not in answer, f"{where} shows {word}"
    readable = re.sub(r"<[^>]+>", " ", answer)
    assert not FIGURES.search(readable), f"{where} shows the price: …{readable[max(0, FIGURES.search(readable).start() - 60) :][:140]}…"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("moment", [DEADLINE - timedelta(hours=1), DEADLINE + timedelta(hours=1)], ids=["bidding", "closed"])
def test_while_sealed_nobody_but_the_bidder_meets_anything_of_a_bid(app, session, story, sign_in, clock, moment):
    clients = onlookers(app, story, sign_in)
    paths = addresses(app)
    assert f"/tenders/{NUMBER}" in paths and f"/tenders/{NUMBER}/opening" in paths and "/bids" in paths
    if moment < DEADLINE:
        clock.set(moment)
        before = read_everything(app, clients, paths)
    bid_all(story)
    stories.submit(story, 3, price_fen=PRICE_FEN, now=PUBLISHED + timedelta(days=5))  # three stand now
    clock.set(moment)
    after = read_everything(app, clients, paths)
    for (name, path), answer in after.items():
        assert_nothing_of_the_bid(f"{path} to {name}", answer.decode("utf-8", "replace"))
    if moment < DEADLINE:
        changed = [f"{path} to {name}" for (name, path), answer in after.items() if answer != before[name, path]]
        assert not changed, "these pages differ once there are bids, and so tell that there are:\n" + "\n".join(changed[:30])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_receipt_is_the_bidders_alone_and_not_even_the_bidder_is_shown_the_bid(app, session, story, sign_in):
    """The platform has nothing that it could show: who bid sees the receipt, and nobody anything of what was sealed."""
    bid_all(story)
    bidder = Client(app)
    sign_in(bidder, story.bidders[0][1])
    receipt = f"/tenders/{NUMBER}/bid/receipt"
    standing = session.scalars(select(BidVersion).order_by(BidVersion.number.desc())).first()
    assert standing.content_sha256 in bidder.get(receipt).main
    for (_name, path), answer in read_everything(app, {"bidder": bidder}, addresses(app)).items():
        assert_nothing_of_the_bid(f"{path} to the bidder", answer.decode("utf-8", "replace"))
    other = Client(app)
    sign_in(other, story.bidders[4][1])
    assert ask(other, "GET", receipt).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_mail_goes_to_the_bidder_alone_and_says_nothing_of_the_bid(app, session, story, smtp):
    app.config.update(MAIL_HOST="127.0.0.1", MAIL_PORT=smtp.port)
    deliver()
    smtp.letters.clear()
    bid_all(story)
    session.commit()
    assert deliver() == (0, 0), "what is counted for the operator's screen leaves these mails out"
    bidders = {user.email for _enterprise, user in story.bidders[:3]}
    assert [letter.to for letter in smtp.letters if letter.to[0] not in bidders or len(letter.to) > 1] == []
    assert len(smtp.letters) == 5, "two of the first, one of the second, a submission and a withdrawal of the third"
    for letter in smtp.letters:
        assert_nothing_of_the_bid("a mail", "\n".join((letter.subject, letter.text, *letter.enclosed, *letter.enclosed.values())))
        others = {enterprise.name for enterprise, user in story.bidders if [user.email] != letter.to}
        assert not [name for name in others if name in letter.text + "".join(letter.enclosed.values())]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_neither_log_nor_error_page_holds_anything_of_a_bid(app, session, story, sign_in, caplog):
    """Not of one that was sent in clear by mistake, and not when the database breaks in the middle of it."""
    caplog.set_level(logging.INFO)
    client = Client(app)
    sign_in(client, story.bidders[0][1])
    program = Program(client, NUMBER)
    in_clear = {"price_fen": PRICE_FEN, "plan": f"{MARKER}。{stories.PLAN}", "project_manager": MANAGER_NAME}
    answers = [program.submit(canonical(in_clear)), program.send_file(FILE + MARKER.encode(), FILE_NAME)]
    assert [answer.status_code for answer in answers] == [409, 302], "a bid in clear is refused"
    bid = seal_bid(story, price_fen=PRICE_FEN, files=[(BidDocumentKind.PLAN.value, FILE_NAME, FILE)], project_manager=MANAGER_NAME)
    for one in bid.objects:
        program.upload(one)
    session.execute(text("ALTER TABLE bid_capsule RENAME TO bid_capsule_gone"))
    session.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = program.submit(bid.header.to_bytes())
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
        session.execute(text("ALTER TABLE bid_capsule_gone RENAME TO bid_capsule"))
        session.commit()
    answers.append(answer)
    assert answer.status_code == 500
    assert "request failed" in caplog.text
    for answer in answers:
        assert_nothing_of_the_bid("the answer", answer.get_data(as_text=True))
    assert_nothing_of_the_bid("the log", caplog.text)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_failed_tender_keeps_its_prices_closed(app, session, story, sign_in, clock):
    from app.tenders.actions.publishing import declare_failed
    from app.tenders.actions.unsealing import close_bidding

    bid_all(story)  # two stand
    clock.set(DEADLINE + timedelta(hours=1))
    close_bidding(story.tender, actor=story.manager_actor, now=DEADLINE + timedelta(hours=1))
    declare_failed(story.tender, note="投标人不足", actor=story.manager_actor, now=DEADLINE + timedelta(hours=1))
    session.commit()
    clients = onlookers(app, story, sign_in)
    for (name, path), answer in read_everything(app, clients, addresses(app)).items():
        assert_nothing_of_the_bid(f"{path} to {name}", answer.decode("utf-8", "replace"))
