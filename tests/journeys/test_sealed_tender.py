"""A sealed tender from the holders' keys to the proof: three holders, four bidders of whom one seals offline, a rush at the deadline,
an opening that one holder misses, and a receipt that is verified by a page on disk without the site."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.tenders.actions import filing
from app.tenders.models import Tender
from tests.factories import NOW
from tests.journeys.test_key_holders import PASSPHRASE, make_key
from tests.journeys.test_opening_room import Person
from tests.tenders import bid_stories, draft_stories, holder_stories
from tests.tenders.sealing import bid_browser as form
from tests.tenders.sealing import test_offline_page as offline

NAMES = bid_stories.NAMES
OPEN = "核对并交出份额"


@pytest.fixture
def city(session, clock):
    """A filed tender whose holders have no keys yet, and four enterprises. Gives plain values: no row is held while browsers act."""
    clock.set(NOW)
    trio = holder_stories.city()
    tender = draft_stories.begin(trio.place)
    holder_stories.choose(trio, tender)
    draft_stories.complete(trio.place, tender)
    filing.submit(tender, actor=trio.place.me, now=NOW)
    filing.confirm_filing(tender, actor=trio.place.bureau, now=NOW)
    session.commit()
    bidders = [bid_stories.enterprise(n + 1, name) for n, name in enumerate(NAMES)]
    found = {
        "number": tender.number,
        "publish_on": tender.publish_on,
        "holders": [user.email for user in trio.people],
        "bidders": [user.email for _enterprise, user in bidders],
        "uscc": bidders[2][0].uscc,
    }
    session.commit()
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_from_the_holders_keys_to_a_verified_receipt(city, session, clock, browser, chromium, tmp_path):
    number, bid_page = city["number"], f"/tenders/{city['number']}/bid"
    manager, legal, street = (Person(browser, email) for email in city["holders"])
    for name, holder in (("manager", manager), ("legal", legal), ("street", street)):
        holder.folder = tmp_path / name
        holder.folder.mkdir()
        holder.characters, holder.file = make_key(holder.page, holder.folder)
        rehearse(holder, number)
    publish(manager, city, clock)

    bidders = [Person(browser, email, width=width) for email, width in zip(city["bidders"], ("desk", "desk", "desk", "phone"), strict=True)]
    for bidder, price in ((bidders[0], "0.71"), (bidders[1], "0.67"), (bidders[3], "0.76")):
        write(bidder, bid_page, price)
        form.submit(bidder.page)
    seal_offline(bidders[2], bid_page, city, chromium, tmp_path)

    deadline = deadline_of(session, number)
    rush([(bidders[0], "0.70"), (bidders[1], "0.66"), (bidders[3], "0.75")], bid_page, lambda: clock.set(deadline - timedelta(seconds=10)))
    receipt = keep_receipt(bidders[0], bid_page, tmp_path)

    clock.set(deadline + timedelta(minutes=5))
    manager.page.goto(f"/tenders/{number}/opening")
    manager.press("固定截止清单")
    give_share(manager, number, by_file=False)
    give_share(legal, number, by_file=True)
    expect(legal.page.locator("#opening-room")).to_contain_text("已处理 4 份，共 4 份投标", timeout=60_000)
    expect(legal.page.locator("#opening-room")).to_contain_text("未到")
    manager.page.reload()
    manager.press("开标")
    onlooker = browser.person()
    onlooker.goto(f"/tenders/{number}/opening")
    for words in (*NAMES, "0.70", "0.66", "0.62", "0.75"):
        expect(onlooker.locator("main")).to_contain_text(words)
    for old in ("0.71", "0.67", "0.76"):
        expect(onlooker.locator("main")).not_to_contain_text(old)
    verify_on_disk(onlooker, chromium, receipt, tmp_path)

    secrets = [secret for holder in (manager, legal, street) for secret in (holder.characters, PASSPHRASE)]
    sent = "\n".join(line for person in (manager, legal, street, *bidders) for line in person.sent)
    assert "AGE-SECRET-KEY-1" not in sent and not [secret for secret in secrets if secret in sent]


def rehearse(holder: Person, number: str) -> None:
    holder.page.goto(f"/tenders/{number}/rehearsal")
    holder.press("开始演练")
    holder.page.get_by_label("密钥文件", exact=True).set_input_files(holder.file)
    holder.page.get_by_label("密钥文件的口令").fill(PASSPHRASE)
    holder.press("打开密封件")
    expect(holder.page.locator("main")).to_contain_text("演练合格")


def publish(manager: Person, city: dict, clock) -> None:
    day = city["publish_on"]
    clock.set_local(day.year, day.month, day.day, 9, 0)
    manager.page.goto(f"/tenders/{city['number']}/publish")
    manager.press("发布公告")
    expect(manager.page.locator("body")).to_contain_text("招标公告已发布")


def deadline_of(session, number: str):
    found = session.query(Tender).filter_by(number=number).one().bid_deadline_at
    session.commit()
    return found


def write(bidder: Person, url: str, price: str) -> None:
    form.open_bid(bidder.page, url)
    form.fill(bidder.page, price=price)
    form.check(bidder.page)
    with bidder.page.expect_download():
        bidder.page.get_by_role("button", name="下载恢复文件").click()


def seal_offline(bidder: Person, url: str, city: dict, chromium, folder: Path) -> None:
    """The terms are taken from the site, the sealer is a file on another computer, and only its .sealed file comes back."""
    terms = bidder.page.request.get(f"/tenders/{city['number']}/sealing.json").json()
    kept = folder / "linli-seal.html"
    kept.write_bytes(bidder.page.request.get("/seal/linli-seal.html").body())
    context = chromium.new_context(accept_downloads=True, locale="zh-CN", offline=True)
    page = context.new_page()
    page.goto(kept.as_uri())
    offline.choose(page, "#terms", "sealing.json", json.dumps(terms).encode())
    for field, value in (
        ("enterprise", NAMES[2]), ("bidder", city["uscc"]), ("price", "0.62"), ("project_manager", "王建国"),
        ("plan", bid_stories.PLAN), ("answer_difficulty", form.ANSWER), ("staffing-0-post", "保洁员"), ("staffing-0-people", "12"),
    ):  # fmt: skip
        page.fill(f"#{field}", value)
    page.check("#no_interest")
    page.click("#make")
    offline.save(page, "#save-recovery")
    sealed = folder / "bid.sealed"
    sealed.write_bytes(offline.save(page, "#save-sealed"))
    context.close()

    bidder.page.goto(url)
    bidder.page.get_by_text("提交做好的 .sealed 文件").click()
    bidder.page.set_input_files("#sealed", sealed)
    bidder.page.get_by_role("button", name="提交 .sealed 文件").click()
    bidder.page.wait_for_url("**/bid/receipt")


def rush(bids: list[tuple[Person, str]], url: str, last_seconds) -> None:
    """Each has sealed another bid; ten seconds before the deadline all press at once."""
    for bidder, price in bids:
        write(bidder, url, price)
    last_seconds()
    for bidder, _price in bids:
        bidder.page.locator("[data-bid=submit]").click(no_wait_after=True)
    for bidder, _price in bids:
        bidder.page.wait_for_url("**/bid/receipt")
        expect(bidder.page.locator("main")).to_contain_text("第 2 次")


def keep_receipt(bidder: Person, url: str, folder: Path) -> Path:
    bidder.page.goto(f"{url}/receipt")
    with bidder.page.expect_download() as downloading:
        bidder.page.get_by_role("link", name="下载回执文件").click()
    path = folder / "mine.tlog-proof"
    downloading.value.save_as(path)
    return path


def give_share(holder: Person, number: str, *, by_file: bool) -> None:
    holder.page.goto(f"/tenders/{number}/opening")
    if by_file:
        holder.page.get_by_label("密钥文件", exact=True).set_input_files(holder.file)
        holder.page.get_by_label("密钥文件的口令").fill(PASSPHRASE)
    else:
        holder.page.fill("#opening-text", " ".join(holder.characters))
    holder.press(OPEN)
    expect(holder.page.locator("#opening-room")).to_contain_text("已交出 4 份", timeout=60_000)


def verify_on_disk(visitor, chromium, receipt: Path, folder: Path) -> None:
    """The page and the key were kept before; now there is no network at all."""
    kept = folder / "linli-verify.html"
    kept.write_bytes(visitor.request.get("/log/verify.html").body())
    context = chromium.new_context(offline=True, locale="zh-CN")
    page = context.new_page()
    page.goto(kept.as_uri())
    page.set_input_files("#receipt-file", receipt)
    expect(page.locator("[data-result=good]")).to_be_visible()
    expect(page.locator("[data-verdict]")).to_contain_text("bid.replace")
    changed = folder / "changed.tlog-proof"
    changed.write_text(receipt.read_text().replace("index ", "index 1"))
    page.set_input_files("#receipt-file", changed)
    expect(page.locator("[data-result=good]")).to_be_hidden()
    assert "内容不在检查点之下" in page.locator("[data-verdict]").inner_text()
    context.close()
