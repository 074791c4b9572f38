"""What may be typed about enterprises."""

from wtforms import IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.common.forms import AreaField, Form, LocalDateField, MoneyField, at_most, chosen, required, telephone
from app.common.i18n import _l
from app.common.phones import normal_phone
from app.enterprises.admission import MAX_POINTS
from app.enterprises.rules import PEOPLE, WHOLE_CITY, ConductKind, FactName

MAX_PEOPLE = 1_000_000


class WholeNumberField(IntegerField):
    """A whole number with a sentence of our own when it is none."""

    def process_formdata(self, valuelist) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = int(text)
        except ValueError as error:
            self.data = None
            raise ValueError(_l("请填写整数。")) from error


def _count(name: FactName, unit=PEOPLE) -> WholeNumberField:
    return WholeNumberField(
        name.label,
        [Optional(), NumberRange(0, MAX_PEOPLE, message=_l("请填写 0 到 1,000,000 之间的整数。"))],
        render_kw={"unit": unit},
    )


class FactsForm(Form):
    """What an enterprise states about itself; names follow FactName. A blank leaves what is known as it is."""

    as_of = LocalDateField(_l("数据截止日期"), [required(_l("请填写这些数据截至哪一天。"))])
    staff = _count(FactName.STAFF)
    managers = _count(FactName.MANAGERS)
    technicians = _count(FactName.TECHNICIANS)
    certified_managers = _count(FactName.CERTIFIED_MANAGERS)
    projects_count = _count(FactName.PROJECTS, _l("个"))
    managed_area_centi = AreaField(FactName.MANAGED_AREA.label, [Optional()], maximum=10**12)
    residential_area_centi = AreaField(FactName.RESIDENTIAL_AREA.label, [Optional()], maximum=10**12)
    revenue_fen = MoneyField(FactName.REVENUE.label, [Optional()], maximum=10**15)
    capital_fen = MoneyField(FactName.CAPITAL.label, [Optional()], maximum=10**15)
    legal_representative = StringField(FactName.LEGAL_REPRESENTATIVE.label, [Optional(), at_most(40)])
    phone = StringField(
        FactName.PHONE.label,
        [Optional(), at_most(40), telephone],
        filters=[normal_phone],
        description=_l("11 位手机号码，或者带区号的固定电话。"),
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )
    service_area = SelectMultipleField(
        FactName.SERVICE_AREA.label,
        [Optional()],
        description=_l("可以多选；服务全市的只选“全市”。"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer_districts(self, names) -> None:
        self.service_area.choices = [SelectChoice(name, name) for name in dict.fromkeys((WHOLE_CITY, *names))]

    def said(self) -> dict[FactName, object]:
        """The facts that were filled in."""
        given = {name: self._fields[name.value].data for name in FactName if name.value in self._fields}
        return {name: tuple(v) if isinstance(v, list) else v for name, v in given.items() if v not in (None, "", [])}


class RegisterForm(Form):
    uscc = StringField(_l("统一社会信用代码"), [required(), at_most(40)], description=_l("营业执照上的 18 位代码。"))
    name = StringField(_l("企业名称"), [required(), at_most(100)], description=_l("与营业执照完全一致。"))


class ConductForm(Form):
    """The sign of the points follows from the kind, so nobody can mistype it."""

    kind = RadioField(_l("类别"), [chosen()], choices=[SelectChoice(kind.value, kind.label) for kind in ConductKind])
    matter = StringField(_l("事项"), [required(), at_most(100)])
    occurred_on = LocalDateField(_l("发生日期"), [required()])
    points = WholeNumberField(
        _l("分值"),
        [InputRequired(_l("请填写分值。")), NumberRange(1, MAX_POINTS, message=_l("请填写 1 到 100 之间的整数，不写正负号。"))],
        description=_l("只写数字：良好为加分，不良为减分，按类别自动计。"),
        render_kw={"unit": _l("分")},
    )
    document_number = StringField(_l("文号"), [required(), at_most(60)], description=_l("例如：平房管〔2009〕18号"))
    expires_on = LocalDateField(_l("有效期至"), [required()], description=_l("包括这一天。文件没有写明的，按发生之日起一年填写。"))

    def signed_points(self) -> int:
        return self.points.data if self.kind.data == ConductKind.GOOD else -self.points.data


class RevokeForm(Form):
    reason = TextAreaField(
        _l("撤销理由"), [required(_l("请写明撤销理由。")), at_most(300)], description=_l("写明撤销决定的文号，或怎样更正。")
    )


class VerifyForm(Form):
    note = TextAreaField(_l("核验意见"), [at_most(300)], description=_l("退回时必须写明哪一项与登记不符。"))
