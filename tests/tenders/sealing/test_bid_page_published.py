"""The bid page compares by itself what it seals to with the public log: a server that says otherwise gets no bid, and nothing typed is lost."""

import json

import pytest
from playwright.sync_api import expect

from app.log.keys import log_keys
from tests.tenders.sealing import bid_browser as browser
from tests.tenders.sealing.proofs import SIGNER, entry_of, proofs_of
from tests.tenders.sealing.test_bid_page import bidder, complaints, recorder, sealed, site, visit  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
OTHER = "age1" + "q" * 58


def swapped(terms: dict, _signer=None) -> dict:
    first, *others = terms["holders"]
    return terms | {"holders": [first | {"key": OTHER}, *others]}


def of_another_tender(terms: dict, signer) -> dict:
    (proof,) = proofs_of([entry_of(terms, tender="XH-2009-0009")], signer)
    return terms | {"log": terms["log"] | {"published": proof}}


LIES = {
    "holders swapped": (swapped, "密钥保管人与公开日志里公告的不一致"),
    "another threshold": (lambda terms, _signer: terms | {"threshold": 1}, "密钥保管人与公开日志里公告的不一致"),
    "another deadline": (
        lambda terms, _signer: terms | {"deadline_at": "2009-11-30T01:30:00+00:00"},
        "投标截止时间与公开日志里公告的不一致",
    ),
    "other documents": (lambda terms, _signer: terms | {"documents": "ab" * 32}, "招标文件与公开日志里公告的不一致"),
    "another tender": (lambda terms, _signer: terms | {"tender": "XH-2009-0009"}, "不是本项目的公告"),
    "another publication": (of_another_tender, "不是本项目的公告"),
    "no proof": (lambda terms, _signer: terms | {"log": None}, "没有给出公告在公开日志中的证明"),
    "signed by another": (
        lambda terms, _signer: terms | {"log": terms["log"] | {"key": str(SIGNER.verifier)}},
        "公开日志里没有本项目的公告",
    ),
}


def lie(page, change) -> None:
    signer = log_keys().signer

    def answer(route):
        terms = route.fetch().json()
        route.fulfill(body=json.dumps(change(terms, signer)), content_type="application/json")

    page.route("**/sealing.json", answer)


def press_check(page) -> None:
    page.get_by_role("button", name="检查", exact=True).click()


@pytest.mark.parametrize("what", LIES)
def test_nothing_is_sealed_for_terms_that_the_public_log_does_not_have(bidder, recorder, what):  # noqa: F811
    change, says = LIES[what]
    browser.fill(bidder)
    lie(bidder, change)
    press_check(bidder)
    expect(bidder.locator("[data-bid=check-state]")).to_contain_text(says)
    expect(bidder.locator("[data-bid=check-state]")).to_contain_text("填写的内容都还在")
    assert bidder.locator("[data-bid=review]").is_hidden() and bidder.input_value("#price") == "0.71"
    assert not recorder.of("POST", "/bid/submit")


UNSOUND = {
    "one holder alone": {"threshold": 1},
    "all of them": {"threshold": 3},
    "more than there are": {"threshold": 4},
    "a threshold that is none": {"threshold": "2"},
    "one in two seats": {"twice": True},
}


@pytest.mark.parametrize("what", UNSOUND)
def test_nothing_is_sealed_for_holders_that_could_not_be_right_whatever_the_log_says(bidder, recorder, what):  # noqa: F811
    def unsound(terms: dict, signer) -> dict:
        first, *others = terms["holders"]
        holders = [first, first, *others[1:]] if "twice" in UNSOUND[what] else terms["holders"]
        terms |= {"holders": holders, "threshold": UNSOUND[what].get("threshold", terms["threshold"])}
        (proof,) = proofs_of([entry_of(terms)], signer)
        return terms | {"log": terms["log"] | {"published": proof}}

    browser.fill(bidder)
    lie(bidder, unsound)
    press_check(bidder)
    expect(bidder.locator("[data-bid=check-state]")).to_contain_text("不能这样密封")
    assert bidder.locator("[data-bid=review]").is_hidden() and bidder.input_value("#price") == "0.71"
    assert not recorder.of("POST", "/bid/submit")


def test_the_page_says_that_keys_and_log_agree_and_remembers_the_log(bidder):  # noqa: F811
    browser.fill(bidder)
    browser.check(bidder)
    review = bidder.locator("[data-bid=review-content]")
    expect(review).to_contain_text("（公告）一致")
    expect(review).to_contain_text(log_keys().verifier.fingerprint)
    assert bidder.evaluate("localStorage.getItem('linli-log-key')") == str(log_keys().verifier)


def test_another_log_than_before_is_refused_until_somebody_has_compared_it(bidder):  # noqa: F811
    browser.fill(bidder)
    browser.check(bidder)
    bidder.get_by_role("button", name="返回修改").click()
    invented = str(SIGNER.verifier)

    def with_own_log(terms: dict, _signer) -> dict:
        (proof,) = proofs_of([entry_of(swapped(terms))])
        return swapped(terms) | {"log": {"key": invented, "published": proof}}

    lie(bidder, with_own_log)
    press_check(bidder)
    state = bidder.locator("[data-bid=check-state]")
    for fingerprint in (SIGNER.verifier.fingerprint, log_keys().verifier.fingerprint):
        expect(state).to_contain_text(fingerprint)
    assert bidder.locator("[data-bid=review]").is_hidden()
    bidder.unroute_all()
    bidder.evaluate("key => localStorage.setItem('linli-log-key', key)", invented)  # as if the older log had been another
    press_check(bidder)
    bidder.get_by_role("button", name="已核对，改用这个日志公钥").click()
    bidder.get_by_role("heading", name="检查投标").wait_for()
    assert bidder.evaluate("localStorage.getItem('linli-log-key')") == str(log_keys().verifier)
