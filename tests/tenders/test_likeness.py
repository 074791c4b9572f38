"""Bids too much alike: what raises an alarm, what does not, and who meets it under which name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import Role
from app.common.files import store_file
from app.tenders.bidding import Post
from app.tenders.kinds import BidDocumentKind
from app.tenders.likeness import Alike, Likeness, Offer, common_share, find_alike, shingles
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

A = (
    "进场头一个月逐户走访，建立联系表，登记独居老人和行动不便住户，每周上门看望一次；报修当日派单，急修三十分钟内到场。"
    "院落和楼道每日清扫一遍，生活垃圾日产日清，垃圾桶每周冲洗消毒一次，夏季加到三次。"
)
B = (
    "公布固定电话，全天有人接听，每月五日贴出上月办结件数；主出入口全天值守，夜间每两小时巡查一遍，巡查点打卡留痕。"
    "雨水管每年疏通两次，化粪池每年清掏一次，屋面漏雨登记造册，雨季前查一遍；枯枝雨季前修完，空地补种冬青。"
)
STAFF = (Post("保洁员", 4), Post("维修工", 2, "电工证"))
REWORDED = A.replace("报修", "维修申请").replace("楼道", "走廊")
DISGUISED = "，".join(A.replace("，", "").replace("；", "").replace("。", "")).replace("个", "個").replace("进场", "進場")
TEXT, FILE, SAME = Likeness.TEXT, Likeness.FILE, Likeness.PRICE_AND_STAFFING


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        (Offer(1, (A,)), Offer(2, (B,)), []),
        (Offer(1, (A,)), Offer(2, (A,)), [TEXT]),
        (Offer(1, (A,)), Offer(2, (REWORDED,)), [TEXT]),
        (Offer(1, (A,)), Offer(2, (DISGUISED,)), [TEXT]),
        (Offer(1, (A,)), Offer(2, (B + A + B[::-1],)), [TEXT]),
        (Offer(1, (A, "")), Offer(2, (B, A)), [TEXT]),
        (Offer(1, (A[:30],)), Offer(2, (A[:30],)), []),
        (Offer(1, ("",)), Offer(2, ("",)), []),
        (Offer(1, files=frozenset({"aa", "bb"})), Offer(2, files=frozenset({"bb"})), [FILE]),
        (Offer(1, files=frozenset({"form"})), Offer(2, files=frozenset({"form"})), []),
        (Offer(1, price_fen=70, staffing=STAFF), Offer(2, price_fen=70, staffing=STAFF[::-1]), [SAME]),
        (Offer(1, price_fen=70, staffing=STAFF), Offer(2, price_fen=71, staffing=STAFF), []),
        (Offer(1, price_fen=70, staffing=STAFF), Offer(2, price_fen=70, staffing=STAFF[:1]), []),
        (Offer(1, price_fen=70), Offer(2, price_fen=70), []),
        (Offer(1), Offer(2), []),
    ],
)
def test_what_raises_an_alarm(one, other, kinds):
    assert [found.kind for found in find_alike([one, other], known_files=["form"])] == kinds


def test_what_the_tender_documents_say_may_be_repeated():
    offers = [Offer(1, (A + B[:60],)), Offer(2, (A + B[-60:],))]
    assert find_alike(offers) == [Alike(1, 2, TEXT, 67)]
    assert find_alike(offers, known_texts=[A]) == []


TEXTS = st.text(alphabet="清扫楼道每日巡查报修到场绿化修剪", max_size=120)


@given(TEXTS, TEXTS)
def test_the_share_is_the_same_both_ways_and_whole_for_a_part(one, other):
    mine, theirs = shingles([one]), shingles([other])
    assert common_share(mine, theirs) == common_share(theirs, mine) <= 1
    assert common_share(mine, shingles([one, other])) == (1 if mine else 0)


PDF = b"%PDF-1.4 the same plan"


@pytest.fixture
def copied(session, clock):
    """The first and the third bid hold the same passages, file, price and staffing; the second is its own."""
    story = stories.published()
    for number, text in enumerate((A, B, A)):
        story.bidders.append(stories.enterprise(number + 1, stories.NAMES[number]))
        files = [(BidDocumentKind.PLAN, "方案.pdf", PDF if text is A else b"%PDF-1.4 own")]
        answers = {"difficulty": text[::-1]}
        stories.submit(
            story,
            number,
            price_fen=70,
            plan=text,
            answers=answers,
            files=files,
            staffing=tuple(one.as_data() for one in (STAFF if text is A else [Post("保洁员", 9)])),
        )
    stories.open_all(story)
    stories.seat(story)
    clock.set(AFTER)
    return story


def test_the_bureau_reads_names_the_evaluators_codes_and_the_public_nothing(copied, session, client, sign_in):
    url, codes = f"/tenders/{copied.tender.number}", {bid.enterprise.name: bid.blind_code for bid in copied.tender.bids}
    alarm = "投标之间有异常一致"
    sign_in(client, Role.LEGAL_OFFICER)
    page = client.get(f"{url}/evaluation")
    assert alarm in page.main and "第四十条" in page.main
    for kind in Likeness:
        assert f"{stories.NAMES[0]}与{stories.NAMES[2]}：{kind.label}" in page.main
    sign_in(client, copied.evaluators[0])
    page = client.get(f"{url}/scoring")
    pair = sorted((codes[stories.NAMES[0]], codes[stories.NAMES[2]]), key="甲乙丙".index)
    assert f"投标人{pair[0]}与投标人{pair[1]}：方案文字大量相同" in page.main and "完全相同的附件" in page.main
    assert not any(name in page.main for name in stories.NAMES)
    assert "报价和人员配备" not in page.main, "prices are public by name: equal ones would tell whose the codes are"
    sign_in(client, copied.manager)
    page = client.get(f"{url}/evaluation")
    assert "内容方面的提醒：评标报告提交后显示" in page.main and "以免打破匿名评审" in page.main, "and not that there is none"
    assert alarm not in page.main, "plans are not theirs to know until the report is in"


def test_the_report_shows_the_alarm_to_those_concerned_and_nothing_is_rejected_by_it(copied, session, new_client, sign_in):
    stories.score_all(copied)
    ranking = stories.close(copied, now=AFTER)
    assert [row.rank for row in ranking.rows] == [1, 2, 3] and "text" not in str(ranking.stability)
    from app.tenders.actions import award

    url, alarm = f"/tenders/{copied.tender.number}/result", "投标之间有异常一致"
    manager, bidder = new_client(), new_client()
    sign_in(manager, copied.manager)
    assert f"{stories.NAMES[0]}与{stories.NAMES[2]}：" in manager.get(url).main
    award.publish_candidates(copied.tender, actor=copied.manager_actor, now=AFTER)
    session.commit()
    sign_in(bidder, copied.bidders[1][1])
    assert alarm not in bidder.get(url).main and alarm not in new_client().get(url).main


def test_a_form_from_the_tender_documents_may_be_handed_in_by_everybody(copied, session):
    from app.common.access import system_actor
    from app.common.audit import record
    from app.tenders.kinds import DocumentKind
    from app.tenders.models import TenderDocument
    from app.tenders.queries import bids as read

    user = factories.actor_for(copied.manager).user_id
    stored = store_file(PDF, "格式.pdf", now=AFTER)
    kind = next(iter(DocumentKind))
    copied.tender.documents.append(TenderDocument(kind=kind, title="格式", file=stored, added_at=AFTER, added_by_id=user))
    record("tender.publish", copied.tender, actor=system_actor(), now=AFTER)
    session.commit()
    officer = factories.actor(Role.LEGAL_OFFICER)
    found = read.alike_bids(copied.tender, read.viewer_for(copied.tender, officer), read.standing_bids(copied.tender))
    assert [pair.kind for pair in found] == [TEXT, SAME]
