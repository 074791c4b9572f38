"""The whole main job in the browser, as each of the people: from a draft for a bundle to the yuan on the public money page."""

import re
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect

from app.accounts.rules import Role
from app.sample.keys import characters_of
from app.sample.people import HOUSES, MAIL, PASSWORD

COMPOUNDS = ("中兴路169号楼院", "亚兴路2号家属院", "南环路133号家属院", "轻工路168号院")
TITLE = "五一路四院打包物业服务"
MANAGER, DEPUTY, OFFICER = "community.xingfu", "deputy.xingfu", "officer.weidong"
LEGAL, STREET = "legal.weidong", "street.wuyi"
EXPERTS = {name: login for house in HOUSES for login, role, name in house.people if role is Role.EVALUATOR}
"""Name → sign-in name of those who may be drawn."""

PLAN = (
    "环境卫生：院落和楼道每日清扫，垃圾日产日清。共用设施：进场两个月内换好全部楼道灯，雨水、污水管每年疏通两次。"
    "收费与公开：收支每半年张贴一次。"
)
DIFFICULTY = "四个院子相距不远，按一条线路排班；先修灯、先通管，用两个月换居民点头，再签服务协议。"


@dataclass(frozen=True)
class Bidder:
    promise: str
    """How its plan begins: all that tells the bids apart before the evaluators, who see no name."""
    manager: str
    price: str
    points: tuple[str, str, str]
    """What the committee gives for plan, staffing and difficulties."""


BIDDERS = {
    "changlv": Bidder("设固定报修电话，急修 30 分钟内到场。", "邱文涛", "0.52", ("37", "13.5", "4.5")),
    "xingdun": Bidder("报修当日派单，一般维修不过夜。", "尹志刚", "0.51", ("30", "11", "3.5")),
    "yingtai": Bidder("每月公布报修件数和办结件数。", "万青山", "0.55", ("32", "12", "4")),
}
WINNER = "平顶山市常绿物业服务有限公司"


class Person:
    """Somebody at a browser of their own who reads and clicks."""

    def __init__(self, browser, login: str | None):
        self.page: Page = browser.person()
        self.page.goto("/")
        if login:
            self.follow("登录", within="header")
            self.fill("邮箱", f"{login}@{MAIL}")
            self.fill("密码", PASSWORD)
            self.press("登录")
            expect(self.page).to_have_url(re.compile("/desk$"))

    def follow(self, words: str, *, within: str = "main") -> None:
        self.page.locator(within).get_by_role("link", name=words).first.click()

    def press(self, words: str) -> None:
        self.page.locator("main").get_by_role("button", name=words, exact=True).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.locator("main").get_by_label(label).first.fill(text)

    def unfold(self, words: str) -> None:
        summary = self.page.locator("main summary", has_text=words)
        if not summary.locator("xpath=..").evaluate("details => details.open"):
            summary.click()

    def tick(self, label: str) -> None:
        self.page.locator("main").get_by_label(label, exact=True).check()

    def sees(self, *words: str) -> None:
        for text in words:
            expect(self.page.locator("body")).to_contain_text(text)

    def does_not_see(self, *words: str) -> None:
        for text in words:
            expect(self.page.locator("body")).not_to_contain_text(text)

    def at_desk(self, words: str, *, to: str = "") -> None:
        """Open the desk and what waits there; `to` tells two things about the same tender apart."""
        self.page.locator("header").get_by_role("link", name="工作台").click()
        desk = self.page.locator("main")
        (desk.locator("tr", has_text=to) if to else desk).get_by_role("link", name=words).first.click()

    def open_tender(self) -> None:
        self.page.locator("header").get_by_role("link", name="招标", exact=True).click()
        self.follow(TITLE)

    def move_clock(self, to: str) -> None:
        """By the banner, to a local day and time: "2009-11-30T08:50"."""
        banner = self.page.get_by_role("complementary", name="演示时钟")
        banner.get_by_text("向前拨").click()
        banner.get_by_label("拨到").fill(to)
        banner.get_by_role("button", name="拨到这一刻").click()
        self.sees("演示时钟已拨到")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_whole_main_job(app, browser):
    done = app.test_cli_runner().invoke(args=["sample", "load"])
    assert done.exit_code == 0, done.output
    tell_the_main_job(browser)


def tell_the_main_job(browser):
    manager, officer, visitor = Person(browser, MANAGER), Person(browser, OFFICER), Person(browser, None)
    legal, street = Person(browser, LEGAL), Person(browser, STREET)
    draft_and_file(manager, officer)
    for holder, login in ((manager, MANAGER), (legal, LEGAL), (street, STREET)):
        rehearse(holder, login)
    visitor.move_clock("2009-11-30T08:50")
    publish(manager, visitor)
    bidders = {key: Person(browser, f"signatory.{key}") for key in BIDDERS}
    bid(browser, bidders, manager)
    visitor.move_clock("2009-12-21T09:30")
    open_bids(manager, street, visitor)
    visitor.move_clock("2009-12-21T21:30")
    drawn = draw_committee(manager, Person(browser, LEGAL), visitor)
    for login in (*drawn, DEPUTY):
        score(Person(browser, login))
    close_evaluation(manager, visitor)
    visitor.move_clock("2009-12-25T09:00")
    award_and_sign(manager, officer)
    apply_for_subsidy(manager)
    review_subsidy(browser, officer)
    visitor.move_clock("2010-01-06T09:00")
    pay(browser)
    read_where_the_money_went(visitor)


# --- the tender ----------------------------------------------------------------------------------------------------------


def draft_and_file(manager: Person, officer: Person) -> None:
    manager.at_desk("起草招标")
    for name in COMPOUNDS:
        manager.tick(name)
    manager.fill("项目名称", TITLE)
    manager.press("生成草稿")
    manager.sees("还有 4 处没有达到法定要求", "没有最高投标限价", "《招标投标法实施条例》第二十七条", "没有开标地点")
    expect(manager.page.get_by_role("button", name="提交备案")).to_have_count(0)
    manager.follow("限价与期限")
    manager.fill("最高投标限价", "0.62")
    manager.press("保存")
    manager.follow("时间安排与开标地点")
    manager.fill("开标地点", "幸福社区二楼会议室")
    manager.fill("联系电话", "0375-2938066")
    manager.press("保存")
    manager.follow("密钥保管人")
    manager.press("保存")
    manager.follow("返回核对清单")
    manager.does_not_see("没有达到法定要求")
    manager.press("提交备案")
    manager.sees("已提交备案", "待备案")

    officer.at_desk(TITLE)
    officer.press("确认备案")
    officer.sees("已确认备案")


def rehearse(holder: Person, login: str) -> None:
    """Opens the test capsule with the 24 characters of the card."""
    holder.at_desk(TITLE, to="演练")
    holder.press("开始演练")
    holder.fill("24 个字", characters_of(login))
    holder.press("打开密封件")
    holder.sees("演练合格")


def publish(manager: Person, visitor: Person) -> None:
    manager.at_desk(TITLE)
    manager.press("发布公告")
    manager.sees("招标公告已发布")
    visitor.open_tender()
    visitor.sees("正在投标", "12月21日（周一）09:30", *COMPOUNDS)


def bid(browser, bidders: dict[str, Person], manager: Person) -> None:
    """Sealed in each bidder's browser; Xingdun replaces its bid; Yingtai takes it back and bids again."""
    write_bid(bidders["changlv"], BIDDERS["changlv"])
    hand_in(bidders["changlv"], "提交投标")

    write_bid(bidders["xingdun"], replace(BIDDERS["xingdun"], price="0.58"))
    hand_in(bidders["xingdun"], "提交投标")
    bidders["xingdun"].unfold("修改或者撤回")
    bidders["xingdun"].follow("修改投标")
    bidders["xingdun"].fill("报价", BIDDERS["xingdun"].price)
    bidders["xingdun"].press("检查")
    hand_in(bidders["xingdun"], "重新提交")
    bidders["xingdun"].sees("第 2 次")

    write_bid(bidders["yingtai"], BIDDERS["yingtai"])
    hand_in(bidders["yingtai"], "提交投标")
    bidders["yingtai"].unfold("修改或者撤回")
    bidders["yingtai"].follow("撤回投标")
    bidders["yingtai"].press("撤回投标")
    bidders["yingtai"].sees("投标已撤回", "下载撤回回执")
    bidders["yingtai"].follow("重新投标")
    bidders["yingtai"].press("检查")
    hand_in(bidders["yingtai"], "提交投标")

    manager.open_tender()
    manager.does_not_see("常绿", "兴盾", "鹰泰", "0.52", "0.51", "0.58")
    expect(manager.page.get_by_role("link", name="开标", exact=True)).to_have_count(0)


def write_bid(bidder: Person, bid: Bidder) -> None:
    bidder.at_desk("招标项目")
    bidder.follow(TITLE)
    bidder.follow("投标", within="main .actions")
    bidder.press("检查")
    bidder.sees("还没有填写报价", "《招标投标法实施条例》第三十四条")
    bidder.fill("报价", bid.price)
    bidder.fill("服务方案", bid.promise + PLAN)
    bidder.fill("难点", DIFFICULTY)
    bidder.fill("项目负责人姓名", bid.manager)
    for row, (post, people) in enumerate((("项目经理", "1"), ("秩序维护员", "4"), ("保洁员", "3"))):
        bidder.page.get_by_label("岗位").nth(row).fill(post)
        bidder.page.get_by_label("人数").nth(row).fill(people)
    bidder.tick("本企业作出上述声明")
    bidder.press("检查")


def hand_in(bidder: Person, words: str) -> None:
    """What the browser read out of its own capsule, the recovery file, and the one small request."""
    bidder.sees("请核对金额大写")
    with bidder.page.expect_download():
        bidder.press("下载恢复文件")
    bidder.press(words)
    bidder.sees("投标已收到", "回执号", "SHA-256")


def open_bids(manager: Person, street: Person, visitor: Person) -> None:
    """The tenderer and the street office come, the legal officer does not: two of three are enough."""
    manager.at_desk(TITLE)
    manager.press("固定截止清单")
    for holder, login in ((manager, MANAGER), (street, STREET)):
        holder.open_tender()
        holder.page.goto(f"{holder.page.url}/opening")
        holder.fill("24 个字", characters_of(login))
        holder.press("核对并交出份额")
        holder.press("已核对，指纹一致，继续")
        holder.sees("您的份额已经交出" if holder is manager else "已处理 3 份，共 3 份投标")
    manager.page.reload()
    manager.fill("见证人", "胡敏")
    manager.press("开标")
    manager.sees("已开标，开标记录已公开")
    visitor.open_tender()
    visitor.sees(WINNER, "平顶山市兴盾物业服务有限公司", "平顶山市鹰泰物业服务有限公司", "0.52 元", "0.51 元", "0.55 元")


# --- the evaluation ------------------------------------------------------------------------------------------------------


def draw_committee(manager: Person, legal: Person, visitor: Person) -> list[str]:
    """Both sides read the evening's lottery; the experts follow from it, and the tenderer names its own. Gives the experts' sign-in names."""
    for side in (manager, legal):
        side.open_tender()
        side.follow("评标专家怎样抽取")
        side.fill("期号", "09149")
        side.fill("前区号码", "02 09 17 24 33")
        side.fill("后区号码", "05 12")
        side.fill("出处", "中国体彩网开奖公告")
        side.press("登记号码")
    legal.sees("双方登记的号码一致")
    manager.at_desk(TITLE)
    manager.press("按顺序抽取")
    manager.sees("已按顺序抽取专家 4 名")
    manager.at_desk(TITLE)
    people = manager.page.get_by_label("招标人代表", exact=True)
    people.select_option(people.locator("option", has_text="丁向东").get_attribute("value"))
    manager.press("确定")
    manager.sees("招标人代表已确定", "丁向东")
    names = [name for name in EXPERTS if manager.page.locator("main td.lead", has_text=name).count()]
    assert len(names) == 4
    visitor.open_tender()
    visitor.follow("评标专家怎样抽取")
    visitor.sees("入选", "第 4 位")
    visitor.does_not_see(*names)
    return [EXPERTS[name] for name in names]


def score(member: Person) -> None:
    """Declare, read each bid without a name and give it points by what it promises, sign."""
    member.at_desk(TITLE, to="声明无利害关系")
    member.press("声明：我与上列投标人没有利害关系")
    member.follow("投标人甲")
    for button in ("保存，看下一份", "保存，看下一份", "保存"):
        member.sees(DIFFICULTY)
        member.does_not_see("常绿", "兴盾", "鹰泰", *(f"{b.price} 元" for b in BIDDERS.values()), *(b.manager for b in BIDDERS.values()))
        text = member.page.locator("main").inner_text()
        bid = next(bid for bid in BIDDERS.values() if bid.promise in text)
        for label, points in zip(("服务方案得分", "人员与项目经理得分", "难点得分"), bid.points, strict=True):
            member.fill(label, points)
        member.press(button)
        member.sees("的评分已保存")
    member.press("签署全部评分表")
    member.sees("您已签署评分表")


def close_evaluation(manager: Person, visitor: Person) -> None:
    manager.at_desk(TITLE)
    manager.press("提交评标报告")
    manager.sees("评标报告已提交，排名已经算出")
    manager.at_desk(TITLE)
    manager.press("公示中标候选人")
    manager.sees("中标候选人已公示")
    visitor.open_tender()
    visitor.sees("候选人公示中", "12月24日（周四）24:00", WINNER)


def award_and_sign(manager: Person, officer: Person) -> None:
    manager.at_desk(TITLE)
    manager.fill("定标说明", "按评标委员会推荐的顺序，确定第一名为中标人。")
    manager.press("定标")
    manager.sees("已定标并报备案")
    officer.at_desk(TITLE)
    officer.press("确认定标备案")
    officer.sees("已确认定标备案")
    manager.at_desk(TITLE)
    manager.fill("合同签订日期", "2009-12-25")
    manager.fill("服务开始日期", "2010-01-01")
    manager.press("登记合同")
    manager.sees("合同已登记", "已签合同")


# --- the subsidy ---------------------------------------------------------------------------------------------------------


def apply_for_subsidy(manager: Person) -> None:
    manager.at_desk("申请补贴或奖励")
    manager.follow("老旧小区物业服务补贴")
    manager.page.get_by_role("button", name="申请 轻工路168号院").click()
    manager.fill("申请说明", "71 户，1996 年建成，只有简单保洁。明年 1 月 1 日起由专业物业服务，服务标准和收费已在院内公示。")
    manager.fill("联系人", "石慧珍")
    manager.fill("联系电话", "0375-2938066")
    manager.fill("收款开户行", "平顶山市商业银行营业部")
    manager.fill("收款账号", "1707 0303 0902 1000 744")
    manager.sees("16,941.60 元")
    manager.press("提交申请")
    manager.sees("待街道审核")


def review_subsidy(browser, officer: Person) -> None:
    """Street, district and bureau in turn, each another person; then the notice."""
    for reviewer in (Person(browser, "street.wuyi"), officer, Person(browser, "approver.city")):
        reviewer.at_desk("轻工路168号院")
        reviewer.follow("审核这份申请")
        reviewer.tick("通过")
        reviewer.press("确定")
        reviewer.sees("同意")
    officer.at_desk("轻工路168号院")
    officer.press("开始公示")
    officer.sees("公示中")


def pay(browser) -> None:
    """One person records what left the bank, another one confirms it."""
    first, second = Person(browser, "finance.city"), Person(browser, "finance2.city")
    first.at_desk("轻工路168号院")
    first.follow("登记付款")
    first.fill("付款凭证号", "平财拨2010-0001")
    first.fill("付款日期", "2010-01-06")
    first.press("登记")
    first.sees("已登记，待复核")
    second.at_desk("轻工路168号院")
    second.follow("复核付款")
    second.tick("与凭证一致，确认已付")
    second.press("确定")
    second.sees("已拨付部分")


def read_where_the_money_went(visitor: Person) -> None:
    visitor.page.locator("header").get_by_role("link", name="资金去向").click()
    visitor.sees("轻工路168号院", "10,164.96 元", "平财拨2010-0001")
    visitor.follow("轻工路168号院")
    visitor.sees("16,941.60 元", WINNER, "第 1 期", "已付款")
