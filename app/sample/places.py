"""Where the sample city lies, and the three tables with which its bureau begins: census, recommended list, conduct records."""

import csv
from datetime import date, datetime
from pathlib import Path

from app.accounts.models import Organisation
from app.common.imports.actions import import_at_once
from app.common.imports.states import ImportState
from app.communities import actions as communities
from app.communities.models import Compound
from app.enterprises import actions as enterprises
from app.enterprises.models import Enterprise
from app.extensions import db
from app.sample import people
from app.sample.people import HOUSES, Kind, actor

DATA = Path(__file__).parent / "data"
CENSUS_DAY = date(2009, 6, 30)
CENSUSES = (("officer.xinhua", "新华区楼院底数.xlsx"), ("officer.weidong", "卫东区楼院底数.xlsx"), ("officer.zhanhe", "湛河区楼院底数.csv"))
RECOMMENDED, CONDUCT = "第一批推荐物业服务企业名单.xlsx", "信用信息.csv"


def load_divisions(now: datetime) -> None:
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    communities.load_divisions(rows, actor=actor("admin.city"), now=now)


def import_census(login: str, filename: str, now: datetime) -> None:
    """One district's compounds, by that district's officer."""
    _import("census", DATA / "census" / filename, login, now)


def import_enterprises(now: datetime) -> None:
    """The recommended list and the conduct records; then those who have accounts act for their enterprises."""
    _import("recommended-list", DATA / "enterprises" / RECOMMENDED, "officer.city", now)
    _import("conduct", DATA / "enterprises" / CONDUCT, "officer.city", now)
    officer = actor("officer.city")
    for house in HOUSES:
        if house.kind is Kind.ENTERPRISE:
            enterprise = db.session.scalars(db.select(Enterprise).where(Enterprise.name == house.name)).one()
            home = db.session.scalars(db.select(Organisation).where(Organisation.name == house.name)).one()
            enterprises.link_organisation(enterprise, home, actor=officer, now=now)


def _import(kind: str, path: Path, login: str, now: datetime) -> None:
    """Raises RuntimeError when the table is not taken whole: the sample would not be the city that its pages promise."""
    job = import_at_once(kind, path.read_bytes(), path.name, as_of=CENSUS_DAY, accept_warnings=True, actor=actor(login), now=now)
    if job.state is not ImportState.DONE:
        raise RuntimeError(f"{path.name} was not imported: {job.state.value} {(job.reading or {}).get('problem_counts')}")


def found_committee(now: datetime) -> None:
    """An owners' committee that tenders for its own compound."""
    committee = people.organisation("erzhong")
    communities.set_owners_committee(compound("410403006003", "二中新家属院"), committee, actor=actor("officer.weidong"), now=now)


def compound(division_code: str, name: str) -> Compound:
    return db.session.scalars(db.select(Compound).where(Compound.division_code == division_code, Compound.name == name)).one()
