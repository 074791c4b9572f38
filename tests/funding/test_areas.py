"""The bureau may correct the register: the subsidy is computed from the smaller of register and contract, and reviewers see why."""

import pytest

from app.accounts.rules import Role
from app.common import audit
from app.common.access import system_actor
from app.common.files import store_file
from app.common.imports.models import ImportJob
from app.communities.actions import correct_compound
from app.communities.models import CompoundRevision
from app.extensions import db
from app.funding import actions, queries
from app.funding.queries.areas import census_area
from app.funding.review import ReviewStep
from app.funding.subsidy import area_counted
from tests.factories import NOW, actor
from tests.funding.test_actions import AMOUNT
from tests.funding.things import passed, submitted


def correct(stage, area_centi: int) -> None:
    correct_compound(
        stage.compound,
        {"area_centi": area_centi},
        reason="核对。",
        version=stage.compound.version,
        is_checked=True,
        actor=actor(Role.BUREAU_OFFICER),
        now=NOW,
    )
    db.session.commit()


@pytest.mark.parametrize(("register", "contract", "counted"), [(10, None, 10), (10, 10, 10), (100, 10, 10), (9, 10, 9)])
def test_the_smaller_area_counts(register, contract, counted):
    assert area_counted(register, contract) == counted


def test_a_register_that_was_enlarged_pays_no_more(stage, session):
    correct(stage, 48_230_000)
    application = submitted(stage)
    session.commit()
    assert (application.area_centi, application.register_area_centi, application.contract_area_centi) == (4_823_000, 48_230_000, 4_823_000)
    assert application.amount_fen == AMOUNT


def test_a_register_that_was_put_right_downwards_pays_less(stage, session):
    correct(stage, 4_800_000)
    assert submitted(stage).amount_fen == 11_520_000
    session.commit()


def imported(stage, *changes) -> None:
    """As if a census import had written the compound."""
    file = store_file(b"%PDF-1.4\n%%EOF\n", "census.pdf", now=NOW)
    db.session.flush()
    job = ImportJob(
        kind="census", file_id=file.id, filename="census.csv", sha256=file.sha256, division_code="4104", uploaded_by_name="王敏", uploaded_at=NOW
    )  # fmt: skip
    db.session.add(job)
    db.session.flush()
    stage.compound.import_job_id = job.id
    if changes:
        db.session.add(CompoundRevision(compound_id=stage.compound.id, import_job_id=job.id, at=NOW, changes=list(changes)))
    audit.record("compound.manage", stage.compound, actor=system_actor(), now=NOW, mode=stage.compound.mode)
    db.session.commit()


def test_the_census_is_known_under_the_corrections(stage, session):
    assert queries.areas_of(submitted(stage)).census is None
    session.commit()
    imported(stage)
    assert census_area(stage.compound) == 4_823_000
    correct(stage, 5_000_000)
    correct(stage, 5_100_000)
    assert census_area(stage.compound) == 4_823_000
    imported(stage, ["households", 1, 2], ["area_centi", 5_100_000, 4_900_000])
    correct(stage, 6_000_000)
    assert census_area(stage.compound) == 4_900_000


def test_every_reviewer_sees_the_areas_that_do_not_agree_and_the_public_sees_the_sources(stage, session, at, client):
    imported(stage)
    application = submitted(stage)
    session.commit()
    address = f"/money/applications/{application.id}"
    people = {"street": ReviewStep.STREET, "district": ReviewStep.DISTRICT, "approver": ReviewStep.BUREAU}
    page = at("street").get(f"{address}/review")
    assert "面积来源：小区登记 48,230.00 m²，合同（招标文件）48,230.00 m²" in page.main and "请核对" not in page.main
    actions.withdraw(application.id, actor=stage.community, now=NOW)
    correct(stage, 48_230_000)
    application = submitted(stage)
    session.commit()
    address = f"/money/applications/{application.id}"
    for name, step in people.items():
        for page in (at(name).get(f"{address}/review"), at(name).get(address)):
            assert "各处登记的面积不一致" in page.main and "482,300.00 m²" in page.main and "普查导入的面积" in page.main
            assert "取较小的 48,230.00 m²" in page.main
        passed(stage, application, step)
        session.commit()
    actions.publish(application.id, actor=stage.district, now=NOW)
    session.commit()
    page = client.get(address)
    assert "取较小的 48,230.00 m²" in page.main and "普查导入" not in page.main
