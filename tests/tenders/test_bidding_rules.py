"""What a bid must hold and when it is taken: rules alone, to the millisecond."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from app.common.refusal import Reason
from app.tenders.bidding import (
    Attachment,
    Content,
    Post,
    canonical,
    content_hash,
    exact_time,
    gaps,
    short_name,
    telling_names,
    why_not_bid,
    why_not_withdraw,
)

DEADLINE = datetime(2009, 12, 8, 1, 30, tzinfo=UTC)
NAME = "平顶山市常绿物业服务有限公司"
GOOD = Content(71, "王建国", "保洁" * 30, (Post("保洁员", 12, "健康证"),), {"emergency": "预案"}, True)


def why(**changes):
    facts = {
        "is_published": True,
        "is_over": False,
        "deadline_at": DEADLINE,
        "now": DEADLINE - timedelta(hours=1),
        "not_admitted": None,
        "is_tenderer": False,
    }
    return why_not_bid(**{**facts, **changes})


def found(content, **changes):
    facts = {"ceiling_fen": 80, "answers_needed": [("emergency", "应急")], "bidder_name": NAME, "legal_head": "赵大海"}
    return dict(gaps(content, **{**facts, **changes}))


def test_a_bid_one_millisecond_before_the_deadline_is_taken():
    assert why(now=DEADLINE - timedelta(milliseconds=1)) is None


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(days=1)])
def test_a_late_bid_is_refused_and_says_when_bidding_closed(late):
    reason = why(now=DEADLINE + late)
    assert "2009年12月8日（周二）09:30:00.000" in str(reason.text) and exact_time(DEADLINE + late) in str(reason.text)
    assert reason.basis and reason.next


def test_who_only_looks_after_the_deadline_handed_nothing_in():
    assert "没有受理" in str(why(now=DEADLINE))
    assert "没有受理" not in str(why(now=DEADLINE, is_handed_in=False)) and "截止" in str(why(now=DEADLINE, is_handed_in=False))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"is_over": True}, "终止"),
        ({"is_published": False}, "公告"),
        ({"is_tenderer": True}, "招标人"),
        ({"not_admitted": Reason("尚在核验")}, "核验"),
    ],
)
def test_who_may_not_bid(changes, word):
    assert word in str(why(**changes).text)


def test_a_bid_is_taken_back_until_the_deadline_only():
    assert why_not_withdraw(deadline_at=DEADLINE, now=DEADLINE - timedelta(milliseconds=1), is_submitted=True) is None
    assert "不能撤回" in str(why_not_withdraw(deadline_at=DEADLINE, now=DEADLINE, is_submitted=True).text)
    assert why_not_withdraw(deadline_at=DEADLINE, now=DEADLINE, is_submitted=False) is not None


def test_a_complete_bid_has_no_gaps():
    assert found(GOOD) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_fen": None}, "price"),
        ({"price_fen": 81}, "price"),
        ({"project_manager": " "}, "project_manager"),
        ({"plan": "太短"}, "plan"),
        ({"answers": {}}, "answer_emergency"),
        ({"staffing": ()}, "staffing"),
        ({"staffing": (Post("保洁员", 0),)}, "staffing"),
        ({"no_interest": False}, "no_interest"),
    ],
)
def test_each_gap_is_named_at_its_field(changes, field):
    gap = found(replace(GOOD, **changes))
    assert list(gap) == [field] and gap[field].next


def test_the_ceiling_itself_is_allowed():
    assert found(replace(GOOD, price_fen=80)) == {}


@pytest.mark.parametrize("name", [NAME, "平顶山市常绿", "赵大海", "王建国"])
@pytest.mark.parametrize("part", ["plan", "answers", "staffing"])
def test_a_name_in_a_part_that_is_read_blind_is_refused(name, part):
    bad = {"plan": GOOD.plan + name, "answers": {"emergency": name}, "staffing": (Post(name, 1),)}[part]
    assert list(found(replace(GOOD, **{part: bad}))) == [{"answers": "answer_emergency"}.get(part, part)]


@pytest.mark.parametrize(
    ("name", "short"),
    [("河南建业物业管理有限公司", "河南建业"), ("宏远服务股份有限公司", "宏远服务"), ("绿城物业", "绿城物业")],
)
def test_the_short_name_people_know(name, short):
    assert short_name(name) == short


def test_the_hash_is_of_bytes_that_the_bidder_can_write_again():
    content = replace(GOOD, documents=(Attachment("plan", "方案.pdf", "ab", 3),))
    data = canonical(content, tender_number="WD-2009-0001", uscc="91410402123456788B", number=2)
    assert data.decode().startswith('{"answers":{"emergency":"预案"},"bidder":"91410402123456788B"')
    assert content_hash(content, tender_number="WD-2009-0001", uscc="91410402123456788B", number=2) == sha256(data).hexdigest()
    changed = replace(content, price_fen=72)
    assert canonical(changed, tender_number="WD-2009-0001", uscc="91410402123456788B", number=2) != data


@pytest.mark.parametrize(
    "text",
    [
        "平顶山市常 绿",
        "常 绿物业的方案",
        "常绿，物业",
        "常\u200b绿物业",
        "我们是常绿公司",
        "王\u3000建国",
        "赵-大-海",
        "平顶山市常綠",
        "常綠物業",
        "趙大海",
        "王建國",
    ],
)
def test_a_name_is_met_through_blanks_signs_and_invisible_characters(text):
    assert list(found(replace(GOOD, plan=GOOD.plan + text))) == ["plan"]


def test_ordinary_words_that_are_also_a_short_name_pass():
    assert found(replace(GOOD, plan=GOOD.plan + "补种常绿灌木，按季修剪。")) == {}
    assert telling_names("河南省平顶山市金百合物业管理有限公司") == {"金百合"}
