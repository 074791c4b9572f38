"""Evaluation: the organisers' page with committee and alarms, and the evaluators' blind sheets."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.accounts.models import User
from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, get_or_404, not_found, roles
from app.common.forms import attempt
from app.extensions import db
from app.tenders.actions import drawing
from app.tenders.actions import evaluating as actions
from app.tenders.forms.draw import RepresentativeForm
from app.tenders.forms.evaluating import ReasonForm, RejectionForm, sheet_form_for, sheet_values
from app.tenders.kinds import RejectionGround, RejectionVoice
from app.tenders.lifecycle import Status
from app.tenders.models import Tender
from app.tenders.queries import bids as read
from app.tenders.queries import draw as draws
from app.tenders.queries import evaluation as asked
from app.tenders.queries.findings import gaps_found
from app.tenders.queries.tenders import find_tender, is_own
from app.tenders.views.blueprint import bp

ORGANISERS = (Role.COMMUNITY_MANAGER, Role.LEGAL_OFFICER)
ONLOOKERS = (Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.AUDITOR)
SCORERS = (Role.EVALUATOR, Role.COMMUNITY_MANAGER)


# --- the organisers ----------------------------------------------------------------------------------------------------


def _load_organised(number: str) -> Tender:
    """An opened tender of the organiser's own, or in the place that the bureau's people supervise."""
    tender = find_tender(number, actor()) or not_found()
    is_theirs = is_own(tender, actor()) or (actor().role in read.SUPERVISING_ROLES and actor().covers(tender.division_code))
    if not is_theirs or tender.opened_at is None:
        not_found()
    return tender


def _desk(tender: Tender, *, seat_form=None, rejection_form=None):
    case = asked.load_case(tender)
    viewer = read.viewer_for(tender, actor())
    bids = read.opened_bids(tender, viewer, bids=case.bids, rejected=case.rejected)
    is_seated = case.seat_of(actor().user_id) is not None
    may_act = tender.status is Status.OPENED and actions.may_organise(tender, actor()) and not is_seated
    plan, people = draws.plan_of(tender), []
    if may_act and draws.seated_representatives(tender) < plan.representatives:
        people = [user for user in asked.own_people(tender) if user.id != actor().user_id]
    seat_form = seat_form or RepresentativeForm(formdata=None)
    seat_form.person.choices = [SelectChoice(user.id, user.name) for user in people]
    rejection_form = rejection_form or RejectionForm()
    rejection_form.bid.choices = [SelectChoice(bid.bid_id, bid.enterprise.name) for bid in bids if bid.bid_id not in case.proposals]
    return render_template(
        "tenders/evaluation.html",
        tender=tender,
        now=clock.now(),
        bids=bids,
        shut=read.shut_lines(tender),
        progress=case.progress,
        recused=case.recused,
        committee_fault=actions.why_not_lawful_committee(case),
        shortage=case.shortage if tender.status is Status.OPENED else None,
        links=asked.links_between(case.bids),
        sees_plans=read.may_read_plans(tender, viewer),
        alike=read.alike_bids(tender, viewer, case.bids),
        findings=gaps_found(tender, viewer, case.bids),
        low_prices=asked.low_prices(tender, {bid.bid_id: bid.price_fen for bid in bids}),
        may_act=may_act,
        seated=actions.SEATED_DOES_NOT_ORGANISE if is_seated and tender.status is Status.OPENED else None,
        proposals={one.rejection.bid_id: one for one in case.proposed},
        may_close=may_act and is_own(tender, actor()),
        why_not_close=actions.why_not_close(case, actor=actor(), now=clock.now()) if may_act and is_own(tender, actor()) else None,
        seat_form=seat_form,
        rejection_form=rejection_form,
        reason_form=ReasonForm(formdata=None),
        has_people=bool(people),
        plan=plan,
        drawn=draws.drawn_places(tender),
        why_not_walk=drawing.why_not_walk(tender, draws.rounds_of(tender)) if may_act else None,
        experts=draws.seated_experts(tender),
        representatives=draws.seated_representatives(tender),
        form=next((f for f in (seat_form, rejection_form) if f.errors), None),
    )


@bp.get("/tenders/<number>/evaluation")
@roles(*ORGANISERS, *ONLOOKERS)
def evaluation(number: str):
    return _desk(_load_organised(number))


@bp.post("/tenders/<number>/evaluation/seats")
@roles(*ORGANISERS)
def name_representative(number: str):
    """The tenderer's own people are named; experts are drawn (views.draw)."""
    tender = _load_organised(number)
    form = RepresentativeForm()
    form.person.choices = [SelectChoice(user.id, user.name) for user in asked.own_people(tender)]
    if form.validate_on_submit():
        with attempt(form) as done:
            user = get_or_404(User, form.person.data)
            drawing.name_representative(tender, user, actor=actor(), now=clock.now())
        if done:
            flash(_("招标人代表已确定。"), "success")
            return redirect(url_for(".evaluation", number=number))
    return _desk(tender, seat_form=form)


@bp.post("/tenders/<number>/evaluation/seats/<int:assignment_id>/recuse")
@roles(*ORGANISERS)
def recuse_evaluator(number: str, assignment_id: int):
    tender = _load_organised(number)
    actions.recuse_evaluator(tender, assignment_id, reason=request.form.get("reason", ""), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已登记回避，该评委的打分不再计入。专家席位请按抽取顺序递补。"), "success")
    return redirect(url_for(".evaluation", number=number))


@bp.post("/tenders/<number>/evaluation/rejections")
@roles(*ORGANISERS)
def reject_bid(number: str):
    tender = _load_organised(number)
    form = RejectionForm()
    bids = read.opened_bids(tender, read.viewer_for(tender, actor()), bids=asked.load_case(tender).bids)
    form.bid.choices = [SelectChoice(bid.bid_id, bid.enterprise.name) for bid in bids]
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.propose_rejection(
                tender,
                form.bid.data,
                ground=RejectionGround(form.ground.data),
                explanation=form.explanation.data,
                actor=actor(),
                now=clock.now(),
            )
        if done:
            flash(_("已提请评标委员会表决。过半数成员同意的，否决才成立。"), "success")
            return redirect(url_for(".evaluation", number=number))
    return _desk(tender, rejection_form=form)


@bp.post("/tenders/<number>/evaluation/rejections/<int:bid_id>/withdraw")
@roles(*ORGANISERS)
def withdraw_rejection(number: str, bid_id: int):
    tender = _load_organised(number)
    actions.withdraw_rejection(tender, bid_id, reason=request.form.get("reason", ""), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已撤回。这份投标继续评审。"), "success")
    return redirect(url_for(".evaluation", number=number))


@bp.post("/tenders/<number>/evaluation/close")
@roles(Role.COMMUNITY_MANAGER)
def close_evaluation(number: str):
    tender = _load_organised(number)
    actions.close_evaluation(tender, actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("评标报告已提交，排名已经算出。请在三日内公示中标候选人。"), "success")
    return redirect(url_for(".result", number=number))


# --- the evaluators ----------------------------------------------------------------------------------------------------


def _load_seat(number: str):
    """The evaluation and this person's seat on its committee; for everybody else the page does not exist."""
    tender = find_tender(number, actor()) or not_found()
    case = asked.load_case(tender) if tender.opened_at else not_found()
    return case, case.seat_of(actor().user_id) or not_found()


@bp.get("/scoring")
@roles(*SCORERS)
def scoring_list():
    return render_template("tenders/evaluator_list.html", assignments=asked.own_assignments(actor()), now=clock.now())


@bp.get("/tenders/<number>/scoring")
@roles(*SCORERS)
def scoring(number: str):
    case, assignment = _load_seat(number)
    tender, blind, judged = case.tender, case.blind, case.judged
    sheets = {one.code: asked.sheet_of(assignment, one.bid.id) for one in blind}
    return render_template(
        "tenders/evaluator_home.html",
        tender=tender,
        assignment=assignment,
        now=clock.now(),
        blind=blind if assignment.declared_at else [],
        sheets=sheets,
        complete={code for code, sheet in sheets.items() if asked.is_complete(sheet, judged)},
        is_signed=asked.is_signed(assignment, [one.bid.id for one in blind]),
        bidders=sorted(line.enterprise_name for line in read.opening_record(tender).lines),
        why_not=actions.why_not_score(case, assignment),
        is_open=tender.status is Status.OPENED,
        judged=judged,
        shortage=case.shortage if tender.status is Status.OPENED else None,
        proposed=case.proposed if assignment.declared_at else [],
        alike=asked.alike_blind(case) if assignment.declared_at else [],
    )


@bp.post("/tenders/<number>/scoring/declare")
@roles(*SCORERS)
def scoring_declare(number: str):
    case, _assignment = _load_seat(number)
    actions.declare_no_interest(case.tender, actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("声明已记录。"), "success")
    return redirect(url_for(".scoring", number=number))


@bp.post("/tenders/<number>/scoring/recuse")
@roles(*SCORERS)
def scoring_recuse(number: str):
    case, assignment = _load_seat(number)
    actions.recuse_evaluator(case.tender, assignment.id, reason=request.form.get("reason", ""), actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("已登记您的回避。"), "success")
    return redirect(url_for(".scoring_list"))


@bp.post("/tenders/<number>/scoring/rejections/<code>")
@roles(*SCORERS)
def scoring_vote(number: str, code: str):
    case, _assignment = _load_seat(number)
    voice = next((one for one in RejectionVoice if one.value == request.form.get("voice")), None) or not_found()
    actions.vote_on_rejection(case.tender, code, voice, actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("您的表决已记录。评标报告提交前可以改变。"), "success")
    return redirect(url_for(".scoring", number=number))


@bp.post("/tenders/<number>/scoring/sign")
@roles(*SCORERS)
def scoring_sign(number: str):
    case, _assignment = _load_seat(number)
    actions.sign_sheets(case.tender, actor=actor(), now=clock.now())
    db.session.commit()
    flash(_("评分表已签署，谢谢。"), "success")
    return redirect(url_for(".scoring", number=number))


@bp.route("/tenders/<number>/scoring/<code>", methods=["GET", "POST"])
@roles(*SCORERS)
def scoring_sheet(number: str, code: str):
    case, assignment = _load_seat(number)
    tender, blind, judged = case.tender, case.blind, case.judged
    one = next((b for b in blind if b.code == code), None) or not_found()
    if actions.why_not_score(case, assignment) is not None:
        return redirect(url_for(".scoring", number=number))
    sheet = asked.sheet_of(assignment, one.bid.id)
    form = sheet_form_for(judged)(data=sheet_values(sheet))
    if form.validate_on_submit():
        with attempt(form) as done:
            actions.save_sheet(
                tender,
                one.bid.id,
                points=form.points(judged),
                reasons=form.reasons(judged),
                comment=form.comment.data or "",
                actor=actor(),
                now=clock.now(),
            )
        if done:
            flash(_("投标人%(code)s的评分已保存。", code=code), "success")
            following = _after(blind, one) if "next" in request.form else None
            if following is not None:
                return redirect(url_for(".scoring_sheet", number=number, code=following.code))
            return redirect(url_for(".scoring", number=number))
    return render_template(
        "tenders/evaluator_sheet.html",
        tender=tender,
        one=one,
        blind=blind,
        judged=judged,
        plan=read.plan_criterion(case.criteria),
        sheet=sheet,
        form=form,
        is_open=tender.status is Status.OPENED and (sheet is None or sheet.signed_at is None),
        has_next=_after(blind, one) is not None,
        now=clock.now(),
    )


def _after(blind: list, one):
    """The next bid in the order of the codes."""
    position = blind.index(one)
    return blind[position + 1] if position + 1 < len(blind) else None
