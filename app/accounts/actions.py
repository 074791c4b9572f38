"""What people can do with accounts: sign in, choose a hat, change passwords, invite colleagues, found organisations."""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_security import hash_password, verify_password

from app.accounts import queries
from app.accounts.models import Invitation, Membership, Organisation, SignInAttempt, User
from app.accounts.rules import DIVISION_DIGITS, OrganisationKind, Role, may_invite, roles_of, why_not_password, why_not_serve_both
from app.accounts.session import actor_of
from app.accounts.throttle import why_not_try
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.mail import send_mail
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db

INVITATION_LASTS = timedelta(days=7)

label_events(
    {
        "user.create": _l("建立账号"),
        "user.sign_in": _l("登录"),
        "user.change_password": _l("修改密码"),
        "user.reset_password": _l("用邮件重设密码"),
        "user.ask_reset": _l("申请重设密码"),
        "organisation.create": _l("建立单位"),
        "membership.begin": _l("授予身份"),
        "membership.end": _l("终止身份"),
        "invitation.send": _l("邀请同事"),
        "invitation.withdraw": _l("收回邀请"),
    },
    {"role": _l("身份"), "email": _l("邮箱"), "name": _l("名称"), "kind": _l("类型"), "division_code": _l("区划代码"), "user": _l("人员")},
    enums={"role": Role, "kind": OrganisationKind},
    objects={"user_account": _l("账号"), "organisation": _l("单位"), "membership": _l("身份"), "invitation": _l("邀请")},
)

WRONG = Reason(_l("邮箱或密码不对。"), next=_l("请检查后再试；忘记密码可以用邮件重设。"))


def sign_in(email: str, password: str, *, address: str, device: str, wall: datetime) -> User:
    """Check a password. Every try is kept, also a failed one: the caller commits in both cases. Raises Refused."""
    email = email.strip().lower()
    if reason := why_not_try(queries.failures(email, address, device, wall), knows_device=bool(device), now=wall):
        raise Refused(reason)
    user = queries.user_by_email(email)
    is_right = _check(user, password)
    db.session.add(SignInAttempt(at=wall, email=email[:254], address=address, device=device, succeeded=is_right))
    if not is_right:
        raise Refused(WRONG)
    return user


def _check(user: User | None, password: str) -> bool:
    if user is None or not user.password or not user.active:
        hash_password(password)  # as slow as for a real account, so that time does not tell which names exist
        return False
    return verify_password(password, user.password)


def create_user(*, name: str, email: str, password: str, actor: Actor, now: datetime) -> User:
    email = email.strip().lower()
    refuse_if(why_not_password(password, email=email, name=name), field="password")
    user = User(name=name.strip(), email=email, password=hash_password(password), fs_uniquifier=secrets.token_hex(32), created_at=now)
    db.session.add(user)
    record("user.create", user, actor=actor, now=now, name=user.name)
    return user


def change_password(user: User, *, old: str, new: str, actor: Actor, now: datetime) -> None:
    if not verify_password(old, user.password):
        raise Refused(Reason(_l("现在的密码不对。"), next=_l("请重新填写。")), field="old")
    _set_password(user, new)
    record("user.change_password", user, actor=actor, now=now)


def reset_password(user: User, *, new: str, actor: Actor, now: datetime) -> None:
    """After the mailed token was checked."""
    _set_password(user, new)
    record("user.reset_password", user, actor=actor, now=now)


def _set_password(user: User, new: str) -> None:
    refuse_if(why_not_password(new, email=user.email, name=user.name), field="password")
    user.password = hash_password(new)
    user.fs_uniquifier = secrets.token_hex(32)


def create_organisation(*, kind, name: str, division_code: str, actor: Actor, now: datetime) -> Organisation:
    if len(division_code) not in DIVISION_DIGITS or not division_code.isdigit():
        raise Refused(
            Reason(_l("区划代码不对。"), next=_l("请填写 4 位（市）、6 位（区）、9 位（街道）或 12 位（社区）数字。")),
            field="division_code",
        )
    if actor.user_id is not None and not actor.covers(division_code):
        raise Refused(Reason(_l("这个区划不在您管理的范围内。"), next=_l("请填写本辖区的区划代码。")), field="division_code")
    organisation = Organisation(kind=kind, name=name.strip(), division_code=division_code, created_at=now)
    db.session.add(organisation)
    record("organisation.create", organisation, actor=actor, now=now, name=organisation.name, kind=kind, division_code=division_code)
    return organisation


def give_role(user: User, organisation: Organisation, role: Role, *, actor: Actor, now: datetime) -> Membership:
    if role not in roles_of(organisation.kind):
        raise Refused(Reason(_l("这类单位没有这个身份。"), next=_l("请选择单位类型允许的身份。")), field="role")
    for membership in user.memberships:
        if membership.organisation_id == organisation.id and membership.role == role and membership.ended_at is None:
            return membership
    membership = Membership(user=user, organisation=organisation, role=role, began_at=now)
    db.session.add(membership)
    record("membership.begin", membership, actor=actor, now=now, role=role, user=user.name, name=organisation.name)
    return membership


def end_membership(membership: Membership, *, actor: Actor, now: datetime) -> None:
    organisation = membership.organisation
    _refuse_stranger(organisation, actor)
    if membership.user_id == actor.user_id:
        raise Refused(Reason(_l("不能终止自己的身份。"), next=_l("请让本单位另一位有权的同事办理。")))
    if membership.ended_at is None:
        membership.ended_at = now
        record("membership.end", membership, actor=actor, now=now, role=membership.role, user=membership.user.name)


def invite(organisation: Organisation, *, email: str, role: Role, actor: Actor, now: datetime, wall: datetime) -> tuple[Invitation, str]:
    """Ask a colleague in. Returns the invitation and its token, which the caller puts in the mail and nowhere else."""
    _refuse_stranger(organisation, actor)
    known = queries.user_by_email(email)
    if known is not None:
        if known.id == actor.user_id:
            raise Refused(Reason(_l("不能邀请自己。"), next=_l("请让另一位有权的同事邀请您。")), field="email")
        refuse_if(why_not_serve_both(queries.kinds_served(known.id), organisation.kind), field="email")
    if role not in roles_of(organisation.kind):
        raise Refused(Reason(_l("这类单位没有这个身份。"), next=_l("请选择单位类型允许的身份。")), field="role")
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_sha256=hash_token(token),
        email=email.strip().lower(),
        organisation=organisation,
        role=role,
        invited_by_id=actor.user_id,
        invited_at=now,
        expires_at=wall + INVITATION_LASTS,
    )
    db.session.add(invitation)
    record("invitation.send", invitation, actor=actor, now=now, email=invitation.email, role=role, name=organisation.name)
    return invitation, token


def accept_invitation(invitation: Invitation, *, name: str, password: str, address: str, now: datetime, wall: datetime) -> User:
    """The invited person makes an account, or proves the one they have by its password."""
    user = queries.user_by_email(invitation.email)
    refuse_if(_why_not_accept(invitation))
    person = visitor(name or invitation.email, address)
    if user is None:
        user = create_user(name=name, email=invitation.email, password=password, actor=person, now=now)
    elif not verify_password(password, user.password):
        raise Refused(Reason(_l("这个邮箱已有账号，密码不对。"), next=_l("请填写您现在的密码。")), field="password")
    refuse_if(why_not_serve_both(queries.kinds_served(user.id), invitation.organisation.kind))
    db.session.flush()
    colleagues = queries.emails_of(invitation.organisation_id)
    give_role(user, invitation.organisation, invitation.role, actor=person, now=now)
    invitation.accepted_at = wall
    for email in colleagues:
        if email != user.email:
            send_mail(email, _("邻里：本单位有新成员"), _("%(name)s（%(email)s）以“%(role)s”的身份加入了 %(organisation)s。如有不妥，请立即在“本单位的人员”中终止。", name=user.name, email=user.email, role=invitation.role.label, organisation=invitation.organisation.name), now=wall)  # fmt: skip
    return user


def withdraw_invitation(invitation: Invitation, *, actor: Actor, now: datetime, wall: datetime) -> None:
    """An open invitation stops working at once."""
    _refuse_stranger(invitation.organisation, actor)
    if invitation.accepted_at is None and invitation.expires_at > wall:
        invitation.expires_at = wall
        record("invitation.withdraw", invitation, actor=actor, now=now, email=invitation.email)


def _why_not_accept(invitation: Invitation) -> Reason | None:
    """Who invited must still be one who may: with the inviter's own hat their invitations end."""
    if invitation.invited_by_id is None:
        return None
    found = invitation.organisation
    has_members = queries.has_members(found.id)
    for hat in queries.active_memberships(invitation.invited_by_id):
        if may_invite(actor_of(hat), organisation_id=found.id, kind=found.kind, division_code=found.division_code, has_members=has_members):
            return None
    return Reason(_l("邀请您的人已经无权邀请，这份邀请失效了。"), next=_l("请让该单位有权的同事重新邀请。"))


def visitor(name: str, address: str) -> Actor:
    """Somebody who acts by a mailed link, before signing in."""
    return Actor(None, name, None, None, "", None, "", address)


def may_manage(organisation: Organisation, actor: Actor) -> bool:
    """Whether the actor may invite people into the organisation and end their roles."""
    return may_invite(
        actor,
        organisation_id=organisation.id,
        kind=organisation.kind,
        division_code=organisation.division_code,
        has_members=queries.has_members(organisation.id),
    )


def _refuse_stranger(organisation: Organisation, actor: Actor) -> None:
    if not may_manage(organisation, actor):
        raise Refused(Reason(_l("您不能管理这个单位的人员。"), next=_l("请联系该单位有权的同事或系统管理员。")))


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
