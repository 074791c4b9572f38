"""Form base and fields: what people type becomes fen, 0.01 m² and aware instants; errors say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField as _MultipleFileField
from wtforms import DateField, DateTimeLocalField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from app.common.clock import ZONE
from app.common.files import DOCUMENT_ENDINGS, clean_filename
from app.common.i18n import _l
from app.common.money import parse_area, parse_fen
from app.common.phones import is_phone, normal_phone
from app.common.refusal import Refused
from app.extensions import db


class Form(FlaskForm):
    """Every form of the site. `apply_refusal` puts a rule's refusal where it was typed."""

    def apply_refusal(self, refused: Refused) -> None:
        field = self._fields.get(refused.field) if refused.field else None
        sentence = str(refused.reason)
        if field is None:
            self.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]


class Attempt:
    """Whether what was attempted has been done."""

    is_done = False

    def __bool__(self) -> bool:
        return self.is_done


@contextmanager
def attempt(form: Form) -> Iterator[Attempt]:
    """Do what was asked and commit it; a refusal undoes it and stands in the form.

    with attempt(form) as done:
        actions.cancel(tender, form.reason.data, actor=actor(), now=clock.now())
    if done:
        return redirect(…)
    """
    made = Attempt()
    try:
        yield made
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        form.apply_refusal(refused)
    else:
        made.is_done = True


class _Required(DataRequired):
    """Says which field is empty, because the summary on top stands apart from it."""

    def __call__(self, form, field):
        self.message = _l("请填写“%(label)s”。", label=field.label.text)
        super().__call__(form, field)


class _Chosen(InputRequired):
    def __call__(self, form, field):
        self.message = _l("请选择“%(label)s”。", label=field.label.text)
        super().__call__(form, field)


class _AtMost(Length):
    def __call__(self, form, field):
        self.message = _l("“%(label)s”最多 %(length)d 个字。", label=field.label.text, length=self.max)
        super().__call__(form, field)


def required(message=None) -> DataRequired:
    return DataRequired(message) if message else _Required()


def chosen(message=None) -> InputRequired:
    return InputRequired(message) if message else _Chosen()


def at_most(length: int) -> Length:
    return _AtMost(max=length)


def telephone(_form, field) -> None:
    """A number that can be dialled from anywhere. One that was there before, from an import, may stay."""
    if field.data and normal_phone(field.data) != normal_phone(field.object_data) and not is_phone(field.data):
        raise ValidationError(_l("电话号码不对。请填写 11 位手机号码，或者带区号的固定电话，例如 0375-1234567。"))


MOST = 10**13
"""A hundred thousand million yuan or m²: more is a slip of the finger, and would overflow a sum."""


class _NumberText(StringField):
    """Text on the page, an integer in the program; what was typed is shown again when it was wrong."""

    parse = staticmethod(int)
    unit = ""

    def __init__(self, label=None, validators=None, *, minimum: int = 0, maximum: int | None = MOST, unit=None, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.minimum, self.maximum = minimum, maximum
        if unit is not None:
            self.unit = unit
        self.render_kw = {"inputmode": "decimal", "autocomplete": "off", **(self.render_kw or {})}

    def process_formdata(self, valuelist) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = self.parse(valuelist[0])
        except Refused as refused:
            raise ValidationError(str(refused.reason)) from refused

    def pre_validate(self, form) -> None:
        if self.data is not None and self.data < self.minimum:
            raise ValidationError(_l("不能小于 %(least)s。", least=self._write(self.minimum)))
        if self.data is not None and self.maximum is not None and self.data > self.maximum:
            raise ValidationError(_l("不能大于 %(most)s。", most=self._write(self.maximum)))

    def _write(self, value: int) -> str:
        return f"{value // 100}.{value % 100:02d}"

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self._write(self.data) if self.data is not None else ""


class MoneyField(_NumberText):
    """Yuan as typed, fen in the program."""

    parse = staticmethod(parse_fen)
    unit = _l("元")


class AreaField(_NumberText):
    """Square metres as typed, 0.01 m² in the program."""

    parse = staticmethod(parse_area)
    unit = "m²"


YEARS = range(1949, 2201)


def _within_reason(typed):
    """Raises ValueError for a year that no tender has and that sums of days would overflow."""
    if typed.year not in YEARS:
        raise ValueError(typed)
    return typed


class LocalDateField(DateField):
    """A calendar day."""

    def process_formdata(self, valuelist) -> None:
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = _within_reason(date.fromisoformat(text.replace("/", "-")))
        except ValueError as error:
            raise ValidationError(_l("日期不对。请按“2026-03-18”的样子填写。")) from error


class LocalDateTimeField(DateTimeLocalField):
    """A local day and time as typed (Asia/Shanghai), an aware UTC instant in the program."""

    def process_formdata(self, valuelist) -> None:
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            typed = _within_reason(datetime.fromisoformat(text.replace("/", "-").replace(" ", "T")))
        except ValueError as error:
            raise ValidationError(_l("时间不对。请按“2026-03-18 09:30”的样子填写。")) from error
        self.data = typed.replace(tzinfo=ZONE).astimezone(UTC)

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self.data.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") if self.data else ""


FILE_HINT = _l("可以上传 .pdf、.docx、.xlsx、.png、.jpg 文件，单个不超过 20 MB。")
TAKES_DOCUMENTS = {"accept": DOCUMENT_ENDINGS}
"""`render_kw` of a field for documents: the browser offers only these files; what is in them is looked at on arrival."""


class MultipleFileField(_MultipleFileField):
    """Several files, none needed; empty slots that browsers send are dropped."""

    def process_formdata(self, valuelist) -> None:
        self.data = [f for f in valuelist if getattr(f, "filename", "")]

    def contents(self) -> list[tuple[str, bytes]]:
        """(clean name, bytes) of each."""
        return [(clean_filename(f.filename), f.read()) for f in self.data or []]
