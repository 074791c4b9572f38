"""A person's own key: made in their browser, of which only the public half comes here; replaced, reported lost."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.common import clock
from app.common.access import actor, not_found, roles
from app.common.forms import attempt
from app.extensions import db
from app.log.keys import log_keys
from app.tenders.actions import keys as actions
from app.tenders.forms.holders import LostForm, PublicKeyForm
from app.tenders.holders import HOLDING_ROLES, RetireReason
from app.tenders.models import HolderKey
from app.tenders.queries import holders as asked
from app.tenders.queries.tenders import is_visible
from app.tenders.views.blueprint import bp


@bp.get("/keys")
@roles(*HOLDING_ROLES)
def keys():
    person = actor()
    mine = asked.keys_of(person.user_id)
    lines = asked.lines_of_person(person.user_id)
    bound = {line.key.id for line in lines if line.is_published and line.key is not None}
    return render_template(
        "tenders/keys.html",
        present=next((key for key in mine if key.retired_at is None), None),
        older=[key for key in mine if key.retired_at is not None],
        bound=bound,
        lines=lines,
        visible={line.holder.id for line in lines if is_visible(line.holder.tender, person)},
    )


@bp.route("/keys/new", methods=["GET", "POST"])
@roles(*HOLDING_ROLES)
def new_key():
    """The page that makes a key; it posts the public half alone."""
    form, person = PublicKeyForm(), actor()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.register_key(form.recipient.data, actor=person, now=clock.now())
        if done:
            flash(_("公钥已登记。请把密钥文件和密钥卡分开保管。"), "success")
            return redirect(url_for(".keys"))
        form.recipient.data = ""  # what was refused may be a secret: it is not shown again
    lines = asked.lines_of_person(person.user_id)
    return render_template(
        "tenders/key_new.html",
        form=form,
        present=asked.standing_key(person.user_id),
        again=[line for line in lines if not line.is_published and line.passed_at is not None],
        sealed=[line for line in lines if line.is_published and line.key is not None],
        log_verifier=log_keys().verifier,
    )


@bp.route("/keys/<int:key_id>/lost", methods=["GET", "POST"])
@roles(*HOLDING_ROLES)
def lost_key(key_id: int):
    """What a loss means for each tender, then one button."""
    person = actor()
    key = db.session.get(HolderKey, key_id)
    if key is None or key.user_id != person.user_id or key.reason is RetireReason.LOST:
        not_found()
    form = LostForm()
    if form.validate_on_submit():
        actions.report_lost(key, actor=person, now=clock.now())
        db.session.commit()
        flash(_("已报失。请马上制作新的密钥。"), "success")
        return redirect(url_for(".keys"))
    touched = actions.touched_by(key, asked.lines_of_person(person.user_id))
    return render_template("tenders/key_lost.html", form=form, key=key, touched=touched)
