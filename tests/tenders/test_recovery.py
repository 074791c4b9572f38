"""When fewer holders come than it takes: the window, the bidders' own files, and the cause of what stays shut."""

from base64 import b64encode
from datetime import timedelta
from io import BytesIO

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.rules import Role
from app.common.mail import OutboxMail
from app.common.refusal import Refused
from app.tenders import uploads
from app.tenders.actions import opening, publishing, recovery, sealing, unsealing
from app.tenders.kinds import CapsuleFault, FailureCause
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import BidRecovery, BidUnsealing
from app.tenders.queries.bidder_desk import bidder_items
from app.tenders.queries.tenders import phase_of
from app.tenders.recovery import Standing, find_secret, why_not_announce, why_not_give_up, why_not_recover
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

ENDS = AFTER + timedelta(hours=2)
LATER = ENDS + timedelta(minutes=1)
CAUSE = "法制员出差，街道员生病。"


def story_with_files(prices=(71, 67, 76), bidder_of_first: str = "", **tender):
    """Bids whose recovery files the test keeps: [secret …]. `bidder_of_first`: whom the first capsule names in its bidder's place."""
    story, secrets = stories.published(**tender), []
    for number, price in enumerate(prices):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
        named = {"bidder": bidder_of_first} if bidder_of_first and number == 0 else {}
        made = stories.sealed(story, number, price_fen=price, **named)
        secrets.append(made.secret)
        sealing.submit_capsule(
            story.tender, made.header.to_bytes(), actor=story.actor(number), now=stories.PUBLISHED + timedelta(days=number + 1)
        )
        stories.db.session.commit()
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    stories.db.session.commit()
    return story, secrets


def announced(story, ends_at=ENDS):
    recovery.announce_recovery(story.tender, ends_at=ends_at, cause=CAUSE, actor=story.manager_actor, now=AFTER)
    stories.db.session.commit()


def supervisor():
    return stories.factories.actor_for(stories.factories.person(Role.BUREAU_OFFICER, division_code="410402"))


def recover(story, index, secret, now=AFTER + timedelta(minutes=10)):
    ready = recovery.prepare_recovery(story.tender, f"# 邻里\n{secret}\n", actor=story.actor(index), now=now)
    found = recovery.keep_recovered(story.tender, ready.version_id, unsealing.read_capsule(ready), actor=story.actor(index), now=now)
    stories.db.session.commit()
    return found


# --- rules ---------------------------------------------------------------------------------------------------------------

RUNNING = Standing(is_listed=True, is_publishable=True, waiting=2)


@pytest.mark.parametrize(
    ("at", "ends_in", "word"),
    [
        (RUNNING, timedelta(hours=1), None),
        (RUNNING, timedelta(minutes=29), "30 分钟以上"),
        (RUNNING, timedelta(days=3, seconds=1), "3 日以内"),
        (Standing(False, True, 2), timedelta(hours=1), "不在解密阶段"),
        (Standing(True, False, 2), timedelta(hours=1), "不在解密阶段"),
        (Standing(True, True, 0), timedelta(hours=1), "全部解密"),
        (Standing(True, True, 2, AFTER + timedelta(minutes=1)), timedelta(hours=1), "还没有结束"),
        (Standing(True, True, 2, AFTER), timedelta(hours=1), None),
        (Standing(True, True, 2, None, True), timedelta(hours=1), "不在解密阶段"),
    ],
)
def test_when_a_window_can_be_announced(at, ends_in, word):
    reason = why_not_announce(at, AFTER + ends_in, now=AFTER)
    assert reason is None if word is None else word in str(reason.text)


def test_a_window_is_open_until_its_end_and_giving_up_comes_after():
    with_window = Standing(True, True, 2, ENDS)
    just_before, end = ENDS - timedelta(milliseconds=1), ENDS
    assert why_not_recover(with_window, now=just_before) is None and why_not_recover(with_window, now=end) is not None
    assert why_not_give_up(with_window, now=just_before) is not None and why_not_give_up(with_window, now=end) is None
    assert "机会" in str(why_not_give_up(RUNNING, now=AFTER).text) and why_not_recover(RUNNING, now=AFTER) is not None


def test_the_key_is_found_among_the_remarks_of_a_recovery_file():
    key = "AGE-SECRET-KEY-1" + "Q" * 58
    assert find_secret(f"# 项目 XH-2009-0001\r\n# 请保管\r\n{key}\r\n") == key == find_secret(key.lower())
    assert find_secret("AGE-SECRET-KEY-1QQ") == find_secret("") == ""


# --- the window ----------------------------------------------------------------------------------------------------------


def test_bidders_are_told_and_open_their_own_bids(session):
    story, secrets = story_with_files()
    stories.give_shares(story, 0)
    with force_locale("en"):
        announced(story)
    letters = [letter for letter in session.query(OutboxMail) if "恢复文件" in letter.subject]
    assert {letter.to for letter in letters} == {user.email for _row, user in story.bidders}
    assert all("2009年12月9日（周三）" in letter.text for letter in letters), "in Chinese, whoever announced it"
    for index, secret in enumerate(secrets):
        assert recover(story, index, secret).fault is None
    record = opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=LATER)
    assert [line.price_fen for line in record.lines] == [71, 67, 76]
    assert [one["way"] for one in record.proceedings["bids"]] == ["recovery"] * 3
    assert record.proceedings["windows"][0]["cause"] == CAUSE


def test_the_window_stands_on_each_bidders_desk_with_its_term_until_the_bid_is_open(session, app):
    story, secrets = story_with_files()
    stories.give_shares(story, 0)

    def items(index: int, now):
        with app.test_request_context():
            return [(str(item.what), item.due_at, item.is_waiting) for item in bidder_items(story.actor(index), now)]

    waiting = [("等待招标人开标", None, True)]
    assert items(0, AFTER) == waiting
    announced(story)
    to_do = [("保管人不足：请用恢复文件解密本企业的投标", ENDS, False)]
    assert [items(index, AFTER) for index in range(3)] == [to_do] * 3
    recover(story, 1, secrets[1])
    assert [items(index, AFTER + timedelta(minutes=20)) for index in range(3)] == [to_do, waiting, to_do]
    assert items(0, ENDS) == waiting


def test_only_the_own_file_of_the_last_version_opens(session):
    story, secrets = story_with_files()
    announced(story)
    for typed in (secrets[1], "AGE-SECRET-KEY-1" + "Q" * 58, "nothing"):
        with pytest.raises(Refused):
            recover(story, 0, typed)
    session.rollback()
    assert session.query(BidUnsealing).count() == 0


def test_a_second_handing_in_changes_nothing(session):
    story, secrets = story_with_files()
    announced(story)
    ready = recovery.prepare_recovery(story.tender, secrets[0], actor=story.actor(0), now=AFTER)
    recover(story, 0, secrets[0])
    found = unsealing.read_capsule(ready)
    recovery.keep_recovered(story.tender, ready.version_id, found, actor=story.actor(0), now=AFTER)
    session.commit()
    assert session.query(BidRecovery).count() == 1
    with pytest.raises(Refused, match="已经解密"):
        recover(story, 0, secrets[0])


def test_only_the_tenderer_announces_and_with_a_cause(session):
    story, _secrets = story_with_files()
    with pytest.raises(Refused, match="招标人"):
        recovery.announce_recovery(story.tender, ends_at=ENDS, cause=CAUSE, actor=story.actor(0), now=AFTER)
    with pytest.raises(Refused, match="原因"):
        recovery.announce_recovery(story.tender, ends_at=ENDS, cause=" ", actor=story.manager_actor, now=AFTER)


def test_what_stays_shut_is_withdrawn_without_the_bidders_fault(session, client, clock):
    story, secrets = story_with_files((71, 67, 76, 75))
    stories.give_shares(story, 0)
    announced(story)
    for index in (0, 1, 3):
        recover(story, index, secrets[index])
    with pytest.raises(Refused, match="还没有结束"):
        recovery.end_unsealing(story.tender, actor=supervisor(), now=ENDS - timedelta(seconds=1))
    recovery.end_unsealing(story.tender, actor=supervisor(), now=LATER)
    session.commit()
    record = opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=LATER)
    session.commit()
    assert [line.price_fen for line in record.lines] == [71, 67, None, 75]
    assert record.proceedings["bids"][2]["fault"] == "too_few_shares" and "视为撤回" in record.lines[2].remark
    clock.set(LATER)
    page = client.get(f"/tenders/{story.tender.number}/opening")
    assert "有权要求责任方赔偿" in page.main and CAUSE in page.main and "由投标人自己解密" in page.main


def test_parts_that_enough_holders_found_unusable_are_the_bidders_fault_after_its_window(session):
    """No holder's word alone ends a bid: its bidder may open it with its own file first."""
    story, secrets = story_with_files((71, 67, 76, 75))
    name = story.tender.bids[3].versions[-1].content_sha256
    for holder in (0, 1):
        shares = {}
        for one in unsealing.standing_capsules(story.tender):
            given = stories.unwrap(one.header, str(stories.key_of(story.holders[holder])))
            shares[one.sha256] = None if one.sha256 == name else b64encode(given).decode()
        actor = stories.factories.actor_for(story.holders[holder])
        unsealing.release_shares(story.tender, shares, actor=actor, now=AFTER)
        session.commit()
    ready = unsealing.ready_capsules(story.tender)
    assert len(ready) == 3
    for one in ready:
        unsealing.keep_unsealed(story.tender, one.version_id, unsealing.read_capsule(one), now=AFTER)
    session.commit()
    announced(story)
    rows = recovery.end_unsealing(story.tender, actor=supervisor(), now=LATER)
    assert [row.fault for row in rows] == [CapsuleFault.WRONG_KEY] and rows[0].fault.is_bidders


def test_ciphertext_that_never_comes_back_is_the_platforms_fault(session, app):
    story, secrets = story_with_files()
    name = unsealing.waiting_capsules(story.tender)[0].header.objects[0].sha256
    (app.config["DATA"] / "sealed" / name[:2] / name).unlink()
    assert uploads.size_of(name) is None
    announced(story)
    rows = recovery.end_unsealing(story.tender, actor=supervisor(), now=LATER)
    faults = [row.fault for row in rows]
    assert faults.count(CapsuleFault.OBJECT_MISSING) == 1 and not any(fault.is_bidders for fault in faults)


def test_what_the_platform_itself_can_not_open_has_a_cause_of_its_own(session, client, clock, sign_in, monkeypatch):
    """Enough shares, whole ciphertext, and still it breaks off: neither the bidder's fault nor a missing object."""
    story, _secrets = story_with_files()
    announced(story)
    for holder in (0, 1):
        stories.give_shares(story, holder, now=LATER)
    session.commit()
    shut, honest = unsealing.ready_capsules(story.tender)[0].version_id, unsealing.read_capsule

    def read(ready):
        if ready.version_id == shut:
            raise KeyError("x")
        return honest(ready)

    monkeypatch.setattr(unsealing, "read_capsule", read)
    clock.set(LATER)
    sign_in(client, stories.factories.person(Role.BUREAU_OFFICER, division_code="410402"))
    base = f"/tenders/{story.tender.number}"
    page = client.submit(client.get(f"{base}/opening/ladder"), f"{base}/opening/end")
    assert "解密已经结束" in page.text
    faults = {row.version_id: row.fault for row in session.scalars(select(BidUnsealing))}
    assert faults.pop(shut) is CapsuleFault.GIVEN_UP and set(faults.values()) == {None} and not CapsuleFault.GIVEN_UP.is_bidders
    opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=LATER)
    (line,) = (line for line in story.tender.opening.lines if line.price_fen is None)
    assert line.remark.startswith("份额齐全，平台没能解密。") and "视为撤回" in line.remark


def test_when_nothing_opens_the_tender_fails_with_its_cause_and_is_tendered_again(session):
    story, _secrets = story_with_files(number="XH-2009-0009")
    announced(story)
    recovery.end_unsealing(story.tender, actor=supervisor(), now=LATER)
    session.commit()
    opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=LATER)
    session.commit()
    publishing.declare_failed(story.tender, note="密钥不足", actor=story.manager_actor, now=LATER)
    session.commit()
    assert story.tender.failure_cause is FailureCause.UNREADABLE and phase_of(story.tender, LATER) is Phase.FAILED
    assert publishing.retender(story.tender, actor=story.manager_actor, now=LATER).status is Status.DRAFT


def test_the_tenderer_alone_ends_nothing_and_late_shares_still_count(session):
    """Whoever announced the window, or sits elsewhere, can't end it; holders who come meanwhile open the bids."""
    story, _secrets = story_with_files()
    announced(story)
    elsewhere = stories.factories.actor_for(stories.factories.person(Role.BUREAU_OFFICER, division_code="410403"))
    for actor in (story.manager_actor, story.actor(0), elsewhere):
        with pytest.raises(Refused, match="所在地的房管经办人"):
            recovery.end_unsealing(story.tender, actor=actor, now=LATER)
    session.rollback()
    for holder in (0, 1):
        stories.give_shares(story, holder, now=LATER)
    assert len(unsealing.ready_capsules(story.tender)) == 3
    with pytest.raises(Refused, match="还有投标可以解密"):
        recovery.end_unsealing(story.tender, actor=supervisor(), now=LATER)


# --- pages ---------------------------------------------------------------------------------------------------------------


def test_the_ladder_and_the_bidders_page(session, client, new_client, sign_in, clock):
    story, secrets = story_with_files()
    clock.set(AFTER)
    base = f"/tenders/{story.tender.number}"
    assert "不设替代人" in client.get(f"{base}/opening/ladder").main
    manager = new_client()
    sign_in(manager, story.manager)
    page = manager.get(f"{base}/opening/ladder")
    back = manager.submit(page, f"{base}/opening/window", status=200, ends_at="2009-12-09T09:40", cause=CAUSE)
    assert "30 分钟以上" in back.main
    page = manager.submit(page, f"{base}/opening/window", ends_at="2009-12-09T11:30", cause=CAUSE)
    assert "投标人可以补救解密" in page.main
    bidder = new_client()
    sign_in(bidder, story.bidders[0][1])
    page = bidder.get(f"{base}/bid/recovery")
    wrong = bidder.post(f"{base}/bid/recovery", {"secret": secrets[1]}, status=200)
    assert "不是最后一次提交" in wrong.main and secrets[1] not in wrong.html
    done = bidder.post(f"{base}/bid/recovery", {"file": (BytesIO(f"# 恢复\n{secrets[0]}\n".encode()), "linli-recovery.txt")})
    assert "您的投标已经解密" in done.text
    assert "已有 1 份投标由投标人自己解密" in client.get(f"{base}/opening").main
    clock.set(LATER)
    assert "等房管部门结束解密" in manager.get(f"{base}/opening/ladder").main
    manager.post(f"{base}/opening/end", status=403)
    officer = new_client()
    sign_in(officer, Role.BUREAU_OFFICER, division_code="410402")
    assert f"{base}/opening/ladder" in officer.get("/desk").links
    page = officer.submit(officer.get(f"{base}/opening/ladder"), f"{base}/opening/end")
    assert "解密已经结束" in page.text
    assert "解密 1 / 3" in page.main and "投标已经全部处理" in page.main, "two of three were not decrypted"
    page = manager.submit(manager.get(f"{base}/opening"), f"{base}/opening", presided_by="周文")
    assert "0.71" in page.main and "视为撤回" in page.main and "0.67" not in page.main
    assert "截止前收到 3 份投标，2 份未能解密" in page.main
    assert "请登记流标" in page.text and f"{base}/fail" in page.links and "接下来组织评标" not in page.main, "one bid can be read"


def test_a_window_that_is_over_waits_on_the_desk_of_its_own_bureau_until_it_is_ended(session, new_client, sign_in, clock):
    story, secrets = story_with_files()
    announced(story)
    ladder = f"/tenders/{story.tender.number}/opening/ladder"
    own, elsewhere = new_client(), new_client()
    clock.set(AFTER)
    sign_in(own, Role.BUREAU_OFFICER, division_code="410402")
    sign_in(elsewhere, Role.BUREAU_OFFICER, division_code="410403")

    def waits(client, now) -> bool:
        clock.set(now)
        return ladder in client.get("/desk").links

    assert not waits(own, ENDS - timedelta(seconds=1)), "bidders may still come"
    assert waits(own, ENDS) and not waits(elsewhere, ENDS)
    again = LATER + timedelta(hours=1)
    recovery.announce_recovery(story.tender, ends_at=again, cause=CAUSE, actor=story.manager_actor, now=LATER)
    session.commit()
    assert not waits(own, LATER), "another window runs"
    assert waits(own, again)
    recovery.end_unsealing(story.tender, actor=supervisor(), now=again)
    opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=again)
    session.commit()
    assert not waits(own, again + timedelta(minutes=1))


def test_a_bidder_whose_file_opened_no_bid_of_its_own_is_told_so(session, client, new_client, sign_in, clock):
    """The capsule holds another enterprise's bid: it was opened and is void; nothing says that it was decrypted."""
    story, secrets = story_with_files(bidder_of_first="91410402MA0000099X")
    stories.give_shares(story, 0)
    announced(story)
    clock.set(AFTER + timedelta(minutes=10))
    bidder, url = new_client(), f"/tenders/{story.tender.number}"
    sign_in(bidder, story.bidders[0][1])
    page = bidder.post(f"{url}/bid/recovery", {"secret": secrets[0]})
    assert "没有能够解密" in page.main and "封装里的统一社会信用代码与投标账号的不一致" in page.main
    before = bidder.get(f"{url}/bid/receipt").main
    assert "投标已收到" in before and "信用代码与投标账号" not in before, "told by the opening, not before it"
    assert "您的投标已经解密" not in page.text and "不用再做什么" not in page.main
    assert "已有 0 份投标由投标人自己解密" in client.get(f"{url}/opening").main
    for index in (1, 2):
        recover(story, index, secrets[index])
    opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=LATER)
    session.commit()
    for page in (url, f"{url}/opening"):
        assert client.get(page).main.count("由投标人自己解密") == 2, page
    receipt = bidder.get(f"{url}/bid/receipt").main
    assert (
        "投标没有进入评标" in receipt and "视为撤销" in receipt and "信用代码与投标账号的不一致" in receipt and "投标已收到" not in receipt
    )
    bidder.language = "en"
    assert "Your bid could not be decrypted" in bidder.get(f"{url}/bid/recovery").main


def test_a_bidder_without_a_bid_has_no_such_page(session, client, sign_in, clock):
    story, _secrets = story_with_files()
    announced(story)
    _row, stranger = stories.enterprise(7, "河南新安物业服务有限公司")
    clock.set(AFTER)
    sign_in(client, stranger)
    client.get(f"/tenders/{story.tender.number}/bid/recovery", status=404)
    client.get(f"/tenders/{story.tender.number}/bid/capsule.sealed", status=404)
