"""What may be typed into a bid and at an opening: shape and words only; the rules decide the rest."""

import unicodedata
from collections.abc import Sequence

from flask_babel import gettext
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms import Form as PlainForm
from wtforms.validators import Optional

from app.common.forms import TAKES_DOCUMENTS, Form, MoneyField, MultipleFileField, at_most, required
from app.common.i18n import _l
from app.tenders.bidding import MAX_FILES, MAX_PLAN, MAX_PRICE_FEN, Content, Post
from app.tenders.kinds import BidDocumentKind
from app.tenders.models import ScoreCriterion

POST_ROWS = 5
"""Rows of the staffing table that one sees at least; two are always free."""
MAX_PEOPLE = 9999


class PeopleField(StringField):
    """A number of people as typed, full-width digits included."""

    def process_formdata(self, valuelist) -> None:
        self.data = None
        text = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        if not (text.isascii() and text.isdigit()) or int(text) > MAX_PEOPLE:
            raise ValidationError(_l("人数应为 0 到 %(most)d 的整数。", most=MAX_PEOPLE))
        self.data = int(text)

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return str(self.data) if self.data else ""


class PostForm(PlainForm):
    post = StringField(_l("岗位"), [at_most(40)])
    people = PeopleField(_l("人数"), render_kw={"inputmode": "numeric"})
    qualification = StringField(_l("资格与要求"), [at_most(100)])

    def validate_people(self, field) -> None:
        if field.data and not (self.post.data or "").strip():
            raise ValidationError(_l("填写了人数，还没有填写岗位名称。"))


class BidForm(Form):
    """The whole of a bid on one page; saving keeps it as it is, complete or not."""

    seen_version = HiddenField()
    price = MoneyField(_l("报价"), minimum=1, maximum=MAX_PRICE_FEN, unit=_l("元/m²·月"))
    project_manager = StringField(_l("项目负责人姓名"), [at_most(40)], description=_l("评委评审时看不到姓名，开标时公开。"))
    plan = TextAreaField(_l("服务方案"), [at_most(MAX_PLAN)], render_kw={"rows": 14})
    staffing = FieldList(FormField(PostForm), _l("人员配备"), min_entries=POST_ROWS, max_entries=40)
    files = MultipleFileField(
        _l("添加附件"),
        description=_l(
            "可以上传 .pdf、.docx、.xlsx、.png、.jpg 文件，单个不超过 20 MB，最多 %(most)d 个；评委评审时看不到附件。", most=MAX_FILES
        ),
        render_kw=TAKES_DOCUMENTS,
    )
    file_kind = SelectField(_l("附件种类"), choices=BidDocumentKind.choices(), default=BidDocumentKind.LETTER.value)
    no_interest = BooleanField(_l("本企业作出上述声明"))

    @property
    def posts(self) -> tuple[Post, ...]:
        rows = (entry.form for entry in self.staffing.entries)
        return tuple(
            Post(row.post.data.strip(), row.people.data or 0, (row.qualification.data or "").strip())
            for row in rows
            if (row.post.data or "").strip()
        )

    @property
    def answers(self) -> dict[str, str]:
        return {name.removeprefix("answer_"): field.data or "" for name, field in self._fields.items() if name.startswith("answer_")}

    @property
    def answer_fields(self) -> list:
        return [field for name, field in self._fields.items() if name.startswith("answer_")]

    @property
    def uploads(self) -> list[tuple[BidDocumentKind, str, bytes]]:
        return [(BidDocumentKind(self.file_kind.data), name, content) for name, content in self.files.contents()]


def bid_form_for(passages: Sequence[ScoreCriterion], plan: ScoreCriterion | None) -> type[BidForm]:
    """The bid form of one tender: a passage for each further plan that its card asks for."""
    fields = {
        f"answer_{c.code}": TextAreaField(
            gettext(c.label), [at_most(MAX_PLAN)], description=c.guidance and gettext(c.guidance), render_kw={"rows": 8}
        )
        for c in passages
    }
    if plan is not None:
        fields["plan"] = TextAreaField(
            gettext(plan.label), [at_most(MAX_PLAN)], description=plan.guidance and gettext(plan.guidance), render_kw={"rows": 14}
        )
    return type("TenderBidForm", (BidForm,), fields)


def values_of(content: Content) -> dict:
    """A draft's content as the form's fields hold it."""
    rows = [post.as_data() for post in content.staffing]
    blanks = [{"post": "", "people": None, "qualification": ""}] * max(2, POST_ROWS - len(rows))
    return {
        "price": content.price_fen,
        "project_manager": content.project_manager,
        "plan": content.plan,
        "staffing": rows + blanks,
        "no_interest": content.no_interest,
        **{f"answer_{code}": text for code, text in content.answers.items()},
    }


class OpeningForm(Form):
    presided_by = StringField(_l("主持人"), [required(), at_most(40)], description=_l("由招标人主持。"))
    witnessed_by = StringField(_l("见证人"), [Optional(), at_most(40)], description=_l("例如房管部门法制人员、街道或者居民代表。"))
    note = TextAreaField(
        _l("需要记录的情况"),
        [Optional(), at_most(1000)],
        description=_l("投标人当场提出的异议和答复记在这里，随开标记录公开。"),
        render_kw={"rows": 3},
    )
