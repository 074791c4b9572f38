"""A bid from the empty form to the receipt in Chromium, on a real server: sealed there, opened only by two holders; nothing of it in clear."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Organisation
from app.accounts.rules import Role
from app.extensions import db
from app.tenders import uploads
from app.tenders.bid_words import spoken_words
from app.tenders.capsule.format import Header
from app.tenders.capsule.unseal import combine_shares, open_capsule, unwrap
from app.tenders.models import BidCapsule
from tests import factories
from tests.fixtures.servers import BROWSER_ARGUMENTS, chromium_path
from tests.tenders import bid_stories as stories
from tests.tenders.sealing import bid_browser as browser
from tests.tenders.sealing import documents, sealed_stories

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
ACT_IN_TIME = stories.PUBLISHED + timedelta(days=2)


@pytest.fixture
def sealed(session, clock):
    made = sealed_stories.published()
    clock.set(ACT_IN_TIME)
    return made


@pytest.fixture
def recorder(app, monkeypatch):
    made = browser.Recorder(app.wsgi_app)
    monkeypatch.setattr(app, "wsgi_app", made)
    return made


@pytest.fixture
def site(app, recorder, sealed):
    with sealed_stories.running(app) as url:
        yield url


@pytest.fixture
def complaints():
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def visit(chromium, site, complaints):
    """`visit(email)`: a signed-in person's own browser, which remembers what the policy or a script complains of."""
    contexts = []

    def enter(email: str, *, width: int = 1280, **options):
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": 900}, locale=options.pop("locale", "zh-CN"), accept_downloads=True, **options
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        listen(page, complaints)
        browser.sign_in(page, email)
        return page

    yield enter
    for context in contexts:
        context.close()


def listen(page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(str(error)))
    expected = re.compile(r"status of [45]|net::ERR_")
    page.on("console", lambda said: said.type == "error" and not expected.search(said.text) and complaints.append(said.text))


@pytest.fixture
def bidder(sealed, visit):
    """The first enterprise's signatory on the bid page."""
    page = visit(sealed.emails[0])
    browser.open_bid(page, sealed.url)
    return page


def accepted() -> list[Header]:
    """The headers that the server has, in order."""
    texts = db.session.scalars(select(BidCapsule.header).order_by(BidCapsule.version_id)).all()
    db.session.rollback()  # the browser's next request writes
    return [Header.from_bytes(text.encode()) for text in texts]


def opened(sealed) -> list:
    """Every capsule that was accepted, opened by two of the holders, in order."""
    found = []
    for header in accepted():
        shares = {str(one.holder): unwrap(header, secret) for one, secret in zip(header.holders, sealed.secrets, strict=True)}
        objects = [uploads.read_object(one.sha256) for one in header.objects]
        two = dict(list(shares.items())[:2])
        found.append(open_capsule(header, objects, combine_shares(header, two), bidder=sealed.uscc))
    return found


def error_at(page, field: str) -> str:
    return page.locator(f"[data-error='{field}']").inner_text()


def test_a_bid_with_files_from_the_empty_form_to_the_receipt(sealed, bidder, recorder, tmp_path):
    letter, plan = documents.pdf(3), documents.office()
    browser.attach(bidder, (browser.LETTER, letter), ("方案.docx", plan))
    browser.fill(bidder)
    browser.arrived(bidder, browser.LETTER)
    browser.arrived(bidder, "方案.docx")
    browser.check(bidder)
    shown = bidder.locator("[data-bid=review]").inner_text()
    for said in ("0.71", "人民币柒角壹分（每平方米每月）", browser.MANAGER, "15 人", "3 页", browser.LETTER, "3 位保管人中有 2 位"):
        assert said in shown
    assert bidder.locator("[data-bid=submit]").is_disabled(), "the recovery file comes first"
    text = browser.recovery(bidder, tmp_path)
    browser.submit(bidder)
    assert bidder.locator("h1").inner_text() == "投标回执"
    bidder.go_back()
    assert "本企业已经投标" in bidder.locator("main").inner_text()

    [found] = opened(sealed)
    assert (found.manifest.price_fen, found.manifest.plan, found.manifest.version) == (71, stories.PLAN, 1)
    assert found.manifest.answers == {"difficulty": browser.ANSWER} and found.manifest.no_interest
    assert [(file.kind, file.name) for file in found.manifest.files] == [("letter", browser.LETTER), ("other", "方案.docx")]
    assert found.files == (letter, plan)
    [header] = accepted()
    assert header.sha256 in text and sealed.number in text
    secret = next(line for line in text.splitlines() if not line.startswith("#"))
    assert open_capsule(header, [uploads.read_object(one.sha256) for one in header.objects], secret, bidder=found.manifest.bidder)

    secrets = (
        "0.71",
        "柒角壹分",
        stories.PLAN[:12],
        browser.ANSWER[:8],
        browser.MANAGER,
        browser.LETTER,
        "方案.docx",
        "保洁员",
        "AGE-SECRET-KEY",
    )
    sent = [(path, body) for _method, path, body in recorder.requests]
    met = [(path, form) for text in secrets[1:] for form in browser.in_every_encoding(text) for path, body in sent if form in body]
    met += [(path, form) for path, body in sent if "/objects" not in path for form in browser.in_every_encoding(secrets[0]) if form in body]
    assert met == []
    assert len(recorder.of("PATCH")) >= 3 and len(recorder.of("POST", "/bid/submit")) == 1


def test_gaps_stand_at_their_fields_in_the_servers_sentences(sealed, bidder):
    browser.fill(bidder, price="0.81", plan="短", manager="")
    bidder.locator("#no_interest").uncheck()
    bidder.locator("#staffing-3-post").fill("秩序员")
    bidder.locator("#staffing-3-people").fill("很多")
    bidder.get_by_role("button", name="检查", exact=True).click()
    words = spoken_words()
    assert "报价 0.81 元高于最高限价 0.80 元。请把报价改到最高限价以内" in error_at(bidder, "price")
    assert words["plan_short"]["text"] in error_at(bidder, "plan")
    assert "人员配备第 4 行：人数应为 0 到 9999 的整数。" in error_at(bidder, "staffing")
    assert bidder.locator("#staffing-3-people").get_attribute("aria-invalid") == "true", "an empty row before it moves nothing"
    assert words["declaration_missing"]["text"] in error_at(bidder, "no_interest")
    assert bidder.title().startswith("错误：") and bidder.evaluate("document.activeElement.className") == "govuk-error-summary"
    bidder.locator(".govuk-error-summary a").first.click()
    assert bidder.evaluate("document.activeElement.id") == "price"
    browser.fill(bidder)
    bidder.locator("#staffing-3-people").fill("2")
    bidder.locator("#plan").fill(f"{stories.PLAN}由平頂山市常 綠物業負責。")
    bidder.locator("#staffing-1-qualification").fill("李国强推荐")
    bidder.get_by_role("button", name="检查", exact=True).click()
    assert "出现了“" in error_at(bidder, "plan") and "常绿" in error_at(bidder, "plan")
    assert "李国强" in error_at(bidder, "staffing") and error_at(bidder, "price") == ""
    assert not bidder.locator("[data-bid=review]").is_visible()


BAD_FILES = {
    "an empty file": ("空.pdf", b"", "是空的"),
    "a program": ("程序.pdf", b"MZ\0\0" + b"\0" * 600, "不是允许的类型"),
    "a picture by another name": ("照片.pdf", documents.png(), "内容是 PNG，名称却以 .pdf 结尾"),
    "a text": ("说明.txt", "说明".encode(), "不是允许的类型"),
    "a locked PDF": ("加密.pdf", documents.locked_pdf(), "设有打开密码"),
    "a locked office file": ("加密.docx", documents.locked_office(), "设有打开密码"),
    "a torn PDF": ("坏.pdf", b"%PDF-1.7\n" + b"x" * 2000, "打不开"),
    "a torn office file": ("坏.docx", documents.office()[:-30], "打不开"),
    "a zip that is no document": ("坏.xlsx", documents.office("word/document.xml"), "打不开"),
    "a torn picture": ("坏.png", documents.png()[:40], "打不开"),
}


def test_files_that_nobody_could_read_are_refused_at_once(bidder, recorder):
    for name, content, sentence in BAD_FILES.values():
        browser.attach(bidder, (name, content))
        bidder.locator("[data-error=files]", has_text=sentence).wait_for()
        assert f"“{name}”" in error_at(bidder, "files")
        assert bidder.locator("[data-bid=file-list] li").count() == 0
    good = (("证书.png", documents.png()), ("表.xlsx", documents.office("xl/workbook.xml")))
    browser.attach(bidder, *good, ("又一份.png", documents.png()))
    browser.arrived(bidder, "表.xlsx")
    bidder.locator("[data-error=files]", has_text="“又一份.png”已经添加过").wait_for()
    assert len(recorder.of("POST", "/bid/objects")) == 2


def test_an_upload_goes_on_where_it_stopped(bidder, recorder):
    content, failures, offsets = documents.pdf(2, filler=bytes(range(256)) * 36_000), [], []

    def interrupt(method, _path, environ):
        if method == "PATCH":
            offsets.append(int(environ["HTTP_UPLOAD_OFFSET"]))
            if len(offsets) in (2, 3):
                failures.append(offsets[-1])
                return "503 Service Unavailable"
        return None

    recorder.interrupt = interrupt
    browser.attach(bidder, ("大.pdf", content))
    browser.fill(bidder)  # one goes on typing meanwhile
    assert "2 页" in browser.arrived(bidder, "大.pdf").inner_text()
    assert failures and offsets[0] == 0 and offsets.count(0) == 1 and offsets == sorted(offsets)


def test_a_removed_file_is_taken_back_from_the_server(sealed, bidder, app, recorder):
    browser.attach(bidder, (browser.LETTER, documents.pdf()), ("证书.png", documents.png()))
    browser.arrived(bidder, browser.LETTER)
    browser.arrived(bidder, "证书.png")
    stored = {path.name for path in (app.config["DATA"] / "sealed").rglob("*") if path.is_file()}
    with bidder.expect_response(lambda answer: answer.request.method == "DELETE") as answered:
        bidder.locator("[data-bid=file-list] li", has_text=browser.LETTER).get_by_role("button", name="删除").click()
    assert answered.value.status == 204
    left = {path.name for path in (app.config["DATA"] / "sealed").rglob("*") if path.is_file()}
    assert len(stored) == 2 and len(left) == 1 and left < stored
    browser.fill(bidder)
    browser.check(bidder)
    assert browser.LETTER not in bidder.locator("[data-bid=review]").inner_text()


def test_the_draft_outlives_the_browser(chromium, sealed, site, complaints, tmp_path):
    def launch():
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=chromium_path(), args=BROWSER_ARGUMENTS, base_url=site, locale="zh-CN"
        )
        page = context.pages[0]
        listen(page, complaints)
        return context, page

    context, page = launch()
    browser.sign_in(page, sealed.emails[0])
    browser.open_bid(page, sealed.url)
    browser.fill(page)
    browser.attach(page, (browser.LETTER, documents.pdf()))
    browser.arrived(page, browser.LETTER)
    page.locator("[data-bid=draft-state]", has_text="草稿已保存在本机").wait_for()
    page.wait_for_timeout(800)
    context.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "profile").rglob("*") if path.is_file() and "IndexedDB" in str(path))
    hidden = [form for text in (stories.PLAN[:10], browser.LETTER, browser.ANSWER[:8]) for form in browser.in_every_encoding(text)]
    assert kept and not [form for form in hidden if form in kept], "the draft lies on the disk encrypted"

    context, page = launch()
    if "/sign-in" in (page.goto(sealed.url).url):
        browser.sign_in(page, sealed.emails[0])
    browser.open_bid(page, sealed.url)
    assert page.locator("#price").input_value() == "0.71" and page.locator("#plan").input_value() == stories.PLAN
    assert page.locator("#staffing-0-people").input_value() == "１２"
    browser.arrived(page, browser.LETTER)
    browser.check(page)
    assert "3 页" in page.locator("[data-bid=review]").inner_text()
    page.get_by_role("button", name="返回修改").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("summary", has_text="本机草稿").click()
    with page.expect_navigation():
        page.get_by_role("button", name="删除本机草稿").click()
    page.locator("html[data-bid-ready]").wait_for()
    assert page.locator("#price").input_value() == "" and page.locator("[data-bid=file-list] li").count() == 0
    context.close()


def test_a_second_window_does_not_write_over_the_first(sealed, bidder):
    second = bidder.context.new_page()
    second.goto(sealed.url)
    second.get_by_text("另一个窗口正在填写这份投标").wait_for()
    assert not second.locator("#price").is_visible()
    bidder.close()
    browser.open_bid(second, sealed.url)


def test_what_was_lost_of_a_draft_is_said(sealed, bidder):
    browser.fill(bidder)
    browser.attach(bidder, (browser.LETTER, documents.pdf()))
    browser.arrived(bidder, browser.LETTER)
    bidder.wait_for_timeout(800)
    spoil = """(names) => new Promise((done) => { const opening = indexedDB.open("linli-bids"); opening.onsuccess = () => {
      const change = opening.result.transaction(names, "readwrite"); change.oncomplete = () => { opening.result.close(); done(); };
      for (const name of names) change.objectStore(name).clear(); } })"""
    bidder.evaluate(spoil, ["objects"])
    browser.open_bid(bidder, sealed.url)
    assert f"附件“{browser.LETTER}”在本机找不到了。" in error_at(bidder, "files") and bidder.locator("#price").input_value() == "0.71"
    bidder.evaluate(spoil, ["keys"])
    browser.open_bid(bidder, sealed.url)
    assert "草稿读不出来" in bidder.locator("[data-bid=draft-state]").inner_text() and bidder.locator("#price").input_value() == ""


def test_a_bid_is_replaced_under_a_new_key_and_taken_back(sealed, bidder, tmp_path):
    browser.fill(bidder)
    browser.attach(bidder, (browser.LETTER, documents.pdf()))
    browser.check(bidder)
    browser.recovery(bidder, tmp_path)
    browser.submit(bidder)
    browser.open_bid(bidder, sealed.url)
    assert bidder.locator("#price").input_value() == "0.71"
    bidder.locator("#price").fill("0.69")
    browser.check(bidder)
    browser.recovery(bidder, tmp_path)
    browser.submit(bidder)
    one, other = opened(sealed)
    assert (one.manifest.price_fen, one.manifest.version) == (71, 1) and (other.manifest.price_fen, other.manifest.version) == (69, 2)
    assert one.files == other.files
    headers = accepted()
    assert len({header.key for header in headers}) == 2
    assert not {o.sha256 for o in headers[0].objects} & {o.sha256 for o in headers[1].objects}
    browser.open_bid(bidder, sealed.url)
    bidder.get_by_role("link", name="撤回投标").click()  # one click alone takes no bid back
    bidder.get_by_role("button", name="撤回投标").click()
    bidder.get_by_text("投标已撤回").first.wait_for()
    bidder.get_by_role("link", name="重新投标").click()
    bidder.locator("html[data-bid-ready]").wait_for()
    browser.check(bidder)
    browser.recovery(bidder, tmp_path)
    browser.submit(bidder)
    assert [found.manifest.version for found in opened(sealed)] == [1, 2, 3]


def test_after_the_deadline_the_refusal_and_its_receipt_are_shown(sealed, bidder, clock, tmp_path):
    browser.fill(bidder)
    browser.check(bidder)
    browser.recovery(bidder, tmp_path)
    clock.set(stories.DEADLINE)
    bidder.locator("[data-bid=submit]").click()
    told = bidder.locator("[data-bid=outcome]")
    told.get_by_text("投标已于 2009年12月9日（周三）09:30:00.000 截止").wait_for()
    assert "《招标投标法》第二十八条" in told.inner_text() or "截止" in told.inner_text()
    assert opened(sealed) == []


def test_a_lost_answer_does_not_count_twice(sealed, bidder, recorder, tmp_path):
    browser.fill(bidder)
    browser.check(bidder)
    browser.recovery(bidder, tmp_path)
    recorder.interrupt = lambda method, path, _environ: "502 Bad Gateway" if path.endswith("/bid/submit") else None
    bidder.locator("[data-bid=submit]").click()
    bidder.locator("[data-bid=outcome]", has_text="还不知道服务器是否收到").wait_for()
    recorder.interrupt = None
    browser.submit(bidder)
    assert len(opened(sealed)) == 1


def test_a_clerk_prepares_and_the_signatory_submits(sealed, visit, session, tmp_path):
    home = session.get(Organisation, sealed.organisation_id)
    email = factories.person(Role.ENTERPRISE_CLERK, organisation=home, name="经办人").email
    session.commit()
    clerk = visit(email)
    browser.open_bid(clerk, sealed.url)
    browser.fill(clerk)
    browser.attach(clerk, (browser.LETTER, documents.pdf()))
    browser.check(clerk)
    assert clerk.locator("[data-bid=submit]").count() == 0 and "请本企业签章人提交" in clerk.locator("[data-bid=review]").inner_text()
    clerk.get_by_role("button", name="返回修改").click()
    clerk.locator("summary", has_text="本机草稿").click()
    with clerk.expect_download() as downloading:
        clerk.get_by_role("button", name="导出草稿").click()
    path = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(path)
    passphrase = clerk.locator("[data-bid=passphrase]").inner_text()
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt") and len(passphrase) == 29

    page = visit(sealed.emails[0])
    browser.open_bid(page, sealed.url)
    page.locator("summary", has_text="本机草稿").click()
    page.locator("#import-file").set_input_files(path)
    page.locator("#import-passphrase").fill("aaaaa-bbbbb-ccccc-ddddd-eeeee")
    page.get_by_role("button", name="导入草稿").click()
    page.locator("[data-bid=handover-told]", has_text="口令不对").wait_for()
    page.locator("#import-passphrase").fill(passphrase)
    page.get_by_role("button", name="导入草稿").click()
    page.locator("[data-bid=handover-told]", has_text="草稿已导入").wait_for()
    browser.arrived(page, browser.LETTER)
    browser.check(page)
    browser.recovery(page, tmp_path)
    browser.submit(page)
    assert opened(sealed)[0].manifest.plan == stories.PLAN
