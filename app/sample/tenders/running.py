"""A story's way from draft to contract: each step the real action, at its hour, by the person whose office it is."""

from datetime import date, datetime, timedelta

from app.common import daily
from app.common.clock import local
from app.extensions import db
from app.sample import keys, places
from app.sample.agenda import Agenda
from app.sample.papers import pdf
from app.sample.tenders.bidders import Bidders
from app.sample.tenders.drawing import Drawing
from app.sample.tenders.jury import Jury
from app.sample.tenders.matter import Matter
from app.sample.tenders.stories import S, Story
from app.tenders.actions import award as awards
from app.tenders.actions import contracts, drafting, filing, objections, opening, publishing, unsealing
from app.tenders.award import next_candidate
from app.tenders.gaps import Section
from app.tenders.kinds import DocumentKind, PassReason
from app.tenders.lifecycle import ORDER, Status
from app.tenders.queries.award import CandidateLine, candidate_lines
from app.tenders.scorecard import default_card
from app.tenders.standard_texts import ELIGIBILITY, service_content_for

FILING_DAYS = 10
RESOLUTION = (
    "二中新家属院业主大会会议决议",
    "会议时间：2009年10月25日（书面征求意见）",
    "专有部分面积占比 81.4%、人数占比 79.8% 的业主参加表决；",
    "同意选聘专业物业服务企业的，面积占 63.2%、人数占 61.5%；",
    "授权业主委员会组织招标并签订物业服务合同。",
    "二中新家属院业主委员会（章）",
)


class Course(Matter):
    """One story on its way; every method is one step that the agenda calls with its instant."""

    def __init__(self, story: Story, agenda: Agenda):
        super().__init__(story, agenda)
        self.bidders = Bidders(self)
        self.drawing = Drawing(self)
        self.jury = Jury(self, self.bidders, self.drawing)

    # --- the diary ---------------------------------------------------------------------------------------------------

    def plan(self) -> None:
        story, add = self.story, self.agenda.add
        submitted_on = story.submitted_on or self._workday_before(story.publish_on - timedelta(days=FILING_DAYS - 1))
        begun_on = self._workday_before(submitted_on)
        if story.reaches is S.DRAFT:
            return add(begun_on, 16, 10, self.begin)
        add(begun_on, 9, 20, self.begin)
        add(begun_on, 10, 40, self.fill_in)
        add(submitted_on, 11, 5, self.submit)
        if story.corrections:
            return add(self.days.add_workdays(submitted_on, 1), 15, 30, self.return_for_correction)
        if story.reaches is S.SUBMITTED:
            return None
        add(self.days.add_workdays(submitted_on, 2), 15, 0, self.confirm)
        add(self.days.add_workdays(submitted_on, 2), 16, 40, self.rehearse)
        if story.reaches is S.FILED:
            return None
        add(story.publish_on, 8, 40, self.publish)
        self.bidders.plan()
        self.drawing.plan_commitments()
        if story.cancelled_on:
            return add(story.cancelled_on, 10, 0, self.cancel)
        if story.reaches is S.PUBLISHED:
            return None
        if story.reaches is S.FAILED:
            return self._plan_failure()
        return self._plan_result()

    def _plan_failure(self) -> None:
        self.agenda.add(self.story.deadline_on, 10, 0, self.declare_failed)
        if self.story.retendered_on:
            self.agenda.add(self.story.retendered_on, 9, 30, self.tender_again)

    def _plan_result(self) -> None:
        story, add, later = self.story, self.agenda.add, self.days.add_workdays
        add(story.deadline_on, 9, 35, self.open)
        evaluated_on = story.evaluated_on or later(story.deadline_on, 1)
        self.drawing.plan_seeds(evaluated_on)
        self.jury.plan(evaluated_on)
        if not self._goes_to(S.EVALUATED):
            return
        add(evaluated_on, 16, 30, self.jury.close)
        if not self._goes_to(S.CANDIDATES_PUBLIC):
            return
        shown_on = story.shown_on or later(evaluated_on, 1)
        add(shown_on, 9, 10, self.publish_candidates)
        awarded_on = later(self.days.roll_forward(shown_on + timedelta(days=3)), 1)
        if story.objection:
            add(self.days.roll_forward(shown_on + timedelta(days=3)), 16, 20, self.object)
        if not self._goes_to(S.AWARDED):
            return
        if story.gives_up:
            add(awarded_on, 9, 30, self.pass_over)
        add(awarded_on, 10, 0, self.award)
        if not self._goes_to(S.AWARD_FILED):
            return
        filed_on = later(awarded_on, 2)
        add(filed_on, 14, 30, self.confirm_award)
        if self._goes_to(S.CONTRACTED):
            add(later(filed_on, 4), 10, 0, self.sign_contract)
            add(story.starts_on, 0, 5, self.begin_service)

    def _goes_to(self, status: Status) -> bool:
        return ORDER.index(self.story.reaches) >= ORDER.index(status)

    def _workday_before(self, day: date) -> date:
        day -= timedelta(days=1)
        while not self.days.is_workday(day):
            day -= timedelta(days=1)
        return day

    # --- drafting and filing -----------------------------------------------------------------------------------------

    def begin(self, now: datetime) -> None:
        code = self.manager.division_code
        ids = [places.compound(code, name).id for name in self.story.compounds]
        tender = drafting.begin_draft(ids, actor=self.manager, now=now)
        db.session.flush()
        self.tender_id = tender.id

    def fill_in(self, now: datetime) -> None:
        story, tender = self.story, self.tender
        sections = {
            Section.SERVICE: {"service_level": story.level, "service_content": service_content_for(story.level, tender.regime)},
            Section.PRICE: {"ceiling_fen": story.ceiling_fen, "term_months": story.term_months},
            Section.SCHEDULE: {
                "publish_on": story.publish_on,
                "bid_deadline_at": story.deadline_at,
                "bid_validity_days": 90,
                "defence_on": story.defence_on,
                "opening_place": f"{self.manager.organisation_name}二楼会议室",
                "contact_name": self.manager.name,
                "contact_phone": f"0375-29380{tender.id:02d}",
            },
        }
        if story.eligibility_more:
            sections[Section.BIDDERS] = {"eligibility": f"{ELIGIBILITY}\n{story.eligibility_more}"}
        for section, values in sections.items():
            drafting.save_section(tender, section, values, actor=self.manager, now=now)
        if story.defence_on:
            drafting.save_card(tender, default_card(tender.regime), actor=self.manager, now=now)
        if story.by == "committee.erzhong":
            paper = pdf(RESOLUTION[0], RESOLUTION[1:])
            drafting.attach(tender, DocumentKind.MANDATE, "业主大会决议", "业主大会决议.pdf", paper, actor=self.manager, now=now)

        keys.choose(tender, story.by, third=story.third, now=now)
        self.drawing.write_plan(now)

    def submit(self, now: datetime) -> None:
        filing.submit(self.tender, actor=self.manager, now=now)

    def return_for_correction(self, now: datetime) -> None:
        filing.return_notice(self.tender, self.story.corrections, actor=self.officer, now=now)

    def confirm(self, now: datetime) -> None:
        filing.confirm_filing(self.tender, actor=self.officer, now=now)

    def rehearse(self, now: datetime) -> None:
        """Before publication all holders; where the newcomer publishes, the manager's own rehearsal is left to them."""
        keys.rehearse(self.tender, besides=self.story.by if self.story.reaches is S.FILED else "", now=now)

    # --- publication and its end -------------------------------------------------------------------------------------

    def publish(self, now: datetime) -> None:
        publishing.publish(self.tender, self.story.deadline_at, salts=self.drawing.salt, actor=self.manager, now=now)

    def cancel(self, now: datetime) -> None:
        publishing.cancel(self.tender, self.story.cancel_reason, actor=self.manager, now=now)

    def declare_failed(self, now: datetime) -> None:
        unsealing.close_bidding(self.tender, in_flight=timedelta(0), actor=self.manager, now=now)
        publishing.declare_failed(self.tender, note=self.story.failure_note, actor=self.manager, now=now)

    def tender_again(self, now: datetime) -> None:
        publishing.retender(self.tender, actor=self.manager, now=now)

    def open(self, now: datetime) -> None:
        keys.unseal(self.tender, actor=self.manager, now=now)
        opening.open_bids(
            self.tender,
            presided_by=self.manager.name,
            witnessed_by=self.officer.name,
            shuffle=self.jury.shuffle,
            actor=self.manager,
            now=now,
        )

    # --- from candidates to contract ---------------------------------------------------------------------------------

    def publish_candidates(self, now: datetime) -> None:
        awards.publish_candidates(self.tender, actor=self.manager, now=now)

    def object(self, now: datetime) -> None:
        second = self._line(candidate_lines(self.tender)[1].bid.id)
        objections.raise_objection(self.tender, self.story.objection, actor=self.bidders.signatory_of(second.bid), now=now)

    def pass_over(self, now: datetime) -> None:
        first = self._next()
        why = "该企业 10 月 26 日来函，称中标的其他项目已占满人员，本年内无法进场，自愿放弃中标资格。"
        paper = pdf("放弃中标资格函", ("致招标人：", why, first.bid.enterprise.name))
        file = ("放弃中标资格函.pdf", paper)
        awards.pass_over(self.tender, first.bid.id, PassReason.GAVE_UP, why, file=file, actor=self.manager, now=now)

    def award(self, now: datetime) -> None:
        awards.award(self.tender, self._next().bid.id, actor=self.manager, now=now)

    def confirm_award(self, now: datetime) -> None:
        awards.confirm_award(self.tender, actor=self.officer, now=now)

    def sign_contract(self, now: datetime) -> None:
        decision = self.tender.standing_award
        day = local(now).date()
        paper = pdf(
            "物业服务合同",
            (f"项目：{self.tender.title}", f"甲方：{self.manager.organisation_name}", f"乙方：{decision.bid.enterprise.name}"),
        )
        contracts.record_contract(
            self.tender,
            signed_on=day,
            starts_on=self.story.starts_on,
            price_fen=decision.price_fen,
            file=("物业服务合同.pdf", paper),
            actor=self.manager,
            now=now,
        )

    def begin_service(self, now: datetime) -> None:
        """The sample has no timer: on the morning of the first day it runs what the timer would."""
        daily.run(now=now)

    def _next(self) -> CandidateLine:
        """The candidate whose turn it is."""
        lines = candidate_lines(self.tender)
        return self._line(next_candidate([line.candidate for line in lines]).bid_id)

    def _line(self, bid_id: int) -> CandidateLine:
        return next(line for line in candidate_lines(self.tender) if line.bid.id == bid_id)
