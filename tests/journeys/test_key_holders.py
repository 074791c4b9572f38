"""A holder in Chromium: makes a key, keeps it, opens the test capsule with it; nothing secret ever leaves the browser."""

import re
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pyrage
import pytest

from app.extensions import db
from app.log.keys import log_keys
from app.tenders.actions import filing
from app.tenders.models import HolderKey, HolderRehearsal
from tests.factories import NOW
from tests.journeys.test_signing_in import sign_in
from tests.tenders import draft_stories as stories
from tests.tenders import holder_stories as told

PASSPHRASE = "院子里的石榴红了三颗"
FORGET, REMEMBERED = "localStorage.removeItem('linli-log-key')", "localStorage.getItem('linli-log-key')"


@pytest.fixture
def trio(session, clock):
    clock.set(NOW)
    return told.city()


@pytest.fixture
def tender(session, trio):
    """A filed tender whose legal officer has no key yet."""
    made = stories.begin(trio.place)
    told.choose(trio, made)
    stories.complete(trio.place, made)
    filing.submit(made, actor=trio.place.me, now=NOW)
    filing.confirm_filing(made, actor=trio.place.bureau, now=NOW)
    session.commit()
    return made


class Recorder:
    """Every address and body that the browser sent."""

    def __init__(self, page):
        self.sent: list[str] = []
        page.on("request", lambda request: self.sent.append(f"{request.url}\n{request.headers}\n{request.post_data or ''}"))

    def holds(self, secret: str) -> bool:
        forms = (secret, quote(secret), quote(secret, safe=""), b64encode(secret.encode()).decode())
        return any(form in sent for sent in self.sent for form in forms)


def make_key(page, folder, passphrase: str = PASSPHRASE) -> tuple[str, str]:
    """Through the three steps; gives the 24 characters and the path of the key file."""
    page.goto("/keys/new")
    page.get_by_label("口令", exact=True).fill(passphrase)
    page.get_by_label("再输一遍口令").fill(passphrase)
    page.get_by_role("button", name="生成密钥").click()
    page.get_by_role("heading", name="第二步").wait_for()
    characters = "".join(page.locator("[data-characters] li").all_inner_texts())
    with page.expect_download() as downloading:
        page.get_by_role("button", name="下载密钥文件").click()
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    page.get_by_role("button", name="已经存好").click()
    fill_asked(page, characters)
    page.get_by_label("刚才下载的密钥文件").set_input_files(path)
    page.get_by_label("密钥文件的口令").fill(passphrase)
    page.get_by_role("button", name="确认并登记公钥").click()
    page.wait_for_url("**/keys")
    return characters, str(path)


def fill_asked(page, characters: str) -> None:
    for label, field in zip(page.locator("[data-asked]").all(), page.locator("[data-asked-for]").all(), strict=True):
        place = int(re.search(r"\d+", label.inner_text())[0])
        field.fill(characters[place - 1])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_key_is_made_kept_and_used_and_never_sent(browser, session, trio, tender, tmp_path):
    email, number = trio.legal.email, tender.number
    user_id = trio.legal.id
    session.commit()
    page = browser.person()
    recorder = Recorder(page)
    sign_in(page, email)
    characters, path = make_key(page, tmp_path)
    assert len(characters) == 24

    content = pyrage.passphrase.decrypt(Path(path).read_bytes(), PASSPHRASE).decode()
    assert f"\n# log key: {log_keys().verifier}\n" in content
    identity = re.search(r"AGE-SECRET-KEY-1[0-9A-Z]{58}", content)[0]
    kept = session.scalars(db.select(HolderKey).filter_by(user_id=user_id)).one()
    assert kept.recipient == str(pyrage.x25519.Identity.from_str(identity).to_public())
    session.commit()
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert not any(secret in stored for secret in (identity, characters, PASSPHRASE))
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0

    page.goto(f"/tenders/{number}/rehearsal")
    page.get_by_role("button", name="开始演练").click()
    page.get_by_label("密钥文件", exact=True).set_input_files(path)
    page.get_by_label("密钥文件的口令").fill("这句口令一定是错的呀")
    page.get_by_role("button", name="打开密封件").click()
    page.get_by_role("alert").filter(has_text="口令不对").wait_for()
    of_another_log = f"# log key: linli.test/log+00000000+AQ==\n{identity}\n".encode()
    page.get_by_label("密钥文件", exact=True).set_input_files({"name": "other.key", "mimeType": "text/plain", "buffer": of_another_log})
    page.get_by_role("button", name="打开密封件").click()
    page.get_by_role("alert").filter(has_text="密钥文件里的公开日志公钥与平台现在给出的不同").wait_for()
    page.reload()
    page.evaluate(FORGET)
    page.get_by_label("密钥文件", exact=True).set_input_files(path)
    page.get_by_label("密钥文件的口令").fill(PASSPHRASE)
    page.get_by_role("button", name="打开密封件").click()
    page.get_by_text("演练合格").first.wait_for()
    assert page.evaluate(REMEMBERED) == str(log_keys().verifier), "the key file's own"
    session.commit()
    assert session.scalars(db.select(HolderRehearsal)).one().passed_at is not None
    session.commit()

    for secret in (identity, identity.lower(), characters, " ".join(characters), characters[:6], PASSPHRASE):
        assert not recorder.holds(secret), f"{secret[:16]} was sent"
    assert recorder.holds(kept.recipient), "the recorder sees what is sent"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_leaving_with_a_key_that_is_shown_once_is_asked_about(browser, session, trio):
    email = trio.legal.email
    session.commit()
    page, asked = browser.person(), []
    sign_in(page, email)
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto("/keys/new")
    page.get_by_label("口令", exact=True).fill(PASSPHRASE)
    page.get_by_label("再输一遍口令").fill(PASSPHRASE)
    page.get_by_role("button", name="生成密钥").click()
    page.get_by_role("heading", name="第二步").wait_for()
    page.evaluate("location.href = '/desk'")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"] and page.url.endswith("/keys/new") and page.locator("[data-characters] li").count() == 24


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_card_alone_opens_and_a_slip_is_named(browser, session, trio, tender, tmp_path):
    email, number = trio.legal.email, tender.number
    session.commit()
    page = browser.person(width="phone")
    sign_in(page, email)
    characters, path = make_key(page, tmp_path)
    page.goto(f"/tenders/{number}/rehearsal")
    page.get_by_role("button", name="开始演练").click()
    card, button = page.get_by_label("或者密钥卡上的 24 个字"), page.get_by_role("button", name="打开密封件")
    other = "的" if characters[6] != "的" else "一"
    for typed, said in (
        ("", "请选择密钥文件并填写口令"),
        (characters[:23], "现在是 23 个"),
        (characters[:4] + "龘" + characters[5:], "第 5 个字“龘”不在字表里"),
        (characters[:6] + other + characters[7:], "第 7 个字写错了"),
        (str(pyrage.x25519.Identity.generate()), "这是另一把密钥"),
        ("AGE-SECRET-KEY-1QQQ", "不完整或者有错字"),
    ):
        card.fill(typed)
        button.click()
        page.get_by_role("alert").filter(has_text=said).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("() => { File.prototype.text = File.prototype.arrayBuffer = () => { throw new RangeError('lost') } }")
    page.get_by_label("密钥文件", exact=True).set_input_files(path)
    page.get_by_label("密钥文件的口令").fill(PASSPHRASE)
    button.click()
    page.get_by_role("alert").filter(has_text="打开密钥时出了意外（RangeError）").wait_for()
    page.reload()
    page.evaluate(FORGET)  # as in a browser that did not make the key
    card.fill(" ".join(characters))
    button.click()
    page.get_by_text("演练合格").first.wait_for()
    assert page.evaluate(REMEMBERED) is None, "nobody has compared the log's key yet: the opening room asks"


def is_marked(field, error) -> bool:
    """The error stands at the field, and the field says so to a screen reader."""
    invalid, described = field.get_attribute("aria-invalid"), field.get_attribute("aria-describedby") or ""
    return (
        invalid == "true"
        and error.get_attribute("id") in described.split()
        and error.evaluate("line => line.nextElementSibling.id") == (field.get_attribute("id"))
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_weak_passphrases_unsaved_files_and_wrong_characters_are_refused(browser, session, trio, tmp_path):
    email = trio.street.email
    session.commit()
    page = browser.person()
    sign_in(page, email)
    page.goto("/keys/new")
    make = page.get_by_role("button", name="生成密钥")
    error = page.locator("[data-passphrase-error]")
    for passphrase, said in (("短口令", "至少 10 个字"), ("1234567890", "口令太弱"), ("aaaaaaaaaaaaaaa", "口令太弱")):
        page.get_by_label("口令", exact=True).fill(passphrase)
        make.click()
        assert said in error.inner_text()
    page.get_by_label("口令", exact=True).fill(PASSPHRASE)
    page.get_by_label("再输一遍口令").fill(PASSPHRASE + "了")
    make.click()
    assert "两遍口令不一样" in error.inner_text()
    again = page.get_by_label("再输一遍口令")
    assert is_marked(again, error) and again.evaluate("field => field === document.activeElement")
    assert not page.get_by_label("口令", exact=True).get_attribute("aria-invalid")
    page.get_by_label("再输一遍口令").fill(PASSPHRASE)
    make.click()
    page.get_by_role("heading", name="第二步").wait_for()
    assert page.locator("[data-qr] svg path").count() == 1
    assert log_keys().verifier.fingerprint in page.locator(".key-card").inner_text()
    page.get_by_role("button", name="已经存好").click()
    assert "还没有下载密钥文件" in page.locator("[data-keep-error]").inner_text()
    with page.expect_download():
        page.get_by_role("button", name="下载密钥文件").click()
    page.get_by_role("button", name="已经存好").click()
    fill_asked(page, "错" * 24)
    page.get_by_role("button", name="确认并登记公钥").click()
    assert "与密钥卡不符" in page.locator("[data-confirm-error]").inner_text()
    told = page.locator("[data-confirm-error]")
    assert "请选择刚才下载的密钥文件" in told.inner_text() and is_marked(page.locator("[data-asked-for]").first, told)
    assert page.locator("[aria-invalid=true][aria-describedby~=confirm-error]").count() == 4, "three characters and the file, all at once"
    back = page.get_by_role("button", name="返回上一步")
    assert back.evaluate("button => getComputedStyle(button).color") != "rgb(255, 255, 255)", "white on white"
    back.click()
    page.get_by_role("heading", name="第二步").wait_for()
    page.goto("/keys")
    assert "您还没有密钥" in page.locator("main").inner_text()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_script_the_page_says_so_and_names_the_other_way(browser, session, trio):
    email = trio.legal.email
    identity = pyrage.x25519.Identity.generate()
    session.commit()
    page = browser.person(javascript=False)
    sign_in(page, email)
    page.goto("/keys/new")
    shown = page.locator("main").inner_text()
    assert "需要 JavaScript" in shown and "age-keygen" in shown and "生成密钥" not in shown
    page.get_by_label("已有公钥").fill(str(identity.to_public()))
    page.get_by_role("button", name="登记公钥").click()
    page.wait_for_url("**/keys")
    assert "现在的密钥" in page.locator("main").inner_text()
