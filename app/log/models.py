"""What the log keeps: its beginning, its faster times, the leaves that events took, what they stand for, and complete subtrees."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.guards import append_only, changes_only
from app.common.types import UtcDateTime
from app.extensions import db


class LogBegin(db.Model):
    """When the log began, under which name and key. One row."""

    __tablename__ = "log_begin"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
    __audit_exempt__ = True

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(200))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogWindow(db.Model):
    """A time in which the log runs faster; announced with a tender's deadline."""

    __tablename__ = "log_window"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="has_length"),
        CheckConstraint("per_second > 0 AND slots >= 0", name="has_rate"),
        Index("ix_log_window_ends_at", "ends_at"),
    )
    __audit_exempt__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    per_second: Mapped[int] = mapped_column(Integer)
    slots: Mapped[int] = mapped_column(Integer)
    """Leaves of the whole window."""


class LogLeaf(db.Model):
    """A leaf that an event took. Every other leaf is padding and stands nowhere."""

    __tablename__ = "log_leaf"
    __table_args__ = (
        CheckConstraint("leaf_index >= 0", name="leaf_index"),
        CheckConstraint("previous_index < leaf_index", name="previous_index"),
    )
    __audit_exempt__ = True

    leaf_index: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    previous_index: Mapped[int] = mapped_column(Integer)
    """The event before, -1 for none. Never published: it would count hidden events."""
    data: Mapped[bytes] = mapped_column(LargeBinary(32))
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of the tree of leaf_index + 1 leaves: the checkpoint of this leaf's receipt."""
    peaks: Mapped[bytes] = mapped_column(LargeBinary)
    """The tree's right edge at that size, from which the next leaf is added."""
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Code over the row, with a key that the database does not hold."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    entry: Mapped["LogEntry"] = relationship(back_populates="leaf", uselist=False)


class LogEntry(db.Model):
    """What a leaf stands for. Erasing personal data empties salt and payload; the leaf stays."""

    __tablename__ = "log_entry"
    __table_args__ = (
        CheckConstraint("(erased_at IS NULL) = (salt IS NOT NULL)", name="erased_salt"),
        CheckConstraint("(erased_at IS NULL) = (payload IS NOT NULL)", name="erased_payload"),
        Index("ix_log_entry_tender", "tender_number", "leaf_index"),
        Index("ix_log_entry_organisation", "organisation_id", "leaf_index"),
        Index("ix_log_entry_object", "object_type", "object_id", "leaf_index"),
    )
    __audit_exempt__ = True

    leaf_index: Mapped[int] = mapped_column(ForeignKey("log_leaf.leaf_index"), primary_key=True, autoincrement=False)
    event: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[str] = mapped_column(String(60))
    tender_number: Mapped[str | None] = mapped_column(String(24))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """Whose receipt it is."""
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when everybody may read it; empty while only its owner may."""
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    leaf: Mapped[LogLeaf] = relationship(back_populates="entry")


class LogTile(db.Model):
    """The hash of a complete subtree of 256^level leaves, kept so that proofs are quick."""

    __tablename__ = "log_tile"
    __table_args__ = (CheckConstraint("level >= 1 AND number >= 0", name="place"),)
    __audit_exempt__ = True

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


for _model in (LogBegin, LogWindow, LogLeaf, LogTile):
    append_only(_model.__table__)

ENTRY_CHANGES = ("salt", "payload", "revealed_at", "erased_at")
changes_only(
    LogEntry.__table__,
    ENTRY_CHANGES,
    "(OLD.erased_at IS NULL OR (NEW.erased_at = OLD.erased_at AND NEW.salt IS NULL AND NEW.payload IS NULL))"
    " AND (OLD.revealed_at IS NULL OR NEW.revealed_at = OLD.revealed_at)"
    " AND (NEW.erased_at IS NOT NULL OR (NEW.salt = OLD.salt AND NEW.payload = OLD.payload))",
)
