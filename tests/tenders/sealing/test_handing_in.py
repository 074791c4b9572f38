"""Handing in a capsule by HTTP: accepted with a receipt, or refused with its sentence and a refusal that stays on record."""

import json
import os
from dataclasses import replace

import pytest
from pyrage import x25519
from sqlalchemy import select

from app.common.audit import AuditEvent
from app.common.mail import OutboxMail
from app.common.refusal import Reason
from app.log.notes import Proof
from app.tenders import uploads
from app.tenders.actions.sealing import record_refusal
from app.tenders.capsule.format import MAGIC, MAX_HEADER, Header, Malformed, Object, canonical, pack
from app.tenders.capsule.seal import Sealed
from app.tenders.handing_in import DAMAGED, NOT_A_CAPSULE
from app.tenders.models import Bid, BidCapsule, BidRefusal, BidVersion
from app.tenders.queries.capsules import refusal_token
from app.tenders.queries.terms import documents_hash, terms_of
from tests.tenders import bid_stories as stories
from tests.tenders.sealing.tus import Program, seal_bid

PDF = b"%PDF-1.7 " + os.urandom(9000)


def sealed(story, terms=None, **changes) -> Sealed:
    """A bid of the first bidder with one file."""
    return seal_bid(story, terms=terms, files=[("letter", "投标函.pdf", PDF)], **changes)


def upload(program: Program, bid: Sealed) -> bytes:
    for one in bid.objects:
        program.upload(one)
    return bid.header.to_bytes()


def refusals(session) -> list[BidRefusal]:
    return list(session.scalars(select(BidRefusal).order_by(BidRefusal.id)))


def is_refused(session, answer, words: str, *, capsule: str | None = None) -> None:
    """By a sentence that says what to do, with a refusal on record, and nothing handed in."""
    assert answer.status_code == 409, answer.data
    told = answer.json
    assert words in told["text"] and (told["next"] or told["basis"])
    found = refusals(session)
    assert [(one.reason, one.capsule_sha256) for one in found] == [(told["text"], capsule)]
    assert told["refusal"].endswith(f"/bid/refusals/{refusal_token(found[0].id)}") and str(found[0].id) != told["refusal"].rsplit("/", 1)[1]
    assert session.scalars(select(AuditEvent.event).where(AuditEvent.object_type == "bid_refusal")).all() == ["bid.refuse"]
    assert session.scalars(select(BidVersion)).all() == []


def test_uploaded_in_pieces_and_handed_in_by_one_small_request(program, story, session):
    bid = sealed(story)
    header = upload(program, bid)
    answer = program.submit(header)
    assert (answer.status_code, answer.json["receipt"]) == (201, f"{program.url}/receipt")
    kept = session.scalars(select(BidCapsule)).one()
    assert (kept.sha256, kept.header) == (bid.header.sha256, header.decode())
    assert refusals(session) == []
    again = program.submit(header)
    assert again.status_code == 201, "a second click gives the same receipt"
    assert len(session.scalars(select(BidVersion)).all()) == 1


def test_the_sealed_file_of_the_offline_sealers(program, story, session):
    bid = sealed(story)
    answer = program.send_file(pack(bid.header, bid.objects))
    assert (answer.status_code, answer.location) == (302, f"{program.url}/receipt")
    assert [uploads.read_object(one.sha256) for one in bid.header.objects] == list(bid.objects)
    assert session.scalars(select(BidCapsule)).one().sha256 == bid.header.sha256


def test_one_replaces_the_other_and_the_first_counts_no_more(program, story, session):
    first, second = sealed(story), sealed(story, price_fen=69)
    assert program.submit(upload(program, first)).status_code == 201
    assert program.send_file(pack(second.header, second.objects)).location == f"{program.url}/receipt"
    bid = session.scalars(select(Bid)).one()
    assert [(v.number, v.content_sha256) for v in bid.versions] == [(1, first.header.sha256), (2, second.header.sha256)]
    used = program.submit(first.header.to_bytes())
    assert used.status_code == 409 and "已经提交过" in used.json["text"]
    for place in (used.json["refusal"], f"{program.url}/refusals"):
        assert "请重新封装后再提交" in program.client.get(place).main


def test_a_bid_in_clear_is_refused_with_a_prompt(program, story, session):
    answer = program.submit(canonical({"price_fen": 62, "plan": stories.PLAN}))
    is_refused(session, answer, "不是加密封装的投标")
    assert answer.json["basis"] == str(NOT_A_CAPSULE.basis)


@pytest.mark.parametrize(
    ("data", "told"),
    [(None, "文件是空的，或者没有选择文件"), (b"", "文件是空的"), (b"print()", "不是加密封装的投标"), (PDF * 200, "不是加密封装的投标")],
    ids=["none", "empty", "short", "a pdf"],
)
def test_a_file_in_clear_is_refused_and_leaves_nothing(program, story, session, app, data, told):
    place = program.send_file(data, "投标函.pdf").location
    for page in (program.client.get(place), program.client.get(f"{program.url}/refusals")):
        assert told in page.main and "文件名以 .sealed 结尾" in page.main
    assert "没有受理" in program.client.get(place).h1 and told in refusals(session)[0].reason
    assert not list((app.config["DATA"] / "uploads").glob("*.whole")) and not (app.config["DATA"] / "sealed").exists()


def test_a_refusal_is_kept_in_chinese_whoever_reads_it(program, story, session):
    answer = program.ask("POST", f"{program.url}/submit", data={"header": "{}"}, headers={"Accept-Language": "en"})
    assert "encrypted" in answer.json["text"] or answer.json["text"] == str(NOT_A_CAPSULE.text)
    assert refusals(session)[0].reason == str(NOT_A_CAPSULE.text)


def signed_words(receipt: bytes) -> str:
    """What the leaf of a receipt says, carried in its `extra` line beside the proof."""
    return json.loads(Proof.from_text(receipt.decode()).extra)["payload"]


def test_a_refusal_is_its_bidders_alone(program, story, session, new_client, sign_in):
    place = program.submit(b"{}").json["refusal"]
    page = program.client.get(place)
    assert "没有受理" in page.h1
    receipt = next(link for link in page.links if "/log/receipt/" in link)
    assert str(NOT_A_CAPSULE.text) in signed_words(program.client.get(receipt).data), "a signed answer"
    other = new_client()
    sign_in(other, story.bidders[1][1])
    other.get(place, 404)
    new_client().get(place, 302)


def test_a_capsule_for_another_tender_is_refused(program, story, session):
    terms = terms_of(story.tender)
    bid = sealed(story, replace(terms, tender="XH-2009-0009"))
    is_refused(session, program.submit(upload(program, bid)), "是为项目 XH-2009-0009 制作的", capsule=bid.header.sha256)


@pytest.mark.parametrize(
    "tender", ["X\0Y", "A\n回执号：TB0000", "XH-2009-0001\n", "XH\u202e-2009-0001", "X\x85", "XH-２００９-0001", "", "X" * 4000], ids=ascii
)
def test_a_tenders_number_of_another_form_is_a_damaged_header_and_never_repeated(program, story, session, tender):
    """Its bidder would write lines of its own into the signed reason and the platform's mail; and PostgreSQL keeps no NUL."""
    header = replace(sealed(story).header, tender=tender)
    is_refused(session, program.submit(header.to_bytes()), str(DAMAGED.text))
    mails = session.scalars(select(OutboxMail.text)).all()
    assert mails and not any("TB0000" in text or (tender and tender in text) for text in mails)


def test_a_recorded_reason_is_one_line(story, session):
    reason = Reason("一\x00二\n三\u2028四\u202e五\x85六")
    refusal = record_refusal(story.tender, reason, actor=story.actor(0), now=stories.IN_TIME)
    session.commit()
    assert refusal.reason == "一 二 三 四 五 六"


def test_a_capsule_for_other_documents_is_refused(program, story, session):
    bid = sealed(story, replace(terms_of(story.tender), documents="ab" * 32))
    is_refused(session, program.submit(upload(program, bid)), "不是现在公布的这一份", capsule=bid.header.sha256)


@pytest.mark.parametrize("which", ["a stranger", "another order", "one more", "another threshold"])
def test_a_wrong_set_of_holders_is_refused(program, story, session, which):
    terms = terms_of(story.tender)
    stranger = str(x25519.Identity.generate().to_public())
    changed = {
        "a stranger": replace(terms, holders=(*terms.holders[:2], stranger)),
        "another order": replace(terms, holders=terms.holders[::-1]),
        "one more": replace(terms, holders=(*terms.holders, stranger)),
        "another threshold": replace(terms, threshold=3),
    }[which]
    bid = sealed(story, changed)
    is_refused(session, program.submit(upload(program, bid)), "保管人密钥与公布的不一致", capsule=bid.header.sha256)


def test_a_header_whose_objects_have_not_arrived_is_refused(program, story, session):
    bid = sealed(story)
    program.upload(bid.objects[0])
    place = program.begin(bid.objects[1]).headers["Location"]
    program.piece(place, 0, bid.objects[1][:-1])
    is_refused(session, program.submit(bid.header.to_bytes()), "还有加密文件没有上传完", capsule=bid.header.sha256)
    program.piece(place, len(bid.objects[1]) - 1, bid.objects[1][-1:])
    assert program.submit(bid.header.to_bytes()).status_code == 201, "and then goes on"


def test_a_header_that_does_not_match_its_objects_is_refused(program, story, session):
    bid = sealed(story)
    upload(program, bid)
    objects = (bid.header.objects[0], Object(bid.header.objects[1].sha256, bid.header.objects[1].size + 1))
    header = replace(bid.header, objects=objects)
    is_refused(session, program.submit(header.to_bytes()), "大小不符", capsule=header.sha256)


def test_the_same_object_twice_is_refused(program, story, session):
    bid = sealed(story)
    upload(program, bid)
    header = replace(bid.header, objects=(bid.header.objects[0], bid.header.objects[0]))
    is_refused(session, program.submit(header.to_bytes()), "重复的文件", capsule=header.sha256)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("linli-capsule-1", "linli-capsule-1 "),
        lambda text: text.replace('"threshold":2', '"threshold": 2'),
        lambda text: text.replace('"threshold":2', '"threshold":1'),
        lambda text: text[:-2],
        lambda text: text + " " * MAX_HEADER,
        lambda text: text.replace('"size":', '"size":1e3,"x":'),
    ],
    ids=["format", "blank", "threshold", "cut", "long", "float"],
)
def test_a_header_that_is_not_sound_is_refused(program, story, session, change):
    header = upload(program, sealed(story)).decode()
    answer = program.submit(change(header).encode())
    assert answer.status_code == 409 and answer.json["text"] in {str(DAMAGED.text), str(NOT_A_CAPSULE.text)}
    assert len(refusals(session)) == 1 and session.scalars(select(BidVersion)).all() == []


LARGEST_FILE = 200 * 1024**2
LARGEST_OBJECT = LARGEST_FILE + 512 + 16 * (LARGEST_FILE // 65536 + 1)
"""Such a file's ciphertext: nothing is padded, and age adds its header and a tag to each 64 KiB."""


def test_a_file_of_200_mb_may_be_announced_and_not_one_byte_more(program, story, app):
    """Nothing is sent of it; every place that names the limit names this one."""
    taken = program.begin(b"", digest="a" * 64, size=LARGEST_OBJECT)
    assert (taken.status_code, taken.headers["Upload-Offset"]) == (201, "0")
    assert program.ask("HEAD", taken.headers["Location"]).headers["Upload-Length"] == str(LARGEST_OBJECT)
    refused = program.begin(b"", digest="b" * 64, size=LARGEST_OBJECT + 1)
    assert (refused.status_code, refused.json["text"]) == (413, "加密文件超过 200 MB。") and "拆分" in refused.json["next"]
    assert sum(path.stat().st_size for path in (app.config["DATA"] / "uploads").glob("*.part")) == 0
    page = program.client.get(program.url)
    assert "单个不超过 200 MB" in page.main and f'"file_bytes": {LARGEST_FILE}' in page.html
    terms = program.client.look(f"/tenders/{story.tender.number}/sealing.json").json
    assert terms["limits"]["file_bytes"] == LARGEST_FILE, "what linli-seal and the offline page read and refuse by"
    largest = seal_bid(story).header.as_data()
    largest["objects"].append({"sha256": "a" * 64, "size": LARGEST_OBJECT})
    assert Header.from_bytes(canonical(largest)).objects[-1].size == LARGEST_OBJECT
    largest["objects"][-1]["size"] += 1
    with pytest.raises(Malformed):
        Header.from_bytes(canonical(largest))


def test_an_object_over_its_size_is_refused_in_a_sealed_file(program, story, session, monkeypatch):
    monkeypatch.setattr(uploads, "OBJECT_LIMIT", 6000)
    bid = sealed(story)
    answer = program.send_file(pack(bid.header, bid.objects))
    assert "超过 200 MB" in program.client.get(answer.location).main
    assert len(refusals(session)) == 1


@pytest.mark.parametrize("fault", ["changed", "cut", "more", "header"])
def test_a_damaged_sealed_file_is_refused(program, story, session, fault):
    bid = sealed(story)
    whole = pack(bid.header, bid.objects)
    changed = {
        "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        "cut": whole[:-1],
        "more": whole + b"\0",
        "header": whole[: len(MAGIC) + 9] + b"\n" + whole[len(MAGIC) + 9 :],
    }[fault]
    page = program.client.get(program.send_file(changed).location)
    assert "不完整或者被改动过" in page.main
    assert session.scalars(select(BidVersion)).all() == [] and len(refusals(session)) == 1


def test_the_last_millisecond_counts_and_the_next_one_is_late(program, story, session, clock):
    assert program.submit(upload(program, sealed(story))).status_code == 201
    late = sealed(story, price_fen=60)
    upload(program, late)
    clock.set(stories.DEADLINE)
    answer = program.submit(late.header.to_bytes())
    assert answer.status_code == 409 and "09:30:00.000" in answer.json["text"] and "第二十八条" in answer.json["basis"]
    assert "截止" in program.client.get(program.send_file(pack(late.header, late.objects)).location).main
    assert [one.reason.startswith("投标已于") for one in refusals(session)] == [True, True]
    assert len(session.scalars(select(BidVersion)).all()) == 1


def test_a_clock_that_was_put_back_reopens_nothing(program, story, session, clock):
    bid = sealed(story)
    header = upload(program, bid)
    clock.set(stories.DEADLINE)
    assert program.submit(header).status_code == 409
    clock.set(stories.IN_TIME)
    answer = program.submit(header)
    assert answer.status_code == 409 and "截止" in answer.json["text"]


def test_a_clerk_may_upload_but_not_hand_in(program, story, session, new_client, sign_in):
    from app.accounts.models import Organisation
    from app.accounts.rules import Role
    from tests import factories

    home = session.get(Organisation, story.bidders[0][0].organisation_id)
    clerk = Program(new_client())
    sign_in(clerk.client, factories.person(Role.ENTERPRISE_CLERK, organisation=home, name="经办"))
    bid = sealed(story)
    header = upload(clerk, bid)
    is_refused(session, clerk.submit(header), "企业签章人办理", capsule=bid.header.sha256)
    assert program.submit(header).status_code == 201, "the signatory finds the same uploads"


def test_the_terms_hash_is_that_of_the_public_file(client, story):
    from hashlib import sha256

    number = story.tender.number
    public = client.look(f"/tenders/{number}/terms.json").data
    told = client.look(f"/tenders/{number}/sealing.json").json
    assert sha256(public).hexdigest() == told["documents"] == documents_hash(story.tender)
    assert [one["key"] for one in told["holders"]] == list(terms_of(story.tender).holders)
    assert Header.from_bytes(sealed(story).header.to_bytes()).documents == told["documents"]


def test_a_strangers_sealed_file_is_not_read(client, story):
    answer = Program(client).send_file(MAGIC + os.urandom(30_000))
    assert (answer.status_code, answer.location) == (302, "/sign-in")
