"""Who lives in the sample city: organisations and people in one table, made by the city's administrator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts import actions as accounts
from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import OrganisationKind as Kind
from app.accounts.rules import Role
from app.accounts.session import actor_of
from app.common.access import Actor, system_actor
from app.extensions import db

PASSWORD = "linli-sample"
MAIL = "sample.linli.example"
CITY = "4104"


@dataclass(frozen=True)
class House:
    """An organisation and its people: (sign-in name, role, person's name)."""

    key: str
    kind: Kind
    name: str
    division_code: str
    people: tuple[tuple[str, Role, str], ...]


def _street(key: str, name: str, code: str, person: str) -> House:
    return House(key, Kind.STREET_OFFICE, f"{name}办事处", code, ((f"street.{key}", Role.STREET_OFFICER, person),))


def _community(key: str, name: str, code: str, person: str, second: str) -> House:
    """Two people: who sits on a committee for the tenderer does not organise its evaluation."""
    people = ((f"community.{key}", Role.COMMUNITY_MANAGER, person), (f"deputy.{key}", Role.COMMUNITY_MANAGER, second))
    return House(key, Kind.COMMUNITY, f"{name}居民委员会", code, people)


def _district(key: str, name: str, code: str, officer: str, legal: str) -> House:
    people = ((f"officer.{key}", Role.BUREAU_OFFICER, officer), (f"legal.{key}", Role.LEGAL_OFFICER, legal))
    return House(key, Kind.BUREAU, f"{name}住房保障和房产管理局", code, people)


def _enterprise(key: str, name: str, code: str, signatory: str, clerk: str = "") -> House:
    people = ((f"signatory.{key}", Role.ENTERPRISE_SIGNATORY, signatory),)
    if clerk:
        people += ((f"clerk.{key}", Role.ENTERPRISE_CLERK, clerk),)
    return House(key, Kind.ENTERPRISE, name, code, people)


BUREAU = House(
    "city",
    Kind.BUREAU,
    "平顶山市住房保障和房产管理局",
    CITY,
    (
        ("admin.city", Role.ADMINISTRATOR, "李明远"),
        ("officer.city", Role.BUREAU_OFFICER, "周海燕"),
        ("approver.city", Role.BUREAU_APPROVER, "王建国"),
        ("legal.city", Role.LEGAL_OFFICER, "宋立新"),
        ("finance.city", Role.FINANCE_OFFICER, "赵丽萍"),
        ("finance2.city", Role.FINANCE_OFFICER, "马国庆"),
        ("auditor.city", Role.AUDITOR, "郑守正"),
    ),
)

HOUSES = (
    BUREAU,
    _district("xinhua", "平顶山市新华区", "410402", "张晓东", "刘芳"),
    _district("weidong", "平顶山市卫东区", "410403", "陈志强", "胡敏"),
    _district("zhanhe", "平顶山市湛河区", "410411", "孙丽娟", "高伟"),
    _street("shuguang", "曙光街街道", "410402001", "冯建军"),
    _street("zhongxing", "中兴路街道", "410402003", "梁红伟"),
    _street("xishichang", "西市场街道", "410402005", "董玉洁"),
    _street("qingshishan", "青石山街道", "410402007", "袁大勇"),
    _street("dongan", "东安路街道", "410403001", "曹永刚"),
    _street("wuyi", "五一路街道", "410403003", "余秋菊"),
    _street("donggongren", "东工人镇街道", "410403006", "蔡建民"),
    _street("beihuan", "北环路街道", "410403010", "韩雪梅"),
    _street("nanhuan", "南环路街道", "410411002", "傅小龙"),
    _street("yaomeng", "姚孟街道", "410411003", "邓小敏"),
    _street("qinggong", "轻工路街道", "410411005", "许文彬"),
    House("caozhen", Kind.STREET_OFFICE, "曹镇乡人民政府", "410411200", (("street.caozhen", Role.STREET_OFFICER, "黄金山"),)),
    _community("anju", "曙光街街道安居社区", "410402001001", "王秀兰", "谭秀英"),
    _community("xingsheng", "中兴路街道兴盛社区", "410402003001", "田丽华", "陆建平"),
    _community("taoyuan-xinhua", "西市场街道桃园社区", "410402005001", "罗志宏", "石磊"),
    _community("pingan-xinhua", "青石山街道平安社区", "410402007001", "白晓丽", "武文娟"),
    _community("xingfu", "五一路街道幸福社区", "410403003002", "石慧珍", "丁向东"),
    _community("chenguang", "东安路街道晨光社区", "410403001003", "姜春梅", "薛桂兰"),
    _community("pingan-weidong", "东工人镇街道平安社区", "410403006003", "崔建设", "江海涛"),
    _community("yongle", "北环路街道永乐社区", "410403010002", "贾玉凤", "阎素珍"),
    _community("xinshiji", "南环路街道新世纪社区", "410411002002", "任国强", "汪志刚"),
    _community("taoyuan-zhanhe", "姚孟街道桃园社区", "410411003001", "范淑芬", "龚晓梅"),
    _community("nanyuan", "轻工路街道南苑社区", "410411005002", "秦爱玲", "卜春生"),
    _community("pingan-zhanhe", "曹镇乡平安社区", "410411200001", "史铁柱", "祝玉兰"),
    House(
        "erzhong",
        Kind.OWNERS_COMMITTEE,
        "二中新家属院业主委员会",
        "410403006003",
        (("committee.erzhong", Role.COMMUNITY_MANAGER, "何志远"),),
    ),
    _enterprise("zhanxiang", "平顶山市湛翔物业服务有限公司", "410411", "周启航", "潘晓燕"),
    _enterprise("changlv", "平顶山市常绿物业服务有限公司", "410402", "吴永青", "戴小军"),
    _enterprise("jianye", "河南建业物业管理有限公司", "410402", "张国栋", "方雨晴"),
    _enterprise("xingdun", "平顶山市兴盾物业服务有限公司", "410403", "刘卫东"),
    _enterprise("yingtai", "平顶山市鹰泰物业服务有限公司", "410403", "郭庆丰"),
    _enterprise("huating", "平顶山市华庭物业服务有限公司", "410402", "林学峰"),
    _enterprise("runjia", "平顶山市润家物业服务有限公司", "410411", "朱桂芝"),
    _enterprise("yijiayuan", "平顶山市宜家园物业服务有限公司", "410403", "杨振华"),
    _enterprise("wanlin", "平顶山市万邻物业服务有限公司", "410402", "陈立群"),
    _enterprise("dongfang", "平顶山市东方物业服务有限公司", "410403", "赵福生"),
    _enterprise("hexie", "平顶山市和谐物业服务有限公司", "410411", "高凤英"),
    _enterprise("zhongyuan", "平顶山市中原物业服务有限公司", "410402", "李长河"),
    House("notary", Kind.NOTARY_OFFICE, "平顶山市公证处", CITY, (("notary", Role.NOTARY, "温如海"),)),
    House(
        "experts",
        Kind.EXPERT_POOL,
        "平顶山市物业管理评标专家库",
        CITY,
        (
            ("expert1", Role.EVALUATOR, "彭树林"),
            ("expert2", Role.EVALUATOR, "苏明慧"),
            ("expert3", Role.EVALUATOR, "卢正阳"),
            ("expert4", Role.EVALUATOR, "蒋雅琴"),
            ("expert5", Role.EVALUATOR, "魏长青"),
            ("expert6", Role.EVALUATOR, "沈国平"),
            ("expert7", Role.EVALUATOR, "杜鹃"),
            ("expert8", Role.EVALUATOR, "钟汉生"),
            ("expert9", Role.EVALUATOR, "夏静宜"),
            ("expert10", Role.EVALUATOR, "洪志强"),
            ("expert11", Role.EVALUATOR, "殷素梅"),
            ("expert12", Role.EVALUATOR, "盛怀民"),
        ),
    ),
)

SECOND_HATS = (("committee.erzhong", "experts", Role.EVALUATOR), ("street.qinggong", "experts", Role.EVALUATOR))
"""People who wear two hats: (sign-in name, organisation, role)."""

EXPERTS = tuple(login for login, _role, _name in HOUSES[-1].people)


def email(login: str) -> str:
    return f"{login}@{MAIL}"


def login_of(person: User) -> str:
    return person.email.partition("@")[0]


def found_bureau(now: datetime) -> None:
    """The city's bureau with its administrator, as `flask accounts create-administrator` makes it."""
    _settle(BUREAU, BUREAU.people[:1], actor=system_actor(), now=now)


def invite_everybody(now: datetime) -> None:
    """Everybody else, by the administrator's hand."""
    administrator = actor("admin.city")
    for house in HOUSES:
        _settle(house, house.people[1:] if house is BUREAU else house.people, actor=administrator, now=now)
    for login, key, role in SECOND_HATS:
        accounts.give_role(user(login), organisation(key), role, actor=administrator, now=now)


def _settle(house: House, people, *, actor: Actor, now: datetime) -> None:
    home = db.session.scalar(select(Organisation).where(Organisation.name == house.name)) or accounts.create_organisation(
        kind=house.kind, name=house.name, division_code=house.division_code, actor=actor, now=now
    )
    for login, role, name in people:
        person = accounts.create_user(name=name, email=email(login), password=PASSWORD, actor=actor, now=now)
        db.session.flush()
        accounts.give_role(person, home, role, actor=actor, now=now)


def user(login: str) -> User:
    return db.session.scalars(select(User).where(User.email == email(login))).one()


def organisation(key: str) -> Organisation:
    house = next(house for house in HOUSES if house.key == key)
    return db.session.scalars(select(Organisation).where(Organisation.name == house.name)).one()


def actor(login: str) -> Actor:
    """This person at work with their first hat."""
    db.session.flush()
    membership = db.session.scalars(
        select(Membership).join(Membership.user).where(User.email == email(login)).order_by(Membership.id)
    ).first()
    return actor_of(membership, address_of(login))


def address_of(login: str) -> str:
    """An address for the trail, of the block kept for examples (RFC 5737), one an organisation."""
    number = next(n for n, house in enumerate(HOUSES, start=10) if any(login == person[0] for person in house.people))
    return f"192.0.2.{number}"


def list_accounts() -> list[dict[str, str]]:
    """Every sign-in, in the order of the table above."""
    rows = db.session.scalars(
        select(Membership)
        .join(Membership.user)
        .where(User.email.endswith("@" + MAIL), Membership.ended_at.is_(None))
        .order_by(Membership.organisation_id, Membership.id)
    )
    return [
        {
            "role": str(row.role.label),
            "organisation": row.organisation.name,
            "name": row.user.name,
            "email": row.user.email,
            "password": PASSWORD,
        }
        for row in rows
    ]
