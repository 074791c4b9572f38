"""The expert pool as the bureau keeps it: the list, one expert, suspension, past posts and recusals."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.accounts.models import Organisation, User
from app.common import clock
from app.common.access import actor, get_or_404, not_found, roles
from app.common.audit import history as history_of
from app.common.forms import attempt
from app.common.imports.kinds import find_kind, register
from app.common.tables import paginate
from app.extensions import db
from app.tenders.actions import experts as actions
from app.tenders.draw import Specialty, TieKind
from app.tenders.expert_import import ExpertImport
from app.tenders.forms.draw import ExpertForm, SuspendForm, TieForm
from app.tenders.models import PoolExpert
from app.tenders.queries import experts as asked
from app.tenders.queries.experts import KEEPERS, READERS
from app.tenders.views.blueprint import bp

register(ExpertImport())


@bp.get("/experts")
@roles(*READERS)
def experts():
    pools = asked.pools_of(actor())
    specialty = next((one for one in Specialty if one.value == request.args.get("specialty")), None)
    text = request.args.get("q", "").strip()[:100]
    return render_template(
        "tenders/experts.html",
        pools=pools,
        kept=[pool for pool in pools if asked.may_keep(pool, actor())],
        waiting=[(pool, asked.unregistered(pool)) for pool in pools],
        page=paginate(asked.experts_in(pools, specialty=specialty, text=text)),
        shares=asked.shares_of(pools),
        specialty=specialty,
        specialties=Specialty,
        text=text,
        areas=asked.division_names(pools),
        may_import=find_kind("experts").may_import(actor()),
    )


@bp.route("/experts/new/<int:pool_id>", methods=["GET", "POST"])
@roles(*KEEPERS)
def new_expert(pool_id: int):
    """Write down somebody who has an account with the pool; only then is this person drawn."""
    pool = get_or_404(Organisation, pool_id)
    if not asked.may_keep(pool, actor()):
        not_found()
    form = _form(pool)
    form.person.choices = [SelectChoice(user.id, user.name) for user in asked.unregistered(pool)]
    if form.validate_on_submit():
        with attempt(form) as done:
            expert = actions.add_expert(get_or_404(User, form.person.data), pool, _card(form), actor=actor(), now=clock.now())
        if done:
            flash(_("已登记。以后冻结名单的项目，会抽到这名专家。"), "success")
            return redirect(url_for(".expert", expert_id=expert.id))
    return render_template("tenders/expert_new.html", pool=pool, form=form if form.person.choices else None)


def _form(pool: Organisation, expert: PoolExpert | None = None) -> ExpertForm:
    values = {"specialty": expert.specialty.value, "employer": expert.employer, "areas": expert.areas} if expert else {}
    form = ExpertForm(data=values)
    form.areas.choices = [SelectChoice(division.code, division.name) for division in asked.divisions_under(pool)]
    if expert is not None:
        del form.person
    return form


def _card(form: ExpertForm) -> actions.Card:
    return actions.Card(Specialty(form.specialty.data), form.employer.data or "", tuple(form.areas.data or ()))


@bp.route("/experts/<int:expert_id>", methods=["GET", "POST"])
@roles(*READERS)
def expert(expert_id: int):
    found = asked.find_expert(expert_id, actor()) or not_found()
    form = _form(found.organisation, found)
    if form.is_submitted() and not asked.may_keep(found.organisation, actor()):
        not_found()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.change_expert(found, _card(form), actor=actor(), now=clock.now())
        if done:
            flash(_("已保存。已经冻结的名单不受影响。"), "success")
            return redirect(url_for(".expert", expert_id=expert_id))
    return _page(found, form=form)


def _page(found: PoolExpert, **forms):
    tie_form, suspend_form = forms.get("tie_form") or TieForm(formdata=None), forms.get("suspend_form") or SuspendForm(formdata=None)
    form = forms.get("form") or _form(found.organisation, found)
    return render_template(
        "tenders/expert.html",
        expert=found,
        may_keep=asked.may_keep(found.organisation, actor()),
        expert_form=form,
        tie_form=tie_form,
        suspend_form=suspend_form,
        areas=asked.division_names([found.organisation]),
        page=paginate(history_of(found)),
        form=next((one for one in (form, tie_form, suspend_form) if one.errors or one.form_errors), None),
    )


def _kept(expert_id: int) -> PoolExpert:
    found = asked.find_expert(expert_id, actor()) or not_found()
    return found if asked.may_keep(found.organisation, actor()) else not_found()


@bp.post("/experts/<int:expert_id>/ties")
@roles(*KEEPERS)
def add_tie(expert_id: int):
    found, form = _kept(expert_id), TieForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.add_tie(
                found,
                TieKind(form.kind.data),
                form.party.data,
                until_on=form.until_on.data,
                note=form.note.data or "",
                actor=actor(),
                now=clock.now(),
            )
        if done:
            flash(_("已登记。公开号码开出以后才登记的，不影响正在抽取的项目。"), "success")
            return redirect(url_for(".expert", expert_id=expert_id))
    return _page(found, tie_form=form)


@bp.post("/experts/<int:expert_id>/ties/<int:tie_id>/void")
@roles(*KEEPERS)
def void_tie(expert_id: int, tie_id: int):
    found = _kept(expert_id)
    tie = next((one for one in found.ties if one.id == tie_id), None) or not_found()
    actions.void_tie(tie, request.form.get("reason", ""), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已作废，原来的登记仍保留在记录里。"), "success")
    return redirect(url_for(".expert", expert_id=expert_id))


@bp.post("/experts/<int:expert_id>/suspend")
@roles(*KEEPERS)
def suspend_expert(expert_id: int):
    found, form = _kept(expert_id), SuspendForm()
    if form.validate_on_submit():
        actions.suspend_expert(found, form.reason.data, actor=actor(), now=clock.now())
        db.session.commit()
        flash(_("已暂停，以后冻结的名单不再列入。"), "success")
        return redirect(url_for(".expert", expert_id=expert_id))
    return _page(found, suspend_form=form)


@bp.post("/experts/<int:expert_id>/resume")
@roles(*KEEPERS)
def resume_expert(expert_id: int):
    actions.resume_expert(_kept(expert_id), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已恢复。"), "success")
    return redirect(url_for(".expert", expert_id=expert_id))
