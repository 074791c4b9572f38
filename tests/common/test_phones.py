"""What passes as a telephone number at input, and that what was there before stays."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from app.common.forms import telephone
from app.common.phones import is_phone, normal_phone


@pytest.mark.parametrize("text", ["0375-4941234", "03754941234", "010-12345678", "13803751234", "138 0375 1234", "０３７５－4941234", "400-123-4567", "0375-4941234-801"])  # fmt: skip
def test_numbers_that_can_be_dialled(text):
    assert is_phone(text)


@pytest.mark.parametrize("text", ["", "4941234", "见附件", "1380375123", "138037512345", "23803751234", "0375-494123", "0375-", "+86 0375"])
def test_numbers_that_can_not(text):
    assert not is_phone(text)


def test_full_width_figures_and_long_dashes_are_made_plain():
    assert normal_phone(" ０３７５—494 1234 ") == "0375-4941234"


class Contact(Form):
    phone = StringField(validators=[telephone], filters=[normal_phone])


def test_an_old_number_may_stay_and_a_new_wrong_one_is_named(app):
    with app.test_request_context("/"):
        assert Contact(MultiDict({"phone": "494 1234"}), data={"phone": "4941234"}).validate()
        assert Contact(MultiDict({"phone": ""}), data={"phone": "4941234"}).validate()
        wrong = Contact(MultiDict({"phone": "4941235"}), data={"phone": "4941234"})
        assert not wrong.validate() and "11 位手机号码" in str(wrong.phone.errors[0])
