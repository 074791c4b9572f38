"""A log to write into: things that happen to an organisation, at instants of the test's choosing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app.extensions import db
from app.log import actions, queries
from app.log.models import LogEntry
from tests import factories

START = datetime(2009, 11, 18, 1, 3, 20, tzinfo=UTC)


@dataclass
class Log:
    about: object
    entries: list[LogEntry] = field(default_factory=list)

    def append(
        self, at: datetime = START, *, event: str = "tender.publish", is_public: bool = True, tender: str | None = "4104-1", **facts
    ):
        """One event, committed."""
        entry = actions.append(event, self.about, now=at, payload=facts, tender=tender, is_public=is_public, organisation_id=self.about.id)
        db.session.commit()
        self.entries.append(entry)
        return entry

    def public(self, at: datetime) -> queries.PublicLog:
        db.session.expire_all()
        return queries.public_log(at)


@pytest.fixture
def log(session) -> Log:
    about = factories.organisation()
    session.commit()
    return Log(about)
