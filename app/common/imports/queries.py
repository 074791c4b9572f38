"""What the import pages ask."""

from sqlalchemy import or_, select

from app.common.imports.kinds import all_kinds, find_kind
from app.common.imports.models import ImportJob
from app.common.imports.states import ImportState
from app.extensions import db


def visible_kinds(actor) -> list:
    return [kind for kind in all_kinds() if kind.may_see(actor)]


def jobs_for(actor):
    """Uploads that a person may see, newest first: of kinds open to their role, within their place."""
    keys = [kind.key for kind in visible_kinds(actor)]
    query = select(ImportJob).where(ImportJob.kind.in_(keys)).order_by(ImportJob.id.desc())
    place = actor.division_code
    if not place:
        return query.where(ImportJob.id.is_(None))
    return query.where(or_(ImportJob.division_code == "", ImportJob.division_code.startswith(place, autoescape=True)))


def may_see_job(actor, job: ImportJob) -> bool:
    kind = find_kind(job.kind)
    return kind is not None and kind.may_see(actor) and (not job.division_code or actor.covers(job.division_code))


def may_work_on(actor, job: ImportJob) -> bool:
    """Whoever may import in the place may also finish what a colleague uploaded."""
    kind = find_kind(job.kind)
    return may_see_job(actor, job) and kind.may_import(actor) and actor.division_code == job.division_code


def earlier_import(job: ImportJob) -> ImportJob | None:
    """The same file, imported before."""
    query = (
        select(ImportJob)
        .where(ImportJob.kind == job.kind, ImportJob.sha256 == job.sha256, ImportJob.id < job.id, ImportJob.state == ImportState.DONE)
        .order_by(ImportJob.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def waiting_jobs(actor) -> list[ImportJob]:
    """Uploads that wait for somebody of this actor's place to confirm or mend them."""
    states = (ImportState.READY, ImportState.BLOCKED)
    rows = db.session.scalars(jobs_for(actor).where(ImportJob.state.in_(states)).limit(20))
    return [job for job in rows if may_work_on(actor, job)]
