"""Which organisations and roles there are, who may invite whom, and what a password must be. Pure."""

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.common.refusal import Reason

MIN_PASSWORD = 10
MAX_PASSWORD = 128


class OrganisationKind(LabelledEnum):
    BUREAU = "bureau", _l("房管部门"), "info"
    STREET_OFFICE = "street_office", _l("街道办事处"), "info"
    COMMUNITY = "community", _l("社区居委会"), "badge"
    OWNERS_COMMITTEE = "owners_committee", _l("业主委员会"), "badge"
    ENTERPRISE = "enterprise", _l("物业服务企业"), "open"
    EXPERT_POOL = "expert_pool", _l("评标专家库"), "wait"
    NOTARY_OFFICE = "notary_office", _l("公证处"), "wait"


class Role(LabelledEnum):
    ADMINISTRATOR = "administrator", _l("系统管理员"), "info"
    BUREAU_OFFICER = "bureau_officer", _l("房管经办人"), "info"
    BUREAU_APPROVER = "bureau_approver", _l("房管审批人"), "info"
    LEGAL_OFFICER = "legal_officer", _l("法制人员"), "info"
    FINANCE_OFFICER = "finance_officer", _l("财务人员"), "info"
    AUDITOR = "auditor", _l("审计人员"), "done"
    STREET_OFFICER = "street_officer", _l("街道经办人"), "info"
    COMMUNITY_MANAGER = "community_manager", _l("社区（业委会）经办人"), "badge"
    ENTERPRISE_CLERK = "enterprise_clerk", _l("企业经办人"), "open"
    ENTERPRISE_SIGNATORY = "enterprise_signatory", _l("企业签章人"), "open"
    EVALUATOR = "evaluator", _l("评标专家"), "wait"
    NOTARY = "notary", _l("公证员"), "wait"
    """Holds keys of bids as the third party; nothing else on the platform is theirs."""


ROLES_OF = {
    OrganisationKind.BUREAU: (
        Role.ADMINISTRATOR,
        Role.BUREAU_OFFICER,
        Role.BUREAU_APPROVER,
        Role.LEGAL_OFFICER,
        Role.FINANCE_OFFICER,
        Role.AUDITOR,
    ),
    OrganisationKind.STREET_OFFICE: (Role.STREET_OFFICER,),
    OrganisationKind.COMMUNITY: (Role.COMMUNITY_MANAGER,),
    OrganisationKind.OWNERS_COMMITTEE: (Role.COMMUNITY_MANAGER,),
    OrganisationKind.ENTERPRISE: (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY),
    OrganisationKind.EXPERT_POOL: (Role.EVALUATOR,),
    OrganisationKind.NOTARY_OFFICE: (Role.NOTARY,),
}
"""The roles that each kind of organisation can give."""

INVITERS = {
    OrganisationKind.BUREAU: Role.ADMINISTRATOR,
    OrganisationKind.STREET_OFFICE: Role.STREET_OFFICER,
    OrganisationKind.COMMUNITY: Role.COMMUNITY_MANAGER,
    OrganisationKind.OWNERS_COMMITTEE: Role.COMMUNITY_MANAGER,
    OrganisationKind.ENTERPRISE: Role.ENTERPRISE_SIGNATORY,
    OrganisationKind.NOTARY_OFFICE: Role.NOTARY,
}
"""Who may invite colleagues into their own organisation; an administrator invites into any organisation of the place."""

DIVISION_DIGITS = {2, 4, 6, 9, 12}
"""Lengths of division codes: province, city, district, street, community."""


def roles_of(kind: OrganisationKind) -> tuple[Role, ...]:
    return ROLES_OF[kind]


AUTHORITIES = frozenset({OrganisationKind.BUREAU, OrganisationKind.STREET_OFFICE, OrganisationKind.EXPERT_POOL})
"""Bodies whose people the administrator of the place appoints; everybody else appoints their own, a notary office above all: it is the third party."""

APART = (
    (OrganisationKind.BUREAU, OrganisationKind.ENTERPRISE),
    (OrganisationKind.BUREAU, OrganisationKind.EXPERT_POOL),
    (OrganisationKind.STREET_OFFICE, OrganisationKind.ENTERPRISE),
    (OrganisationKind.COMMUNITY, OrganisationKind.ENTERPRISE),
    (OrganisationKind.OWNERS_COMMITTEE, OrganisationKind.ENTERPRISE),
    *((OrganisationKind.NOTARY_OFFICE, kind) for kind in OrganisationKind if kind is not OrganisationKind.NOTARY_OFFICE),
)
"""Kinds of organisation that one person may not serve together (《招标投标法实施条例》第三十四条、第四十六条；《公证法》第二十三条)."""

APART_BASIS = _l("《招标投标法实施条例》第三十四条、第四十六条")
NOTARY_BASIS = _l("《公证法》第二十三条；本平台规则：第三方不得在任何一方任职")


def may_invite(actor, *, organisation_id: int, kind: OrganisationKind, division_code: str, has_members: bool) -> bool:
    """Colleagues of one's own organisation. An administrator appoints the authorities' people in the place, and elsewhere the
    first person alone: once a community or an enterprise has somebody, only its own people let others in."""
    if actor.role == Role.ADMINISTRATOR:
        return actor.covers(division_code) and (kind in AUTHORITIES or not has_members)
    return actor.organisation_id == organisation_id and INVITERS.get(kind) == actor.role


def why_not_serve_both(held, asked: OrganisationKind) -> Reason | None:
    """Whether a person who serves organisations of the kinds `held` may also serve one of the kind `asked`."""
    for one, other in APART:
        if (one in held and asked is other) or (other in held and asked is one):
            return Reason(
                _l("同一个人不能既在%(one)s任职，又在%(other)s任职。", one=one.label, other=other.label),
                basis=NOTARY_BASIS if OrganisationKind.NOTARY_OFFICE in (one, other) else APART_BASIS,
                next=_l("请换一位同事，或者先终止原来的身份。"),
            )
    return None


def why_not_password(password: str, *, email: str, name: str) -> Reason | None:
    """Length decides, not signs; what an attacker guesses first is refused (NIST SP 800-63B §5.1.1.2)."""
    if len(password) < MIN_PASSWORD:
        return Reason(_l("密码太短。"), next=_l("请用 %(least)d 个以上的字，可以是一句话。", least=MIN_PASSWORD))
    if len(password) > MAX_PASSWORD:
        return Reason(_l("密码太长。"), next=_l("请用不超过 %(most)d 个字的密码。", most=MAX_PASSWORD))
    plain = password.casefold()
    guesses = {email.casefold(), email.partition("@")[0].casefold(), name.casefold()}
    if plain in guesses or len(set(plain)) < 5 or plain in _SEQUENCES:
        return Reason(_l("这个密码很容易被猜到。"), next=_l("请换一个与姓名、邮箱无关的密码。"))
    return None


_SEQUENCES = {"1234567890", "0123456789", "abcdefghij", "qwertyuiop", "password123", "1qaz2wsx3edc", "a123456789", "woaini1314520"}
