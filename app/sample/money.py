"""Public money in the sample city: two programmes, applications in every state, payments that two people made."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.rules import OrganisationKind
from app.common.calendar_days import load_calendar
from app.common.clock import local
from app.extensions import db
from app.funding import actions
from app.funding.lifecycle import ApplicationStatus as A
from app.funding.models import FundingApplication, Programme
from app.funding.programme import Payee, ProgrammeKind
from app.funding.review import Decision, ReviewStep
from app.sample import places
from app.sample.agenda import Agenda
from app.sample.people import CITY, actor

SUBSIDY, HONOUR = "老旧小区物业服务补贴（2009—2010 年度）", "样板示范小区奖励（2009 年度）"
WAY = (A.DRAFT, A.SUBMITTED, A.STREET_REVIEWED, A.DISTRICT_REVIEWED, A.BUREAU_APPROVED, A.PUBLICITY, A.PAYABLE, A.PARTLY_PAID, A.PAID)

COMMON = {
    "division_code": CITY,
    "opens_on": date(2009, 8, 1),
    "closes_on": date(2010, 6, 30),
    "applicant_kinds": [OrganisationKind.COMMUNITY.value, OrganisationKind.OWNERS_COMMITTEE.value],
    "legal_basis": "《平顶山市物业管理进社区工作实施意见》第五部分（市财政局、市房管局会签）",
    "source": "市级财政物业管理进社区专项",
    "publicity_days": 7,
    "pay_within_days": 30,
}
PROGRAMMES = (
    {
        "name": SUBSIDY,
        "kind": ProgrammeKind.SUBSIDY,
        "rates_fen": (20,),
        "cap_months": 12,
        "cap_fen": None,
        "instalments_bp": [6000, 4000],
        "payee": Payee.ENTERPRISE,
        "budget_fen": 150_000_000,
        "lines_fen": {"410402": 50_000_000, "410403": 55_000_000, "410411": 45_000_000},
        "purpose": "老旧楼院首次引进专业物业服务的，按登记建筑面积每平方米每月补贴 0.20 元，最长 12 个月，帮助居民度过交费习惯养成期。",
        "conditions": "经公开招标选聘、合同已签订；服务标准、收费和公共收益在院内公示；考核合格后拨付第二期。",
    },
    {
        "name": HONOUR,
        "kind": ProgrammeKind.HONOUR,
        "rates_fen": (),
        "fixed_sum_fen": 5_000_000,
        "instalments_bp": [10_000],
        "payee": Payee.APPLICANT,
        "budget_fen": 30_000_000,
        "lines_fen": {"410402": 10_000_000, "410403": 10_000_000, "410411": 10_000_000},
        "purpose": "奖励物业服务规范、居民满意、经验可以推广的样板示范小区，每个小区 5 万元，用于公共设施维护。",
        "conditions": "专业物业服务满两年，年度居民满意率不低于 85%，无有效投诉未办结。",
    },
)


@dataclass(frozen=True)
class Claim:
    """One application and how far it has come."""

    programme: str
    by: str
    street: str
    officer: str
    compound: str
    reaches: A
    started_on: date
    statement: str
    account: str
    accepted_on: date | None = None
    is_second_recorded: bool = False
    """The second instalment has been recorded and waits for the second person."""
    returned: str = ""


def _on(month: int, day: int) -> date:
    return date(2009, month, day)


CLAIMS = (
    Claim(
        HONOUR, "community.anju", "street.shuguang", "officer.xinhua", "绿城花苑一期", A.PAID, _on(8, 17),
        "小区 410 户，2007 年交付即由专业物业服务，院内无乱搭乱建，今年 6 月居民满意率 91.2%，连续两年无有效投诉未办结。",
        "1707 0204 0902 1001 118",
    ),
    Claim(
        SUBSIDY, "community.anju", "street.shuguang", "officer.xinhua", "开源路101号家属院", A.PAID, _on(8, 24),
        "原由原产权单位清扫，2007 年停止。经招标由专业企业承担，9 月 1 日进场，已清运积存垃圾 11 车，修复楼道灯 46 盏。",
        "1707 0204 0902 1000 215", accepted_on=_on(11, 2),
    ),
    Claim(
        SUBSIDY, "community.anju", "street.shuguang", "officer.xinhua", "湛南路88号楼院", A.PARTLY_PAID, _on(8, 26),
        "楼院 2 栋 81 户，此前只有一名保洁员。进场后设了值守点，夜间有人巡查，居民交费 54 户。",
        "1707 0204 0902 1000 215", accepted_on=_on(11, 5), is_second_recorded=True,
    ),
    Claim(
        SUBSIDY, "community.yongle", "street.beihuan", "officer.weidong", "中兴路93号院", A.PARTLY_PAID, _on(9, 2),
        "无主管单位的散楼院，82 户。物业进场后疏通了两处化粪池，院门口设了垃圾收集点。",
        "1707 0310 0902 1000 367",
    ),
    Claim(
        SUBSIDY, "community.nanyuan", "street.qinggong", "officer.zhanhe", "东安路54号楼院", A.PAYABLE, _on(10, 14),
        "1989 年建成，一直无人管理。9 月起有专业物业，居民自愿交费 61 户，占九成。",
        "1707 1105 0902 1000 482",
    ),
    Claim(
        SUBSIDY, "community.nanyuan", "street.qinggong", "officer.zhanhe", "湛南路102号家属院", A.PUBLICITY, _on(11, 4),
        "87 户，原来只有简单保洁。现有值守、保洁、维修三项服务，服务标准和收费已在院内公示。",
        "1707 1105 0902 1000 482",
    ),
    Claim(
        SUBSIDY, "community.taoyuan-zhanhe", "street.yaomeng", "officer.zhanhe", "平安大道160号院", A.DISTRICT_REVIEWED, _on(11, 10),
        "146 户，1966 年建成，设施老旧。10 月 1 日物业进场，先修灯、通管，居民反映良好。",
        "1707 1103 0902 1000 519",
    ),
    Claim(
        SUBSIDY, "community.yongle", "street.beihuan", "officer.weidong", "联盟路10号家属院", A.STREET_REVIEWED, _on(11, 13),
        "35 户的独栋楼院，与相邻两院打包选聘物业，共用一个值守点。",
        "1707 0310 0902 1000 367",
    ),
    Claim(
        SUBSIDY, "community.chenguang", "street.dongan", "officer.weidong", "亚兴路97号家属院", A.SUBMITTED, _on(11, 17),
        "120 户，10 月 1 日起由专业企业服务，院内值守点已建好，收费从 11 月开始。",
        "1707 0301 0902 1000 633",
    ),
    Claim(
        SUBSIDY, "community.taoyuan-zhanhe", "street.yaomeng", "officer.zhanhe", "五一路126号家属院", A.RETURNED, _on(11, 11),
        "57 户，与平安大道160号院一并选聘物业。",
        "1707 1103 0902 1000 519",
        returned="申请说明过于简单。请补充进场日期、已开展的服务和居民交费情况，并在院内公示服务标准后重新提交。",
    ),
    Claim(
        SUBSIDY, "community.chenguang", "street.dongan", "officer.weidong", "光明路178号院", A.DRAFT, _on(11, 17), "", "",
    ),
)  # fmt: skip


def plan(agenda: Agenda) -> None:
    for number, terms in enumerate(PROGRAMMES):
        _plan_programme(agenda, terms, minute=number)
    for claim in CLAIMS:
        Errand(claim, agenda).plan()


def _plan_programme(agenda: Agenda, terms: dict, minute: int) -> None:
    def prepare(now: datetime) -> None:
        actions.prepare_programme(**(COMMON | terms), actor=actor("finance.city"), now=now)

    agenda.add(_on(7, 27), 10, minute, prepare)
    agenda.add(_on(7, 28), 9, minute, lambda now: actions.propose(programme(terms["name"]).id, actor=actor("finance.city"), now=now))
    agenda.add(_on(7, 30), 15, minute, lambda now: actions.activate(programme(terms["name"]).id, actor=actor("approver.city"), now=now))


def programme(name: str) -> Programme:
    return db.session.scalars(db.select(Programme).where(Programme.name == name)).one()


class Errand:
    """One claim on its way; every method is one step that the agenda calls with its instant."""

    def __init__(self, claim: Claim, agenda: Agenda):
        self.claim, self.agenda = claim, agenda
        self.application_id: int | None = None

    def plan(self) -> None:
        claim, add, days = self.claim, self.agenda.add, load_calendar()
        day = claim.started_on
        add(day, 9, 40, self.start)
        if claim.reaches is A.DRAFT:
            return
        add(day, 10, 20, self.send)
        if claim.returned:
            return add(days.add_workdays(day, 2), 9, 50, self.send_back)
        steps = (
            (A.STREET_REVIEWED, 1, self.passed(ReviewStep.STREET, claim.street)),
            (A.DISTRICT_REVIEWED, 3, self.passed(ReviewStep.DISTRICT, claim.officer)),
            (A.BUREAU_APPROVED, 5, self.passed(ReviewStep.BUREAU, "approver.city")),
            (A.PUBLICITY, 6, self.publish),
        )
        for reached, workdays, do in steps:
            if not self._goes_to(reached):
                return
            add(days.add_workdays(day, workdays), 11, 10 + workdays, do)
        publicity_ends = days.roll_forward(days.add_workdays(day, 6) + timedelta(days=7))
        if self._goes_to(A.PARTLY_PAID):
            self._plan_payments(days.add_workdays(publicity_ends, 2), days)

    def _plan_payments(self, day: date, days) -> None:
        claim, add = self.claim, self.agenda.add
        add(day, 10, 0, self.record(1))
        add(days.add_workdays(day, 1), 9, 30, self.confirm(1))
        if not claim.accepted_on:
            return
        add(claim.accepted_on, 15, 0, self.accept)
        second = days.add_workdays(claim.accepted_on, 3)
        add(second, 10, 0, self.record(2))
        if not claim.is_second_recorded:
            add(days.add_workdays(second, 1), 9, 30, self.confirm(2))

    def _goes_to(self, status: A) -> bool:
        return WAY.index(self.claim.reaches) >= WAY.index(status)

    @property
    def application(self) -> FundingApplication:
        return db.session.get(FundingApplication, self.application_id)

    # --- the steps ---------------------------------------------------------------------------------------------------

    def start(self, now: datetime) -> None:
        applicant = actor(self.claim.by)
        compound = places.compound(applicant.division_code, self.claim.compound)
        found = actions.start_application(programme(self.claim.programme).id, compound.id, actor=applicant, now=now)
        self.application_id = found.id

    def send(self, now: datetime) -> None:
        applicant = actor(self.claim.by)
        actions.update_application(
            self.application_id,
            statement=self.claim.statement,
            contact_name=applicant.name,
            contact_phone=f"0375-29381{self.application_id:02d}",
            payee_bank="平顶山市商业银行营业部",
            payee_account=self.claim.account,
            actor=applicant,
            now=now,
        )
        actions.submit(self.application_id, actor=applicant, now=now)

    def send_back(self, now: datetime) -> None:
        actions.review(
            self.application_id, ReviewStep.STREET, Decision.RETURNED, reason=self.claim.returned, actor=actor(self.claim.street), now=now
        )

    def passed(self, step: ReviewStep, by: str):
        return lambda now: actions.review(self.application_id, step, Decision.PASSED, actor=actor(by), now=now)

    def publish(self, now: datetime) -> None:
        actions.publish(self.application_id, actor=actor(self.claim.officer), now=now)

    def record(self, number: int):
        def record(now: datetime) -> None:
            instalment = self._instalment(number)
            voucher = f"平财拨2009-{self.application_id:03d}{number}"
            actions.record_payment(instalment.id, voucher_number=voucher, paid_on=local(now).date(), actor=actor("finance.city"), now=now)

        return record

    def confirm(self, number: int):
        def confirm(now: datetime) -> None:
            actions.confirm_payment(self._instalment(number).payment.id, actor=actor("finance2.city"), now=now)

        return confirm

    def accept(self, now: datetime) -> None:
        actions.accept(
            self.application_id,
            has_passed=True,
            score=88,
            assessed_on=local(now).date(),
            findings="现场查看保洁、值守、路灯和收支公示，抽访居民 20 户，满意 18 户。台账齐全，楼道灯完好率 93%。",
            actor=actor("officer.city"),
            now=now,
        )

    def _instalment(self, number: int):
        return next(row for row in self.application.instalments if row.number == number)
