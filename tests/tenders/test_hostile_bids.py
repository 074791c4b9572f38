"""What a bidder's own program should not have let pass: names on blind sheets, prices above the ceiling, files that are something else."""

import shlex
import sys
from datetime import timedelta

import pytest

from app.accounts.rules import Role
from app.tenders.actions import sealing
from app.tenders.bidding import MASK, mask_names, names_to_avoid
from app.tenders.queries.bids import opened_document, viewer_for
from app.tenders.queries.evaluation import blind_bids
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER

NAMED = "平顶山市常绿物业服务有限公司"
PDF = b"%PDF-1.4\n%%EOF\n"


def names() -> dict[str, str]:
    return names_to_avoid(NAMED, "郑长青", "王建国")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("种植常绿灌木。", "种植常绿灌木。"),
        ("常绿物业成立二十年。", f"{MASK}成立二十年。"),
        ("由王 建-国负责", f"由{MASK}负责"),
        ("常綠物業，王建國", f"{MASK}，{MASK}"),
        ("常\u200b绿物业", MASK),
        ("我们（平顶山市常绿）承诺", f"我们（{MASK}）承诺"),
        ("", ""),
    ],
)
def test_a_name_is_blotted_out_however_it_is_written(text, masked):
    assert mask_names(text, names()) == masked


def test_nothing_of_a_name_is_left_to_be_put_together():
    text = "常常绿物业绿物业王王建国建国"
    assert not [name for name in names() if name in mask_names(text, names()).replace(MASK, "")] or mask_names(text, names()) == MASK


def hostile(**changes):
    """Three good bids and one by a program of its own, opened."""
    story = stories.with_bids((71, 67, 76))
    story.bidders.append(stories.enterprise(8, "河南新安物业服务有限公司", legal="赵新安"))
    made = stories.sealed(story, 3, **changes)
    sealing.submit_capsule(story.tender, made.header.to_bytes(), actor=story.actor(3), now=stories.IN_TIME)
    stories.db.session.commit()
    stories.open_all(story)
    return story


def test_an_evaluator_reads_no_name_and_is_told_that_one_was_blotted_out(session, client, sign_in, clock):
    plan = f"河南新安物业服务有限公司由赵新安带队。{stories.PLAN}"
    staffing = ({"post": "新安物业经理", "people": 1, "qualification": "王建国"},)
    story = hostile(plan=plan, staffing=staffing, answers={"difficulty": "新安物业有办法。"})
    blind = blind_bids(story.tender)
    seen = next(one.seen for one in blind if one.bid.enterprise_id == story.bidders[3][0].id)
    words = f"{seen.plan}{seen.answers}{seen.staffing}"
    assert seen.is_masked and not [name for name in ("新安物业", "赵新安", "王建国") if name in words]
    assert [one.seen.is_masked for one in blind].count(True) == 1
    public = client.get(f"/tenders/{story.tender.number}/opening").main
    assert "隐去" not in public and "■" not in public, "a word beside the name would tell whose sheet is blotted"


def test_organisers_read_only_what_does_not_tell_whose_sheet_it_is(session, client, new_client, sign_in, clock):
    story = hostile(price_fen=95, plan=f"河南新安物业服务有限公司承诺。{stories.PLAN}", no_interest=False)
    clock.set(AFTER)
    url = f"/tenders/{story.tender.number}/evaluation"
    sign_in(client, story.manager)
    page = client.get(url)
    assert "高于最高限价" in page.main and "无利害关系声明" in page.main and "匿名评审，里面出现了" not in page.main
    bureau = new_client()
    sign_in(bureau, story.holders[1])
    assert "匿名评审，里面出现了" in bureau.get(url).main


SCANNER = "import pathlib, sys; sys.exit(b'EICAR' in pathlib.Path(sys.argv[1]).read_bytes())"


def test_files_are_looked_at_before_they_are_kept(session, app, new_client, sign_in, clock):
    app.config["SCANNER"] = shlex.join([sys.executable, "-c", SCANNER])
    files = (("letter", "投标函.pdf", PDF), ("other", "程序.pdf", b"MZ\0\1"), ("plan", "方案.pdf", PDF + b"EICAR"))
    story = hostile(files=files)
    line = next(line for line in story.tender.opening.lines if line.enterprise_name.startswith("河南新安"))
    assert "第 2 个附件的类型不在允许之列" in line.remark and "第 3 个附件查出恶意程序" in line.remark
    officer = factories.actor_for(story.holders[1])
    viewer = viewer_for(story.tender, officer)
    assert opened_document(story.tender, viewer, line.position, 1).title == "投标函.pdf"
    assert opened_document(story.tender, viewer, line.position, 2) is None
    clock.set(AFTER)
    client = new_client()
    sign_in(client, story.holders[1])
    base = f"/tenders/{story.tender.number}/opening/{line.position}/files"
    answer = client.get(f"{base}/1")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox") and answer.headers["Content-Disposition"].startswith(
        "attachment"
    )
    page = client.get(f"{base}/1/preview")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = client.look("/viewer/pdf")
    assert (
        "sandbox allow-scripts;" in frame.headers["Content-Security-Policy"]
        and "allow-same-origin" not in frame.headers["Content-Security-Policy"]
    )


@pytest.mark.parametrize("who", ["tenderer", "other bureau", "bidder"])
def test_files_are_for_those_who_may_see_documents(session, client, sign_in, clock, who):
    story = hostile(files=(("letter", "投标函.pdf", PDF),))
    people = {
        "tenderer": lambda: story.manager,
        "other bureau": lambda: factories.person(Role.LEGAL_OFFICER, division_code="410403"),
        "bidder": lambda: story.bidders[0][1],
    }
    clock.set(AFTER)
    sign_in(client, people[who]())
    for rest in ("", "/preview"):
        client.get(f"/tenders/{story.tender.number}/opening/4/files/1{rest}", status=403 if who == "bidder" else 404)


def test_the_result_says_which_bid_could_not_be_opened_and_by_whose_fault(session, client, sign_in, clock):
    story = hostile(bidder="91410402MA0000099X")
    stories.seat(story)
    stories.score_all(story)
    stories.close(story)
    clock.set(AFTER + timedelta(hours=6))
    sign_in(client, story.manager)
    page = client.get(f"/tenders/{story.tender.number}/result")
    assert "未能解密的投标" in page.main and "视为撤销" in page.main
