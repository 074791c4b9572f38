"""Mail leaves as a row of this transaction and is sent after it: nothing is sent for what did not happen."""

import hashlib
import hmac
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import Integer, String, Text, insert, select
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
    receipt_leaf: Mapped[int | None] = mapped_column(Integer)
    """The leaf of the public log whose receipt is enclosed. That such a mail exists is nobody's business but its reader's."""

    @property
    def state(self) -> str:
        """For whoever runs the site."""
        if self.sent_at:
            return "sent"
        return "given up" if self.attempts >= MAX_ATTEMPTS else f"waiting, tried {self.attempts} times" if self.attempts else "waiting"


def newest(count: int, *, with_receipts: bool) -> list[OutboxMail]:
    """The newest mails, the newest last."""
    listed = select(OutboxMail).order_by(OutboxMail.id.desc()).limit(count)
    found = db.session.scalars(listed if with_receipts else listed.where(OutboxMail.receipt_leaf.is_(None)))
    return list(found)[::-1]


_receipt_of: list[Callable[[int], str]] = []


def enclose_receipts(receipt_of: Callable[[int], str]) -> None:
    """Who makes a leaf's receipt, when a mail that encloses it is sent. Raises LookupError when there is none."""
    _receipt_of[:] = [receipt_of]


def send_mail(to: str, subject: str, text: str, *, now: datetime) -> None:
    send_mails([letter(to, subject, text, now=now)])


def letter(to: str, subject: str, text: str, *, now: datetime, receipt_leaf: int | None = None) -> dict:
    """A mail as send_mails takes it."""
    one_line = " ".join(str(subject).split())
    return {"to": to, "subject": one_line[:200], "text": str(text), "written_at": now, "receipt_leaf": receipt_leaf}


def send_mails(letters: Sequence[dict]) -> None:
    if letters:
        db.session.execute(_INSERT, letters)


_INSERT = insert(OutboxMail.__table__)


def deliver() -> tuple[int, int]:
    """Send what waits, oldest first; each mail is committed by itself. Returns (sent, failed).

    Mails with receipts come last and are not counted: neither the numbers nor how long another's mail takes tell that bids came in."""
    config = current_app.config
    if not config["MAIL_HOST"]:
        return 0, 0
    waiting = select(OutboxMail.id).where(OutboxMail.sent_at.is_(None), OutboxMail.attempts < MAX_ATTEMPTS)
    sent = failed = 0
    for mail_id in db.session.scalars(waiting.order_by(OutboxMail.receipt_leaf.is_not(None), OutboxMail.id)).all():
        mail = db.session.get(OutboxMail, mail_id, with_for_update={"skip_locked": True})
        if mail is None or mail.sent_at:
            continue
        mail.attempts += 1
        try:
            _send(mail)
        except (OSError, smtplib.SMTPException, LookupError) as error:
            mail.error = f"{type(error).__name__}: {error}"[:300]
            failed += mail.receipt_leaf is None
        else:
            mail.sent_at, mail.error = wall(), ""
            sent += mail.receipt_leaf is None
        db.session.commit()
    return sent, failed


def _send(mail: OutboxMail) -> None:
    config = current_app.config
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = config["MAIL_FROM"], mail.to, mail.subject
    message["Message-ID"] = f"<{_name_of(mail)}@{config['MAIL_FROM'].rpartition('@')[2]}>"
    message.set_content(mail.text)
    if mail.receipt_leaf is not None:
        (receipt_of,) = _receipt_of
        proof, name = receipt_of(mail.receipt_leaf).encode(), f"receipt-{mail.receipt_leaf}.tlog-proof"
        message.add_attachment(
            proof, maintype="application", subtype="octet-stream", filename=name
        )  # a mail changes ends of lines in a text
    with smtplib.SMTP(config["MAIL_HOST"], config["MAIL_PORT"], timeout=20) as server:
        if config["MAIL_TLS"]:
            server.starttls()
        if config["MAIL_USER"]:
            server.login(config["MAIL_USER"], config["MAIL_PASSWORD"])
        server.send_message(message)


def _name_of(mail: OutboxMail) -> str:
    """The same at every attempt, and no running number: that would count the mails that others are sent."""
    return hmac.new(current_app.config["SECRET_KEY"].encode(), f"outbox:{mail.id}".encode(), hashlib.sha256).hexdigest()[:32]
