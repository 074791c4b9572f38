"""What may be typed about public money: shape and words only."""

import re
from collections.abc import Iterable

from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from app.common.forms import Form, LocalDateField, MoneyField, at_most, chosen, required
from app.common.i18n import _l
from app.common.labels import choices_of
from app.common.money import parse_fen
from app.common.refusal import Refused
from app.communities.models import Division
from app.funding.models import Programme
from app.funding.programme import APPLICANT_KINDS, Payee, ProgrammeKind
from app.funding.review import Decision, ObjectionOutcome

MAX_BUDGET_FEN = 10**13
LINE = "line_"


def between(least: int, most: int) -> NumberRange:
    return NumberRange(least, most, message=_l("请填写 %(least)d 到 %(most)d 之间的整数。", least=least, most=most))


class HundredthsField(StringField):
    """Several numbers with at most two decimals, "0.30、0.20": a tuple of integers in hundredths."""

    unit = ""

    def __init__(self, label=None, validators=None, *, unit="", **kwargs):
        super().__init__(label, validators, **kwargs)
        self.unit = unit

    def process_formdata(self, valuelist) -> None:
        self.data = ()
        parts = [part for part in re.split(r"[、，,;；\s/]+", valuelist[0] if valuelist else "") if part]
        try:
            self.data = tuple(parse_fen(part.rstrip("%％")) for part in parts)
        except Refused as refused:
            raise ValidationError(_l("请填写数字，多个数之间用顿号分开，例如 0.30、0.20。")) from refused

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "、".join(f"{value // 100}.{value % 100:02d}" if value % 100 else str(value // 100) for value in self.data or ())


class CheckboxesField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ProgrammeForm(Form):
    """A programme; budget fields for the districts are added by programme_form."""

    name = StringField(_l("资金项目名称"), [required(), at_most(120)], description=_l("写明年度，例如：2009 年度老旧小区物业服务补贴。"))
    kind = RadioField(_l("类型"), [chosen()], choices=ProgrammeKind.choices(), default=ProgrammeKind.SUBSIDY.value)
    division_code = SelectField(_l("适用范围"), [chosen()])
    source = StringField(_l("资金来源"), [required(), at_most(120)], description=_l("例如：市级财政预算。"))
    legal_basis = TextAreaField(
        _l("依据"), [required(), at_most(1000)], description=_l("写明文件名称和文号、条款。"), render_kw={"rows": 3}
    )
    purpose = TextAreaField(_l("支持什么"), [required(), at_most(1000)], render_kw={"rows": 3})
    conditions = TextAreaField(_l("申请条件"), [required(), at_most(2000)], render_kw={"rows": 4})
    rates = HundredthsField(
        _l("补贴标准（按合同年度）"),
        unit=_l("元/m²·月"),
        description=_l("只用于补贴。各年相同的写一个数；逐年不同的依次写，例如 0.30、0.20、0.10。"),
        render_kw={"class": "govuk-input--width-20"},
    )
    cap_months = IntegerField(
        _l("最长补贴月数"), [Optional(), between(1, 60)], description=_l("只用于补贴。从合同开始之日算起，不满一个月的不计。")
    )
    cap = MoneyField(_l("单个小区最高金额"), [Optional()], description=_l("只用于补贴，可以不填。"), maximum=MAX_BUDGET_FEN)
    fixed_sum = MoneyField(_l("定额奖金"), [Optional()], description=_l("只用于奖励：每个小区的奖金。"), maximum=MAX_BUDGET_FEN)
    shares = HundredthsField(
        _l("各期拨付比例"), [required()], unit="%", default=(6000, 4000),
        description=_l("合计 100。例如 60、40：公示无异议后付 60%，考核验收后付 40%；一次付清写 100。"),
    )  # fmt: skip
    publicity_days = IntegerField(_l("公示天数"), [required(), between(1, 60)], default=7)
    pay_within_days = IntegerField(
        _l("付款期限（天）"), [required(), between(1, 365)], default=30, description=_l("公示结束或者验收合格后，多少天内付款。")
    )
    payee = RadioField(_l("拨给谁"), [chosen()], choices=Payee.choices(), default=Payee.ENTERPRISE.value)
    applicant_kinds = CheckboxesField(
        _l("谁可以申请"), choices=choices_of(APPLICANT_KINDS), default=[kind.value for kind in APPLICANT_KINDS]
    )
    opens_on = LocalDateField(_l("开始受理"), [required()])
    closes_on = LocalDateField(_l("截止受理"), [required()])
    budget = MoneyField(_l("总预算"), [required()], minimum=1, maximum=MAX_BUDGET_FEN)

    def line_fields(self):
        return [field for name, field in self._fields.items() if name.startswith(LINE)]

    def terms(self) -> dict:
        """Arguments of actions.prepare_programme."""
        budget, scope = self.budget.data, self.division_code.data
        lines = {field.name.removeprefix(LINE): field.data for field in self.line_fields() if field.data}
        return {
            "name": self.name.data.strip(),
            "kind": ProgrammeKind(self.kind.data),
            "division_code": scope,
            "source": self.source.data.strip(),
            "legal_basis": self.legal_basis.data.strip(),
            "purpose": self.purpose.data.strip(),
            "conditions": self.conditions.data.strip(),
            "rates_fen": self.rates.data or (),
            "cap_months": self.cap_months.data,
            "cap_fen": self.cap.data or None,
            "fixed_sum_fen": self.fixed_sum.data or None,
            "instalments_bp": list(self.shares.data),
            "publicity_days": self.publicity_days.data,
            "pay_within_days": self.pay_within_days.data,
            "payee": Payee(self.payee.data),
            "applicant_kinds": list(self.applicant_kinds.data or []),
            "opens_on": self.opens_on.data,
            "closes_on": self.closes_on.data,
            "budget_fen": budget,
            "lines_fen": lines or {scope: budget},
        }


def programme_form(divisions: Iterable[Division], programme: Programme | None = None) -> ProgrammeForm:
    """The form with one budget field a district, filled from a programme when one is edited."""
    divisions = list(divisions)
    fields = {
        f"{LINE}{division.code}": MoneyField(division.name, [Optional()], maximum=MAX_BUDGET_FEN)
        for division in divisions
        if len(division.code) == 6
    }
    form_class = type("ProgrammeForm", (ProgrammeForm,), fields)
    form = form_class(data=_of_programme(programme) if programme else None)
    form.division_code.choices = [SelectChoice(division.code, division.name) for division in divisions]
    return form


def _of_programme(programme: Programme) -> dict:
    same = ("name", "division_code", "source", "legal_basis", "purpose", "conditions", "cap_months", "publicity_days", "pay_within_days", "opens_on", "closes_on")  # fmt: skip
    return {
        **{name: getattr(programme, name) for name in same},
        "kind": programme.kind.value,
        "payee": programme.payee.value,
        "applicant_kinds": programme.applicant_kinds,
        "rates": programme.rates_fen,
        "cap": programme.cap_fen,
        "fixed_sum": programme.fixed_sum_fen,
        "shares": programme.shares_bp,
        "budget": programme.budget_fen,
        **{f"{LINE}{line.division_code}": line.budget_fen for line in programme.lines if len(line.division_code) == 6},
    }


class DetailsForm(Form):
    """What the applicant writes; the figures come from the register and the contract."""

    statement = TextAreaField(_l("申请说明"), [at_most(2000)], description=_l("小区的情况，补贴或奖金用在哪里。"))
    contact_name = StringField(_l("联系人"), [at_most(40)], render_kw={"class": "govuk-input--width-20"})
    contact_phone = StringField(_l("联系电话"), [at_most(40)], render_kw={"class": "govuk-input--width-20"})
    payee_bank = StringField(_l("收款开户行"), [at_most(100)])
    payee_account = StringField(
        _l("收款账号"),
        [at_most(40), Regexp(r"^$|^[0-9 \-]{6,40}$", message=_l("账号只含数字，请核对。"))],
        description=_l("收款单位的对公账号。账号不对外公开。"),
        render_kw={"autocomplete": "off", "class": "govuk-input--width-20"},
    )


class ReviewForm(Form):
    decision = RadioField(_l("结论"), [chosen()])
    reason = TextAreaField(_l("意见"), [at_most(1000)], description=_l("退回或不予支持的，写明哪里不符合、怎样补正。"))

    def __init__(self, *, decisions: Iterable[Decision], **kwargs):
        super().__init__(**kwargs)
        self.decision.choices = choices_of(decisions)


class ReasonForm(Form):
    reason = TextAreaField(_l("理由"), [required(), at_most(1000)])


class OptionalReasonForm(Form):
    reason = TextAreaField(_l("理由"), [Optional(), at_most(1000)])


class ObjectionForm(Form):
    name = StringField(_l("您的姓名"), [required(), at_most(40)], description=_l("异议要实名提出。姓名和电话只有办理人员能看到。"))
    phone = StringField(
        _l("联系电话"), [required(), at_most(40), Regexp(r"^[0-9 +\-]{7,20}$", message=_l("请填写能打通的电话号码。"))],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )  # fmt: skip
    text = TextAreaField(_l("异议内容"), [required(), at_most(2000)], description=_l("写明哪里不实，并提供线索。"))


class SettleForm(Form):
    outcome = RadioField(_l("结论"), [chosen()], choices=ObjectionOutcome.choices())
    answer = TextAreaField(_l("答复"), [required(), at_most(2000)], description=_l("答复会公布在公示页面。"))


class PaymentForm(Form):
    voucher_number = StringField(_l("付款凭证号"), [required(), at_most(40)])
    paid_on = LocalDateField(_l("付款日期"), [required()])


class ConfirmForm(Form):
    decision = RadioField(
        _l("复核结论"),
        [chosen()],
        choices=[SelectChoice("confirm", _l("与凭证一致，确认已付")), SelectChoice("reject", _l("登记有误，退回重新登记"))],
    )
    reason = TextAreaField(_l("退回理由"), [at_most(1000)], description=_l("退回时必填。"))

    def validate_reason(self, field) -> None:
        if self.decision.data == "reject" and not (field.data or "").strip():
            raise ValidationError(_l("退回时要写明理由。"))


class AcceptanceForm(Form):
    has_passed = RadioField(
        _l("考核结论"), [chosen()], choices=[SelectChoice("yes", _l("合格，可以付下一期")), SelectChoice("no", _l("不合格"))]
    )
    score = IntegerField(_l("考核得分"), [required(), between(0, 100)], description=_l("百分制。"))
    assessed_on = LocalDateField(_l("考核日期"), [required()])
    findings = TextAreaField(_l("考核情况"), [required(), at_most(2000)])


class ClawbackForm(Form):
    amount = MoneyField(_l("追回金额"), [required()], minimum=1, maximum=MAX_BUDGET_FEN)
    reason = TextAreaField(_l("理由"), [required(), at_most(1000)], description=_l("例如：申报不实、合同提前终止、考核不合格。"))


class ReceiptForm(Form):
    receipt_number = StringField(_l("缴款凭证号"), [required(), at_most(40)])
    received_on = LocalDateField(_l("到账日期"), [required()])
