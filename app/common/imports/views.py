"""Pages of bringing a table in: the list of uploads, one upload from layout to result."""

from functools import partial

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.common import clock
from app.common.access import actor, get_or_404, not_found, signed_in
from app.common.files import send_stored_file
from app.common.forms import attempt
from app.common.imports import actions, queries, runs, shown
from app.common.imports.forms import UploadForm, read_corrections
from app.common.imports.kinds import find_kind
from app.common.imports.models import ImportJob
from app.common.imports.states import WORKING, ImportState, why_not_correct, why_not_withdraw
from app.common.imports.summary import thaw
from app.common.refusal import Refused
from app.common.tables import paginate, safe_xlsx
from app.extensions import db

bp = Blueprint("imports", __name__, url_prefix="/imports", template_folder="../templates")


@bp.get("")
@signed_in
def index():
    kinds = queries.visible_kinds(actor())
    if not kinds:
        not_found()
    page = paginate(queries.jobs_for(actor()))
    return render_template("imports/index.html", kinds=kinds, page=page, may=partial(_may_import, actor()), kind_of=actions.kind_of)


@bp.route("/new/<key>", methods=["GET", "POST"])
@signed_in
def new(key: str):
    kind = find_kind(key)
    if kind is None or not kind.may_import(actor()):
        not_found()
    form = UploadForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            if reason := form.why_not_as_of():
                raise Refused(reason, field="as_of")
            job = actions.upload(kind, *form.uploaded(), as_of=form.as_of.data, actor=actor(), now=clock.now())
        if done:
            return _start(job)
    return render_template("imports/new.html", form=form, kind=kind)


@bp.get("/<int:job_id>")
@signed_in
def show(job_id: int):
    job = _job(job_id)
    is_stale = runs.is_job_stale(job)
    is_working = job.state in WORKING and not is_stale
    if request.headers.get("HX-Request") and not is_working:
        return Response("", mimetype="text/plain", headers={"HX-Refresh": "true"})
    kind = actions.kind_of(job)
    return render_template(
        "imports/show.html", job=job, kind=kind, may_work=queries.may_work_on(actor(), job), is_working=is_working, is_stale=is_stale,
        progress=runs.shown(job) if is_working else None, groups=shown.warning_groups(kind, job), problems=shown.all_problems(kind, job), problem_count=shown.problem_count(job), layouts=shown.layouts(kind, job),
        left_out=shown.left_out(job), earlier=queries.earlier_import(job), shown=shown, states=ImportState, failure=thaw(job.failure),
        may_correct=why_not_correct(job.state, is_stale) is None, may_withdraw=why_not_withdraw(job.state, is_stale) is None,
        result_url=kind.result_url(job), warnings=actions.warning_codes(kind, job),
    )  # fmt: skip


@bp.route("/<int:job_id>/layout", methods=["GET", "POST"])
@signed_in
def layout(job_id: int):
    job = _work(job_id)
    kind, error = actions.kind_of(job), ""
    if not job.reading:
        not_found()
    if request.method == "POST":
        try:
            actions.correct(
                job, read_corrections(kind, request.form, job.reading), is_stale=runs.is_job_stale(job), actor=actor(), now=clock.now()
            )
        except Refused as refused:
            error = str(refused.reason)
        else:
            db.session.commit()
            return _start(job)
    return render_template(
        "imports/layout.html", job=job, kind=kind, layouts=shown.layouts(kind, job), choices=shown.choices(kind), error=error,
        skipped=job.corrections.get("skip", []),
    )  # fmt: skip


@bp.post("/<int:job_id>/again")
@signed_in
def again(job_id: int):
    """Repeat a reading that was cut off."""
    job = _work(job_id)
    actions.correct(job, job.corrections, is_stale=runs.is_job_stale(job), actor=actor(), now=clock.now())
    db.session.commit()
    return _start(job)


@bp.post("/<int:job_id>/confirm")
@signed_in
def confirm(job_id: int):
    job = _work(job_id)
    try:
        actions.confirm(job, request.form.getlist("accept"), is_stale=runs.is_job_stale(job), actor=actor(), now=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(str(refused.reason), "error")
        return redirect(url_for("imports.show", job_id=job_id))
    db.session.commit()
    return _start(job)


@bp.post("/<int:job_id>/withdraw")
@signed_in
def withdraw(job_id: int):
    job = _work(job_id)
    actions.withdraw(job, is_stale=runs.is_job_stale(job), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已放弃，没有写入任何内容。"), "success")
    return redirect(url_for("imports.index"))


@bp.get("/<int:job_id>/file")
@signed_in
def file(job_id: int):
    return send_stored_file(_job(job_id).file)


@bp.get("/<int:job_id>/problems.xlsx")
@signed_in
def problems(job_id: int):
    job = _job(job_id)
    rows = [(str(p.severity.label), p.place, p.column, p.value, p.text, p.mend) for p in shown.all_problems(actions.kind_of(job), job)]
    header = [_("类别"), _("位置"), _("列"), _("原内容"), _("问题"), _("怎样改")]
    return safe_xlsx(_("导入问题-%(number)s", number=job.id), header, rows)


def _start(job: ImportJob):
    job_id = job.id
    runs.start(job, actor())
    return redirect(url_for("imports.show", job_id=job_id))


def _may_import(person, kind) -> bool:
    return kind.may_import(person)


def _job(job_id: int) -> ImportJob:
    job = get_or_404(ImportJob, job_id)
    return job if queries.may_see_job(actor(), job) else not_found()


def _work(job_id: int) -> ImportJob:
    """The upload, locked where something is sent, for somebody who may work on it."""
    job = db.session.get(ImportJob, job_id, with_for_update=request.method == "POST") or not_found()
    return job if queries.may_work_on(actor(), job) else not_found()
