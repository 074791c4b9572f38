"""Addresses of enterprises: the directory and its downloads, an enterprise, the method; an enterprise's own file; the bureau's work."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.rules import Role
from app.common import audit
from app.common.access import actor, get_or_404, not_found, public, roles
from app.common.clock import now, today
from app.common.forms import attempt
from app.common.imports.kinds import register
from app.common.tables import Sort, paginate, safe_csv, safe_xlsx
from app.enterprises import actions, capacity, credibility, exports, published, queries
from app.enterprises.conduct_import import ConductImport
from app.enterprises.facts import area_words
from app.enterprises.forms import ConductForm, FactsForm, RegisterForm, RevokeForm, VerifyForm
from app.enterprises.list_import import RecommendedListImport
from app.enterprises.models import ConductRecord, Enterprise
from app.enterprises.permissions import is_own, may_open_account, may_record_conduct, may_see_history, may_verify
from app.enterprises.queries.directory import COLUMNS, Filters, read_directory, read_whole
from app.enterprises.queries.page import read_page, worked_examples
from app.enterprises.rules import ConductKind, FactName, Level, Verification, shown_batch, shown_district
from app.extensions import db

bp = Blueprint("enterprises", __name__, url_prefix="/enterprises", template_folder="templates")

bp.add_app_template_global(area_words, "area_words")
bp.add_app_template_global(shown_batch, "shown_batch")
bp.add_app_template_filter(shown_district, "shown_district")

register(RecommendedListImport())
register(ConductImport())


@bp.get("")
@public
def index():
    filters = Filters.from_address(request.args)
    sort = Sort.from_request(COLUMNS, "name")
    return render_template(
        "enterprises/index.html",
        directory=read_directory(filters, sort, now()),
        filters=filters,
        sort=sort,
        districts=queries.districts_in_use(),
        batches=queries.batches(),
        levels=list(Level),
    )


@bp.get("/export/<any(csv, xlsx):kind>")
@public
def export(kind: str):
    listed = read_whole(Filters.from_address(request.args), now())
    write = safe_csv if kind == "csv" else safe_xlsx
    return write(_("物业服务企业名录"), exports.HEADER, exports.rows(listed, now()))


@bp.get("/method")
@public
def method():
    scores = queries.credibility_scores(now())
    return render_template(
        "enterprises/method.html",
        credibility_parameters=published.credibility_parameters(),
        capacity_parameters=published.capacity_parameters(),
        credibility_rules=credibility.CREDIBILITY,
        capacity_rules=capacity.CAPACITY,
        examples=worked_examples(now()),
        city_mean=scores.city_mean,
        enterprises_with_records=len(scores.standings),
    )


@bp.get("/<int:enterprise_id>")
@public
def show(enterprise_id: int):
    enterprise = get_or_404(Enterprise, enterprise_id)
    person = actor()
    return render_template(
        "enterprises/show.html",
        enterprise=enterprise,
        page=read_page(enterprise, now(), sees_archive=may_see_history(person, enterprise)),
        history=paginate(audit.history(enterprise), per_page=20) if may_see_history(person, enterprise) else None,
        is_own=is_own(person, enterprise),
        may_record=may_record_conduct(person),
        may_open_account=may_open_account(person),
        may_verify=may_verify(person) and enterprise.verification is not Verification.VERIFIED,
    )


@bp.get("/mine")
@roles(Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)
def mine():
    enterprise = queries.find_by_organisation(actor().organisation_id)
    if enterprise is None:
        return render_template("enterprises/not_linked.html")
    return redirect(url_for("enterprises.show", enterprise_id=enterprise.id))


@bp.route("/mine/facts", methods=["GET", "POST"])
@roles(Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)
def state_facts():
    enterprise = queries.find_by_organisation(actor().organisation_id) or not_found()
    form = FactsForm(
        data={name.value: getattr(enterprise, name.value, None) for name in FactName}
        | {"service_area": list(enterprise.district_names), "as_of": today()}
    )
    form.offer_districts([*queries.districts_in_use(), *enterprise.district_names])
    if form.validate_on_submit():
        with attempt(form) as done:
            changed = actions.state_facts(enterprise, form.said(), as_of=form.as_of.data, actor=actor(), now=now())
        if done:
            flash(_("已保存 %(count)d 项变化。", count=len(changed)) if changed else _("内容没有变化。"), "success")
            return redirect(url_for("enterprises.show", enterprise_id=enterprise.id))
    return render_template("enterprises/facts_form.html", form=form, enterprise=enterprise)


@bp.route("/new", methods=["GET", "POST"])
@roles(Role.BUREAU_OFFICER)
def new():
    form = RegisterForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            enterprise = actions.register_enterprise(uscc=form.uscc.data, name=form.name.data, actor=actor(), now=now())
        if done:
            flash(_("已登记，等待核验。"), "success")
            return redirect(url_for("enterprises.show", enterprise_id=enterprise.id))
    return render_template("enterprises/new.html", form=form)


@bp.post("/<int:enterprise_id>/account")
@roles(Role.ADMINISTRATOR)
def open_account(enterprise_id: int):
    enterprise = get_or_404(Enterprise, enterprise_id)
    organisation = actions.open_account(enterprise, actor=actor(), now=now())
    db.session.commit()
    flash(_("已为企业开通账号。请邀请企业的签章人，由签章人再邀请本企业的同事。"), "success")
    return redirect(url_for("accounts.organisation", organisation_id=organisation.id))


@bp.route("/<int:enterprise_id>/verification", methods=["GET", "POST"])
@roles(Role.BUREAU_OFFICER)
def verify(enterprise_id: int):
    enterprise = get_or_404(Enterprise, enterprise_id)
    form = VerifyForm()
    if form.validate_on_submit():
        decide = actions.verify_enterprise if request.form.get("decision") == "pass" else actions.refuse_verification
        with attempt(form) as done:
            decide(enterprise, note=form.note.data or "", actor=actor(), now=now())
        if done:
            flash(_("核验结果已登记。"), "success")
            return redirect(url_for("enterprises.show", enterprise_id=enterprise_id))
    return render_template("enterprises/verify.html", form=form, enterprise=enterprise)


@bp.route("/<int:enterprise_id>/conduct/new", methods=["GET", "POST"])
@roles(Role.BUREAU_OFFICER)
def record_conduct(enterprise_id: int):
    enterprise = get_or_404(Enterprise, enterprise_id)
    form = ConductForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.record_conduct(
                enterprise,
                occurred_on=form.occurred_on.data,
                kind=ConductKind(form.kind.data),
                matter=form.matter.data,
                points=form.signed_points(),
                document_number=form.document_number.data,
                expires_on=form.expires_on.data,
                actor=actor(),
                now=now(),
            )
        if done:
            flash(_("信用记录已登记，信用分随即重新计算。"), "success")
            return redirect(url_for("enterprises.show", enterprise_id=enterprise_id, _anchor="conduct"))
    return render_template("enterprises/conduct_form.html", form=form, enterprise=enterprise)


@bp.route("/<int:enterprise_id>/conduct/<int:record_id>/revoke", methods=["GET", "POST"])
@roles(Role.BUREAU_OFFICER)
def revoke_conduct(enterprise_id: int, record_id: int):
    row = get_or_404(ConductRecord, record_id)
    if row.enterprise_id != enterprise_id:
        not_found()
    form = RevokeForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.revoke_conduct(row, reason=form.reason.data, actor=actor(), now=now())
        if done:
            flash(_("记录已撤销，从现在起不再计分。"), "success")
            return redirect(url_for("enterprises.show", enterprise_id=enterprise_id, _anchor="conduct"))
    return render_template("enterprises/revoke.html", form=form, row=row, enterprise=row.enterprise)
