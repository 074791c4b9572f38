"""The two databases keep the promises that everything else leans on."""

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from app.accounts import actions
from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind
from app.common.access import system_actor
from app.common.audit import AuditEvent, Done, record, record_all
from app.common.clock import wall
from app.common.database import UnauditedChange

NOW = wall()


def found(name="新华区房管局"):
    return actions.create_organisation(kind=OrganisationKind.BUREAU, name=name, division_code="410402", actor=system_actor(), now=NOW)


def test_a_change_and_its_audit_row_come_together(session):
    organisation = found()
    session.commit()
    row = session.scalar(select(AuditEvent).order_by(AuditEvent.id.desc()))
    assert (row.event, row.object_type, row.object_id) == ("organisation.create", "organisation", str(organisation.id))
    assert row.at == NOW and row.at.tzinfo is not None


@pytest.mark.parametrize("how", ["attribute", "bulk update", "bulk insert"])
def test_a_commit_without_an_audit_row_is_refused(session, how):
    organisation = found()
    session.commit()
    if how == "attribute":
        organisation.name = "改名"
    elif how == "bulk update":
        session.execute(update(Organisation).values(name="改名"))
    else:
        session.execute(insert(Organisation), [dict(kind=OrganisationKind.BUREAU, name="又一个", division_code="41", created_at=NOW)])
    with pytest.raises(UnauditedChange):
        session.commit()
    session.rollback()
    assert session.scalars(select(Organisation.name)).all() == ["新华区房管局"]


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET event = 'x'", "DELETE FROM audit_event"])
def test_audit_rows_cannot_be_changed_or_removed(session, statement):
    found()
    session.commit()
    with pytest.raises(DBAPIError):
        session.execute(text(statement))


def test_an_event_or_fact_without_words_is_refused(session):
    organisation = found()
    with pytest.raises(KeyError):
        record("organisation.vanish", organisation, actor=system_actor(), now=NOW)
    with pytest.raises(KeyError):
        record("organisation.create", organisation, actor=system_actor(), now=NOW, wordless=1)


def test_a_page_cannot_write(app):
    with app.test_request_context("/health", method="GET"):
        app.preprocess_request()
        with pytest.raises(DBAPIError):
            found()


def test_a_constraint_of_an_enumeration_is_kept_by_the_database(session):
    found()
    session.commit()
    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE organisation SET kind = 'circus'"))


def test_an_instant_without_a_zone_is_an_error(session):
    organisation = found()
    organisation.created_at = NOW.replace(tzinfo=None)
    with pytest.raises((ValueError, StatementError)) as error:
        session.flush()
    assert "naive" in str(error.value)


def test_a_savepoint_may_be_let_go_before_the_audit_row_is_written(session):
    with session.begin_nested():
        session.add(Organisation(kind=OrganisationKind.BUREAU, name="先写", division_code="41", created_at=NOW))
    with pytest.raises(UnauditedChange):
        session.commit()
    session.rollback()


def test_events_recorded_together_are_rows_like_any_other(session):
    bureaus = [found("新华区房管局"), found("卫东区房管局")]
    session.commit()
    actor = system_actor()
    record_all([Done("organisation.create", one, actor, NOW, {"name": one.name}) for one in bureaus])
    record("organisation.create", bureaus[0], actor=actor, now=NOW, name=bureaus[0].name)
    session.commit()
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(3)).all()
    told = [{c.name: getattr(row, c.name) for c in AuditEvent.__table__.columns if c.name != "id"} for row in rows]
    assert told[0] == told[2] and told[1]["object_id"] == str(bureaus[1].id)


def test_events_are_not_recorded_together_within_a_savepoint(session):
    bureau = found()
    session.commit()
    with session.begin_nested(), pytest.raises(RuntimeError):
        record_all([Done("organisation.create", bureau, system_actor(), NOW, {})])
