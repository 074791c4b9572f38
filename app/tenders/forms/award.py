"""What may be typed after the ranking: objections and answers, the award, reasons, the contract."""

from wtforms import FileField, RadioField, TextAreaField
from wtforms.validators import Optional

from app.common.forms import FILE_HINT, TAKES_DOCUMENTS, Form, LocalDateField, MoneyField, at_most, chosen, required
from app.common.i18n import _l
from app.tenders.bidding import MAX_PRICE_FEN
from app.tenders.kinds import PassReason


class ConfirmForm(Form):
    """Nothing to fill in: a page that is read before its button is pressed."""


class ObjectionForm(Form):
    text = TextAreaField(
        _l("异议的事项和理由"),
        [required(_l("请写明异议的事项和理由。")), at_most(5000)],
        description=_l("写明哪一项结果、依据什么认为不对、要求怎样处理。异议和答复将公开。"),
    )


class AnswerForm(Form):
    answer = TextAreaField(
        _l("答复"), [required(_l("请写答复。")), at_most(5000)], description=_l("逐项答复并说明依据。答复后不能修改，将公开。")
    )


class AwardForm(Form):
    statement = TextAreaField(_l("定标说明"), [Optional(), at_most(2000)], description=_l("评标过程和定标理由，随定标结果报备案并公开。"))


class PassOverForm(Form):
    reason = RadioField(_l("法定理由"), [chosen()], choices=PassReason.choices(), coerce=lambda value: PassReason(value) if value else None)
    explanation = TextAreaField(_l("具体情况"), [required(_l("请写明具体情况。")), at_most(2000)], description=_l("写明事实和证明材料。"))
    file = FileField(_l("证明材料"), description=FILE_HINT, render_kw=TAKES_DOCUMENTS, validators=[Optional()])


class ContractForm(Form):
    signed_on = LocalDateField(_l("合同签订日期"), [chosen(_l("请填写合同签订日期。"))])
    starts_on = LocalDateField(
        _l("服务开始日期"), [chosen(_l("请填写服务开始日期。"))], description=_l("不早于签订日期，不晚于签订后 180 日（本平台规则）。")
    )
    price = MoneyField(
        _l("合同单价"),
        [chosen(_l("请填写合同单价。"))],
        minimum=1,
        maximum=MAX_PRICE_FEN,
        unit=_l("元/m²·月"),
        description=_l("应与中标单价一致。"),
    )
    late_reason = TextAreaField(_l("逾期签订的原因"), [Optional(), at_most(1000)], description=_l("定标后 30 日内签订的不填。"))
    file = FileField(_l("合同扫描件"), description=FILE_HINT, render_kw=TAKES_DOCUMENTS, validators=[Optional()])


class CorrectContractForm(Form):
    signed_on = LocalDateField(_l("合同签订日期"), [chosen(_l("请填写合同签订日期。"))])
    starts_on = LocalDateField(_l("服务开始日期"), [chosen(_l("请填写服务开始日期。"))])
    reason = TextAreaField(
        _l("更正的理由"), [required(_l("请写明更正的理由。")), at_most(1000)], description=_l("公开。写明错在哪里，以及依据的合同原件。")
    )


def upload_of(field) -> tuple[str, bytes] | None:
    """(filename, bytes) of a chosen file, or None."""
    chosen_file = field.data
    return (chosen_file.filename, chosen_file.read()) if getattr(chosen_file, "filename", "") else None
