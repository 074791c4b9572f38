"""What bidders write: plans, staffing and answers put together from sentences that people wrote, differing from bidder to bidder.

Evaluators read these without knowing whose they are, so no sentence names an enterprise or a person.
"""

from hashlib import sha256

from app.tenders.bidding import Post
from app.tenders.models import Tender

SERVICE = (
    "设一处服务点，白天有人接待，夜间电话值守；报修当日派单，急修 30 分钟内到场，一般维修不过夜。",
    "在传达室开接待窗口，报修、投诉都记进一本台账，每周五张贴办结情况，居民随时可以翻看。",
    "公布一个固定报修电话，全天有人接听；每月 5 日公布上月报修件数、办结件数和未办结的原因。",
    "进场头一个月逐户走访 {households} 户，建立联系表，登记独居老人和行动不便住户，每周上门看望一次。",
    "每季度开一次居民恳谈会，物业、社区、居民代表三方到场，提出的问题逐条答复，答复贴在公告栏。",
    "接管前先同社区一起清点设施、拍照存档，接管后按清单逐项整改，三个月内向居民报告一次进度。",
)
ORDER = (
    "主出入口全天值守，夜间 22 时至次日 6 时每两小时巡查一遍，巡查点打卡留痕。",
    "白天值守、夜间双人巡逻；楼道堆物每周清一次，充电车辆集中停放，不许进楼道。",
    "在 {buildings} 栋楼的单元口装感应灯和声控门铃，陌生人先问再放行，外来车辆登记后进院。",
    "院内停车先划线后进车，优先本院住户，不收地面临时停车费；消防通道画黄线，占用的当场劝离。",
    "请院内退休职工组成 8 人的义务巡逻队，与值守人员一起排夜班，每月评一次，给些生活用品补贴。",
    "值守人员三班倒，交接班有记录；每月查一次灭火器和消火栓，每半年组织一次疏散演练。",
)
CLEANING = (
    "院落和楼道每日清扫一遍，生活垃圾日产日清，垃圾桶每周冲洗消毒一次，夏季加到三次。",
    "清运固定在早 7 时前和晚 19 时后，不影响出行；楼道扶手每周擦一次，墙面小广告当天清除。",
    "保洁分片包干，{cleaners} 名保洁员各管一片，名字和电话贴在单元口，居民打分与奖金挂钩。",
    "每月一次大扫除，清理楼顶、地沟和绿篱里的积存垃圾；雨后两小时内扫净积水。",
    "垃圾点原在楼山墙下，夏天味道大，拟移到院墙东北角并加盖，移位费用由本企业承担。",
)
REPAIRS = (
    "雨水、污水管每年疏通两次，化粪池每年清掏一次，时间提前三天张贴；堵塞接报后 24 小时内疏通。",
    "进场两个月内把 {buildings} 栋楼的楼道灯全部换成节能灯，完好率保持在九成以上，坏灯两天内换好。",
    "屋面漏雨登记造册，雨季前查一遍，小补由日常维修费出，大修协助业主申请维修资金。",
    "备足常用管件、灯泡和闸刀，水电工住在附近，停水停电先查院内再报供水供电部门，并在群里说明原因。",
    "配电、消防设施每月查一次，查一处记一处；发现线路老化先断开隐患，再同社区商量改造。",
)
GREENING = (
    "现有树木建档，枯枝雨季前修完；空地补种耐旱的冬青和月季，不种要勤浇水的草皮。",
    "绿篱每年修剪四次，秋后清理落叶，不焚烧；毁绿种菜的先劝后清，清出的地补种灌木。",
    "同居民认养结合，愿意养护的住户挂牌认养，本企业供苗供水，每年评一次好邻居。",
    "绿地少，先把硬化空地的花坛修好，种四季花木，让院子看得见变化。",
)
FEES = (
    "收费按中标单价和登记面积计算，按季收取，开收据；收支每半年公布一次，公共收益单独记账。",
    "头三个月只服务不催费，居民看见变化再收；低保户凭证减免一半，减免数由本企业承担。",
    "收费率不到六成时不减服务，先查原因；仍收不上来的，请社区一起上门，不断水断电。",
    "按月、按季、按年都可以交，年付的送一次室内电路检查；账目贴在院门口，谁都能看。",
    "政府补贴到账后专款专用，先补保洁和楼道灯，用了多少、用在哪里，每季度贴榜公布。",
)
DIFFICULTIES = (
    "老院子管网老化是头等难处：先做一次管道内窥检查，分急缓列出清单，急的三个月内修完，缓的随改造一并解决。",
    "难在没有门卫房、没有围墙：先用移动岗亭和路桩收口，明确一个主出入口，再同社区商量补建围墙。",
    "停车和消防通道争地方，拟划出单侧停车位，留足 4 米通道，夜间巡查劝离，连续三个月后请居民表决固化。",
    "收费难，从看得见的事做起：先修灯、先通管、先清死角，用两个月换居民点头，再签服务协议。",
    "冬季水管易冻、夏季电压不稳：入冬前给外露水管包保温，入夏前查一遍闸箱，备一台 15 千瓦发电机应急。",
    "楼院分散，最远两处相距一里多：按一条线路排班，保洁车定点定时，巡查用电动车，一个班组管到底。",
)
MANAGER_SKILLS = (
    "持物业管理师证书，做老旧小区 9 年",
    "持全国物业项目经理证，管过 12 万平方米",
    "持项目经理证，原企业后勤科长",
    "中级职称，从业 11 年",
)
GUARD_SKILLS = ("退伍军人优先，平均 45 岁", "持保安员证", "身体健康，持证上岗")
REPAIR_SKILLS = ("持低压电工证", "水电维修工，5 年以上", "持电工证、管道工中级")
LETTER = "我方已仔细研究全部招标文件，愿按投标报价承担本项目的物业服务，并在投标有效期内受本投标约束。"

MANAGERS = {
    "zhanxiang": ("贺春雷", "康丽君"), "changlv": ("邱文涛", "毛小菊"), "jianye": ("施卫国", "龚雪"), "xingdun": ("尹志刚", "段红霞"),
    "yingtai": ("万青山", "汤秀英"), "huating": ("侯占军", "孟庆芳"), "runjia": ("薛来喜", "阎凤霞"), "yijiayuan": ("武建成", "乔敏"),
    "wanlin": ("龙海波", "陶桂香"), "dongfang": ("江水生", "严冬梅"), "hexie": ("牛广田", "祝雅丽"), "zhongyuan": ("鲁志清", "温慧"),
}  # fmt: skip
"""Project managers whom each enterprise proposes."""


def pick(*of: object, count: int) -> int:
    """A number below `count` that is the same every time for the same things."""
    return int.from_bytes(sha256("|".join(map(str, of)).encode()).digest()[:8], "big") % count


def project_manager(enterprise: str, tender: Tender) -> str:
    return MANAGERS[enterprise][pick(enterprise, tender.number, count=2)]


def plan(enterprise: str, tender: Tender, quality: int) -> str:
    """Six short paragraphs; a better plan says more in each."""
    parts = (
        ("综合服务", SERVICE),
        ("秩序维护", ORDER),
        ("环境卫生", CLEANING),
        ("共用设施", REPAIRS),
        ("绿化", GREENING),
        ("收费与公开", FEES),
    )
    figures = {"households": tender.households, "buildings": _buildings(tender), "cleaners": cleaners(tender)}
    paragraphs = []
    for title, pool in parts:
        start = pick(enterprise, tender.number, title, count=len(pool))
        many = 2 if quality >= 75 or title in ("环境卫生", "共用设施") else 1
        sentences = [pool[(start + n) % len(pool)] for n in range(many)]
        paragraphs.append(f"{title}：" + "".join(sentences).format(**figures))
    return "\n".join(paragraphs)


def difficulties(enterprise: str, tender: Tender, quality: int) -> str:
    start = pick(enterprise, tender.number, "difficulties", count=len(DIFFICULTIES))
    many = 2 if quality >= 80 else 1
    return "".join(DIFFICULTIES[(start + n) % len(DIFFICULTIES)] for n in range(many))


def staffing(enterprise: str, tender: Tender, quality: int) -> list[Post]:
    def skill(pool: tuple[str, ...], post: str) -> str:
        return pool[pick(enterprise, tender.number, post, count=len(pool))]

    return [
        Post("项目经理", 1, skill(MANAGER_SKILLS, "项目经理")),
        Post("秩序维护员", (6 if quality >= 75 else 4) + _buildings(tender) // 8, skill(GUARD_SKILLS, "秩序维护员")),
        Post("保洁员", cleaners(tender), "经岗前培训"),
        Post("水电维修工", 2 if quality >= 70 else 1, skill(REPAIR_SKILLS, "水电维修工")),
        *([Post("客服接待", 1, "能说本地话，会用电脑登记")] if quality >= 80 else []),
    ]


def cleaners(tender: Tender) -> int:
    return 2 + tender.households // 110


def _buildings(tender: Tender) -> int:
    return sum(compound.buildings or 1 for compound in tender.compounds)
