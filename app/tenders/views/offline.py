"""Sealing without the bid page: when, with what, and how to know that the program is the published one."""

from flask import render_template, send_file

from app.common import clock
from app.common.access import not_found, public
from app.log.queries import served_log
from app.tenders.queries.programs import COMMAND_LINE, OFFLINE_PAGE, find_program, programs, publications, tenders_to_seal_for
from app.tenders.views.blueprint import bp


@bp.get("/seal")
@public
def offline():
    now, log = clock.now(), served_log(clock.now())
    return render_template(
        "tenders/offline.html",
        page=find_program(OFFLINE_PAGE),
        wheel=find_program(COMMAND_LINE),
        programs=programs(),
        shown_leaves=log.size if log else 0,
        publications=publications(),
        tenders=tenders_to_seal_for(now),
        now=now,
    )


@bp.get("/seal/linli-seal.html")
@public
def offline_page():
    """A download: on the site's own address its script is not allowed to run."""
    program = find_program(OFFLINE_PAGE) or not_found()
    return send_file(program.path, mimetype="application/octet-stream", as_attachment=True, download_name=OFFLINE_PAGE)


@bp.get("/seal/<name>.whl")
@public
def offline_wheel(name: str):
    """The command line program, under the name that pip expects."""
    program = find_program(COMMAND_LINE)
    if program is None or program.path.name != f"{name}.whl":
        not_found()
    return send_file(program.path, mimetype="application/octet-stream", as_attachment=True, download_name=program.path.name)
