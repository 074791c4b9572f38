"""For everybody: where each yuan went, what is on notice, an application with its reviews and payments, objecting."""

from flask import render_template, request
from flask_babel import gettext as _

from app.common.access import actor, get_or_404, not_found, public
from app.common.audit import history
from app.common.clock import now, today
from app.common.figures import day_text, moment_text
from app.common.forms import attempt
from app.common.i18n import _l
from app.common.money import yuan
from app.common.refusal import refuse_if
from app.common.tables import page_number, paginate, safe_csv, safe_xlsx
from app.communities.models import Compound
from app.extensions import db
from app.funding import actions, queries
from app.funding.actions.applications import computation_of
from app.funding.constraints import SAME_PERSON
from app.funding.forms import ObjectionForm
from app.funding.ledger import EntryKind
from app.funding.lifecycle import ENDED_WITHOUT_MONEY, ApplicationStatus, end_of_day, why_not_object
from app.funding.models import LedgerEntry, Programme
from app.funding.paying import state_now
from app.funding.standing import past_of, payment_fault, standing_of
from app.funding.views.frame import account_text, act_page, bp, readable, row_id, to_application
from app.funding.views.progress import steps_of
from app.funding.views.steps import boxed, steps_for


def payment_filters() -> dict:
    return {
        "programme_id": request.args.get("programme", type=row_id),
        "compound_id": request.args.get("compound", type=row_id),
        "district": request.args.get("district", "")[:12],
        "text": request.args.get("q", "").strip()[:60],
    }


@bp.get("/money")
@public
def money():
    filters = payment_filters()
    page = paginate(queries.payments_made(**filters))
    listed = list(db.session.scalars(queries.programmes()))
    compound = db.session.get(Compound, filters["compound_id"]) if filters["compound_id"] else None
    return render_template(
        "funding/money.html", total=queries.money_totals(), districts=queries.flow_by_district(), page=page, filters=filters,
        flows=[(programme, queries.flow_of(programme.lines)) for programme in listed], names=queries.district_names(), today=today(),
        on_notice=queries.count_notices(now()), compound=compound,
    )  # fmt: skip


PAYMENT_COLUMNS = (
    _l("付款日期"), _l("项目"), _l("申请编号"), _l("区"), _l("小区"), _l("收款单位"), _l("期次"), _l("金额（元）"), _l("凭证号"), _l("复核时间"),
)  # fmt: skip


@bp.get("/money/payments.<any(csv, xlsx):kind>")
@public
def payments_file(kind: str):
    names = queries.district_names()
    rows = []
    for payment in db.session.scalars(queries.payments_made(**payment_filters())):
        application = payment.instalment.application
        amount = yuan(payment.amount_fen).replace(",", "") if kind == "csv" else payment.amount_fen / 100
        rows.append((
            payment.paid_on.isoformat(), application.programme.name, application.number, names.get(application.division_code[:6], ""),
            application.compound_name, application.payee_name, payment.instalment.number, amount, payment.voucher_number,
            moment_text(payment.confirmed_at, weekday=False),
        ))  # fmt: skip
    return (safe_csv if kind == "csv" else safe_xlsx)(_("支付明细"), PAYMENT_COLUMNS, rows)


@bp.get("/money/notices")
@public
def notices():
    page = paginate(queries.notices(now()))
    return render_template("funding/notices.html", page=page, names=queries.district_names(), end_of_day=end_of_day)


@bp.get("/money/programmes/<int:programme_id>/ledger.<any(csv, xlsx):kind>")
@public
def ledger_file(programme_id: int, kind: str):
    programme = get_or_404(Programme, programme_id)
    if programme.activated_at is None:
        not_found()
    header = (_l("序号"), _l("时间"), _l("类别"), _l("转出"), _l("转入"), _l("金额（元）"), _l("申请编号"), _l("小区"), _l("摘要"))
    rows = [_ledger_row(entry, kind) for entry in db.session.scalars(queries.ledger_of(programme_id))]
    return (safe_csv if kind == "csv" else safe_xlsx)(_("账簿"), header, rows)


def _ledger_row(entry: LedgerEntry, kind: str) -> tuple:
    amount = yuan(entry.amount_fen).replace(",", "") if kind == "csv" else entry.amount_fen / 100
    number, compound = (entry.application.number, entry.application.compound_name) if entry.application else ("", "")
    memo = entry.memo if entry.kind in (EntryKind.PAY, EntryKind.RECLAIM) else ""
    return entry.id, moment_text(entry.posted_at, weekday=False), entry.kind.label, entry.source.label, entry.target.label, amount, number, compound, memo  # fmt: skip


@bp.get("/money/applications/<int:application_id>")
@public
def application(application_id: int):
    found = readable(application_id)
    person = actor()
    standing = standing_of(found, now(), past_of(person, found))
    states = [row.state for row in found.instalments]
    is_insider = queries.is_insider(found, person)
    unserved = payment_fault(found, now())
    shown = [state_now(row.number, states, standing.status, found.has_acceptance, unserved is None) for row in found.instalments]
    moves, barred = steps_for(found, standing, person, shown, unserved) if may_act(found) else (set(), [])
    return render_template(
        "funding/application.html", application=found, standing=standing, steps=steps_of(found, now()), computation=computation_of(found),
        names=queries.place_names(found.division_code), moves=moves, acts=boxed(found, moves), same_person=SAME_PERSON,
        states=shown, barred=barred,
        ended_label=ended_label(found), is_insider=is_insider, account=account_text(found, queries.sees_account(found, person)), person=person, end_of_day=end_of_day,
        can_object=why_not_object(found.publicity_ends_on, now()) is None, areas=queries.areas_of(found) if is_insider and found.rates_fen else None,
        trail=paginate(history(found), number=page_number(), per_page=20) if is_insider else None,
    )  # fmt: skip


def ended_label(application):
    """The word above the reason of an end; money that was reclaimed afterwards does not change why it was stopped."""
    return application.status.label if application.status in ENDED_WITHOUT_MONEY else ApplicationStatus.STOPPED.label


def may_act(application) -> bool:
    """Officers act in their own place; the applicant on its own application; a visitor may object."""
    person = actor()
    if person is None or person.organisation_id == application.applicant_id:
        return True
    return person.covers(application.division_code)


@bp.route("/money/applications/<int:application_id>/objection", methods=["GET", "POST"])
@public
def raise_objection(application_id: int):
    found = readable(application_id)
    refuse_if(why_not_object(found.publicity_ends_on, now()))
    form = ObjectionForm()
    if form.validate_on_submit():
        said = {"name": form.name.data, "phone": form.phone.data, "text": form.text.data, "address": request.remote_addr or ""}
        with attempt(form) as done:
            actions.raise_objection(application_id, **said, actor=actor(), now=now())
        if done:
            return to_application(application_id, _("异议已收到，答复前暂停拨付。答复会公布在本页。"))
    return act_page(_("提出异议"), found, form, _("提交异议"), intro=_("公示至 %(day)s 24:00。", day=day_text(found.publicity_ends_on)))
