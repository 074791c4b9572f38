"""The two lists from the command line."""

from sqlalchemy import func, select

from app.enterprises.models import ConductRecord, Enterprise
from tests.enterprises.conftest import CONDUCT, LIST
from tests.factories import NOW


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["enterprises", *arguments])


def test_both_lists_are_imported_once_and_not_again(app, session, clock):
    clock.set(NOW)
    session.commit()
    listed = ("import", str(LIST), "--as-of", "2009-09-30")
    assert run(app, *listed).output == "new: 25, changed: 0, unchanged: 0\n"
    assert run(app, "conduct-import", str(CONDUCT)).output == "new: 140, changed: 0, unchanged: 0\n"
    assert run(app, *listed).output == "new: 0, changed: 0, unchanged: 25\n"
    assert run(app, "conduct-import", str(CONDUCT)).output == "new: 0, changed: 0, unchanged: 140\n"
    assert session.scalar(select(func.count(Enterprise.id))) == 25
    assert session.scalar(select(func.count(ConductRecord.id))) == 140


def test_a_faulty_file_writes_nothing_and_names_each_place(app, session, clock, tmp_path):
    clock.set(NOW)
    session.commit()
    done = run(app, "conduct-import", str(CONDUCT))
    assert done.exit_code == 1 and "名录中没有代码" in done.output
    image = tmp_path / "记录.csv"
    image.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    done = run(app, "conduct-import", str(image))
    assert done.exit_code == 1 and "PNG 图片" in done.output
    assert session.scalar(select(func.count(ConductRecord.id))) == 0


def test_warnings_stop_until_they_are_accepted(app, session, clock, tmp_path):
    clock.set(NOW)
    session.commit()
    file = tmp_path / "第二批名单.csv"
    file.write_text("企业名称,统一社会信用代码,联系电话\n甲物业,91110000600037341L,见附件\n", encoding="utf-8")
    done = run(app, "import", str(file), "--as-of", "2009-09-30")
    assert done.exit_code == 1 and "不像电话号码" in done.output
    done = run(app, "import", str(file), "--as-of", "2009-09-30", "--accept-warnings")
    assert done.exit_code == 0 and "new: 1" in done.output
