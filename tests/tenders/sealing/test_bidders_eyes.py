"""What everybody is shown before a tender closes, bidders above all: the same to the byte, whether nobody else has bid or three others have.

Each looks at everything that they may open, others hand in, replace, take back and are refused, and each looks again at the same instant.
What a page asks of the database is compared too: it stands for the time that an answer takes."""

import io
import re
import zipfile
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.access import FRAMEWORK, declared
from app.common.mail import OutboxMail
from app.extensions import db
from app.log import pace, queries
from app.log.models import LogEntry
from app.tenders.capsule.format import pack
from app.tenders.models import Bid, BidVersion
from app.tenders.pacing import REFUSALS_A_TENDER
from tests import factories
from tests.client import Client
from tests.statements import counted_statements
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import DEADLINE
from tests.tenders.sealing.tus import Program, seal_bid

NUMBER = "XH-2009-0001"
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
OWN = DEADLINE - 5 * HOUR
OTHERS = DEADLINE - 2 * HOUR
LOOK = DEADLINE - SECOND
FILE = ("plan", "方案.pdf", b"%PDF-1.7 a plan" * 700)

BIDDER, TOOK_BACK, NOT_BID = 0, 4, 5
"""Places among the story's enterprises; 1, 2 and 3 are the others."""
NAMES = (*stories.NAMES, "平顶山市撤回物业服务有限公司", "平顶山市未投物业服务有限公司")

ELSEWHERE = ("/money", "/imports", "/compounds", "/coverage", "/invitations", "/password", "/seal", "/viewer", "/about", "/start")
ELSEWHERE += ("/language", "/health", "/demo", "/static", "/sign-in", "/log/verify", "/tenders/draw.html", "/enterprises/method", "/rules")
"""Neither of tenders nor of bidders: programs, standing texts, other trades."""
FOR_PROGRAMS = ("log.checkpoint", "log.key", "log.consistency", "log.tile", "log.tile_entries", "log.download", "log.proof")
"""Files without a frame: who asks for them is not looked at, so that two are enough to ask."""

VARYING = re.compile(rb'name="csrf_token" value="[^"]*"|"csrf(?:_token)?": "[^"]*"|<dcterms:[^>]*>[^<]*</dcterms:\w+>')
HASHES = re.compile(rb"[0-9a-f]{64}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{91}=")
"""In the log's own pages a leaf is a salted digest or padding, and by chance alone they differ: of hashes and signatures the length counts."""


@pytest.fixture
def story(session, clock):
    found = stories.published(number=NUMBER)
    found.bidders = [stories.enterprise(number, name) for number, name in enumerate(NAMES, start=1)]
    clock.set(OWN)
    return found


@pytest.fixture
def programs(app, story, sign_in) -> list[Program]:
    """Of each enterprise, signed in before anybody looks."""
    found = [Program(Client(app), NUMBER) for _one in story.bidders]
    for program, (_enterprise, user) in zip(found, story.bidders, strict=True):
        sign_in(program.client, user)
    return found


def hand_in(story, program: Program, index: int, *, version: int = 1) -> None:
    """By pieces and the small request."""
    bid = seal_bid(story, index, version=version, files=[FILE])
    for one in bid.objects:
        program.upload(one)
    assert program.submit(bid.header.to_bytes()).status_code == 201


def send_file(story, program: Program, index: int, *, version: int = 1) -> None:
    bid = seal_bid(story, index, version=version, files=[FILE])
    assert program.send_file(pack(bid.header, bid.objects)).location.endswith("/bid/receipt")


def begin_upload(story, program: Program, index: int) -> str:
    """And break it off. Its token."""
    one = seal_bid(story, index).objects[0]
    place = program.begin(one).headers["Location"]
    assert program.piece(place, 0, one[:2000]).status_code == 204
    return place.rsplit("/", 1)[1]


def be_refused(program: Program) -> list[str]:
    """Once more often than leaves are given. Tokens of the refusals."""
    answers = [program.submit(b"{}") for _ in range(REFUSALS_A_TENDER + 1)]
    assert {answer.status_code for answer in answers} == {409}
    return [answer.json["refusal"].rsplit("/", 1)[1] for answer in answers]


def take_back(program: Program) -> None:
    assert program.ask("POST", f"{program.url}/withdraw").status_code == 302
    program.client.get(f"{program.url}/receipt")  # the word that it is done is said once


def own_bids(story, programs) -> dict[str, list]:
    """The first enterprise has handed in, replaced and been refused, another has taken its bid back. What addresses are made of."""
    hand_in(story, programs[BIDDER], BIDDER)
    send_file(story, programs[BIDDER], BIDDER, version=2)
    refused = be_refused(programs[BIDDER])
    under_way = begin_upload(story, programs[BIDDER], BIDDER)
    hand_in(story, programs[TOOK_BACK], TOOK_BACK)
    take_back(programs[TOOK_BACK])
    return {"refusals": [refused[0], refused[-1]], "uploads": [under_way]}


def others_bid(story, programs, clock) -> None:
    """Two stand then, and with the first enterprise's there are as many as the law asks for; one has come and gone."""
    clock.set(OTHERS)
    hand_in(story, programs[1], 1)
    clock.set(DEADLINE - 70 * MINUTE)
    send_file(story, programs[2], 2)
    be_refused(programs[2])
    clock.set(DEADLINE - HOUR)
    hand_in(story, programs[3], 3)
    clock.set(DEADLINE - 40 * MINUTE)
    take_back(programs[3])
    begin_upload(story, programs[3], 3)
    be_refused(programs[3])
    clock.set(DEADLINE - 12 * MINUTE)
    send_file(story, programs[1], 1, version=2)
    be_refused(programs[1])
    clock.set(DEADLINE - 3 * SECOND)
    hand_in(story, programs[2], 2, version=2)


def onlookers(app, story, programs, sign_in) -> dict[str, tuple[Client, Role | None]]:
    """A visitor, every role where it has to do with this tender, its holders, and bidders in each situation."""
    found = {"visitor": (Client(app), None)}
    bureau = story.holders[1].memberships[0].organisation
    people = {"the tenderer, a holder": story.holders[0], "the legal officer, a holder": story.holders[1]}
    people["the street officer, a holder"] = story.holders[2]
    for role in (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.AUDITOR, Role.FINANCE_OFFICER, Role.ADMINISTRATOR):
        people[role.value] = factories.person(role, organisation=bureau)
    people |= {role.value: factories.person(role) for role in (Role.EVALUATOR, Role.NOTARY)}
    home = story.bidders[BIDDER][1].memberships[0].organisation
    people["the bidder's clerk"] = factories.person(Role.ENTERPRISE_CLERK, organisation=home)
    for name, user in people.items():
        client = Client(app)
        sign_in(client, user)
        found[name] = (client, user.memberships[0].role)
    for name, index in {"the bidder": BIDDER, "a bidder who took back": TOOK_BACK, "an enterprise that has not bid": NOT_BID}.items():
        found[name] = (programs[index].client, Role.ENTERPRISE_SIGNATORY)
    assert {role for _client, role in found.values()} == {None, *Role}
    return found


# --- addresses ---------------------------------------------------------------------------------------------------------------


def filled(app, story, made: dict[str, list]) -> dict[str, list[str]]:
    """Endpoint → every GET address of it, its parts filled with what exists: the tender, leaves, enterprises that have bid."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in FRAMEWORK or rule.rule.startswith(ELSEWHERE):
            continue
        names = sorted(rule.arguments)
        choices = [values_of(rule, name, story, made) for name in names]
        built = [rule.build(dict(zip(names, values, strict=True)))[1] for values in product(*choices)]
        found.setdefault(rule.endpoint, []).extend(built)
    size = queries.slots_at(pace.boundary(LOOK))
    found["log.index"] += [f"/log?tender={NUMBER}", "/log?page=2", "/log?tender=XH-2009-0009"]
    found["log.consistency"] = [f"/log/consistency?from=1&to={size}", f"/log/consistency?from={size - 700}&to={size - 1}"]
    found["tenders.index"] += [f"/tenders?q={NUMBER}&state=bidding", "/tenders?state=failed", "/tenders?sort=-area&due=3"]
    found["enterprises.index"] += ["/enterprises?q=物业&sort=-name"]
    found["bureau.trail"] += [f"/trail?q={NUMBER}", "/trail?event=bid.submit", "/trail?event=bid.refuse_more", "/trail?page=2"]
    return found


def values_of(rule, name: str, story, made: dict[str, list]) -> list:
    converter, whole = rule._converters[name], f"{rule.rule} {name}"
    if items := sorted(getattr(converter, "items", ())):
        return items
    if rule.rule.startswith("/log/"):
        tiles = {"level": [0, 1], "number": ["000", "000.p/9", "004", "001"] if "entries" not in whole else ["000", "005.p/7"]}
        return tiles[name] if "/tile/" in rule.rule else made["leaves"]
    if name == "token":
        return made["uploads"] if "/objects/" in rule.rule else made["refusals"]
    enterprises = [story.bidders[index][0] for index in (BIDDER, 1, 2)]
    known = {
        "number": [story.tender.number],
        "enterprise_id": [one.id for one in enterprises],
        "organisation_id": [one.organisation_id for one in enterprises] + [story.tender.procuring_entity_id],
        "key_id": [holder.key_id for holder in story.tender.holders],
    }
    return known.get(name, [1] if type(converter).__name__ == "IntegerConverter" else ["1"])


def leaves() -> list[int]:
    """Of the first enterprise's bid and refusals, and each place that the first of the others may get."""
    own = db.session.scalars(select(LogEntry.leaf_index).where(LogEntry.event.in_(("bid.submit", "bid.replace", "bid.refuse")))).all()
    first = queries.slots_at(OTHERS + pace.LEAD)
    return [*sorted(own)[:3], *range(first, first + pace.SPREAD)]


# --- looking -----------------------------------------------------------------------------------------------------------------


def seen_in(path: str, answer) -> bytes:
    """Status, headers and every byte but what is new with each request."""
    body = answer.get_data()
    is_packed = body[:4] == b"PK\x03\x04"  # with the time of day in it
    varying = ("Set-Cookie", "Date", "Content-Length" if is_packed else "")
    headers = [f"{name}: {value}" for name, value in sorted(answer.headers.items()) if name not in varying]
    if is_packed:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in sorted(book.namelist()))
    body = VARYING.sub(b"", body)
    if path.startswith("/log/tile/") or path == "/log/download":
        body = HASHES.sub(b"#", body.split(b"\n\n")[0]) if path == "/log/download" else b""
    elif path.startswith("/log") and not path.startswith("/log/receipt/"):
        body = HASHES.sub(lambda found: b"#" * len(found[0]), body)
    return "\n".join((str(answer.status_code), *headers, "")).encode() + body


def look_at_all(app, people, addresses) -> dict[tuple[str, str], tuple[bytes, list[str]]]:
    """What each is shown at each address that their role may open, and what that asked of the database."""
    found = {}
    for name, (client, role) in people.items():
        for endpoint, paths in addresses.items():
            access = declared(app, endpoint)
            if access.kind != "public" and (role is None or (access.kind == "roles" and role not in access.roles)):
                continue
            if endpoint in FOR_PROGRAMS and name not in ("visitor", "the bidder"):
                continue
            for path in paths:
                with counted_statements(app) as sent:
                    answer = client.look(path)
                    found[name, path] = (seen_in(path, answer), list(sent))
    return found


def where_they_part(one: bytes, other: bytes) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return " | ".join(text[max(0, at - 60) : at + 60].decode("utf-8", "replace") for text in (one, other))


def test_whoever_looks_sees_the_same_with_three_other_bids_and_without(app, session, story, programs, sign_in, clock):
    people = onlookers(app, story, programs, sign_in)
    made = own_bids(story, programs)
    made["leaves"] = leaves()
    addresses = filled(app, story, made)
    letters = session.scalars(select(OutboxMail.to)).all()
    clock.set(LOOK)
    look_at_all(app, {"visitor": people["visitor"], "the bidder": people["the bidder"]}, addresses)  # what a process reads once
    alone = look_at_all(app, people, addresses)
    others_bid(story, programs, clock)
    assert len(session.scalars(select(Bid)).all()) == 5 and len(session.scalars(select(BidVersion)).all()) == 8
    clock.set(LOOK)
    among_others = look_at_all(app, people, addresses)
    for shown in (f"/tenders/{NUMBER}/bid/receipt", f"/tenders/{NUMBER}/bid", "/bids", f"/log/receipt/{made['leaves'][1]}"):
        assert alone["the bidder", shown][0].startswith(b"200"), shown
    assert len(alone) > 500 and all(answer[:1] in (b"2", b"3", b"4") for answer, _sent in among_others.values())
    pages = {key: where_they_part(alone[key][0], answer) for key, (answer, _sent) in among_others.items() if answer != alone[key][0]}
    assert not pages, "\n".join(f"{path} to {name}: {parts}" for (name, path), parts in list(pages.items())[:20])
    asked = [
        f"{path} to {name}: {len(alone[name, path][1])} and {len(sent)}"
        for (name, path), (_answer, sent) in among_others.items()
        if sent != alone[name, path][1]
    ]
    assert not asked, "the database is asked something else:\n" + "\n".join(asked[:20])
    others = {user.email for _enterprise, user in story.bidders[1:4]}
    assert [to for to in session.scalars(select(OutboxMail.to)).all() if to not in others] == letters, "nobody else is written to"


# --- the bidder's own submission ---------------------------------------------------------------------------------------------


CAPSULES_OWN = re.compile(r'<svg.*?</svg>|[0-9a-f]{64}|TB[0-9A-F]{16}|Content-Length: \d+|[\d.]+ KB|"names": \[.*?\]\]', re.DOTALL)
"""Differs between any two bidders' capsules: hashes, the receipt's number out of one, sizes (age puts something meaningless into some headers),
and the parts of a name that a plan must not hold."""


def handed_in_by(app, story, program: Program, index: int, version: int) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Status and statements of each request of a submission, and the words of its pages without what is the bidder's own."""
    client, bid, answers = program.client, seal_bid(story, index, version=version, files=[FILE]), []

    def note(ask):
        with counted_statements(app) as sent:
            answer = ask()
        answers.append((answer.status_code, list(sent)))
        return answer

    for one in bid.objects:
        place = note(lambda one=one: program.begin(one)).headers["Location"]
        note(lambda place=place, one=one: program.piece(place, 0, one))
    assert note(lambda: program.submit(bid.header.to_bytes())).json == {"receipt": f"{program.url}/receipt"}
    (enterprise, user), words = story.bidders[index], []
    leaf = db.session.scalars(select(LogEntry.leaf_index).where(LogEntry.organisation_id == enterprise.organisation_id)).all()
    own = [enterprise.name, enterprise.uscc, enterprise.legal_representative, user.name, f"{user.id}:{enterprise.organisation_id}"]
    own += [f"{one}" for one in leaf]
    for address in (f"{program.url}/receipt", program.url, "/bids", "/desk", f"/tenders/{NUMBER}"):
        text = seen_in(address, note(lambda address=address: client.look(address))).decode()
        text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
        for one in sorted(own, key=len, reverse=True):
            text = text.replace(one, "…")
        words.append(CAPSULES_OWN.sub("#", text))
    return answers, words


def test_handing_in_asks_and_answers_the_same_with_four_other_bids_and_without(app, story, programs, clock):
    """A submission, and one in its place; at one instant, so that nothing but the others makes a difference."""
    clock.set(LOOK)
    for index in (BIDDER, NOT_BID):
        be_refused(programs[index])  # what a process reads once
    alone = [handed_in_by(app, story, programs[BIDDER], BIDDER, version) for version in (1, 2)]
    for index in (1, 2, 3):
        hand_in(story, programs[index], index)
    among_others = [handed_in_by(app, story, programs[NOT_BID], NOT_BID, version) for version in (1, 2)]
    for (asked, words), (asked_later, words_later) in zip(alone, among_others, strict=True):
        for one, other in zip(words, words_later, strict=True):
            assert one == other, where_they_part(one.encode(), other.encode())
        assert [status for status, _sent in asked] == [status for status, _sent in asked_later]
        for (_status, sent), (_same, sent_later) in zip(asked, asked_later, strict=True):
            assert sent == sent_later
