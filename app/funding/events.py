"""Words for what the audit trail of funding records."""

from app.common import audit
from app.common.i18n import _l
from app.funding.review import Decision, ObjectionOutcome, ReviewStep

audit.label_events(
    {
        "programme.prepare": _l("编制资金项目"),
        "programme.edit": _l("修改资金项目"),
        "programme.propose": _l("提请启用资金项目"),
        "programme.send_back": _l("退回资金项目"),
        "programme.activate": _l("启用资金项目"),
        "programme.end": _l("停止受理资金项目"),
        "funding.start": _l("建立申请"),
        "funding.edit": _l("修改申请"),
        "funding.submit": _l("提交申请"),
        "funding.withdraw": _l("撤回申请"),
        "funding.review": _l("审核申请"),
        "funding.approve": _l("批准申请"),
        "funding.publish": _l("开始公示"),
        "funding.object": _l("对公示提出异议"),
        "funding.settle_objection": _l("答复异议"),
        "funding.record_payment": _l("登记付款"),
        "funding.confirm_payment": _l("复核付款"),
        "funding.reject_payment": _l("退回付款登记"),
        "funding.accept": _l("考核验收"),
        "funding.stop": _l("终止拨付"),
        "funding.order_clawback": _l("决定追回"),
        "funding.receive_clawback": _l("登记追回到账"),
    },
    {
        "amount_fen": _l("金额"),
        "budget_fen": _l("预算"),
        "area_centi": _l("面积"),
        "register_area_centi": _l("登记面积"),
        "contract_area_centi": _l("合同面积"),
        "subsidy_months": _l("补贴月数"),
        "review_step": _l("审核环节"),
        "review_decision": _l("审核结论"),
        "grounds": _l("理由"),
        "publicity_ends_on": _l("公示截止日"),
        "instalment": _l("期次"),
        "voucher_number": _l("凭证号"),
        "assessment_score": _l("考核得分"),
        "has_passed": _l("是否合格"),
        "objection_outcome": _l("异议处理结果"),
    },
    enums={"review_step": ReviewStep, "review_decision": Decision, "objection_outcome": ObjectionOutcome},
    objects={"programme": _l("资金项目"), "funding_application": _l("资金申请")},
)
