"""What may be typed at an opening: shape and words only; the rules decide the rest."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from app.common.forms import Form, at_most, required
from app.common.i18n import _l


class OpeningForm(Form):
    presided_by = StringField(_l("主持人"), [required(), at_most(40)], description=_l("由招标人主持。"))
    witnessed_by = StringField(_l("见证人"), [Optional(), at_most(40)], description=_l("例如房管部门法制人员、街道或者居民代表。"))
    note = TextAreaField(
        _l("需要记录的情况"),
        [Optional(), at_most(1000)],
        description=_l("投标人当场提出的异议和答复记在这里，随开标记录公开。"),
        render_kw={"rows": 3},
    )
