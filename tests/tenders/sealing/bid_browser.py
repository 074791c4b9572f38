"""What the browser tests of the bid page share: a recorder of every request's bytes, a person's browser, the filled form."""

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from tests import factories
from tests.tenders.bid_stories import PLAN

ANSWER = "先摸清管网，分三年更换；停车按楼栋划线，老年人优先。"
MANAGER = "王建国"
LETTER = "投标函（盖章）.pdf"


@dataclass
class Recorder:
    """Stands before the app: keeps what arrives, and may answer in its place."""

    inner: Callable
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    interrupt: Callable | None = None
    """Gets method, path and environment; a status such as "503 Service Unavailable" is answered in the app's place."""

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        headers = "\n".join(f"{name}: {value}" for name, value in environ.items() if name.startswith(("HTTP_", "QUERY", "PATH")))
        self.requests.append((method, path, headers.encode() + b"\n" + body))
        if self.interrupt and (status := self.interrupt(method, path, environ)):
            start_response(status, [("Content-Type", "text/plain")])
            return [b""]
        return self.inner(environ, start_response)

    def of(self, method: str, ending: str = "") -> list[bytes]:
        return [body for verb, path, body in self.requests if verb == method and path.endswith(ending)]


def in_every_encoding(secret: str) -> set[bytes]:
    """How a text may look in a request: as it is, escaped, percent-encoded, in base64 at every alignment, in UTF-16 and GB 18030."""
    plain = secret.encode()
    forms = {plain, secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("gb18030")}
    forms |= {quote(secret).encode(), quote(secret, safe="").encode(), quote_plus(secret).encode(), quote(secret).lower().encode()}
    forms |= {secret.encode("unicode_escape"), plain.hex().encode()}
    for shift in range(3):
        coded = b64encode(b"\0" * shift + plain)
        forms.add(coded[4 if shift else 0 : len(coded) - 4])
    return {form for form in forms if len(form) >= 4}


def sign_in(page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(factories.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk")


def open_bid(page, url: str) -> None:
    page.goto(url)
    page.locator("html[data-bid-ready]").wait_for()


def fill(page, *, price: str = "0.71", plan: str = PLAN, manager: str = MANAGER) -> None:
    page.locator("#price").fill(price)
    page.locator("#plan").fill(plan)
    page.locator("#answer_difficulty").fill(ANSWER)
    page.locator("#project_manager").fill(manager)
    for row, (post, people) in enumerate((("保洁员", "１２"), ("维修工", "3"))):
        page.locator(f"#staffing-{row}-post").fill(post)
        page.locator(f"#staffing-{row}-people").fill(people)
    page.locator("#no_interest").check()


def attach(page, *files: tuple[str, bytes]) -> None:
    page.locator("#files").set_input_files([{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files])


def arrived(page, name: str):
    """Waits until a file lies on the server."""
    line = page.locator("[data-bid=file-list] li").filter(has_text=name)
    line.locator(".meta", has_text="已加密上传").wait_for()
    return line


def check(page) -> None:
    page.get_by_role("button", name="检查", exact=True).click()
    page.get_by_role("heading", name="检查投标").wait_for()


def recovery(page, folder: Path) -> str:
    with page.expect_download() as downloading:
        page.get_by_role("button", name="下载恢复文件").click()
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    return path.read_text()


def submit(page) -> None:
    page.locator("[data-bid=submit]").click()
    page.wait_for_url("**/bid/receipt")
