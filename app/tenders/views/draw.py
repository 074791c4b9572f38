"""The draw of a committee: everything for everybody to read and to compute again, and what each side has to do."""

from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, public, roles
from app.common.files import name_download
from app.common.forms import attempt
from app.extensions import db
from app.log.alone import one_file
from app.tenders import draw as rules
from app.tenders.actions import drawing as actions
from app.tenders.actions.evaluating import may_organise
from app.tenders.draw import PublicNumber, Specialty
from app.tenders.draw_words import spoken_words
from app.tenders.forms.draw import CommitForm, FreezeForm, NumberForm, PlanForm, RevealForm
from app.tenders.lifecycle import Status
from app.tenders.models import Tender
from app.tenders.queries import draw as asked
from app.tenders.queries.draw_bundle import bundle
from app.tenders.queries.draw_shown import Stage, draw_shown, stage_of
from app.tenders.queries.tenders import find_own_tender, find_tender
from app.tenders.views.blueprint import bp

SIDES = (Role.COMMUNITY_MANAGER, Role.LEGAL_OFFICER)


def _load(number: str) -> Tender:
    tender = find_tender(number, actor()) or not_found()
    return tender if tender.published_at is not None else not_found()


def _page(tender: Tender, **forms):
    """The public page, with the form that waits for whoever looks."""
    person, now, shown = actor(), clock.now(), draw_shown(tender)
    side = asked.side_of(tender, person)
    stage = stage_of(shown.last, tender, now) if shown.last else None
    may_walk = (
        stage in (Stage.DRAW, Stage.REPLACE) and tender.status is Status.OPENED and person is not None and may_organise(tender, person)
    )
    rounds = [one.found for one in shown.rounds]
    form = next((form for form in forms.values() if form.errors or form.form_errors), None)
    return render_template(
        "tenders/draw.html",
        tender=tender,
        now=now,
        draw=shown,
        stage=stage,
        stages=Stage,
        side=side,
        own=next((part for part in shown.last.parts if part.side is side), None) if shown.last else None,
        barred=actions.why_not_both_sides(tender, shown.last.found, side, actor=person) if shown.last and side else None,
        may_walk=may_walk,
        may_freeze=side is rules.Side.BUREAU and actions.why_not_freeze(tender, rounds, actor=person) is None,
        commit_form=forms.get("commit_form") or CommitForm(formdata=None),
        reveal_form=forms.get("reveal_form") or RevealForm(formdata=None),
        number_form=_worded(forms.get("number_form") or NumberForm(formdata=None, data=_announced(shown)), shown),
        form=form,
        words=spoken_words(),
    )


def _announced(shown) -> dict:
    return {"drawn_on": shown.last.found.number_on} if shown.last else {}


def _worded(form: NumberForm, shown) -> NumberForm:
    if shown.last:
        form.word_for(shown.last.found.number_kind)
    return form


@bp.get("/tenders/<number>/draw")
@public
def draw(number: str):
    return _page(_load(number))


@bp.get("/tenders/<number>/draw.json")
@public
def draw_bundle(number: str):
    found = jsonify(bundle(_load(number)))
    name_download(found, f"draw-{number}.json")
    return found


@bp.get("/tenders/draw.html")
@public
def draw_alone():
    """The recomputation of any draw, in one file that works from a disk."""
    return one_file(render_template("tenders/draw_alone.html", words=spoken_words()), "draw-check.js", "linli-draw.html")


# --- the seeds -----------------------------------------------------------------------------------------------------------


@bp.post("/tenders/<number>/draw/commit")
@roles(*SIDES)
def commit_draw_value(number: str):
    tender, form = _load(number), CommitForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.commit_value(tender, form.committed.data, actor=actor(), now=clock.now())
        if done:
            flash(_("承诺值已提交。请保管好随机数，投标截止以后、开奖日 20:00 以前回到本页公开。"), "success")
            return redirect(url_for(".draw", number=number))
    return _page(tender, commit_form=form)


@bp.post("/tenders/<number>/draw/reveal")
@roles(*SIDES)
def reveal_draw_value(number: str):
    tender, form = _load(number), RevealForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.reveal_value(tender, form.value.data, actor=actor(), now=clock.now())
        if done:
            flash(_("随机数已公开，与承诺值相符。"), "success")
            return redirect(url_for(".draw", number=number))
    return _page(tender, reveal_form=form)


@bp.post("/tenders/<number>/draw/number")
@roles(*SIDES)
def enter_draw_number(number: str):
    tender, form = _load(number), NumberForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.enter_number(
                tender,
                (form.first.data, form.second.data),
                issue=form.issue.data,
                drawn_on=form.drawn_on.data,
                source=form.source.data,
                actor=actor(),
                now=clock.now(),
            )
        if done:
            _flash_number(draw_shown(tender).last)
            return redirect(url_for(".draw", number=number))
    return _page(tender, number_form=form)


def _flash_number(last) -> None:
    if last.number is not None:
        flash(_("双方登记的号码一致，可以抽取。"), "success")
    elif last.entries_differ:
        flash(_("号码已登记，但与另一方登记的不一致，请双方核对公告后重新登记。"), "warning")
    else:
        flash(_("号码已登记，等另一方登记同样的号码。"), "success")


# --- plan, pool and walk -------------------------------------------------------------------------------------------------


@bp.route("/tenders/<number>/draw/plan", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def draw_plan(number: str):
    """Before the notice the tenderer says how large the committee is and whom it is drawn from."""
    tender = find_own_tender(number, actor()) or not_found()
    plan = asked.plan_of(tender)
    form = PlanForm(
        data={"seats": plan.seats, "representatives": plan.representatives, "specialties": [one.value for one in plan.specialties]}
    )
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.write_plan(
                tender,
                seats=form.seats.data,
                representatives=form.representatives.data,
                specialties=[Specialty(value) for value in form.specialties.data],
                actor=actor(),
                now=clock.now(),
            )
        if done:
            flash(_("评标委员会的组成已保存，将随公告公开。"), "success")
            return redirect(url_for(".draw_plan", number=number))
    why_not = actions.why_not_write_plan(tender, actor=actor())
    return render_template("tenders/draw_plan.html", tender=tender, form=form, plan=plan, why_not=why_not)


@bp.route("/tenders/<number>/draw/freeze", methods=["GET", "POST"])
@roles(Role.LEGAL_OFFICER)
def freeze_pool(number: str):
    """Where the pool was too small at publication, or is used up."""
    tender, now = _load(number), clock.now()
    if not actor().covers(tender.division_code):
        not_found()
    rounds = asked.rounds_of(tender)
    kind, day = rules.first_number_day(actions.commitments_end(tender, now))
    form = FreezeForm(data={"kind": kind.value, "number_on": day})
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.freeze_pool(
                tender,
                reason=form.reason.data,
                kind=PublicNumber(form.kind.data),
                number_on=form.number_on.data,
                actor=actor(),
                now=now,
            )
        if done:
            flash(_("专家名单已冻结，校验值已公开。"), "success")
            return redirect(url_for(".draw", number=number))
    return render_template(
        "tenders/draw_freeze.html",
        tender=tender,
        form=form,
        commit_until=actions.commitments_end(tender, now),
        why_not=actions.why_not_freeze(tender, rounds, actor=actor()),
        now=now,
    )


@bp.post("/tenders/<number>/draw/walk")
@roles(*SIDES)
def walk_draw(number: str):
    tender = _load(number)
    steps = actions.draw_committee(tender, actor=actor(), now=clock.now())
    db.session.commit()
    drawn = sum(step.outcome is rules.Drawn.SEATED for step in steps)
    flash(_("已按顺序抽取专家 %(drawn)d 名，回避 %(skipped)d 名。", drawn=drawn, skipped=len(steps) - drawn), "success")
    return redirect(url_for(".draw", number=number, _anchor="sequence"))
