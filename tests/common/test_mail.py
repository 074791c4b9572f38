"""Mail leaves after the commit, once, to a real SMTP server; a failure is kept and tried again."""

import pytest
from sqlalchemy import select

from app.common.clock import wall
from app.common.mail import MAX_ATTEMPTS, OutboxMail, deliver, send_mail


@pytest.fixture
def postbox(app, smtp):
    app.config.update(MAIL_HOST="127.0.0.1", MAIL_PORT=smtp.port)
    return smtp


def test_a_mail_is_sent_once_and_arrives_as_it_was_written(session, postbox):
    send_mail("zhao@example.org", "备案已确认：联盟社区", "请在 10 日后发布公告。\n", now=wall())
    session.commit()
    assert deliver() == (1, 0)
    assert deliver() == (0, 0)
    (letter,) = postbox.letters
    assert letter.to == ["zhao@example.org"] and letter.subject == "备案已确认：联盟社区"
    assert "请在 10 日后发布公告。" in letter.text


def test_what_was_rolled_back_is_never_sent(session, postbox):
    send_mail("zhao@example.org", "没有发生", "没有发生", now=wall())
    session.rollback()
    assert deliver() == (0, 0) and postbox.letters == []


def test_a_dead_server_keeps_the_mail_and_gives_up_in_the_end(app, session):
    app.config.update(MAIL_HOST="127.0.0.1", MAIL_PORT=9)
    send_mail("zhao@example.org", "等待", "等待", now=wall())
    session.commit()
    for _ in range(MAX_ATTEMPTS):
        assert deliver() == (0, 1)
    assert deliver() == (0, 0)
    mail = session.scalar(select(OutboxMail))
    assert mail.sent_at is None and "Refused" in mail.error


def test_without_a_server_mails_wait(session):
    send_mail("zhao@example.org", "等待", "等待", now=wall())
    session.commit()
    assert deliver() == (0, 0)
    assert session.scalar(select(OutboxMail)).attempts == 0


def test_a_line_break_in_a_subject_cannot_add_a_header(session, postbox):
    send_mail("zhao@example.org", "标题\nBcc: evil@example.org", "正文", now=wall())
    session.commit()
    sent, failed = deliver()
    assert sent + failed == 1
    assert all(letter.to == ["zhao@example.org"] for letter in postbox.letters)


def test_the_list_names_recipient_state_and_subject_and_no_text(app, session, clock):
    send_mail("zhao@example.org", "备案已确认：联盟社区", "密码链接", now=wall())
    session.commit()
    told = app.test_cli_runner().invoke(args=["mail", "list"])
    assert told.exit_code == 0, told.output
    assert "zhao@example.org\twaiting\t备案已确认：联盟社区" in told.output and "密码链接" not in told.output
