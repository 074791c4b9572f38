"""What each role begins from its desk: the pages that wait for nobody to ask."""

from flask import url_for

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.frame import Link
from app.common.i18n import _l
from app.tenders.holders import HOLDING_ROLES

_ENTERPRISE = {Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY}
_MONEY = {Role.COMMUNITY_MANAGER, Role.STREET_OFFICER, Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.FINANCE_OFFICER, Role.AUDITOR}

STARTS = (
    (_l("起草招标"), "tenders.new", {Role.COMMUNITY_MANAGER}),
    (_l("本单位的招标"), "tenders.mine", {Role.COMMUNITY_MANAGER}),
    (_l("密钥"), "tenders.keys", set(HOLDING_ROLES)),
    (_l("申请补贴或奖励"), "funding.new_application", {Role.COMMUNITY_MANAGER}),
    (_l("招标项目"), "tenders.index", _ENTERPRISE),
    (_l("我的投标"), "tenders.bids", _ENTERPRISE),
    (_l("本企业的档案"), "enterprises.mine", _ENTERPRISE),
    (_l("我的评标"), "tenders.scoring_list", {Role.EVALUATOR}),
    (_l("招标备案"), "tenders.filings", {Role.BUREAU_OFFICER}),
    (_l("评标专家库"), "tenders.experts", {Role.BUREAU_OFFICER, Role.LEGAL_OFFICER, Role.AUDITOR}),
    (_l("导入表格"), "imports.index", {Role.BUREAU_OFFICER, Role.AUDITOR}),
    (_l("补贴和奖励申请"), "funding.applications", _MONEY),
    (_l("资金项目"), "funding.programmes", {Role.FINANCE_OFFICER, Role.BUREAU_APPROVER, Role.AUDITOR}),
    (_l("登记企业"), "enterprises.new", {Role.BUREAU_OFFICER}),
    (_l("操作记录"), "bureau.trail", {Role.AUDITOR, Role.ADMINISTRATOR}),
    (_l("单位和人员"), "accounts.organisations", {Role.ADMINISTRATOR, Role.AUDITOR}),
    (_l("工作日历"), "bureau.calendar", {Role.ADMINISTRATOR}),
    (_l("本单位的人员"), "accounts.people", set(Role) - {Role.EVALUATOR}),
    (_l("我的账号"), "accounts.account", set(Role)),
)


def starts_of(actor: Actor) -> list[Link]:
    return [Link(str(label), url_for(endpoint)) for label, endpoint, roles in STARTS if actor.role in roles]
