"""Addresses of accounts: signing in and out, hats, passwords, colleagues, organisations."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import login_user, logout_user
from flask_security.recoverable import generate_reset_password_token, reset_password_token_status
from wtforms.fields.choices import SelectChoice

from app.accounts import actions, queries
from app.accounts.devices import known_device, remember_device
from app.accounts.forms import (
    AcceptForm,
    AcceptKnownForm,
    ForgottenForm,
    HatForm,
    InviteForm,
    OrganisationForm,
    PasswordForm,
    ResetForm,
    SignInForm,
)
from app.accounts.models import Invitation, Membership, Organisation
from app.accounts.rules import OrganisationKind, Role, roles_of
from app.accounts.session import HAT, wear
from app.common.access import actor, get_or_404, not_found, public, roles, signed_in
from app.common.clock import now, wall
from app.common.forms import attempt
from app.common.mail import send_mail
from app.common.refusal import Refused
from app.common.tables import paginate
from app.common.views import safe_next
from app.extensions import db

bp = Blueprint("accounts", __name__, template_folder="templates")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in():
    form = SignInForm()
    if form.validate_on_submit():
        device = known_device(form.email.data)
        try:
            user = actions.sign_in(form.email.data, form.password.data, address=request.remote_addr or "", device=device, wall=wall())
        except Refused as refused:
            db.session.commit()
            form.apply_refusal(refused)
            return render_template("accounts/sign_in.html", form=form), 429 if refused.reason is not actions.WRONG else 200
        session.clear()
        login_user(user, authn_via=["password"])
        hats = queries.active_memberships(user.id)
        wear(hats[0] if len(hats) == 1 else None)
        db.session.commit()
        target = safe_next(request.args.get("next"), url_for("bureau.desk"))
        response = redirect(target if len(hats) == 1 else url_for("accounts.hats", next=target))
        remember_device(response, user.email)
        return response
    return render_template("accounts/sign_in.html", form=form)


@bp.post("/sign-out")
@public
def sign_out():
    logout_user()
    session.clear()
    flash(_("您已退出登录。"), "info")
    return redirect(url_for("bureau.home"))


@bp.route("/hats", methods=["GET", "POST"])
@signed_in
def hats():
    memberships = queries.active_memberships(actor().user_id)
    form = HatForm(data={"membership_id": session.get(HAT)})
    form.membership_id.choices = [SelectChoice(m.id, f"{m.organisation.name} · {m.role.label}") for m in memberships]
    if form.validate_on_submit():
        wear(next(m for m in memberships if m.id == form.membership_id.data))
        db.session.rollback()
        return redirect(safe_next(request.args.get("next"), url_for("bureau.desk")))
    return render_template("accounts/hats.html", form=form, memberships=memberships)


@bp.get("/account")
@signed_in
def account():
    return render_template("accounts/account.html", memberships=queries.active_memberships(actor().user_id))


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def change_password():
    form = PasswordForm()
    if form.validate_on_submit():
        hat = session.get(HAT)
        with attempt(form) as done:
            actions.change_password(current_user, old=form.old.data, new=form.password.data, actor=actor(), now=now())
        if done:
            login_user(current_user._get_current_object(), authn_via=["password"])
            session[HAT] = hat
            flash(_("密码已修改，其他设备上的登录已全部退出。"), "success")
            return redirect(url_for("accounts.account"))
    return render_template("accounts/password.html", form=form)


@bp.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten():
    form = ForgottenForm()
    if form.validate_on_submit():
        user, subject = queries.user_by_email(form.email.data), _("邻里：重设密码")
        if user is not None and user.active and not queries.was_mailed_enough(user.email, subject, wall()):
            link = current_app.config["SITE_URL"] + url_for("accounts.reset", token=generate_reset_password_token(user))
            text = _("请在 2 小时内打开下面的链接设置新密码。如果不是您本人申请，请不必理会。") + f"\n\n{link}\n"
            send_mail(user.email, subject, text, now=wall())
        db.session.commit()
        return render_template("accounts/forgotten_sent.html", email=form.email.data)
    return render_template("accounts/forgotten.html", form=form)


@bp.route("/password/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str):
    expired, invalid, user = reset_password_token_status(token)
    if expired or invalid or user is None or not user.active:
        return render_template("accounts/link_ended.html", again_url=url_for("accounts.forgotten")), 410
    form = ResetForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            person = actions.visitor(user.name, request.remote_addr or "")
            actions.reset_password(user, new=form.password.data, actor=person, now=now())
        if done:
            flash(_("新密码已生效，请登录。"), "success")
            return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/reset.html", form=form)


@bp.get("/people")
@signed_in
def people():
    person = actor()
    if person.organisation_id is None:
        not_found()
    return _people_page(get_or_404(Organisation, person.organisation_id))


@bp.get("/organisations/<int:organisation_id>")
@roles(Role.ADMINISTRATOR, Role.AUDITOR)
def organisation(organisation_id: int):
    found = get_or_404(Organisation, organisation_id)
    if not actor().covers(found.division_code):
        not_found()
    return _people_page(found)


def _people_page(found: Organisation, form: InviteForm | None = None, status: int = 200):
    may = actions.may_manage(found, actor())
    form = form or InviteForm().offer(roles_of(found.kind))
    page, waiting = paginate(queries.members_of(found.id)), queries.open_invitations(found.id, wall()) if may else []
    return render_template("accounts/people.html", organisation=found, page=page, form=form, may_invite=may, waiting=waiting), status


@bp.post("/organisations/<int:organisation_id>/invite")
@signed_in
def invite(organisation_id: int):
    found = get_or_404(Organisation, organisation_id)
    if not actions.may_manage(found, actor()):
        not_found()
    form = InviteForm().offer(roles_of(found.kind))
    if not form.validate_on_submit():
        return _people_page(found, form)
    with attempt(form) as done:
        invitation, token = actions.invite(found, email=form.email.data, role=Role(form.role.data), actor=actor(), now=now(), wall=wall())
        link = current_app.config["SITE_URL"] + url_for("accounts.accept", token=token)
        text = _("%(name)s 邀请您以“%(role)s”的身份加入“%(organisation)s”。请在 7 天内打开下面的链接。", name=actor().name, role=invitation.role.label, organisation=found.name)  # fmt: skip
        send_mail(invitation.email, _("邻里：邀请您加入 %(organisation)s", organisation=found.name), f"{text}\n\n{link}\n", now=wall())
    if not done:
        return _people_page(found, form)
    flash(_("邀请已发往 %(email)s，7 天内有效。", email=invitation.email), "success")
    return redirect(_people_url(found.id))


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def accept(token: str):
    invitation = queries.open_invitation(actions.hash_token(token), wall(), lock=request.method == "POST")
    if invitation is None:
        return render_template("accounts/link_ended.html", again_url=None), 410
    is_known = queries.user_by_email(invitation.email) is not None
    form = AcceptKnownForm() if is_known else AcceptForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.accept_invitation(
                invitation,
                name=form.name.data if "name" in form else "",
                password=form.password.data,
                address=request.remote_addr or "",
                now=now(),
                wall=wall(),
            )
        if done:
            flash(_("已加入，请登录。"), "success")
            return redirect(url_for("accounts.sign_in"))
        invitation = queries.open_invitation(actions.hash_token(token), wall())
    return render_template("accounts/accept.html", form=form, invitation=invitation)


@bp.post("/memberships/<int:membership_id>/end")
@signed_in
def end_membership(membership_id: int):
    membership = get_or_404(Membership, membership_id)
    found = membership.organisation
    if not actions.may_manage(found, actor()):
        not_found()
    actions.end_membership(membership, actor=actor(), now=now())
    db.session.commit()
    flash(_("%(name)s 的身份已终止。", name=membership.user.name), "success")
    return redirect(_people_url(found.id))


@bp.post("/invitations/<int:invitation_id>/withdraw")
@signed_in
def withdraw_invitation(invitation_id: int):
    invitation = get_or_404(Invitation, invitation_id)
    if not actions.may_manage(invitation.organisation, actor()):
        not_found()
    actions.withdraw_invitation(invitation, actor=actor(), now=now(), wall=wall())
    db.session.commit()
    flash(_("对 %(email)s 的邀请已收回。", email=invitation.email), "success")
    return redirect(_people_url(invitation.organisation_id))


def _people_url(organisation_id: int) -> str:
    if organisation_id == actor().organisation_id:
        return url_for("accounts.people")
    return url_for("accounts.organisation", organisation_id=organisation_id)


@bp.get("/organisations")
@roles(Role.ADMINISTRATOR, Role.AUDITOR)
def organisations():
    return _organisations_page(OrganisationForm() if actor().has(Role.ADMINISTRATOR) else None)


@bp.post("/organisations")
@roles(Role.ADMINISTRATOR)
def create_organisation():
    form = OrganisationForm()
    if not form.validate_on_submit():
        return _organisations_page(form)
    kind, code = OrganisationKind(form.kind.data), form.division_code.data.strip()
    with attempt(form) as done:
        made = actions.create_organisation(kind=kind, name=form.name.data, division_code=code, actor=actor(), now=now())
    if not done:
        return _organisations_page(form)
    flash(_("单位已建立，请邀请第一位同事。"), "success")
    return redirect(url_for("accounts.organisation", organisation_id=made.id))


def _organisations_page(form: OrganisationForm | None):
    text = request.args.get("q", "").strip()
    page = paginate(queries.organisations(division_code=actor().division_code, text=text))
    return render_template("accounts/organisations.html", form=form, page=page, q=text)
