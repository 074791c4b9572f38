"""Coverage, the register of compounds, one compound and its correction."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

import app.communities.census.importing  # noqa: F401 - makes the census known to the import pages
from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, get_or_404, not_found, public, roles
from app.common.forms import attempt
from app.common.tables import Sort, paginate, safe_csv, safe_xlsx, unknown_names
from app.communities import actions, queries
from app.communities.coverage import Basis, Step, find_items, steps_by_mode, steps_reached
from app.communities.forms import CorrectionForm
from app.communities.models import Compound
from app.communities.queries.since import census_of, changes_since_census
from app.communities.records import LABELS, counted_by_the_bureau, may_correct_counted, show_value, why_not_correct
from app.communities.rules import LEVEL_OF_LENGTH, ManagementMode
from app.communities.views import shown
from app.extensions import db

bp = Blueprint("communities", __name__, template_folder="../templates")

MOST_POINTS = 2000
CHILD_LENGTH = {0: 6, 4: 6, 6: 9, 9: 12, 12: 12}
DOWNLOAD_LIMIT = 100_000


@bp.get("/coverage")
@public
def coverage():
    return _coverage("")


@bp.get("/coverage/<code>")
@public
def coverage_of(code: str):
    return _coverage(code)


def _coverage(code: str):
    path = queries.place_path(code) if code else []
    if code and (not path or path[-1].code != code):
        not_found()
    basis = Basis.CHECKED if request.args.get("basis") == Basis.CHECKED.value else Basis.MODE
    length = CHILD_LENGTH[len(code)]
    tallies = queries.tallies(code, (len(code), length))
    whole = tallies.get(code) or queries.Tally()
    children = {key: tally for key, tally in sorted(tallies.items()) if len(key) == length and key != code}
    points = shown.map_points(queries.points(code, whole, MOST_POINTS)) if whole.placed else []
    return render_template(
        "communities/coverage.html", code=code, path=path, whole=whole, children=children, names=queries.place_names(children),
        points=points, basis=basis, Basis=Basis, Step=Step, shown=shown, child_level=LEVEL_OF_LENGTH[length],
        census=census_of(whole, changes_since_census(code)), today=clock.today(),
    )  # fmt: skip


@bp.get("/coverage.<suffix>")
@public
def coverage_table(suffix: str):
    if suffix not in {"csv", "xlsx"}:
        not_found()
    tallies = queries.tallies("", (4, 6, 9, 12))
    levels = {length: str(level.label) for length, level in LEVEL_OF_LENGTH.items()}
    changes = changes_since_census("")
    censuses = {code: census_of(tally, changes, code) for code, tally in tallies.items()}
    rows = shown.download_rows(tallies, censuses, queries.place_names(tallies), levels, clock.today())
    return (safe_csv if suffix == "csv" else safe_xlsx)(_("物业覆盖"), shown.download_header(), rows)


@bp.get("/compounds")
@public
def index():
    filters, sort = _filters(), Sort.from_request(queries.SORTS, "place")
    page = paginate(queries.compounds(filters).order_by(*sort.order_by(Compound.name, Compound.id)))
    return render_template(
        "communities/compounds.html", page=page, sort=sort, filters=filters, modes=ManagementMode,
        places=queries.divisions_with_compounds(), names=queries.place_names(c.division_code for c in page.items),
    )  # fmt: skip


@bp.get("/compounds.<suffix>")
@public
def index_table(suffix: str):
    if suffix not in {"csv", "xlsx"}:
        not_found()
    found = list(
        db.session.scalars(queries.compounds(_filters()).order_by(Compound.division_code, Compound.name, Compound.id).limit(DOWNLOAD_LIMIT))
    )
    names = queries.place_names({c.division_code for c in found})
    header, rows = shown.register_table(found, names)
    return (safe_csv if suffix == "csv" else safe_xlsx)(_("楼院名册"), header, rows)


@bp.get("/compounds/<int:compound_id>")
@public
def show(compound_id: int):
    compound = get_or_404(Compound, compound_id)
    findings = find_items(compound.mode, vars(compound))
    return render_template(
        "communities/compound.html", compound=compound, path=queries.place_path(compound.division_code), findings=findings,
        reached=steps_reached(findings), by_mode=steps_by_mode(compound.mode), Step=Step, job=queries.import_job(compound.import_job_id),
        points=shown.neighbour_points(compound, queries.neighbours(compound)), may_correct=_may_correct(compound), show=show_value, labels=LABELS,
    )  # fmt: skip


@bp.get("/compounds/<int:compound_id>/history")
@public
def history(compound_id: int):
    compound = get_or_404(Compound, compound_id)
    past = shown.past_changes(queries.audit_rows(compound), queries.revisions(compound))
    return render_template("communities/history.html", compound=compound, past=past, show=show_value, labels=LABELS)


@bp.route("/compounds/<int:compound_id>/correct", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER, Role.BUREAU_OFFICER)
def correct(compound_id: int):
    compound = db.session.get(Compound, compound_id, with_for_update=request.method == "POST") or not_found()
    if not _may_correct(compound):
        not_found()
    may_count = may_correct_counted(actor())
    form = CorrectionForm.of(compound, today_year=clock.today().year, may_count=may_count)
    if form.validate_on_submit():
        with attempt(form) as done:
            text = form.version.data or ""
            version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
            actions.correct_compound(
                compound, form.values(), reason=form.reason.data, version=version, is_checked=may_count and form.is_checked.data,
                actor=actor(), now=clock.now(),
            )  # fmt: skip
        if done:
            flash(_("已更正“%(name)s”的资料。", name=compound.name), "success")
            return redirect(url_for("communities.show", compound_id=compound_id))
    bureau = "" if may_count else queries.bureau_over(compound.division_code)
    return render_template(
        "communities/correct.html", compound=compound, form=form, may_count=may_count,
        counted=None if may_count else counted_by_the_bureau(bureau),
    )  # fmt: skip


@bp.get("/census")
@roles(Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)
def imports():
    """Where the desk's "import the census" leads: straight to uploading for those who may."""
    if actor().role is Role.BUREAU_OFFICER:
        return redirect(url_for("imports.new", key="census"))
    return redirect(url_for("imports.index"))


def _may_correct(compound: Compound) -> bool:
    return why_not_correct(actor(), division_code=compound.division_code, owners_committee_id=compound.owners_committee_id) is None


def _filters() -> queries.Filters:
    """From the address; what makes no sense there is not used, and named."""
    given = request.args
    mode, place, committee = given.get("mode", ""), given.get("place", ""), given.get("committee", "")
    found = queries.Filters(
        text=given.get("q", "").strip()[:60],
        place=place if place.isascii() and place.isdigit() and len(place) in LEVEL_OF_LENGTH else "",
        mode=ManagementMode(mode) if mode in {m.value for m in ManagementMode} else None,
        year_from=_year(given.get("from", "")),
        year_to=_year(given.get("to", "")),
        has_committee={"yes": True, "no": False}.get(committee),
    )
    used = (
        (_("区县、街道"), place, found.place),
        (_("管理方式"), mode, found.mode),
        (_("业主委员会"), committee, committee in ("yes", "no")),
        (_("建成年份，从"), given.get("from", ""), found.year_from),
        (_("到"), given.get("to", ""), found.year_to),
    )
    ignored = tuple(label for label, typed, value in used if typed.strip() and not value)
    return replace(found, ignored=(*ignored, *unknown_names("q", "place", "mode", "committee", "from", "to")))


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None
