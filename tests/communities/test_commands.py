"""flask census check and import, flask divisions load."""

import pytest
from sqlalchemy import func, select

from app.common import clock
from app.common.access import system_actor
from app.communities.actions import record_management
from app.communities.models import Compound
from app.communities.rules import ManagementMode
from tests.communities.conftest import DEFECTS, SAMPLE, WEIDONG, XINHUA


@pytest.fixture
def flask(app):
    """`flask("census", "check", path)` → (exit code, output)."""

    def run(*arguments):
        result = app.test_cli_runner().invoke(args=[str(a) for a in arguments])
        return result.exit_code, result.output

    return run


def test_the_census_by_command(session, flask):
    code, said = flask("divisions", "load", SAMPLE / "divisions.csv")
    assert (code, said) == (0, "divisions added: 42, renamed: 0\n")
    code, said = flask("census", "check", SAMPLE / "census" / XINHUA)
    assert code == 0
    assert "new 376" in said
    assert session.scalar(select(func.count(Compound.id))) == 0
    session.rollback()
    code, said = flask("census", "import", SAMPLE / "census" / XINHUA, SAMPLE / "census" / WEIDONG, "--as-of", "2009-06-30")
    assert code == 0, said
    assert session.scalar(select(func.count(Compound.id))) == 800
    session.rollback()
    code, said = flask("census", "import", SAMPLE / "census" / XINHUA)
    assert code == 0
    assert "unchanged 376" in said


def test_a_file_with_errors_fails_names_them_and_writes_nothing(session, flask):
    flask("divisions", "load", SAMPLE / "divisions.csv")
    code, said = flask("census", "import", SAMPLE / "census" / DEFECTS, "--accept-warnings")
    assert code == 1
    assert "单元格是公式" in said
    assert session.scalar(select(func.count(Compound.id))) == 0


def test_a_file_that_is_no_table_is_refused_in_one_sentence(session, flask, tmp_path):
    wrong = tmp_path / "a.csv"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    code, said = flask("census", "check", wrong)
    assert code == 1
    assert "PNG" in said


def test_by_command_too_what_a_contract_recorded_stays(session, flask):
    flask("divisions", "load", SAMPLE / "divisions.csv")
    flask("census", "import", SAMPLE / "census" / XINHUA, "--as-of", "2009-06-30")
    unmanaged = session.scalars(select(Compound).where(Compound.mode == ManagementMode.NONE).order_by(Compound.id)).first()
    record_management(unmanaged, mode=ManagementMode.PROFESSIONAL, source="XH-2009-0001", actor=system_actor(), now=clock.now())
    session.commit()
    for options in (("--as-of", "2009-06-30"), ()):
        code, said = flask("census", "import", SAMPLE / "census" / XINHUA, *options)
        assert code == 0, said
        assert "XH-2009-0001 的合同" in said
        assert "changed 0, unchanged 375" in said
    session.expire_all()
    assert unmanaged.mode is ManagementMode.PROFESSIONAL
