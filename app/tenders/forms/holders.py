"""What is typed about keys and their holders; nothing here ever asks for a secret."""

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.common.forms import Form, at_most, chosen, required
from app.common.i18n import _l
from app.tenders.holders import SCHEMES, HolderSeat

FURTHER_FIELDS = ("further_1", "further_2")


class PublicKeyForm(Form):
    recipient = StringField(
        _l("已有公钥"),
        validators=[required(), at_most(120)],
        description=_l("age1 开头的一行，共 62 个字符。私钥（AGE-SECRET-KEY-1 开头）不要粘贴到任何网页。"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LostForm(Form):
    """Nothing to fill in: the page says what follows, the button does it."""


class AnswerForm(Form):
    answer = StringField(
        _l("演练结果"),
        validators=[required(), at_most(400)],
        description=_l("上面命令得出的 SHA-256 校验值，64 个十六进制字符。不要粘贴打开后的内容。"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class HoldersForm(Form):
    """One select a seat; the values are memberships."""

    scheme = RadioField(
        _l("几人共同解密"),
        choices=[SelectChoice("3", _l("3 人保管，任意 2 人到场开标")), SelectChoice("5", _l("5 人保管，任意 3 人到场开标"))],
        default="3",
        validators=[chosen()],
    )
    tenderer = SelectField(HolderSeat.TENDERER.label, coerce=int)
    legal = SelectField(HolderSeat.LEGAL.label, coerce=int)
    third_party = SelectField(
        HolderSeat.THIRD_PARTY.label, coerce=int, description=_l("街道经办人或者公证员：既不属于招标人，也不属于房管部门。")
    )
    further_1 = SelectField(_l("增设保管人（一）"), coerce=int, description=_l("只在 5 人保管时选择。"))
    further_2 = SelectField(_l("增设保管人（二）"), coerce=int, description=_l("只在 5 人保管时选择。"))

    @property
    def threshold(self) -> int:
        return SCHEMES[int(self.scheme.data)]

    @property
    def chosen(self) -> list[tuple[HolderSeat, int]]:
        """Pairs of seat and membership in their order; empty seats are left out, and the rule names them."""
        named = [(seat, self[seat.value].data) for seat in (HolderSeat.TENDERER, HolderSeat.LEGAL, HolderSeat.THIRD_PARTY)]
        if self.scheme.data == "5":
            named += [(HolderSeat.FURTHER, self[name].data) for name in FURTHER_FIELDS]
        return [(seat, key) for seat, key in named if key]
