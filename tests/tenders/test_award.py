"""From the ranking to the contract: notice, objections, candidates in their order, filing, signature."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.accounts.rules import Role
from app.common import daily
from app.common.mail import OutboxMail
from app.common.refusal import Refused
from app.communities.coverage import Basis, Step
from app.communities.models import Compound
from app.communities.queries import audit_rows, tallies
from app.communities.rules import ManagementMode
from app.enterprises.queries import project_by_reference
from app.extensions import db
from app.tenders import queries
from app.tenders.actions import award, objections, publishing
from app.tenders.actions.contracts import record_contract
from app.tenders.award import Candidate, add_months, next_candidate, why_not_award
from app.tenders.kinds import FailureCause, PassReason, VoidReason
from app.tenders.lifecycle import Status
from app.tenders.models import Award
from app.tenders.queries.award import candidate_lines
from app.tenders.timetable import ZONE
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER
from tests.tenders.calendars import keep_calendar

EVALUATED = AFTER + timedelta(hours=5)
SHOWN = EVALUATED + timedelta(hours=1)


@pytest.fixture
def story(session):
    keep_calendar(2009, 2010)
    found = stories.with_bids((71, 67, 76, 75))
    stories.open_all(found)
    stories.seat(found)
    stories.score_all(found)
    stories.close(found)
    return found


@pytest.fixture
def officer(session):
    return factories.person(Role.BUREAU_OFFICER, division_code=factories.DISTRICT, name="李备")


def show(story, now=SHOWN):
    award.publish_candidates(story.tender, actor=story.manager_actor, now=now)
    db.session.commit()
    return story.tender.notice_ends_at


def decide(story, rank=1, now=None):
    lines = candidate_lines(story.tender)
    line = next(line for line in lines if line.row.rank == rank)
    found = award.award(story.tender, line.bid.id, actor=story.manager_actor, now=now or story.tender.notice_ends_at)
    db.session.commit()
    return found


def bidder_actor(story, bid):
    return next(factories.actor_for(user) for enterprise, user in story.bidders if enterprise.id == bid.enterprise_id)


def test_candidates_are_shown_for_three_whole_days(story):
    ends = show(story)
    assert story.tender.status is Status.CANDIDATES_PUBLIC
    assert ends.astimezone(ZONE).isoformat() == "2009-12-15T00:00:00+08:00"  # shown on Wednesday the 9th: Saturday moves to Monday
    assert len(candidate_lines(story.tender)) == 3
    mails = db.session.scalars(db.select(OutboxMail).where(OutboxMail.subject.contains("开始公示"))).all()
    assert len(mails) == 4


def test_nobody_is_awarded_before_the_notice_is_over(story):
    ends = show(story)
    with pytest.raises(Refused, match="尚未期满"):
        decide(story, now=ends - timedelta(microseconds=1))
    db.session.rollback()
    assert decide(story, now=ends).rank == 1
    assert story.tender.status is Status.AWARDED


def test_the_second_candidate_can_not_be_taken_before_the_first_is_ruled_out(story):
    show(story)
    with pytest.raises(Refused, match="第 1 名候选人尚未依法排除"):
        decide(story, rank=2)


def test_a_lawful_reason_opens_the_way_to_the_next_candidate(story):
    ends = show(story)
    first, second, _third = candidate_lines(story.tender)
    with pytest.raises(Refused, match="当前排名最前"):
        award.pass_over(story.tender, second.bid.id, PassReason.GAVE_UP, "书面放弃", actor=story.manager_actor, now=ends)
    db.session.rollback()
    with pytest.raises(Refused, match="没有写明具体情况"):
        award.pass_over(story.tender, first.bid.id, PassReason.GAVE_UP, " ", actor=story.manager_actor, now=ends)
    db.session.rollback()
    award.pass_over(
        story.tender,
        first.bid.id,
        PassReason.GAVE_UP,
        "12月10日来函放弃",
        file=("函.pdf", b"%PDF-1.4"),
        actor=story.manager_actor,
        now=ends,
    )
    db.session.commit()
    assert decide(story, rank=2).rank == 2


def test_when_every_candidate_is_ruled_out_the_tender_fails(story):
    ends = show(story)
    with pytest.raises(Refused, match="没有可以登记流标的情形"):
        publishing.declare_failed(story.tender, actor=story.manager_actor, now=ends)
    db.session.rollback()
    for line in candidate_lines(story.tender):
        award.pass_over(story.tender, line.bid.id, PassReason.FORCE_MAJEURE, "水灾", actor=story.manager_actor, now=ends)
        db.session.commit()
    publishing.declare_failed(story.tender, note="改期重招", actor=story.manager_actor, now=ends)
    db.session.commit()
    assert story.tender.failure_cause is FailureCause.NO_CANDIDATE_LEFT


def test_an_unanswered_objection_holds_up_the_award(story):
    ends = show(story)
    loser = candidate_lines(story.tender)[1].bid
    objection = objections.raise_objection(story.tender, "业绩少计一项", actor=bidder_actor(story, loser), now=SHOWN + timedelta(days=1))
    db.session.commit()
    with pytest.raises(Refused, match="1 件异议没有答复"):
        decide(story, now=ends + timedelta(days=1))
    db.session.rollback()
    answered = objections.answer_objection(
        story.tender, objection.id, "经核对，业绩以截止时公开记录为准。", actor=story.manager_actor, now=ends
    )
    db.session.commit()
    assert answered.answered_at == ends
    decide(story, now=ends + timedelta(days=1))
    with pytest.raises(Refused, match="已经答复"):
        objections.answer_objection(story.tender, objection.id, "再答", actor=story.manager_actor, now=ends + timedelta(days=2))


def test_only_bidders_object_and_only_in_the_notice_period(story):
    stranger = factories.actor(Role.ENTERPRISE_SIGNATORY)
    ends = show(story)
    with pytest.raises(Refused, match="只有本项目的投标人"):
        objections.raise_objection(story.tender, "不服", actor=stranger, now=SHOWN)
    db.session.rollback()
    bid = candidate_lines(story.tender)[0].bid
    with pytest.raises(Refused, match="公示期间提出"):
        objections.raise_objection(story.tender, "不服", actor=bidder_actor(story, bid), now=ends)


def test_the_winner_and_the_losers_are_told(story):
    show(story)
    decide(story)
    subjects = [m.subject for m in db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id))]
    assert sum("中标通知书" in s for s in subjects) == 1
    assert sum("中标结果通知" in s for s in subjects) == 3


def test_the_bureau_confirms_the_filing_and_decides_nothing(story, officer):
    show(story)
    decide(story)
    with pytest.raises(Refused, match="您的身份不能办理"):
        award.confirm_award(story.tender, actor=story.manager_actor, now=SHOWN + timedelta(days=9))
    db.session.rollback()
    award.confirm_award(story.tender, actor=factories.actor_for(officer), now=SHOWN + timedelta(days=9))
    db.session.commit()
    assert story.tender.status is Status.AWARD_FILED


def test_a_returned_award_is_void_and_decided_again(story, officer):
    show(story)
    first = decide(story)
    award.return_award(
        story.tender, "公示材料缺评委签名，依据条例第五十三条补正。", actor=factories.actor_for(officer), now=SHOWN + timedelta(days=9)
    )
    db.session.commit()
    assert story.tender.status is Status.CANDIDATES_PUBLIC and story.tender.awarded_at is None
    assert first.void_reason is VoidReason.RETURNED
    again = decide(story, now=SHOWN + timedelta(days=10))
    assert again.id != first.id


def test_one_award_stands_at_a_time(story):
    show(story)
    first = decide(story)
    other = candidate_lines(story.tender)[1]
    db.session.add(
        Award(tender_id=story.tender.id, bid_id=other.bid.id, rank=2, price_fen=1, decided_at=SHOWN, decided_by_id=first.decided_by_id)
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_winner_that_can_not_sign_gives_way_to_the_next(story, officer):
    show(story)
    decide(story)
    award.confirm_award(story.tender, actor=factories.actor_for(officer), now=SHOWN + timedelta(days=9))
    award.withdraw_award(
        story.tender, PassReason.NO_PERFORMANCE_BOND, "到期未交履约保证金", actor=story.manager_actor, now=SHOWN + timedelta(days=12)
    )
    db.session.commit()
    assert story.tender.status is Status.CANDIDATES_PUBLIC
    assert decide(story, rank=2, now=SHOWN + timedelta(days=13)).rank == 2


def contracted(story, officer, **changes):
    show(story)
    decision = decide(story)
    award.confirm_award(story.tender, actor=factories.actor_for(officer), now=decision.decided_at + timedelta(days=1))
    db.session.commit()
    values = {
        "signed_on": date(2009, 12, 20),
        "starts_on": date(2010, 1, 1),
        "price_fen": decision.price_fen,
        "actor": story.manager_actor,
        "now": decision.decided_at + timedelta(days=40),
    }
    found = record_contract(story.tender, **{**values, **changes})
    db.session.commit()
    return found


def test_the_contract_ends_the_tender_and_becomes_the_enterprises_load(story, officer):
    contract = contracted(story, officer)
    assert story.tender.status is Status.CONTRACTED
    assert (contract.starts_on, contract.ends_on) == (date(2010, 1, 1), date(2012, 12, 31))
    assert contract.area_centi == story.tender.area_centi
    assert not any(c.is_claimed for c in story.tender.compounds)
    assert project_by_reference(contract.enterprise_id, story.tender.number).area_centi == contract.area_centi
    compound = story.tender.compounds[0]

    class Known:
        id = compound.compound_id

    assert queries.contracts_for(Known, on=date(2010, 6, 1)) == [contract]
    assert queries.contracts_for(Known, on=date(2013, 1, 1)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price_fen": 66}, "与中标单价"),
        ({"starts_on": date(2009, 12, 19)}, "早于合同签订"),
        ({"starts_on": date(2099, 1, 1)}, "180 日内开始，最晚 2010年6月18日"),
        ({"starts_on": date(2010, 6, 19)}, "180 日内开始"),
        ({"signed_on": date(2009, 12, 1)}, "早于定标"),
        ({"signed_on": date(2010, 1, 20), "starts_on": date(2010, 2, 1)}, "应在"),
    ],
)
def test_an_unlawful_contract_is_refused(story, officer, changes, words):
    with pytest.raises(Refused, match=words):
        contracted(story, officer, **changes)


def test_service_may_begin_on_the_last_day_allowed(story, officer):
    assert contracted(story, officer, starts_on=date(2010, 6, 18)).starts_on == date(2010, 6, 18)


def test_a_mistyped_date_is_corrected_by_the_bureau_and_the_old_one_stays_public(story, officer, client, new_client, sign_in, clock):
    contract = contracted(story, officer, starts_on=date(2010, 6, 1))
    now, page = datetime(2010, 1, 25, 9, tzinfo=ZONE), f"/tenders/{story.tender.number}"
    clock.set(now)
    sign_in(client, story.manager)
    client.get(f"{page}/contract/correct", status=403)
    sign_in(client, officer)
    form = client.get(f"{page}/contract/correct")
    assert "180 日内开始" in client.submit(form, f"{page}/contract/correct", starts_on="2099-01-01", reason="写错", status=200).main
    assert "更正的理由" in client.submit(form, f"{page}/contract/correct", starts_on="2010-01-01", reason=" ", status=200).main
    done = client.submit(form, f"{page}/contract/correct", starts_on="2010-01-01", reason="登记时把一月写成六月").text
    assert "已更正合同登记" in done
    db.session.refresh(contract)
    assert (contract.starts_on, contract.ends_on) == (date(2010, 1, 1), date(2012, 12, 31))
    assert project_by_reference(contract.enterprise_id, story.tender.number).since_on == date(2010, 1, 1)
    assert compound_of(story).mode is ManagementMode.PROFESSIONAL, "service has begun by the corrected date"
    visitor = new_client()
    public = visitor.get(page).main
    assert "2010-06-01" in public and "登记时把一月写成六月" in public
    assert "更正合同登记" in visitor.get(f"{page}/history").main


def compound_of(story) -> Compound:
    return db.session.get(Compound, story.tender.compounds[0].compound_id)


def test_a_contract_in_force_makes_its_compounds_covered_in_the_same_step(story, officer):
    contract = contracted(story, officer, starts_on=date(2009, 12, 20), now=datetime(2010, 1, 22, tzinfo=ZONE))
    compound = compound_of(story)
    assert (compound.mode, compound.fee_fen) == (ManagementMode.PROFESSIONAL, contract.price_fen)
    assert compound.has_agreement and compound.has_owner_decision and compound.has_filed_contract is None
    assert [row.facts["source"] for row in audit_rows(compound)] == [story.tender.number]
    assert tallies("4104", (0,))[""].steps[(Basis.CHECKED, Step.BASIC)] == 1


def test_a_contract_that_begins_later_covers_nobody_before_its_first_day(story, officer):
    contracted(story, officer, starts_on=date(2010, 3, 1))
    eve, first_day = datetime(2010, 2, 28, 23, 59, tzinfo=ZONE), datetime(2010, 3, 1, 0, 1, tzinfo=ZONE)
    assert daily.run(now=eve) == 0
    assert compound_of(story).mode is ManagementMode.NONE
    assert tallies("4104", (0,))[""].steps[(Basis.CHECKED, Step.BASIC)] == 0
    assert daily.run(now=first_day) == 1
    db.session.commit()
    assert compound_of(story).mode is ManagementMode.PROFESSIONAL
    assert audit_rows(compound_of(story))[0].at == first_day
    assert daily.run(now=first_day + timedelta(days=1)) == 0, "once"


def test_a_late_signature_is_recorded_with_its_reason(story, officer):
    contract = contracted(story, officer, signed_on=date(2010, 1, 20), starts_on=date(2010, 2, 1), late_reason="春节前后业主大会延期")
    assert contract.late_reason


# --- pure ----------------------------------------------------------------------------------------------------------------


def test_the_next_candidate_is_the_best_who_is_not_ruled_out():
    candidates = [Candidate(7, 2), Candidate(5, 1, PassReason.GAVE_UP), Candidate(9, 3)]
    assert next_candidate(candidates).bid_id == 7
    assert why_not_award(7, candidates) is None
    assert "已记录不能中标" in str(why_not_award(5, candidates).text)
    assert "第 2 名" in str(why_not_award(9, candidates).text)
    assert "只能从公示" in str(why_not_award(1, candidates).text)
    assert next_candidate([]) is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2010-01-01", 36, "2013-01-01"), ("2010-01-31", 1, "2010-02-28"), ("2012-01-30", 1, "2012-02-29"), ("2010-08-31", 1, "2010-09-30")],
)
def test_months_are_counted_to_the_same_day_or_the_months_last(day, months, expected):
    assert add_months(date.fromisoformat(day), months).isoformat() == expected


# --- pages ---------------------------------------------------------------------------------------------------------------


def test_the_whole_way_in_the_browser(story, officer, client, new_client, sign_in, clock):
    number = story.tender.number
    clock.set(SHOWN)
    manager, bureau, visitor, bidder = client, new_client(), new_client(), new_client()
    sign_in(manager, story.manager)
    assert "公示中标候选人" in manager.get("/desk").main
    page = manager.get(f"/tenders/{number}/candidates")
    manager.submit(page)
    page = visitor.get(f"/tenders/{number}")
    assert "候选人公示中" in page.main and "对结果有异议" in page.main
    loser = candidate_lines(story.tender)[2].bid
    sign_in(bidder, next(user for enterprise, user in story.bidders if enterprise.id == loser.enterprise_id))
    page = bidder.get(f"/tenders/{number}/objections")
    bidder.submit(page, text="报价分计算有误。")
    assert "报价分计算有误" in visitor.get(f"/tenders/{number}/objections").main
    assert "答复异议" in manager.get("/desk").main
    page = manager.get(f"/tenders/{number}/objections")
    manager.submit(page, answer="计算无误，见逐项得分。")
    clock.set(story.tender.notice_ends_at)
    assert "确定中标人" in manager.get("/desk").main
    page = manager.get(f"/tenders/{number}/award")
    first = candidate_lines(story.tender)[0].bid
    page = manager.post(f"/tenders/{number}/award/{first.id}/pass", {"explanation": ""}, status=200)
    assert "请写明具体情况" in page.errors[-1]
    manager.submit(manager.get(f"/tenders/{number}/award"), f"/tenders/{number}/award/{first.id}", statement="按排名第一确定。")
    sign_in(bureau, officer)
    assert "审核定标备案" in bureau.get("/desk").main
    page = bureau.get(f"/tenders/{number}/award-filing")
    assert "按排名第一确定" in page.main
    bureau.post(f"/tenders/{number}/award-filing/confirm")
    assert "签订并登记合同" in manager.get("/desk").main
    page = manager.get(f"/tenders/{number}/contract")
    page = manager.submit(page, signed_on="2009-12-15", starts_on="2010-01-01", price="9.99", status=200)
    assert "与中标单价" in page.errors[0]
    page = manager.submit(manager.get(f"/tenders/{number}/contract"), signed_on="2009-12-15", starts_on="2010-01-01")
    page = visitor.get(f"/tenders/{number}")
    assert "已签合同" in page.main and "服务期满" in page.main
    history = visitor.get(f"/tenders/{number}/history").main
    assert all(words in history for words in ("登记合同", "确认定标备案", "公示中标候选人", "开标"))


def test_a_withdrawn_award_on_the_page(story, officer, client, sign_in, clock):
    number = story.tender.number
    ends = show(story)
    decide(story)
    clock.set(ends + timedelta(days=1))
    sign_in(client, story.manager)
    page = client.get(f"/tenders/{number}/award/withdraw")
    page = client.submit(page, reason="gave_up", explanation="书面放弃", file=None)
    assert "放弃中标" in page.main
    assert "确定中标人" in client.get("/desk").main
