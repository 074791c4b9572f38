"""Rows that must stay: neither taken away, nor rewritten, nor replaced by another in their place, in any table that is guarded."""

import pytest
import sqlalchemy as sa

from app.common.guards import APPEND_ONLY, CHANGES_ONLY, keys_of
from app.extensions import db

NOT_IN_THE_CITY = {"bid_recovery", "recovery_window", "bid_refusal", "bid_unsealing", "share_release", "pool_tie"}
"""Nothing of these need have happened there."""


def refused(session, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only|does not allow|UNIQUE constraint failed|permission denied|unique constraint"):
        session.execute(sa.text(statement))
    session.rollback()


@pytest.mark.parametrize("database", ["city"], indirect=True)
def test_no_row_of_the_city_can_be_replaced(city, session):
    tables = sorted({*APPEND_ONLY, *CHANGES_ONLY})
    assert len(tables) > 20
    for table in tables:
        try_to_replace(session, table)


def try_to_replace(session, table: str) -> None:
    model = db.metadata.tables[table]
    names = [column.name for column in model.columns]
    is_sqlite = db.engine.dialect.name == "sqlite"
    for columns, where in keys_of(model):
        among = " AND ".join([f"{column} IS NOT NULL" for column in columns] + ([where] if where else []))
        if not session.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {among}")):
            assert table in NOT_IN_THE_CITY or where or len(keys_of(model)) > 1, f"{table} is empty"
            continue
        own = [column.name for column in model.primary_key.columns]
        if tuple(own) == columns or own != ["id"]:
            taken = ", ".join(names)
        else:  # another row that only this key brings into the way of the first
            taken = ", ".join(name if name != "id" else f"(SELECT max(id) + 1 FROM {table})" for name in names)
        first = f"SELECT {taken} FROM {table} WHERE {among} LIMIT 1"
        if is_sqlite:
            refused(session, f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) {first}")
            refused(session, f"REPLACE INTO {table} ({', '.join(names)}) {first}")
        else:
            target = f"({', '.join(columns)})" + (f" WHERE {where}" if where else "")
            change = f"{names[-1]} = EXCLUDED.{names[-1]}"
            refused(session, f"INSERT INTO {table} ({', '.join(names)}) {first} ON CONFLICT {target} DO UPDATE SET {change}")


def test_a_plain_new_row_is_welcome_and_a_second_of_its_kind_is_refused_as_ever(session):
    from tests.tenders import bid_stories as stories

    story = stories.published()
    holder = story.tender.holders[0]
    assert (
        session.scalar(sa.text("SELECT count(*) FROM holder_key WHERE retired_at IS NULL AND user_id = :user"), {"user": holder.user_id})
        == 1
    )
    add = "INSERT INTO holder_key (user_id, recipient, fingerprint, made_at{0}) SELECT user_id, 'age1other', fingerprint, made_at{1} FROM holder_key WHERE id = :id"
    with pytest.raises(sa.exc.IntegrityError):  # a second standing key of one person
        session.execute(sa.text(add.format("", "")), {"id": holder.key_id})
    session.rollback()
    session.execute(sa.text(add.format(", retired_at, reason", ", made_at, 'lost'")), {"id": holder.key_id})
    session.rollback()
