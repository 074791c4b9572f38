"""Keys and holders through the real actions: one key a person, rehearsal before publication, loss before and after."""

from datetime import timedelta

import pyrage
import pytest
from sqlalchemy.exc import IntegrityError

from app.accounts import actions as accounts
from app.accounts.models import Membership
from app.accounts.rules import OrganisationKind, Role
from app.common import daily
from app.common.mail import OutboxMail
from app.common.refusal import Refused
from app.extensions import db
from app.tenders.actions import filing, keys, publishing
from app.tenders.actions import holders as actions
from app.tenders.holders import HolderSeat, HolderState, RetireReason
from app.tenders.models import HolderKey, HolderRehearsal, TenderHolder
from app.tenders.queries import holders as asked
from tests import factories
from tests.factories import NOW
from tests.tenders import draft_stories as stories
from tests.tenders import holder_stories as told


@pytest.fixture(autouse=True)
def november(clock):
    clock.set(NOW)


def mails_to(person) -> list[str]:
    return [m.subject for m in db.session.scalars(db.select(OutboxMail).where(OutboxMail.to == person.email).order_by(OutboxMail.id))]


def states(tender) -> list[HolderState]:
    return [line.state for line in asked.lines_of(tender)]


# --- a person's key --------------------------------------------------------------------------------------------------------


def test_a_new_key_replaces_the_old_and_one_stands(session):
    trio = told.city()
    first = told.make_key(trio, trio.legal)
    second = told.make_key(trio, trio.legal, NOW + timedelta(hours=1))
    assert (first.reason, second.reason) == (RetireReason.RENEWED, None)
    assert asked.standing_key(trio.legal.id).id == second.id
    with pytest.raises(Refused, match="已经登记过"):
        keys.register_key(first.recipient, actor=factories.actor_for(trio.legal), now=NOW)


def test_the_database_lets_one_key_stand(session):
    trio = told.city()
    told.make_key(trio, trio.legal)
    session.add(HolderKey(user_id=trio.legal.id, recipient="age1x", fingerprint="x", made_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_only_roles_that_hold_register_a_key(session):
    told.city()
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    for role in (Role.ENTERPRISE_SIGNATORY, Role.BUREAU_OFFICER, Role.EVALUATOR):
        with pytest.raises(Refused, match="不保管投标的密钥"):
            keys.register_key(recipient, actor=factories.actor(role), now=NOW)


# --- choosing --------------------------------------------------------------------------------------------------------------


def test_the_proposal_is_manager_legal_officer_and_own_street(session):
    trio = told.city()
    factories.person(Role.STREET_OFFICER, division_code="410402003")
    factories.person(Role.STREET_OFFICER, division_code="410403001")
    factories.person(Role.LEGAL_OFFICER, division_code="4104")
    tender = stories.begin(trio.place)
    offered = asked.choices(tender)
    found = asked.default_choices(tender, offered, prefer=trio.place.manager.id)
    assert [choice.who.user_id for choice in found.values()] == [person.id for person in trio.people]
    assert not any(choice.who.division_code == "410403001" for choice in offered)


def test_a_notary_of_the_city_takes_the_third_seat_and_finds_the_key_to_make_on_the_desk(session, client, sign_in):
    trio = told.city()
    notary = factories.person(Role.NOTARY)
    elsewhere = factories.person(Role.NOTARY, division_code="4105")
    trio.street = notary
    tender = stories.begin(trio.place)
    offered = {choice.who.user_id for choice in asked.choices(tender)}
    assert notary.id in offered and elsewhere.id not in offered
    told.choose(trio, tender)
    assert told.seat_of(tender, notary).seat is HolderSeat.THIRD_PARTY
    sign_in(client, notary)
    assert "制作保管投标的密钥" in client.get("/desk").main
    client.get("/keys/new")
    client.get(f"/tenders/{tender.number}", status=404)
    client.get(f"/tenders/{tender.number}/rehearsal")


def test_who_is_chosen_without_a_key_gets_a_mail(session):
    trio = told.city()
    told.make_key(trio, trio.legal)
    tender = stories.begin(trio.place)
    told.choose(trio, tender)
    assert states(tender) == [HolderState.NO_KEY, HolderState.NOT_REHEARSED, HolderState.NO_KEY]
    assert "请为保管投标密钥制作一把密钥" in mails_to(trio.street)
    assert not mails_to(trio.legal)
    told.choose(trio, tender)
    assert len(mails_to(trio.street)) == 1


def test_who_serves_an_enterprise_is_refused(session):
    trio = told.city()
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    session.flush()
    session.add(Membership(user_id=trio.street.id, organisation_id=home.id, role=Role.ENTERPRISE_CLERK, began_at=NOW))
    session.flush()
    tender = stories.begin(trio.place)
    with pytest.raises(Refused, match="在物业服务企业任职"):
        told.choose(trio, tender)


def test_only_the_tenderer_chooses_and_only_before_publication(session):
    trio = told.city()
    tender = told.ready(trio)
    chosen = [(seat, told.hat(person).id) for seat, person in zip(told.SEATS, trio.people, strict=True)]
    with pytest.raises(Refused, match="只有招标人能选定"):
        actions.choose_holders(tender, chosen, 2, actor=factories.actor(Role.COMMUNITY_MANAGER), now=NOW)
    session.rollback()
    with pytest.raises(Refused, match="等于没有密封"):
        actions.choose_holders(tender, chosen, 1, actor=trio.place.me, now=NOW)
    session.rollback()
    told.publish(trio, tender)
    with pytest.raises(Refused, match="保管人不能再改"):
        actions.choose_holders(tender, chosen, 2, actor=trio.place.me, now=told.PUBLISH)


def test_who_stays_keeps_the_rehearsal(session):
    trio = told.city()
    tender = told.ready(trio)
    other = factories.person(Role.STREET_OFFICER, division_code="410402003")
    people = (*trio.people[:2], other)
    chosen = [(seat, told.hat(person).id) for seat, person in zip(told.SEATS, people, strict=True)]
    session.refresh(other)
    actions.choose_holders(tender, chosen, 2, actor=trio.place.me, now=NOW + timedelta(days=2))
    session.commit()
    assert states(tender) == [HolderState.READY, HolderState.READY, HolderState.NO_KEY]
    assert "请用密钥做一次演练" in mails_to(other)


# --- the gate of publication -----------------------------------------------------------------------------------------------


def test_a_draft_without_holders_can_not_be_filed(session):
    trio = told.city()
    tender = stories.complete(trio.place, stories.begin(trio.place), holders=False)
    with pytest.raises(Refused, match="没有达到法定要求"):
        filing.submit(tender, actor=trio.place.me, now=NOW)
    session.rollback()
    told.choose(trio, tender)
    filing.submit(tender, actor=trio.place.me, now=NOW)


def test_publication_waits_for_all_rehearsals_with_the_present_key(session):
    trio = told.city()
    tender = told.ready(trio)
    told.make_key(trio, trio.legal, NOW + timedelta(days=3))
    assert states(tender) == [HolderState.READY, HolderState.NOT_REHEARSED, HolderState.READY]
    with pytest.raises(Refused, match="钱法制（未演练）"):
        told.publish(trio, tender)
    session.rollback()
    told.rehearse(trio, tender, trio.legal, NOW + timedelta(days=4))
    told.publish(trio, tender)
    bound = [h.key.recipient for h in tender.holders]
    assert bound == [str(trio.identities[person.id].to_public()) for person in trio.people] == asked.sealing_keys(tender)


def test_a_holder_who_left_keeps_the_tender_from_publication(session):
    trio = told.city()
    tender = told.ready(trio)
    accounts.end_membership(told.hat(trio.street), actor=factories.actor(Role.ADMINISTRATOR), now=NOW + timedelta(days=2))
    session.commit()
    assert states(tender)[2] is HolderState.LEFT
    with pytest.raises(Refused, match="已不在该单位任职"):
        told.publish(trio, tender)


def test_a_renewed_key_still_opens_what_was_published_with_it(session):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    before = asked.sealing_keys(tender)
    told.make_key(trio, trio.street, told.PUBLISH + timedelta(days=1))
    line = asked.lines_of(tender)[2]
    assert asked.sealing_keys(tender) == before and line.state is HolderState.READY and line.keeps_old_key


# --- rehearsal -------------------------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_refused_and_nothing_is_passed(session):
    trio = told.city()
    tender = told.ready(trio)
    seat, me = told.seat_of(tender, trio.legal), factories.actor_for(trio.legal)
    with pytest.raises(Refused, match="没有等待打开的演练密封件"):
        actions.answer_rehearsal(seat, "x", actor=me, now=NOW)
    first = actions.ask_rehearsal(seat, actor=me, now=NOW + timedelta(days=2))
    assert actions.ask_rehearsal(seat, actor=me, now=NOW + timedelta(days=2)).id == first.id
    with pytest.raises(Refused, match="演练结果不对"):
        actions.answer_rehearsal(seat, "a" * 64, actor=me, now=NOW + timedelta(days=2))
    opened = pyrage.decrypt(first.capsule.encode(), [trio.identities[trio.legal.id]]).decode()
    with pytest.raises(Refused, match="这不是 SHA-256 校验值"):
        actions.answer_rehearsal(seat, opened, actor=me, now=NOW + timedelta(days=2))
    with pytest.raises(Refused, match="演练结果不对"):
        actions.answer_rehearsal(seat, first.answer_sha256, actor=me, now=NOW + timedelta(days=2))
    assert first.passed_at is None
    other = actions.ask_rehearsal(seat, anew=True, actor=me, now=NOW + timedelta(days=2))
    assert other.id != first.id, "one that can't be opened is replaced"
    with pytest.raises(Refused, match="不是这一席"):
        actions.ask_rehearsal(seat, actor=factories.actor_for(trio.street), now=NOW + timedelta(days=2))


def test_without_a_key_nothing_is_rehearsed(session):
    trio = told.city()
    tender = stories.begin(trio.place)
    told.choose(trio, tender)
    with pytest.raises(Refused, match="您还没有密钥"):
        actions.ask_rehearsal(told.seat_of(tender, trio.legal), actor=factories.actor_for(trio.legal), now=NOW)


def test_a_day_before_closing_holders_are_asked_again_once(session):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    assert daily.run(now=tender.bid_deadline_at - timedelta(hours=25)) == 0
    at = tender.bid_deadline_at - timedelta(hours=23)
    assert daily.run(now=at) == 3
    session.commit()
    assert daily.run(now=at + timedelta(hours=1)) == 0
    assert "投标即将截止，请再做一次密钥演练" in mails_to(trio.street)
    told.rehearse(trio, tender, trio.street, at + timedelta(hours=2))
    rows = session.scalars(db.select(HolderRehearsal).join(TenderHolder).where(TenderHolder.user_id == trio.street.id)).all()
    assert len(rows) == 2 and all(row.passed_at for row in rows)


# --- loss ------------------------------------------------------------------------------------------------------------------


def test_a_loss_before_publication_asks_for_a_new_key_and_rehearsal(session):
    trio = told.city()
    tender = told.ready(trio)
    touched = keys.report_lost(asked.standing_key(trio.legal.id), actor=factories.actor_for(trio.legal), now=NOW + timedelta(days=2))
    session.commit()
    assert [line.holder.tender_id for line in touched] == [tender.id]
    assert states(tender)[1] is HolderState.NO_KEY and "密钥保管人报失密钥" in mails_to(trio.place.manager)
    told.make_key(trio, trio.legal, NOW + timedelta(days=3))
    told.rehearse(trio, tender, trio.legal, NOW + timedelta(days=3))
    told.publish(trio, tender)


def test_a_loss_after_publication_is_covered_shown_and_then_alarms(session):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    for number, person in enumerate((trio.legal, trio.street), start=1):
        keys.report_lost(asked.standing_key(person.id), actor=factories.actor_for(person), now=told.PUBLISH + timedelta(days=number))
        session.commit()
        assert "投标的密钥报失" in mails_to(trio.place.officer)
        assert bool(asked.alarming(asked.lines_of(tender))) is (number == 2)
    assert states(tender) == [HolderState.READY, HolderState.LOST, HolderState.LOST]
    with pytest.raises(Refused, match="已经报失"):
        keys.report_lost(tender.holders[1].key, actor=factories.actor_for(trio.legal), now=told.PUBLISH + timedelta(days=4))
    with pytest.raises(Refused, match="这不是您的密钥"):
        keys.report_lost(tender.holders[0].key, actor=factories.actor_for(trio.legal), now=told.PUBLISH + timedelta(days=4))


def test_the_other_holders_hear_of_a_loss_and_an_ended_tender_says_nothing_of_going_on(session, client):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    keys.report_lost(asked.standing_key(trio.legal.id), actor=factories.actor_for(trio.legal), now=told.PUBLISH + timedelta(days=1))
    session.commit()
    assert "投标的密钥报失" in mails_to(trio.street) and "投标的密钥报失" not in mails_to(trio.legal)
    page, going_on = f"/tenders/{tender.number}", ("投标照常进行", "Bidding goes on")
    assert going_on[0] in client.get(page).main
    publishing.cancel(tender, "资金未落实", actor=trio.place.me, now=told.PUBLISH + timedelta(days=2))
    session.commit()
    assert going_on[0] not in client.get(page).main
    letters = len(mails_to(trio.place.manager))
    keys.report_lost(asked.standing_key(trio.street.id), actor=factories.actor_for(trio.street), now=told.PUBLISH + timedelta(days=3))
    session.commit()
    assert len(mails_to(trio.place.manager)) == letters


def test_a_replaced_key_that_is_lost_later_counts_where_it_is_bound(session):
    trio = told.city()
    tender = told.ready(trio)
    told.publish(trio, tender)
    told.make_key(trio, trio.legal, told.PUBLISH + timedelta(days=1))
    keys.report_lost(tender.holders[1].key, actor=factories.actor_for(trio.legal), now=told.PUBLISH + timedelta(days=2))
    session.commit()
    assert states(tender)[1] is HolderState.LOST and asked.standing_key(trio.legal.id) is not None
