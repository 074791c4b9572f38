"""What the bid page decides in the browser is what the server's rules decide: prices, words, names, gaps, in the same sentences."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.common.money import parse_fen, yuan, yuan_in_words
from app.common.refusal import Reason, Refused
from app.tenders.bid_words import FINDINGS, SENTENCES, spoken_words
from app.tenders.bidding import MIN_PLAN, Content, Post, gaps, letters, names_to_avoid
from tests.tenders.sealing.test_capsule import node

PAGE_SIDE = Path(__file__).with_name("page_side.mjs")
PLAN = "每日清扫两次，楼道每周拖洗一次；秩序维护二十四小时值守，每两小时巡查一次；公共设施报修半小时内到场，两日内修好。"


def in_browser(what: str, arguments: list) -> list:
    asked = json.dumps([[what, argument] for argument in arguments])
    done = subprocess.run([node(), str(PAGE_SIDE)], input=asked, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def filled(reason: dict, values: dict) -> Reason:
    return Reason(*(reason[part] % values if "%(" in reason[part] else reason[part] for part in ("text", "basis", "next")))


def on_server(text: str):
    try:
        return {"fen": parse_fen(text)}
    except Refused as refused:
        return {"wrong": WRONG[str(refused.reason.text)]}


WRONG = {
    "金额不是数字。": "money_no_number",
    "不能是负数。": "money_negative",
    "数字太大。": "money_too_large",
    "金额最多两位小数（精确到分）。": "money_too_fine",
}
"""What any field of money refuses, and the sentence of the bid page, which names the price."""

TYPED = [
    *(
        "0.62",
        "1",
        " 1.20 ",
        "０．７１",
        "1,234.5",
        "1,5",
        "12,34",
        "0.625",
        "0.620",
        "-1",
        "−1",
        "--1",
        "1e2",
        "七角",
        "1.",
        ".5",
        "0",
        "00.7",
    ),
    *("99999999999999", "9999999999999", "1 2", "1\u3000.5", "1,234,567.89", "+1", "0x1", "1.2.3", "²", "1\n"),
]


def test_prices_are_read_alike():
    found = in_browser("parse", TYPED)
    for text, answer in zip(TYPED, found, strict=True):
        assert answer == on_server(text), text
        assert "wrong" not in answer or "报价" in spoken_words()[answer["wrong"]]["text"]


def test_prices_are_written_alike_in_figures_and_in_words():
    near = [n + d for n in (0, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 10**10, 10**12) for d in range(12)]
    prices = [*range(1300), *near, 10_203_040, 100_000_001, 20_00_00_00_05, 123_456_789_012]
    assert in_browser("words", prices) == [yuan_in_words(fen) for fen in prices]
    assert in_browser("yuan", prices) == [yuan(fen) for fen in prices]


def test_names_read_alike_whatever_the_script():
    han = ["".join(map(chr, block)) for block in (range(0x3400, 0x4DB6), range(0x4E00, 0x9FA6), range(0x20000, 0x2A6D7))]
    texts = ["常 綠·物業", "ＡＢＣ１２", "Straße", "平頂山\u200b市", "𠀀㐀", "Ⅳ①", "かな", *han]
    assert in_browser("letters", texts) == [letters(text) for text in texts]


NAMES = names_to_avoid("平顶山市常绿物业服务有限公司", "李国强")
PASSAGES = [("difficulty", "重点难点")]

words = st.sampled_from(["", "短", PLAN, f"{PLAN}常綠物業", f"{PLAN}李 国-强负责", f"{PLAN}王建国", "常绿灌木"])
contents = st.builds(
    Content,
    price_fen=st.sampled_from([None, 0, 71, 80, 81]),
    project_manager=st.sampled_from(["", "王建国", "王", "李国强"]),
    plan=words,
    staffing=st.lists(
        st.builds(Post, st.sampled_from(["保洁员", "王建国班"]), st.integers(1, 20), st.sampled_from(["", "李國強推荐"])), max_size=2
    ).map(tuple),
    answers=st.dictionaries(st.just("difficulty"), words.filter(bool), max_size=1),
    no_interest=st.booleans(),
)


@given(st.lists(contents, min_size=40, max_size=40))
@settings(max_examples=4, deadline=None)
def test_gaps_are_found_alike_and_said_in_the_same_sentences(made):
    terms = {
        "ceilingFen": 80,
        "passages": [{"code": code, "label": label} for code, label in PASSAGES],
        "names": list(NAMES.items()),
        "planLeast": MIN_PLAN,
    }
    asked = [
        {
            "terms": terms,
            "content": {
                "price_fen": one.price_fen,
                "project_manager": one.project_manager,
                "plan": one.plan,
                "staffing": [post.as_data() for post in one.staffing],
                "answers": dict(one.answers),
                "no_interest": one.no_interest,
            },
        }
        for one in made
    ]
    for one, found in zip(made, in_browser("gaps", asked), strict=True):
        expected = gaps(one, ceiling_fen=80, answers_needed=PASSAGES, bidder_name="平顶山市常绿物业服务有限公司", legal_head="李国强")
        said = [(field, str(filled(spoken_words()[key], values))) for field, key, values in found]
        assert said == [(field, str(reason)) for field, reason in expected]


def test_rows_of_staff_are_read_as_the_form_reads_them():
    rows = [
        ("保洁员", "１２", " 健康证 "),
        ("", "3", ""),
        ("维修工", "", ""),
        ("门岗", "很多", ""),
        ("", "", "只有资格"),
        ("长" * 41, "1", ""),
    ]
    fields = {
        "price": "0.71", "project_manager": " 王建国 ", "plan": "", "answers": {}, "no_interest": False,
        "staffing": [{"post": post, "people": people, "qualification": more} for post, people, more in rows],
    }  # fmt: skip
    [found] = in_browser("read", [{"fields": fields, "limits": {"plan": 20000, "price_fen": 100_000}}])
    assert found["content"]["staffing"][0] == {"post": "保洁员", "people": 12, "qualification": "健康证"}
    assert found["content"]["project_manager"] == "王建国"
    assert [(one["key"], one["at"]) for one in found["wrong"]] == [
        ("post_missing", "staffing-1-post"),
        ("people_missing", "staffing-2-people"),
        ("people_no_number", "staffing-3-people"),
        ("too_long", "staffing-5-post"),
    ]


@pytest.mark.parametrize("price", ["0", "1000.01", "0.001"])
def test_a_price_out_of_reason_is_wrong(price):
    fields = {"price": price, "project_manager": "", "plan": "", "answers": {}, "no_interest": False, "staffing": []}
    [found] = in_browser("read", [{"fields": fields, "limits": {"plan": 20000, "price_fen": 100_000}}])
    assert len(found["wrong"]) == 1 and found["wrong"][0]["field"] == "price"


def test_every_sentence_that_the_script_says_comes_with_the_page():
    folder = Path(__file__).resolve().parents[3] / "assets" / "js"
    said = "".join(path.read_text() for name in ("bid", "bid-worker", "bid-inspect") for path in sorted((folder / name).glob("*.js")))
    unused = [key for key in (*FINDINGS, *SENTENCES) if f'"{key}"' not in said]
    assert not unused, "no script says these"
