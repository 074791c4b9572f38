"""A census import that was cut off, overtaken or confirmed twice at once: all of it is written once, or nothing."""

import json
import os
import subprocess
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.rules import Role
from app.common.audit import AuditEvent
from app.common.clock import wall
from app.common.imports import actions, runs
from app.common.imports.states import ImportState
from app.communities.models import Division
from app.extensions import db
from tests.communities.test_census_imports import compounds, job, row, send, table
from tests.factories import NOW, actor_for, person


@pytest.fixture(autouse=True)
def patient(app, clock):
    """Requests wait for their worker, so that pages show the result."""
    app.config["IMPORT_WAIT_SECONDS"] = 60
    clock.set(NOW)


@pytest.fixture
def officer(client, sign_in, divisions):
    return sign_in(client, Role.BUREAU_OFFICER)


def dead_run(job_id: int, token: str, data, *, pid: int | None = None, at=None) -> None:
    """What a killed server leaves: a progress file of a process that is gone."""
    if pid is None:
        process = subprocess.Popen(["true"])
        process.wait()
        pid = process.pid
    said = runs.Shown(token, "write", 500, 1000, at or wall(), pid, os.uname().nodename, "1")
    folder = data / "imports"
    folder.mkdir(exist_ok=True)
    (folder / f"{job_id}.json").write_text(json.dumps({**said.__dict__, "at": said.at.isoformat()}))


def test_after_a_kill_the_page_says_that_nothing_was_written_and_offers_to_confirm_again(app, client, officer):
    send(client, table(row()), "底数.xlsx")
    actions.confirm(job(), [], is_stale=False, actor=actor_for(officer), now=NOW)
    db.session.commit()
    number = job().id
    dead_run(number, job().run_token, app.config["DATA"])
    page = client.get(f"/imports/{number}")
    assert "没有写入任何内容" in page.main
    page = client.submit(page, f"/imports/{number}/confirm")
    assert "已导入" in page.main
    assert compounds() == 1


def test_a_reading_that_was_cut_off_is_begun_again(app, client, officer):
    kind = actions.find_kind("census")
    cut = actions.upload(kind, table(row()), "底数.xlsx", actor=actor_for(officer), now=NOW)
    db.session.commit()
    dead_run(cut.id, cut.run_token, app.config["DATA"])
    page = client.submit(client.get(f"/imports/{cut.id}"), f"/imports/{cut.id}/again")
    assert "等待确认" in page.main


def test_silence_is_death_after_a_while_and_a_living_worker_is_left_alone(app, client, officer):
    kind = actions.find_kind("census")
    cut = actions.upload(kind, table(row()), "底数.xlsx", actor=actor_for(officer), now=NOW)
    db.session.commit()
    dead_run(cut.id, cut.run_token, app.config["DATA"], pid=os.getpid())
    path = app.config["DATA"] / "imports" / f"{cut.id}.json"
    said = json.loads(path.read_text()) | {"born": runs._born(os.getpid())}
    path.write_text(json.dumps(said))
    assert "正在写入：500 / 1,000" in client.get(f"/imports/{cut.id}").main
    client.post(f"/imports/{cut.id}/again", status=409)
    path.write_text(json.dumps(said | {"at": (wall() - timedelta(minutes=1)).isoformat()}))
    cut.run_started_at = wall() - timedelta(minutes=2)
    actions.record("import.read", cut, actor=actor_for(officer), now=NOW)
    db.session.commit()
    assert "中断" in client.get(f"/imports/{cut.id}").main


def test_a_worker_that_was_overtaken_writes_nothing(app, session, officer):
    kind = actions.find_kind("census")
    person_ = actor_for(officer)
    late = actions.upload(kind, table(row()), "底数.xlsx", actor=person_, now=NOW)
    session.commit()
    token = late.run_token
    actions.correct(late, {}, is_stale=True, actor=person_, now=NOW)
    session.commit()
    number = late.id
    session.rollback()
    runs._run(app, number, token, ImportState.READING, person_)
    assert job().state is ImportState.READING
    assert job().reading is None


def test_a_crash_while_writing_rolls_back_and_says_so(app, client, officer, monkeypatch):
    page = send(client, table(row(), row("二号院")), "底数.xlsx")

    def crash(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("app.communities.census.importing._update_compounds", crash)
    monkeypatch.setattr("app.communities.census.importing._place_names", crash)
    page = client.submit(page, f"/imports/{job().id}/confirm")
    assert "系统内部出错，没有写入任何内容" in page.main
    assert (compounds(), db.session.scalar(select(func.count(Division.code)).where(Division.is_provisional.is_(True)))) == (0, 0)
    assert job().state is ImportState.READY


def test_an_actor_without_a_place_imports_nothing(session, divisions):
    outsider = actor_for(person(Role.AUDITOR))
    with pytest.raises(actions.Refused):
        actions.upload(actions.find_kind("census"), table(row()), "底数.xlsx", actor=outsider, now=NOW)


def test_two_people_confirm_at_once_and_it_is_imported_once(app, new_client, sign_in, officer, client):
    send(client, table(row(), row("二号院")), "底数.xlsx")
    number = job().id
    colleague = new_client()
    sign_in(colleague, Role.BUREAU_OFFICER)
    db.session.commit()
    ready = threading.Barrier(2)

    def press(browser):
        ready.wait()
        browser.post(f"/imports/{number}/confirm", follow=False)

    threads = [threading.Thread(target=press, args=(browser,)) for browser in (client, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert job().state is ImportState.DONE
    assert compounds() == 2
    finished = select(func.count(AuditEvent.id)).where(AuditEvent.event == "import.finish")
    assert db.session.scalar(finished) == 1
