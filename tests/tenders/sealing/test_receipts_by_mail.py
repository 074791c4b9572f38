"""Every submission, withdrawal and refusal sends its receipt at once to the person who did it; nobody else can tell that it did."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.common.clock import wall
from app.common.mail import OutboxMail, deliver, send_mail
from app.common.refusal import Reason
from app.log.models import LogEntry
from app.log.queries import receipt
from app.tenders.actions import bidding, sealing
from app.tenders.actions.receipts import REFUSALS_A_DAY
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import IN_TIME, PUBLISHED

LATE = Reason("这不是加密封装的投标，没有受理。")


@pytest.fixture
def story(session, clock):
    found = stories.published()
    found.bidders = [stories.enterprise(number + 1, name) for number, name in enumerate(stories.NAMES[:2])]
    return found


@pytest.fixture
def postbox(app, smtp, story):
    app.config.update(MAIL_HOST="127.0.0.1", MAIL_PORT=smtp.port)
    deliver()
    smtp.letters.clear()
    return smtp


def refuse(story, session, index: int = 0, now=IN_TIME) -> None:
    sealing.record_refusal(story.tender, LATE, actor=story.actor(index), now=now)
    session.commit()


def receipts(session) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).where(OutboxMail.receipt_leaf.is_not(None)).order_by(OutboxMail.id)))


def test_each_act_brings_its_own_receipt_as_a_file(session, story, postbox):
    version = stories.submit(story, 0)
    bidding.withdraw_bid(story.tender, actor=story.actor(0), now=PUBLISHED + timedelta(days=4))
    session.commit()
    refuse(story, session)
    deliver()
    entries = session.scalars(select(LogEntry).where(LogEntry.event.like("bid.%")).order_by(LogEntry.leaf_index)).all()
    assert [entry.event for entry in entries] == ["bid.submit", "bid.withdraw", "bid.refuse"]
    assert [letter.to for letter in postbox.letters] == [[story.bidders[0][1].email]] * 3
    for letter, entry in zip(postbox.letters, entries, strict=True):
        assert letter.enclosed == {f"receipt-{entry.leaf_index}.tlog-proof": receipt(entry)}
        assert str(entry.leaf_index) in letter.text
    assert [letter.subject for letter in postbox.letters] == [
        "投标已收到：康居小区物业服务（XH-2009-0001）",
        "投标已撤回：康居小区物业服务（XH-2009-0001）",
        "未受理：康居小区物业服务（XH-2009-0001）",
    ]
    submitted, withdrawn, refused = (letter.text for letter in postbox.letters)
    assert version.receipt in submitted and version.content_sha256 in submitted and "/tenders/XH-2009-0001/bid/receipt" in submitted
    assert "已经撤回" in withdrawn and "没有受理" in refused and "这不是加密封装的投标" in refused


def test_a_submission_that_was_rolled_back_sends_nothing(session, story):
    header = stories.sealed(story, 0).header
    sealing.submit_capsule(story.tender, header.to_bytes(), actor=story.actor(0), now=IN_TIME)
    session.flush()
    session.rollback()
    stories.submit(story, 1)
    assert [mail.to for mail in receipts(session)] == [story.bidders[1][1].email]


def test_the_same_capsule_again_sends_no_second_receipt(session, story):
    header = stories.sealed(story, 0).header
    for _ in range(2):
        sealing.submit_capsule(story.tender, header.to_bytes(), actor=story.actor(0), now=IN_TIME)
        session.commit()
    assert len(receipts(session)) == 1


def test_refusals_do_not_flood_a_mailbox(session, story):
    for _ in range(REFUSALS_A_DAY + 3):
        refuse(story, session)
    refuse(story, session, index=1)
    own, other = (user.email for _enterprise, user in story.bidders)
    assert [mail.to for mail in receipts(session)] == [own] * REFUSALS_A_DAY + [other]
    assert "不再发邮件" in receipts(session)[REFUSALS_A_DAY - 1].text and "不再发邮件" not in receipts(session)[0].text
    stories.submit(story, 0, now=IN_TIME)
    assert receipts(session)[-1].to == own, "a receipt of what was accepted is always sent"


def test_neither_counts_nor_names_nor_order_tell_of_receipts(app, session, clock, story, postbox):
    """What somebody sees who is sent an ordinary mail, or reads what `flask tick` prints."""
    early = PUBLISHED + timedelta(days=4)
    clock.set(early)  # no day falls due
    stories.submit(story, 0, now=early)
    send_mail("zhao@example.org", "邀请", "邀请", now=wall())
    session.commit()
    printed = app.test_cli_runner().invoke(args=["tick"]).output
    assert "mails sent: 1, failed: 0" in printed
    assert [letter.to[0] for letter in postbox.letters] == ["zhao@example.org", story.bidders[0][1].email]
    for letter in postbox.letters:
        assert len(letter.message_id) > 40 and "outbox" not in letter.message_id, "a running number counts the mails between two"


def test_a_receipt_that_could_not_be_sent_is_tried_again_and_not_counted(app, session, story):
    app.config.update(MAIL_HOST="127.0.0.1", MAIL_PORT=9)
    session.execute(OutboxMail.__table__.delete())
    session.commit()
    stories.submit(story, 0)
    assert deliver() == (0, 0)
    (mail,) = receipts(session)
    assert mail.attempts == 1 and "Refused" in mail.error and mail.sent_at is None


@pytest.mark.parametrize("is_sample", [True, False], ids=["sample city", "real city"])
def test_only_a_sample_city_lists_receipts_for_whoever_runs_it(app, session, story, monkeypatch, is_sample):
    stories.submit(story, 0)
    session.commit()
    monkeypatch.setattr("app.common.commands.clock.is_demo", lambda: is_sample)
    told = app.test_cli_runner().invoke(args=["mail", "list"])
    assert told.exit_code == 0, told.output
    assert ("投标已收到" in told.output) is is_sample and (story.bidders[0][1].email in told.output) is is_sample
