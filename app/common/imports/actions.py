"""What people do with an uploaded table: upload, correct how it is read, confirm, give up; and what the worker does for them."""

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime

from app.common.audit import label_events, record
from app.common.clock import wall
from app.common.files import read_file, store_file
from app.common.i18n import _l
from app.common.imports.guards import LIMIT_MB, check_kind, check_workbook
from app.common.imports.kinds import ImportKind, Plan, Progress, Reading, find_kind
from app.common.imports.models import ImportJob
from app.common.imports.reader import read_table
from app.common.imports.states import ImportState, why_not_confirm, why_not_correct, why_not_withdraw
from app.common.imports.summary import freeze, summarise_plan, summarise_reading
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db

label_events(
    {
        "import.upload": _l("上传表格"),
        "import.read": _l("读取表格"),
        "import.correct": _l("更正各列的读法"),
        "import.confirm": _l("确认导入"),
        "import.finish": _l("完成导入"),
        "import.fail": _l("导入没有完成"),
        "import.withdraw": _l("放弃导入"),
    },
    {
        "filename": _l("文件名"),
        "sha256": _l("文件指纹"),
        "rows": _l("行数"),
        "errors": _l("错误数"),
        "warnings": _l("提醒数"),
        "new": _l("新增"),
        "changed": _l("变更"),
        "unchanged": _l("未变"),
        "accepted": _l("已确认的提醒"),
    },
)

NOT_YOURS = Reason(_l("您的身份不能导入这类表格。"), next=_l("请由房管部门经办人导入。"))
CHANGED_SINCE = Reason(_l("您确认之后，登记内容又有了变化。"), next=_l("系统没有写入。请重新查看下面的变化，再确认一次。"))


def upload(kind: ImportKind, content: bytes, filename: str, *, as_of: date | None = None, actor, now: datetime) -> ImportJob:
    """Keep a file for import. Raises Refused (field "file") for what is no table or not safe to open."""
    if not kind.may_import(actor):
        raise Refused(NOT_YOURS)
    if check_kind(content, filename) == "xlsx":
        check_workbook(content)
    stored = store_file(content, filename, now=now, allowed=frozenset({"xlsx", "text", "unknown"}), limit_mb=LIMIT_MB)
    job = ImportJob(
        kind=kind.key,
        file=stored,
        filename=stored.filename,
        sha256=stored.sha256,
        division_code=actor.division_code,
        as_of_on=as_of,
        corrections={},
        uploaded_by_id=actor.user_id,
        uploaded_by_name=actor.name,
        uploaded_at=now,
        accepted_warnings=[],
    )
    _begin_run(job, ImportState.READING)
    db.session.add(job)
    record("import.upload", job, actor=actor, now=now, filename=job.filename, sha256=job.sha256)
    return job


def correct(job: ImportJob, corrections: Mapping, *, is_stale: bool, actor, now: datetime) -> None:
    """Read the file again, as a person says. The same corrections again only repeat a reading that was cut off."""
    refuse_if(why_not_correct(job.state, is_stale))
    job.corrections = dict(corrections)
    _begin_run(job, ImportState.READING)
    record("import.correct", job, actor=actor, now=now)


def keep_reading(job: ImportJob, kind: ImportKind, reading: Reading, *, actor, now: datetime) -> Plan:
    """Plan what the file would change and keep the summary for the pages."""
    plan = kind.plan(reading, actor=actor, now=now)
    _keep_plan(job, kind, reading, plan)
    errors = sum(kind.is_error(problem) for problem in (*reading.problems, *plan.problems))
    warnings = len(reading.problems) + len(plan.problems) - errors
    record("import.read", job, actor=actor, now=now, rows=len(reading.rows), errors=errors, warnings=warnings)
    return plan


def _keep_plan(job: ImportJob, kind: ImportKind, reading: Reading, plan: Plan) -> None:
    problems = [*reading.problems, *plan.problems]
    job.reading = summarise_reading(kind, reading, problems)
    job.plan = summarise_plan(plan)
    job.failure = None
    job.run_token = ""
    if any(map(kind.is_error, problems)):
        job.state = ImportState.BLOCKED
    else:
        job.state = ImportState.UNCHANGED if plan.is_empty else ImportState.READY


def keep_refusal(job: ImportJob, refused: Refused, *, actor, now: datetime) -> None:
    """The file turned out to be unreadable."""
    job.state = ImportState.UNREADABLE
    keep_failure(job, refused.reason, actor=actor, now=now)


def warning_codes(kind: ImportKind, job: ImportJob) -> list[str]:
    """Codes of the warnings that a person must accept, in a fixed order."""
    counts = (job.reading or {}).get("problem_counts", {})
    return [code for code in sorted(counts) if kind.problem_kind(code).severity.value == "warning"]


def confirm(job: ImportJob, accepted: Collection[str], *, is_stale: bool, actor, now: datetime) -> None:
    """Say yes to what the plan shows. The work itself is `write_import`, by a worker or at once."""
    kind = kind_of(job)
    if not kind.may_import(actor):
        raise Refused(NOT_YOURS)
    needed = warning_codes(kind, job)
    unconfirmed = [code for code in needed if code not in accepted]
    refuse_if(why_not_confirm(job.state, is_stale, unconfirmed=len(unconfirmed)), field="accept")
    job.accepted_warnings = needed
    job.confirmed_by_id, job.confirmed_by_name, job.confirmed_at = actor.user_id, actor.name, now
    job.failure = None
    _begin_run(job, ImportState.IMPORTING)
    record("import.confirm", job, actor=actor, now=now, accepted=needed or None, sha256=job.sha256)


def write_import(job: ImportJob, reading: Reading, *, actor, now: datetime, progress: Progress) -> dict:
    """Write the plan: all of it or, when anything is in the way, nothing. Raises Refused."""
    kind = kind_of(job)
    plan = kind.plan(reading, actor=actor, now=now)
    if any(map(kind.is_error, (*reading.problems, *plan.problems))) or plan.fingerprint() != job.plan["fingerprint"]:
        raise Refused(CHANGED_SINCE)
    facts = kind.apply(plan, actor=actor, now=now, job=job, progress=progress)
    job.state, job.done_at, job.run_token = ImportState.DONE, now, ""
    job.result = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged, **facts}
    record("import.finish", job, actor=actor, now=now, **job.result)
    return job.result


def keep_failure(job: ImportJob, reason: Reason, *, actor, now: datetime) -> None:
    """A run came to nothing: the page says why."""
    job.failure, job.run_token = freeze(reason), ""
    record("import.fail", job, actor=actor, now=now)


def withdraw(job: ImportJob, *, is_stale: bool, actor, now: datetime) -> None:
    """Give an upload up; the file stays, nothing else was written."""
    refuse_if(why_not_withdraw(job.state, is_stale))
    job.state, job.run_token = ImportState.WITHDRAWN, ""
    record("import.withdraw", job, actor=actor, now=now)


def import_at_once(
    kind_key: str,
    content: bytes,
    filename: str,
    *,
    as_of: date | None = None,
    corrections: Mapping | None = None,
    accept_warnings: bool = False,
    actor,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> ImportJob:
    """Upload, read, confirm and write in the present transaction, for commands and the sample city.

    Raises Refused for an unreadable file. A file with errors comes back BLOCKED, one with warnings that were not
    accepted READY, one that changes nothing UNCHANGED; nothing of them was written.
    """
    kind = find_kind(kind_key)
    job = upload(kind, content, filename, as_of=as_of, actor=actor, now=now)
    job.corrections = dict(corrections or {})
    reading = read_table(kind, content, filename, job.corrections, now=now, as_of=as_of)
    keep_reading(job, kind, reading, actor=actor, now=now)
    codes = warning_codes(kind, job)
    if job.state is not ImportState.READY or (codes and not accept_warnings):
        return job
    confirm(job, codes, is_stale=False, actor=actor, now=now)
    write_import(job, reading, actor=actor, now=now, progress=progress)
    return job


def read_job(job: ImportJob, content: bytes, *, now: datetime) -> Reading:
    return read_table(kind_of(job), content, job.filename, job.corrections or {}, now=now, as_of=job.as_of_on)


def content_of(job: ImportJob) -> bytes:
    return read_file(job.file)


def kind_of(job: ImportJob) -> ImportKind:
    kind = find_kind(job.kind)
    if kind is None:
        raise RuntimeError(f"import kind {job.kind!r} is not registered")
    return kind


def _begin_run(job: ImportJob, state: ImportState) -> None:
    job.state = state
    job.run_token = secrets.token_hex(16)
    job.run_started_at = wall()
