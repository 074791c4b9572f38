"""Error pages help, in both languages, and leave nothing behind."""

import io

import pytest

from app import create_app
from app.common.access import public
from app.common.errors import read_away
from app.common.refusal import Reason, Refused
from app.extensions import db
from tests import factories
from tests.client import Client


@pytest.fixture
def broken(database):
    """Pages that fail in each way, on an app of their own: the tests' shared one keeps its addresses."""
    made = create_app(**database.settings)

    def broken(how: str):
        if how == "refused":
            raise Refused(Reason("报价高于最高限价。", basis="《招标投标法实施条例》第二十七条", next="请改低后再提交。"))
        factories.organisation(name="不该留下")
        db.session.flush()
        raise ZeroDivisionError

    made.add_url_rule("/broken/<how>", "broken", public(broken), methods=["GET", "POST"])
    made.config["PROPAGATE_EXCEPTIONS"] = False
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(("language", "words"), [("zh", "首页"), ("en", "home")])
@pytest.mark.parametrize(("url", "method", "code"), [("/nowhere", "GET", 404), ("/demo/clock", "POST", 400), ("/sign-out", "GET", 405)])
def test_each_error_has_a_page_with_a_way_on(app, language, words, url, method, code):
    client = Client(app, language=language)
    response = client.browser.open(url, method=method, headers={"Accept-Language": language})
    assert response.status_code == code
    assert words in response.get_data(as_text=True).lower()


def test_a_refusal_says_what_is_wrong_why_and_what_to_do(broken):
    page = Client(broken).post("/broken/refused", status=409)
    for words in ("报价高于最高限价", "第二十七条", "请改低后再提交"):
        assert words in page.main
    assert "请返回查看当前状态" not in page.main, "the refusal itself says what to do"


def test_a_failure_shows_no_inner_detail_and_writes_nothing(broken, session):
    page = Client(broken).post("/broken/zero", status=500)
    assert "ZeroDivision" not in page.html and "没有写入任何内容" in page.main
    from sqlalchemy import select

    from app.accounts.models import Organisation

    assert session.scalar(select(Organisation).where(Organisation.name == "不该留下")) is None


def test_too_large_an_upload_is_refused_with_a_sentence(app):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    client = Client(app)
    page = client.post("/sign-in", {"email": "a@b.cn", "password": "x", "f": (io.BytesIO(b"x" * 5000), "a.bin")}, status=413)
    assert "太大" in page.h1


@pytest.mark.parametrize("url", ["/enterprises?q=a%00b", "/compounds?q=%00", "/tenders/a%00b"])
def test_a_nul_character_is_a_bad_request(app, url):
    Client(app).get(url, status=400)


@pytest.mark.parametrize(
    "url", ["/enterprises/99999999999999999999", "/compounds/99999999999999999999", "/tenders?compound=99999999999999999999"]
)
def test_a_number_that_no_row_can_have_is_not_an_error_of_ours(app, url):
    response = Client(app).browser.get(url)
    assert response.status_code in (200, 404)


def test_what_is_too_large_is_read_away_within_bounds_so_that_the_answer_is_seen(app, client):
    body = io.BytesIO(b"x" * 5000)
    assert read_away(body, most=3000) == 3000 and body.tell() == 3000
    assert read_away(body, most=9000) == 2000
    body.seek(0)
    assert read_away(body, most=9000, seconds=0) == 0
    app.config["MAX_CONTENT_LENGTH"] = 1000
    for size, read in ((3000, 3000), (9000, 4000)):
        body = io.BytesIO(b"x" * size)
        answer = app.test_client().post("/sign-in", input_stream=body, content_length=size, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413 and body.tell() == read
