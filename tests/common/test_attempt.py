"""What a view attempts is done and committed, or undone and said in the form."""

import pytest
from sqlalchemy import func, select
from wtforms import StringField

from app.accounts.models import Organisation
from app.common.forms import Form, attempt
from app.common.refusal import Reason, Refused
from app.extensions import db
from tests import factories


class Typed(Form):
    name = StringField("名称")


@pytest.fixture
def form(app, session):
    with app.test_request_context("/", method="POST", data={"name": "东苑"}):
        yield Typed(meta={"csrf": False})


def kept() -> int:
    """As the session of the request sees it: what was refused must be undone already."""
    return db.session.scalar(select(func.count()).select_from(Organisation))


def test_what_was_done_is_committed(form):
    with attempt(form) as done:
        factories.organisation()
    assert done and kept() == 1 and not form.form_errors


@pytest.mark.parametrize(("field", "at_field"), [("name", True), (None, False), ("elsewhere", False)])
def test_a_refusal_undoes_it_and_stands_where_it_was_typed(form, field, at_field):
    with attempt(form) as done:
        factories.organisation()
        db.session.flush()
        raise Refused(Reason("名称已有人使用。", next="请改用全称。"), field=field)
    assert not done and kept() == 0 and form.name.data == "东苑"
    said = form.name.errors if at_field else form.form_errors
    assert ["请改用全称" in str(one) for one in said] == [True]


def test_whatever_else_goes_wrong_is_not_swallowed_and_nothing_is_kept(form):
    with pytest.raises(ZeroDivisionError), attempt(form) as done:
        factories.organisation()
        raise ZeroDivisionError
    db.session.rollback()  # as the page of a failure does
    assert not done and kept() == 0
