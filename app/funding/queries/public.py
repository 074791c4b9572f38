"""Where each yuan went: sums from the ledger and the budget lines, payments one by one, what is on notice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.common.clock import local
from app.communities.models import Division
from app.extensions import db
from app.funding.ledger import Account, EntryKind, books_of
from app.funding.lifecycle import ApplicationStatus
from app.funding.models import BudgetLine, FundingApplication, Instalment, LedgerEntry, Payment, Programme
from app.funding.posting import books_on
from app.funding.programme import ProgrammeStatus


@dataclass(frozen=True)
class Flow:
    """Budget → approved → paid → reclaimed, in fen."""

    budget_fen: int
    committed_fen: int
    paid_fen: int
    reclaimed_fen: int

    @property
    def waiting_fen(self) -> int:
        """Approved and not yet paid."""
        return self.committed_fen - self.paid_fen

    @property
    def available_fen(self) -> int:
        return self.budget_fen - self.committed_fen


def flow_of(lines) -> Flow:
    lines = list(lines)
    return Flow(*(sum(getattr(line, name) for line in lines) for name in ("budget_fen", "committed_fen", "paid_fen", "reclaimed_fen")))


def money_totals() -> Flow:
    """The whole city: every budget line of a programme that was ever activated."""
    sums = [func.coalesce(func.sum(column), 0) for column in (BudgetLine.budget_fen, BudgetLine.committed_fen, BudgetLine.paid_fen, BudgetLine.reclaimed_fen)]  # fmt: skip
    row = db.session.execute(select(*sums).join(BudgetLine.programme).where(Programme.activated_at.is_not(None))).one()
    return Flow(*(int(value) for value in row))


def programmes(*, with_drafts: bool = False, division_code: str = ""):
    """Select of programmes, the newest first; drafts only for those who prepare and activate them."""
    statement = select(Programme).options(selectinload(Programme.lines)).where(Programme.division_code.startswith(division_code, autoescape=True))  # fmt: skip
    if not with_drafts:
        statement = statement.where(Programme.status.in_((ProgrammeStatus.ACTIVE, ProgrammeStatus.ENDED)))
    return statement.order_by(Programme.opens_on.desc(), Programme.id.desc())


@dataclass(frozen=True)
class DistrictFlow:
    code: str
    name: str
    compounds: int
    committed_fen: int
    paid_fen: int
    reclaimed_fen: int

    @property
    def waiting_fen(self) -> int:
        return self.committed_fen - self.paid_fen


def flow_by_district() -> list[DistrictFlow]:
    """What each district's compounds were granted and paid, from the ledger."""
    code = func.substr(FundingApplication.division_code, 1, 6)

    def total(*kinds: EntryKind, minus: EntryKind | None = None):
        signs = [(LedgerEntry.kind.in_(kinds), LedgerEntry.amount_fen)]
        if minus is not None:
            signs.append((LedgerEntry.kind == minus, -LedgerEntry.amount_fen))
        return func.coalesce(func.sum(case(*signs, else_=0)), 0)

    sums = (
        select(
            code.label("code"),
            func.count(FundingApplication.compound_id.distinct()).label("compounds"),
            total(EntryKind.COMMIT, minus=EntryKind.RELEASE).label("committed"),
            total(EntryKind.PAY).label("paid"),
            total(EntryKind.RECLAIM).label("reclaimed"),
        )
        .select_from(LedgerEntry)
        .join(FundingApplication, FundingApplication.id == LedgerEntry.application_id)
        .group_by(code)
        .subquery()
    )
    rows = db.session.execute(
        select(sums.c.code, Division.name, sums.c.compounds, sums.c.committed, sums.c.paid, sums.c.reclaimed)
        .join(Division, Division.code == sums.c.code)
        .order_by(sums.c.code)
    )
    return [DistrictFlow(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5])) for row in rows]


def payments_made(*, programme_id: int | None = None, compound_id: int | None = None, district: str = "", text: str = ""):
    """Select of confirmed payments, the latest first, with instalment, application and programme."""
    statement = (
        select(Payment)
        .join(Payment.instalment)
        .join(Instalment.application)
        .join(FundingApplication.programme)
        .where(Payment.confirmed_at.is_not(None))
        .options(contains_eager(Payment.instalment).contains_eager(Instalment.application).contains_eager(FundingApplication.programme))
    )
    if programme_id is not None:
        statement = statement.where(FundingApplication.programme_id == programme_id)
    if compound_id is not None:
        statement = statement.where(FundingApplication.compound_id == compound_id)
    if district:
        statement = statement.where(FundingApplication.division_code.startswith(district, autoescape=True))
    if text:
        columns = (FundingApplication.compound_name, FundingApplication.payee_name, Payment.voucher_number)
        statement = statement.where(or_(*(column.contains(text, autoescape=True) for column in columns)))
    return statement.order_by(Payment.paid_on.desc(), Payment.id.desc())


def _on_notice(now: datetime) -> tuple:
    return (
        FundingApplication.status.in_((ApplicationStatus.PUBLICITY, ApplicationStatus.OBJECTED)),
        FundingApplication.publicity_ends_on >= local(now).date(),
    )


def notices(now: datetime):
    """Select of the applications that are on public notice now."""
    return (
        select(FundingApplication)
        .where(*_on_notice(now))
        .options(joinedload(FundingApplication.programme), joinedload(FundingApplication.applicant))
        .order_by(FundingApplication.publicity_ends_on, FundingApplication.id)
    )


def count_notices(now: datetime) -> int:
    return db.session.scalar(select(func.count()).select_from(FundingApplication).where(*_on_notice(now))) or 0


def find_programme(programme_id: int) -> Programme | None:
    return db.session.scalars(
        select(Programme)
        .where(Programme.id == programme_id)
        .options(selectinload(Programme.lines), joinedload(Programme.prepared_by), joinedload(Programme.activated_by))
    ).one_or_none()


def division_names() -> dict[str, str]:
    """City and districts by code."""
    rows = db.session.execute(select(Division.code, Division.name).where(func.length(Division.code) <= 6).order_by(Division.code))
    return dict(rows.all())


def district_names() -> dict[str, str]:
    return {code: name for code, name in division_names().items() if len(code) == 6}


def place_names(division_code: str) -> str:
    """District · street · community of a place."""
    codes = [division_code[:length] for length in (6, 9, 12) if len(division_code) >= length]
    names = dict(db.session.execute(select(Division.code, Division.name).where(Division.code.in_(codes))).all())
    return " · ".join(names[code] for code in codes if code in names)


def ledger_of(programme_id: int):
    """Select of a programme's ledger, in the order in which it was written."""
    return (
        select(LedgerEntry)
        .join(LedgerEntry.line)
        .where(BudgetLine.programme_id == programme_id)
        .options(joinedload(LedgerEntry.application))
        .order_by(LedgerEntry.id)
    )


def ledger_problems() -> list[str]:
    """Where the counters of a budget line differ from its ledger, and where the ledger would overdraw. Empty when all is well."""
    problems = []
    entries: dict[int, list] = {}
    for line_id, kind, amount in db.session.execute(
        select(LedgerEntry.line_id, LedgerEntry.kind, LedgerEntry.amount_fen).order_by(LedgerEntry.id)
    ):
        entries.setdefault(line_id, []).append((kind, amount))
    lines = db.session.scalars(
        select(BudgetLine).join(BudgetLine.programme).where(Programme.activated_at.is_not(None)).order_by(BudgetLine.id)
    )
    for line in lines:
        books, counters = books_of(entries.get(line.id, [])), books_on(line)
        problems.extend(
            f"budget_line {line.id} {account.value}: ledger {books[account]}, counters {counters[account]}"
            for account in Account
            if books[account] != counters[account]
        )
    return problems
