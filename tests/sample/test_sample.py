"""The sample city: whole, lawful, paid for once, and the same every time it is loaded."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from app import create_app
from app.accounts.models import User
from app.accounts.rules import Role
from app.common import clock
from app.common.audit import AuditEvent
from app.common.calendar_days import load_calendar
from app.common.database import writing
from app.common.mail import OutboxMail
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from app.enterprises.models import ConductRecord, Enterprise
from app.extensions import db
from app.funding import queries as funding_queries
from app.funding.lifecycle import ApplicationStatus, status_now
from app.funding.models import BudgetLine, FundingApplication, LedgerEntry, Payment
from app.sample.load import PRESENT
from app.sample.money import CLAIMS
from app.sample.people import PASSWORD, list_accounts
from app.sample.tenders.stories import STORIES
from app.tenders.kinds import Seat
from app.tenders.lifecycle import Phase, Status
from app.tenders.models import Bid, EvaluatorAssignment, Objection, OpeningRecord, RankingRow, ScoreSheet, Tender
from app.tenders.queries.drafting import gaps_of
from app.tenders.queries.draw_bundle import bundle
from app.tenders.queries.draw_shown import draw_shown
from app.tenders.queries.tenders import phase_of
from tests import verify_alone
from tests.tenders.test_draw_recomputed import found_in

MODES = {
    ManagementMode.PROFESSIONAL: 176,
    ManagementMode.UNIT_LOGISTICS: 482,
    ManagementMode.CLEANING_ONLY: 166,
    ManagementMode.NONE: 291,
}


def load(app):
    return app.test_cli_runner().invoke(args=["sample", "load"])


def test_the_sample_city_is_what_its_pages_promise(app, database, tmp_path):
    done = load(app)
    assert done.exit_code == 0, done.output + str(done.exception)
    with app.app_context():
        check_registers()
        check_tenders()
        check_draws()
        check_money()
        check_people()
        told = summary()
    again = load(app)
    assert again.exit_code == 1
    assert "数据库里已有数据" in again.output
    if database.backend == "sqlite":
        assert told == summary_of_another_load(database, tmp_path), "two loads differ"


def check_registers():
    assert clock.now() == PRESENT
    assert clock.is_demo()
    counts = db.session.execute(select(Compound.mode, func.count()).group_by(Compound.mode))
    moved = taken_over()
    assert dict(counts.all()) == Counter(MODES) - moved + Counter({ManagementMode.PROFESSIONAL: moved.total()})
    assert moved.total() > 4, "contracts in force have changed who manages"
    assert count(Compound) == 1115
    assert count(Enterprise) == 25
    assert count(ConductRecord) == 140


def taken_over() -> Counter:
    """Modes in which compounds were when the contract on them began."""
    begun = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "compound.manage"))
    return Counter(ManagementMode(before) for row in begun for key, before, _after in row.facts["changes"] if key == "mode")


def check_tenders():
    tenders = list(db.session.scalars(select(Tender).order_by(Tender.id)))
    assert {tender.status for tender in tenders} == set(Status)
    assert {phase_of(tender, PRESENT) for tender in tenders} == set(Phase) - {Phase.CLOSED, Phase.TOO_FEW}
    assert Counter(t.status for t in tenders if t.retender_of_id is None) == Counter(story.reaches for story in STORIES)
    assert sum(t.status is Status.CONTRACTED for t in tenders) >= 4
    bids = dict(db.session.execute(select(Bid.tender_id, func.count()).group_by(Bid.tender_id)).all())
    assert all(3 <= bids[t.id] <= 8 for t in tenders if t.published_at and t.status not in (Status.FAILED, Status.CANCELLED))
    assert sum(objection.answered_at is None for objection in db.session.scalars(select(Objection))) == 1
    assert count(RankingRow, RankingRow.rank.is_(None)) == 1
    drafts = [t for t in tenders if t.status is Status.DRAFT and t.retender_of_id is None]
    assert all(gaps_of(t, now=PRESENT, calendar=load_calendar()) for t in drafts)
    evaluating = next(t for t in tenders if t.status is Status.OPENED)
    signed = select(func.count()).select_from(ScoreSheet).join(EvaluatorAssignment)
    signed = signed.where(EvaluatorAssignment.tender_id == evaluating.id, ScoreSheet.signed_at.is_not(None))
    assert db.session.scalar(signed) == 3 * bids[evaluating.id]


def check_draws():
    """Every committee comes from its draw, and anybody computes it again: with verify.py, and with the page's own script."""
    files, left, evaluated = [], [], 0
    for tender in db.session.scalars(select(Tender).where(Tender.published_at.is_not(None)).order_by(Tender.id)):
        shown = draw_shown(tender)
        files.append(bundle(tender))
        left.append(verify_alone.as_module().check_draw_data(files[-1])[1])
        experts = [seat for seat in tender.evaluators if seat.seat is Seat.EXPERT]
        assert len(experts) == (shown.plan.experts if tender.opened_at else 0), tender.number
        assert {line.step.assignment_id for one in shown.rounds for line in one.lines} - {None} == {seat.id for seat in experts}
        evaluated += bool(experts)
    assert evaluated == 11
    assert [(page["word"], page["empty"]) for page in found_in(*files)] == [(None, empty) for empty in left]


def check_money():
    applications = list(db.session.scalars(select(FundingApplication)))
    found = Counter(status_now(a.status, a.publicity_ends_on, PRESENT) for a in applications)
    assert found == Counter(claim.reaches for claim in CLAIMS)
    assert found.keys() >= {
        ApplicationStatus.DRAFT, ApplicationStatus.STREET_REVIEWED, ApplicationStatus.DISTRICT_REVIEWED, ApplicationStatus.PUBLICITY,
        ApplicationStatus.PAYABLE, ApplicationStatus.PARTLY_PAID, ApplicationStatus.PAID, ApplicationStatus.RETURNED,
    }  # fmt: skip
    assert funding_queries.ledger_problems() == []
    standing = [p for p in db.session.scalars(select(Payment)) if p.rejected_at is None]
    assert len({p.instalment_id for p in standing}) == len(standing)
    paid = sum(p.amount_fen for p in standing if p.confirmed_at is not None)
    assert 0 < paid == db.session.scalar(select(func.sum(BudgetLine.paid_fen))) == sum(a.paid_fen for a in applications)
    assert all(p.confirmed_by_id != p.recorded_by_id for p in standing)


def check_people():
    accounts = list_accounts()
    assert {account["role"] for account in accounts} == {str(role.label) for role in Role}
    assert {account["password"] for account in accounts} == {PASSWORD}
    assert max(Counter(account["email"] for account in accounts).values()) == 2, "somebody wears two hats"


def count(model, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def summary_of_another_load(database, folder) -> dict:
    settings = database.settings | {"DATA": folder / "again"}
    app = create_app(**settings)
    with app.app_context(), writing():
        db.create_all()
        assert load(app).exit_code == 0
        told = summary()
        db.session.remove()
        db.engine.dispose()
    return told


AT_RANDOM = {"receipt", "capsule", "closing_sha256", "record_sha256", "inputs_sha256"}
"""Facts that follow from a capsule's fresh key; capsules are opened in the order of their hashes."""


def summary() -> dict:
    """All that pages can show of the story, except what is drawn at random on purpose: keys of bids, receipts and password hashes."""
    return {
        "audit": sorted(
            (e.at, e.event, e.object_type, e.object_id, e.user_name, repr({k: v for k, v in e.facts.items() if k not in AT_RANDOM}))
            for e in db.session.scalars(select(AuditEvent))
        ),
        "people": db.session.execute(select(User.id, User.name, User.email).order_by(User.id)).all(),
        "openings": [
            (record.tender_id, record.presided_by, [(line.enterprise_name, line.price_fen, line.received_at) for line in record.lines])
            for record in db.session.scalars(select(OpeningRecord).order_by(OpeningRecord.id))
        ],
        "codes": db.session.execute(select(Bid.tender_id, Bid.enterprise_id, Bid.blind_code).order_by(Bid.id)).all(),
        "ranking": db.session.execute(select(RankingRow.bid_id, RankingRow.rank, RankingRow.total).order_by(RankingRow.id)).all(),
        "ledger": db.session.execute(select(LedgerEntry.kind, LedgerEntry.amount_fen, LedgerEntry.memo).order_by(LedgerEntry.id)).all(),
        "mails": db.session.execute(select(OutboxMail.to, OutboxMail.subject, OutboxMail.written_at).order_by(OutboxMail.id)).all(),
        "compounds": db.session.execute(select(Compound.id, Compound.name, Compound.updated_at).order_by(Compound.id)).all(),
    }


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_production_site_refuses_the_sample_city(app):
    app.config["PRODUCTION"] = True
    done = load(app)
    assert done.exit_code == 1
    assert "正式运行的站点不能载入示范城市" in done.output
