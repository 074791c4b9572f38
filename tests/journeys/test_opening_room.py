"""The opening in real browsers: holders open their keys on their own pages, which check everything first; no key ever leaves a page."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from docx import Document
from playwright.sync_api import expect
from weasyprint import HTML

from app.tenders.actions import unsealing
from app.tenders.models import BidClosing
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

KEY = "AGE-SECRET-KEY-1"


class Person:
    """Somebody at a browser of their own; everything that leaves it is kept."""

    def __init__(self, browser, email: str = "", **how):
        self.page = browser.person(**how)
        self.sent: list[str] = []
        self.page.on("request", lambda request: self.sent.append(f"{request.url} {request.post_data or ''}"))
        if email:
            self.page.goto("/sign-in")
            self.page.fill("#email", email)
            self.page.fill("#password", factories.PASSWORD)
            self.page.click("main button[type=submit]")
            self.page.wait_for_url(re.compile("/(desk|hats)"))

    def press(self, words: str) -> None:
        self.page.locator("main").get_by_role("button", name=words, exact=True).first.click()

    def unlock(self, text: str) -> None:
        """The first time that this browser meets the public log, its key is compared with the card."""
        isnew = self.page.evaluate("localStorage.getItem('linli-log-key') === null")
        self.page.fill("#opening-text", text)
        self.press("核对并交出份额")
        compare, refused = self.page.locator("[data-compare-yes]"), self.page.locator("[data-release] [role=alert]:visible")
        if isnew:
            compare.or_(refused).first.wait_for()
            if compare.is_visible():
                compare.click()


@dataclass
class Told:
    """What a test knows in plain values: a row that is looked at would hold the database while the browser acts."""

    story: stories.Story
    number: str
    emails: list[str]
    """Of the tenderer's manager, the legal officer and the street officer."""
    keys: list[str]
    position: int = 0

    @property
    def room(self) -> str:
        return f"/tenders/{self.number}/opening"


PDF = HTML(string="<h1>投标函</h1>").write_pdf()


@pytest.fixture
def told(clock, session, request):
    """A sealed tender with three bids, one with a PDF, past its deadline: listed or opened as the test asks."""
    wanted = getattr(request, "param", "")
    story = stories.published()
    for number, price in enumerate((71, 67, 76)):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
        files = (("letter", "投标函.pdf", PDF),) if number == 0 else ()
        stories.submit(story, number, price_fen=price, files=files, now=stories.PUBLISHED + timedelta(days=number + 1))
    if wanted == "listed":
        unsealing.close_bidding(story.tender, actor=story.manager_actor, now=AFTER)
    elif wanted == "opened":
        stories.open_all(story)
    clock.set(AFTER)
    emails, keys = [user.email for user in story.holders], [str(stories.key_of(user)) for user in story.holders]
    found = Told(story, story.tender.number, emails, keys)
    session.commit()
    return found


def count(session, model) -> int:
    found = session.query(model).count()
    session.commit()
    return found


def test_two_of_three_holders_open_the_bids_and_no_key_leaves_a_page(told, session, browser):
    room = told.room
    manager, legal, street = (Person(browser, email) for email in told.emails)
    onlooker = Person(browser)
    onlooker.page.goto(room)
    manager.page.goto(room)
    manager.press("固定截止清单")
    expect(onlooker.page.locator("#opening-room")).to_contain_text("未到", timeout=15_000)

    for person in (legal, street):
        person.page.goto(room)
    legal.unlock(told.keys[2])
    expect(legal.page.get_by_role("alert").filter(has_text="这是另一把密钥")).to_be_visible()
    legal.unlock(told.keys[1])
    expect(legal.page.locator("#opening-room")).to_contain_text("已交出 3 份")
    expect(onlooker.page.locator("#opening-room")).to_contain_text("已交出 3 份", timeout=15_000)

    street.unlock(told.keys[2])
    expect(street.page.locator("#opening-room")).to_contain_text("已处理 3 份，共 3 份投标")
    expect(onlooker.page.locator("main")).to_contain_text("等招标人宣读", timeout=15_000)
    expect(onlooker.page.locator("main")).not_to_contain_text("0.71")

    manager.page.goto(room)
    manager.press("开标")
    expect(onlooker.page.locator("main")).to_contain_text("0.71", timeout=15_000)
    with manager.page.expect_download() as download:
        manager.page.get_by_role("link", name="Word").click()
    document = Document(io.BytesIO(download.value.path().read_bytes()))
    words = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert all(price in words for price in ("0.71", "0.67", "0.76"))

    sent = "\n".join(line for person in (manager, legal, street) for line in person.sent)
    assert KEY not in sent and not [key for key in told.keys if key[16:40] in sent]
    assert any("/opening/shares" in line and '"shares"' in line for line in legal.sent)


@pytest.mark.parametrize("told", ["opened"], indirect=True)
def test_a_pdf_is_drawn_in_a_frame_without_rights(told, browser):
    page = Person(browser, told.emails[1]).page
    page.goto(f"{told.room}/1/files/1/preview")
    expect(page.locator("[data-state]")).to_contain_text("共 1 页", timeout=20_000)
    frame = page.frames[1]
    assert frame.locator("canvas").count() == 1
    assert frame.evaluate("() => { try { return document.cookie } catch (error) { return error.name } }") == "SecurityError"
    drawn = "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((v, n) => n % 4 === 0 && v < 64).length"
    assert frame.locator("canvas").evaluate(drawn) > 100


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_without_script_the_room_says_what_is_missing_and_everything_else_works(told, session, browser, width):
    page = Person(browser, told.emails[0], javascript=False, width=width)
    page.page.goto(told.room)
    page.press("固定截止清单")
    expect(page.page.locator("main")).to_contain_text("需要 JavaScript")
    assert count(session, BidClosing) == 1
