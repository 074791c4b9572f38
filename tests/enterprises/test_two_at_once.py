"""Two people press the same button at once: one does it, the other reads a sentence."""

from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.accounts.rules import Role
from app.common.refusal import Refused
from app.enterprises import actions
from app.enterprises.models import ConductRecord, Enterprise, Project
from app.enterprises.rules import ConductKind
from app.extensions import db
from tests import factories
from tests.factories import NOW

USCC = "91110000600037341L"
CONDUCT = {
    "occurred_on": date(2009, 10, 1),
    "kind": ConductKind.GOOD,
    "matter": "接管无人管理楼院",
    "points": 2,
    "document_number": "平房管〔2009〕301号",
    "expires_on": date(2010, 10, 1),
}
CONTRACT = {"reference": "WD-1", "name": "康居小区", "place": "卫东区", "area_centi": 100, "since_on": date(2009, 12, 1), "until_on": None}


def at_once(app, work) -> list[str]:
    """What became of two threads that do the same: "done", a sentence, or "stale"."""
    barrier, answers = Barrier(2), []

    def run():
        with app.app_context():
            try:
                db.session.execute(select(1)) if db.engine.dialect.name == "postgresql" else None
                barrier.wait(10)
                work()
                db.session.commit()
                answers.append("done")
            except Refused as refused:
                db.session.rollback()
                answers.append(str(refused.reason.text))
            except StaleDataError:
                db.session.rollback()
                answers.append("stale")
            finally:
                db.session.remove()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.fixture
def officer(session):
    return factories.actor(Role.BUREAU_OFFICER)


@pytest.fixture
def enterprise_id(session, officer):
    enterprise = actions.register_enterprise(uscc=USCC, name="甲物业", actor=officer, now=NOW)
    key = enterprise.id
    session.commit()
    return key


def test_one_code_is_registered_once(app, session, officer):
    session.commit()
    answers = at_once(app, lambda: actions.register_enterprise(uscc=USCC, name="甲物业", actor=officer, now=NOW))
    assert answers == ["done", "这个代码的企业已经在名录中。"]
    assert session.scalar(select(func.count(Enterprise.id))) == 1


def test_one_record_is_entered_once(app, session, officer, enterprise_id):
    answers = at_once(app, lambda: actions.record_conduct(db.session.get(Enterprise, enterprise_id), **CONDUCT, actor=officer, now=NOW))
    assert answers == ["done", "这家企业已有同一天、同一文号、同一事项的记录。"]
    assert session.scalar(select(func.count(ConductRecord.id))) == 1


def test_one_contract_is_noted_once(app, session, officer, enterprise_id):
    work = lambda: actions.note_contract(  # noqa: E731
        db.session.get(Enterprise, enterprise_id), **CONTRACT, signed_on=date(2009, 11, 18), actor=officer, now=NOW
    )
    answers = at_once(app, work)
    assert answers in (["done", "done"], ["done", "这家企业已有同名、同一天开始的项目。"])
    session.rollback()
    assert session.scalar(select(func.count(Project.id))) == 1


def test_one_record_is_revoked_once(app, session, officer, enterprise_id):
    row = actions.record_conduct(session.get(Enterprise, enterprise_id), **CONDUCT, actor=officer, now=NOW)
    key = row.id
    session.commit()
    answers = at_once(app, lambda: actions.revoke_conduct(db.session.get(ConductRecord, key), reason="更正", actor=officer, now=NOW))
    assert answers in (["done", "stale"], ["done", "这条记录已经撤销。"])
