"""The README's five minutes: the whole main job on what lies ready in the sample city, one press or two at each stage."""

import pytest

from app.sample.keys import characters_of
from tests.journeys.test_main_job import Person

WAITS_FOR_OPENING = "锦纶厂西家属院物业服务"


@pytest.mark.parametrize("database", ["city"], indirect=True)
def test_a_newcomer_does_one_thing_at_each_stage(city, browser):
    officer = Person(browser, "officer.zhanhe")
    officer.at_desk("皮革厂生活区", to="审核招标备案")
    officer.press("确认备案")
    officer.sees("已确认备案")

    manager = Person(browser, "community.xinshiji")
    manager.at_desk(WAITS_FOR_OPENING, to="固定截止清单")
    manager.press("固定截止清单")
    give_share(manager, "community.xinshiji", "您的份额已经交出")
    notary = Person(browser, "notary")
    notary.at_desk(WAITS_FOR_OPENING)
    give_share(notary, "notary", "已处理")
    manager.at_desk(WAITS_FOR_OPENING, to="组织开标")
    manager.press("开标")
    manager.sees("已开标，开标记录已公开")

    candidates = Person(browser, "community.nanyuan")
    candidates.at_desk("糖厂生活区")
    candidates.press("公示中标候选人")
    candidates.sees("中标候选人已公示")

    filing = Person(browser, "officer.xinhua")
    filing.at_desk("光明路22号楼院")
    filing.press("确认定标备案")
    filing.sees("已确认定标备案")

    manager.at_desk("亚兴路107号楼院", to="签订并登记合同")
    manager.fill("合同签订日期", "2009-11-18")
    manager.fill("服务开始日期", "2009-12-01")
    manager.press("登记合同")
    manager.sees("合同已登记", "已签合同")

    approver = Person(browser, "approver.city")
    approver.at_desk("平安大道160号院")
    approver.follow("审核这份申请")
    approver.tick("通过")
    approver.press("确定")
    approver.sees("同意")

    payer = Person(browser, "finance2.city")
    payer.at_desk("湛南路88号楼院")
    payer.follow("复核付款")
    payer.tick("与凭证一致，确认已付")
    payer.press("确定")
    visitor = Person(browser, None)
    visitor.follow("资金去向", within="header")
    visitor.sees("湛南路88号楼院")


def give_share(holder: Person, login: str, answer: str) -> None:
    holder.fill("24 个字", characters_of(login))
    holder.press("核对并交出份额")
    holder.press("已核对，指纹一致，继续")
    holder.sees(answer)
