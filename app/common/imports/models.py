"""An upload and its fate: the file kept with its hash, how it was read, what a person confirmed, what came of it."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.common.files import StoredFile
from app.common.imports.states import ImportState
from app.common.labels import enum_column
from app.common.types import UtcDateTime
from app.extensions import db


class ImportJob(db.Model):
    """One uploaded table."""

    __tablename__ = "import_job"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
        CheckConstraint("state <> 'done' OR confirmed_at IS NOT NULL", name="done_was_confirmed"),
        CheckConstraint("state <> 'importing' OR run_token <> ''", name="importing_has_token"),
        Index("ix_import_job_kind", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    """Key of an ImportKind."""
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    division_code: Mapped[str] = mapped_column(String(12), index=True)
    """Scope of the uploader: the plan never leaves it."""
    as_of_on: Mapped[date | None]
    """The day of the figures as typed at upload; the file's own statement comes first."""
    corrections: Mapped[dict] = mapped_column(JSON, default=dict)
    state: Mapped[ImportState] = mapped_column(enum_column(ImportState), default=ImportState.READING)
    run_token: Mapped[str] = mapped_column(String(32), default="")
    """Of the thread at work; an earlier thread that wakes up late finds another token and writes nothing."""
    run_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """By the host's clock."""
    reading: Mapped[dict | None] = mapped_column(JSON)
    """Summary of layout and problems, for the pages."""
    plan: Mapped[dict | None] = mapped_column(JSON)
    """Summary of what would change, for the pages, with its fingerprint."""
    failure: Mapped[list | None] = mapped_column(JSON)
    """Why the last run came to nothing: frozen sentences, see `summary.freeze`."""
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    uploaded_by_name: Mapped[str] = mapped_column(String(120))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_by_name: Mapped[str | None] = mapped_column(String(120))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_warnings: Mapped[list] = mapped_column(JSON, default=list)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict | None] = mapped_column(JSON)

    file: Mapped[StoredFile] = relationship()
