"""What may be typed about the draw and the expert pool."""

from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.common.forms import Form, LocalDateField, at_most, chosen, required
from app.common.i18n import _l
from app.tenders.draw import PublicNumber, Specialty, TieKind

SIZES = (5, 7, 9, 11, 13)
MOST_REPRESENTATIVES = max(SIZES) // 3
HEX = {"autocomplete": "off", "spellcheck": "false"}


class Ticks(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PlanForm(Form):
    seats = SelectField(_l("评标委员会人数"), [chosen()], coerce=int, choices=[SelectChoice(n, str(n)) for n in SIZES])
    representatives = SelectField(
        _l("其中招标人代表"),
        [chosen()],
        coerce=int,
        choices=[SelectChoice(n, str(n)) for n in range(MOST_REPRESENTATIVES + 1)],
        description=_l("不超过总数的三分之一，由招标人指定；其余从专家库公开抽取。"),
    )
    specialties = Ticks(_l("专家的专业"), choices=Specialty.choices(), description=_l("专业不在其中的专家不参加抽取。"))


class CommitForm(Form):
    committed = StringField(_l("承诺值"), [required(), at_most(64)], description=_l("64 个十六进制字符。"), render_kw=HEX)


class RevealForm(Form):
    value = StringField(_l("随机数"), [required(), at_most(64)], description=_l("生成承诺值时保存的 64 个字符。"), render_kw=HEX)


class NumberForm(Form):
    issue = StringField(_l("期号"), [required(), at_most(20)], render_kw={"inputmode": "numeric", "autocomplete": "off"})
    drawn_on = LocalDateField(_l("开奖日期"), [required()])
    first = StringField(_l("前区号码"), [required(), at_most(40)], render_kw={"autocomplete": "off"})
    second = StringField(_l("后区号码"), [required(), at_most(40)], render_kw={"autocomplete": "off"})
    source = StringField(_l("出处"), [required(), at_most(400)], description=_l("写明在哪里看到的开奖公告，例如网址或者报纸的日期、版面。"))

    def word_for(self, kind: PublicNumber) -> None:
        """Each lottery has its own words for its two kinds of balls."""
        first, second = kind.balls
        if kind is PublicNumber.SSQ:
            self.first.label.text, self.second.label.text = _("红色球号码"), _("蓝色球号码")
        self.first.description = _("%(count)d 个，用空格隔开，先后不限。", count=first[0])
        self.second.description = _("%(count)d 个，用空格隔开，先后不限。", count=second[0])


class FreezeForm(Form):
    reason = TextAreaField(_l("理由"), [required(), at_most(400)], render_kw={"rows": 2})
    kind = SelectField(_l("公开号码"), [chosen()], choices=PublicNumber.choices())
    number_on = LocalDateField(_l("开奖日"), [required()], description=_l("双色球周二、周四、周日开奖，大乐透周一、周三、周六开奖。"))


class ExpertForm(Form):
    person = SelectField(_l("人员"), [chosen()], coerce=int)
    specialty = SelectField(_l("专业"), [chosen()], choices=Specialty.choices())
    employer = StringField(_l("工作单位"), [Optional(), at_most(200)], description=_l("写全称，抽取时据此核对是否需要回避。"))
    areas = Ticks(_l("服务区域"), description=_l("一个都不选，表示专家库所在的全部区域。"))


class TieForm(Form):
    kind = SelectField(_l("关系"), [chosen()], choices=TieKind.choices())
    party = StringField(_l("有关单位"), [required(), at_most(200)], description=_l("营业执照或者登记证书上的全称。"))
    until_on = LocalDateField(_l("截至"), [Optional()], description=_l("曾任职的填离职日期；应回避的可以不填，表示一直有效。"))
    note = StringField(_l("说明"), [Optional(), at_most(400)])


class SuspendForm(Form):
    reason = TextAreaField(_l("暂停的理由"), [required(), at_most(400)], render_kw={"rows": 2})


class RepresentativeForm(Form):
    person = SelectField(_l("招标人代表"), [chosen()], coerce=int)
