"""The draw with a database: frozen before anybody can know, seeded by both sides, walked in one order, and nobody can steer it."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from app.accounts.rules import OrganisationKind, Role
from app.common.access import system_actor
from app.common.audit import AuditEvent, record
from app.common.refusal import Refused
from app.extensions import db
from app.log.queries import public_log
from app.log.tree import root as root_of
from app.tenders import draw
from app.tenders.actions import drawing, evaluating, experts
from app.tenders.draw import ClosingSource, Drawn, Exclusion, PublicNumber, Side, TieKind
from app.tenders.kinds import Seat
from app.tenders.models import DrawRound, DrawStep
from app.tenders.queries import draw as asked
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders import drawing_stories as draws
from tests.tenders.bid_stories import AFTER, DEADLINE, PUBLISHED
from tests.tenders.drawing_stories import EVENING, MORNING, REVEALS_END, VALUES

pytestmark = pytest.mark.usefixtures("session")


def newest(story) -> DrawRound:
    return asked.rounds_of(story.tender)[-1]


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as found:
        call(*args, **kwargs)
    db.session.rollback()
    return str(found.value.reason.text)


# --- the pool ------------------------------------------------------------------------------------------------------------


def test_with_the_notice_the_pool_is_frozen_as_commitments_in_an_order_that_nobody_chose():
    story, members = draws.with_pool()
    found = newest(story)
    assert (found.pool_size, found.experts, found.number) == (12, 4, 1)
    assert found.commit_until == DEADLINE and found.number_on == date(2009, 12, 9) and found.reveal_until == REVEALS_END
    numbered = sorted(found.members, key=lambda member: member.position)
    assert [m.commitment for m in numbered] == sorted(m.commitment for m in numbered)
    assert {m.expert_id for m in numbered} == {expert.id for expert in members}
    assert all(draw.commitment_of(m.salt, m.line) == m.commitment for m in numbered)


def test_who_can_not_sit_whoever_bids_is_left_out_with_a_reason():
    members = draws.pool()
    experts_of = {expert.user.name: expert for expert in members}
    bureau = factories.actor(Role.BUREAU_OFFICER)
    experts.suspend_expert(experts_of["专家1"], "被投诉，调查期间暂停", actor=bureau, now=PUBLISHED)
    experts_of["专家2"].areas = ["410403"]
    record("expert.change", experts_of["专家2"], actor=bureau, now=PUBLISHED, expert="专家2")
    story = stories.published()
    factories.give_role(experts_of["专家3"].user, story.tender.procuring_entity, Role.COMMUNITY_MANAGER)
    found = draws.freeze(story)
    left_out = {member.expert.user.name: member.exclusion for member in found.members if member.position is None}
    assert left_out == {"专家1": Exclusion.SUSPENDED, "专家2": Exclusion.AREA, "专家3": Exclusion.TENDERER}
    assert found.pool_size == 9


def test_a_pool_that_is_too_small_is_not_frozen_with_the_notice():
    draws.pool(5)
    story = stories.published()
    assert draws.freeze(story) is None
    assert asked.rounds_of(story.tender) == []


def test_the_legal_officer_freezes_later_what_was_too_small_and_still_before_the_deadline():
    members = draws.pool(5)
    story = stories.published()
    draws.freeze(story)
    draws.add(members[0].organisation, "专家6")
    later = PUBLISHED + timedelta(days=2)
    values = {"reason": "专家库已补充", "kind": PublicNumber.DLT, "number_on": date(2009, 12, 9), "now": later}
    assert "法制人员" in refused(drawing.freeze_pool, story.tender, actor=story.manager_actor, **values)
    assert "太早" in refused(drawing.freeze_pool, story.tender, actor=draws.legal(story), **{**values, "number_on": date(2009, 12, 7)})
    found = drawing.freeze_pool(story.tender, actor=draws.legal(story), **values)
    db.session.commit()
    assert (found.pool_size, found.commit_until, found.reason) == (6, DEADLINE, "专家库已补充")


def test_a_frozen_pool_is_not_exchanged_and_late_experts_are_not_in_it():
    story, members = draws.with_pool()
    draws.add(members[0].organisation, "迟到专家")
    why = refused(
        drawing.freeze_pool,
        story.tender,
        reason="想换",
        kind=PublicNumber.DLT,
        number_on=date(2009, 12, 9),
        actor=draws.legal(story),
        now=AFTER,
    )
    assert "不能再换" in why
    assert len(newest(story).members) == 12


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE draw_member SET line = replace(line, '专家1', '熟人1')",
        "UPDATE draw_member SET position = 100 + position",
        "DELETE FROM draw_member WHERE position = 1",
        "UPDATE draw_round SET pool_sha256 = 'x'",
        "UPDATE draw_step SET sequence = sequence + 100",
        "UPDATE draw_number SET issue = 'x'",
        "UPDATE draw_contribution SET committed = 'x'",
        "UPDATE draw_contribution SET value = '0000' WHERE value IS NOT NULL",
        "DELETE FROM draw_contribution",
    ],
)
def test_the_database_refuses_to_change_what_was_frozen(session, change):
    story, _members = draws.ready()
    draws.walk(story)
    with pytest.raises(sa.exc.DBAPIError):
        session.execute(sa.text(change))


def test_a_pool_that_was_changed_behind_the_databases_back_is_not_drawn_from(session):
    story, _members = draws.ready()
    if db.engine.dialect.name == "sqlite":
        session.execute(sa.text("DROP TRIGGER draw_member_no_update"))
        session.execute(sa.text("UPDATE draw_member SET line = replace(line, '专家1\"', '熟人1\"')"))
        session.connection().info.pop("unaudited", None)
        session.flush()
        session.expire_all()
        with pytest.raises(Refused, match="不符"):
            drawing.draw_committee(story.tender, actor=story.manager_actor, now=MORNING)
        session.rollback()


# --- contributions of both sides -------------------------------------------------------------------------------------------


def test_each_side_commits_once_and_only_while_bidding_runs():
    story, _members = draws.with_pool()
    committed = draw.contribution_hash(story.tender.number, 1, Side.TENDERER, VALUES[Side.TENDERER])
    assert "已过" in refused(drawing.commit_value, story.tender, committed, actor=story.manager_actor, now=DEADLINE)
    drawing.commit_value(story.tender, committed, actor=story.manager_actor, now=PUBLISHED)
    db.session.commit()
    assert "不能更换" in refused(drawing.commit_value, story.tender, "0" * 64, actor=story.manager_actor, now=PUBLISHED)
    assert "十六进制" in refused(drawing.commit_value, story.tender, "随便", actor=draws.legal(story), now=PUBLISHED)


def test_a_bidder_or_an_officer_takes_no_part_in_the_draw():
    story, _members = draws.with_pool()
    for actor in (story.actor(0), factories.actor(Role.BUREAU_OFFICER), factories.actor(Role.LEGAL_OFFICER, division_code="4105")):
        assert "身份" in refused(drawing.commit_value, story.tender, "0" * 64, actor=actor, now=PUBLISHED)


def test_a_value_is_shown_only_between_the_deadline_and_the_lottery():
    story, _members = draws.with_pool()
    draws.commit_both(story)
    show, value = drawing.reveal_value, VALUES[Side.TENDERER]
    assert "还不能" in refused(show, story.tender, value, actor=story.manager_actor, now=DEADLINE - timedelta(seconds=1))
    assert "已过" in refused(show, story.tender, value, actor=story.manager_actor, now=REVEALS_END)
    show(story.tender, value, actor=story.manager_actor, now=REVEALS_END - timedelta(seconds=1))
    db.session.commit()
    assert "已经公开" in refused(show, story.tender, value, actor=story.manager_actor, now=AFTER)


def test_a_forged_value_is_refused():
    story, _members = draws.with_pool()
    draws.commit_both(story)
    for forged in ("0" * 64, VALUES[Side.BUREAU], "", VALUES[Side.TENDERER][:-1]):
        assert "不符" in refused(drawing.reveal_value, story.tender, forged, actor=story.manager_actor, now=AFTER)
    assert asked.contribution_of(newest(story), Side.TENDERER).value is None


def test_who_never_committed_has_nothing_to_show():
    story, _members = draws.with_pool()
    assert "没有在截止前" in refused(drawing.reveal_value, story.tender, "0" * 64, actor=story.manager_actor, now=AFTER)


# --- the public number -----------------------------------------------------------------------------------------------------


def test_the_number_counts_when_both_sides_have_entered_the_same():
    story, _members = draws.with_pool()
    stories.open_all(story)
    draws.enter(story, story.manager_actor)
    assert asked.agreed_number(newest(story)) is None
    assert "双方" in refused(drawing.draw_committee, story.tender, actor=story.manager_actor, now=MORNING)
    draws.enter(story, story.manager_actor)
    assert asked.agreed_number(newest(story)) is None, "the same side twice is one side"
    draws.enter(story, draws.legal(story), numbers=("3 7 12 18 26", "9 11"))
    assert asked.agreed_number(newest(story)) is None
    draws.enter(story, draws.legal(story), numbers=("25 18 12 7 3", "11 9"))
    assert asked.agreed_number(newest(story)).numbers == [[3, 7, 12, 18, 25], [9, 11]]
    assert "不能再改" in refused(draws.enter, story, story.manager_actor, numbers=("1 2 3 4 5", "1 2"))


def test_one_person_never_enters_for_both_sides():
    story, _members = draws.with_pool()
    factories.give_role(story.holders[1], story.tender.procuring_entity, Role.COMMUNITY_MANAGER)
    db.session.commit()
    assert "另一方" in refused(draws.enter, story, draws.legal(story))


def test_a_number_before_its_hour_of_another_day_or_of_the_future_is_refused():
    story, _members = draws.with_pool()
    assert "还没有开出" in refused(draws.enter, story, story.manager_actor, now=REVEALS_END - timedelta(seconds=1))
    assert "日期不对" in refused(draws.enter, story, story.manager_actor, drawn_on=date(2009, 12, 7))
    assert "日期不对" in refused(draws.enter, story, story.manager_actor, drawn_on=date(2009, 12, 10))
    assert "日期不对" in refused(draws.enter, story, story.manager_actor, drawn_on=date(2009, 12, 12))
    assert "号码不对" in refused(draws.enter, story, story.manager_actor, numbers=("1 2 3", "1 2"))
    later = EVENING + timedelta(days=3)  # nobody waits for another lottery
    assert "日期不对" in refused(draws.enter, story, story.manager_actor, drawn_on=date(2009, 12, 12), now=later)


# --- the walk --------------------------------------------------------------------------------------------------------------


def test_the_committee_is_who_comes_up_first():
    story, _members = draws.ready()
    steps = draws.walk(story)
    found = newest(story)
    sequence = [pick.position for pick in draw.selection(found.key_string, 12)]
    assert [step.member.position for step in steps] == sequence[:4]
    assert all(step.outcome is Drawn.SEATED for step in steps)
    assert {seat.seat for seat in story.tender.evaluators} == {Seat.EXPERT} and len(story.tender.evaluators) == 4
    values = [int(VALUES[side], 16) for side in Side]
    assert found.key_string == draw.key_string(
        [[3, 7, 12, 18, 25], [9, 11], *([value] for value in values), [int(found.closing_digest, 16)]]
    )
    assert found.closing_source is ClosingSource.LOG


def test_drawing_again_while_the_seats_are_full_is_refused():
    story, _members = draws.ready()
    draws.walk(story)
    assert "已满" in refused(drawing.draw_committee, story.tender, actor=story.manager_actor, now=MORNING)


def test_the_closing_root_does_not_move_after_the_closing():
    story, _members = draws.ready()
    found = newest(story)
    first = asked.closing_digest(story.tender, found)
    record("tender.open", story.tender, actor=system_actor(), now=MORNING)
    db.session.commit()
    assert asked.closing_digest(story.tender, found) == first


def test_the_closing_root_is_found_in_the_public_log_by_its_size():
    story, _members = draws.ready()
    draws.walk(story)
    found = newest(story)
    later = public_log(MORNING)
    assert root_of(asked.checkpoint_size(found), later.tiles.node).hex() == found.closing_digest


def test_a_conflict_with_a_bidder_is_passed_over_and_the_others_stay_in_order():
    story, members = draws.ready()
    bidder = story.bidders[0][0].name
    found = newest(story)
    number = asked.agreed_number(found)
    key = asked.key_of(found, number, asked.closing_digest(story.tender, found)[0])
    by_position = {member.position: member for member in found.members}
    sequence = [by_position[pick.position] for pick in draw.selection(key, 12)]
    bureau = factories.actor(Role.BUREAU_OFFICER)
    experts.add_tie(sequence[1].expert, TieKind.RECUSAL, bidder, actor=bureau, now=PUBLISHED)
    experts.add_tie(sequence[2].expert, TieKind.EMPLOYMENT, bidder, until_on=date(2008, 1, 1), actor=bureau, now=PUBLISHED)
    experts.add_tie(sequence[3].expert, TieKind.RECUSAL, bidder, actor=bureau, now=REVEALS_END + timedelta(seconds=1))
    db.session.commit()
    steps = draws.walk(story)
    assert [step.member_id for step in steps] == [member.id for member in sequence[:6]]
    assert [step.exclusion for step in steps] == [None, Exclusion.RECUSAL, Exclusion.PAST_BIDDER, None, None, None]
    assert steps[3].outcome is Drawn.SEATED, "what was written down once the number could be known moves nobody"


def test_a_suspension_after_the_lottery_moves_nobody():
    story, members = draws.ready()
    for expert in members:
        experts.suspend_expert(expert, "调查", actor=factories.actor(Role.BUREAU_OFFICER), now=EVENING)
    db.session.commit()
    assert all(step.outcome is Drawn.SEATED for step in draws.walk(story))


def test_an_expert_who_has_left_is_passed_over():
    story, members = draws.ready()
    for expert in members[:4]:
        expert.user.memberships[0].ended_at = EVENING
        record("membership.end", expert.user.memberships[0], actor=system_actor(), now=EVENING)
    db.session.commit()
    steps = draws.walk(story)
    gone = {step.member.expert_id for step in steps if step.exclusion is Exclusion.GONE}
    assert gone <= {expert.id for expert in members[:4]} and len(draws.drawn(story)) == 4


def test_who_drops_out_is_replaced_by_the_next_in_the_sequence():
    story, _members = draws.ready()
    draws.walk(story)
    leaves = story.tender.evaluators[1]
    with pytest.raises(Refused, match="招标人不能让专家回避"):
        evaluating.recuse_evaluator(story.tender, leaves.id, reason="不合适", actor=story.manager_actor, now=MORNING)
    evaluating.recuse_evaluator(story.tender, leaves.id, reason="因病不能到场", actor=draws.legal(story), now=MORNING)
    db.session.commit()
    (step,) = draws.walk(story)
    sequence = [pick.position for pick in draw.selection(newest(story).key_string, 12)]
    assert (step.sequence, step.member.position) == (5, sequence[4])
    assert len(draws.drawn(story)) == 4


def test_a_side_that_shows_nothing_changes_the_key_only_by_its_commitment():
    story, _members = draws.with_pool()
    draws.commit_both(story)
    stories.open_all(story)
    draws.enter_both(story)
    draws.walk(story)
    found = newest(story)
    committed = [int(asked.contribution_of(found, side).committed, 16) for side in Side]
    assert f"{committed[0]}./{committed[1]}./" in found.key_string


def test_a_pool_that_is_used_up_is_followed_by_another_one_with_new_seeds():
    story, members = draws.ready(6)
    bureau = factories.actor(Role.BUREAU_OFFICER)
    for expert in members[:3]:
        experts.add_tie(expert, TieKind.RECUSAL, story.bidders[0][0].name, actor=bureau, now=PUBLISHED)
    db.session.commit()
    steps = draws.walk(story)
    assert len(steps) == 6 and len(draws.drawn(story)) == 3
    assert "全部抽完" in refused(drawing.draw_committee, story.tender, actor=story.manager_actor, now=MORNING)
    for number in range(3):
        draws.add(members[0].organisation, f"补充专家{number}")
    again = drawing.freeze_pool(
        story.tender, reason="名单用完", kind=PublicNumber.DLT, number_on=date(2009, 12, 12), actor=draws.legal(story), now=MORNING
    )
    db.session.commit()
    assert (again.number, again.pool_size) == (2, 3)
    assert {m.exclusion for m in again.members if m.position is None} == {Exclusion.INVOLVED}
    evening = again.reveal_until + timedelta(hours=2)
    for actor in draws.sides(story).values():
        draws.enter(story, actor, now=evening, drawn_on=date(2009, 12, 12), issue="09145")
    (step,) = draws.walk(story, now=evening)
    assert step.sequence == 1 and len(draws.drawn(story)) == 4


def test_two_databases_with_the_same_inputs_draw_the_same_committee():
    """Rehearsed salts and closing: the outcome is a pure function of what was entered."""
    story, _members = draws.with_pool()
    draws.commit_both(story)
    stories.open_all(story)
    draws.reveal_both(story)
    draws.enter_both(story)
    draws.walk(story, closing_root="5e" * 32)
    found = newest(story)
    places = [step.member.position for step in found.steps]
    assert places == [pick.position for pick in draw.selection(found.key_string, 12)][:4]
    assert found.closing_source is ClosingSource.REHEARSED


def test_representatives_are_named_as_many_as_the_notice_says():
    story, _members = draws.ready()
    draws.walk(story)
    second, third = (factories.person(Role.COMMUNITY_MANAGER, organisation=story.tender.procuring_entity) for _ in range(2))
    db.session.commit()
    stranger = factories.person(Role.EVALUATOR, organisation=factories.organisation(OrganisationKind.EXPERT_POOL))
    assert refused(drawing.name_representative, story.tender, stranger, actor=story.manager_actor, now=MORNING)
    drawing.name_representative(story.tender, second, actor=story.manager_actor, now=MORNING)
    db.session.commit()
    assert "满额" in refused(drawing.name_representative, story.tender, third, actor=story.manager_actor, now=MORNING)


def test_the_plan_does_not_change_after_the_notice():
    story = stories.published()
    why = refused(
        drawing.write_plan,
        story.tender,
        seats=7,
        representatives=2,
        specialties=list(draw.Specialty),
        actor=story.manager_actor,
        now=PUBLISHED,
    )
    assert "不能再改" in why


def test_nobody_is_drawn_before_the_opening():
    story, _members = draws.with_pool()
    assert refused(drawing.draw_committee, story.tender, actor=story.manager_actor, now=PUBLISHED)
    assert db.session.scalar(select(DrawStep.id).limit(1)) is None


def test_every_step_of_the_draw_has_an_audit_row_without_a_name():
    story, members = draws.ready()
    draws.walk(story)
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.event.startswith("draw."))).all()
    assert {row.event for row in rows} == {"draw.freeze", "draw.commit", "draw.reveal", "draw.enter_number", "draw.walk"}
    assert not [name for name in (expert.user.name for expert in members) if any(name in str(row.facts) for row in rows)]
