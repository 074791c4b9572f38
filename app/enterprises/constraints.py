"""The database is the last judge: when two people press at once, its constraints answer with the sentence of the rule."""

from sqlalchemy.exc import IntegrityError

from app.common.refusal import Reason, Refused
from app.enterprises.admission import ALREADY_LINKED, ALREADY_NOTED, ALREADY_REGISTERED, SAME_RECORD
from app.extensions import db

SENTENCES: tuple[tuple[str, str, Reason, str | None], ...] = (
    ("uq_enterprise_uscc", "enterprise.uscc", ALREADY_REGISTERED, "uscc"),
    ("uq_enterprise_organisation_id", "enterprise.organisation_id", ALREADY_LINKED, None),
    ("uq_conduct_record_natural", "conduct_record.enterprise_id", SAME_RECORD, "document_number"),
    ("uq_enterprise_project_", "enterprise_project.enterprise_id", ALREADY_NOTED, None),
)
"""Constraint (as PostgreSQL names it), its first column (as SQLite names it), sentence, field of the form."""


def flush_or_refuse() -> None:
    """Send the changes to the database; a constraint that refuses them undoes the whole transaction and becomes Refused."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        message = str(error.orig)
        for name, column, reason, field in SENTENCES:
            if name in message or f"UNIQUE constraint failed: {column}" in message:
                raise Refused(reason, field=field) from error
        raise
