"""Said once when a server starts: this process has another key than its log began with, and what to do."""

from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.common.database import reading
from app.extensions import db
from app.log.keys import WrongLogKey, log_keys
from app.log.models import LogBegin


def say_wrong_key(app: Flask) -> None:
    """On the process's own log. Pages that don't need the log work; those that do answer with the same advice."""
    with app.app_context(), reading():
        try:
            if _has_begun():
                log_keys()
        except WrongLogKey as error:
            app.logger.error("the public log stands still: %s", error)
        except sa.exc.OperationalError:
            app.logger.warning("the database did not answer; whether the log's key is the one it began with was not looked at")
        finally:
            db.session.remove()
            db.engine.dispose()


def _has_begun() -> bool:
    """Asked so that a missing SQLite file stays missing."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return False
    if not sa.inspect(db.engine).has_table(LogBegin.__tablename__):
        return False
    return db.session.scalar(sa.select(LogBegin.id)) is not None
