"""Build the sample city in an empty database: the story from June to November 2009, then the clock stands still."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import func, select

from app.accounts.models import User
from app.common import audit, clock
from app.common.access import system_actor
from app.common.calendar_days import load_official_years
from app.common.i18n import _l
from app.common.refusal import Reason
from app.communities.models import Compound
from app.extensions import db
from app.sample import experts, money, people, places
from app.sample.agenda import Agenda
from app.sample.tenders.running import Course
from app.sample.tenders.stories import STORIES

PRESENT = clock.at_local(date(2009, 11, 18), 9)
"""Wednesday morning: a tender waits to be opened, another closes in two days."""

audit.label_events({"sample.load": _l("载入示范城市")}, {"tenders": _l("招标项目"), "applications": _l("资金申请")})


def why_not_load(*, is_production: bool) -> Reason | None:
    """Why the sample city may not be put here."""
    if is_production:
        return Reason(_l("正式运行的站点不能载入示范城市。"), next=_l("请在测试环境中使用，或者去掉 LINLI_PRODUCTION 设置。"))
    if any(db.session.scalar(select(func.count()).select_from(table)) for table in (User, Compound, audit.AuditEvent)):
        return Reason(_l("数据库里已有数据，没有载入示范城市。"), next=_l("请换一个空的数据文件夹，例如 script/server --data 新文件夹。"))
    return None


def load_sample(*, tell: Callable[[str], None] = lambda words: None) -> None:
    """Everything, step by step as people did it. The caller has asked why_not_load. Commits."""
    agenda = Agenda(PRESENT)
    _plan_beginning(agenda)
    agenda.run()
    tell("people, divisions, census, enterprises")
    agenda = Agenda(PRESENT)
    for story in STORIES:
        Course(story, agenda).plan()
    money.plan(agenda)
    steps = agenda.run()
    tell(f"tenders and subsidies: {steps} steps")
    _stop_the_clock()


def _plan_beginning(agenda: Agenda) -> None:
    system = system_actor()
    agenda.add(date(2009, 6, 15), 8, 30, lambda now: load_official_years(actor=system, now=now))
    agenda.add(date(2009, 6, 15), 9, 0, people.found_bureau)
    agenda.add(date(2009, 6, 15), 9, 30, places.load_divisions)
    agenda.add(date(2009, 6, 16), 9, 0, people.invite_everybody)
    for number, (login, filename) in enumerate(places.CENSUSES):
        agenda.add(date(2009, 7, 1), 9, 10 * number, _import_of(login, filename))
    agenda.add(date(2009, 6, 17), 9, 0, experts.register)
    agenda.add(date(2009, 7, 1), 14, 0, places.import_enterprises)
    agenda.add(date(2009, 7, 1), 16, 0, places.found_committee)


def _import_of(login: str, filename: str):
    return lambda now: places.import_census(login, filename, now)


def _stop_the_clock() -> None:
    """The present of the story; from here people move the clock themselves."""
    clock.set_demo(PRESENT)
    row = db.session.get(clock.DemoClock, 1)
    audit.record("sample.load", row, actor=system_actor(), now=PRESENT, tenders=len(STORIES), applications=len(money.CLAIMS))
    db.session.commit()
