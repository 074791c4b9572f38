"""What may be typed while drafting: one form a section; the check list decides what is still missing."""

import unicodedata

from wtforms import (
    FieldList,
    FileField,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.common.forms import (
    FILE_HINT,
    TAKES_DOCUMENTS,
    Form,
    LocalDateField,
    LocalDateTimeField,
    MoneyField,
    at_most,
    chosen,
    required,
    telephone,
)
from app.common.i18n import _l
from app.common.labels import choices_of
from app.common.phones import normal_phone
from app.tenders.kinds import CriterionKind, DocumentKind, Regime, ServiceLevel

MAX_TEXT = 10_000
MAX_CEILING_FEN = 5_000


class WholeNumberField(StringField):
    """A whole number as typed, full-width digits included."""

    def __init__(self, label=None, validators=None, *, minimum: int = 0, maximum: int, unit="", **kwargs):
        super().__init__(label, validators, **kwargs)
        self.minimum, self.maximum, self.unit = minimum, maximum, unit
        self.render_kw = {"inputmode": "numeric", "autocomplete": "off", **(self.render_kw or {})}

    def process_formdata(self, valuelist) -> None:
        self.data = None
        text = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) < 10) or not self.minimum <= int(text) <= self.maximum:
            raise ValidationError(_l("请填写 %(least)d 到 %(most)d 的整数。", least=self.minimum, most=self.maximum))
        self.data = int(text)

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else str(self.data)


class CompoundsField(SelectMultipleField):
    """Boxes to tick; choices are the tenderer's own compounds."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label=None, validators=None, **kwargs):
        super().__init__(label, validators, coerce=int, **kwargs)

    def pre_validate(self, form) -> None:
        known = {choice.value for choice in self.choices}
        if any(value not in known for value in self.data or ()):
            raise ValidationError(_l("选中的楼院不在您的范围内。请刷新页面后重新选择。"))


class BeginForm(Form):
    """A new tender: which compounds. Everything else is filled in and can be changed."""

    compounds = CompoundsField(_l("楼院"), [chosen(_l("请至少选择一个楼院。"))])
    title = StringField(_l("项目名称"), [Optional(), at_most(120)], description=_l("不填时按楼院名称生成。"))


class CompoundsForm(Form):
    compounds = CompoundsField(_l("楼院"), [chosen(_l("请至少选择一个楼院。"))])


class BasicsForm(Form):
    title = StringField(_l("项目名称"), [required(_l("请填写项目名称。")), at_most(120)])
    regime = RadioField(_l("招标依据"), [chosen()], coerce=lambda value: Regime(value) if value else None)

    def limit_regimes(self, regimes) -> None:
        self.regime.choices = choices_of(regimes)


class ServiceForm(Form):
    service_level = RadioField(
        _l("服务等级"),
        validate_choice=False,  # none chosen yet is a gap, not an error; the coercion knows the levels
        choices=ServiceLevel.choices(),
        coerce=lambda value: ServiceLevel(value) if value and value != "None" else None,
        description=_l("按《普通住宅小区物业管理服务等级标准》，一级最高。"),
    )
    service_content = TextAreaField(
        _l("服务内容与标准"), [at_most(MAX_TEXT)], render_kw={"rows": 12}, description=_l("写明做什么、多久做一次、做到什么程度。")
    )


class PriceForm(Form):
    ceiling = MoneyField(
        _l("最高投标限价"),
        minimum=1,
        maximum=MAX_CEILING_FEN,
        unit=_l("元/m²·月"),
        description=_l("超过限价的投标将被否决。不得设最低限价。"),
    )
    term_months = WholeNumberField(_l("服务期限"), minimum=1, maximum=120, unit=_l("个月"))


class BiddersForm(Form):
    eligibility = TextAreaField(
        _l("投标人资格条件"),
        [at_most(MAX_TEXT)],
        render_kw={"rows": 8},
        description=_l("不得以注册地、所有制、规模或者是否列入推荐名录限制投标人。"),
    )
    bid_instructions = TextAreaField(_l("投标文件要求"), [at_most(MAX_TEXT)], render_kw={"rows": 8})


class ContractTermsForm(Form):
    contract_terms = TextAreaField(_l("合同主要条款"), [at_most(MAX_TEXT)], render_kw={"rows": 12})


class ScheduleForm(Form):
    publish_on = LocalDateField(_l("计划发布日期"))
    bid_deadline_at = LocalDateTimeField(_l("投标截止（同时开标）"), description=_l("不早于发布之日起 20 日，须为工作日。"))
    bid_validity_days = WholeNumberField(_l("投标有效期"), [chosen(_l("请填写投标有效期。"))], minimum=30, maximum=365, unit=_l("日"))
    defence_on = LocalDateField(_l("现场答辩日期"), [Optional()], description=_l("不安排答辩的不填；填写后须在评分标准中给答辩分值。"))
    opening_place = StringField(_l("开标地点"), [at_most(200)])
    contact_name = StringField(_l("联系人"), [at_most(40)])
    contact_phone = StringField(_l("联系电话"), [at_most(40), telephone], filters=[normal_phone])


class CriterionForm(PlainForm):
    code = HiddenField()
    kind = SelectField(_l("来源"), choices=CriterionKind.choices(), coerce=CriterionKind)
    label = StringField(_l("评分项"), [at_most(80)])
    weight = WholeNumberField(_l("分值"), minimum=0, maximum=100, render_kw={"class": "govuk-input--width-3"})
    guidance = TextAreaField(_l("评分说明"), [at_most(500)], render_kw={"rows": 2})

    def validate_label(self, field) -> None:
        if self.weight.data and not (field.data or "").strip():
            raise ValidationError(_l("填写了分值，还没有填写评分项名称。"))


class CardForm(Form):
    lines = FieldList(FormField(CriterionForm), _l("评分项"), min_entries=1, max_entries=20)


class AttachForm(Form):
    kind = SelectField(_l("附件种类"), choices=DocumentKind.choices(), coerce=DocumentKind, default=DocumentKind.TENDER_DOCUMENTS)
    title = StringField(_l("名称"), [Optional(), at_most(200)], description=_l("不填时用文件名。"))
    file = FileField(_l("文件"), description=FILE_HINT, render_kw=TAKES_DOCUMENTS)

    def validate_file(self, field) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请选择文件。"))
