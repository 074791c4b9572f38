"""Bodies that are waited for: who may send one is asked first, nobody holds many, and a stranger's is small."""

import io
import threading
from contextlib import ExitStack

import pytest

from app.accounts.rules import Role
from app.common import bodies
from app.common.bodies import OF_A_PERSON, OF_STRANGERS, STRANGERS_SIZE, Arriving
from app.common.refusal import Refused
from tests import factories
from tests.client import Client

FORM = "application/x-www-form-urlencoded"


class Unread(io.RawIOBase):
    """A body that never comes: in a server it would hold a thread for ever."""

    def __init__(self, size: int):
        self.size, self.place, self.asked = size, 0, 0

    def readable(self):
        return True

    def seek(self, place, whence=0):
        self.place = self.size if whence == 2 else place
        return self.place

    def tell(self):
        return self.place

    def readinto(self, _into):
        self.asked += 1
        raise AssertionError("somebody waits for the body")

    def read(self, *_most):
        return self.readinto(None)


def send(browser, url: str, *, method: str = "POST", size: int = 5, content_type: str = FORM):
    body = Unread(size)
    answer = browser.open(url, method=method, input_stream=body, content_type=content_type)
    assert body.asked == 0
    return answer


ADDRESSES = [f"/tenders/XH-2009-0001/bid/{name}" for name in ("submit", "sealed", "objects")]


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize("content_type", [FORM, "multipart/form-data; boundary=x", "application/json"])
def test_a_stranger_is_sent_to_sign_in_before_the_body_is_read(app, url, content_type):
    answer = send(app.test_client(), url, content_type=content_type)
    assert answer.status_code == 302 and "/sign-in" in answer.location


@pytest.mark.parametrize(
    ("method", "url", "code"), [("GET", "/", 200), ("POST", "/nowhere", 404), ("GET", "/nowhere", 404), ("POST", "/health", 405)]
)
@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_a_body_that_nobody_wants_is_not_read(app, method, url, code, content_type):
    assert send(app.test_client(), url, method=method, content_type=content_type).status_code == code


def test_another_role_is_refused_before_a_large_body_is_read(app, session, client, sign_in):
    person = factories.person(Role.ADMINISTRATOR, name="管理员")
    session.commit()
    sign_in(client, person)
    answer = send(client.browser, "/tenders/XH-2009-0001/bid/submit", size=STRANGERS_SIZE + 1)
    assert answer.status_code == 403


def test_a_strangers_form_is_small(app):
    page = Client(app).post("/sign-in", {"email": "a@b.cn", "password": "x" * (STRANGERS_SIZE + 1)}, status=413)
    assert "缩短" in page.main


def test_no_more_than_a_few_bodies_of_strangers_hold_a_thread(app, monkeypatch):
    monkeypatch.setattr(bodies, "WAIT_S", 0)
    with ExitStack() as held:
        for _ in range(OF_STRANGERS):
            held.enter_context(app.extensions["bodies"].one(("strangers", OF_STRANGERS)))
        answer = send(app.test_client(), "/sign-in")
        assert answer.status_code == 429 and "正在接收的上传太多" in answer.get_data(as_text=True)
        assert app.test_client().get("/health").status_code == 200
    assert app.test_client().post("/sign-in", data={"email": "a"}).status_code == 400, "its CSRF token is asked for again"


def test_a_person_has_few_at_once_and_hinders_nobody_else():
    arriving = Arriving()
    with arriving.one(("a", OF_A_PERSON), (("a", "sealed"), 2)), arriving.one(("a", OF_A_PERSON), (("a", "sealed"), 2)):
        with pytest.raises(Refused), arriving.one(("a", OF_A_PERSON), (("a", "sealed"), 2)):
            pass
        with arriving.one(("a", OF_A_PERSON)), arriving.one(("b", OF_A_PERSON), (("b", "sealed"), 2)):
            pass
    assert not arriving._open


def test_who_comes_at_the_same_moment_is_let_in():
    arriving, done = Arriving(), []

    def ask():
        with arriving.one(("strangers", 2)):
            done.append(1)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(done) == 40
