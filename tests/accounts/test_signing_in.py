"""Signing in, hats, passwords, invitations: as people meet them on the pages."""

import re

import pytest
from sqlalchemy import select, update

from app.accounts.models import SignInAttempt, User
from app.accounts.rules import OrganisationKind, Role
from app.common.audit import AuditEvent
from app.common.mail import OutboxMail
from tests import factories


@pytest.fixture
def manager(session):
    return factories.person(Role.COMMUNITY_MANAGER, name="赵敏")


def last_link(session) -> str:
    session.expire_all()
    mail = session.scalar(select(OutboxMail).order_by(OutboxMail.id.desc()))
    return re.search(r"http://localhost(\S+)", mail.text)[1]


def attempt(client, email, password, status=200):
    return client.post("/sign-in", {"email": email, "password": password}, status=status)


def test_the_right_password_leads_to_the_desk(client, manager):
    page = attempt(client, manager.email, factories.PASSWORD, 302)
    assert page.path == "/desk" and "赵敏" in page.text


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client, manager):
    wrong = attempt(client, manager.email, "不是这个密码呀")
    unknown = attempt(client, "nobody@example.org", "不是这个密码呀")
    assert wrong.errors == unknown.errors and "邮箱或密码不对" in wrong.errors[0]


def test_guessing_is_stopped_and_the_owner_on_a_known_browser_is_not(client, new_client, manager, session):
    own = client
    attempt(own, manager.email, factories.PASSWORD, 302)
    own.post("/sign-out")
    stranger = new_client()
    for _ in range(5):
        attempt(stranger, manager.email, "猜一猜猜一猜猜")
    page = attempt(stranger, manager.email, factories.PASSWORD, 429)
    assert "15 分钟" in page.errors[0]
    assert attempt(own, manager.email, factories.PASSWORD, 302).path == "/desk"


def test_a_lock_ends_by_itself(client, manager, session):
    for _ in range(5):
        attempt(client, manager.email, "猜一猜猜一猜猜")
    attempt(client, manager.email, factories.PASSWORD, 429)
    from datetime import timedelta

    from app.common.clock import wall

    session.execute(update(SignInAttempt).values(at=wall() - timedelta(minutes=16)))
    attempt(client, manager.email, factories.PASSWORD, 302)


def test_a_page_asked_for_before_signing_in_is_shown_after_and_no_foreign_one(client, manager):
    page = client.get("/people", follow=True)
    assert page.path == "/sign-in"
    sent = {"email": manager.email, "password": factories.PASSWORD}
    assert client.post("/sign-in?next=/people", sent).path == "/people"
    client.post("/sign-out")
    for hostile in ("//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil"):
        page = client.post(f"/sign-in?next={hostile}", sent, follow=False)
        assert page.location == "/desk", hostile
        client.post("/sign-out")


def test_several_hats_are_chosen_from_and_named_on_every_page(client, session, sign_in, manager):
    street = factories.organisation(OrganisationKind.STREET_OFFICE, name="曙光街街道办事处")
    factories.give_role(manager, street, Role.STREET_OFFICER)
    session.commit()
    page = attempt(client, manager.email, factories.PASSWORD, 302)
    assert page.path == "/hats"
    membership = manager.memberships[1].id
    page = client.post("/hats", {"membership_id": str(membership)})
    assert "曙光街街道办事处" in page.text and "街道经办人" in page.text


def test_another_persons_hat_cannot_be_worn(client, session, sign_in, manager):
    other = factories.person(Role.ADMINISTRATOR)
    session.commit()
    sign_in(client, manager)
    page = client.post("/hats", {"membership_id": str(other.memberships[0].id)}, status=200)
    assert page.path == "/hats" and page.errors


def test_changing_the_password_ends_other_sessions_and_is_audited(client, new_client, manager, session, sign_in):
    other = new_client()
    sign_in(client, manager)
    sign_in(other, manager)
    new = "河对岸的灯火渐渐亮了"
    client.post("/password", {"old": factories.PASSWORD, "password": new, "again": new})
    assert client.get("/desk").status_code == 200
    assert other.get("/desk", status=302).location.startswith("/sign-in")
    assert session.scalar(select(AuditEvent.event).order_by(AuditEvent.id.desc())) == "user.change_password"


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [("短", "短", "太短"), ("1234567890", "1234567890", "容易被猜到"), ("河对岸的灯火渐渐亮了", "另一句完全不同的话", "不一样")],
)
def test_a_poor_new_password_is_refused_where_it_was_typed(client, manager, sign_in, new, again, sentence):
    sign_in(client, manager)
    page = client.post("/password", {"old": factories.PASSWORD, "password": new, "again": again}, status=200)
    assert any(sentence in error for error in page.errors)


def test_a_forgotten_password_is_reset_by_mail_once(client, manager, session):
    client.post("/password/forgotten", {"email": manager.email}, status=200)
    link = last_link(session)
    new = "河对岸的灯火渐渐亮了"
    client.get(link)
    client.post(link, {"password": new, "again": new})
    attempt(client, manager.email, new, 302)
    client.post("/sign-out")
    assert "失效" in client.get(link, status=410).h1


def test_asking_for_an_unknown_address_says_the_same_and_sends_nothing(client, session):
    page = client.post("/password/forgotten", {"email": "nobody@example.org"}, status=200)
    assert "nobody@example.org" in page.text
    assert session.scalar(select(OutboxMail)) is None


def test_a_colleague_is_invited_joins_and_sees_the_organisation(client, new_client, manager, session, sign_in):
    home = manager.memberships[0].organisation
    sign_in(client, manager)
    client.post(f"/organisations/{home.id}/invite", {"email": "New@Example.org", "role": "community_manager"})
    link = last_link(session)
    visitor = new_client()
    page = visitor.get(link)
    assert home.name in page.text
    visitor.post(link, {"name": "钱进", "password": factories.PASSWORD, "again": factories.PASSWORD})
    page = attempt(visitor, "new@example.org", factories.PASSWORD, 302)
    assert home.name in page.text
    assert new_client().get(link, status=410)


def test_a_stranger_to_an_organisation_can_neither_see_nor_invite(client, session, sign_in, manager):
    other = factories.organisation(OrganisationKind.ENTERPRISE)
    session.commit()
    sign_in(client, manager)
    client.post(f"/organisations/{other.id}/invite", {"email": "x@example.org", "role": "enterprise_clerk"}, status=404)
    client.get(f"/organisations/{other.id}", status=403)


def test_a_role_of_another_kind_of_organisation_cannot_be_given(client, session, sign_in, manager):
    home = manager.memberships[0].organisation
    sign_in(client, manager)
    page = client.post(f"/organisations/{home.id}/invite", {"email": "x@example.org", "role": "administrator"}, status=200)
    assert page.errors


def test_an_ended_membership_opens_nothing_any_more(client, new_client, session, sign_in, manager):
    colleague = factories.person(Role.COMMUNITY_MANAGER, organisation=manager.memberships[0].organisation)
    session.commit()
    theirs = new_client()
    sign_in(theirs, colleague)
    sign_in(client, manager)
    client.post(f"/memberships/{colleague.memberships[0].id}/end")
    assert theirs.get("/desk", status=302).location == "/hats"
    assert "没有任何身份" in theirs.get("/hats").text


def test_an_administrator_founds_organisations_only_in_the_own_place(client, session, sign_in):
    sign_in(client, Role.ADMINISTRATOR, division_code="410402")
    page = client.post("/organisations", {"kind": "community", "name": "联盟社区", "division_code": "410402001003"})
    assert "联盟社区" in page.h1
    page = client.post("/organisations", {"kind": "community", "name": "别处", "division_code": "410403001003"}, status=200)
    assert "不在您管理的范围内" in page.errors[0]


def test_passwords_never_lie_in_the_database_in_clear(manager, session):
    session.commit()
    kept = session.scalar(select(User.password).where(User.id == manager.id))
    assert kept.startswith("$argon2") and factories.PASSWORD not in kept


def test_an_administrator_lets_in_the_first_person_of_an_enterprise_and_nobody_after(client, session, sign_in):
    home = factories.organisation(OrganisationKind.ENTERPRISE)
    session.commit()
    sign_in(client, Role.ADMINISTRATOR)
    ask = {"email": "first@example.org", "role": "enterprise_signatory"}
    client.post(f"/organisations/{home.id}/invite", ask)
    factories.person(Role.ENTERPRISE_SIGNATORY, organisation=home)
    session.commit()
    client.post(f"/organisations/{home.id}/invite", ask | {"email": "second@example.org"}, status=404)


def test_nobody_serves_the_bureau_and_an_enterprise(client, session, sign_in, manager):
    officer = factories.person(Role.BUREAU_OFFICER)
    signatory = factories.person(Role.ENTERPRISE_SIGNATORY)
    session.commit()
    sign_in(client, signatory)
    home = signatory.memberships[0].organisation
    page = client.post(f"/organisations/{home.id}/invite", {"email": officer.email, "role": "enterprise_clerk"}, status=200)
    assert "同一个人不能既在" in page.errors[0]


def test_a_notary_office_lets_in_its_own_people_and_none_of_another_side(client, session, sign_in, manager):
    office = factories.organisation(OrganisationKind.NOTARY_OFFICE)
    administrator = factories.person(Role.ADMINISTRATOR)
    session.commit()
    sign_in(client, administrator)
    for email in (manager.email, factories.person(Role.STREET_OFFICER).email, factories.person(Role.EVALUATOR).email):
        page = client.post(f"/organisations/{office.id}/invite", {"email": email, "role": "notary"}, status=200)
        assert any("既在公证处任职" in error for error in page.errors), email
    client.post(f"/organisations/{office.id}/invite", {"email": "first@example.org", "role": "notary"})
    first = factories.person(Role.NOTARY, organisation=office)
    session.commit()
    client.post(f"/organisations/{office.id}/invite", {"email": "second@example.org", "role": "notary"}, status=404)
    sign_in(client, first)
    client.post(f"/organisations/{office.id}/invite", {"email": "second@example.org", "role": "notary"})


def test_an_invitation_ends_with_its_inviters_own_role(client, new_client, manager, session, sign_in):
    home = manager.memberships[0].organisation
    sign_in(client, manager)
    client.post(f"/organisations/{home.id}/invite", {"email": "late@example.org", "role": "community_manager"})
    link = last_link(session)
    manager.memberships[0].ended_at = factories.NOW
    from app.common.access import system_actor
    from app.common.audit import record

    record("membership.end", manager.memberships[0], actor=system_actor(), now=factories.NOW)
    session.commit()
    sent = {"name": "钱进", "password": factories.PASSWORD, "again": factories.PASSWORD}
    page = new_client().post(link, sent, status=200)
    assert "已经无权邀请" in page.errors[0]


def test_an_open_invitation_can_be_taken_back(client, new_client, manager, session, sign_in):
    home = manager.memberships[0].organisation
    sign_in(client, manager)
    page = client.post(f"/organisations/{home.id}/invite", {"email": "oops@example.org", "role": "community_manager"})
    link = last_link(session)
    action = next(f.get("action") for f in page.all(".//main//form") if "withdraw" in (f.get("action") or ""))
    assert "oops@example.org" not in client.post(action).texts(".//table")[-1]
    new_client().get(link, status=410)


def test_colleagues_are_told_of_a_new_member(client, new_client, manager, session, sign_in):
    home = manager.memberships[0].organisation
    sign_in(client, manager)
    client.post(f"/organisations/{home.id}/invite", {"email": "new@example.org", "role": "community_manager"})
    sent = {"name": "钱进", "password": factories.PASSWORD, "again": factories.PASSWORD}
    new_client().post(last_link(session), sent)
    session.expire_all()
    told = session.scalars(select(OutboxMail).where(OutboxMail.to == manager.email)).all()
    assert any("钱进" in mail.text for mail in told)


def test_nobody_is_flooded_with_reset_mails(client, manager, session):
    for _ in range(6):
        client.post("/password/forgotten", {"email": manager.email}, status=200)
    session.expire_all()
    assert len(session.scalars(select(OutboxMail).where(OutboxMail.to == manager.email)).all()) == 3
