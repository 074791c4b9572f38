"""What bureau staff may type: days of the working calendar."""

from wtforms import BooleanField, StringField

from app.common.forms import Form, LocalDateField, at_most, required
from app.common.i18n import _l


class CalendarForm(Form):
    date = LocalDateField(_l("日期"), [required()])
    is_workday = BooleanField(_l("这一天要上班"))
    note = StringField(_l("依据"), [required(), at_most(200)], description=_l("写明文件名称和文号。"))
