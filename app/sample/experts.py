"""The expert pool of the sample city: who is an expert of what, employed where, tied to whom."""

from dataclasses import dataclass
from datetime import date, datetime

from app.sample.people import actor, organisation, user
from app.tenders.actions import experts
from app.tenders.draw import Specialty, TieKind


@dataclass(frozen=True)
class Expert:
    login: str
    specialty: Specialty
    employer: str
    areas: tuple[str, ...] = ()


EXPERTS = (
    Expert("expert1", Specialty.PROPERTY, "平顶山学院"),
    Expert("expert2", Specialty.ECONOMICS, "平顶山市正信工程造价咨询有限公司"),
    Expert("expert3", Specialty.ENGINEERING, "平顶山市建筑设计研究院"),
    Expert("expert4", Specialty.PROPERTY, "平顶山市物业管理协会"),
    Expert("expert5", Specialty.ENGINEERING, "平煤神马集团建筑安装公司"),
    Expert("expert6", Specialty.LAW, "河南鹰城律师事务所"),
    Expert("expert7", Specialty.ENVIRONMENT, "平顶山市园林科学研究所"),
    Expert("expert8", Specialty.PROPERTY, "河南城建学院"),
    Expert("expert9", Specialty.ECONOMICS, "平顶山市财会学校"),
    Expert("expert10", Specialty.ENGINEERING, "平顶山市电梯检验所"),
    Expert("expert11", Specialty.PROPERTY, "平顶山市湛南物业咨询服务部", ("410403", "410411")),
    Expert("expert12", Specialty.LAW, "平顶山市法律援助中心"),
)

"""The two who wear a second hat in the pool have an account and are not written down yet: nobody draws them."""

TIES = (
    ("expert4", TieKind.EMPLOYMENT, "平顶山市常绿物业服务有限公司", date(2008, 3, 31), "曾任项目经理"),
    ("expert8", TieKind.RECUSAL, "河南建业物业管理有限公司", None, "配偶在该企业任职"),
    ("expert2", TieKind.EMPLOYMENT, "平顶山市东方物业服务有限公司", date(2005, 6, 30), ""),
)


def register(now: datetime) -> None:
    """The city's officer writes down what each expert has stated."""
    officer, pool = actor("officer.city"), organisation("experts")
    rows = {
        one.login: experts.add_expert(user(one.login), pool, experts.Card(one.specialty, one.employer, one.areas), actor=officer, now=now)
        for one in EXPERTS
    }
    for login, kind, name, until_on, note in TIES:
        experts.add_tie(rows[login], kind, name, until_on=until_on, note=note, actor=officer, now=now)
