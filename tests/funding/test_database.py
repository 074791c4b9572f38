"""What the database refuses by itself, when the actions are bypassed, and two people at one button: on both databases."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.common.database import writing
from app.common.refusal import Refused
from app.extensions import db
from app.funding import actions, queries
from app.funding.models import (
    BudgetLine,
    FundingApplication,
    FundingReview,
    Instalment,
    LedgerEntry,
    Payment,
    Programme,
    SubsidyMonth,
)
from app.funding.review import Decision, ReviewStep
from tests.factories import NOW
from tests.funding.things import DAY, accept, active_programme, compound, contract, passed, pay, payable, submitted

AMOUNT = 11_575_200


def refused(session, statement, match: str | None = None) -> None:
    with pytest.raises((IntegrityError, DBAPIError), match=match):
        session.execute(statement)
    session.rollback()


def test_a_budget_line_cannot_be_overdrawn_by_one_fen(stage, session):
    update = sa.update(BudgetLine)
    refused(session, update.values(committed_fen=BudgetLine.budget_fen + 1), "not_overdrawn")
    refused(session, update.values(committed_fen=-1), "not_overdrawn")
    refused(session, update.values(committed_fen=100, paid_fen=101), "paid_within_committed")
    refused(session, update.values(committed_fen=100, paid_fen=100, reclaimed_fen=101), "reclaimed_within_paid")
    session.execute(update.values(committed_fen=BudgetLine.budget_fen))


def test_the_ledger_is_append_only(stage, session):
    for statement in (sa.update(LedgerEntry).values(amount_fen=1), sa.delete(LedgerEntry)):
        refused(session, statement, "append-only|permission denied")


def test_the_ledger_takes_only_flows_that_exist(stage, session):
    whole = {
        "line_id": stage.programme.lines[0].id, "kind": "commit", "source": "available", "target": "committed", "amount_fen": 1,
        "posted_at": NOW, "application_id": submitted(stage).id, "memo": "",
    }  # fmt: skip
    session.commit()
    wrong = (
        {"source": "appropriation"},
        {"target": "paid"},
        {"amount_fen": 0},
        {"kind": "pay"},
        {"application_id": None},
        {"kind": "fund"},
    )
    for change in wrong:
        refused(session, sa.insert(LedgerEntry).values(**(whole | change)))
    session.execute(sa.insert(LedgerEntry).values(**whole))
    refused(session, sa.insert(LedgerEntry).values(**whole))


def test_an_instalment_is_paid_once_and_a_voucher_used_once(stage, session):
    application, later = payable(stage)
    pay(stage, application, 1, later, "PZ-1")
    session.commit()
    row = {
        "amount_fen": 1,
        "paid_on": later.date(),
        "recorded_at": later,
        "recorded_by_id": stage.finance.user_id,
        "rejected_reason": "",
        "version_id": 1,
    }
    first, second = (one.id for one in application.instalments)
    refused(
        session, sa.insert(Payment).values(instalment_id=first, voucher_number="PZ-2", **row), "uq_payment_instalment|payment.instalment_id"
    )
    refused(
        session, sa.insert(Payment).values(instalment_id=second, voucher_number="PZ-1", **row), "uq_payment_voucher|payment.voucher_number"
    )


def test_the_same_hands_cannot_record_and_confirm_nor_prepare_and_activate(stage, session):
    application, later = payable(stage)
    pay(stage, application, 1, later)
    session.commit()
    refused(session, sa.update(Payment).values(confirmed_by_id=Payment.recorded_by_id), "four_eyes")
    refused(session, sa.update(Programme).values(activated_by_id=Programme.prepared_by_id), "four_eyes")


def test_one_live_application_per_compound_and_programme_and_one_subsidy_per_month(stage, session):
    application = submitted(stage)
    other = compound("民政小区", 1_000_000)
    session.commit()
    columns = {c.name: getattr(application, c.name) for c in FundingApplication.__table__.columns if c.name != "id"}
    twin = columns | {"number": "BT-2009-999999"}
    refused(session, sa.insert(FundingApplication).values(**twin))
    session.execute(sa.insert(FundingApplication).values(**(twin | {"compound_id": other.id})))
    session.rollback()
    refused(
        session, sa.insert(SubsidyMonth).values(application_id=application.id, compound_id=stage.compound.id, month_on=date(2009, 11, 1))
    )


def test_states_and_their_facts_stand_or_fall_together(stage, session):
    submitted(stage)
    session.commit()
    update = sa.update(FundingApplication)
    for status in ("payable", "bureau_approved", "publicity", "paid", "partly_paid", "nonsense"):
        refused(session, update.values(status=sa.literal_column(f"'{status}'")))
    refused(session, update.values(submitted_at=None))
    refused(session, update.values(amount_fen=0))
    refused(session, update.values(paid_fen=FundingApplication.amount_fen + 1))


def test_a_level_decides_once_a_round(stage, session):
    application = passed(stage, submitted(stage), ReviewStep.STREET)
    session.commit()
    columns = {c.name: getattr(application.reviews[0], c.name) for c in FundingReview.__table__.columns if c.name != "id"}
    refused(session, sa.insert(FundingReview).values(**columns))


def test_a_constraint_that_only_the_database_sees_is_answered_with_a_sentence(stage, session, monkeypatch):
    """Without the rule's own question the unique index refuses, and the person reads the same words."""
    application, later = payable(stage)
    pay(stage, application, 1, later, "PZ-1")
    accept(stage, application, later + DAY)
    session.commit()
    monkeypatch.setattr(queries, "voucher_exists", lambda number: False)
    with pytest.raises(Refused, match="凭证号已经登记"):
        pay(stage, application, 2, later + DAY, "PZ-1")


def at_once(app, *verbs) -> list:
    """Run each verb in a transaction of its own, all starting together; what each returned or raised."""
    barrier, results = threading.Barrier(len(verbs)), [None] * len(verbs)

    def run(number, verb) -> None:
        with app.app_context(), writing():
            barrier.wait()
            try:
                verb()
                db.session.commit()
                results[number] = "done"
            except Refused as refused:
                db.session.rollback()
                results[number] = str(refused.reason)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_approvers_at_the_same_button_commit_the_budget_once(app, stage, session):
    application = passed(stage, submitted(stage), ReviewStep.STREET, ReviewStep.DISTRICT)
    number, line_id = application.id, stage.programme.lines[0].id
    session.commit()
    people = (stage.approver, stage.second_approver, stage.approver)
    results = at_once(
        app, *(lambda who=who: actions.review(number, ReviewStep.BUREAU, Decision.PASSED, actor=who, now=NOW) for who in people)
    )
    assert results.count("done") == 1
    assert all("已批准，待公示" in result for result in results if result != "done")
    session.expire_all()
    assert session.get(BudgetLine, line_id).committed_fen == AMOUNT
    assert queries.ledger_problems() == []


def test_two_applications_for_the_last_of_the_budget_do_not_both_get_it(app, stage, session):
    from app.accounts.models import Organisation

    programme = active_programme(stage.finance, stage.approver, name="只够一个小区", budget_fen=AMOUNT + 1)
    other = compound("锦绣苑", 4_823_000)
    home = session.get(Organisation, stage.community.organisation_id)
    contract([other], home, firm=session.get(Organisation, stage.enterprise_clerk.organisation_id), signer=stage.community)
    both = [submitted(stage, programme=programme, compound=row) for row in (stage.compound, other)]
    for application in both:
        passed(stage, application, ReviewStep.STREET, ReviewStep.DISTRICT)
    numbers, line_id = [row.id for row in both], programme.lines[0].id
    session.commit()
    results = at_once(
        app, *(lambda n=n: actions.review(n, ReviewStep.BUREAU, Decision.PASSED, actor=stage.approver, now=NOW) for n in numbers)
    )
    assert sorted(result == "done" for result in results) == [False, True]
    assert any("余额不够" in result for result in results)
    session.expire_all()
    assert session.get(BudgetLine, line_id).committed_fen == AMOUNT


def test_two_people_starting_the_same_application_make_one(app, stage, session):
    programme_id, compound_id = stage.programme.id, stage.compound.id
    session.commit()
    results = at_once(app, *[lambda: actions.start_application(programme_id, compound_id, actor=stage.community, now=NOW)] * 2)
    assert results.count("done") == 1 and any("已有申请" in result for result in results)


def test_two_finance_officers_record_and_confirm_one_payment(app, stage, session):
    application, later = payable(stage)
    instalment_id = application.instalments[0].id
    session.commit()
    results = at_once(
        app,
        *(
            lambda who=who, n=n: actions.record_payment(instalment_id, voucher_number=f"PZ-{n}", paid_on=later.date(), actor=who, now=later)
            for n, who in enumerate((stage.finance, stage.second_finance))
        ),
    )
    assert results.count("done") == 1 and any("已经登记过付款" in result for result in results)
    session.expire_all()
    payment = session.get(Instalment, instalment_id).payment
    payment_id, recorder = payment.id, payment.recorded_by_id
    session.commit()
    people = [who for who in (stage.finance, stage.second_finance, stage.approver) if who.user_id != recorder]
    results = at_once(app, *(lambda who=who: actions.confirm_payment(payment_id, actor=who, now=later) for who in people))
    assert results.count("done") == 1 and any("已经办过" in result for result in results)
    session.expire_all()
    assert session.get(Instalment, instalment_id).application.paid_fen == 6_945_120
    assert queries.ledger_problems() == []
