"""The tenders of the sample city as a table: who tenders what, at which price, who bids, and how far it has come."""

from dataclasses import dataclass
from datetime import date, datetime, time

from app.common.clock import ZONE
from app.tenders.kinds import ServiceLevel
from app.tenders.lifecycle import Status

S = Status
HALF_PAST_NINE = time(9, 30)


@dataclass(frozen=True)
class Offer:
    """One enterprise's bid. `quality` (0–100) is what the evaluators will think of its plan and people."""

    enterprise: str
    price_fen: int
    quality: int
    first_price_fen: int | None = None
    """It handed in this price first and replaced it."""
    was_taken_back: bool = False
    """It took its bid back and handed it in again."""


@dataclass(frozen=True)
class Story:
    key: str
    by: str
    """Sign-in name of the tenderer's manager."""
    compounds: tuple[str, ...]
    reaches: Status
    publish_on: date
    deadline_on: date
    deadline_time: time = HALF_PAST_NINE
    ceiling_fen: int = 60
    level: ServiceLevel = ServiceLevel.THIRD
    term_months: int = 36
    offers: tuple[Offer, ...] = ()
    submitted_on: date | None = None
    """This and the following: where the usual pace (the next working days) would not fit the story."""
    evaluated_on: date | None = None
    shown_on: date | None = None
    starts_on: date | None = None
    defence_on: date | None = None
    eligibility_more: str = ""
    """A condition that the manager adds to the standard text."""
    corrections: str = ""
    """Why the bureau returns the filing."""
    cancelled_on: date | None = None
    cancel_reason: str = ""
    failure_note: str = ""
    rejected: str = ""
    """Enterprise whose bid the committee rejects."""
    gives_up: bool = False
    """The first candidate gives up; the second is awarded."""
    objection: str = ""
    """What the second candidate objects; nobody has answered yet."""
    retendered_on: date | None = None
    has_experts_only: bool = False
    third: str = ""
    """Sign-in name of the third key holder, where it is not the street's officer."""

    @property
    def deadline_at(self) -> datetime:
        return datetime.combine(self.deadline_on, self.deadline_time, ZONE)


def _on(month: int, day: int) -> date:
    return date(2009, month, day)


STORIES = (
    Story(
        "anju-bundle", "community.anju", ("开源路101号家属院", "湛南路88号楼院", "五一路157号楼院", "开源路13号院", "联盟路21号院"),
        S.CONTRACTED, _on(7, 13), _on(8, 3), ceiling_fen=55, starts_on=_on(9, 1),
        offers=(Offer("jianye", 46, 84), Offer("changlv", 43, 80), Offer("hexie", 41, 66), Offer("zhongyuan", 48, 72)),
    ),
    Story(
        "yongle-small", "community.yongle", ("中兴路93号院", "联盟路10号家属院", "东安路157号院"),
        S.CONTRACTED, _on(7, 14), _on(8, 4), ceiling_fen=50, starts_on=_on(9, 1), has_experts_only=True,
        offers=(Offer("xingdun", 40, 78), Offer("dongfang", 37, 70), Offer("yijiayuan", 38, 62)),
    ),
    Story(
        "nanyuan-small", "community.nanyuan", ("东安路54号楼院", "湛南路102号家属院", "园林路136号家属院", "园林路127号院"),
        S.CONTRACTED, _on(7, 20), _on(8, 10), ceiling_fen=52, starts_on=_on(9, 1),
        offers=(Offer("zhanxiang", 42, 82), Offer("runjia", 39, 79), Offer("hexie", 44, 70), Offer("wanlin", 47, 75)),
    ),
    Story(
        "taoyuan-small", "community.taoyuan-zhanhe", ("平安大道160号院", "五一路126号家属院"),
        S.CONTRACTED, _on(8, 3), _on(8, 24), ceiling_fen=48, starts_on=_on(10, 1),
        offers=(Offer("runjia", 38, 76), Offer("zhanxiang", 41, 77), Offer("zhongyuan", 36, 60)),
    ),
    Story(
        "chenguang-small", "community.chenguang", ("亚兴路97号家属院", "光明路178号院", "劳动路155号楼院"),
        S.CONTRACTED, _on(8, 17), _on(9, 7), ceiling_fen=58, starts_on=_on(10, 1),
        offers=(Offer("huating", 52, 88), Offer("yingtai", 47, 81), Offer("dongfang", 43, 69)),
    ),
    Story(
        "caozhen", "community.pingan-zhanhe", ("开源路50号院", "开源路59号楼院", "五一路132号院"), S.FAILED, _on(9, 7), _on(9, 29), ceiling_fen=32,
        offers=(Offer("runjia", 31, 60), Offer("zhanxiang", 32, 66)),
        failure_note="楼院分散、总面积小，最高限价偏低，企业算不过账来。拟与社区商议提高限价、延长期限后重新招标。",
        retendered_on=_on(11, 12),
    ),
    Story(
        "taoyuan-cancelled", "community.taoyuan-xinhua", ("湛南路90号家属院", "优越路143号院", "劳动路96号家属院"),
        S.CANCELLED, _on(9, 14), _on(10, 12), ceiling_fen=50, cancelled_on=_on(9, 28),
        cancel_reason="三个楼院已列入今冬供水管网改造，施工到明年 4 月，与服务开始时间冲突。待改造完成后重新招标。",
        offers=(Offer("changlv", 45, 70), Offer("wanlin", 47, 72)),
    ),
    Story(
        "xinshiji-small", "community.xinshiji", ("亚兴路107号楼院", "建设路4号楼院", "南环路105号院"),
        S.AWARD_FILED, _on(9, 28), _on(10, 19), ceiling_fen=55, gives_up=True,
        offers=(Offer("runjia", 40, 83), Offer("zhanxiang", 44, 82), Offer("hexie", 43, 71), Offer("yingtai", 49, 76)),
    ),
    Story(
        "xingsheng-small", "community.xingsheng", ("光明路22号楼院", "轻工路173号院", "凌云路85号院"),
        S.AWARDED, _on(10, 19), _on(11, 9), ceiling_fen=58,
        offers=(
            Offer("wanlin", 45, 80), Offer("changlv", 43, 73), Offer("jianye", 51, 86), Offer("zhongyuan", 42, 64), Offer("xingdun", 48, 77),
        ),
    ),
    Story(
        "chenguang-post", "community.chenguang", ("邮电局老家属院",),
        S.CANDIDATES_PUBLIC, _on(10, 16), _on(11, 6), ceiling_fen=88, level=ServiceLevel.SECOND, evaluated_on=_on(11, 11),
        offers=(
            Offer("huating", 74, 87), Offer("yingtai", 69, 83), Offer("xingdun", 72, 82), Offer("jianye", 80, 90), Offer("yijiayuan", 65, 61),
        ),
        objection=(
            "我公司与第一名总分相差不到 1.5 分。请公开“服务方案”和“设备、应急与老旧小区难点”两项各评委的打分，"
            "核对评分表有无漏计，并说明价格分的计算过程。"
        ),
    ),
    Story(
        "anju-factories", "community.anju", ("轴承厂老家属院", "轴承厂家属院", "针织厂西家属院", "化纤厂老家属院"),
        S.CANDIDATES_PUBLIC, _on(10, 20), _on(11, 10), ceiling_fen=65, evaluated_on=_on(11, 12), shown_on=_on(11, 16), rejected="zhongyuan",
        has_experts_only=True,
        offers=(
            Offer("jianye", 56, 84), Offer("changlv", 50, 79), Offer("huating", 58, 89), Offer("wanlin", 52, 81), Offer("hexie", 47, 66),
            Offer("dongfang", 48, 70), Offer("xingdun", 53, 75), Offer("zhongyuan", 45, 55),
        ),
    ),
    Story(
        "nanyuan-power", "community.nanyuan", ("糖厂生活区", "供电局生活区"),
        S.EVALUATED, _on(10, 21), _on(11, 12), ceiling_fen=82, level=ServiceLevel.SECOND, evaluated_on=_on(11, 17),
        offers=(Offer("zhanxiang", 68, 85), Offer("runjia", 63, 80), Offer("huating", 73, 88), Offer("hexie", 66, 72)),
    ),
    Story(
        "pingan-evaluating", "community.pingan-xinhua", ("东安路116号家属院", "稻香路148号家属院", "中兴路161号家属院"),
        S.OPENED, _on(10, 26), _on(11, 16), ceiling_fen=60, defence_on=_on(11, 17), has_experts_only=True,
        offers=(
            Offer("changlv", 48, 79), Offer("jianye", 53, 87), Offer("wanlin", 50, 82), Offer("zhongyuan", 46, 68), Offer("huating", 55, 86),
            Offer("xingdun", 49, 75),
        ),
    ),
    Story(
        "xinshiji-opening", "community.xinshiji", ("锦纶厂西家属院",),
        S.PUBLISHED, _on(10, 28), _on(11, 18), time(8, 30), ceiling_fen=78, level=ServiceLevel.SECOND, third="notary",
        offers=(
            Offer("zhanxiang", 64, 84), Offer("runjia", 60, 80, first_price_fen=66), Offer("hexie", 59, 72), Offer("yingtai", 68, 78),
            Offer("dongfang", 57, 66),
        ),
    ),
    Story(
        "xingfu-closing", "community.xingfu", ("东安路81号楼院", "劳动路149号家属院", "矿工路37号楼院"),
        S.PUBLISHED, _on(10, 29), _on(11, 20), ceiling_fen=62,
        offers=(
            Offer("yingtai", 52, 82), Offer("xingdun", 50, 80, first_price_fen=55), Offer("yijiayuan", 46, 70), Offer("dongfang", 48, 74),
        ),
    ),
    Story(
        "yongle-bundle", "community.yongle",
        ("中兴路100号院", "矿工路96号楼院", "矿工路55号楼院", "新华路18号院", "中兴路3号楼院", "南环路107号楼院", "开源路99号院"),
        S.PUBLISHED, _on(11, 9), _on(12, 1), ceiling_fen=68, term_months=60,
        offers=(Offer("xingdun", 58, 81), Offer("yijiayuan", 55, 74, was_taken_back=True), Offer("yingtai", 60, 79)),
    ),
    Story(
        "erzhong", "committee.erzhong", ("二中新家属院",), S.FILED, _on(11, 20), _on(12, 11),
        ceiling_fen=95, level=ServiceLevel.SECOND,
    ),
    Story(
        "taoyuan-waiting", "community.taoyuan-zhanhe", ("皮革厂生活区", "师专家属院"), S.SUBMITTED, _on(11, 30), _on(12, 21), ceiling_fen=70,
        submitted_on=_on(11, 17),
    ),
    Story(
        "taoyuan-returned", "community.taoyuan-xinhua", ("轻工路31号院", "轻工路36号院", "亚兴路39号楼院"),
        S.RETURNED, _on(11, 26), _on(12, 17), ceiling_fen=60,
        eligibility_more="五、投标人须在新华区登记注册，并列入市推荐物业服务企业名单，近三年营业收入不低于 500 万元。",
        corrections=(
            "投标人资格条件第五款要求在本区登记注册、列入推荐名单并限定营业收入，属于以不合理条件限制、排斥潜在投标人，"
            "不符合《招标投标法》第十八条和《招标投标法实施条例》第三十二条。请删去该款后重新提交。"
        ),
    ),
    Story(
        "pingan-gaps", "community.pingan-weidong", ("五一路164号家属院", "新华路154号院"), S.DRAFT, _on(11, 30), _on(12, 21), submitted_on=_on(11, 17),
    ),
)  # fmt: skip
