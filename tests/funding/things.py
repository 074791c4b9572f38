"""What the tests of funding begin with: a place, a compound with a contract, people of every role, programmes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind, Role
from app.common import audit
from app.common.access import Actor, system_actor
from app.common.calendar_days import load_official_years
from app.communities.actions import load_divisions
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from app.enterprises.models import Enterprise
from app.extensions import db
from app.funding import actions
from app.funding.models import FundingApplication, Programme
from app.funding.programme import Payee, ProgrammeKind
from app.funding.review import Decision, ReviewStep
from app.tenders.kinds import Regime
from app.tenders.lifecycle import Status
from app.tenders.models import Award, Bid, Contract, Tender, TenderCompound
from tests.factories import COMMUNITY, NOW, STREET, actor, organisation

DIVISIONS = (
    ("4104", "平顶山市"), ("410402", "新华区"), ("410403", "卫东区"), ("410402001", "曙光街街道"), ("410403001", "东安路街道"),
    ("410402001001", "联盟社区"), ("410402001002", "胜利社区"), ("410403001001", "东苑社区"),
)  # fmt: skip
USCC = ("91110000600037341L", "91410402123456788B", "91410402MA40ABC13B")
DETAILS = {
    "statement": "用于公共区域保洁和门岗。", "contact_name": "王敏", "contact_phone": "0375-2345678",
    "payee_bank": "平顶山市商业银行", "payee_account": "4104 0200 1234 5678",
}  # fmt: skip
DAY = timedelta(days=1)


@dataclass
class Stage:
    """People as actors, a compound of 48,230.00 m² with a contract from November 2009, an active programme of 0.20 yuan."""

    community: Actor
    street: Actor
    district: Actor
    inspector: Actor
    approver: Actor
    second_approver: Actor
    legal: Actor
    finance: Actor
    second_finance: Actor
    auditor: Actor
    enterprise_clerk: Actor
    compound: Compound
    contract: Contract
    programme: Programme


def build_stage(now: datetime = NOW) -> Stage:
    load_official_years(actor=system_actor(), now=now)
    load_divisions(DIVISIONS, actor=system_actor(), now=now)
    db.session.flush()
    home = organisation(OrganisationKind.COMMUNITY, name="联盟社区居委会", now=now)
    firm = organisation(OrganisationKind.ENTERPRISE, name="平顶山市常绿物业服务有限公司", now=now)
    district = organisation(OrganisationKind.BUREAU, name="新华区房产管理局", division_code="410402", now=now)
    city = organisation(OrganisationKind.BUREAU, name="市住房保障和房产管理局", now=now)
    people = {
        "community": actor(Role.COMMUNITY_MANAGER, organisation=home),
        "street": actor(Role.STREET_OFFICER, division_code=STREET),
        "district": actor(Role.BUREAU_OFFICER, organisation=district),
        "inspector": actor(Role.BUREAU_OFFICER, organisation=city),
        "approver": actor(Role.BUREAU_APPROVER, organisation=city),
        "second_approver": actor(Role.BUREAU_APPROVER, organisation=city),
        "legal": actor(Role.LEGAL_OFFICER, organisation=city),
        "finance": actor(Role.FINANCE_OFFICER, organisation=city),
        "second_finance": actor(Role.FINANCE_OFFICER, organisation=city),
        "auditor": actor(Role.AUDITOR, organisation=city),
        "enterprise_clerk": actor(Role.ENTERPRISE_CLERK, organisation=firm),
    }
    estate = compound("化肥厂家属院", 4_823_000)
    signed = contract([estate], home, firm=firm, signer=people["community"], now=now)
    programme = active_programme(people["finance"], people["approver"], now=now)
    return Stage(compound=estate, contract=signed, programme=programme, **people)


def compound(name: str, area_centi: int, division_code: str = COMMUNITY, now: datetime = NOW) -> Compound:
    row = Compound(
        division_code=division_code, name=name, households=612, area_centi=area_centi, buildings=8,
        mode=ManagementMode.CLEANING_ONLY, search_text=name, updated_at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def contract(compounds, tenderer: Organisation, *, firm: Organisation, signer: Actor, starts_on=date(2009, 11, 1), ends_on=date(2011, 10, 31), now: datetime = NOW) -> Contract:  # fmt: skip
    """A contracted tender, written straight into its tables: how it came about is tested where tenders are."""
    enterprise = db.session.scalar(db.select(Enterprise).where(Enterprise.organisation_id == firm.id))
    if enterprise is None:
        used = db.session.scalar(db.select(db.func.count()).select_from(Enterprise))
        enterprise = Enterprise(uscc=USCC[used], name=firm.name, organisation_id=firm.id, created_at=now)
        db.session.add(enterprise)
        db.session.flush()
    count = db.session.scalar(db.select(db.func.count()).select_from(Tender))
    tender = Tender(
        number=f"XH-2009-{count + 1:04d}", title=compounds[0].name, status=Status.CONTRACTED, regime=Regime.COMMUNITY, regime_version="2009-1",
        procuring_entity_id=tenderer.id, division_code=tenderer.division_code, created_at=now, created_by_id=signer.user_id,
        published_at=now - 60 * DAY, bid_deadline_at=now - 40 * DAY, submitted_at=now - 61 * DAY, filed_at=now - 61 * DAY, opened_at=now - 40 * DAY,
        evaluated_at=now - 39 * DAY, candidates_public_at=now - 38 * DAY, awarded_at=now - 30 * DAY, award_filed_at=now - 25 * DAY,
        contracted_at=now - 20 * DAY, ceiling_fen=80, term_months=24,
    )  # fmt: skip
    db.session.add(tender)
    db.session.flush()
    tender.compounds.extend(
        TenderCompound(compound_id=row.id, position=n, name=row.name, area_centi=row.area_centi, households=row.households, buildings=row.buildings)
        for n, row in enumerate(compounds)
    )  # fmt: skip
    bid = Bid(tender_id=tender.id, enterprise_id=enterprise.id, organisation_id=firm.id, submitted_at=now - 41 * DAY)
    db.session.add(bid)
    db.session.flush()
    award = Award(tender_id=tender.id, bid_id=bid.id, rank=1, price_fen=62, decided_at=now - 30 * DAY, decided_by_id=signer.user_id)
    db.session.add(award)
    db.session.flush()
    row = Contract(
        tender_id=tender.id, award_id=award.id, enterprise_id=enterprise.id, signed_on=date(2009, 10, 20), starts_on=starts_on, ends_on=ends_on,
        term_months=24, price_fen=62, area_centi=sum(one.area_centi for one in compounds), recorded_at=now, recorded_by_id=signer.user_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record("tender.record_contract", tender, actor=signer, now=now)
    return row


TERMS = {
    "name": "2009 年度老旧小区物业服务补贴", "kind": ProgrammeKind.SUBSIDY, "division_code": "4104", "budget_fen": 90_000_000, "cap_months": 12,
    "cap_fen": None, "fixed_sum_fen": None, "instalments_bp": [6000, 4000], "publicity_days": 7, "pay_within_days": 30,
    "payee": Payee.ENTERPRISE, "applicant_kinds": ["community", "owners_committee"], "opens_on": date(2009, 11, 1),
    "closes_on": date(2009, 12, 31), "purpose": "老旧小区引进专业物业服务。", "conditions": "已签订物业服务合同。",
    "legal_basis": "《河南省物业管理条例》第五条", "source": "市级财政预算",
}  # fmt: skip


def active_programme(finance: Actor, approver: Actor, *, rates_fen=(20,), lines_fen=None, now: datetime = NOW, **changed) -> Programme:
    terms = TERMS | changed
    lines = lines_fen or {terms["division_code"]: terms["budget_fen"]}
    programme = actions.prepare_programme(rates_fen=rates_fen, lines_fen=lines, actor=finance, now=now, **terms)
    actions.propose(programme.id, actor=finance, now=now)
    return actions.activate(programme.id, actor=approver, now=now)


def honour_programme(finance: Actor, approver: Actor, *, now: datetime = NOW, **changed) -> Programme:
    terms = {
        "name": "2009 年度样板示范小区奖励", "kind": ProgrammeKind.HONOUR, "cap_months": None, "fixed_sum_fen": 2_000_000, "instalments_bp": [10_000],
        "payee": Payee.APPLICANT, "budget_fen": 20_000_000,
    }  # fmt: skip
    return active_programme(finance, approver, rates_fen=(), now=now, **(terms | changed))


def submitted(
    stage: Stage, *, programme: Programme | None = None, compound: Compound | None = None, now: datetime = NOW
) -> FundingApplication:
    made = actions.start_application((programme or stage.programme).id, (compound or stage.compound).id, actor=stage.community, now=now)
    actions.update_application(made.id, actor=stage.community, now=now, **DETAILS)
    return actions.submit(made.id, actor=stage.community, now=now)


def passed(stage: Stage, application: FundingApplication, *steps: ReviewStep, now: datetime = NOW) -> FundingApplication:
    people = {ReviewStep.STREET: stage.street, ReviewStep.DISTRICT: stage.district, ReviewStep.BUREAU: stage.approver}
    for step in steps or tuple(ReviewStep):
        actions.review(application.id, step, Decision.PASSED, actor=people[step], now=now)
    return application


def payable(stage: Stage, *, now: datetime = NOW, **which) -> tuple[FundingApplication, datetime]:
    """An application whose publicity is over, and an instant at which it can be paid."""
    application = passed(stage, submitted(stage, now=now, **which), now=now)
    actions.publish(application.id, actor=stage.district, now=now)
    return application, now + 9 * DAY


def pay(stage: Stage, application: FundingApplication, number: int, now: datetime, voucher: str = ""):
    """Record and confirm an instalment, by two people."""
    instalment = application.instalments[number - 1]
    payment = actions.record_payment(
        instalment.id, voucher_number=voucher or f"PZ-{application.id:04d}-{number}", paid_on=now.date(), actor=stage.finance, now=now
    )  # fmt: skip
    return actions.confirm_payment(payment.id, actor=stage.second_finance, now=now)


def accept(stage: Stage, application: FundingApplication, now: datetime, *, has_passed: bool = True):
    return actions.accept(application.id, has_passed=has_passed, score=88, assessed_on=now.date(), findings="保洁、门岗到位。", actor=stage.inspector, now=now)  # fmt: skip
