"""A bidder's program in tests: uploads in pieces by HTTP, the header, and the one sealed file of the ordinary form."""

import contextvars
import io
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

from werkzeug.test import TestResponse

from app.extensions import db
from app.tenders.capsule.format import Manifest
from app.tenders.capsule.seal import Sealed, seal
from app.tenders.queries.terms import terms_of
from tests.client import Client, settle
from tests.tenders import bid_stories as stories

PIECE = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def seal_bid(story: stories.Story, index: int = 0, *, terms=None, files=(), **changes) -> Sealed:
    """A bid as its bidder's own program seals it; nothing of it is on the platform yet."""
    content = {
        "bidder": story.bidders[index][0].uscc,
        "version": 1,
        "price_fen": 70,
        "project_manager": "王建国",
        "plan": stories.PLAN,
        "staffing": ({"post": "保洁员", "people": 12, "qualification": ""},),
        "answers": {"difficulty": "先摸清管网。"},
        "no_interest": True,
    }
    return seal(terms or terms_of(story.tender), Manifest("", "", **(content | changes)), files)


class Program:
    """Talks to the bid's addresses of one tender with a signed-in browser's cookies."""

    def __init__(self, client: Client, number: str = "XH-2009-0001"):
        self.client, self.url = client, f"/tenders/{number}/bid"

    def ask(self, method: str, url: str, **options) -> TestResponse:
        settle()
        options["headers"] = {"X-CSRFToken": self.client.csrf_token(), "Accept-Language": "zh"} | options.get("headers", {})
        answer = contextvars.Context().run(lambda: self.client.browser.open(url, method=method, **options))
        db.session.expire_all()
        return answer

    def begin(self, data: bytes, *, digest: str | None = None, size: int | None = None) -> TestResponse:
        told = b64encode((digest or sha256(data).hexdigest()).encode()).decode()
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data) if size is None else size), "Upload-Metadata": f"sha256 {told}"}
        return self.ask("POST", f"{self.url}/objects", headers=headers)

    def piece(self, place: str, offset: int, data: bytes) -> TestResponse:
        return self.ask("PATCH", place, data=data, headers=PIECE | {"Upload-Offset": str(offset)})

    def offset(self, place: str) -> int:
        return int(self.ask("HEAD", place).headers["Upload-Offset"])

    def upload(self, data: bytes, step: int = 1024 * 1024) -> str:
        place = self.begin(data).headers["Location"]
        for at in range(self.offset(place), len(data), step):
            assert self.piece(place, at, data[at : at + step]).status_code == 204
        return place

    def submit(self, header: bytes) -> TestResponse:
        return self.ask("POST", f"{self.url}/submit", data={"header": header.decode()})

    def about_to_submit(self, header: bytes) -> Callable[[], TestResponse]:
        """The same for a thread of its own, that knows nothing of the test's database."""
        told = {
            "headers": {"X-CSRFToken": self.client.csrf_token(), "Accept-Language": self.client.language},
            "data": {"header": header.decode()},
        }
        return lambda: self.client.browser.post(f"{self.url}/submit", **told)

    def send_file(self, data: bytes | None, name: str = "bid.sealed") -> TestResponse:
        sent = {"csrf_token": self.client.csrf_token()} | ({} if data is None else {"sealed": (io.BytesIO(data), name)})
        return self.ask("POST", f"{self.url}/sealed", data=sent, content_type="multipart/form-data")
