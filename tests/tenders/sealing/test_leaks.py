"""While bids are sealed nothing of them lies anywhere on the platform: not in the database, the files, the logs or the temporary folder.

Three unmistakable things are looked for in every spelling: a price, the name of a file and a sentence of the plan."""

import json
import logging
import os
import struct
import tempfile
from base64 import b64encode
from datetime import timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.extensions import db
from app.tenders.actions import opening, sealing, unsealing
from app.tenders.capsule.format import canonical, pack
from app.tenders.capsule.unseal import unwrap
from app.tenders.kinds import CapsuleFault
from app.tenders.models import (
    Bid,
    BidCapsule,
    BidClosing,
    BidContent,
    BidDocument,
    BidRecovery,
    BidUnsealing,
    BidVersion,
    OpeningRecord,
    RecoveryWindow,
    ShareRelease,
)
from app.tenders.queries.capsules import standing_capsules
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE, IN_TIME
from tests.tenders.sealing.tus import Program, seal_bid

PRICE_FEN = 987_654_321
PRICE = ("987654321", "9876543.21", "9,876,543.21", "玖佰捌拾柒万陆仟伍佰肆拾叁元贰角壹分")
FILE_NAME, SENTENCE = "獬豸九一三七招标底价", "鸬鹚七四二八每日清扫三遍"
CANARIES = (*PRICE, FILE_NAME, SENTENCE)
FILE = b"%PDF-1.7 " + (SENTENCE * 300).encode()
CHARSETS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def spellings(text: str) -> set[bytes]:
    """A text as it might lie about: in each character set, and each of these once more in other clothes."""
    plain = {text.encode(charset) for charset in CHARSETS} | {text[::-1].encode(charset) for charset in CHARSETS}
    found = plain | {one[::-1] for one in plain}
    for one in plain:
        found |= {one.hex().encode(), one.hex().upper().encode()} | in_base64(one)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in text)
    found |= {escaped.encode(), escaped.upper().replace("\\U", "\\u").encode()}
    for charset in ("utf-8", "gb18030"):
        web = quote(text.encode(charset))
        found |= {web.encode(), web.lower().encode(), quote_plus(text.encode(charset)).encode()}
    return {one for one in found if len(one) >= 8}


def in_base64(data: bytes) -> set[bytes]:
    """What of the encoded text stays the same whatever stands before and after it, at each of three places."""
    found = set()
    for before in range(3):
        whole = b64encode(b"\0" * before + data)
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        part = whole[first:last]
        found |= {part, part.replace(b"+", b"-").replace(b"/", b"_")}
    return found


NEEDLES = {spelling for canary in CANARIES for spelling in spellings(canary)} | {
    struct.pack(order, PRICE_FEN) for order in ("<q", ">q")
}  # fmt: skip


def met(where: bytes) -> list[bytes]:
    return [needle for needle in NEEDLES if needle in where]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("before", ["", "x", "xy", "前"])
def test_the_net_has_no_hole(charset, before):
    for canary in CANARIES:
        data = f"{before}{canary} und weiter".encode(charset)
        for worn in (data, b64encode(data), data.hex().encode(), data[::-1], quote(data).encode()):
            if charset.startswith("utf-16") and worn == quote(data).encode():
                continue
            assert met(worn), (canary, worn)
        assert met(canonical({"x": canary}))
        assert met(json.dumps({"x": canary}).encode()), canary


def dump_of_database() -> bytes:
    """Every row of every table as text, binary columns as they are."""
    parts = []
    with db.engine.connect() as connection:
        for table in sa.inspect(db.engine).get_table_names():
            parts.append(f"\n-- {table}\n".encode())
            for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')):
                for value in row:
                    parts.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
                    parts.append(b"\t")
    return b"".join(parts)


def everything(app, *folders: Path) -> dict[str, bytes]:
    """The database and every file, SQLite's own and its journal among them; names too."""
    found = {"the database": dump_of_database()}
    for folder in (app.config["DATA"], *folders):
        for path in Path(folder).rglob("*"):
            found[f"the name of {path}"] = str(path).encode()
            if path.is_file():
                found[str(path)] = path.read_bytes()
    return found


@pytest.fixture
def story(session, clock):
    found = stories.published(ceiling_fen=10**9)
    found.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES)]
    clock.set(IN_TIME - timedelta(hours=1))
    return found


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def bid_of(story, index: int):
    return seal_bid(story, index, price_fen=PRICE_FEN, plan=f"{SENTENCE}。{stories.PLAN}", files=[("plan", f"{FILE_NAME}.pdf", FILE)])


def hand_in_everywhere(story, new_client, sign_in) -> None:
    """By pieces and the small request, by a sealed file, broken off half-way, refused, replaced, taken back."""
    programs = []
    for _enterprise, user in story.bidders:
        programs.append(Program(new_client()))
        sign_in(programs[-1].client, user)
    first = bid_of(story, 0)
    for one in first.objects:
        programs[0].upload(one, step=1000)
    assert programs[0].submit(first.header.to_bytes()).status_code == 201
    for program, index in ((programs[1], 1), (programs[0], 0), (programs[2], 2)):
        bid = bid_of(story, index)
        assert program.send_file(pack(bid.header, bid.objects)).location.endswith("/receipt")
    assert programs[2].ask("POST", f"{programs[2].url}/withdraw").status_code == 302
    broken_off = bid_of(story, 3)
    place = programs[3].begin(broken_off.objects[1]).headers["Location"]
    programs[3].piece(place, 0, broken_off.objects[1][:2000])
    assert programs[3].submit(broken_off.header.to_bytes()).status_code == 409
    in_clear = canonical({"price_fen": PRICE_FEN, "plan": SENTENCE})
    assert programs[3].submit(in_clear).status_code == 409
    assert "refusals" in programs[3].send_file(FILE * 20, f"{FILE_NAME}.pdf").location


def test_nothing_of_a_sealed_bid_lies_anywhere(app, session, story, new_client, sign_in, temporary, caplog, clock):
    caplog.set_level(logging.DEBUG)
    hand_in_everywhere(story, new_client, sign_in)
    assert app.test_cli_runner().invoke(args=["tick"]).exit_code == 0
    clock.set(AFTER)
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    session.commit()
    found = everything(app, temporary) | {"the log": caplog.text.encode()}
    assert sum(len(data) for data in found.values()) > 100_000 and any("/sealed/" in name for name in found)
    assert {name: met(data) for name, data in found.items() if met(data)} == {}
    assert list(temporary.iterdir()) == []


def test_the_same_look_finds_everything_once_the_bids_are_open(app, session, story, new_client, sign_in, clock):
    for index in range(3):
        program = Program(new_client())
        sign_in(program.client, story.bidders[index][1])
        bid = bid_of(story, index)
        program.send_file(pack(bid.header, bid.objects))
    clock.set(AFTER)
    stories.unseal_all(story)
    found = everything(app)
    assert any(PRICE[0].encode() in data for data in found.values())
    assert any(SENTENCE.encode() in data for data in found.values())
    assert any(FILE_NAME.encode() in data for data in found.values())


# --- opening early -------------------------------------------------------------------------------------------------------------


def nothing_is_open(session) -> None:
    session.expire_all()
    for model in (BidContent, BidDocument, BidUnsealing, ShareRelease, OpeningRecord):
        assert session.scalars(select(model)).all() == []


def shares_of(story, holder: int) -> dict[str, str]:
    user = story.holders[holder]
    return {
        one.sha256: b64encode(unwrap(one.header, str(stories.key_of(user)))).decode() for one in standing_capsules(story.tender)
    }  # fmt: skip


@pytest.fixture
def bids(story):
    """Handed in by three, whose recovery files `story.secrets` has."""
    story.secrets = []
    for index in range(3):
        bid = stories.sealed(story, index, price_fen=PRICE_FEN)
        sealing.submit_capsule(story.tender, bid.header.to_bytes(), actor=story.actor(index), now=stories.PUBLISHED + timedelta(days=3))
        db.session.commit()
        story.secrets.append(bid.secret)
    return story


ROOM, OWN_BID = "/tenders/XH-2009-0001/opening", "/tenders/XH-2009-0001/bid"


def early_steps(shares: list[dict], secrets: list[str]) -> list[tuple[str, str, dict]]:
    """Every request that opens something or leads there, as it would be right after the deadline."""
    window = {"ends_at": "2009-12-09T11:30", "cause": "法制员出差，街道员生病。"}
    steps = [("GET", f"{ROOM}/capsules.json", {}), ("POST", f"{ROOM}/close", {})]
    steps += [("POST", f"{ROOM}/shares", {"json": {"shares": one}}) for one in shares]
    steps += [("POST", f"{ROOM}/continue", {}), ("POST", f"{ROOM}/window", {"data": window}), ("POST", f"{ROOM}/end", {})]
    steps += [("POST", f"{OWN_BID}/recovery", {"data": {"secret": one}}) for one in secrets]
    return [*steps, ("POST", ROOM, {"data": {"presided_by": "周文"}})]


def is_refused(answer) -> bool:
    """By its status, or on the form that comes back with the reason."""
    return answer.status_code in {403, 404, 409} or (answer.status_code == 200 and "govuk-error-summary" in answer.text)


@pytest.mark.parametrize("role", [*Role, "holder 0", "holder 1", "holder 2", "bidder 0"], ids=str)
def test_nobody_opens_early_over_http(bids, session, client, sign_in, clock, monkeypatch, role):
    """Not even the holders, with the right shares in their hands, nor a bidder with its recovery file; not in the last second either."""
    who, _gap, place = str(role).partition(" ")
    sign_in(client, {"holder": bids.holders, "bidder": [user for _own, user in bids.bidders]}[who][int(place)] if place else role)
    program, decrypted = Program(client), []
    steps = early_steps([shares_of(bids, holder) for holder in range(3)], bids.secrets)
    for name in ("decrypt", "decrypt_io", "combine_shares", "check_secret"):
        monkeypatch.setattr(f"app.tenders.capsule.unseal.{name}", lambda *told, name=name: decrypted.append(name))
    for module, name in product(("unsealing", "recovery"), ("combine_shares", "check_secret", "read_capsule")):
        monkeypatch.setattr(f"app.tenders.actions.{module}.{name}", lambda *told, name=name: decrypted.append(name), raising=False)
    for moment in (DEADLINE - timedelta(hours=1), DEADLINE - timedelta(seconds=1)):
        clock.set(moment)
        for method, address, sent in steps:
            answer = program.ask(method, address, **sent)
            assert is_refused(answer), (moment, method, address, answer.status_code)
            nothing_is_open(session)
        for model in (BidClosing, BidRecovery, RecoveryWindow):
            assert session.scalars(select(model)).all() == []
    assert decrypted == []


@pytest.mark.parametrize("holders", [(), (0,)], ids=["no shares", "one share"])
def test_the_actions_open_nothing_without_enough_shares_after_the_deadline(bids, session, holders):
    unsealing.close_bidding(bids.tender, actor=bids.manager_actor, now=AFTER)
    session.commit()
    for holder in holders:
        stories.give_shares(bids, holder)
    assert unsealing.ready_capsules(bids.tender) == []
    with pytest.raises(Refused):
        opening.open_bids(bids.tender, presided_by="周文", actor=bids.manager_actor, now=AFTER)
    session.rollback()
    assert session.scalars(select(BidContent)).all() == []


def test_no_command_opens_a_bid(bids, app, session, clock):
    def commands(group, before=()):
        for name, command in sorted(group.commands.items()):
            if hasattr(command, "commands"):
                yield from commands(command, (*before, name))
            else:
                yield (*before, name)

    names = [" ".join(one) for one in commands(app.cli)]
    assert not [name for name in names if "open" in name or "unseal" in name]
    clock.set(AFTER)
    for command in (("tick",), ("log", "verify"), ("seal", "publish")):
        assert app.test_cli_runner().invoke(args=list(command)).exit_code == 0
    nothing_is_open(session)


def test_a_clock_put_back_after_the_closing_list_takes_no_bid_and_one_put_back_before_opens_none(bids, session, clock):
    with pytest.raises(Refused):
        unsealing.close_bidding(bids.tender, actor=bids.manager_actor, now=DEADLINE - timedelta(milliseconds=1))
    session.rollback()
    unsealing.close_bidding(bids.tender, actor=bids.manager_actor, now=AFTER)
    session.commit()
    listed = session.scalars(select(BidClosing)).one().statement
    late = stories.sealed(bids, 3).header
    with pytest.raises(Refused) as refused:
        sealing.submit_capsule(bids.tender, late.to_bytes(), actor=bids.actor(3), now=IN_TIME)
    assert "截止清单已经固定" in str(refused.value.reason)
    session.rollback()
    assert session.scalars(select(BidClosing)).one().statement == listed


def test_a_capsule_copied_into_another_tenders_rows_is_refused_by_the_database(bids, session):
    """The rows are append-only and a capsule's hash occurs once."""
    other = stories.published(number="XH-2009-0002")
    capsule = session.scalars(select(BidCapsule)).first()
    bid = Bid(tender_id=other.tender.id, enterprise_id=bids.bidders[3][0].id, organisation_id=bids.bidders[3][0].organisation_id)
    bid.submitted_at, bid.current_number = IN_TIME, 1
    version = BidVersion(
        number=1, submitted_at=IN_TIME, submitted_by_id=bids.bidders[3][1].id, content_sha256=capsule.sha256, receipt="TB-X"
    )
    version.capsule = BidCapsule(sha256=capsule.sha256, header=capsule.header)
    bid.versions = [version]
    session.add(bid)
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()
    for statement in ("UPDATE bid_capsule SET header = ''", "DELETE FROM bid_capsule"):
        with pytest.raises(sa.exc.DBAPIError):
            session.execute(sa.text(statement))
        session.rollback()


def test_another_tenders_capsule_gives_its_holders_nothing(bids, session):
    """A holder's program is shown a capsule of this tender in another one's room: its share names the tender it is for."""
    from dataclasses import replace

    from app.tenders.capsule.format import Malformed

    header = standing_capsules(bids.tender)[0].header
    with pytest.raises(Malformed):
        unwrap(replace(header, tender="XH-2009-0002"), str(stories.key_of(bids.holders[0])))


def test_a_share_of_another_bid_counts_for_nothing_and_its_holder_is_named(bids, session):
    unsealing.close_bidding(bids.tender, actor=bids.manager_actor, now=AFTER)
    session.commit()
    right = shares_of(bids, 0)
    swapped = dict(zip(right, [*list(right.values())[1:], list(right.values())[0]], strict=True))
    rows = unsealing.release_shares(bids.tender, swapped, actor=factories.actor_for(bids.holders[0]), now=AFTER)
    session.commit()
    assert all(row.share is None and row.problem is CapsuleFault.FORGED_SHARE for row in rows) and len(rows) == 3
    stories.give_shares(bids, 1)
    assert unsealing.ready_capsules(bids.tender) == []
    stories.give_shares(bids, 2)
    assert len(unsealing.ready_capsules(bids.tender)) == 3


def test_one_flipped_byte_in_the_store_shows_and_the_other_bids_open(bids, session, app):
    unsealing.close_bidding(bids.tender, actor=bids.manager_actor, now=AFTER)
    session.commit()
    for holder in (0, 2):
        stories.give_shares(bids, holder)
    ready = unsealing.ready_capsules(bids.tender)
    path = app.config["DATA"] / "sealed" / ready[0].header.objects[0].sha256[:2] / ready[0].header.objects[0].sha256
    data = bytearray(path.read_bytes())
    data[os.urandom(1)[0] % len(data)] ^= 1
    path.write_bytes(bytes(data))
    found = [unsealing.read_capsule(one) for one in ready]
    assert found[0] is CapsuleFault.OBJECT_MISSING
    assert [one.manifest.price_fen for one in found[1:]] == [PRICE_FEN, PRICE_FEN]
