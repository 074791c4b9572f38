"""Pages that belong to no trade: language, the demonstration clock, health and the standing texts of the footer."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import text
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from app.common import audit, clock, daily
from app.common.access import actor, not_found, public, system_actor
from app.common.figures import moment_text
from app.common.forms import Form, LocalDateTimeField, attempt
from app.common.frame import LANGUAGE_COOKIE, LANGUAGES
from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.extensions import db

bp = Blueprint("common", __name__, template_folder="templates")

audit.label_events({"clock.move": _l("拨动演示时钟")}, {"to_at": _l("拨到")}, objects={"demo_clock": _l("演示时钟")})

PAGES = ("help", "open-data", "accessibility", "privacy")


def safe_next(address: str | None, fallback: str = "/") -> str:
    """An address of this site to go back to; anything else becomes the fallback."""
    parts = urlsplit(address or "")
    is_ours = bool(address) and address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if is_ours and "\\" not in address else fallback


@bp.get("/language/<code>")
@public
def language(code: str):
    if code not in LANGUAGES:
        not_found()
    response = redirect(safe_next(request.args.get("next")))
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=365 * 86400, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


@bp.get("/health")
@public
def health():
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}


@bp.get("/about/<name>")
@public
def page(name: str):
    if name not in PAGES:
        not_found()
    return render_template(f"common/{name}.html")


class ClockForm(Form):
    step = RadioField(
        _l("向前拨"),
        choices=[
            SelectChoice("1", _l("1 天")),
            SelectChoice("3", _l("3 天")),
            SelectChoice("7", _l("7 天")),
            SelectChoice("20", _l("20 天")),
            SelectChoice("to", _l("到指定时间")),
        ],
        default="1",
    )
    to = LocalDateTimeField(_l("指定时间"))


@bp.route("/demo/clock", methods=["GET", "POST"])
@public
def move_clock():
    if not clock.is_demo():
        not_found()
    form = ClockForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            target = _target(form)
            row = db.session.get(clock.DemoClock, 1)
            audit.record("clock.move", row, actor=actor() or system_actor("visitor"), now=clock.now(), to_at=target)
            clock.set_demo(target)
            daily.run(now=target)
        if done:
            flash(_("演示时钟已拨到 %(time)s。", time=moment_text(target)), "success")
            return redirect(safe_next(request.args.get("next"), url_for("common.move_clock")))
    return render_template("common/clock.html", form=form)


def _target(form: ClockForm):
    now = clock.now()
    target = form.to.data if form.step.data == "to" else now + timedelta(days=int(form.step.data))
    if target is None or target < now:
        raise Refused(Reason(_l("演示时钟只能向前拨。"), next=_l("请填写晚于当前演示时间的时间。")), field="to")
    if target > now + timedelta(days=800):
        raise Refused(Reason(_l("一次最多向前拨 800 天。"), next=_l("请填写近一些的时间。")), field="to")
    return target
