"""What may be typed while bids are evaluated: seats, points, rejections."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from flask_babel import gettext
from wtforms import HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional

from app.common.forms import Form, at_most, chosen, required
from app.common.i18n import _l
from app.tenders.kinds import RejectionGround
from app.tenders.models import ScoreCriterion, ScoreSheet
from app.tenders.scoring import plain


class PointsField(StringField):
    """Points as typed; nothing typed is None."""

    def __init__(self, label=None, validators=None, *, full: Decimal, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.full = full
        self.unit = f"/ {plain(full)}"
        self.render_kw = {"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-4 figures"}

    def process_formdata(self, valuelist) -> None:
        self.data = None
        text = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError(_l("分数不是数字。请填写 0 到 %(full)s 之间的数。", full=plain(self.full))) from error
        if not self.data.is_finite():
            self.data = None
            raise ValidationError(_l("分数不是数字。请填写 0 到 %(full)s 之间的数。", full=plain(self.full)))

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else plain(self.data)


class SheetForm(Form):
    comment = TextAreaField(_l("总的意见"), [Optional(), at_most(1000)], render_kw={"rows": 3})

    def points_field(self, code: str):
        return self._fields[f"points_{code}"]

    def reason_field(self, code: str):
        return self._fields[f"reason_{code}"]

    def points(self, criteria: Sequence[ScoreCriterion]) -> dict[str, Decimal | None]:
        return {c.code: self.points_field(c.code).data for c in criteria}

    def reasons(self, criteria: Sequence[ScoreCriterion]) -> dict[str, str]:
        return {c.code: self.reason_field(c.code).data or "" for c in criteria}


def sheet_form_for(criteria: Sequence[ScoreCriterion]) -> type[SheetForm]:
    """One line of points and a reason for each judged criterion."""
    fields: dict = {}
    for c in criteria:
        fields[f"points_{c.code}"] = PointsField(_l("%(label)s得分", label=gettext(c.label)), full=Decimal(c.weight))
        fields[f"reason_{c.code}"] = TextAreaField(
            _l("%(label)s的理由", label=gettext(c.label)), [Optional(), at_most(400)], render_kw={"rows": 2}
        )
    return type("TenderSheetForm", (SheetForm,), fields)


def sheet_values(sheet: ScoreSheet | None) -> dict:
    if sheet is None:
        return {}
    values: dict = {"comment": sheet.comment}
    for score in sheet.scores:
        values[f"points_{score.criterion.code}"] = score.points
        values[f"reason_{score.criterion.code}"] = score.reason
    return values


class RejectionForm(Form):
    bid = SelectField(_l("投标人"), [chosen()], coerce=int)
    ground = SelectField(_l("否决情形"), [chosen()], choices=RejectionGround.choices())
    explanation = TextAreaField(
        _l("具体事实"),
        [required(), at_most(1000)],
        description=_l("写明对应招标文件的哪一条和投标文件的哪一处，不要写企业名称：评委按代号表决。评标结果公开时一并公开。"),
        render_kw={"rows": 3},
    )


class ReasonForm(Form):
    target = HiddenField()
    reason = TextAreaField(_l("理由"), [required(), at_most(400)], render_kw={"rows": 3})
