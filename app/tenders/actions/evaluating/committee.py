"""Who sits on a committee: seats, recusals, declarations, and when they may begin to score."""

from datetime import datetime

from app.accounts.models import User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.kinds import RejectionGround, RejectionVoice, Seat
from app.tenders.lifecycle import Status
from app.tenders.models import EvaluatorAssignment, Tender
from app.tenders.parameters import sheet_for
from app.tenders.queries import evaluation as asked
from app.tenders.queries.bids import standing_bids
from app.tenders.queries.tenders import is_own
from app.tenders.scoring import why_not_committee, why_not_member

label_events(
    {
        "committee.seat": _l("确定评委"),
        "committee.recuse": _l("评委回避"),
        "committee.declare": _l("评委声明无利害关系"),
        "sheet.save": _l("保存评分"),
        "sheet.sign": _l("签署评分表"),
        "evaluation.propose": _l("提请评标委员会否决投标"),
        "evaluation.vote": _l("评委对否决投标表决"),
        "evaluation.reject": _l("评标委员会否决投标"),
        "evaluation.restore": _l("否决投标不再成立"),
        "evaluation.withdraw": _l("撤回否决投标的提请"),
        "tender.evaluate": _l("提交评标报告"),
    },
    {
        "seat": _l("席位"),
        "member": _l("评委"),
        "reason": _l("理由"),
        "ground": _l("否决情形"),
        "voice": _l("表决"),
        "inputs_sha256": _l("计算依据校验值"),
        "ranked": _l("有效投标"),
    },
    enums={"seat": Seat, "ground": RejectionGround, "voice": RejectionVoice},
    objects={"evaluator_assignment": _l("评标委员会席位"), "score_sheet": _l("评分表")},
)

NOT_EVALUATING = Reason(_l("项目不在评标阶段，不能办理这一步。"), next=_l("请返回项目页查看现在的进度。"))
SEATED_DOES_NOT_ORGANISE = Reason(
    _l("您是这个项目的评委，不能再办理组织评标的事务。"),
    _l("《招标投标法》第三十八条、第四十四条"),
    _l("请由招标人的另一名经办人办理；您仍要组织评标的，请先申请回避。"),
)
DRAWN_NOT_DISMISSED = Reason(
    _l("专家由抽取产生，招标人不能让专家回避。"),
    _l("《招标投标法》第三十八条、《招标投标法实施条例》第四十六条、第四十八条"),
    _l("有法定回避情形的，请由房管部门法制人员登记，或者由专家本人申请回避。"),
)
SIGNED_ALREADY = Reason(
    _l("已有评委签署评分表，招标人不能再让评委回避。"),
    _l("《招标投标法》第三十八条、《招标投标法实施条例》第四十八条"),
    _l("确有法定回避情形的，请由房管部门法制人员登记，或者由评委本人申请回避。"),
)
NOT_SEATED = Reason(_l("您不是这个项目的评委。"), next=_l("请核对项目编号，或者联系招标人。"))


def may_organise(tender: Tender, actor: Actor) -> bool:
    """The tenderer's manager, or the legal officer of the bureau over the place, keeps the committee's records."""
    return is_own(tender, actor) or actor.role == Role.LEGAL_OFFICER and actor.covers(tender.division_code)


def lock_evaluating(tender: Tender) -> Tender:
    tender = lock_tender(tender)
    if tender.status is not Status.OPENED:
        raise Refused(NOT_EVALUATING)
    return tender


def lock_organised(tender: Tender, actor: Actor) -> Tender:
    tender = lock_evaluating(tender)
    if not may_organise(tender, actor):
        raise Refused(Reason(_l("您的身份不能办理评标事务。"), next=_l("请由招标人经办人或者房管部门法制人员办理。")))
    if any(one.user_id == actor.user_id for one in asked.committee(tender)):
        raise Refused(SEATED_DOES_NOT_ORGANISE)
    return tender


def seat_evaluator(tender: Tender, user: User, *, seat: Seat, reason: str = "", actor: Actor, now: datetime) -> EvaluatorAssignment:
    """Give a person a seat. Only after opening: a conflict check before it would tell who has bid.

    No page calls it: experts are drawn and representatives named by actions.drawing."""
    tender = lock_organised(tender, actor)
    if user.id == actor.user_id:
        raise Refused(
            Reason(
                _l("组织评标的人不能确定自己为评委。"),
                _l("《招标投标法》第三十七条、第三十八条"),
                _l("请选招标人的另一名代表，或者由另一名经办人组织评标。"),
            ),
            field="person",
        )
    if any(one.user_id == user.id for one in asked.committee(tender, with_recused=True)):
        raise Refused(Reason(_l("“%(name)s”已经在评标委员会里，或者已经回避。", name=user.name), next=_l("请另选一人。")), field="person")
    hats = asked.memberships_of(user.id)
    employers = [hat.organisation_id for hat in hats]
    works_for_tenderer = tender.procuring_entity_id in employers
    refuse_if(
        why_not_member(
            name=user.name,
            is_evaluator=works_for_tenderer if seat is Seat.TENDERER else any(hat.role == Role.EVALUATOR for hat in hats),
            is_expert=seat is Seat.EXPERT,
            employers=employers,
            bidders=[bid.organisation_id for bid in standing_bids(tender)],
            tenderer=tender.procuring_entity_id,
            is_supervisor_staff=any(
                hat.organisation.kind is OrganisationKind.BUREAU and tender.division_code.startswith(hat.organisation.division_code)
                for hat in hats
            ),
        ),
        field="person",
    )
    assignment = EvaluatorAssignment(
        tender_id=tender.id,
        user_id=user.id,
        seat=seat,
        reason=reason.strip(),
        assigned_at=now,
        assigned_by_id=actor.user_id,
    )
    db.session.add(assignment)
    record("committee.seat", assignment, actor=actor, now=now, seat=seat, member=user.name, reason=assignment.reason or None)
    weigh_rejections(tender, actor=actor, now=now)
    return assignment


def recuse_evaluator(tender: Tender, assignment_id: int, *, reason: str, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """A member leaves the committee, by own wish or by the organiser's; the member's scores no longer count (实施条例 §48).

    The tenderer dismisses no expert, or it would go through the sequence of the draw until those come whom it likes; and once anybody has
    signed it dismisses nobody. The supervisor's legal officer decides it."""
    tender = lock_evaluating(tender)
    members = asked.committee(tender, with_recused=True)
    assignment = next((one for one in members if one.id == assignment_id and one.recused_at is None), None)
    is_own_wish = assignment is not None and assignment.user_id == actor.user_id
    if assignment is None or not (may_organise(tender, actor) or is_own_wish):
        raise Refused(Reason(_l("找不到这名评委，或者已经回避。"), next=_l("请刷新页面查看最新名单。")))
    if not is_own_wish:
        if any(one.user_id == actor.user_id and one.recused_at is None for one in members):
            raise Refused(SEATED_DOES_NOT_ORGANISE)
        if actor.role != Role.LEGAL_OFFICER and assignment.seat is Seat.EXPERT:
            raise Refused(DRAWN_NOT_DISMISSED)
        if actor.role != Role.LEGAL_OFFICER and any(sheet.signed_at for one in members for sheet in one.sheets):
            raise Refused(SIGNED_ALREADY)
    if not reason.strip():
        raise Refused(
            Reason(_l("请写明回避的理由。"), next=_l("例如：与某投标人存在利害关系，或者因健康原因不能继续评标。")), field="reason"
        )
    assignment.recused_at, assignment.recusal_reason = now, reason.strip()
    record("committee.recuse", assignment, actor=actor, now=now, reason=assignment.recusal_reason)
    weigh_rejections(tender, actor=actor, now=now)
    return assignment


def weigh_rejections(tender: Tender, *, actor: Actor, now: datetime) -> None:
    """A rejection stands exactly while more than half of the seats agree with it; asked after every change of either."""
    db.session.flush()
    case = asked.load_case(tender)
    for rejection in case.proposals.values():
        is_carried = case.count_of(rejection).is_carried
        if is_carried and rejection.decided_at is None:
            rejection.decided_at = now
            record("evaluation.reject", rejection.bid, actor=actor, now=now, ground=rejection.ground, reason=rejection.explanation)
        elif not is_carried and rejection.decided_at is not None:
            rejection.decided_at = None
            record("evaluation.restore", rejection.bid, actor=actor, now=now, ground=rejection.ground)


def declare_no_interest(tender: Tender, *, actor: Actor, now: datetime) -> EvaluatorAssignment:
    """An evaluator, knowing who bids, states to have no interest in any of them; scoring opens after it."""
    tender = lock_evaluating(tender)
    assignment = own_seat(tender, actor)
    if assignment.declared_at is None:
        assignment.declared_at = now
        record("committee.declare", assignment, actor=actor, now=now)
    return assignment


def own_seat(tender: Tender, actor: Actor) -> EvaluatorAssignment:
    assignment = asked.load_case(tender).seat_of(actor.user_id)
    if assignment is None:
        raise Refused(NOT_SEATED)
    return assignment


def scorable(tender: Tender, actor: Actor) -> tuple[asked.Case, EvaluatorAssignment]:
    """The case and the actor's own seat on it, ready to score."""
    case = asked.load_case(tender)
    assignment = case.seat_of(actor.user_id)
    if assignment is None:
        raise Refused(NOT_SEATED)
    refuse_if(why_not_score(case, assignment))
    return case, assignment


def why_not_score(case: asked.Case, assignment: EvaluatorAssignment) -> Reason | None:
    """Why this evaluator can't score yet: no declaration, or a committee that is not lawful."""
    if assignment.declared_at is None:
        return Reason(_l("您还没有作出无利害关系声明。"), _l("《招标投标法》第三十七条"), _l("请先核对投标人名单并声明，或者申请回避。"))
    return why_not_lawful_committee(case)


def why_not_lawful_committee(case: asked.Case) -> Reason | None:
    minimum = sheet_for(case.tender.regime, case.tender.regime_version)["committee_min"]
    return why_not_committee(len(case.members), sum(one.seat is Seat.EXPERT for one in case.members), minimum=minimum)
