"""What may be typed about accounts: shape and words only."""

from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import Email, EqualTo

from app.accounts.rules import MIN_PASSWORD, OrganisationKind, Role
from app.common.forms import Form, at_most, chosen, required
from app.common.i18n import _l
from app.common.labels import choices_of

_EMAIL = (required(), at_most(254), Email(message=_l("邮箱格式不对。请检查后重新填写。")))


def _new_password(label=None) -> PasswordField:
    return PasswordField(
        label or _l("新密码"),
        [required(), at_most(128)],
        description=_l("至少 %(least)d 个字；一句好记的话就很好。", least=MIN_PASSWORD),
        render_kw={"autocomplete": "new-password"},
    )


def _again() -> PasswordField:
    return PasswordField(
        _l("再填一次"),
        [required(), EqualTo("password", message=_l("两次填写的密码不一样。请重新填写。"))],
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(Form):
    email = EmailField(_l("邮箱"), [required(), at_most(254)], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("密码"), [required()], render_kw={"autocomplete": "current-password"})


class HatForm(Form):
    membership_id = RadioField(_l("这次用哪个身份"), [chosen()], coerce=int)


class PasswordForm(Form):
    old = PasswordField(_l("现在的密码"), [required()], render_kw={"autocomplete": "current-password"})
    password = _new_password()
    again = _again()


class ForgottenForm(Form):
    email = EmailField(_l("邮箱"), _EMAIL, render_kw={"autocomplete": "username"})


class ResetForm(Form):
    password = _new_password()
    again = _again()


class InviteForm(Form):
    email = EmailField(_l("同事的邮箱"), _EMAIL, render_kw={"autocomplete": "off"})
    role = SelectField(_l("身份"), [chosen()])

    def offer(self, roles: tuple[Role, ...]) -> "InviteForm":
        self.role.choices = choices_of(roles)
        return self


class AcceptForm(Form):
    name = StringField(_l("姓名"), [required(), at_most(80)], render_kw={"autocomplete": "name"})
    password = _new_password(_l("密码"))
    again = _again()


class AcceptKnownForm(Form):
    password = PasswordField(_l("您现在的密码"), [required()], render_kw={"autocomplete": "current-password"})


class OrganisationForm(Form):
    kind = SelectField(_l("类型"), [chosen()], choices=OrganisationKind.choices())
    name = StringField(_l("名称"), [required(), at_most(200)])
    division_code = StringField(
        _l("区划代码"),
        [required(), at_most(12)],
        description=_l("市 4 位，区 6 位，街道 9 位，社区 12 位。"),
        render_kw={"inputmode": "numeric"},
    )
