"""The home page, each role's desk, the working-day calendar, the audit trail."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.bureau import queries
from app.bureau.forms import CalendarForm
from app.bureau.home import home_page
from app.bureau.objects import objects_of
from app.bureau.starts import starts_of
from app.common import clock
from app.common.access import actor, not_found, public, roles, signed_in
from app.common.audit import EVENT_LABELS
from app.common.calendar_days import CalendarDay, CalendarYear, set_day
from app.common.tables import paginate
from app.extensions import db

RECENT = 6
"""Lines of what the person did last, on the desk."""

bp = Blueprint("bureau", __name__, template_folder="templates")


@bp.get("/")
@public
def home():
    return render_template("bureau/home.html", **home_page(clock.now()))


DOORS = ("community", "enterprise", "bureau")


@bp.get("/start/<name>")
@public
def door(name: str):
    """One of the three doors: what this person can do here, and the way in."""
    if name not in DOORS:
        not_found()
    if actor() is not None:
        return redirect(url_for("bureau.desk"))
    return render_template(f"bureau/door_{name}.html")


@bp.get("/desk")
@signed_in
def desk():
    if actor().role is None:
        return redirect(url_for("accounts.hats"))
    items, recent = queries.desk_items(actor(), clock.now()), queries.own_trail(actor(), limit=RECENT)
    return render_template(
        "bureau/desk.html",
        items=[item for item in items if not item.is_waiting],
        waiting=[item for item in items if item.is_waiting],
        starts=starts_of(actor()),
        recent=recent,
        objects=objects_of(recent, actor(), is_own=True),
    )


@bp.route("/calendar", methods=["GET", "POST"])
@roles(Role.ADMINISTRATOR)
def calendar():
    form = CalendarForm()
    if form.validate_on_submit():
        set_day(form.date.data, is_workday=form.is_workday.data, note=form.note.data, actor=actor(), now=clock.now())
        db.session.commit()
        flash(_("工作日历已修改。"), "success")
        return redirect(url_for("bureau.calendar", year=form.date.data.year))
    year = request.args.get("year", type=int) or clock.today().year
    year = min(max(year, 1949), 2200)
    years = list(db.session.scalars(db.select(CalendarYear).order_by(CalendarYear.year.desc())))
    within = CalendarDay.date.between(date(year, 1, 1), date(year, 12, 31))
    days = list(db.session.scalars(db.select(CalendarDay).where(within).order_by(CalendarDay.date)))
    return render_template("bureau/calendar.html", form=form, years=years, year=year, days=days)


@bp.get("/trail")
@roles(Role.AUDITOR, Role.ADMINISTRATOR)
def trail():
    text, event = request.args.get("q", "").strip(), request.args.get("event", "")
    page = paginate(queries.trail(actor(), text=text, event=event))
    objects = objects_of(page.items, actor())
    return render_template("bureau/trail.html", page=page, q=text, event=event, events=EVENT_LABELS, objects=objects)
