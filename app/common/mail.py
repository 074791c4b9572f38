"""Mail leaves as a row of this transaction and is sent after it: nothing is sent for what did not happen."""

import smtplib
from datetime import datetime
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.common.clock import wall
from app.common.types import UtcDateTime
from app.extensions import db

MAX_ATTEMPTS = 8


class OutboxMail(db.Model):
    """A mail to send. Not audited itself: the action that wrote it is."""

    __tablename__ = "outbox_mail"
    __audit_exempt__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")


def send_mail(to: str, subject: str, text: str, *, now: datetime) -> OutboxMail:
    one_line = " ".join(str(subject).split())
    mail = OutboxMail(to=to, subject=one_line[:200], text=str(text), written_at=now)
    db.session.add(mail)
    return mail


def deliver() -> tuple[int, int]:
    """Send what waits, oldest first; each mail is committed by itself. Returns (sent, failed)."""
    config = current_app.config
    if not config["MAIL_HOST"]:
        return 0, 0
    waiting = select(OutboxMail.id).where(OutboxMail.sent_at.is_(None), OutboxMail.attempts < MAX_ATTEMPTS)
    sent = failed = 0
    for mail_id in db.session.scalars(waiting.order_by(OutboxMail.id)).all():
        mail = db.session.get(OutboxMail, mail_id, with_for_update={"skip_locked": True})
        if mail is None or mail.sent_at:
            continue
        mail.attempts += 1
        try:
            _send(mail)
        except (OSError, smtplib.SMTPException) as error:
            mail.error = f"{type(error).__name__}: {error}"[:300]
            failed += 1
        else:
            mail.sent_at, mail.error = wall(), ""
            sent += 1
        db.session.commit()
    return sent, failed


def _send(mail: OutboxMail) -> None:
    config = current_app.config
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = config["MAIL_FROM"], mail.to, mail.subject
    message["Message-ID"] = f"<outbox-{mail.id}@{config['MAIL_FROM'].rpartition('@')[2]}>"
    message.set_content(mail.text)
    with smtplib.SMTP(config["MAIL_HOST"], config["MAIL_PORT"], timeout=20) as server:
        if config["MAIL_TLS"]:
            server.starttls()
        if config["MAIL_USER"]:
            server.login(config["MAIL_USER"], config["MAIL_PASSWORD"])
        server.send_message(message)
