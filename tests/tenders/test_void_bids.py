"""A bid that is none, beside others: read out as such, and in nobody's way."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.common.mail import OutboxMail
from app.tenders import uploads
from app.tenders.actions import sealing
from app.tenders.capsule.format import Manifest
from app.tenders.capsule.seal import seal
from app.tenders.kinds import CapsuleFault
from app.tenders.queries.terms import terms_of
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n"


def address(story, rest: str = "") -> str:
    return f"/tenders/{story.tender.number}/opening{rest}"


@pytest.mark.parametrize(
    ("change", "fault", "word"),
    [({"bidder": "91410402MA0000099X"}, CapsuleFault.OTHER_BIDDER, "视为撤销"), ({}, CapsuleFault.UNREADABLE, "视为撤销")],
    ids=["another's bid", "rubbish inside"],
)
def test_a_bid_that_is_none_is_revoked_and_the_others_go_on(session, client, sign_in, change, fault, word):
    story = stories.with_bids()
    story.bidders.append(stories.enterprise(8, "河南新安物业服务有限公司"))
    made = stories.sealed(story, 3, price_fen=66, **change)
    if not change:
        other = seal(terms_of(story.tender), Manifest("", "", story.bidders[3][0].uscc, 1, 5, "", "", (), {}, True))
        made = replace(made, header=replace(made.header, objects=other.header.objects))
        for one in other.objects:
            uploads.store_object(one)
    sealing.submit_capsule(story.tender, made.header.to_bytes(), actor=story.actor(3), now=stories.IN_TIME)
    session.commit()
    record = stories.open_all(story)
    assert record.lines[3].price_fen is None and word in record.lines[3].remark
    assert record.proceedings["bids"][3] == {"way": None, "fault": fault.value}
    page = client.get(address(story))
    assert word in page.main and "未能解密" in page.main and "0.66" not in page.main
    client.language = "en"
    assert "counts as a revoked bid" in client.get(address(story)).main
    client.language = "zh"
    signatory = story.bidders[3][1]
    told = session.scalars(select(OutboxMail).where(OutboxMail.subject.contains("没有打开"))).all()
    assert [mail.to for mail in told] == [signatory.email] and word in told[0].text
    sign_in(client, signatory)
    assert "没有进入评标" in client.get("/bids").main
    sign_in(client, story.bidders[0][1])
    assert "没有进入评标" not in client.get("/bids").main


def test_the_others_are_evaluated_beside_a_bid_that_is_none(session, client, sign_in, clock):
    story = stories.with_bids()
    story.bidders.append(stories.enterprise(8, "河南新安物业服务有限公司"))
    made = stories.sealed(story, 3, price_fen=66, bidder="91410402MA0000099X")
    sealing.submit_capsule(story.tender, made.header.to_bytes(), actor=story.actor(3), now=stories.IN_TIME)
    session.commit()
    stories.open_all(story)
    clock.set(AFTER)
    number = story.tender.number
    sign_in(client, story.manager)
    page = client.get(f"/tenders/{number}/evaluation")
    assert "河南新安物业服务有限公司" in page.main.partition("以下投标没有打开，不参加评审。")[2]
    stories.seat(story)
    session.commit()
    offered = client.get(f"/tenders/{number}/evaluation").texts(".//select[@name='bid']/option")
    assert len(offered) == 3 and not [words for words in offered if "新安" in words]
    stories.score_all(story)
    stories.close(story)
    session.commit()
    sign_in(client, story.manager)
    assert "河南新安物业服务有限公司" in client.get(f"/tenders/{number}/result").main.partition("未能解密的投标")[2]
