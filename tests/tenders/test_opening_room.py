"""From the deadline to the record: the list, the holders' shares, what they open, and what everybody reads meanwhile."""

import io
import json
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.audit import AuditEvent
from app.common.clock import is_demo
from app.common.refusal import Refused
from app.log.models import LogEntry
from app.tenders import uploads
from app.tenders.actions import opening, sealing, unsealing
from app.tenders.capsule.unseal import unwrap
from app.tenders.models import BidClosing, BidContent, BidUnsealing, ShareRelease
from app.tenders.queries.capsules import standing_capsules
from tests import factories
from tests.statements import counted_statements
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER, DEADLINE

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n"


def address(story, rest: str = "") -> str:
    return f"/tenders/{story.tender.number}/opening{rest}"


def listed(story):
    closing = unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    stories.db.session.commit()
    return closing


def shares_of(story, holder: int) -> dict[str, str | None]:
    key = str(stories.key_of(story.holders[holder]))
    return {one.sha256: b64encode(unwrap(one.header, key)).decode() for one in standing_capsules(story.tender)}


def send(client, story, shares: dict, status: int = 201):
    return client._open(
        address(story, "/shares"),
        "POST",
        status,
        json={"shares": shares},
        headers={"X-CSRFToken": client.csrf_token(), "Accept": "application/json"},
    )


@pytest.fixture
def room(session, clock, sign_in, new_client):
    """A sealed tender after its deadline, with clients of its people: `room(user)`."""
    clock.set(AFTER)

    def enter(user):
        client = new_client()
        sign_in(client, user)
        return client

    return enter


def test_the_room_goes_from_the_list_to_the_record(session, room, client):
    story = stories.with_bids((71, 67, 76))
    manager, legal, street = (room(user) for user in story.holders)
    page = manager.get(address(story))
    assert "固定截止清单" in page.main and "常绿" not in page.main
    assert "会自动更新" in client.get(address(story)).main
    page = legal.post(address(story, "/close"))
    assert "截止清单已经固定" in page.text and "交出您的份额" in page.main
    assert ("示范城市的密钥" in page.main) is is_demo()
    offered = legal.get(address(story, "/capsules.json")).json
    assert sorted(one["sha256"] for one in offered["capsules"]) == session.get(BidClosing, story.tender.id).capsules
    assert all(offered["log"][name].startswith("c2sp.org/tlog-proof@v1") for name in ("closed", "published"))
    assert send(legal, story, shares_of(story, 1)).json["next"] == address(story)
    assert "已交出 3 份" in client.get(address(story)).main and not session.scalars(select(BidContent)).all()
    send(street, story, shares_of(story, 2))
    page = client.get(address(story))
    assert "已处理 3 份，共 3 份投标" in page.main and "0.71" not in page.main and "常绿" not in page.main
    page = manager.submit(manager.get(address(story)), address(story), presided_by="周文", witnessed_by="王见证")
    assert "0.71" in page.main and "常绿" in page.main and "交出 3 份" in page.main and "没有交出" in page.main and "未到" not in page.main
    record = json.loads(client.get(address(story, ".json")).data)
    assert [one["shares"] for one in record["holders"]] == [0, 3, 3]
    assert record["closing"]["sha256"] == sha256(client.get(f"/tenders/{story.tender.number}/closing.txt").data).hexdigest()
    assert sha256(client.get(address(story, ".json")).data).hexdigest() == story.tender.opening.record_sha256


@pytest.mark.parametrize("who", ["officer", "bidder", "other manager"])
def test_nobody_else_lists_or_continues(session, room, who):
    story = stories.with_bids()
    others = {
        "officer": lambda: factories.person(Role.LEGAL_OFFICER),
        "bidder": lambda: story.bidders[0][1],
        "other manager": lambda: factories.person(Role.COMMUNITY_MANAGER),
    }
    client = room(others[who]())
    status = 403 if who == "bidder" else 404
    for rest in ("/close", "/continue"):
        client.post(address(story, rest), status=status)
    client.get(address(story, "/capsules.json"), status=status)
    assert session.get(BidClosing, story.tender.id) is None


def test_nobody_lists_before_the_deadline(session, room, clock):
    story = stories.with_bids()
    clock.set(stories.IN_TIME)
    room(story.manager).post(address(story, "/close"), status=409)


def test_a_forged_share_is_named_with_its_holder(session, room, client):
    story = stories.with_bids()
    listed(story)
    wrong = shares_of(story, 1)
    first = next(iter(wrong))
    wrong[first] = b64encode(b"\1" * 75).decode()
    send(room(story.holders[1]), story, wrong)
    page = client.get(address(story))
    organisation = story.tender.holders[1].organisation.name
    assert f"{organisation}（房管部门法制人员）交来的份额与投标封存时登记的校验值不符" in page.main
    stories.give_shares(story, 0)
    for one in unsealing.ready_capsules(story.tender):
        unsealing.keep_unsealed(story.tender, one.version_id, unsealing.read_capsule(one), now=AFTER)
    session.commit()
    assert session.query(BidUnsealing).count() == 2, "the forged share opened nothing"
    send(room(story.holders[2]), story, shares_of(story, 2))
    record = opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=AFTER)
    assert [one["forged"] for one in record.proceedings["holders"]] == [0, 1, 0]
    assert all(line.seal_intact for line in record.lines)


def test_wrong_shares_are_given_anew_while_their_capsules_are_shut_and_both_stay_on_record(session, room, client):
    story = stories.with_bids()
    listed(story)
    right = shares_of(story, 1)
    wrong = {key: b64encode(b"\1" * 75).decode() for key in right}
    wrong[max(right)] = None
    legal = room(story.holders[1])
    send(legal, story, wrong)
    assert "您交来的份额有 3 份有误" in legal.get(address(story)).main
    send(legal, story, wrong)
    send(legal, story, right)
    send(legal, story, right)
    page = legal.get(address(story)).main
    organisation = story.tender.holders[1].organisation.name
    assert f"{organisation}（房管部门法制人员）曾有 6 份份额有误，已经重新交出" in page and "您的份额已经交出" in page
    rows = session.query(ShareRelease).order_by(ShareRelease.id).all()
    assert [(row.attempt, row.problem is None) for row in rows] == [(1, False)] * 3 + [(2, False)] * 3 + [(3, True)] * 3
    events = [
        row for row in session.query(AuditEvent).order_by(AuditEvent.id) if row.event.endswith("_share") or row.event.endswith("_shares")
    ]
    assert [row.event for row in events] == ["tender.refuse_share", "tender.refuse_share", "tender.replace_shares"]
    assert events[-1].facts["replaced"] == 3 and organisation in events[-1].facts["holder"]
    send(room(story.holders[2]), story, shares_of(story, 2))
    record = opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=AFTER)
    assert [(one["forged"], one["unusable"], one["replaced"]) for one in record.proceedings["holders"]] == [(0, 0, 0), (0, 0, 6), (0, 0, 0)]
    session.commit()
    assert "曾有 6 份有误，已重新交出" in client.get(address(story)).main


def test_what_is_open_or_was_right_is_not_given_anew(session, room):
    story = stories.with_bids()
    listed(story)
    right = shares_of(story, 1)
    wrong = dict(right)
    wrong[min(right)] = b64encode(b"\1" * 75).decode()
    legal = room(story.holders[1])
    send(legal, story, wrong)
    send(legal, story, dict.fromkeys(right))
    assert session.query(ShareRelease).count() == 4, "two were right and stay"
    for holder in (0, 2):
        send(room(story.holders[holder]), story, shares_of(story, holder))
    assert session.query(BidUnsealing).count() == 3
    send(legal, story, right)
    assert session.query(ShareRelease).count() == 10
    assert "交出您的份额" not in legal.get(address(story)).main


def test_wrong_shares_that_come_late_are_told_and_change_no_record(session, room, client):
    story = stories.with_bids()
    record = stories.open_all(story)
    late = room(story.holders[2])
    send(late, story, {capsule: b64encode(b"\1" * 75).decode() for capsule in shares_of(story, 2)})
    told = client.get(address(story)).main
    assert "开标以后补交的份额与投标封存时登记的校验值不符" in told and "记入开标记录" not in told
    assert [one["forged"] for one in record.proceedings["holders"]] == [0, 0, 0]


def test_a_late_holder_is_recorded_and_the_record_stays(session, room, client):
    story = stories.with_bids()
    record = stories.open_all(story)
    before = client.get(address(story, ".json")).data
    late = room(story.holders[2])
    assert "补交您的份额" in late.get(address(story)).main
    send(late, story, shares_of(story, 2))
    assert session.query(ShareRelease).count() == 9
    assert client.get(address(story, ".json")).data == before and sha256(before).hexdigest() == record.record_sha256
    assert "补交您的份额" not in late.get(address(story)).main
    for page in (address(story), f"/tenders/{story.tender.number}"):
        assert "已补交 2009年12月9日（周三）09:35" in client.get(page).main, page
    late = client.get(address(story))
    assert "开标以后补交份额的密钥保管人" in late.main and len(late.texts(".//*[@id='opening-room']//tbody/tr")) == 1
    client.language = "en"
    assert "Given later" in client.get(address(story)).main


def test_the_hash_of_the_documents_that_capsules_name_is_in_the_public_log(session):
    story = stories.with_bids()
    published = select(LogEntry).where(LogEntry.event == "tender.publish", LogEntry.tender_number == story.tender.number)
    entry = session.scalars(published.order_by(LogEntry.leaf_index.desc())).first()
    named = {one.header.documents for one in standing_capsules(story.tender)}
    assert named == {json.loads(entry.payload)["terms_sha256"]} and entry.revealed_at is not None


def test_shares_are_given_for_all_bids_at_once_or_not_at_all(session, room):
    story = stories.with_bids()
    listed(story)
    shares = shares_of(story, 1)
    legal = room(story.holders[1])
    shares.popitem()
    assert "不一致" in send(legal, story, shares, 409).json["text"]
    for broken in ({}, [], "x", {"a": 1}):
        send(legal, story, broken, 409)
    told = send(legal, story, {name: f" {share}" for name, share in shares_of(story, 1).items()}, 409).json
    assert "交来的份额不完整" in told["text"] and "重新交出" in told["next"]
    assert session.query(ShareRelease).count() == 0


def test_an_opening_that_was_broken_off_goes_on_where_it_stopped(session, room, client):
    story = stories.with_bids()
    listed(story)
    for holder in (0, 1):
        stories.give_shares(story, holder)
    ready = unsealing.ready_capsules(story.tender)
    kept = unsealing.keep_unsealed(story.tender, ready[1].version_id, unsealing.read_capsule(ready[1]), now=AFTER)
    session.commit()
    manager = room(story.manager)
    assert "还有 2 份投标没有解密" in manager.get(address(story)).main and "继续解密" not in client.get(address(story)).main
    page = manager.post(address(story, "/continue"))
    assert "已处理 3 份" in page.main and session.query(BidContent).count() == 3
    assert session.get(BidUnsealing, kept.version_id).at == AFTER


def test_ciphertext_that_is_gone_blames_nobody_while_a_backup_may_bring_it(session, room, app):
    story = stories.with_bids()
    listed(story)
    name = standing_capsules(story.tender)[0].header.objects[0].sha256
    path = app.config["DATA"] / "sealed" / name[:2] / name
    kept = path.read_bytes()
    path.unlink()
    stories.give_shares(story, 0)
    send(room(story.holders[1]), story, shares_of(story, 1))
    manager = room(story.manager)
    assert "密文在平台上不完整" in manager.post(address(story, "/continue")).text
    assert session.query(BidUnsealing).count() == 2
    uploads.store_object(kept)
    assert "已处理 3 份" in manager.post(address(story, "/continue")).main


def test_a_program_that_writes_what_no_database_keeps_opens_all_the_same(session):
    story = stories.with_bids((71, 67))
    story.bidders.append(stories.enterprise(9, "河南新安物业服务有限公司"))
    made = stories.sealed(story, 2, plan="夜里\0巡查" + stories.PLAN, project_manager="李\0四", files=(("奇怪", "a\0.pdf", PDF),))
    sealing.submit_capsule(story.tender, made.header.to_bytes(), actor=story.actor(2), now=DEADLINE - (AFTER - DEADLINE))
    session.commit()
    record = stories.open_all(story)
    assert record.lines[2].main_content == "项目负责人李四"


def test_the_copies_hold_what_was_read_out(session, client):
    story = stories.with_bids((71, 67, 76))
    stories.open_all(story)
    document = Document(io.BytesIO(client.get(address(story, ".docx")).data))
    words = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    words += "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert all(text in words for text in ("0.71", "0.67", "0.76", stories.NAMES[0], "项目负责人 王建国", "房管部门法制人员", "36 个月"))
    assert story.tender.opening.record_sha256 in words
    pdf = client.get(address(story, ".pdf"))
    assert pdf.data.startswith(b"%PDF-") and pdf.headers["Content-Disposition"].startswith("attachment")
    english = client.get(address(story, ".docx"), headers={"Accept-Language": "en"})
    assert len(english.data) > 10_000


def test_the_word_copy_prints_on_a4_with_whole_rows_and_its_heads_on_every_page(session, client):
    story = stories.with_bids((71, 67, 76))
    stories.open_all(story)
    document = Document(io.BytesIO(client.get(address(story, ".docx")).data))
    (section,) = document.sections
    room = section.page_width - section.left_margin - section.right_margin
    assert (section.page_width.mm, section.page_height.mm) == (pytest.approx(297, abs=0.1), pytest.approx(210, abs=0.1))
    for table in document.tables:
        assert sum(column.width for column in table.columns) == pytest.approx(room, rel=0.001)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert [table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in document.tables] == [False, True, True]


def test_there_is_no_copy_before_the_record(session, client):
    story = stories.with_bids()
    stories.unseal_all(story)
    for rest in (".docx", ".pdf", ".json"):
        client.get(address(story, rest), status=404)


def test_holders_see_no_bidder_and_no_count_before_the_list(session, room):
    story = stories.with_bids()
    legal = room(story.holders[1])
    assert legal.get(address(story, "/capsules.json"), status=409).json["next"]
    assert "共 3 份" not in legal.get(address(story)).main
    listed(story)
    offered = legal.get(address(story, "/capsules.json")).json
    assert not [name for name in stories.NAMES if name in json.dumps(offered, ensure_ascii=False)]


def test_a_stage_that_changed_brings_the_whole_page_anew(session, room, client):
    story = stories.with_bids()
    room(story.manager)
    asked = {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get(address(story, "?stage=closed"), headers=asked).headers
    listed(story)
    assert client.get(address(story, "?stage=closed"), headers=asked).headers["HX-Refresh"] == "true"


def test_a_hash_in_the_header_is_the_share_itself(session):
    """The forged share of the test above differs in what the capsule promised, not in its form."""
    story = stories.with_bids()
    for name, share in shares_of(story, 0).items():
        header = next(one.header for one in standing_capsules(story.tender) if one.sha256 == name)
        assert sha256(b64decode(share)).hexdigest() == header.holders[0].check


def test_a_withdrawn_bid_is_not_on_the_list(session):
    from app.tenders.actions import bidding

    story = stories.with_bids((71, 67, 76, 75))
    name = story.tender.bids[0].versions[-1].content_sha256
    bidding.withdraw_bid(story.tender, actor=story.actor(0), now=stories.IN_TIME)
    session.commit()
    assert name not in listed(story).capsules
    with pytest.raises(Refused, match="截止"):
        stories.submit(story, 0, now=AFTER)


@pytest.mark.parametrize("many", [3, 9])
def test_the_room_asks_little_however_many_bids_there_are(app, session, client, many):
    story = stories.with_bids(range(60, 60 + many))
    listed(story)
    stories.give_shares(story, 0)
    url = address(story)
    for at in ("listed", "opened"):
        if at == "opened":
            stories.unseal_all(story)
            opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=AFTER)
        client.get(url)
        with counted_statements(app) as sent:
            client.look(url)
        assert len(sent) <= 15, "\n".join(sent)


def test_a_holder_finds_the_room_on_the_desk(session, room):
    story = stories.with_bids()
    legal = room(story.holders[1])
    assert address(story) in legal.get("/desk").links
    stories.open_all(story)
    assert address(story) not in legal.get("/desk").links
