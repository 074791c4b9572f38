"""What may be typed when filing, publishing and ending a tender."""

from wtforms import TextAreaField
from wtforms.validators import Optional

from app.common.forms import Form, LocalDateTimeField, at_most, chosen, required
from app.common.i18n import _l


class CorrectionsForm(Form):
    corrections = TextAreaField(
        _l("改正意见"),
        [required(_l("请写明改正意见。")), at_most(2000)],
        description=_l("逐条写明哪里不合规、依据哪一条、怎样改。"),
    )


class PublishForm(Form):
    bid_deadline_at = LocalDateTimeField(_l("投标截止（同时开标）"), [chosen(_l("请填写投标截止时间。"))])


class CancelForm(Form):
    reason = TextAreaField(_l("终止招标的理由"), [required(_l("请写明理由。")), at_most(2000)], description=_l("理由将随项目公开。"))


class FailForm(Form):
    note = TextAreaField(_l("原因分析"), [Optional(), at_most(2000)], description=_l("为什么会流标，重新招标准备怎样改。将公开。"))
