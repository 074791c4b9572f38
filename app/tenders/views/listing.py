"""Lists: the public tenders, a tenderer's own, the bureau's filings, the parameters in force."""

from flask import render_template, request
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, public, roles
from app.common.tables import Sort, paginate, unknown_names
from app.tenders.kinds import Regime
from app.tenders.parameters import CURRENT_VERSION, VERSIONS, shown_value, version_label
from app.tenders.queries import tenders as asked
from app.tenders.queries.drafting import own_compounds
from app.tenders.views.blueprint import bp

PER_PAGE = 30


def _member(enum, key: str):
    value = request.args.get(key, "")
    return enum(value) if value in {m.value for m in enum} else None


def _wanted() -> asked.ListFilter:
    division, compound = request.args.get("district", ""), request.args.get("compound", "")
    return asked.ListFilter(
        division_code=division if division.isascii() and division.isdigit() and len(division) <= 12 else "",
        state=_member(asked.State, "state"),
        size=_member(asked.Size, "size"),
        due=_member(asked.Due, "due"),
        words=request.args.get("q", "").strip()[:60],
        compound_id=int(compound) if compound.isascii() and compound.isdigit() and len(compound) < 10 else None,
    )


@bp.get("/tenders")
@public
def index():
    now, wanted = clock.now(), _wanted()
    is_sorted = request.args.get("sort", "").removeprefix("-") in asked.SORTS
    sort = Sort.from_request(asked.SORTS, "deadline") if is_sorted else Sort("", False, asked.SORTS)
    statement = asked.public_tenders(wanted, now)
    order = sort.order_by(asked.Tender.id.desc()) if is_sorted else asked.open_first(now)
    page = paginate(statement.order_by(*order), per_page=PER_PAGE)
    return render_template(
        "tenders/index.html",
        page=page,
        sort=sort,
        wanted=wanted,
        phases=asked.phases(page.items, now),
        places=asked.place_names([t.division_code for t in page.items]),
        district_choices=[SelectChoice(d.code, d.name) for d in asked.districts_with_tenders()],
        states=asked.State,
        sizes=asked.Size,
        dues=asked.Due,
        ignored=_ignored(wanted),
    )


def _ignored(wanted: asked.ListFilter) -> list[str]:
    """What the address asks for and the list does not understand: named above it."""
    used = (
        ("district", _("区县"), wanted.division_code),
        ("state", _("状态"), wanted.state),
        ("size", _("规模"), wanted.size),
        ("due", _("截止"), wanted.due),
        ("compound", _("楼院"), wanted.compound_id),
    )
    named = [label for key, label, value in used if request.args.get(key, "").strip() and not value]
    return [*named, *unknown_names("q", *(key for key, _label, _value in used))]


@bp.get("/tenders/mine")
@roles(Role.COMMUNITY_MANAGER)
def mine():
    page = paginate(asked.own_tenders(actor()), per_page=PER_PAGE)
    return render_template(
        "tenders/mine.html",
        page=page,
        phases=asked.phases(page.items, clock.now()),
        has_compounds=asked.has_rows(own_compounds(actor())),
    )


@bp.get("/tenders/filings")
@roles(Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.AUDITOR)
def filings():
    page = paginate(asked.submitted_tenders(actor()), per_page=PER_PAGE)
    return render_template("tenders/filings.html", page=page, places=asked.place_names([f.tender.division_code for f in page.items]))


@bp.get("/rules")
@public
def rules():
    versions = [(version, version_label(version)) for version in VERSIONS]
    return render_template(
        "tenders/rules.html",
        parameters=VERSIONS[CURRENT_VERSION],
        version=version_label(CURRENT_VERSION),
        versions=versions,
        regimes=Regime,
        shown=shown_value,
    )
