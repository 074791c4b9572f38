"""A browser for tests that looks at every page it is given, so that no test can pass on a bad page.

    page = client.get("/enterprises")                       # 200, a sound page, nothing left uncommitted
    page = client.post("/sign-out")                         # with a CSRF token; 302, then the page it leads to
    page = client.post(url, {"price": "-1"}, status=200)    # a form that comes back with its errors
    page = client.submit(page, "/tenders/7/bid", price="0.62")   # the page's own form: its hidden and chosen fields are kept

What a page must be is written in tests/page_rules.py.
"""

import contextvars
import re
from dataclasses import dataclass, field
from hashlib import sha1
from urllib.parse import urlsplit

from flask import Flask, has_app_context
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.extensions import db
from tests.page_rules import check_page, parse, visible_text

REDIRECTS = {301, 302, 303, 307, 308}


def settle() -> None:
    """Commit what the test itself has prepared, so that the request finds it and nothing of the test holds a lock."""
    if has_app_context():
        db.session.commit()
        db.session.expire_all()


@dataclass
class Page:
    """An answer: its tree, its words and its forms."""

    response: TestResponse
    path: str
    _tree: object = field(default=None, repr=False)

    @property
    def status_code(self) -> int:
        return self.response.status_code

    @property
    def headers(self):
        return self.response.headers

    @property
    def data(self) -> bytes:
        return self.response.data

    @property
    def json(self):
        return self.response.json

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def tree(self):
        """The html element, as xml.etree without namespaces."""
        if self._tree is None:
            self._tree = parse(self.html)
        return self._tree

    def keep_tree(self, tree) -> None:
        """Parsing is the dear part of inspecting; the checker's own tree serves everybody."""
        self._tree = tree

    @property
    def text(self) -> str:
        """The words that a reader sees in the body, spaces folded."""
        return visible_text(self.tree.find("body"))

    @property
    def main(self) -> str:
        """The words of the page's own part, without the frame."""
        return visible_text(self.tree.find(".//main"))

    @property
    def h1(self) -> str:
        return visible_text(self.tree.find(".//h1"))

    def all(self, path: str) -> list:
        """Elements by ElementTree's XPath: `page.all(".//table/caption")`."""
        return self.tree.findall(path)

    def texts(self, path: str) -> list[str]:
        return [visible_text(element) for element in self.all(path)]

    @property
    def links(self) -> dict[str, str]:
        """Addresses of the page's own links and their words."""
        return {a.get("href"): visible_text(a) for a in self.all(".//main//a[@href]")}

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        summary = [e for e in self.tree.iter() if "govuk-error-summary" in (e.get("class") or "").split()]
        return [visible_text(li) for e in summary for li in e.iter("li")]

    def form(self, action: str = ""):
        """The form that posts to `action`, by default the only form in main that posts."""
        forms = [f for f in self.all(".//main//form") if (f.get("method") or "get").lower() == "post"]
        if action:
            forms = [f for f in forms if urlsplit(f.get("action") or self.path).path == action]
        assert len(forms) == 1, f"{self.path} has {len(forms)} forms that post to {action or 'anywhere'}"
        return forms[0]

    def fields(self, action: str = "") -> dict[str, list[str]]:
        """What a browser would send if the form was submitted untouched."""
        sent: dict[str, list[str]] = {}
        for element in self.form(action).iter():
            name, kind = element.get("name"), (element.get("type") or "").lower()
            if not name or element.get("disabled") is not None:
                continue
            if element.tag == "input" and kind not in {"submit", "button", "file", "image", "reset"}:
                if kind not in {"checkbox", "radio"} or element.get("checked") is not None:
                    sent.setdefault(name, []).append(element.get("value") or ("on" if kind in {"checkbox", "radio"} else ""))
            elif element.tag == "textarea":
                sent.setdefault(name, []).append("".join(element.itertext()))
            elif element.tag == "select":
                options = list(element.iter("option"))
                chosen = [o for o in options if o.get("selected") is not None] or options[:1]
                sent.setdefault(name, []).extend(o.get("value", visible_text(o)) for o in chosen)
        return sent


class Client:
    def __init__(self, app: Flask, *, language: str = "zh"):
        self.app = app
        self.language = language
        self.browser = app.test_client()

    def get(self, url: str, status: int = 200, *, follow: bool = False, **options) -> Page:
        page = self._open(url, "GET", status if not follow else None, **options)
        return self._follow(page, status) if follow else page

    def post(self, url: str, data: dict | None = None, status: int = 302, *, follow: bool = True, **options) -> Page:
        """Post with this session's CSRF token; a redirect is followed to a page that must be sound as well."""
        sent = {"csrf_token": self.csrf_token()} | (data or {})
        page = self._open(url, "POST", status, data=sent, **options)
        return self._follow(page, 200) if follow and page.status_code in REDIRECTS else page

    def submit(self, page: Page, action: str = "", /, *, status: int = 302, follow: bool = True, **changed) -> Page:
        """Fill in a form of the page and send it as the page would; `changed` names fields (None leaves one out)."""
        fields = page.fields(action)
        unknown = set(changed) - {e.get("name") for e in page.form(action).iter()}
        assert not unknown, f"{page.path}: its form has no {', '.join(sorted(unknown))}"
        sent = {k: v for k, v in (fields | changed).items() if v is not None}
        return self.post(page.form(action).get("action") or page.path, sent, status, follow=follow)

    def look(self, url: str) -> TestResponse:
        """What a GET answers, not inspected."""
        settle()
        return _apart(lambda: self.browser.get(url, headers={"Accept-Language": self.language}))

    def csrf_token(self) -> str:
        """What Flask-WTF would put in a form of this session."""
        secret = self.app.config["SECRET_KEY"]

        def read() -> str:
            with self.browser.session_transaction() as kept:
                return kept.setdefault("csrf_token", sha1(secret.encode()).hexdigest())

        return URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(_apart(read))

    def cookie(self, name: str, value: str) -> None:
        self.browser.set_cookie(name, value)

    def _follow(self, page: Page, status: int) -> Page:
        for _ in range(5):
            if page.status_code not in REDIRECTS:
                break
            page = self._open(page.location, "GET", None)
        assert page.status_code == status, f"{page.path}: {page.status_code}, not {status}: {_words(page)}"
        return page

    def _open(self, url: str, method: str, status: int | None, **options) -> Page:
        settle()
        left = []
        options.setdefault("headers", {})
        options["headers"] = {"Accept-Language": self.language} | dict(options["headers"])
        _watch(self.app)

        def request() -> TestResponse:
            _left.set(left)
            return self.browser.open(url, method=method, **options)

        page = Page(_apart(request), urlsplit(url).path)
        settle()
        assert status is None or page.status_code == status, f"{method} {url}: {page.status_code}, not {status}: {_words(page)}"
        assert not left, f"{method} {url} changed {', '.join(left)} and did not commit"
        if page.response.mimetype == "text/html" and page.status_code not in REDIRECTS:
            check_page(page, self.app)
        return page


def _apart(call):
    """Run a request without the test's own app context: its session, `g` and transaction are its own, as on a server."""
    return contextvars.Context().run(call)


_left: contextvars.ContextVar[list | None] = contextvars.ContextVar("left", default=None)


def _watch(app: Flask) -> None:
    """Note what a request that went well has changed and not committed."""
    if "watched" in app.extensions:
        return
    app.extensions["watched"] = True

    def note_forgotten_commit(response):
        left = _left.get()
        if left is not None and response.status_code < 400:
            session = db.session()
            changed = [row for row in session.dirty if session.is_modified(row)]
            left += sorted({type(row).__name__ for row in [*session.new, *session.deleted, *changed]} | session.info.get("changed", set()))
        return response

    app.after_request_funcs.setdefault(None, []).append(note_forgotten_commit)


def _words(page: Page) -> str:
    if page.response.mimetype != "text/html":
        return page.html[:300] if page.response.mimetype.startswith("text/") else page.response.mimetype
    return re.sub(r"\s+", " ", page.main if page.tree.find(".//main") is not None else page.text)[:600]
