"""What a hostile program may write into a bid: whatever is of another kind or longer than the page allows makes it no bid, and the part is named."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.config import ROOT
from app.tenders.actions import sealing
from app.tenders.capsule import format as form
from app.tenders.capsule.format import Malformed, Manifest
from app.tenders.kinds import CapsuleFault
from app.tenders.models import BidUnsealing
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import IN_TIME

HASH = "ab" * 32
POST = {"post": "保洁", "people": 3, "qualification": "健康证"}
FILE = {"kind": "letter", "name": "投标函.pdf", "size": 9, "sha256": HASH, "object": 1}
GOOD = Manifest("XH-2009-0001", HASH, "91410402MA0000001X", 1, 71, "王建国", "方案", (POST,), {"difficulty": "先摸清管网"}, True).as_data()

junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2), st.dictionaries(st.text(), st.none())
)


def longer(most: int) -> st.SearchStrategy:
    return st.integers(1, 50).map(lambda more: "字" * (most + more))


def beyond(least: int, most: int) -> st.SearchStrategy:
    return st.one_of(st.integers(max_value=least - 1), st.integers(min_value=most + 1))


def either(kind: type, *wrong: st.SearchStrategy) -> st.SearchStrategy:
    """A value of another kind (true is no number), or one of the wrong ones."""
    return st.one_of(junk.filter(lambda value: type(value) is not kind), *wrong)


HOSTILE = {
    "tender": either(str, longer(40)),
    "documents": either(str, st.text(max_size=70).filter(lambda text: not re.fullmatch("[0-9a-f]{64}", text)), st.just("AB" * 32)),
    "bidder": either(str, longer(18)),
    "version": either(int, beyond(1, 100_000)),
    "price_fen": either(int, beyond(1, 10**9)),
    "project_manager": either(str, longer(form.MAX_NAME)),
    "plan": either(str, longer(form.MAX_PLAN), st.just("\ufdfa" * form.MAX_PLAN)),
    "staffing": either(
        list,
        st.just([POST] * (form.MAX_POSTS + 1)),
        junk.filter(lambda value: not isinstance(value, dict)).map(lambda value: [POST, value]),
        st.builds(lambda name: [{**POST, "post": name}], either(str, longer(form.MAX_NAME))),
        st.builds(lambda count: [{**POST, "people": count}], either(int, beyond(1, form.MAX_PEOPLE))),
        st.builds(lambda text: [{**POST, "qualification": text}], either(str, longer(form.MAX_QUALIFICATION))),
        st.just([{"post": "保洁", "people": 3}]),
        st.just([{**POST, "wage": 3}]),
    ),
    "answers": either(
        dict,
        st.just({f"c{number}": "字" for number in range(form.MAX_PASSAGES + 1)}),
        st.sampled_from(["", "c" * 41, "C", "a b", "难点", "\0"]).map(lambda code: {code: "字"}),
        either(str, longer(form.MAX_PLAN)).map(lambda text: {"difficulty": text}),
    ),
    "no_interest": either(bool),
    "files": either(
        list,
        st.just([FILE] * (form.MAX_FILES + 1)),
        st.builds(lambda kind: [{**FILE, "kind": kind}], either(str, longer(40))),
        st.builds(lambda name: [{**FILE, "name": name}], either(str, longer(255))),
        st.builds(lambda size: [{**FILE, "size": size}], either(int, beyond(1, form.MAX_FILE))),
        st.builds(lambda code: [{**FILE, "sha256": code}], either(str, st.just("x"))),
        st.builds(lambda place: [{**FILE, "object": place}], either(int, beyond(1, form.MAX_FILES))),
    ),
}


def read(data: dict) -> Manifest:
    return Manifest.from_bytes(json.dumps(data).encode())


def test_every_part_is_tried():
    assert read(GOOD).as_data() == GOOD and {"format", *HOSTILE} == set(GOOD)
    assert read({**GOOD, "files": [FILE] * form.MAX_FILES, "staffing": [POST] * form.MAX_POSTS, "project_manager": "字" * form.MAX_NAME})


@pytest.mark.parametrize("part", HOSTILE)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_part_of_another_kind_or_length_is_named(part, data):
    value = data.draw(HOSTILE[part])
    with pytest.raises(Malformed) as refused:
        read({**GOOD, part: value})
    assert refused.value.part == part


def test_the_limits_are_the_bid_pages():
    """Who stays within what the page allows is never told afterwards that it was no bid."""
    gaps = (ROOT / "assets" / "js" / "bid" / "gaps.js").read_text(encoding="utf-8")
    lengths = {name: int(most) for name, most in re.findall(r"(project_manager|post|qualification): (\d+)", gaps)}
    assert lengths == {"project_manager": form.MAX_NAME, "post": form.MAX_NAME, "qualification": form.MAX_QUALIFICATION}
    assert int(re.search(r"MOST_PEOPLE = (\d+)", gaps)[1]) == form.MAX_PEOPLE


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"project_manager": "王" * 41}, "“项目负责人”一栏"),
        ({"staffing": ({**POST, "people": 10_000},)}, "“人员配备”一栏"),
        ({"answers": {"x": "字" * 20_001}}, "“按评分标准逐项写的内容”一栏"),
    ],
)
def test_the_opening_record_names_the_part(session, change, named):
    story = stories.with_bids()
    story.bidders.append(stories.enterprise(8, "河南新安物业服务有限公司"))
    made = stories.sealed(story, 3, price_fen=66, **change)
    sealing.submit_capsule(story.tender, made.header.to_bytes(), actor=story.actor(3), now=IN_TIME)
    session.commit()
    line = stories.open_all(story).lines[3]
    assert line.price_fen is None and named in line.remark and "视为撤销" in line.remark
    (kept,) = session.scalars(select(BidUnsealing).where(BidUnsealing.fault.is_not(None)))
    assert kept.fault is CapsuleFault.UNREADABLE and named in kept.remark
