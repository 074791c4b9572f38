"""A page's transaction can't write, on either database; the same connection writes when it is a writing one's turn."""

import pytest
import sqlalchemy as sa

from app.common.clock import DemoClock
from app.common.database import _reading, writing
from app.extensions import db
from tests.tenders.bid_stories import PUBLISHED


def test_a_connection_reads_or_writes_by_turns(app, session):
    row = {"id": 1, "at": PUBLISHED}
    session.commit()
    for _ in range(2):
        token = _reading.set(True)
        assert session.scalar(sa.select(sa.func.count()).select_from(DemoClock)) == 0
        with pytest.raises(sa.exc.DBAPIError, match=r"readonly|read-only"):
            session.execute(sa.insert(DemoClock.__table__).values(row))
        session.rollback()
        _reading.reset(token)
        with writing():
            db.session.execute(sa.insert(DemoClock.__table__).values(row))
            db.session.execute(sa.delete(DemoClock.__table__))
            db.session.rollback()
